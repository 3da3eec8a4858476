package dev.edgewise.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.edgewise.ConversationContext;
import dev.edgewise.ConversationContext.Message;
import dev.edgewise.ConversationContext.Role;
import dev.edgewise.event.ToolCall;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The messages that a model is sent: the conversation as it was heard, and what it has
 * called in this answer. There is at most one message of the system, the first, and what
 * one side has said in a row is one message: templates of local models refuse all else.
 */
final class Dialogue {

	private static final JsonMapper JSON = JsonMapper.shared();

	private final ArrayNode messages = JSON.createArrayNode();

	private Dialogue() {
	}

	/**
	 * Begins with a conversation.
	 * @param conversation the conversation
	 * @param systemPrompt what the model is told before it; may be empty
	 * @param maxMessages how many of its messages it is sent, the last ones
	 */
	static Dialogue of(ConversationContext conversation, String systemPrompt, int maxMessages) {
		Dialogue dialogue = new Dialogue();
		List<String> system = new ArrayList<>(2);
		if (!systemPrompt.isBlank()) {
			system.add(systemPrompt);
		}
		String note = conversation.heardNote();
		if (note != null) {
			system.add(note);
		}
		if (!system.isEmpty()) {
			dialogue.say("system", String.join("\n\n", system));
		}
		List<Message> all = conversation.messages();
		all.subList(Math.max(0, all.size() - maxMessages), all.size()).forEach(dialogue::add);
		return dialogue;
	}

	private void add(Message message) {
		ToolCall call = message.call();
		if (call != null) {
			call("", List.of(call));
			answer(call, (message.result() != null) ? message.result().error() : null, message.text());
		}
		else if (!message.text().isBlank()) {
			say((message.role() == Role.USER) ? "user" : "assistant", message.text());
		}
	}

	private void say(String role, String text) {
		if (!this.messages.isEmpty() && this.messages.get(this.messages.size() - 1) instanceof ObjectNode last
				&& last.path("role").asString().equals(role) && !last.has("tool_calls")) {
			last.put("content", last.path("content").asString() + "\n" + text);
			return;
		}
		this.messages.addObject().put("role", role).put("content", text);
	}

	/**
	 * Adds what the model has said and called.
	 * @param text what it has said; may be empty
	 * @param calls what it has called
	 */
	void call(String text, List<ToolCall> calls) {
		ObjectNode message = this.messages.addObject().put("role", "assistant").put("content", text);
		ArrayNode array = message.putArray("tool_calls");
		for (ToolCall call : calls) {
			ObjectNode entry = array.addObject().put("id", call.toolCallId()).put("type", "function");
			entry.putObject("function")
				.put("name", call.toolName())
				.put("arguments", JSON.writeValueAsString(call.toolArgs()));
		}
	}

	/**
	 * Adds the outcome of a call.
	 * @param error why it did not complete; null if it did
	 * @param text what it returned
	 */
	void answer(ToolCall call, @Nullable String error, String text) {
		this.messages.addObject()
			.put("role", "tool")
			.put("tool_call_id", call.toolCallId())
			.put("content", (error != null) ? "error: " + error : text);
	}

	/**
	 * Whether there is nothing to send.
	 */
	boolean isEmpty() {
		return this.messages.isEmpty();
	}

	/**
	 * The body of a request.
	 */
	byte[] request(ModelSettings settings, Map<String, ModelTool> tools) {
		ObjectNode request = JSON.createObjectNode().put("model", settings.name()).put("stream", true);
		if (settings.includeUsage()) {
			request.putObject("stream_options").put("include_usage", true);
		}
		if (settings.temperature() != null) {
			request.put("temperature", settings.temperature());
		}
		if (settings.maxTokens() != null) {
			request.put("max_tokens", settings.maxTokens());
		}
		request.set("messages", this.messages);
		if (!tools.isEmpty()) {
			ArrayNode array = request.putArray("tools");
			for (ModelTool tool : tools.values()) {
				ObjectNode function = array.addObject().put("type", "function").putObject("function");
				function.put("name", tool.name()).put("description", tool.description());
				function.set("parameters", tool.parameters());
			}
		}
		return JSON.writeValueAsBytes(request);
	}

}
