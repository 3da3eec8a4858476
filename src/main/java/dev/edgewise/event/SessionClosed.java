package dev.edgewise.event;

import java.util.Objects;

import dev.edgewise.Interruption.Reason;

/**
 * The session is over: the last frame of its log. Written by the engine only.
 *
 * @param reason why
 */
public record SessionClosed(Reason reason) implements SystemEvent {

	public SessionClosed {
		Objects.requireNonNull(reason, "reason");
	}

}
