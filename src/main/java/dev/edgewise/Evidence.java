package dev.edgewise;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * What is known when it is decided whether a generation is cut off. Times are exact to
 * the millisecond, as those of frames are, so that a recorded session decides alike when
 * it is replayed.
 *
 * @param forced whether the event cuts off everything
 * @param protection what protects the generation; null if nothing does
 * @param user what is known of the user
 * @param agent what is known of the generation
 * @param past what happened in the session before
 * @param condition what the route's condition said
 */
public record Evidence(boolean forced, @Nullable Shield protection, User user, Agent agent, Past past,
		Answer condition) {

	/**
	 * Returns the same evidence with what the route's condition said.
	 * @param answer what it said
	 */
	public Evidence with(Answer answer) {
		return (answer == this.condition) ? this
				: new Evidence(this.forced, this.protection, this.user, this.agent, this.past, answer);
	}

	/**
	 * What protects a generation.
	 */
	public enum Shield {

		/** Its route cannot be interrupted. */
		ROUTE,

		/** The item it is at cannot be interrupted. */
		ITEM,

		/** It is in a section that its node protects. */
		SECTION

	}

	/**
	 * What is known of the user: of the utterance that the event belongs to, that is, of
	 * what the user says in one go, from the start of speaking to its end, with the
	 * transcripts that come for it. All but the language and the keys says nothing if the
	 * event belongs to none.
	 *
	 * @param speech whether the event is speech, which the gates are about
	 * @param speaker who speaks, where it is known
	 * @param language the session's attribute {@code language}, a BCP 47 tag; null if it
	 * has none, and then the phrases of every language hold
	 * @param speaking whether the user still speaks
	 * @param open whether more of the utterance is to be expected: the user still speaks
	 * or its final transcript has not come, and the time to wait for that is not over
	 * @param overdue whether the time to decide is over
	 * @param spokeFor how long the user has been speaking: from the start to the end, or
	 * until now
	 * @param transcript the words so far, of final transcripts and the interim one behind
	 * them, which its final one replaces; of a very long utterance the last ones
	 * @param words how many there are so far
	 * @param confidence the recogniser's, of the last transcript that said; null if none
	 * did
	 * @param keys the keys pressed since the utterance began, at most the last 32
	 */
	public record User(boolean speech, @Nullable String speaker, @Nullable String language, boolean speaking,
			boolean open, boolean overdue, Duration spokeFor, String transcript, int words, @Nullable Double confidence,
			String keys) {
	}

	/**
	 * What is known of the generation.
	 *
	 * @param started whether its node has been called
	 * @param spokeFor the time since its first item; zero before
	 * @param words how many words of it have been delivered; counted, so as not to be
	 * paid for by everybody, only for a policy that protects the first words, else null
	 * @param tookFloor whether it took the floor from this very utterance
	 */
	public record Agent(boolean started, Duration spokeFor, @Nullable Integer words, boolean tookFloor) {
	}

	/**
	 * What happened in the session before, this event and its utterance not counted.
	 *
	 * @param interruptions how many utterances have interrupted within the policy's
	 * {@code flapping.window}
	 * @param sinceInterruption the time since the last interruption; null if there was
	 * none
	 */
	public record Past(int interruptions, @Nullable Duration sinceInterruption) {
	}

	/**
	 * What a route's condition said.
	 */
	public enum Answer {

		/** There is none, or it was not asked. */
		NOT_ASKED,

		/** It said yes. */
		YES,

		/** It said no. */
		NO,

		/** It failed. */
		FAILED

	}

}
