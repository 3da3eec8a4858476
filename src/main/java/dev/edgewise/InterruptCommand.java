package dev.edgewise;

import org.jspecify.annotations.Nullable;

/**
 * Asks to interrupt generations of a session.
 *
 * @param generation the only one to interrupt; null for all
 * @param route the id of the only route whose generations are interrupted; null for all
 * @param force whether protected ones are interrupted too
 * @param reason why; for the log
 */
public record InterruptCommand(@Nullable String generation, @Nullable String route, boolean force,
		@Nullable String reason) {
}
