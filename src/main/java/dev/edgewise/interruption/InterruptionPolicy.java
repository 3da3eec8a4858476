package dev.edgewise.interruption;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.edgewise.interruption.InvalidPoliciesException.Problem;

/**
 * When speech is an interruption, and when it is not: the thresholds and lists that the
 * {@linkplain Rule rules} are asked with, as
 * {@code edgewise.interruption.policies.<name>.*} or as a bean of this type, made by
 * {@link #builder}. A threshold is reached by "at least"; zero means that there is no
 * such gate; every gate that is set must be passed. How they work together is told by the
 * {@linkplain dev.edgewise.interruption package}.
 *
 * @param name its name, for {@code @Route(policy = ...)} and sessions
 * @param minWords words that an utterance must have, over all its transcripts
 * @param minSpeech time that the user must have spoken, from the start of speaking to its
 * end or now
 * @param minConfidence confidence that the recogniser must have, 0 to 1; a transcript
 * without one passes
 * @param stopPhrases what interrupts wherever it is in an utterance, as whole words,
 * before any gate is asked
 * @param backchannels what does not interrupt when it is all of an utterance
 * @param backOff time after an interruption in which nothing else interrupts but a stop
 * phrase and what is forced
 * @param protectFirst time of a reply, from its first item, in which nothing else
 * interrupts but a stop phrase and what is forced
 * @param protectFirstWords delivered words of a reply before which nothing else
 * interrupts but a stop phrase and what is forced
 * @param flappingMax utterances of a session that may interrupt within the window
 * @param flappingWindow the window, back from now
 * @param decideWithin time from the beginning of a pause after which it is decided: a
 * user who still speaks interrupts, else the generation goes on
 * @param transcriptWait time that the final transcript is waited for when the user has
 * stopped
 * @param whileProtected what becomes of what the user says to a protected generation
 * @param floorMaxWords words of a user's turn at which the agent takes the floor
 * @param floorMaxTime time of a user's turn at which the agent takes the floor, by
 * {@code AgentTakesFloor}
 */
