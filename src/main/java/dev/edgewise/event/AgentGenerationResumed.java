package dev.edgewise.event;

import java.util.Objects;

/**
 * A generation that stood still goes on with its very next item: the user did not
 * interrupt it. Written by the engine only.
 *
 * @param cause the sequence of the frame that it stood still for
 * @param rule the rule that let it go on
 * @param pausedMillis how long it stood still, in milliseconds
 */
public record AgentGenerationResumed(long cause, String rule, long pausedMillis) implements AgentEvent {

	public AgentGenerationResumed {
		Objects.requireNonNull(rule, "rule");
	}

}
