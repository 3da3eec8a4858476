package dev.edgewise.examples.seed;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

import dev.edgewise.ConversationContext;
import dev.edgewise.Interruption;
import dev.edgewise.OnInterrupt;
import dev.edgewise.Route;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;

/**
 * State management: what was said, when it was cut off and what the conversation was then
 * is a value. Its handler may save it; the next run is given it, once. The node itself
 * holds nothing, and so serves any number of sessions.
 */
class StatefulInterruptNode {

	private static final Logger logger = LoggerFactory.getLogger(StatefulInterruptNode.class);

	private final LanguageModel model;

	private final BlockingQueue<Interruption> saved = new LinkedBlockingQueue<>();

	StatefulInterruptNode(LanguageModel model) {
		this.model = model;
	}

	@Route(on = UserStoppedSpeaking.class, interruptOn = UserStartedSpeaking.class)
	Flux<AgentResponse> processContext(ConversationContext context, @Nullable Interruption previous) {
		Flux<AgentResponse> response = this.model.generateStream(context.messages()).map(AgentResponse::new);
		if (previous == null) {
			return response;
		}
		logger.info("Resuming from previous interruption");
		return response.startWith(new AgentResponse("Where were we? I had said '" + previous.delivered() + "'. "));
	}

	@OnInterrupt
	void onInterruptGenerate(Interruption interruption) {
		this.saved.add(interruption);
		logger.info("Saved generation state for recovery");
	}

	BlockingQueue<Interruption> saved() {
		return this.saved;
	}

}
