package dev.edgewise.session;

import java.time.Duration;

import dev.edgewise.Decision;
import dev.edgewise.Interruption.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Sees what happens in an engine. Called on session writers, and for streams on their
 * threads: must not block, and what it throws is logged and dropped.
 */
public interface EngineListener {

	/**
	 * The number of open sessions has changed.
	 * @param change by how many
	 */
	default void sessions(int change) {
	}

	/**
	 * A session is open no more; it is remembered for a while.
	 * @param session its id
	 */
	default void closed(String session) {
	}

	/**
	 * A closed session is forgotten; its id may be used again when this returns.
	 * @param session its id
	 */
	default void forgotten(String session) {
	}

	/**
	 * The number of open streams has changed.
	 * @param change by how many
	 */
	default void streams(int change) {
	}

	/**
	 * A stream has lost frames.
	 */
	default void gap() {
	}

	/**
	 * An event arrived from outside.
	 * @param type its name on the wire, or "unknown" if it could not be read
	 * @param outcome what became of it
	 */
	default void event(String type, EventOutcome outcome) {
	}

	/**
	 * A generation's node is being called.
	 * @param route the route
	 */
	default void started(String route) {
	}

	/**
	 * A generation has produced its first item.
	 * @param route the route
	 * @param elapsed since it started
	 */
	default void firstItem(String route, Duration elapsed) {
	}

	/**
	 * A started generation has had its last frame.
	 * @param route the route
	 * @param outcome how it ended
	 * @param elapsed since it started
	 */
	default void ended(String route, GenerationOutcome outcome, Duration elapsed) {
	}

	/**
	 * It was decided whether a generation is interrupted.
	 * @param decision the decision
	 */
	default void decided(Decision decision) {
	}

	/**
	 * A generation was fenced, started or not.
	 * @param session the session's id
	 * @param generation the generation's id
	 * @param route the route
	 * @param reason why
	 * @param cause the name on the wire of the event that caused it, if one did
	 * @param latency from the acceptance of that event (or of the command) to the fence
	 */
	default void fenced(String session, String generation, String route, Reason reason, @Nullable String cause,
			Duration latency) {
	}

	/**
	 * The frame of an interruption was written to a stream for the first time.
	 * @param route the route
	 * @param latency from the acceptance of the event that caused it
	 */
	default void silent(String route, Duration latency) {
	}

	/**
	 * The node of a fenced generation has ended.
	 * @param route the route
	 * @param latency from the fence
	 */
	default void cleanedUp(String route, Duration latency) {
	}

	/**
	 * Items were produced and thrown away.
	 * @param route the route
	 * @param items how many
	 */
	default void discarded(String route, int items) {
	}

	/**
	 * The number of a route's generations that have outlived their grace has changed.
	 * @param route the route
	 * @param change by how many
	 */
	default void stuck(String route, int change) {
	}

	/**
	 * A handler has failed or run out of time.
	 * @param route the route
	 */
	default void handlerFailed(String route) {
	}

	/**
	 * A filter, a condition or a rule has failed.
	 * @param route the route
	 */
	default void conditionFailed(String route) {
	}

	/**
	 * A call of a tool has its outcome.
	 * @param route the route of the generation that called it
	 * @param end how it ended
	 * @param elapsed since it started
	 */
	default void tool(String route, ToolEnd end, Duration elapsed) {
	}

	/**
	 * A tool has returned something after the outcome of its call.
	 * @param route the route of the generation that called it
	 */
	default void toolLate(String route) {
	}

	/**
	 * What a tool has done is being undone.
	 * @param route the route of a generation that called it
	 */
	default void toolCompensated(String route) {
	}

	/**
	 * A client said that something was spoken which no agent has said.
	 */
	default void speechUnmatched() {
	}

	/**
	 * What became of an event from outside.
	 */
	enum EventOutcome {

		/** Numbered and applied. */
		ACCEPTED,

		/** Seen before. */
		DUPLICATE,

		/** Not applied. */
		REFUSED

	}

	/**
	 * How a generation ended.
	 */
	enum GenerationOutcome {

		/** By itself. */
		COMPLETED,

		/** Cut off. */
		INTERRUPTED,

		/** By an error. */
		FAILED

	}

	/**
	 * How a call of a tool ended.
	 */
	enum ToolEnd {

		/** It returned. */
		COMPLETED,

		/** By the interruption of its generation. */
		CANCELLED,

		/** By an error. */
		FAILED,

		/** It ran out of time. */
		TIMED_OUT

	}

}
