package dev.edgewise.event;

import java.util.Objects;

/**
 * The agent presses a key of the telephone.
 *
 * @param button the key
 */
public record DTMFOutput(String button) implements AgentEvent {

	public DTMFOutput {
		Objects.requireNonNull(button, "button");
	}

}
