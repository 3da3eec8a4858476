package dev.edgewise.event;

import org.jspecify.annotations.Nullable;

/**
 * The user has begun to speak.
 *
 * @param speaker who, if there are several
 */
public record UserStartedSpeaking(@Nullable String speaker) implements UserEvent {

	public UserStartedSpeaking() {
		this(null);
	}

}
