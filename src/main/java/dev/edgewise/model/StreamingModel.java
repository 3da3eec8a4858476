package dev.edgewise.model;

import java.util.Collection;
import java.util.List;

import dev.edgewise.ConversationContext;
import dev.edgewise.Generation;
import dev.edgewise.event.AgentResponse;
import reactor.core.publisher.Flux;

/**
 * A language model that speaks while it thinks, and stops when it is told to.
 *
 * <pre class="code">
 * &#64;Route(on = UserStoppedSpeaking.class, interruptOn = UserStartedSpeaking.class)
 * Flux&lt;AgentResponse&gt; answer(ConversationContext conversation, Generation generation) {
 *     return this.model.stream(conversation, generation);
 * }
 * </pre>
 *
 * Immutable, and safe from any thread.
 */
public interface StreamingModel {

	/**
	 * Answers a conversation: as the user heard it, with the
	 * {@linkplain ConversationContext#heardNote() note} of what was heard of an
	 * interrupted answer, if there is one. Nothing happens before subscription, and each
	 * subscription asks anew. Tools that the model calls are run by the generation under
	 * their policies, and their outcomes are sent back to it, until it only speaks.
	 * @param conversation the conversation
	 * @param generation the run that answers
	 * @return what the model says, as it says it, on threads that must not block. To
	 * cancel it closes the connection without blocking, and nothing is asked for any
	 * more. Fails with a {@link ModelException} that says why
	 */
	Flux<AgentResponse> stream(ConversationContext conversation, Generation generation);

	/**
	 * The same with other instructions.
	 * @param systemPrompt what the model is told before the conversation; may be empty
	 */
	StreamingModel withSystemPrompt(String systemPrompt);

	/**
	 * The same with these tools, and no others.
	 * @param tools what the model may call
	 * @throws IllegalArgumentException if two have the same name
	 */
	StreamingModel withTools(Collection<ModelTool> tools);

	/**
	 * The same with these tools, and no others.
	 * @param tools what the model may call
	 * @throws IllegalArgumentException if two have the same name
	 */
	default StreamingModel withTools(ModelTool... tools) {
		return withTools(List.of(tools));
	}

}
