package dev.edgewise.examples.seed;

import java.time.Duration;
import java.util.List;

import dev.edgewise.ConversationContext;
import dev.edgewise.Generation;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.event.AgentHandoff;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import reactor.core.publisher.Flux;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;

/**
 * Conditional interruption, and several events that interrupt.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class AdvancedPatterns {

	static final Duration MIN_SPEAK_TIME = Duration.ofMillis(500);

	/**
	 * Only allows interruption after the agent has spoken for a minimum time.
	 */
	static boolean canInterrupt(Object event, Generation generation) {
		return generation.spokenFor().compareTo(MIN_SPEAK_TIME) > 0;
	}

	@Bean
	RouteDefinition conditional(LanguageModel model) {
		return Routes.on(UserStoppedSpeaking.class)
			.interruptOn(UserStartedSpeaking.class)
			.condition(AdvancedPatterns::canInterrupt)
			.streamContext((ConversationContext context) -> model.generateStream(context.messages()))
			.broadcast();
	}

	/**
	 * The same as text; this one thinks for ever before it speaks.
	 */
	@Bean
	RouteDefinition conditionalByExpression() {
		return Routes.on(UserStoppedSpeaking.class)
			.interruptOn(UserStartedSpeaking.class)
			.condition("generation.spokenFor.toMillis() > 500")
			.stream((UserStoppedSpeaking event) -> Flux.never())
			.broadcast();
	}

	@Bean
	RouteDefinition several(LanguageModel model) {
		return Routes.on(UserStoppedSpeaking.class)
			.interruptOn(UserStartedSpeaking.class, EmergencyStop.class, AgentHandoff.class)
			.stream((UserStoppedSpeaking event) -> model.generateStream(List.of()))
			.broadcast();
	}

	@Bean
	Chatterbox model() {
		return new Chatterbox();
	}

}
