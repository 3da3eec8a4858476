package dev.edgewise.interruption;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

import dev.edgewise.Decision.Verdict;
import dev.edgewise.Evidence;
import dev.edgewise.Evidence.Answer;
import dev.edgewise.Evidence.Shield;
import dev.edgewise.interruption.Evaluator.Outcome;
import dev.edgewise.interruption.InterruptionPolicy.WhileProtected;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The truth table.
 */
class EvaluatorTests {

	/**
	 * The rules in the order of the issue, and what each says: INTERRUPT, IGNORE, or WAIT
	 * for more.
	 */
	private static final List<String> TABLE = List.of("FORCED INTERRUPT", "PROTECTED IGNORE", "STOP_PHRASE INTERRUPT",
			"FLAPPING IGNORE", "BACK_OFF IGNORE", "OPENING IGNORE", "BACKCHANNEL WAIT", "LOW_CONFIDENCE WAIT",
			"TOO_FEW_WORDS WAIT", "TOO_SHORT WAIT", "CONDITION IGNORE");

	private static final List<String> NAMES = TABLE.stream().map((row) -> row.split(" ")[0]).toList();

	private final Evaluator evaluator = new Evaluator(List.of());

	private final List<String> failures = new ArrayList<>();

	/** When a rule is asked. */
	enum Moment {

		/** More is to be heard, and there is time. */
		OPEN,

		/** All has been heard. */
		CLOSED,

		/** The time is over, and the user still speaks. */
		OVERDUE,

		/** The time is over, and all has been heard of a user who still speaks. */
		OVERDUE_CLOSED,

		/** The time is over, and the user is silent. */
		OVERDUE_SILENT

	}

