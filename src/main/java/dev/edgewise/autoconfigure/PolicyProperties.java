package dev.edgewise.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;

import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.InterruptionPolicy.WhileProtected;
import dev.edgewise.interruption.InvalidPoliciesException.Problem;
import dev.edgewise.interruption.Phrases;
import jakarta.validation.Valid;
import org.hibernate.validator.constraints.Range;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationPropertiesSource;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationStyle;

/**
 * {@code edgewise.interruption.policies.<name>}.
 *
 * @param minWords Words that an utterance must have to interrupt.
 * @param minSpeech Time that the user must have spoken to interrupt.
 * @param minConfidence Confidence that the recogniser must have; a transcript that says
 * none passes.
 * @param stopPhrases Phrases that interrupt at once wherever they are in an utterance, as
 * whole words.
 * @param backchannels Phrases that do not interrupt when they are all of an utterance.
 * @param languages Phrases for one language, by its BCP 47 tag, beside those for all.
 * @param backOff Time after an interruption in which speech does not interrupt again.
 * @param protectFirst Time of a reply, from its first item, in which speech does not
 * interrupt.
 * @param protectFirstWords Delivered words of a reply before which speech does not
 * interrupt.
 * @param flapping The guard against a user who interrupts too often.
 * @param decideWithin Time after which a pause is decided; a user who still speaks
 * interrupts.
 * @param transcriptWait Time that a final transcript is waited for when the user has
 * stopped speaking.
 * @param whileProtected What becomes of what the user says to a protected generation.
 * @param floor The limits of a user's turn at which the agent takes the floor.
 */
