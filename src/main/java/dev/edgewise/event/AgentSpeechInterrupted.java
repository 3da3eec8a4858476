package dev.edgewise.event;

import java.util.Objects;

/**
 * A message that was complete and still being spoken has been cut off. Only the engine
 * writes it.
 *
 * @param generation the generation whose message it is
 * @param heard what the user had heard of it
 */
public record AgentSpeechInterrupted(String generation, String heard) implements AgentEvent {

	public AgentSpeechInterrupted {
		Objects.requireNonNull(generation, "generation");
		Objects.requireNonNull(heard, "heard");
	}

}
