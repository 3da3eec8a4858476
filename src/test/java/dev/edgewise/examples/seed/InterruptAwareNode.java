package dev.edgewise.examples.seed;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.edgewise.ConversationContext;
import dev.edgewise.Interruption;
import dev.edgewise.ReasoningNode;
import dev.edgewise.event.AgentResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;

/**
 * Node-level handling: a node that notices its cancellation and is told of it afterwards.
 */
class InterruptAwareNode implements ReasoningNode {

	private static final Logger logger = LoggerFactory.getLogger(InterruptAwareNode.class);

	private final LanguageModel model;

	private final List<String> journal = new CopyOnWriteArrayList<>();

	InterruptAwareNode(LanguageModel model) {
		this.model = model;
	}

	@Override
	public Flux<AgentResponse> processContext(ConversationContext context) {
		return this.model.generateStream(context.messages())
			.map(AgentResponse::new)
			.doOnCancel(() -> note("Generation cancelled due to user interruption"));
	}

	@Override
	public void onInterruptGenerate(Interruption interruption) {
		note("Generation interrupted by user after: " + interruption.delivered());
	}

	List<String> journal() {
		return this.journal;
	}

	private void note(String text) {
		logger.info(text);
		this.journal.add(text);
	}

}
