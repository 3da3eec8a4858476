package dev.edgewise;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import dev.edgewise.event.ToolCall;
import dev.edgewise.event.ToolResult;
import org.jspecify.annotations.Nullable;

/**
 * What both sides have said, as an immutable snapshot: a projection of the session's
 * frames, bounded by {@code edgewise.session.conversation.*} (the oldest messages go
 * first).
 */
public interface ConversationContext {

	/**
	 * The messages as the user heard them, oldest first; unmodifiable. What was not heard
	 * is not there, nor is a tool's call that has no outcome yet.
	 */
	List<Message> messages();

	/**
	 * The messages as they were generated, oldest first, those that nobody heard
	 * included; unmodifiable. A tool's call that has no outcome yet is not there either.
	 * For audits, not for models.
	 */
	default List<Message> asGenerated() {
		return messages();
	}

	/**
	 * Whether the last thing that an agent began to say was cut off.
	 */
	default boolean interrupted() {
		return false;
	}

	/**
	 * One line for a model that tells how much of the interrupted answer the user heard;
	 * null if it was not interrupted, or unless
	 * {@code edgewise.session.conversation.heard-note} is set.
	 */
	default @Nullable String heardNote() {
		return null;
	}

	/**
	 * The attributes of the session; unmodifiable.
	 */
	default Map<String, Object> attributes() {
		return Map.of();
	}

	/**
	 * Who said a message.
	 */
	enum Role {

		/** The person. */
		USER,

		/** A node. */
		AGENT,

		/** A tool: its call and the outcome, in one message. */
		TOOL

	}

	/**
	 * By what is known how much of a message was heard.
	 */
	enum HeardBy {

		/** The client said that it was spoken. */
		ACKNOWLEDGED,

		/** It was delivered, and nothing else is known. */
		ASSUMED,

		/** Nothing says that any of it was heard. */
		NONE

	}

	/**
	 * One message.
	 *
	 * @param role who said it
	 * @param text what a model shall see: what the user said, what was heard of an
	 * agent's message (all of it in {@link #asGenerated()}), a tool's error or its result
	 * as JSON unless it is text; the value itself is in {@code result}
	 * @param at when it began
	 * @param generation the id of the generation that said it; null for what came from
	 * outside
	 * @param interrupted whether it was cut off
	 * @param speech the texts of an agent's message; null of the others
	 * @param call the tool's call; null where it is not a tool's
	 * @param result the tool's outcome; null where it is not a tool's
	 */
	record Message(Role role, String text, Instant at, @Nullable String generation, boolean interrupted,
			@Nullable Speech speech, @Nullable ToolCall call, @Nullable ToolResult result) {

		public Message(Role role, String text, Instant at, @Nullable String generation, boolean interrupted) {
			this(role, text, at, generation, interrupted, null, null, null);
		}

	}

	/**
	 * The three texts of an agent's message.
	 *
	 * @param generated what the node produced: the concatenation of its
	 * {@code AgentResponse} contents
	 * @param delivered what at least one stream has taken
	 * @param heard what the user has heard, as far as that is known; a prefix of what was
	 * generated
	 * @param evidence by what it is known
	 * @param heardInFull whether it is whole and nothing that can be spoken is left
	 * unheard: a receipt, for consent and read-backs
	 */
	record Speech(String generated, String delivered, String heard, HeardBy evidence, boolean heardInFull) {
	}

}
