package dev.edgewise.web;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import dev.edgewise.ConversationContext;
import dev.edgewise.ConversationContext.Message;
import dev.edgewise.ConversationContext.Speech;
import dev.edgewise.event.ToolCall;
import dev.edgewise.event.ToolResult;
import org.jspecify.annotations.Nullable;

/**
 * The form that conversations have on the wire.
 */
final class ConversationJson {

	/** As the user heard it, which is as models see it. */
	static final String HEARD = "heard";

	/** As it was generated, with what nobody heard. */
	static final String GENERATED = "generated";

	static final List<String> VIEWS = List.of(HEARD, GENERATED);

	private ConversationJson() {
	}

	static Map<String, @Nullable Object> describe(ConversationContext conversation, String view) {
		List<Message> messages = view.equals(HEARD) ? conversation.messages() : conversation.asGenerated();
		Map<String, @Nullable Object> members = new LinkedHashMap<>();
		members.put("messages", messages.stream().map(ConversationJson::describe).toList());
		if (conversation.interrupted()) {
			members.put("interrupted", true);
		}
		if (conversation.heardNote() != null) {
			members.put("heardNote", conversation.heardNote());
		}
		return members;
	}

	private static Map<String, @Nullable Object> describe(Message message) {
		Map<String, @Nullable Object> members = new LinkedHashMap<>();
		members.put("role", message.role().name().toLowerCase(Locale.ROOT));
		members.put("text", message.text());
		members.put("at", Json.time(message.at()));
		if (message.generation() != null) {
			members.put("generation", message.generation());
		}
		if (message.interrupted()) {
			members.put("interrupted", true);
		}
		Speech speech = message.speech();
		if (speech != null) {
			members.put("generated", speech.generated());
			members.put("delivered", speech.delivered());
			members.put("heard", speech.heard());
			members.put("evidence", speech.evidence());
			members.put("heardInFull", speech.heardInFull());
		}
		ToolCall call = message.call();
		if (call != null) {
			members.put("toolCallId", call.toolCallId());
			members.put("toolName", call.toolName());
			members.put("toolArgs", call.toolArgs());
		}
		ToolResult result = message.result();
		if (result != null) {
			members.put("result", result.result());
			if (result.error() != null) {
				members.put("error", result.error());
			}
		}
		return members;
	}

}
