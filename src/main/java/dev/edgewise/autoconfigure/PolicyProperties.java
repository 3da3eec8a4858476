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
 * @param whileProtected What becomes of what the user says to a protected generation:
 * kept for the next turn, dropped, or reported by an event.
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
		Check check = new Check(prefix(name) + ".", new ArrayList<>());
		check.name(name);
		Map<String, LanguageProperties> languages = check.languages(this.languages);
		Phrases stops = check.phrases("stop-phrases", this.stopPhrases, LanguageProperties::stopPhrases, languages);
		Phrases signs = check.phrases("backchannels", this.backchannels, LanguageProperties::backchannels, languages);
		InterruptionPolicy policy = new InterruptionPolicy(name, this.minWords, this.minSpeech, this.minConfidence,
				stops, signs, this.backOff, this.protectFirst, this.protectFirstWords, this.flapping.max(),
				this.flapping.window(), this.decideWithin, this.transcriptWait, this.whileProtected,
				this.floor.maxWords(), this.floor.maxTime());
		check.contradictions(policy);
		problems.addAll(check.problems);
		return check.problems.isEmpty() ? Optional.of(policy) : Optional.empty();
	}

	/**
	 * What contradicts itself in a policy that is a bean.
	 * @param bean the bean's name
	 * @param policy the policy
	 */
	static List<Problem> contradictions(String bean, InterruptionPolicy policy) {
		Check check = new Check("bean '%s', ".formatted(bean), new ArrayList<>());
		check.contradictions(policy);
		return check.problems;
	}

	private static String prefix(String name) {
		return "edgewise.interruption.policies" + (name.matches("[A-Za-z0-9-]+") ? "." + name : "[" + name + "]");
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
	 *
	 * @param place what comes before a key of it
	 */
	private record Check(String place, List<Problem> problems) {

		void report(String key, String value, String what, String instead) {
			this.problems.add(new Problem("%s%s = %s".formatted(this.place, key, value), what, instead));
		}

		void name(String name) {
			if (name.equals(InterruptionPolicy.IMMEDIATE_NAME)) {
				this.problems.add(new Problem(prefix(name), "is built in and cannot be changed",
						"Give the policy another name, and name it in @Route(policy = ...)"));
			}
			else if (!NAME.matcher(name).matches()) {
				this.problems
					.add(new Problem(prefix(name), "has a malformed name", "Name it by 1 to 64 of A-Z a-z 0-9 . _ -"));
			}
		}

		void contradictions(InterruptionPolicy policy) {
			contained(policy.backchannels().all(), "backchannels", null, policy.stopPhrases());
			new TreeMap<>(policy.backchannels().byLanguage()).forEach((tag, phrases) -> contained(phrases,
					"languages." + tag + ".backchannels", tag, policy.stopPhrases()));
			times(policy);
		}

		private void times(InterruptionPolicy policy) {
			boolean gate = policy.minWords() > 0 || policy.minConfidence() > 0 || !policy.minSpeech().isZero()
					|| !policy.backchannels().isEmpty();
			if (gate && policy.decideWithin().isZero()) {
				report("decide-within", written(policy.decideWithin()),
						"leaves no time for what min-words, min-speech, min-confidence and backchannels ask for",
						"Write more than 0ms and at most 1m, or remove those");
			}
			else if (!policy.minSpeech().isZero() && policy.minSpeech().compareTo(policy.decideWithin()) >= 0) {
				report("min-speech", written(policy.minSpeech()),
						"is never reached: it is decided within " + written(policy.decideWithin()),
						"Write less than decide-within, or a longer decide-within (at most 1m)");
			}
			if (policy.flappingMax() > 0 && policy.flappingWindow().isZero()) {
				report("flapping.window", written(policy.flappingWindow()),
						"is no time in which there could be flapping.max = " + policy.flappingMax(),
						"Write more than 0ms and at most 1h, or flapping.max = 0");
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
					this.problems.add(new Problem(this.place + "languages." + tag, "cannot be used: " + ex.getMessage(),
							"Write a language's tag, such as de or pt-BR"));
				}
			});
			return usable;
		}

		private List<String> usable(String key, List<String> phrases) {
			List<String> usable = new ArrayList<>();
			for (String phrase : phrases) {
				if (phrase.equals("true") || phrase.equals("false")) {
					report(key, "'" + phrase + "'", "is what YAML makes of yes, no, on and off",
							"Write it in quotes: 'yes'; or, if it is this word that is meant, 'True' or 'False'");
					continue;
				}
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
