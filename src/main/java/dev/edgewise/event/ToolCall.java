package dev.edgewise.event;

import java.util.Map;
import java.util.Objects;

/**
 * The agent calls a tool.
 *
 * @param toolCallId the call's id
 * @param toolName the tool
 * @param toolArgs its arguments
 */
public record ToolCall(String toolCallId, String toolName, Map<String, Object> toolArgs) implements AgentEvent {

	public ToolCall {
		Objects.requireNonNull(toolCallId, "toolCallId");
		Objects.requireNonNull(toolName, "toolName");
		toolArgs = Values.copy(Objects.requireNonNull(toolArgs, "toolArgs"));
	}

}
