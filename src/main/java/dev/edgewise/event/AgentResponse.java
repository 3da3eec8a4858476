package dev.edgewise.event;

import java.util.Objects;

/**
 * A piece of what the agent says.
 *
 * @param content the text
 */
public record AgentResponse(String content) implements AgentEvent {

	public AgentResponse {
		Objects.requireNonNull(content, "content");
	}

}
