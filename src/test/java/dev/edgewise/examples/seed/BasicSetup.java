package dev.edgewise.examples.seed;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.edgewise.Interruption;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;

/**
 * The basic example: a route that the user's voice cuts off, without a handler and with
 * one.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class BasicSetup {

	@Bean
	RouteDefinition basic(Node node) {
		return Routes.on(UserStoppedSpeaking.class)
			.interruptOn(UserStartedSpeaking.class)
			.stream(node::generate)
			.broadcast();
	}

	@Bean
	RouteDefinition withHandler(Node node, Resources resources) {
		return Routes.on(UserStoppedSpeaking.class)
			.interruptOn(UserStartedSpeaking.class, resources::handleInterrupt)
			.stream(node::generate)
			.broadcast();
	}

	@Bean
	Node node(LanguageModel model) {
		return new Node(model);
	}

	@Bean
	Resources resources() {
		return new Resources();
	}

	@Bean
	Chatterbox model() {
		return new Chatterbox();
	}

	static class Node {

		private final LanguageModel model;

		Node(LanguageModel model) {
			this.model = model;
		}

		Flux<AgentResponse> generate(UserStoppedSpeaking event) {
			return this.model.generateStream(List.of()).map(AgentResponse::new);
		}

	}

	static class Resources {

		private static final Logger logger = LoggerFactory.getLogger(Resources.class);

		private final List<Interruption> interruptions = new CopyOnWriteArrayList<>();

		void handleInterrupt(Interruption interruption) {
			logger.info("User interrupted, stopping generation");
			cleanup(interruption);
		}

		private void cleanup(Interruption interruption) {
			this.interruptions.add(interruption);
		}

		List<Interruption> interruptions() {
			return this.interruptions;
		}

	}

}
