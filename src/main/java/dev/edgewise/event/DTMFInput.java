package dev.edgewise.event;

import java.util.Objects;

/**
 * The user has pressed a key of the telephone.
 *
 * @param button the key
 */
public record DTMFInput(String button) implements UserEvent {

	public DTMFInput {
		Objects.requireNonNull(button, "button");
	}

}
