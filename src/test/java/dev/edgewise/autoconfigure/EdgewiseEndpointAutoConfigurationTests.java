package dev.edgewise.autoconfigure;

import dev.edgewise.actuate.EdgewiseEndpoint;
import dev.edgewise.actuate.EdgewiseSessionsEndpoint;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The endpoints: there where they are exposed, and nowhere else.
 */
class EdgewiseEndpointAutoConfigurationTests {

	private static final AutoConfigurations ALL = AutoConfigurations.of(EdgewiseAutoConfiguration.class,
			EdgewiseSchedulersAutoConfiguration.class, EdgewiseInterruptionAutoConfiguration.class,
			EdgewiseRouteAutoConfiguration.class, EdgewiseJsonAutoConfiguration.class,
			EdgewiseEngineAutoConfiguration.class, EdgewiseEndpointAutoConfiguration.class);

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(ALL);

	@Test
	void areThereWhenTheyAreExposed() {
		this.runner.withPropertyValues("management.endpoints.web.exposure.include=*")
			.run((context) -> assertThat(context).hasSingleBean(EdgewiseEndpoint.class)
				.hasSingleBean(EdgewiseSessionsEndpoint.class));
		this.runner.withPropertyValues("management.endpoints.web.exposure.include=edgewise")
			.run((context) -> assertThat(context).hasSingleBean(EdgewiseEndpoint.class)
				.doesNotHaveBean(EdgewiseSessionsEndpoint.class));
	}

	@Test
	void areNotThereOtherwise() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(EdgewiseEndpoint.class)
			.doesNotHaveBean(EdgewiseSessionsEndpoint.class));
	}

	@Test
	void areNotMissedWithoutActuator() {
		this.runner
			.withClassLoader(new FilteredClassLoader(ConditionalOnAvailableEndpoint.class.getPackageName(),
					Endpoint.class.getPackageName()))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean("edgewiseEndpoint")
				.doesNotHaveBean("edgewiseSessionsEndpoint"));
	}

}
