package dev.edgewise.event;

import java.util.Objects;

/**
 * A generation stands still: it has not been decided yet whether the user interrupts it.
 * No stream takes an item of it until {@link AgentGenerationResumed}, or its end. Written
 * by the engine only.
 *
 * @param cause the sequence of the frame that it stands still for
 * @param rule the rule that waits for more
 */
public record AgentGenerationPaused(long cause, String rule) implements AgentEvent {

	public AgentGenerationPaused {
		Objects.requireNonNull(rule, "rule");
	}

}
