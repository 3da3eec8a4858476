package dev.edgewise.examples.seed;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;

/**
 * Runs a {@link StatefulInterruptNode}.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class StateManagement {

	@Bean
	StatefulInterruptNode assistant(LanguageModel model) {
		return new StatefulInterruptNode(model);
	}

	@Bean
	Chatterbox model() {
		return new Chatterbox();
	}

}
