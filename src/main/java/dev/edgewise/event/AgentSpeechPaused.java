package dev.edgewise.event;

import java.util.Objects;

/**
 * It is being decided whether a message that is complete and still being spoken is cut
 * off: whoever speaks it stands still until {@link AgentSpeechResumed} or
 * {@link AgentSpeechInterrupted}. What {@link AgentGenerationPaused} is to a generation
 * that has not had its end. Only the engine writes it.
 *
 * @param generation the generation whose message it is
 * @param cause the sequence of the event that may cut it off
 * @param rule what is still in question
 */
public record AgentSpeechPaused(String generation, long cause, String rule) implements AgentEvent {

	public AgentSpeechPaused {
		Objects.requireNonNull(generation, "generation");
		Objects.requireNonNull(rule, "rule");
	}

}
