package dev.edgewise.model;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What one response has said so far, put together from its chunks. What servers differ in
 * is known here alone: chunks without choices, other choices than the first, calls that
 * come whole or in pieces, by index or without one. Its chunks come one after the other.
 */
final class Reply {

	private static final int MAX_CALLS = 64;

	private static final int MAX_CHARACTERS = 1 << 18;

	private final StringBuilder text = new StringBuilder();

	private final List<Call> calls = new ArrayList<>(0);

	/** Where a call begins that has the index of another one. */
	private int shift;

	private int callCharacters;

	private long input = -1;

	private long output = -1;

	private volatile boolean done;

	private volatile @Nullable String finish;

	/**
	 * Takes a chunk.
	 * @return what it says; empty if nothing
	 * @throws ModelException if it is an error, or no chunk
	 */
	String take(String data) {
		if (data.equals(Watched.DONE)) {
			this.done = true;
			return "";
		}
		JsonNode chunk = parsed(data);
		JsonNode error = chunk.path("error");
		if (!error.isMissingNode() && !error.isNull()) {
			throw Failures.told(error);
		}
		JsonNode usage = chunk.path("usage");
		if (usage.isObject()) {
			this.input = usage.path("prompt_tokens").asLong(0);
			this.output = usage.path("completion_tokens").asLong(0);
		}
		JsonNode choices = chunk.path("choices");
		if (choices.isMissingNode() || choices.isNull()) {
			return "";
		}
		check(choices.isArray(), "its choices are no array");
		String said = "";
		for (JsonNode choice : choices) {
			check(choice.isObject(), "a choice is no object");
			if (choice.path("index").asInt(0) == 0) {
				said += choice(choice);
			}
		}
		this.text.append(said);
		return said;
	}

	private static JsonNode parsed(String data) {
		try {
			JsonNode chunk = JsonMapper.shared().readTree(data);
			check(chunk.isObject(), "it is no JSON object");
			return chunk;
		}
		catch (JacksonException ex) {
			// Without its cause, whose message quotes what the model said.
			throw malformed("it is not JSON");
		}
	}

	private String choice(JsonNode choice) {
		JsonNode reason = choice.path("finish_reason");
		if (reason.isString() && !reason.stringValue().isEmpty()) {
			this.finish = reason.stringValue();
		}
		JsonNode delta = choice.path("delta");
		if (delta.isMissingNode() || delta.isNull()) {
			return "";
		}
		check(delta.isObject(), "its delta is no object");
		JsonNode calls = delta.path("tool_calls");
		if (!calls.isMissingNode() && !calls.isNull()) {
			check(calls.isArray(), "its tool_calls are no array");
			calls.forEach(this::call);
		}
		return content(delta.path("content")) + content(delta.path("refusal"));
	}

	/**
	 * Text, or parts of which some are text: what a model thinks is not what it says.
	 */
	private static String content(JsonNode content) {
		if (content.isMissingNode() || content.isNull()) {
			return "";
		}
		if (content.isString()) {
			return content.stringValue();
		}
		check(content.isArray(), "its content is no text");
		StringBuilder text = new StringBuilder();
		for (JsonNode part : content) {
			if (part.path("type").asString("").equals("text")) {
				text.append(content(part.path("text")));
			}
		}
		return text.toString();
	}

	private void call(JsonNode part) {
		check(part.isObject(), "a call of a tool is no object");
		JsonNode function = part.path("function");
		String id = part.path("id").asString("");
		Call call = find(part.path("index"), id);
		if (call.id.isEmpty()) {
			call.id = id;
		}
		// Some servers repeat the name in every piece.
		String name = function.path("name").asString("");
		if (call.name.isEmpty()) {
			call.name = name;
		}
		JsonNode arguments = function.path("arguments");
		String more = arguments.isString() ? arguments.stringValue()
				: (arguments.isMissingNode() || arguments.isNull()) ? "" : arguments.toString();
		call.arguments.append(more);
		this.callCharacters += id.length() + name.length() + more.length();
		check(this.callCharacters <= MAX_CHARACTERS, "its calls of tools are too long");
	}

	/**
	 * Finds the call that a piece belongs to: the one with its index, unless it has
	 * another id, as some servers give all calls one index; the last one if there is no
	 * index.
	 */
	private Call find(JsonNode index, String id) {
		int last = this.calls.size() - 1;
		int at = index.isInt() ? index.intValue() + this.shift : id.isEmpty() ? last : last + 1;
		if (at >= 0 && at <= last && !id.isEmpty() && !this.calls.get(at).id.isEmpty()
				&& !this.calls.get(at).id.equals(id)) {
			this.shift += index.isInt() ? last + 1 - at : 0;
			at = last + 1;
		}
		at = Math.max(0, Math.min(at, last + 1));
		if (at > last) {
			check(this.calls.size() < MAX_CALLS, "it calls too many tools");
			this.calls.add(new Call());
		}
		return this.calls.get(at);
	}

	/**
	 * Whether nothing is missing if no other chunk comes. Any thread's.
	 */
	boolean isWhole() {
		return this.done || this.finish != null;
	}

	/**
	 * What it has said.
	 */
	String text() {
		return this.text.toString();
	}

	/**
	 * The tools that it has called.
	 */
	List<Call> calls() {
		return this.calls;
	}

	boolean isFiltered() {
		return "content_filter".equals(this.finish);
	}

	/**
	 * How it has finished, as one of a few words.
	 */
	String outcome() {
		String reason = this.finish;
		if (!this.calls.isEmpty() || "tool_calls".equals(reason)) {
			return "tool_calls";
		}
		return "stop".equals(reason) ? "stop" : "length".equals(reason) ? "length" : "other";
	}

	boolean hasUsage() {
		return this.input >= 0;
	}

	long input() {
		return this.input;
	}

	long output() {
		return this.output;
	}

	private static void check(boolean right, String wrong) {
		if (!right) {
			throw malformed(wrong);
		}
	}

	private static ModelException malformed(String wrong) {
		return new ModelException("model-malformed", "The model's server has sent a chunk that is none: " + wrong);
	}

	/**
	 * A call of a tool, as far as it has come.
	 */
	static final class Call {

		private final StringBuilder arguments = new StringBuilder();

		private String id = "";

		private String name = "";

		String id() {
			return this.id;
		}

		String name() {
			return this.name;
		}

		String arguments() {
			return this.arguments.toString();
		}

	}

}
