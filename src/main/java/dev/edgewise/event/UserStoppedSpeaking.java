package dev.edgewise.event;

import org.jspecify.annotations.Nullable;

/**
 * The user has stopped speaking: the agent's turn.
 *
 * @param speaker who, if there are several
 */
public record UserStoppedSpeaking(@Nullable String speaker) implements UserEvent {

	public UserStoppedSpeaking() {
		this(null);
	}

}
