package dev.edgewise;

/**
 * What a second starting event does while a generation of the route is under way. A
 * generation that has been fenced no longer counts as under way.
 */
public enum Overlap {

	/**
	 * Interrupts what is under way with {@link Interruption.Reason#REPLACED} and starts
	 * anew. The default.
	 */
	REPLACE,

	/**
	 * Waits its turn, in order, at most {@code edgewise.generation.queue} deep; beyond it
	 * the event is applied but starts nothing, and {@link Receipt#refused} names the
	 * route.
	 */
	QUEUE,

	/**
	 * Runs beside what is under way, up to {@code maxConcurrency}; beyond it the oldest
	 * is interrupted.
	 */
	PARALLEL,

	/**
	 * Starts nothing.
	 */
	IGNORE

}
