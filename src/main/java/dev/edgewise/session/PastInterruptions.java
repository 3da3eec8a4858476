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
 * The interruptions of one session that later decisions look back to: as many as the
 * policy does that looks back furthest. An utterance counts once, however many
 * generations it has interrupted. For the session's writer alone.
 */
final class PastInterruptions {

	private final int max;

	private final Deque<Mark> marks = new ArrayDeque<>(1);

	PastInterruptions(int max) {
		this.max = max;
	}

	/**
	 * What happened before, this event and its utterance not counted.
	 */
	Evidence.Past before(@Nullable UserUtterance utterance, Frame frame, InterruptionPolicy policy, long now) {
		int count = 0;
		Duration since = null;
		for (Mark mark : this.marks) {
			if (!mark.isOf(utterance, frame)) {
				since = Duration.ofMillis(now - mark.atMillis);
				if (mark.utterance > 0 && now - mark.atMillis < policy.flappingWindow().toMillis()) {
					count++;
				}
			}
		}
		return new Evidence.Past(count, since);
	}

	/**
	 * Adds one.
	 */
	void add(@Nullable UserUtterance utterance, Frame frame, long now) {
		for (Mark mark : this.marks) {
			if (mark.isOf(utterance, frame)) {
				return;
			}
		}
		if (this.marks.size() == this.max) {
			this.marks.removeFirst();
		}
		this.marks.addLast(new Mark(now, (utterance != null) ? utterance.number() : 0, frame.sequence()));
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
