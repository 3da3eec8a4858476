package dev.edgewise;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * An event in its place in its session's log.
 *
 * @param sequence its number, from 1, rising by one with each frame of the session
 * @param at when it was appended, to the millisecond
 * @param type the event's name on the wire
 * @param generation the id of the generation that emitted it; null if it came from
 * outside or is of the session as a whole
 * @param route the id of that generation's route; null without a generation
 * @param event the event itself
 */
public record Frame(long sequence, Instant at, String type, @Nullable String generation, @Nullable String route,
		Object event) {
}
