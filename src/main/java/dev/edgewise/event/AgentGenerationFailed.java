package dev.edgewise.event;

import java.util.Objects;

/**
 * A generation has failed: its last frame. Written by the engine only.
 *
 * @param code a stable word for what went wrong: {@code node-failed} (it threw),
 * {@code invalid-item} (an item that is no JSON object), {@code item-too-large},
 * {@code reserved-event} (an item that only the engine may write), {@code overflow} (a
 * source that ignores demand) or {@code no-thread} (all threads that may block are held);
 * or the code of a {@link dev.edgewise.GenerationFailedException}, which is the node's
 * own
 * @param error the simple name of the exception, or what to do about it
 */
public record AgentGenerationFailed(String code, String error) implements AgentEvent {

	public AgentGenerationFailed {
		Objects.requireNonNull(code, "code");
		Objects.requireNonNull(error, "error");
	}

}
