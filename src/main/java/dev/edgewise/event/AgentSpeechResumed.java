package dev.edgewise.event;

import java.util.Objects;

/**
 * A message that is complete and still being spoken is not cut off: whoever speaks it
 * goes on. Only the engine writes it.
 *
 * @param generation the generation whose message it is
 * @param cause the sequence of the event that might have cut it off
 * @param rule why it is not cut off; {@code HEARD} if it was heard to its end meanwhile
 * @param pausedMillis how long it stood still
 */
public record AgentSpeechResumed(String generation, long cause, String rule, long pausedMillis) implements AgentEvent {

	public AgentSpeechResumed {
		Objects.requireNonNull(generation, "generation");
		Objects.requireNonNull(rule, "rule");
	}

}
