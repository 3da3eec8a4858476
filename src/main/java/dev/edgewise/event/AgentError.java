package dev.edgewise.event;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Something went wrong that the agent or the engine wants known.
 *
 * @param error what
 * @param code a stable word for it; {@code hop-limit} from the engine, when events would
 * have started one another too deep
 */
public record AgentError(String error, @Nullable String code) implements AgentEvent {

	public AgentError {
		Objects.requireNonNull(error, "error");
	}

}
