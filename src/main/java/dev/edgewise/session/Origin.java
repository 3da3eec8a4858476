package dev.edgewise.session;

import dev.edgewise.session.Surroundings.Cause;
import org.jspecify.annotations.Nullable;

/**
 * What came of one submission: the generations that its events started, directly or
 * through others. Responses that stream them end when all have ended.
 */
final class Origin {

	/** Generations without their last frame; the writer's. */
	int open;

	/** The last frame that belongs to it; the writer's. */
	long lastSequence;

	/** Responses that are open; the writer's. */
	int responses;

	/** What is around whoever submitted it, as long as more can come; the writer's. */
	@Nullable Cause cause;

	/** {@link #lastSequence} once nothing more can come, 0 before. */
	private volatile long end;

	long end() {
		return this.end;
	}

	void finish() {
		this.end = this.lastSequence;
		this.cause = null;
	}

}
