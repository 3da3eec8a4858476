package dev.edgewise.autoconfigure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import dev.edgewise.Decision.Verdict;
import dev.edgewise.Evidence;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.InterruptionPolicy.WhileProtected;
import dev.edgewise.interruption.InterruptionRule;
import dev.edgewise.interruption.InvalidPoliciesException;
import dev.edgewise.interruption.Phrases;
import dev.edgewise.interruption.Policies;
import dev.edgewise.interruption.Rule;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.support.SpringFactoriesLoader;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Policies from properties and beans, and what is wrong with them.
 */
class EdgewiseInterruptionAutoConfigurationTests {

	private static final String POLICIES = "edgewise.interruption.policies.";

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(EdgewiseAutoConfiguration.class, EdgewiseInterruptionAutoConfiguration.class));

	@Test
	void hasTheBuiltInPolicyAlone() {
		this.runner.run((context) -> {
			Policies policies = context.getBean(Policies.class);
			assertThat(policies.names()).containsExactly("immediate");
			assertThat(policies.get(null)).isSameAs(InterruptionPolicy.IMMEDIATE);
		});
	}

	@Test
	void makesPoliciesOfYaml() {
		withYaml("""
				edgewise.interruption.policies:
				  call:
				    min-words: 2
				    min-speech: 400ms
				    min-confidence: 0.6
				    stop-phrases: [stop, hold on]
				    backchannels: uh-huh, I see
				    languages:
				      de:
				        stop-phrases: [halt]
				      pt-BR.backchannels: [pois é]
				    back-off: 1s
				    protect-first: 500ms
				    protect-first-words: 3
				    flapping:
				      max: 4
				      window: 30s
				    decide-within: 500ms
				    transcript-wait: 200ms
				    while-protected: report
				    floor:
				      max-words: 120
				      max-time: 45s
				  "[a.b]":
				    min-words: 1
				""").run((context) -> {
			Policies policies = context.getBean(Policies.class);
			assertThat(policies.names()).containsExactly("a.b", "call", "immediate");
			assertThat(policies.get("call")).usingRecursiveComparison()
				.isEqualTo(new InterruptionPolicy("call", 2, Duration.ofMillis(400), 0.6,
						new Phrases(List.of("stop", "hold on"), Map.of("de", List.of("halt"))),
						new Phrases(List.of("uh-huh", "I see"), Map.of("pt-BR", List.of("pois é"))),
						Duration.ofSeconds(1), Duration.ofMillis(500), 3, 4, Duration.ofSeconds(30),
						Duration.ofMillis(500), Duration.ofMillis(200), WhileProtected.REPORT, 120,
						Duration.ofSeconds(45)));
			assertThat(policies.get("a.b").minWords()).isEqualTo(1);
		});
	}

	@ParameterizedTest
	@CsvSource({ "no, false", "on, true", "Yes, true", "OFF, false", "true, true" })
	void tellsWhatYamlMakesOfWordsLikeYesAndNo(String written, String read) {
		withYaml("""
				edgewise.interruption.policies.call:
				  stop-phrases: [stop, %s]
				""".formatted(written)).run((context) -> {
			FailureAnalysis analysis = analyze(context.getStartupFailure());
			assertThat(analysis.getDescription()).contains("call.stop-phrases = '%s'".formatted(read))
				.contains("is what YAML makes of yes, no, on and off");
			assertThat(analysis.getAction()).contains("Write it in quotes").contains("'True'");
		});
	}

	@Test
	void takesWordsLikeYesAndNoInQuotes() {
		withYaml("""
				edgewise.interruption.policies.call:
				  stop-phrases: ["no", "False"]
				  backchannels: ['yes', "True"]
				""").run((context) -> {
			InterruptionPolicy policy = context.getBean(Policies.class).get("call");
			assertThat(policy.stopPhrases().anyIn("no, thanks", null)).isTrue();
			assertThat(policy.stopPhrases().anyIn("that is false", null)).isTrue();
			assertThat(policy.backchannels().anyIs("Yes.", null)).isTrue();
			assertThat(policy.backchannels().anyIs("true", null)).isTrue();
		});
	}

	@Test
	void thePhrasesOfTheServiceAreThoseThatAreWritten() {
		this.runner.withInitializer((context) -> {
			try {
				new YamlPropertySourceLoader().load("service", new ClassPathResource("application.yml"))
					.forEach(context.getEnvironment().getPropertySources()::addFirst);
			}
			catch (IOException ex) {
				throw new AssertionError(ex);
			}
		}).run((context) -> {
			InterruptionPolicy policy = context.getBean(Policies.class).get("conversation");
			assertThat(policy.backchannels().all()).contains("yes", "uh-huh").doesNotContain("true");
			assertThat(policy.stopPhrases().all()).contains("stop");
			assertThat(policy.minWords()).isEqualTo(2);
			assertThat(policy.decideWithin()).hasMillis(500);
		});
	}

	@Test
	void addsThePoliciesThatAreBeans() {
		this.runner.withBean("mine", InterruptionPolicy.class, () -> policy("mine"))
			.withPropertyValues(POLICIES + "call.min-words=2")
			.run((context) -> assertThat(context.getBean(Policies.class).names()).containsExactly("call", "immediate",
					"mine"));
	}

	@Test
	void standsBackForPoliciesOfTheApplication() {
		Policies own = new Policies(List.of(policy("own")));
		this.runner.withBean(Policies.class, () -> own)
			.run((context) -> assertThat(context.getBean(Policies.class)).isSameAs(own));
	}

	@ParameterizedTest(name = "{0}")
	@CsvSource(delimiter = '|', quoteCharacter = '"',
			textBlock = """
					immediate.min-words=2                           | immediate                  | is built in                                     | another name
					x.min-speech=2s                                 | x.min-speech = 2000ms      | is never reached: it is decided within 2000ms   | Write less than decide-within
					x.min-speech=700ms;x.decide-within=500ms        | x.min-speech = 700ms       | is never reached: it is decided within 500ms    | at most 1m
					x.min-words=1;x.decide-within=0                 | x.decide-within = 0ms      | leaves no time                                  | more than 0ms and at most 1m
					x.min-speech=1ms;x.decide-within=0              | x.decide-within = 0ms      | leaves no time                                  | more than 0ms and at most 1m
					x.min-confidence=0.1;x.decide-within=0          | x.decide-within = 0ms      | leaves no time                                  | more than 0ms and at most 1m
					x.backchannels=ok;x.decide-within=0             | x.decide-within = 0ms      | leaves no time                                  | more than 0ms and at most 1m
					x.flapping.max=2;x.flapping.window=0            | x.flapping.window = 0ms    | is no time in which there could be flapping.max = 2 | more than 0ms and at most 1h
					x.stop-phrases=stop,!!                          | x.stop-phrases = '!!'      | has neither letter nor digit                    | at least one letter or digit
					x.backchannels[0]=                              | x.backchannels = ''        | has neither letter nor digit                    | at least one letter or digit
					x.languages.de.backchannels=…                   | x.languages.de.backchannels = '…' | has neither letter nor digit             | at least one letter or digit
					x.languages.d.stop-phrases=halt                 | x.languages.d              | is no language tag of BCP 47                    | such as de or pt-BR
					x.languages[de_AT].backchannels=ja              | x.languages.de_AT          | is no language tag of BCP 47                   | such as de or pt-BR
					x.stop-phrases=Uh Huh;x.backchannels=uh-huh     | x.backchannels = 'uh-huh'  | can never be one: it has the stop phrase 'Uh Huh' | Remove it here or from the stop-phrases
					x.stop-phrases=no;x.backchannels=oh no          | x.backchannels = 'oh no'   | it has the stop phrase 'no'                     | Remove it
					x.stop-phrases=ja;x.languages.de.backchannels=ja ja | x.languages.de.backchannels = 'ja ja' | it has the stop phrase 'ja'      | Remove it
					x.languages.de.stop-phrases=ja;x.backchannels=ja | x.backchannels = 'ja'     | it has the stop phrase 'ja'                     | Remove it
					x.languages.de.stop-phrases=ja;x.languages.de-AT.backchannels=ja | x.languages.de-AT.backchannels = 'ja' | it has the stop phrase 'ja' | Remove it
					""")
	void failsTheStartAndNamesTheKeyAndWhatIsAllowed(String keys, String place, String what, String instead) {
		this.runner.withPropertyValues(values(keys)).run((context) -> {
			assertThat(context).hasFailed();
			FailureAnalysis analysis = analyze(context.getStartupFailure());
			assertThat(analysis.getDescription()).startsWith("One thing is wrong with the policies of interruption:")
				.contains(POLICIES + place)
				.contains(what);
			assertThat(analysis.getAction()).contains(POLICIES + place + ":").contains(instead);
		});
	}

	@ParameterizedTest(name = "{0}")
	@CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
			x.languages.de.stop-phrases=ja;x.languages.en.backchannels=ja
			x.stop-phrases=no;x.backchannels=know
			x.min-speech=1999ms
			x.decide-within=0;x.stop-phrases=stop;x.back-off=1s
			x.flapping.window=0
			x.min-words=1000;x.min-speech=59s;x.min-confidence=1;x.decide-within=1m
			x.backchannels=
			x.while-protected=;x.min-speech=;x.flapping.window=;x.languages.de.stop-phrases=
			""")
	void startsWithWhatIsNoContradiction(String keys) {
		this.runner.withPropertyValues(values(keys))
			.run((context) -> assertThat(context.getBean(Policies.class).names()).containsExactly("immediate", "x"));
	}

	@Test
	void refusesAMalformedName() {
		for (String name : List.of("[a b]", "[ä]", "[a/b]", "x".repeat(65))) {
			this.runner
				.withPropertyValues(POLICIES.substring(0, POLICIES.length() - (name.startsWith("[") ? 1 : 0)) + name
						+ ".min-words=1")
				.run((context) -> assertThat(context).getFailure()
					.rootCause()
					.isInstanceOf(InvalidPoliciesException.class)
					.hasMessageContaining("has a malformed name")
					.hasMessageContaining("1 to 64 of A-Z a-z 0-9 . _ -"));
		}
	}

	@Test
	void tellsAllThatIsWrongAtOnce() {
		this.runner
			.withPropertyValues(POLICIES + "x.min-speech=3s", POLICIES + "x.stop-phrases=?,ok",
					POLICIES + "x.backchannels=ok", POLICIES + "y.flapping.max=1", POLICIES + "y.flapping.window=0s")
			.withBean("mine", InterruptionPolicy.class, () -> policy("immediate"))
			.run((context) -> {
				FailureAnalysis analysis = analyze(context.getStartupFailure());
				assertThat(analysis.getDescription().lines()).containsExactly(
						"5 things are wrong with the policies of interruption:", "",
						"    edgewise.interruption.policies.x.stop-phrases = '?'",
						"        cannot be used: The phrase '?' has neither letter nor digit",
						"    edgewise.interruption.policies.x.backchannels = 'ok'",
						"        can never be one: it has the stop phrase 'ok'",
						"    edgewise.interruption.policies.x.min-speech = 3000ms",
						"        is never reached: it is decided within 2000ms",
						"    edgewise.interruption.policies.y.flapping.window = 0ms",
						"        is no time in which there could be flapping.max = 1", "    bean 'mine'",
						"        is a policy named 'immediate', which is built in");
			});
	}

	@Test
	void refusesABeanThatHasTheNameOfAnotherPolicy() {
		this.runner.withBean("mine", InterruptionPolicy.class, () -> policy("call"))
			.withPropertyValues(POLICIES + "call.min-words=2")
			.run((context) -> assertThat(analyze(context.getStartupFailure()).getDescription()).contains("bean 'mine'")
				.contains("is a policy named 'call', and there is another one"));
	}

	@Test
	void refusesABeanThatContradictsItself() {
		InterruptionPolicy mine = InterruptionPolicy.builder("mine")
			.minSpeech(Duration.ofSeconds(3))
			.stopPhrases("no")
			.backchannels(new Phrases(List.of(), Map.of("en", List.of("oh no"))))
			.flapping(2, Duration.ZERO)
			.build();
		this.runner.withBean("mine", InterruptionPolicy.class, () -> mine).run((context) -> {
			FailureAnalysis analysis = analyze(context.getStartupFailure());
			assertThat(analysis.getDescription().lines()).containsExactly(
					"3 things are wrong with the policies of interruption:", "",
					"    bean 'mine', languages.en.backchannels = 'oh no'",
					"        can never be one: it has the stop phrase 'no'", "    bean 'mine', min-speech = 3000ms",
					"        is never reached: it is decided within 2000ms", "    bean 'mine', flapping.window = 0ms",
					"        is no time in which there could be flapping.max = 2");
		});
	}

	@Test
	void refusesABeanWithValuesThatCannotBe() {
		this.runner
			.withBean("mine", InterruptionPolicy.class,
					() -> InterruptionPolicy.builder("mine")
						.minWords(-1)
						.minConfidence(Double.NaN)
						.decideWithin(Duration.ofMillis(-5))
						.build())
			.run((context) -> {
				FailureAnalysis analysis = analyze(context.getStartupFailure());
				assertThat(analysis.getDescription().lines()).containsExactly(
						"3 things are wrong with the policies of interruption:", "",
						"    policy 'mine', decide-within = PT-0.005S", "        is out of range",
						"    policy 'mine', min-confidence = NaN", "        is out of range",
						"    policy 'mine', min-words = -1", "        is out of range");
				assertThat(analysis.getAction()).contains("Must be 0 to 1").contains("Must be 0 or more");
			});
	}

	@Test
	void failsTheStartWithRulesThatCannotBe() {
		this.runner
			.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class,
					EdgewiseEngineAutoConfiguration.class, EdgewiseJsonAutoConfiguration.class,
					EdgewiseRouteAutoConfiguration.class, EdgewiseSchedulersAutoConfiguration.class))
			.withBean("first", InterruptionRule.class, () -> new Named("FORCED"))
			.withBean("second", InterruptionRule.class, () -> new Named("quiet please"))
			.run((context) -> {
				FailureAnalysis analysis = analyze(context.getStartupFailure());
				assertThat(analysis.getDescription()).startsWith("2 things are wrong with the policies")
					.contains("rule 'FORCED' (" + Named.class.getName() + ")")
					.contains("takes the place of a rule that cannot be replaced")
					.contains("rule 'quiet please'");
				assertThat(analysis.getAction()).contains("Name it by 1 to 64 of A-Z 0-9 _");
			});
	}

	private static String[] values(String keys) {
		return List.of(keys.split(";")).stream().map((key) -> POLICIES + key).toArray(String[]::new);
	}

	private ApplicationContextRunner withYaml(String yaml) {
		return this.runner.withInitializer((context) -> {
			try {
				new YamlPropertySourceLoader()
					.load("yaml", new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)))
					.forEach(context.getEnvironment().getPropertySources()::addFirst);
			}
			catch (IOException ex) {
				throw new AssertionError(ex);
			}
		});
	}

	private static InterruptionPolicy policy(String name) {
		return new InterruptionPolicy(name, 0, Duration.ZERO, 0, Phrases.NONE, Phrases.NONE, Duration.ZERO,
				Duration.ZERO, 0, 0, Duration.ZERO, Duration.ZERO, Duration.ZERO, WhileProtected.KEEP, 0,
				Duration.ZERO);
	}

	private static FailureAnalysis analyze(@Nullable Throwable failure) {
		return SpringFactoriesLoader.forDefaultResourceLocation().load(FailureAnalyzer.class, (type, name, ex) -> {
		}).stream().filter(InvalidPoliciesFailureAnalyzer.class::isInstance).findFirst().orElseThrow().analyze(failure);
	}

	private record Named(String name) implements InterruptionRule {

		@Override
		public Rule before() {
			return Rule.OPENING;
		}

		@Override
		public @Nullable Verdict judge(Evidence evidence, InterruptionPolicy policy) {
			return null;
		}

	}

}