@ConfigurationPropertiesSource
record PolicyProperties(@DefaultValue("0") @Range(min = 0, max = 1_000) int minWords,
		@DefaultValue("0ms") @Between(min = "0ms", max = "1m") Duration minSpeech,
		@DefaultValue("0") @Range(min = 0, max = 1) double minConfidence, @DefaultValue List<String> stopPhrases,
		@DefaultValue List<String> backchannels, @DefaultValue Map<String, LanguageProperties> languages,
		@DefaultValue("0ms") @Between(min = "0ms", max = "1h") Duration backOff,
		@DefaultValue("0ms") @Between(min = "0ms", max = "1h") Duration protectFirst,
		@DefaultValue("0") @Range(min = 0, max = 10_000) int protectFirstWords,
		@DefaultValue @Valid FlappingProperties flapping,
		@DefaultValue("2s") @Between(min = "0ms", max = "1m") Duration decideWithin,
		@DefaultValue("300ms") @Between(min = "0ms", max = "1m") Duration transcriptWait,
		@DefaultValue("KEEP") WhileProtected whileProtected, @DefaultValue @Valid FloorProperties floor) {

	private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

	/**
	 * The policy, if nothing is wrong with it.
	 * @param name its name
	 * @param problems takes what is wrong with it
	 */
	Optional<InterruptionPolicy> toPolicy(String name, List<Problem> problems) {
		Check check = new Check(name, new ArrayList<>());
		check.name();
		Map<String, LanguageProperties> languages = check.languages(this.languages);
		Phrases stops = check.phrases("stop-phrases", this.stopPhrases, LanguageProperties::stopPhrases, languages);
		Phrases signs = check.phrases("backchannels", this.backchannels, LanguageProperties::backchannels, languages);
		check.contained(this.backchannels, "backchannels", null, stops);
		languages.forEach((tag, phrases) -> check.contained(phrases.backchannels(),
				"languages." + tag + ".backchannels", tag, stops));
		InterruptionPolicy policy = new InterruptionPolicy(name, this.minWords, this.minSpeech, this.minConfidence,
				stops, signs, this.backOff, this.protectFirst, this.protectFirstWords, this.flapping.max(),
				this.flapping.window(), this.decideWithin, this.transcriptWait, this.whileProtected,
				this.floor.maxWords(), this.floor.maxTime());
		checkTimes(check, policy);
		problems.addAll(check.problems);
		return check.problems.isEmpty() ? Optional.of(policy) : Optional.empty();
	}

	private void checkTimes(Check check, InterruptionPolicy policy) {
		boolean gate = this.minWords > 0 || this.minConfidence > 0 || !this.minSpeech.isZero()
				|| !policy.backchannels().isEmpty();
		if (gate && this.decideWithin.isZero()) {
			check.report("decide-within", written(this.decideWithin),
					"leaves no time for what min-words, min-speech, min-confidence and backchannels ask for",
					"Write more than 0ms and at most 1m, or remove those");
		}
		else if (!this.minSpeech.isZero() && this.minSpeech.compareTo(this.decideWithin) >= 0) {
			check.report("min-speech", written(this.minSpeech),
					"is never reached: it is decided within " + written(this.decideWithin),
					"Write less than decide-within, or a longer decide-within (at most 1m)");
		}
		if (this.flapping.max() > 0 && this.flapping.window().isZero()) {
			check.report("flapping.window", written(this.flapping.window()),
					"is no time in which there could be flapping.max = " + this.flapping.max(),
					"Write more than 0ms and at most 1h, or flapping.max = 0");
		}
	}

	private static String written(Duration duration) {
		return DurationStyle.SIMPLE.print(duration);
	}

	/**
	 * {@code edgewise.interruption.policies.<name>.languages.<tag>}.
	 *
	 * @param stopPhrases Phrases of this language that interrupt at once.
	 * @param backchannels Phrases of this language that do not interrupt when they are
	 * all of an utterance.
	 */
	@ConfigurationPropertiesSource
	record LanguageProperties(@DefaultValue List<String> stopPhrases, @DefaultValue List<String> backchannels) {
	}

	/**
	 * {@code edgewise.interruption.policies.<name>.flapping}.
	 *
	 * @param max Utterances that may interrupt within the window; 0 for any number.
	 * @param window Time in which they are counted.
	 */
	record FlappingProperties(@DefaultValue("0") @Range(min = 0, max = 1_000) int max,
			@DefaultValue("10s") @Between(min = "0ms", max = "1h") Duration window) {
	}

	/**
	 * {@code edgewise.interruption.policies.<name>.floor}.
	 *
	 * @param maxWords Words of a user's turn at which the agent takes the floor; 0 for
	 * never.
	 * @param maxTime Time of a user's turn at which the agent takes the floor; 0 for
	 * never.
	 */
	record FloorProperties(@DefaultValue("0") @Range(min = 0, max = 100_000) int maxWords,
			@DefaultValue("0ms") @Between(min = "0ms", max = "1h") Duration maxTime) {
	}

	/**
	 * What is wrong with one policy.
	 */
	private record Check(String policy, List<Problem> problems) {

		void report(String key, String value, String what, String instead) {
			this.problems.add(new Problem("%s.%s = %s".formatted(prefix(), key, value), what, instead));
		}

		private String prefix() {
			return "edgewise.interruption.policies"
					+ (this.policy.matches("[A-Za-z0-9-]+") ? "." + this.policy : "[" + this.policy + "]");
		}

		void name() {
			if (this.policy.equals(InterruptionPolicy.IMMEDIATE_NAME)) {
				this.problems.add(new Problem(prefix(), "is built in and cannot be changed",
						"Give the policy another name, and name it in @Route(policy = ...)"));
			}
			else if (!NAME.matcher(this.policy).matches()) {
				this.problems
					.add(new Problem(prefix(), "has a malformed name", "Name it by 1 to 64 of A-Z a-z 0-9 . _ -"));
			}
		}

		Phrases phrases(String key, List<String> all, Function<LanguageProperties, List<String>> ofLanguage,
				Map<String, LanguageProperties> languages) {
			List<String> common = usable(key, all);
			Map<String, List<String>> byLanguage = new HashMap<>();
			languages.forEach((tag, phrases) -> {
				List<String> own = usable("languages." + tag + "." + key, ofLanguage.apply(phrases));
				if (!own.isEmpty()) {
					byLanguage.put(tag, own);
				}
			});
			return new Phrases(common, byLanguage);
		}

		/**
		 * Those with a tag that can be used.
		 */
		Map<String, LanguageProperties> languages(Map<String, LanguageProperties> languages) {
			Map<String, LanguageProperties> usable = new TreeMap<>();
			languages.forEach((tag, phrases) -> {
				try {
					new Phrases(List.of(), Map.of(tag, List.of()));
					usable.put(tag, phrases);
				}
				catch (IllegalArgumentException ex) {
					this.problems.add(new Problem(prefix() + ".languages." + tag, "cannot be used: " + ex.getMessage(),
							"Write a language's tag, such as de or pt-BR"));
				}
			});
			return usable;
		}

		private List<String> usable(String key, List<String> phrases) {
			List<String> usable = new ArrayList<>();
			for (String phrase : phrases) {
				try {
					new Phrases(List.of(phrase), Map.of());
					usable.add(phrase);
				}
				catch (IllegalArgumentException ex) {
					report(key, "'" + phrase + "'", "cannot be used: " + ex.getMessage(),
							"Write phrases with at least one letter or digit");
				}
			}
			return usable;
		}

		void contained(List<String> backchannels, String key, @Nullable String tag, Phrases stops) {
			for (String backchannel : backchannels) {
				String stop = stops.firstIn(backchannel, tag);
				if (stop != null) {
					report(key, "'" + backchannel + "'", "can never be one: it has the stop phrase '" + stop + "'",
							"Remove it here or from the stop-phrases");
				}
			}
		}

	}

}
