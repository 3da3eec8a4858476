package dev.edgewise.session;

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

	/** {@link #lastSequence} once nothing more can come, 0 before. */
	private volatile long end;

	long end() {
		return this.end;
	}

	void finish() {
		this.end = this.lastSequence;
	}

}
