package dev.edgewise.event;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Something went wrong that the agent or the engine wants known.
 *
 * @param error what
 * @param code a stable word for it; from the engine, {@code hop-limit} when events would
 * have started one another too deep, {@code unknown-agent} when a handoff names an agent
 * that no route has
 */
public record AgentError(String error, @Nullable String code) implements AgentEvent {

	public AgentError {
		Objects.requireNonNull(error, "error");
	}

}
