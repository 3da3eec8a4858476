package dev.edgewise.autoconfigure;

import dev.edgewise.observation.EdgewiseMeters;
import dev.edgewise.route.CompiledRoute;
import dev.edgewise.route.RouteTable;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;

/**
 * {@linkplain AutoConfiguration Auto-configuration} of the engine's meters, where there
 * is a registry to keep them.
 */
@AutoConfiguration(afterName = {
		"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
		"org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration" })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(MeterRegistry.class)
public final class EdgewiseObservationAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	EdgewiseMeters edgewiseMeters(MeterRegistry registry, RouteTable routes) {
		return new EdgewiseMeters(registry, routes.routes().stream().map(CompiledRoute::id).toList(),
				routes.eventTypes().names());
	}

}