	static Stream<Arguments> aloneAndInPairs() {
		List<List<String>> sets = new ArrayList<>();
		sets.add(List.of());
		NAMES.forEach((one) -> {
			sets.add(List.of(one));
			NAMES.stream().filter((other) -> !other.equals(one)).forEach((other) -> sets.add(List.of(one, other)));
		});
		return sets.stream().flatMap((on) -> Stream.of(Moment.values()).map((moment) -> Arguments.of(on, moment)));
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("aloneAndInPairs")
	void theFirstRuleThatIsOnDecides(List<String> on, Moment moment) {
		assertThat(decided(on, moment)).isEqualTo(expected(new LinkedHashSet<>(on), moment));
	}

	@ParameterizedTest
	@EnumSource
	void theFirstRuleOfAnySetThatIsOnDecides(Moment moment) {
		for (int bits = 0; bits < 1 << NAMES.size(); bits++) {
			Set<String> on = new LinkedHashSet<>();
			for (int i = 0; i < NAMES.size(); i++) {
				if ((bits & 1 << i) != 0) {
					on.add(NAMES.get(i));
				}
			}
			assertThat(decided(on, moment)).as("%s %s", on, moment).isEqualTo(expected(on, moment));
		}
	}

	@Test
	void theRulesAreThoseOfTheTable() {
		List<String> names = new ArrayList<>(NAMES);
		names.addAll(List.of("INTERRUPTED", "DEADLINE"));
		assertThat(Rule.values()).extracting(Rule::name).containsExactlyElementsOf(names);
	}

	private static String expected(Set<String> on, Moment moment) {
		boolean waived = false;
		for (String row : TABLE) {
			String name = row.split(" ")[0];
			String says = row.split(" ")[1];
			if (!on.contains(name)) {
				continue;
			}
			if (!says.equals("WAIT")) {
				return says + " " + name;
			}
			if (moment == Moment.OPEN) {
				return "PAUSE " + name;
			}
			if (moment != Moment.OVERDUE) {
				return "IGNORE " + name;
			}
			waived = true;
		}
		return waived ? "INTERRUPT DEADLINE" : "INTERRUPT INTERRUPTED";
	}

	private String decided(Iterable<String> on, Moment moment) {
		Known known = new Known().at(moment);
		on.forEach(known::turnOn);
		return verdict(known);
	}

	private String verdict(Known known) {
		return verdict(this.evaluator, known);
	}

	private String verdict(Evaluator evaluator, Known known) {
		Outcome outcome = evaluator.decide(known.policy(), known.evidence(), () -> known.answer,
				(rule, failure) -> this.failures.add(rule + " " + failure.getMessage()));
		return outcome.verdict() + " " + outcome.rule();
	}

	@ParameterizedTest(name = "{0} words of {1}: {2}")
	@CsvSource({ "0, 0, INTERRUPT INTERRUPTED", "1, 0, INTERRUPT INTERRUPTED", "1, 2, PAUSE TOO_FEW_WORDS",
			"2, 2, INTERRUPT INTERRUPTED", "3, 2, INTERRUPT INTERRUPTED" })
	void enoughWordsAreAtLeastThatMany(int words, int minWords, String verdict) {
		Known known = new Known();
		known.words = words;
		known.minWords = minWords;
		assertThat(verdict(known)).isEqualTo(verdict);
	}

	@ParameterizedTest(name = "{0} ms of {1}: {2}")
	@CsvSource({ "0, 0, INTERRUPT INTERRUPTED", "499, 500, PAUSE TOO_SHORT", "500, 500, INTERRUPT INTERRUPTED",
			"501, 500, INTERRUPT INTERRUPTED" })
	void longEnoughIsAtLeastThatLong(long spoken, long minSpeech, String verdict) {
		Known known = new Known();
		known.spokeFor = Duration.ofMillis(spoken);
		known.minSpeech = Duration.ofMillis(minSpeech);
		assertThat(verdict(known)).isEqualTo(verdict);
	}

	@ParameterizedTest(name = "{0} of {1}: {2}")
	@CsvSource(nullValues = "none", value = { "0.0, 0.0, INTERRUPT INTERRUPTED", "0.59, 0.6, PAUSE LOW_CONFIDENCE",
			"0.6, 0.6, INTERRUPT INTERRUPTED", "none, 0.6, INTERRUPT INTERRUPTED", "1.0, 1.0, INTERRUPT INTERRUPTED" })
	void sureEnoughIsAtLeastThatSureOrNotSaid(@Nullable Double confidence, double minConfidence, String verdict) {
		Known known = new Known();
		known.confidence = confidence;
		known.minConfidence = minConfidence;
		assertThat(verdict(known)).isEqualTo(verdict);
	}

	@ParameterizedTest(name = "{0} of {1}: {2}")
	@CsvSource({ "5, 0, INTERRUPT INTERRUPTED", "1, 2, INTERRUPT INTERRUPTED", "2, 2, IGNORE FLAPPING",
			"3, 2, IGNORE FLAPPING" })
	void asManyUtterancesMayInterruptAsThereMayBe(int interruptions, int max, String verdict) {
		Known known = new Known();
		known.interruptions = interruptions;
		known.flappingMax = max;
		assertThat(verdict(known)).isEqualTo(verdict);
	}

	@ParameterizedTest(name = "{0} ms of {1}: {2}")
	@CsvSource(nullValues = "none", value = { "0, 0, INTERRUPT INTERRUPTED", "none, 200, INTERRUPT INTERRUPTED",
			"199, 200, IGNORE BACK_OFF", "200, 200, INTERRUPT INTERRUPTED" })
	void theBackOffIsOverWhenItsTimeIs(@Nullable Long since, long backOff, String verdict) {
		Known known = new Known();
		known.since = (since != null) ? Duration.ofMillis(since) : null;
		known.backOff = Duration.ofMillis(backOff);
		assertThat(verdict(known)).isEqualTo(verdict);
	}

	@ParameterizedTest(name = "started {0}, {1} words of {2}, {3} ms of {4}: {5}")
	@CsvSource({ "true, 2, 3, 900, 0, IGNORE OPENING", "true, 3, 3, 900, 0, INTERRUPT INTERRUPTED",
			"true, -1, 0, 0, 500, IGNORE OPENING", "true, -1, 0, 499, 500, IGNORE OPENING",
			"true, -1, 0, 500, 500, INTERRUPT INTERRUPTED", "true, 2, 3, 500, 500, IGNORE OPENING",
			"true, 3, 3, 499, 500, IGNORE OPENING", "true, 3, 3, 500, 500, INTERRUPT INTERRUPTED",
			"false, 0, 3, 0, 500, INTERRUPT INTERRUPTED", "true, -1, 0, 0, 0, INTERRUPT INTERRUPTED" })
	void theOpeningIsOverWhenWordsAndTimeAre(boolean started, int words, int firstWords, long spoken, long first,
			String verdict) {
		Known known = new Known();
		known.started = started;
		known.agentWords = (words >= 0) ? words : null;
		known.protectFirstWords = firstWords;
		known.agentSpokeFor = Duration.ofMillis(spoken);
		known.protectFirst = Duration.ofMillis(first);
		assertThat(verdict(known)).isEqualTo(verdict);
	}

	@Test
	void theAgentThatTookTheFloorKeepsItFromThatUtterance() {
		Known known = new Known();
		known.tookFloor = true;
		assertThat(verdict(known)).isEqualTo("IGNORE OPENING");
	}

	@ParameterizedTest
	@ValueSource(strings = { "BACKCHANNEL", "LOW_CONFIDENCE", "TOO_FEW_WORDS", "TOO_SHORT" })
	void theGatesAreForSpeechOnly(String gate) {
		Known known = new Known();
		known.turnOn(gate);
		known.speech = false;
		known.transcript = "";
		known.words = 0;
		assertThat(verdict(known)).isEqualTo("INTERRUPT INTERRUPTED");
	}

	@ParameterizedTest
	@ValueSource(strings = { "FORCED", "PROTECTED", "FLAPPING", "BACK_OFF", "OPENING", "CONDITION" })
	void theOtherRulesAreForAnyCause(String rule) {
		Known known = new Known();
		known.turnOn(rule);
		known.speech = false;
		known.transcript = "";
		known.words = 0;
		assertThat(verdict(known)).isEqualTo(expected(Set.of(rule), Moment.OPEN));
	}

	@ParameterizedTest
	@EnumSource(names = { "OPEN", "CLOSED" })
	void whoKnowsBackchannelsOrWantsConfidenceWaitsForAWord(Moment moment) {
		String verdict = (moment == Moment.OPEN) ? "PAUSE " : "IGNORE ";
		for (String heard : List.of("", "…", "👍")) {
			Known backchannels = new Known().at(moment);
			backchannels.transcript = heard;
			backchannels.words = 0;
			backchannels.backchannels = List.of("uh-huh");
			assertThat(verdict(backchannels)).isEqualTo(verdict + "BACKCHANNEL");
			Known confidence = new Known().at(moment);
			confidence.transcript = heard;
			confidence.words = 0;
			confidence.confidence = null;
			confidence.minConfidence = 0.5;
			assertThat(verdict(confidence)).isEqualTo(verdict + "LOW_CONFIDENCE");
		}
	}

	@Test
	void phrasesAreThoseOfTheSessionsLanguage() {
		Known known = new Known();
		known.transcript = "halt";
		known.words = 1;
		known.minWords = 2;
		known.germanStopPhrases = List.of("halt");
		known.language = "en-GB";
		assertThat(verdict(known)).isEqualTo("PAUSE TOO_FEW_WORDS");
		known.language = "de-AT";
		assertThat(verdict(known)).isEqualTo("INTERRUPT STOP_PHRASE");
	}

	@ParameterizedTest
	@EnumSource
	void asksTheConditionOnceAndOnlyIfNothingElseHasDecided(Moment moment) {
		for (String rule : NAMES) {
			List<String> asked = new ArrayList<>();
			Known known = new Known().at(moment);
			known.turnOn(rule);
			Outcome outcome = this.evaluator.decide(known.policy(), known.evidence(), () -> {
				asked.add(rule);
				return known.answer;
			}, (name, failure) -> this.failures.add(name));
			boolean decidedBefore = expected(Set.of(rule), moment).endsWith(rule) && !rule.equals("CONDITION");
			assertThat(asked).as(rule).hasSize(decidedBefore ? 0 : 1);
			assertThat(outcome.evidence().condition()).as(rule)
				.isEqualTo(decidedBefore ? Answer.NOT_ASKED : known.answer);
		}
	}

	@ParameterizedTest
	@EnumSource(names = "NO", mode = EnumSource.Mode.EXCLUDE)
	void onlyAConditionThatSaysNoSpares(Answer answer) {
		Known known = new Known();
		known.answer = answer;
		assertThat(verdict(known)).isEqualTo("INTERRUPT INTERRUPTED");
	}

	@Test
	void theBuiltInPolicyInterruptsWhateverIsKnown() {
		Known known = new Known().at(Moment.OPEN);
		known.transcript = "uh-huh";
		Supplier<Answer> yes = () -> Answer.YES;
		assertThat(this.evaluator.decide(InterruptionPolicy.IMMEDIATE, known.evidence(), yes, (rule, failure) -> {
		})).extracting(Outcome::verdict, Outcome::rule).containsExactly(Verdict.INTERRUPT, "INTERRUPTED");
		assertThat(InterruptionPolicy.IMMEDIATE.listens()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(names = { "FORCED", "INTERRUPTED", "DEADLINE" }, mode = EnumSource.Mode.EXCLUDE)
	void anOwnRuleIsAskedBeforeTheOneItNames(Rule before) {
		Evaluator own = new Evaluator(List.of(own("OWN", before, Verdict.IGNORE)));
		for (String rule : NAMES) {
			Known known = new Known();
			known.turnOn(rule);
			boolean first = NAMES.indexOf(rule) < NAMES.indexOf(before.name());
			assertThat(verdict(own, known)).as(rule)
				.isEqualTo(first ? expected(Set.of(rule), Moment.OPEN) : "IGNORE OWN");
		}
	}

	@Test
	void ownRulesBeforeTheSameOneAreAskedInTheirOrder() {
		InterruptionRule silent = own("SILENT", Rule.CONDITION, null);
		InterruptionRule first = own("FIRST", Rule.CONDITION, Verdict.INTERRUPT);
		InterruptionRule second = own("SECOND", Rule.CONDITION, Verdict.IGNORE);
		assertThat(verdict(new Evaluator(List.of(silent, first, second)), new Known())).isEqualTo("INTERRUPT FIRST");
		assertThat(verdict(new Evaluator(List.of(silent, second, first)), new Known())).isEqualTo("IGNORE SECOND");
		assertThat(verdict(new Evaluator(List.of(silent)), new Known())).isEqualTo("INTERRUPT INTERRUPTED");
	}

	@ParameterizedTest
	@EnumSource
	void anOwnRuleThatPausesIsAGateLikeOthers(Moment moment) {
		Evaluator own = new Evaluator(List.of(own("OWN", Rule.BACKCHANNEL, Verdict.PAUSE)));
		assertThat(verdict(own, new Known().at(moment))).isEqualTo(switch (moment) {
			case OPEN -> "PAUSE OWN";
			case CLOSED, OVERDUE_CLOSED, OVERDUE_SILENT -> "IGNORE OWN";
			case OVERDUE -> "INTERRUPT DEADLINE";
		});
	}

	@ParameterizedTest
	@EnumSource(names = { "FORCED", "INTERRUPTED", "DEADLINE" }, mode = EnumSource.Mode.EXCLUDE)
	void anOwnRuleOfABuiltInOnesNameTakesItsPlace(Rule replaced) {
		Evaluator silent = new Evaluator(List.of(own(replaced.name(), Rule.PROTECTED, null)));
		Evaluator deciding = new Evaluator(List.of(own(replaced.name(), Rule.PROTECTED, Verdict.INTERRUPT)));
		for (String rule : NAMES) {
			Known known = new Known();
			known.turnOn(rule);
			boolean off = rule.equals(replaced.name());
			assertThat(verdict(silent, known)).as(rule).isEqualTo(expected(off ? Set.of() : Set.of(rule), Moment.OPEN));
			boolean first = NAMES.indexOf(rule) < NAMES.indexOf(replaced.name());
			assertThat(verdict(deciding, known)).as(rule)
				.isEqualTo(first ? expected(Set.of(rule), Moment.OPEN) : "INTERRUPT " + replaced);
		}
	}

	@Test
	void anOwnRuleThatFailsHasNoVerdictAndIsTold() {
		Evaluator own = new Evaluator(List.of(new Own("BROKEN", Rule.CONDITION, (evidence) -> {
			throw new IllegalStateException("broken");
		}), own("RESUMING", Rule.CONDITION, Verdict.RESUME)));
		assertThat(verdict(own, new Known())).isEqualTo("INTERRUPT INTERRUPTED");
		assertThat(this.failures).hasSize(2)
			.satisfies((failures) -> assertThat(failures.get(0)).isEqualTo("BROKEN broken"))
			.satisfies((failures) -> assertThat(failures.get(1)).startsWith("RESUMING A rule cannot say RESUME"));
	}

	@Test
	void anOwnRuleSeesTheEvidenceAndThePolicy() {
		Known known = new Known();
		known.keys = "42";
		Evaluator own = new Evaluator(List.of(new Own("KEYS", Rule.CONDITION,
				(evidence) -> evidence.user().keys().equals("42") ? Verdict.IGNORE : null)));
		assertThat(verdict(own, known)).isEqualTo("IGNORE KEYS");
		known.keys = "1";
		assertThat(verdict(own, known)).isEqualTo("INTERRUPT INTERRUPTED");
	}

	@ParameterizedTest(name = "''{0}'' before {1}")
	@CsvSource(delimiter = '|', textBlock = """
			            | CONDITION | malformed name
			''          | CONDITION | malformed name
			lower       | CONDITION | malformed name
			WITH SPACE  | CONDITION | malformed name
			FORCED      | CONDITION | cannot be replaced
			INTERRUPTED | CONDITION | cannot be replaced
			DEADLINE    | CONDITION | cannot be replaced
			MINE        | FORCED    | nothing may overrule
			MINE        |           | before which rule
			""")
	void refusesARuleThatCannotBe(String name, Rule before, String why) {
		assertThatExceptionOfType(InvalidPoliciesException.class)
			.isThrownBy(() -> new Evaluator(List.of(own(name, before, null))))
			.satisfies((ex) -> assertThat(ex.problems()).singleElement().satisfies((problem) -> {
				assertThat(problem.place()).contains("'" + name + "'").contains(Own.class.getName());
				assertThat(problem.what()).contains(why);
			}));
	}

	@Test
	void refusesTwoRulesOfOneNameAndTellsAllThatIsWrong() {
		assertThatExceptionOfType(InvalidPoliciesException.class)
			.isThrownBy(() -> new Evaluator(List.of(own("ONE", Rule.CONDITION, null), own("ONE", Rule.OPENING, null),
					own("A".repeat(65), Rule.OPENING, null))))
			.satisfies((ex) -> assertThat(ex.problems()).hasSize(2));
	}

	private static InterruptionRule own(String name, Rule before, @Nullable Verdict verdict) {
		return new Own(name, before, (evidence) -> verdict);
	}

	private record Own(String name, Rule before,
			Function<Evidence, @Nullable Verdict> judgement) implements InterruptionRule {

		@Override
		public @Nullable Verdict judge(Evidence evidence, InterruptionPolicy policy) {
			assertThat(policy.name()).isEqualTo("tested");
			return this.judgement.apply(evidence);
		}

	}

	/**
	 * What is known, and the policy: nothing speaks against an interruption, until it is
	 * turned on.
	 */
	private static final class Known {

		private boolean forced;

		private @Nullable Shield protection;

		private boolean speech = true;

		private boolean speaking = true;

		private boolean open = true;

		private boolean overdue;

		private String transcript = "well stop now";

		private int words = 3;

		private @Nullable Double confidence = 0.5;

		private Duration spokeFor = Duration.ofMillis(300);

		private String keys = "";

		private @Nullable String language;

		private boolean started = true;

		private Duration agentSpokeFor = Duration.ofMillis(500);

		private @Nullable Integer agentWords = 5;

		private boolean tookFloor;

		private int interruptions = 2;

		private @Nullable Duration since = Duration.ofMillis(100);

		private Answer answer = Answer.YES;

		private int minWords;

		private Duration minSpeech = Duration.ZERO;

		private double minConfidence;

		private List<String> stopPhrases = List.of();

		private List<String> germanStopPhrases = List.of();

		private List<String> backchannels = List.of();

		private Duration backOff = Duration.ZERO;

		private Duration protectFirst = Duration.ZERO;

		private int protectFirstWords;

		private int flappingMax;

		Known at(Moment moment) {
			this.open = moment == Moment.OPEN || moment == Moment.OVERDUE;
			this.speaking = this.open || moment == Moment.OVERDUE_CLOSED;
			this.overdue = moment.name().startsWith("OVERDUE");
			return this;
		}

		void turnOn(String rule) {
			switch (rule) {
				case "FORCED" -> this.forced = true;
				case "PROTECTED" -> this.protection = Shield.SECTION;
				case "STOP_PHRASE" -> this.stopPhrases = List.of("stop");
				case "FLAPPING" -> this.flappingMax = 2;
				case "BACK_OFF" -> this.backOff = Duration.ofMillis(101);
				case "OPENING" -> this.protectFirst = Duration.ofMillis(501);
				case "BACKCHANNEL" -> this.backchannels = List.of("Well, stop now!");
				case "LOW_CONFIDENCE" -> this.minConfidence = 0.51;
				case "TOO_FEW_WORDS" -> this.minWords = 4;
				case "TOO_SHORT" -> this.minSpeech = Duration.ofMillis(301);
				case "CONDITION" -> this.answer = Answer.NO;
				default -> throw new IllegalArgumentException(rule);
			}
		}

		InterruptionPolicy policy() {
			return new InterruptionPolicy("tested", this.minWords, this.minSpeech, this.minConfidence,
					new Phrases(this.stopPhrases, Map.of("de", this.germanStopPhrases)),
					new Phrases(this.backchannels, Map.of()), this.backOff, this.protectFirst, this.protectFirstWords,
					this.flappingMax, Duration.ofSeconds(10), Duration.ofSeconds(2), Duration.ofMillis(300),
					WhileProtected.KEEP, 0, Duration.ZERO);
		}

		Evidence evidence() {
			return new Evidence(this.forced, this.protection,
					new Evidence.User(this.speech, null, this.language, this.speaking, this.open, this.overdue,
							this.spokeFor, this.transcript, this.words, this.confidence, this.keys),
					new Evidence.Agent(this.started, this.agentSpokeFor, this.agentWords, this.tookFloor),
					new Evidence.Past(this.interruptions, this.since), Answer.NOT_ASKED);
		}

	}

}
