package dev.edgewise.simulation;

import dev.edgewise.simulation.Caller.Utterance;
import org.jspecify.annotations.Nullable;

/**
 * An utterance that has been spoken, and what came of it.
 */
final class Talk {

	final Utterance utterance;

	/** What it repeats; itself if nothing. */
	final Talk first;

	/** What the caller had said before hesitating. */
	final @Nullable Talk before;

	final long began;

	final long ended;

	/** The generation that was to be heard when it began. */
	@Nullable String over;

	boolean inNotice;

	int repeated;

	/** The generation that it has started. */
	@Nullable String started;

	/** Whether the caller waits for its answer. */
	boolean awaited;

	/** Whether the agent spoke again before it was decided for good. */
	boolean resumed;

	boolean lost;

	boolean cut;

	long paused;

	/** When the generation was heard last; -1 while it is not cut off. */
	long silentAt = -1;

	int answerAfter = Tally.NEVER;

	Talk(Utterance utterance, @Nullable Talk first, @Nullable Talk before, long began) {
		this.utterance = utterance;
		this.first = (first != null) ? first : this;
		this.before = before;
		this.began = began;
		this.ended = began + utterance.millis();
	}

	/**
	 * The generation that it is to silence.
	 */
	@Nullable String target() {
		return (this.before != null) ? this.before.started : this.over;
	}

	int silence() {
		if (this.before != null && this.before.started == null) {
			return 0;
		}
		return (this.silentAt < 0) ? Tally.NEVER : (int) Math.max(0, this.silentAt - this.began);
	}

}
