package dev.edgewise.observation;

import org.jspecify.annotations.Nullable;

/**
 * The ids that log lines carry.
 *
 * @param session that of the session
 * @param generation that of the generation, if a line concerns one
 */
record LogIds(String session, @Nullable String generation) {
}
