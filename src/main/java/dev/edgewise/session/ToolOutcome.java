package dev.edgewise.session;

import dev.edgewise.event.ToolResult;
import dev.edgewise.session.EngineListener.ToolEnd;
import org.jspecify.annotations.Nullable;

/**
 * What came of a tool's work, whoever called it.
 *
 * @param end how it ended
 * @param value what it returned
 * @param error why it did not complete; null if it did
 */
record ToolOutcome(ToolEnd end, @Nullable Object value, @Nullable String error) {

	static final ToolOutcome CANCELLED = new ToolOutcome(ToolEnd.CANCELLED, null, "cancelled");

	static final ToolOutcome SESSION_CLOSED = failed("session-closed");

	/** What it returned is not JSON, or exceeds the log. */
	static final ToolOutcome INVALID_RESULT = failed("invalid-result");

	/** All threads that may block are held. */
	static final ToolOutcome NO_THREAD = failed("no-thread");

	static ToolOutcome completed(@Nullable Object value) {
		return new ToolOutcome(ToolEnd.COMPLETED, value, null);
	}

	static ToolOutcome failed(String error) {
		return new ToolOutcome(ToolEnd.FAILED, null, error);
	}

	static ToolOutcome timedOut(long millis) {
		return new ToolOutcome(ToolEnd.TIMED_OUT, null, "timed out after " + millis + " ms");
	}

	boolean isCompleted() {
		return this.end == ToolEnd.COMPLETED;
	}

	/**
	 * The answer to a call.
	 */
	ToolResult answer(ToolRun tool) {
		return new ToolResult(tool.call.toolCallId(), tool.call.toolName(), this.value, this.error);
	}

}
