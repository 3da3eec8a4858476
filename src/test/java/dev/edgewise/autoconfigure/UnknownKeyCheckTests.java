package dev.edgewise.autoconfigure;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Keys that nobody reads.
 */
class UnknownKeyCheckTests {

	private static final String POLICY = "edgewise.interruption.policies.call.";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EdgewiseAutoConfiguration.class));

	@ParameterizedTest
	@ValueSource(
			strings = { "edgewise.sesion.max", "edgewise.session.maximum", "edgewise.foo", "edgewise.agent.enabled",
					"edgewise.session.log.frames.max", "edgewise.web.base-paths", "edgewise.stream[0].heartbeat" })
	void failsAtAnUnknownKeyAndNamesIt(String key) {
		this.runner.withPropertyValues(key + "=1")
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(UnknownKeysException.class)
				.hasMessageContaining(key));
	}

	@ParameterizedTest
	@ValueSource(strings = { "edgewise.interruption.policies.call.min-wrods",
			"edgewise.interruption.policies.call.flapping.maximum", "edgewise.interruption.policies.call.floor.words",
			"edgewise.interruption.policies.call.stop-phrase[0]", "edgewise.interruption.policies.call.stop-phrases.a",
			"edgewise.interruption.policies.call.languages.de.backchannel",
			"edgewise.interruption.policies.call.language.de.backchannels",
			"edgewise.interruption.policy.call.min-words", "edgewise.interruption.policies[a.b].min-wrods" })
	void failsAtAnUnknownKeyOfAPolicyAndNamesIt(String key) {
		this.runner.withPropertyValues("edgewise.interruption.policies.call.min-words=2", key + "=1")
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(UnknownKeysException.class)
				.hasMessageContaining(key));
	}

	@ParameterizedTest
	@ValueSource(strings = { "edgewise.interruption.policies.call.min-words",
			"edgewise.interruption.policies.call.minWords", "edgewise.interruption.policies.Call_1.min-words",
			"edgewise.interruption.policies[a.b_c].min-words", "edgewise.interruption.policies.call.stop-phrases[0]",
			"edgewise.interruption.policies.call.stop-phrases", "edgewise.interruption.policies.call.flapping.max",
			"edgewise.interruption.policies.call.languages.pt-BR.stop-phrases[0]",
			"edgewise.interruption.policies.call.languages.de.backchannels" })
	void knowsTheKeysOfPolicies(String key) {
		this.runner.withPropertyValues(key + "=1").run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void tellsNoIndexesInstead() {
		this.runner.withPropertyValues(POLICY + "stop-phrases.de=halt")
			.run((context) -> assertThat(
					new UnknownKeysFailureAnalyzer().analyze(context.getStartupFailure()).getAction())
				.contains("edgewise.interruption.policies.call: back-off, ")
				.contains(", languages, ")
				.doesNotContain("stop-phrases: 0"));
	}

	@Test
	void tellsTheKeysOfPoliciesInstead() {
		this.runner.withPropertyValues("edgewise.interruption.policies.call.min-wrods=2")
			.run((context) -> assertThat(
					new UnknownKeysFailureAnalyzer().analyze(context.getStartupFailure()).getAction())
				.contains("edgewise.interruption.policies.call: back-off, backchannels, decide-within, ")
				.contains(", min-words, "));
	}

	@ParameterizedTest
	@ValueSource(strings = { "EDGEWISE_INTERRUPTION_POLICIES_CALL_MINWORDS",
			"EDGEWISE_INTERRUPTION_POLICIES_CALL_MIN_WORDS" })
	void knowsAPolicysVariableInEveryFormThatBinds(String name) {
		withVariable(name, "2").run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(EdgewiseProperties.class).interruption().policies()).hasEntrySatisfying("call",
					(policy) -> assertThat(policy.minWords()).isEqualTo(2));
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "EDGEWISE_INTERRUPTION_POLICIES_CALL_STOPPHRASES",
			"EDGEWISE_INTERRUPTION_POLICIES_CALL_STOPPHRASES_0", "EDGEWISE_INTERRUPTION_POLICIES_CALL_FLAPPING_MAX",
			"EDGEWISE_INTERRUPTION_POLICIES_CALL_LANGUAGES_DE_STOPPHRASES" })
	void knowsTheVariablesOfPolicies(String name) {
		withVariable(name, "2").run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void failsAtAnUnknownVariableOfAPolicy() {
		withVariable("EDGEWISE_INTERRUPTION_POLICIES_CALL_MINWRODS", "2")
			.run((context) -> assertThat(context).getFailure()
				.hasMessageContaining("EDGEWISE_INTERRUPTION_POLICIES_CALL_MINWRODS"));
	}

	@Test
	void namesAllUnknownKeysAtOnce() {
		this.runner.withPropertyValues("edgewise.foo=1", "edgewise.bar=2")
			.run((context) -> assertThat(context).getFailure().hasMessageContainingAll("edgewise.foo", "edgewise.bar"));
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void tellsWhatThereIsInstead(CapturedOutput output) {
		SpringApplication application = new SpringApplication(EdgewiseAutoConfiguration.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		assertThatExceptionOfType(UnknownKeysException.class)
			.isThrownBy(() -> application.run("--edgewise.session.maximum=1", "--edgewise.nonsense.deep=2"));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains(
					"edgewise.session.maximum (\"edgewise.session.maximum\" from property source \"commandLineArgs\")")
			.contains(
					"edgewise.session: conversation, decisions, event-ids, events-per-second, idle-timeout, log, mailbox, max, ")
			.contains("edgewise: agents, blocking, event, ");
	}

	@ParameterizedTest
	@ValueSource(strings = { "edgewise.session.idle-timeout", "edgewise.session.idleTimeout",
			"edgewise.session.idle_timeout", "edgewise.session.IDLE-TIMEOUT" })
	void knowsAKeyInEveryFormThatBinds(String key) {
		this.runner.withPropertyValues(key + "=1m").run((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@ValueSource(strings = { "EDGEWISE_SESSION_IDLETIMEOUT", "EDGEWISE_SESSION_IDLE_TIMEOUT" })
	void knowsAVariableInEveryFormThatBinds(String name) {
		withVariable(name, "1m").run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(EdgewiseProperties.class).session().idleTimeout()).hasMinutes(1);
		});
	}

	@Test
	void failsAtAnUnknownVariableAndNamesIt() {
		withVariable("EDGEWISE_SESSION_MAXIMUM", "1")
			.run((context) -> assertThat(context).getFailure().hasMessageContaining("EDGEWISE_SESSION_MAXIMUM"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "EDGEWISE_SERVICE_HOST", "EDGEWISE_SERVICE_PORT", "EDGEWISE_SERVICE_PORT_HTTP",
			"EDGEWISE_PORT", "EDGEWISE_PORT_8080_TCP", "EDGEWISE_PORT_8080_TCP_ADDR", "EDGEWISE_CANARY_SERVICE_HOST",
			"EDGEWISE_CANARY_PORT_8080_TCP_PROTO" })
	void leavesTheVariablesAloneThatKubernetesSetsForAServiceOfThatName(String name) {
		withVariable(name, "10.0.0.1").run((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@ValueSource(strings = { "stop-phrases[0]", "stop-phrases", "stopPhrases" })
	void leavesTheElementsAloneOfAListThatAnotherSourceReplacesByAShorterOne(String key) {
		this.runner.withPropertyValues(POLICY + key + "=halt")
			.withSystemProperties(POLICY + "stop-phrases[0]=stop", POLICY + "stop-phrases[1]=wait",
					POLICY + "stop-phrases[2]=hold on", POLICY + "stop-phrases[3]=be quiet")
			.run((context) -> assertThat(context.getBean(EdgewiseProperties.class).interruption().policies())
				.hasEntrySatisfying("call", (policy) -> assertThat(policy.stopPhrases()).containsExactly("halt")));
	}

	@Test
	void leavesTheVariablesAloneOfAListThatAnotherSourceReplacesByAShorterOne() {
		this.runner.withSystemProperties(POLICY + "stop-phrases=halt")
			.withInitializer((context) -> setVariables(context,
					Map.of("EDGEWISE_INTERRUPTION_POLICIES_CALL_STOPPHRASES_0", "stop",
							"EDGEWISE_INTERRUPTION_POLICIES_CALL_STOP_PHRASES_1", "wait",
							"EDGEWISE_INTERRUPTION_POLICIES_CALL_STOPPHRASES_2", "hold on")))
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void failsAtAnUnknownSystemProperty() {
		this.runner.withSystemProperties("edgewise.sesion.max=1")
			.run((context) -> assertThat(context).getFailure().hasMessageContaining("edgewise.sesion.max"));
	}

	@Test
	void leavesOtherPrefixesAlone() {
		this.runner.withPropertyValues("edgewiser.foo=1", "foo.edgewise=1")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void knowsTheKeysOfOtherPropertiesUnderThePrefix() {
		ApplicationContextRunner own = this.runner.withUserConfiguration(OwnConfiguration.class);
		own.withPropertyValues("edgewise.own.colour=red", "edgewise.own.sizes[0]=1", "edgewise.own.labels.any=x")
			.run((context) -> assertThat(context).hasNotFailed());
		own.withPropertyValues("edgewise.own.color=red")
			.run((context) -> assertThat(context).getFailure().hasMessageContaining("edgewise.own.color"));
	}

	@Test
	void leavesAValueThatCannotBeConvertedToTheBindingThatReportsIt() {
		this.runner.withPropertyValues("edgewise.session.max=many", "edgewise.session.mailbox=2")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(NumberFormatException.class)
				.hasMessageContaining("many"));
	}

	private ApplicationContextRunner withVariable(String name, String value) {
		return this.runner.withInitializer((context) -> setVariables(context, Map.of(name, value)));
	}

	private static void setVariables(ConfigurableApplicationContext context, Map<String, Object> variables) {
		context.getEnvironment()
			.getPropertySources()
			.replace(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, new SystemEnvironmentPropertySource(
					StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
	}

	@ConfigurationProperties("edgewise.own")
	record OwnProperties(String colour, int[] sizes, Map<String, String> labels) {
	}

	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties(OwnProperties.class)
	static class OwnConfiguration {

	}

}
