package dev.edgewise.model;

import java.util.ArrayList;
import java.util.List;

import dev.edgewise.ConversationContext;
import dev.edgewise.ConversationContext.Role;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.ToolCall;
import dev.edgewise.route.ItemAdapter;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.client.ChatClientResponse;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.SystemMessage;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ReactiveTypeDescriptor;

/**
 * Lets routes answer with Spring AI's {@code ChatClient}: what its {@code stream()} gives
 * can be returned as it is, and so can its {@code content()}, {@code chatResponse()} and
 * {@code chatClientResponse()}.
 *
 * <pre class="code">
 * &#64;Route(on = UserStoppedSpeaking.class, interruptOn = UserStartedSpeaking.class)
 * ChatClient.StreamResponseSpec answer(ConversationContext conversation) {
 *     return this.chatClient.prompt().messages(SpringAi.messages(conversation)).stream();
 * }
 * </pre>
 *
 * An interruption silences it at once, as it does any node. What its cancel costs is for
 * the model's client to say: that of OpenAI blocks the thread that cancels until the
 * model says something or its connection breaks, and holds one thread for each stream. A
 * {@link StreamingModel} does neither.
 */
public final class SpringAi {

	private SpringAi() {
	}

	/**
	 * A conversation as Spring AI's messages: as the user heard it, with the
	 * {@linkplain ConversationContext#heardNote() note} of what was heard of an
	 * interrupted answer, if there is one, as a message of the system before it.
	 * @param conversation the conversation
	 */
	public static List<Message> messages(ConversationContext conversation) {
		List<Message> messages = new ArrayList<>();
		String note = conversation.heardNote();
		if (note != null) {
			messages.add(new SystemMessage(note));
		}
		for (ConversationContext.Message message : conversation.messages()) {
			ToolCall call = message.call();
			if (call != null) {
				messages.add(AssistantMessage.builder()
					.content("")
					.toolCalls(List.of(new AssistantMessage.ToolCall(call.toolCallId(), "function", call.toolName(),
							JsonMapper.shared().writeValueAsString(call.toolArgs()))))
					.build());
				messages.add(ToolResponseMessage.builder()
					.responses(List
						.of(new ToolResponseMessage.ToolResponse(call.toolCallId(), call.toolName(), message.text())))
					.build());
			}
			else if (!message.text().isBlank()) {
				messages.add((message.role() == Role.USER) ? new UserMessage(message.text())
						: new AssistantMessage(message.text()));
			}
		}
		return messages;
	}

	/**
	 * What a response says.
	 * @param response a piece of an answer
	 * @return what the agent says; null if the piece says nothing
	 */
	public static @Nullable AgentResponse response(ChatResponse response) {
		Generation result = response.getResult();
		String text = (result != null) ? result.getOutput().getText() : null;
		return (text != null && !text.isEmpty()) ? new AgentResponse(text) : null;
	}

	/**
	 * Makes events of what a {@code ChatClient} streams, and makes its {@code stream()}
	 * itself something that a route may return.
	 */
	public static ItemAdapter itemAdapter() {
		ReactiveAdapterRegistry registry = ReactiveAdapterRegistry.getSharedInstance();
		if (registry.getAdapter(ChatClient.StreamResponseSpec.class) == null) {
			registry.registerReactiveType(
					ReactiveTypeDescriptor.multiValue(ChatClient.StreamResponseSpec.class, SpringAi::none),
					(spec) -> ((ChatClient.StreamResponseSpec) spec).chatResponse(), (publisher) -> none());
		}
		return SpringAi::adapt;
	}

	private static ChatClient.StreamResponseSpec none() {
		throw new UnsupportedOperationException("Nothing can be made a StreamResponseSpec");
	}

	private static @Nullable Object adapt(Object item) {
		if (item instanceof ChatResponse response) {
			return response(response);
		}
		if (item instanceof ChatClientResponse answer) {
			ChatResponse response = answer.chatResponse();
			return (response != null) ? response(response) : null;
		}
		return item;
	}

}
