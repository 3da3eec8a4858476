package dev.edgewise;

import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What both sides have said, as an immutable snapshot: a projection of the session's
 * frames, bounded by {@code edgewise.session.conversation.*} (the oldest messages go
 * first).
 */
public interface ConversationContext {

	/**
	 * The messages, oldest first; unmodifiable.
	 */
	List<Message> messages();

	/**
	 * Who said a message.
	 */
	enum Role {

		/** The person. */
		USER,

		/** A node. */
		AGENT,

		/** The outcome of a tool's call. */
		TOOL

	}

	/**
	 * One message. That of an agent is the concatenation of its {@code AgentResponse}
	 * contents as far as they were delivered.
	 *
	 * @param role who said it
	 * @param text what was said
	 * @param at when it began
	 * @param generation the id of the generation that said it; null for what came from
	 * outside
	 * @param interrupted whether it was cut off
	 */
	record Message(Role role, String text, Instant at, @Nullable String generation, boolean interrupted) {
	}

}
