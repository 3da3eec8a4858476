package dev.edgewise.examples.seed;

import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;

/**
 * Connects the handler of an {@link InterruptAwareNode} in its route.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class NodeLevelHandling {

	@Bean
	RouteDefinition assistant(InterruptAwareNode node) {
		return Routes.on(UserStoppedSpeaking.class)
			.interruptOn(UserStartedSpeaking.class, node::onInterruptGenerate)
			.streamContext(node::processContext)
			.broadcast();
	}

	@Bean
	InterruptAwareNode node(LanguageModel model) {
		return new InterruptAwareNode(model);
	}

	@Bean
	Chatterbox model() {
		return new Chatterbox();
	}

}
