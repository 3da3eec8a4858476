package dev.edgewise.server;

import dev.edgewise.ConversationContext;
import dev.edgewise.Generation;
import dev.edgewise.Interruption;
import dev.edgewise.OnInterrupt;
import dev.edgewise.Route;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.model.StreamingModel;
import lombok.RequiredArgsConstructor;
import lombok.extern.slf4j.Slf4j;
import reactor.core.publisher.Flux;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Conditional;
import org.springframework.stereotype.Component;

/**
 * The agent of a service that has a language model, in the place of {@link ElizaAgent}:
 * it falls silent for the same reasons.
 */
@Slf4j
@Component
@RequiredArgsConstructor
@ConditionalOnBooleanProperty(name = "edgewise.agent.enabled", matchIfMissing = true)
@Conditional(WithModel.class)
class ModelAgent {

	private final StreamingModel model;

	@Route(on = UserStoppedSpeaking.class, interruptOn = UserStartedSpeaking.class, policy = "conversation")
	Flux<AgentResponse> answer(ConversationContext conversation, Generation generation) {
		return this.model.stream(conversation, generation);
	}

	@OnInterrupt
	void interrupted(Interruption interruption) {
		log.info("Stopped after {} ms: {}", interruption.elapsed().toMillis(), interruption.reason());
	}

}
