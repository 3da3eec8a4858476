package dev.edgewise;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * Why, when and at what point a generation was cut off.
 *
 * @param generation the id of the generation
 * @param route the id of its route
 * @param cause the frame that cut it off; null where no event did
 * @param reason why
 * @param at when it was fenced
 * @param elapsed from its {@code AgentGenerationStarted} to the fence
 * @param generated the text that the node had produced
 * @param delivered the part of it that at least one stream had taken
 * @param heard the part of it that the user is known to have heard
 * @param discarded how many items were produced and thrown away
 * @param conversation the conversation at the fence, with the cut message as its last
 * word of this generation
 */
public record Interruption(String generation, String route, @Nullable Frame cause, Reason reason, Instant at,
		Duration elapsed, String generated, String delivered, String heard, int discarded,
		ConversationContext conversation) {

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
