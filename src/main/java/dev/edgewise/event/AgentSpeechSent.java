package dev.edgewise.event;

import java.util.Objects;

/**
 * Text that has been spoken to the user.
 *
 * @param content the text; may be empty
 */
public record AgentSpeechSent(String content) implements AgentEvent {

	public AgentSpeechSent {
		Objects.requireNonNull(content, "content");
	}

}
