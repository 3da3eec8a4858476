package dev.edgewise.event;

import java.util.Objects;

import dev.edgewise.Interruption.Reason;
import org.jspecify.annotations.Nullable;

/**
 * A generation was cut off: its last frame. Written by the engine only.
 *
 * @param reason why
 * @param cause the sequence of the frame that cut it off; absent where no event did
 * @param elapsedMillis from its {@code AgentGenerationStarted} to the fence, in
 * milliseconds; zero if it was cut off before it was called
 * @param discarded how many items were produced and thrown away
 */
public record AgentGenerationInterrupted(Reason reason, @Nullable Long cause, long elapsedMillis,
		int discarded) implements AgentEvent {

	public AgentGenerationInterrupted {
		Objects.requireNonNull(reason, "reason");
	}

}