public record InterruptionPolicy(String name, int minWords, Duration minSpeech, double minConfidence,
		Phrases stopPhrases, Phrases backchannels, Duration backOff, Duration protectFirst, int protectFirstWords,
		int flappingMax, Duration flappingWindow, Duration decideWithin, Duration transcriptWait,
		WhileProtected whileProtected, int floorMaxWords, Duration floorMaxTime) {

	/** The name of the policy that is built in. */
	public static final String IMMEDIATE_NAME = "immediate";

	/**
	 * The policy that is built in and the default: no thresholds and no lists. What a
	 * route names as a cause interrupts at once.
	 */
	public static final InterruptionPolicy IMMEDIATE = new InterruptionPolicy(IMMEDIATE_NAME, 0, Duration.ZERO, 0,
			Phrases.NONE, Phrases.NONE, Duration.ZERO, Duration.ZERO, 0, 0, Duration.ofSeconds(10),
			Duration.ofSeconds(2), Duration.ofMillis(300), WhileProtected.KEEP, 0, Duration.ZERO);

	/**
	 * Creates a policy.
	 * @throws InvalidPoliciesException if a value is negative, or the confidence is not 0
	 * to 1
	 */
	public InterruptionPolicy {
		Objects.requireNonNull(name, "name");
		Objects.requireNonNull(stopPhrases, "stopPhrases");
		Objects.requireNonNull(backchannels, "backchannels");
		Objects.requireNonNull(whileProtected, "whileProtected");
		List<Problem> problems = new ArrayList<>();
		Map<String, Integer> counts = Map.of("min-words", minWords, "protect-first-words", protectFirstWords,
				"flapping.max", flappingMax, "floor.max-words", floorMaxWords);
		counts.forEach((key, count) -> check(count >= 0, name, key, count, "0 or more", problems));
		Map<String, Duration> times = Map.of("min-speech", minSpeech, "back-off", backOff, "protect-first",
				protectFirst, "flapping.window", flappingWindow, "decide-within", decideWithin, "transcript-wait",
				transcriptWait, "floor.max-time", floorMaxTime);
		times.forEach((key, time) -> check(!time.isNegative(), name, key, time, "zero or more", problems));
		check(minConfidence >= 0 && minConfidence <= 1, name, "min-confidence", minConfidence, "0 to 1", problems);
		if (!problems.isEmpty()) {
			problems.sort(Comparator.comparing(Problem::place));
			throw new InvalidPoliciesException(problems);
		}
	}

	private static void check(boolean valid, String name, String key, Object value, String allowed,
			List<Problem> problems) {
		if (!valid) {
			problems.add(new Problem("policy '%s', %s = %s".formatted(name, key, value), "is out of range",
					"Must be " + allowed));
		}
	}

	/**
	 * Whether it asks what the user says, or for how long: then transcripts are decided
	 * about, also where a route does not name them.
	 */
	public boolean listens() {
		return this.minWords > 0 || this.minConfidence > 0 || !this.minSpeech.isZero() || !this.stopPhrases.isEmpty()
				|| !this.backchannels.isEmpty();
	}

	/**
	 * Begins a policy of another name that is as this one in all else.
	 * @param name its name
	 */
	public Builder mutate(String name) {
		return new Builder(name, this);
	}

	/**
	 * Begins a policy with the defaults of the properties: those of {@code immediate}.
	 * @param name its name
	 */
	public static Builder builder(String name) {
		return new Builder(name, IMMEDIATE);
	}

	/**
	 * What becomes of what the user says while a generation is protected.
	 */
	public enum WhileProtected {

		/**
		 * It enters the conversation. When the protection is over it is decided about as
		 * if it had come then, and it starts the next turn.
		 */
		KEEP,

		/**
		 * It starts nothing, and it enters no conversation unless it is also for a
		 * generation that does not drop it.
		 */
		DROP,

		/**
		 * It enters the conversation, starts nothing on that route, and is reported by
		 * {@code AgentGenerationProtected}, for the application to act upon.
		 */
		REPORT

	}

	/**
	 * A policy in the making. Not for concurrent use.
	 */
	public static final class Builder {

		private final String name;

		private int minWords;

		private Duration minSpeech;

		private double minConfidence;

		private Phrases stopPhrases;

		private Phrases backchannels;

		private Duration backOff;

		private Duration protectFirst;

		private int protectFirstWords;

		private int flappingMax;

		private Duration flappingWindow;

		private Duration decideWithin;

		private Duration transcriptWait;

		private WhileProtected whileProtected;

		private int floorMaxWords;

		private Duration floorMaxTime;

		Builder(String name, InterruptionPolicy policy) {
			this.name = name;
			this.minWords = policy.minWords;
			this.minSpeech = policy.minSpeech;
			this.minConfidence = policy.minConfidence;
			this.stopPhrases = policy.stopPhrases;
			this.backchannels = policy.backchannels;
			this.backOff = policy.backOff;
			this.protectFirst = policy.protectFirst;
			this.protectFirstWords = policy.protectFirstWords;
			this.flappingMax = policy.flappingMax;
			this.flappingWindow = policy.flappingWindow;
			this.decideWithin = policy.decideWithin;
			this.transcriptWait = policy.transcriptWait;
			this.whileProtected = policy.whileProtected;
			this.floorMaxWords = policy.floorMaxWords;
			this.floorMaxTime = policy.floorMaxTime;
		}

		/**
		 * Words that an utterance must have.
		 */
		public Builder minWords(int minWords) {
			this.minWords = minWords;
			return this;
		}

		/**
		 * Time that the user must have spoken.
		 */
		public Builder minSpeech(Duration minSpeech) {
			this.minSpeech = minSpeech;
			return this;
		}

		/**
		 * Confidence that the recogniser must have, 0 to 1.
		 */
		public Builder minConfidence(double minConfidence) {
			this.minConfidence = minConfidence;
			return this;
		}

		/**
		 * Time after an interruption in which nothing else interrupts.
		 */
		public Builder backOff(Duration backOff) {
			this.backOff = backOff;
			return this;
		}

		/**
		 * Time of a reply in which nothing interrupts.
		 */
		public Builder protectFirst(Duration protectFirst) {
			this.protectFirst = protectFirst;
			return this;
		}

		/**
		 * Words of a reply before which nothing interrupts.
		 */
		public Builder protectFirstWords(int protectFirstWords) {
			this.protectFirstWords = protectFirstWords;
			return this;
		}

		/**
		 * Time after which a user who still speaks interrupts.
		 */
		public Builder decideWithin(Duration decideWithin) {
			this.decideWithin = decideWithin;
			return this;
		}

		/**
		 * Time that a final transcript is waited for.
		 */
		public Builder transcriptWait(Duration transcriptWait) {
			this.transcriptWait = transcriptWait;
			return this;
		}

		/**
		 * What becomes of what the user says to a protected generation.
		 */
		public Builder whileProtected(WhileProtected whileProtected) {
			this.whileProtected = whileProtected;
			return this;
		}

		/**
		 * What interrupts wherever it is in an utterance.
		 */
		public Builder stopPhrases(Phrases stopPhrases) {
			this.stopPhrases = stopPhrases;
			return this;
		}

		/**
		 * What interrupts wherever it is in an utterance. For every language.
		 */
		public Builder stopPhrases(String... phrases) {
			return stopPhrases(new Phrases(List.of(phrases), Map.of()));
		}

		/**
		 * What does not interrupt when it is all of an utterance.
		 */
		public Builder backchannels(Phrases backchannels) {
			this.backchannels = backchannels;
			return this;
		}

		/**
		 * What does not interrupt when it is all of an utterance. For every language.
		 */
		public Builder backchannels(String... phrases) {
			return backchannels(new Phrases(List.of(phrases), Map.of()));
		}

		/**
		 * How many utterances may interrupt within a window.
		 */
		public Builder flapping(int max, Duration window) {
			this.flappingMax = max;
			this.flappingWindow = window;
			return this;
		}

		/**
		 * At how many words and at what time of a user's turn the agent takes the floor;
		 * zero for never.
		 */
		public Builder floor(int maxWords, Duration maxTime) {
			this.floorMaxWords = maxWords;
			this.floorMaxTime = maxTime;
			return this;
		}

		/**
		 * The policy.
		 */
		public InterruptionPolicy build() {
			return new InterruptionPolicy(this.name, this.minWords, this.minSpeech, this.minConfidence,
					this.stopPhrases, this.backchannels, this.backOff, this.protectFirst, this.protectFirstWords,
					this.flappingMax, this.flappingWindow, this.decideWithin, this.transcriptWait, this.whileProtected,
					this.floorMaxWords, this.floorMaxTime);
		}

	}

}
