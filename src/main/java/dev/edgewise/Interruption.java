package dev.edgewise;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Why, when and at what point a generation was cut off, or, in a session with
 * acknowledged playback, what it had said in full while that was still being spoken.
 *
 * @param generation the id of the generation
 * @param route the id of its route
 * @param cause the frame that cut it off; null where no event did
 * @param reason why
 * @param at when it was fenced
 * @param elapsed from its {@code AgentGenerationStarted} to the fence
 * @param generated the text that the node had produced
 * @param delivered the part of it that at least one stream had taken
 * @param heard the part of it that the user is known to have heard; a run that is given
 * this finds here what was acknowledged until then
 * @param discarded how many items were produced and thrown away
 * @param conversation the conversation at the fence, with the cut message as its last
 * word of this generation
 * @param state what the node had kept by {@code generation.state(...)} at the fence
 */
public record Interruption(String generation, String route, @Nullable Frame cause, Reason reason, Instant at,
		Duration elapsed, String generated, String delivered, String heard, int discarded,
		ConversationContext conversation, Map<String, Object> state) {

	public Interruption {
		state = Map.copyOf(state);
	}

	public Interruption(String generation, String route, @Nullable Frame cause, Reason reason, Instant at,
			Duration elapsed, String generated, String delivered, String heard, int discarded,
			ConversationContext conversation) {
		this(generation, route, cause, reason, at, elapsed, generated, delivered, heard, discarded, conversation,
				Map.of());
	}

	/**
	 * The part of {@link #generated} that was not heard: where a node goes on that wants
	 * to finish what it was saying. What it had not yet produced is not in it; a node
	 * that has more in mind than it has produced keeps that by
	 * {@link Generation#state(String, Object)}.
	 */
	public String remainder() {
		if (this.generated.startsWith(this.heard)) {
			return this.generated.substring(this.heard.length());
		}
		// A stream that was opened late has taken a later part.
		int at = this.generated.lastIndexOf(this.heard);
		return (at >= 0) ? this.generated.substring(at + this.heard.length()) : "";
	}

	/**
	 * Why a generation was interrupted.
	 */
	public enum Reason {

		/** An event of {@code interruptOn}. */
		EVENT,

		/** A newer start of the same route. */
		REPLACED,

		/** An {@code EmergencyStop}. */
		EMERGENCY,

		/** The last response that carried it was closed by its client. */
		CLIENT_DISCONNECTED,

		/** The session was closed. */
		SESSION_CLOSED,

		/** The session was idle for too long. */
		SESSION_EXPIRED,

		/** It ran longer than {@code edgewise.generation.max-duration}. */
		TIMEOUT,

		/** The application shuts down. */
		SHUTDOWN

	}

}
