package dev.edgewise.event;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * The agent wants the call transferred.
 *
 * @param targetPhoneNumber where to
 * @param timeoutSeconds how long to let it ring, in seconds
 */
public record TransferCall(String targetPhoneNumber, @Nullable Integer timeoutSeconds) implements AgentEvent {

	public TransferCall {
		Objects.requireNonNull(targetPhoneNumber, "targetPhoneNumber");
	}

}
