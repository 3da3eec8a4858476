package dev.edgewise.session;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

import dev.edgewise.Evidence;
import dev.edgewise.Frame;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.UserUtterance;
import org.jspecify.annotations.Nullable;

/**
 * The interruptions of one session that later decisions look back to: as many utterances
 * as the policy does that looks back furthest, and the last two of any kind. An utterance
 * counts once, however many generations it has interrupted. For the session's writer
 * alone.
 */
final class PastInterruptions {

	private final int max;

	/** Those by utterances, oldest first. */
	private final Deque<Mark> utterances = new ArrayDeque<>(1);

	private @Nullable Mark last;

	private @Nullable Mark lastButOne;

	PastInterruptions(int max) {
		this.max = max;
	}

	/**
	 * What happened before, this event and its utterance not counted.
	 */
	Evidence.Past before(@Nullable UserUtterance utterance, Frame frame, InterruptionPolicy policy, long now) {
		int count = 0;
		for (Mark mark : this.utterances) {
			if (!mark.isOf(utterance, frame) && now - mark.atMillis < policy.flappingWindow().toMillis()) {
				count++;
			}
		}
		// of the last two, one at most is this event's or its utterance's
		Mark before = (this.last != null && this.last.isOf(utterance, frame)) ? this.lastButOne : this.last;
		return new Evidence.Past(count, (before != null) ? Duration.ofMillis(now - before.atMillis) : null);
	}

	/**
	 * Adds one.
	 */
	void add(@Nullable UserUtterance utterance, Frame frame, long now) {
		if ((this.last != null && this.last.isOf(utterance, frame))
				|| this.utterances.stream().anyMatch((mark) -> mark.isOf(utterance, frame))) {
			return;
		}
		Mark mark = new Mark(now, (utterance != null) ? utterance.number() : 0, frame.sequence());
		if (utterance != null) {
			if (this.utterances.size() == this.max) {
				this.utterances.removeFirst();
			}
			this.utterances.addLast(mark);
		}
		this.lastButOne = this.last;
		this.last = mark;
	}

	/**
	 * An interruption.
	 *
	 * @param atMillis when it was
	 * @param utterance the number of the utterance; 0 if it was another event
	 * @param sequence that of the event
	 */
	private record Mark(long atMillis, long utterance, long sequence) {

		boolean isOf(@Nullable UserUtterance utterance, Frame frame) {
			return (this.utterance > 0) ? utterance != null && utterance.number() == this.utterance
					: this.sequence == frame.sequence();
		}
	}

}
