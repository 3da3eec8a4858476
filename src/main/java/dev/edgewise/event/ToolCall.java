package dev.edgewise.event;

import java.util.Map;
import java.util.Objects;

/**
 * The agent calls a tool. Emitted by {@code Generation.tool(...)}, which runs it, or as
 * it is: then somebody else runs it, another node or a client, and answers with a
 * {@link ToolResult} of the same id. In the conversation the two are one message, which
 * is there when the result is.
 *
 * @param toolCallId the call's id, unique in the session: models tell by it which result
 * is whose
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
