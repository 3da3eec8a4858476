package dev.edgewise.event;

import java.util.Map;
import java.util.Objects;

/**
 * An application's own input.
 *
 * @param metadata its content
 */
public record CustomReceived(Map<String, Object> metadata) implements UserEvent {

	public CustomReceived {
		metadata = Values.copy(Objects.requireNonNull(metadata, "metadata"));
	}

}
