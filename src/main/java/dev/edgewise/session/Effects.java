package dev.edgewise.session;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

import dev.edgewise.Decision;
import dev.edgewise.Decision.Verdict;
import dev.edgewise.Receipt;
import org.jspecify.annotations.Nullable;

/**
 * What an event did.
 */
final class Effects {

	final List<String> interrupted = new ArrayList<>(1);

	final List<String> ignored = new ArrayList<>(0);

	final List<String> started = new ArrayList<>(1);

	final List<String> refused = new ArrayList<>(0);

	final List<String> paused = new ArrayList<>(0);

	final List<Decision> decisions = new ArrayList<>(1);

	private Map<Run, Verdict> verdicts = Map.of();

	void decided(Run run, Verdict verdict) {
		if (this.verdicts.isEmpty()) {
			this.verdicts = new IdentityHashMap<>(4);
		}
		this.verdicts.put(run, verdict);
		List<String> told = switch (verdict) {
			case INTERRUPT -> this.interrupted;
			case PAUSE -> this.paused;
			case RESUME, IGNORE -> this.ignored;
		};
		if (!told.contains(run.id)) {
			told.add(run.id);
		}
	}

	void replaced(Run run) {
		if (!this.interrupted.contains(run.id)) {
			this.interrupted.add(run.id);
		}
	}

	@Nullable Verdict verdict(Run run) {
		return this.verdicts.get(run);
	}

	Receipt receipt(long sequence) {
		return new Receipt(sequence, false, this.interrupted, this.ignored, this.started, this.refused, this.paused,
				this.decisions);
	}

}
