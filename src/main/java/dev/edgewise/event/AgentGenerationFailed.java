package dev.edgewise.event;

import java.util.Objects;

/**
 * A generation has failed: its last frame. Written by the engine only.
 *
 * @param code a stable word for what went wrong
 * @param error the simple name of the exception, or what to do about it
 */
public record AgentGenerationFailed(String code, String error) implements AgentEvent {

	public AgentGenerationFailed {
		Objects.requireNonNull(code, "code");
		Objects.requireNonNull(error, "error");
	}

}
