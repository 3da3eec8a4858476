package dev.edgewise.session;

import java.util.ArrayList;
import java.util.List;

import dev.edgewise.Decision;
import dev.edgewise.Decision.Verdict;
import dev.edgewise.Receipt;
import org.jspecify.annotations.Nullable;

/**
 * What an event did.
 */
final class Effects {

	final List<String> started = new ArrayList<>(1);

	final List<String> refused = new ArrayList<>(0);

	private List<String> interrupted = List.of();

	private List<String> ignored = List.of();

	private List<String> paused = List.of();

	private List<Decision> decisions = List.of();

	void decided(Decision decision) {
		this.decisions = with(this.decisions, decision);
		String run = decision.generation();
		switch (decision.verdict()) {
			case INTERRUPT -> this.interrupted = withOnce(this.interrupted, run);
			case PAUSE -> this.paused = withOnce(this.paused, run);
			case RESUME, IGNORE -> this.ignored = withOnce(this.ignored, run);
		}
	}

	void replaced(Run run) {
		this.interrupted = withOnce(this.interrupted, run.id);
	}

	/**
	 * The last verdict about a generation; null if there was none.
	 */
	@Nullable Verdict verdict(Run run) {
		for (int i = this.decisions.size() - 1; i >= 0; i--) {
			Decision decision = this.decisions.get(i);
			if (decision.generation().equals(run.id)) {
				return decision.verdict();
			}
		}
		return null;
	}

	Receipt receipt(long sequence) {
		return new Receipt(sequence, false, this.interrupted, this.ignored, this.started, this.refused, this.paused,
				this.decisions);
	}

	private static List<String> withOnce(List<String> told, String run) {
		return told.contains(run) ? told : with(told, run);
	}

	/**
	 * Adds to a list that is not made before something is in it: most events decide
	 * nothing, and hardly any does more than one thing.
	 */
	private static <T> List<T> with(List<T> list, T element) {
		List<T> grown = list.isEmpty() ? new ArrayList<>(2) : list;
		grown.add(element);
		return grown;
	}

}
