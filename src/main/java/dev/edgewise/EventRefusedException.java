package dev.edgewise;

import java.time.Duration;

/**
 * A bound was reached; nothing has been applied, and the same may succeed later.
 */
public final class EventRefusedException extends RuntimeException {

	private final Bound bound;

	private final Duration retryAfter;

	public EventRefusedException(Bound bound, Duration retryAfter) {
		super("Refused: " + bound + "; retry after " + retryAfter);
		this.bound = bound;
		this.retryAfter = retryAfter;
	}

	/**
	 * Which bound was reached.
	 */
	public Bound bound() {
		return this.bound;
	}

	/**
	 * When to try again, counted from now.
	 */
	public Duration retryAfter() {
		return this.retryAfter;
	}

	/**
	 * The bounds that refuse.
	 */
	public enum Bound {

		/** The session's events per second. */
		EVENT_RATE,

		/** The events that wait to be applied in the session. */
		MAILBOX,

		/** The session's open streams. */
		STREAMS,

		/** The sessions of the service. */
		SESSIONS,

		/** The memory of all logs. */
		LOG_MEMORY,

		/** The service shuts down. */
		DRAINING

	}

}
