package dev.edgewise.autoconfigure;

import dev.edgewise.session.EngineSettings;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * {@linkplain AutoConfiguration Auto-configuration} of the properties and the bounds of
 * the engine.
 */
@AutoConfiguration
@EnableConfigurationProperties(EdgewiseProperties.class)
public final class EdgewiseAutoConfiguration {

	@Bean
	static UnknownKeyCheck edgewiseUnknownKeyCheck(Environment environment) {
		return new UnknownKeyCheck(environment);
	}

	@Bean
	@ConditionalOnMissingBean
	EngineSettings edgewiseSettings(EdgewiseProperties properties) {
		return properties.settings(Runtime.getRuntime().maxMemory());
	}

}
