package dev.edgewise;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

import dev.edgewise.event.ToolResult;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a tool's call when its generation is interrupted, and how long it may
 * take. Whatever it says, a call whose generation is cut off before the call has its
 * number is not made, and one that was made has exactly one outcome: it completed, was
 * cancelled, failed, or ran out of time; what comes later is dropped and counted
 * ({@code edgewise.tool.late}). The close of a session cancels what {@link #CANCEL} may
 * cancel; what must finish runs on, and its call fails with {@code session-closed} if
 * that takes longer than {@code edgewise.generation.grace}.
 *
 * @param onInterruption what an interruption does to the call
 * @param deadline how long the tool may run; then it is cancelled, and its outcome is
 * that it ran out of time
 * @param compensation undoes what a completed call has done, if its generation was cut
 * off before the user heard anything that it said after the result; called once, where it
 * may block; null for none
 * @param idempotencyKey names what the call does: in one session, a call with a key that
 * already has an outcome, whatever it is, is not run again, but answered with that
 * outcome, and one whose key is being worked on waits for it. The work and its
 * compensation are those of the first call; it is undone when the generations of all were
 * cut, and then the key is forgotten, as is the longest unused of more than 256. Null for
 * none
 */
public record ToolPolicy(OnInterruption onInterruption, Duration deadline,
		@Nullable Consumer<? super ToolResult> compensation, @Nullable String idempotencyKey) {

	/** How long a tool may run if its policy does not say otherwise. */
	public static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(30);

	/** Runs to its end; the default. */
	public static final ToolPolicy FINISH = new ToolPolicy(OnInterruption.FINISH, DEFAULT_DEADLINE, null, null);

	/** Is cancelled. */
	public static final ToolPolicy CANCEL = new ToolPolicy(OnInterruption.CANCEL, DEFAULT_DEADLINE, null, null);

	/** Protects its generation while it runs. */
	public static final ToolPolicy PROTECT = new ToolPolicy(OnInterruption.PROTECT, DEFAULT_DEADLINE, null, null);

	public ToolPolicy {
		Objects.requireNonNull(onInterruption, "onInterruption");
		if (deadline.isNegative() || deadline.isZero()) {
			throw new IllegalArgumentException("A deadline must be longer than zero, not " + deadline);
		}
	}

	/**
	 * The same with another deadline.
	 * @param deadline how long the tool may run, longer than zero
	 */
	public ToolPolicy withDeadline(Duration deadline) {
		return new ToolPolicy(this.onInterruption, deadline, this.compensation, this.idempotencyKey);
	}

	/**
	 * The same with a compensation.
	 * @param compensation undoes what a completed call has done
	 */
	public ToolPolicy withCompensation(Consumer<? super ToolResult> compensation) {
		return new ToolPolicy(this.onInterruption, this.deadline, compensation, this.idempotencyKey);
	}

	/**
	 * The same with an idempotency key.
	 * @param idempotencyKey names what the call does
	 */
	public ToolPolicy withIdempotencyKey(String idempotencyKey) {
		return new ToolPolicy(this.onInterruption, this.deadline, this.compensation, idempotencyKey);
	}

	/**
	 * What an interruption of its generation does to a call.
	 */
	public enum OnInterruption {

		/**
		 * It runs to its end. The result is a frame of the session, goes to the
		 * conversation, and starts nothing.
		 */
		FINISH,

		/** It is cancelled, and the result says so. */
		CANCEL,

		/**
		 * There is none: the generation is protected from the call to the result. What is
		 * forced interrupts it all the same, and then it runs to its end. What the user
		 * has said meanwhile may interrupt when the result is there
		 * ({@code while-protected}); what the node says of the result and must not be cut
		 * either needs a section around it and the call ({@link Generation#protect()}).
		 */
		PROTECT

	}

}
