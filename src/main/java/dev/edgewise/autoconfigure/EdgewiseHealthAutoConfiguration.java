package dev.edgewise.autoconfigure;

import dev.edgewise.actuate.EdgewiseHealthIndicator;
import dev.edgewise.session.SessionEngine;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/**
 * {@linkplain AutoConfiguration Auto-configuration} of the engine's health.
 */
@AutoConfiguration(after = EdgewiseEngineAutoConfiguration.class)
@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnBean(SessionEngine.class)
@ConditionalOnEnabledHealthIndicator("edgewise")
public final class EdgewiseHealthAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	EdgewiseHealthIndicator edgewiseHealthIndicator(SessionEngine engine) {
		return new EdgewiseHealthIndicator(engine);
	}

}
