package dev.edgewise.test;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import dev.edgewise.Decision;
import dev.edgewise.Playback;
import dev.edgewise.interruption.InterruptionPolicy;
import org.jspecify.annotations.Nullable;

/**
 * A recording that has been read.
 *
 * @param createdAt when the session was opened
 * @param at when it was recorded
 * @param attributes what the session carries
 * @param playback how it knows what its user has heard
 * @param policy the policy that it had chosen before the first line
 * @param policies the policies that it was decided by
 * @param lines what happened
 * @param lostDecisions how many decisions the recording lacks at its beginning
 */
record RecordedSession(Instant createdAt, Instant at, Map<String, Object> attributes, Playback playback,
		@Nullable String policy, List<InterruptionPolicy> policies, List<Line> lines, long lostDecisions) {

	/**
	 * Something that happened.
	 */
	sealed interface Line {

	}

	/**
	 * A frame.
	 *
	 * @param generation its generation's recorded id; null if it has none
	 * @param event the event; null if the engine wrote it itself
	 * @param reason why a generation was interrupted, or a command was given
	 * @param cause the sequence of the event that interrupted a generation; null if there
	 * was none, and in any other frame
	 * @param aim what an event from outside was aimed at; null in any other frame
	 */
	record Framed(long sequence, Instant at, String type, @Nullable String generation, @Nullable String route,
			@Nullable Object event, @Nullable String reason, @Nullable Long cause, @Nullable Aim aim) implements Line {
	}

	/**
	 * What an event from outside was aimed at.
	 */
	record Aim(boolean together, boolean force, @Nullable String generation, @Nullable String route) {
	}

	record Decided(Decision decision) implements Line {
	}

	record Begun(String id, String route, long cause) implements Line {
	}

	record Section(String generation, Instant at, boolean open, long items) implements Line {
	}

	record Chosen(Instant at, @Nullable String policy) implements Line {
	}

}
