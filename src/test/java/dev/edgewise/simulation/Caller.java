package dev.edgewise.simulation;

import java.util.List;

/**
 * One caller, as made up before anything is played: the same for every policy.
 *
 * @param number the caller's number
 * @param line the line to the service
 * @param exchanges what is asked, in order
 */
record Caller(int number, Line line, List<Exchange> exchanges) {

	/**
	 * The line between a caller's device and the service.
	 *
	 * @param up milliseconds that an event takes to the service
	 * @param down milliseconds that a frame takes back
	 * @param jitter milliseconds by which an event may take longer
	 * @param gap milliseconds between two frames that the stream takes
	 */
	record Line(int up, int down, int jitter, int gap) {

		boolean isSlow() {
			return this.gap > 0;
		}

	}

	/**
	 * A question, its answer, and what is to be heard while it is given.
	 *
	 * @param thinking milliseconds of silence before it
	 * @param question the question; in two parts if the caller hesitates
	 * @param hesitation milliseconds between the parts
	 * @param answer the agent's answer
	 * @param sounds what is heard during the answer, in order
	 */
	record Exchange(int thinking, List<Utterance> question, int hesitation, Answer answer, List<Sound> sounds) {
	}

	/**
	 * Something that is to be heard when so much of an answer has been heard.
	 *
	 * @param at milliseconds of the answer
	 * @param utterance what is heard
	 */
	record Sound(int at, Utterance utterance) {
	}

	/**
	 * What the detector of speech takes for speech.
	 *
	 * @param kind what it is
	 * @param millis how long it lasts
	 * @param words what the recogniser makes of it
	 * @param confidence how sure it is, in hundredths
	 * @param answer what the agent answers; of what needs no answer none
	 * @param seed of the delays on its way
	 */
	record Utterance(Kind kind, int millis, List<String> words, int confidence, Answer answer, long seed) {
	}

	/**
	 * What an agent says.
	 *
	 * @param latency milliseconds to its first item
	 * @param words how many words it has
	 * @param wordsPerItem how many come at a time
	 * @param notice how many words at its beginning must not be cut
	 */
	record Answer(int latency, int words, int wordsPerItem, int notice) {

		static final Answer NONE = new Answer(0, 0, 1, 0);

	}

	/**
	 * What speech is, for the one who speaks.
	 */
	enum Kind {

		/** A question, or the first part of one. */
		QUESTION("questions"),

		/** The second part, after a hesitation in which the agent was started. */
		CONTINUATION("caller goes on"),

		/** The caller wants to say something else. */
		INTERRUPTION("interruption"),

		/** The caller wants silence. */
		STOP("stop phrase"),

		/** The caller listens. */
		BACKCHANNEL("backchannel"),

		/** Speech to the detector alone. */
		COUGH("cough"),

		/** Somebody else in the room. */
		BACKGROUND("talk in the background");

		private final String label;

		Kind(String label) {
			this.label = label;
		}

		/**
		 * Whether the agent shall be silent.
		 */
		boolean isMeant() {
			return this == CONTINUATION || this == INTERRUPTION || this == STOP;
		}

		/**
		 * Whether it needs an answer.
		 */
		boolean isTurn() {
			return this == QUESTION || isMeant();
		}

		String label() {
			return this.label;
		}

	}

}
