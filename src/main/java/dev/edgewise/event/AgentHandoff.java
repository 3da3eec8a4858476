package dev.edgewise.event;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Another agent takes over, as {@link dev.edgewise.Agent @Agent} tells. Where no route
 * has an agent, an event like any other.
 *
 * @param targetAgent the name of that agent; one that no route has changes nothing and is
 * answered by an {@link AgentError} with the code {@code unknown-agent}
 * @param reason why
 */
public record AgentHandoff(String targetAgent, @Nullable String reason) implements AgentEvent {

	public AgentHandoff {
		Objects.requireNonNull(targetAgent, "targetAgent");
	}

}
