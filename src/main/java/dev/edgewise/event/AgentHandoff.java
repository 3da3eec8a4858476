package dev.edgewise.event;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Another agent takes over.
 *
 * @param targetAgent the name of that agent
 * @param reason why
 */
public record AgentHandoff(String targetAgent, @Nullable String reason) implements AgentEvent {

	public AgentHandoff {
		Objects.requireNonNull(targetAgent, "targetAgent");
	}

}
