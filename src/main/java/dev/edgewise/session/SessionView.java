package dev.edgewise.session;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import dev.edgewise.Playback;
import org.jspecify.annotations.Nullable;

/**
 * A session as it was at one moment, for reading.
 *
 * @param id its id
 * @param createdAt when it was opened
 * @param lastEventAt when it last had an event from outside; null if it had none
 * @param lastSequence the last number in its log, 0 if it is empty
 * @param attributes what it was opened with
 * @param generations those that have not ended, oldest first
 * @param policy the policy that it has been given; null if it follows the routes' own
 * @param playback how it knows what its user has heard
 * @param agent the active agent; null if there is none
 */
public record SessionView(String id, Instant createdAt, @Nullable Instant lastEventAt, long lastSequence,
		Map<String, Object> attributes, List<GenerationView> generations, @Nullable String policy, Playback playback,
		@Nullable String agent) {

	/**
	 * A generation as it was at one moment.
	 *
	 * @param id its id
	 * @param route the id of its route
	 * @param state what it is doing
	 * @param cause the sequence of the event that started it
	 * @param startedAt when its node was called; null before
	 */
	public record GenerationView(String id, String route, State state, long cause, @Nullable Instant startedAt) {
	}

	/**
	 * What a generation is doing.
	 */
	public enum State {

		/** It waits for its turn. */
		WAITING,

		/** It runs. */
		RUNNING,

		/** It stands still until it is decided whether it is interrupted. */
		PAUSED,

		/** It is fenced and has its grace to end. */
		CLEANING,

		/** It has outlived its grace. */
		STUCK

	}

}
