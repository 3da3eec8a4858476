package dev.edgewise.autoconfigure;

import java.util.List;

import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.observation.GenerationMeterHandler;
import dev.edgewise.observation.GenerationSurroundings;
import dev.edgewise.route.EventTypes;
import dev.edgewise.route.RouteTable;
import dev.edgewise.session.EngineListener;
import dev.edgewise.session.EngineListener.EventOutcome;
import dev.edgewise.session.Surroundings;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.observation.MeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The meters of an application.
 */
class EdgewiseObservationAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EdgewiseObservationAutoConfiguration.class))
		.withBean(RouteTable.class,
				() -> new RouteTable(List.of(), new EventTypes(List.of(UserStartedSpeaking.class))));

	@Test
	void listensToTheEngineWhereThereIsARegistry() {
		this.runner.withBean(MeterRegistry.class, SimpleMeterRegistry::new).run((context) -> {
			EngineListener listener = context.getBean(EngineListener.class);
			listener.event("UserStartedSpeaking", EventOutcome.ACCEPTED);
			assertThat(context.getBean(MeterRegistry.class)
				.get("edgewise.events")
				.tags("type", "UserStartedSpeaking", "outcome", "accepted")
				.counter()
				.count()).isOne();
		});
	}

	@Test
	void findsTheRegistryThatBootMakes() {
		this.runner
			.withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class,
					CompositeMeterRegistryAutoConfiguration.class, SimpleMetricsExportAutoConfiguration.class))
			.run((context) -> assertThat(context).hasSingleBean(EngineListener.class));
	}

	@Test
	void doesNothingWithoutARegistry() {
		this.runner.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(EngineListener.class));
	}

	@Test
	void doesNothingWithoutMicrometer() {
		this.runner.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(EngineListener.class)
				.doesNotHaveBean(Surroundings.class));
	}

	@Test
	void surroundsGenerationsWithoutAnyRegistryForTheSakeOfLogLines() {
		this.runner.run((context) -> assertThat(context).hasSingleBean(GenerationSurroundings.class));
	}

	@Test
	void comesBeforeTheHandlerThatWouldMakeMetersOfObservations() {
		this.runner.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.withConfiguration(
					AutoConfigurations.of(MetricsAutoConfiguration.class, ObservationAutoConfiguration.class))
			.run((context) -> assertThat(context.getBeanProvider(MeterObservationHandler.class).orderedStream())
				.hasSize(2)
				.first()
				.isInstanceOf(GenerationMeterHandler.class));
	}

}
