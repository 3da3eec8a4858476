package dev.edgewise.event;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * A piece of what the agent says.
 *
 * @param content the text
 * @param interruptible false if the generation must not be cut off at this piece: from
 * when a stream takes it until one takes the next. Absent means true.
 */
public record AgentResponse(String content, @Nullable Boolean interruptible) implements AgentEvent {

	public AgentResponse {
		Objects.requireNonNull(content, "content");
	}

	public AgentResponse(String content) {
		this(content, null);
	}

}
