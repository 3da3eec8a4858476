package dev.edgewise.session;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import dev.edgewise.Decision;
import dev.edgewise.Frame;
import dev.edgewise.Playback;
import dev.edgewise.interruption.InterruptionPolicy;
import org.jspecify.annotations.Nullable;

/**
 * What a session remembers of what was said, decided and run in it, in the order in which
 * it happened: enough to play it again with other policies.
 *
 * @param session the id of the session
 * @param createdAt when it was opened
 * @param at when it was recorded
 * @param attributes what the session carries
 * @param playback how the session knows what its user has heard
 * @param policy the name of the policy that the session had chosen before the first line;
 * null if it followed its routes' own
 * @param policies the policies by which it was decided
 * @param lines what happened
 */
public record Recording(String session, Instant createdAt, Instant at, Map<String, Object> attributes,
		Playback playback, @Nullable String policy, List<InterruptionPolicy> policies, List<Line> lines) {

	/**
	 * Something that happened.
	 */
	public sealed interface Line {

	}

	/**
	 * A frame came into the log.
	 *
	 * @param frame the frame
	 * @param encoded as the engine's {@link FrameEncoder} has encoded it; not to be
	 * changed
	 * @param outside whether it came from outside; neither a node nor the engine wrote it
	 * @param together whether it was applied together with the last one from outside,
	 * without another in between
	 * @param aim what it was aimed at; null if at nothing in particular
	 */
	public record Framed(Frame frame, byte[] encoded, boolean outside, boolean together,
			@Nullable Aim aim) implements Line {
	}

	/**
	 * It was decided about a generation.
	 *
	 * @param decision the decision
	 */
	public record Decided(Decision decision) implements Line {
	}

	/**
	 * An event created a generation.
	 *
	 * @param id the generation's id
	 * @param route the id of its route
	 * @param cause the sequence of the event
	 */
	public record Begun(String id, String route, long cause) implements Line {
	}

	/**
	 * A node opened or closed a protected section.
	 *
	 * @param generation the generation's id
	 * @param at when
	 * @param open whether it was opened
	 * @param items how many items had been produced when it was closed
	 */
	public record Section(String generation, Instant at, boolean open, long items) implements Line {
	}

	/**
	 * The session's policy was chosen.
	 *
	 * @param at when
	 * @param policy its name; null for the routes' own
	 */
	public record Chosen(Instant at, @Nullable String policy) implements Line {
	}

	/**
	 * Something is not remembered any more. The first line, if there is one.
	 *
	 * @param from the first sequence that is missing
	 * @param to the last one; less than {@code from} if none is
	 * @param decisions how many decisions are missing
	 * @param others how many other lines are missing that are not frames
	 */
	public record Gap(long from, long to, long decisions, long others) implements Line {
	}

	/**
	 * What an event from outside was aimed at.
	 *
	 * @param sequence the event's
	 * @param force whether it was forced
	 * @param generation the only generation that it could interrupt; null for all
	 * @param route the only route whose generations it could interrupt; null for all
	 */
	public record Aim(long sequence, boolean force, @Nullable String generation,
			@Nullable String route) implements Line {
	}

}
