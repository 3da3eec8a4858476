package dev.edgewise.session;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import dev.edgewise.InterruptReceipt;
import dev.edgewise.Receipt;
import org.jspecify.annotations.Nullable;

/**
 * The last accepted events that had an id. For the session's writer alone.
 */
final class AcceptedEvents {

	private final Map<String, Accepted> byId;

	AcceptedEvents(int max) {
		this.byId = new LinkedHashMap<>() {
			@Override
			protected boolean removeEldestEntry(Map.Entry<String, Accepted> eldest) {
				return size() > max;
			}
		};
	}

	@Nullable Accepted find(String id) {
		return this.byId.get(id);
	}

	void remember(String id, Accepted accepted) {
		this.byId.put(id, accepted);
	}

	int size() {
		return this.byId.size();
	}

	/**
	 * An event that was accepted.
	 *
	 * @param digest that of its content
	 * @param aim the generation that it named
	 * @param force whether it was forced
	 * @param receipt what became of it
	 * @param origin what came of it
	 * @param command what became of it if it was a command
	 */
	record Accepted(byte[] digest, @Nullable String aim, boolean force, Receipt receipt, Origin origin,
			@Nullable InterruptReceipt command) {

		boolean isOf(byte[] digest, Submission other) {
			return Arrays.equals(this.digest, digest) && this.force == other.force()
					&& Objects.equals(this.aim, other.generation());
		}

	}

}
