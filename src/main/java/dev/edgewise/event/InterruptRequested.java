package dev.edgewise.event;

import org.jspecify.annotations.Nullable;

/**
 * A program has asked to interrupt generations of the session. Written by the engine
 * only, for {@code POST /v1/sessions/{id}/interrupt}; to post it is refused.
 *
 * @param target the id of the generation or of the route that is to be interrupted;
 * absent for every generation
 * @param force whether protected generations are interrupted too
 * @param reason why
 */
public record InterruptRequested(@Nullable String target, boolean force,
		@Nullable String reason) implements SystemEvent {

}
