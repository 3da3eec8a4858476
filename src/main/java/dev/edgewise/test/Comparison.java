package dev.edgewise.test;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.edgewise.Decision;
import dev.edgewise.test.RecordedSession.Decided;
import dev.edgewise.test.Replay.Difference;
import dev.edgewise.test.Replay.Result;

/**
 * Lays the decisions of a replay beside those of its recording: those about the same
 * generation and the same event, in their order.
 */
final class Comparison {

	private final RecordedSession recorded;

	private final List<Decision> replayed;

	Comparison(RecordedSession recorded, Performance performance) {
		this.recorded = recorded;
		this.replayed = performance.decisions();
	}

	Result result() {
		List<Decision> expected = this.recorded.lines()
			.stream()
			.filter(Decided.class::isInstance)
			.map((line) -> ((Decided) line).decision())
			.toList();
		if (expected.isEmpty() && this.recorded.lostDecisions() > 0) {
			throw new RecordingException("The recording has no decisions: raise edgewise.session.decisions");
		}
		// What was decided before the first decision that is left cannot be compared.
		Instant from = (this.recorded.lostDecisions() > 0) ? expected.get(0).at() : Instant.MIN;
		Map<Key, Deque<Decision>> others = new HashMap<>();
		for (Decision decision : this.replayed) {
			if (decision.at().isBefore(from)) {
				continue;
			}
			others.computeIfAbsent(Key.of(decision), (key) -> new ArrayDeque<>()).add(decision);
		}
		List<Difference> differences = new ArrayList<>();
		for (Decision before : expected) {
			Deque<Decision> same = others.get(Key.of(before));
			Decision now = (same != null) ? same.poll() : null;
			if (now == null || now.verdict() != before.verdict() || !now.rule().equals(before.rule())) {
				differences.add(new Difference(before, now));
			}
		}
		for (Decision decision : this.replayed) {
			Deque<Decision> left = others.get(Key.of(decision));
			if (left != null && left.removeFirstOccurrence(decision) && decision.at().isAfter(from)) {
				differences.add(new Difference(null, decision));
			}
		}
		differences.sort(Comparator.comparing((difference) -> either(difference).at()));
		return new Result(this.replayed, differences);
	}

	private static Decision either(Difference difference) {
		Decision recorded = difference.recorded();
		return (recorded != null) ? recorded : Objects.requireNonNull(difference.replayed());
	}

	private record Key(long sequence, String generation) {

		static Key of(Decision decision) {
			return new Key(decision.sequence(), decision.generation());
		}

	}

}
