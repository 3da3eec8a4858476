package dev.edgewise.autoconfigure;

import dev.edgewise.observation.EdgewiseMeters;
import dev.edgewise.observation.GenerationMeterHandler;
import dev.edgewise.observation.GenerationSurroundings;
import dev.edgewise.route.CompiledRoute;
import dev.edgewise.route.RouteTable;
import dev.edgewise.session.EngineSettings;
import dev.edgewise.session.Surroundings;
import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.observation.MeterObservationHandler;
import io.micrometer.observation.ObservationRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * {@linkplain AutoConfiguration Auto-configuration} of the engine's meters, where there
 * is a registry to keep them; of the observations of its generations, where there is one
 * to make them; and of the ids in their log lines.
 */
@AutoConfiguration(after = EdgewiseAutoConfiguration.class, afterName = {
		"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
		"org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration",
		"org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration" })
public final class EdgewiseObservationAutoConfiguration {

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterRegistry.class)
	@ConditionalOnBean(MeterRegistry.class)
	static final class Meters {

		@Bean
		@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
		EdgewiseMeters edgewiseMeters(MeterRegistry registry, RouteTable routes) {
			return new EdgewiseMeters(registry, routes.routes().stream().map(CompiledRoute::id).toList(),
					routes.eventTypes().names());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ ObservationRegistry.class, ContextSnapshotFactory.class })
	static final class Spans {

		@Bean
		@ConditionalOnMissingBean(value = Surroundings.class, search = SearchStrategy.CURRENT)
		GenerationSurroundings edgewiseSurroundings(ObjectProvider<ObservationRegistry> registry,
				ObjectProvider<EngineSettings> settings) {
			EngineSettings known = settings.getIfAvailable();
			return new GenerationSurroundings(registry.getIfUnique(() -> ObservationRegistry.NOOP),
					known != null && known.logText());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterObservationHandler.class)
	static final class NoMetersOfSpans {

		@Bean
		@Order(Ordered.HIGHEST_PRECEDENCE)
		static GenerationMeterHandler edgewiseGenerationMeterHandler() {
			return new GenerationMeterHandler();
		}

	}

}
