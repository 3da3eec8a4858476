package dev.edgewise.server;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

class ConnectionPropertiesTests {

	@ParameterizedTest
	@CsvSource({ "max, 0, max, 1 and 10000000", "max, 10000001, max, 1 and 10000000",
			"pipelined, -1, pipelined, 0 and 10000", "pipelined, 10001, pipelined, 0 and 10000",
			"request-timeout, 99ms, requestTimeout, 100ms and 10m",
			"request-timeout, 11m, requestTimeout, 100ms and 10m" })
	void failsTheStartWhenABoundIsOutOfItsRange(String key, String value, String field, String range) {
		new ApplicationContextRunner().withUserConfiguration(Bound.class)
			.withPropertyValues("edgewise.connection." + key + "=" + value)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("must be between " + range)
				.hasMessageContaining("'edgewise.connection' on field '" + field + "'"));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties(ConnectionProperties.class)
	static class Bound {

	}

}
