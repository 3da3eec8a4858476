package dev.edgewise.event;

import java.util.Objects;

/**
 * A message that was complete and still being spoken has been cut off, in a session with
 * acknowledged playback. A client drops what it has not spoken of it, as it does at
 * {@link AgentGenerationInterrupted}. Only the engine writes it; it is a frame of the
 * session that names a generation, since those of the generation had their end with
 * {@link AgentGenerationComplete}.
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
