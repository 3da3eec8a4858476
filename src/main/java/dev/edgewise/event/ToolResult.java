package dev.edgewise.event;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * The outcome of a tool's call. It completed if {@code error} is null.
 *
 * @param toolCallId the call's id
 * @param toolName the tool
 * @param result what it returned
 * @param error why it did not complete; of a call by {@code Generation.tool(...)}
 * {@code cancelled}, {@code timed out after 30000 ms}, the simple name of the exception
 * that it failed with, {@code no-thread} if all that may block were held,
 * {@code invalid-result} if what it returned is not JSON or does not fit into the log, or
 * {@code session-closed} if the session could not wait for it
 */
public record ToolResult(String toolCallId, String toolName, @Nullable Object result,
		@Nullable String error) implements AgentEvent {

	public ToolResult {
		Objects.requireNonNull(toolCallId, "toolCallId");
		Objects.requireNonNull(toolName, "toolName");
	}

}
