package dev.edgewise.event;

import java.util.Objects;

/**
 * A figure that the agent wants kept.
 *
 * @param name its name
 * @param value its value
 */
public record LogMetric(String name, Object value) implements AgentEvent {

	public LogMetric {
		Objects.requireNonNull(name, "name");
		Objects.requireNonNull(value, "value");
	}

}
