package dev.edgewise.event;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * The outcome of a tool's call.
 *
 * @param toolCallId the call's id
 * @param toolName the tool
 * @param result what it returned
 * @param error why it failed
 */
public record ToolResult(String toolCallId, String toolName, @Nullable Object result,
		@Nullable String error) implements AgentEvent {

	public ToolResult {
		Objects.requireNonNull(toolCallId, "toolCallId");
		Objects.requireNonNull(toolName, "toolName");
	}

}
