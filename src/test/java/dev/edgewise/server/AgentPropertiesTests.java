package dev.edgewise.server;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

class AgentPropertiesTests {

	@ParameterizedTest
	@ValueSource(ints = { 0, 60_001 })
	void failsTheStartWhenTheAgentWouldSpeakTooSlowlyOrTooFast(int wordsPerMinute) {
		new ApplicationContextRunner().withUserConfiguration(Bound.class)
			.withPropertyValues("edgewise.agent.words-per-minute=" + wordsPerMinute)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("must be between 1 and 60000")
				.hasMessageContaining("'edgewise.agent' on field 'wordsPerMinute'"));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties(AgentProperties.class)
	static class Bound {

	}

}
