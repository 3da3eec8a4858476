package dev.edgewise;

import java.util.List;

import dev.edgewise.Evidence.Shield;
import org.jspecify.annotations.Nullable;

/**
 * What became of a command to interrupt: answered when every fence that it caused stands.
 *
 * @param sequence the command's number in the log
 * @param duplicate whether a command of this id had been accepted before; the rest is
 * then what came of that one
 * @param stopped the generations that it interrupted
 * @param spared the generations that it did not, and why; on the wire {@code protected}
 */
public record InterruptReceipt(long sequence, boolean duplicate, List<Stopped> stopped, List<Spared> spared) {

	public InterruptReceipt {
		stopped = List.copyOf(stopped);
		spared = List.copyOf(spared);
	}

	/**
	 * Returns the same receipt, marked as that of a duplicate.
	 */
	public InterruptReceipt asDuplicate() {
		return new InterruptReceipt(this.sequence, true, this.stopped, this.spared);
	}

	/**
	 * A generation that was interrupted.
	 *
	 * @param generation its id
	 * @param route the id of its route
	 * @param delivered the text that at least one stream had taken
	 * @param heard the text that the user is known to have heard: in a session with
	 * acknowledged playback what has been acknowledged, else what was delivered
	 */
	public record Stopped(String generation, String route, String delivered, String heard) {
	}

	/**
	 * A generation that was protected.
	 *
	 * @param generation its id
	 * @param route the id of its route
	 * @param rule the rule that decided
	 * @param protection what protects it; null if another rule decided
	 * @param delivered the text that at least one stream has taken so far
	 * @param heard the text that the user is known to have heard so far
	 */
	public record Spared(String generation, String route, String rule, @Nullable Shield protection, String delivered,
			String heard) {
	}

}
