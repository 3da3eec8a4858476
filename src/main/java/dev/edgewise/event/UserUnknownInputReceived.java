package dev.edgewise.event;

import java.util.Objects;

/**
 * Input of a kind the client does not know.
 *
 * @param inputData the input as it came
 */
public record UserUnknownInputReceived(String inputData) implements UserEvent {

	public UserUnknownInputReceived {
		Objects.requireNonNull(inputData, "inputData");
	}

}
