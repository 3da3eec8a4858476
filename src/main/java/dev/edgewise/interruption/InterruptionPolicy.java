package dev.edgewise.interruption;

import java.time.Duration;

/**
 * When speech is an interruption, and when it is not: the thresholds and lists that the
 * {@linkplain Rule rules} are asked with. A threshold is reached by "at least"; zero
 * means that there is no such gate; every gate that is set must be passed.
 *
 * @param name its name
 * @param minWords words that an utterance must have
 * @param minSpeech time that the user must have spoken
 * @param minConfidence confidence that the recogniser must have, 0 to 1; a transcript
 * without one passes
 * @param stopPhrases what interrupts wherever it is in an utterance, as whole words
 * @param backchannels what does not interrupt when it is all of an utterance
 * @param backOff time after an interruption in which nothing else interrupts
 * @param protectFirst time of a reply, from its first item, in which nothing interrupts
 * @param protectFirstWords delivered words of a reply before which nothing interrupts
 * @param flappingMax utterances that may interrupt within the window
 * @param flappingWindow the window
 * @param decideWithin time after which a user who still speaks interrupts
 * @param transcriptWait time that a final transcript is waited for when the user has
 * stopped
 * @param whileProtected what becomes of what the user says to a protected generation
 * @param floorMaxWords words of a user's turn at which the agent takes the floor
 * @param floorMaxTime time of a user's turn at which the agent takes the floor
 */
public record InterruptionPolicy(String name, int minWords, Duration minSpeech, double minConfidence,
		Phrases stopPhrases, Phrases backchannels, Duration backOff, Duration protectFirst, int protectFirstWords,
		int flappingMax, Duration flappingWindow, Duration decideWithin, Duration transcriptWait,
		WhileProtected whileProtected, int floorMaxWords, Duration floorMaxTime) {

	/** The name of the policy that is built in. */
	public static final String IMMEDIATE_NAME = "immediate";

	/**
	 * The policy that is built in and the default: no thresholds and no lists.
	 */
	public static final InterruptionPolicy IMMEDIATE = new InterruptionPolicy(IMMEDIATE_NAME, 0, Duration.ZERO, 0,
			Phrases.NONE, Phrases.NONE, Duration.ZERO, Duration.ZERO, 0, 0, Duration.ofSeconds(10),
			Duration.ofSeconds(2), Duration.ofMillis(300), WhileProtected.KEEP, 0, Duration.ZERO);

	/**
	 * Whether it asks what the user says, or for how long: then transcripts are decided
	 * about, also where a route does not name them.
	 */
	public boolean listens() {
		return this.minWords > 0 || this.minConfidence > 0 || !this.minSpeech.isZero() || !this.stopPhrases.isEmpty()
				|| !this.backchannels.isEmpty();
	}

	/**
	 * What becomes of what the user says while a generation is protected.
	 */
	public enum WhileProtected {

		/**
		 * It enters the conversation, and when the protection is over it is decided about
		 * and starts the next turn.
		 */
		KEEP,

		/** It is dropped: it enters no conversation and starts nothing. */
		DROP,

		/** It enters the conversation, starts nothing, and is reported by an event. */
		REPORT

	}

}
