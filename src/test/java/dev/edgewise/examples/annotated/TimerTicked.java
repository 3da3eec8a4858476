package dev.edgewise.examples.annotated;

import dev.edgewise.EventType;

/**
 * Says that a timer runs.
 *
 * @param name what it is for
 * @param left how often it will tick
 */
@EventType("tick")
record TimerTicked(String name, int left) {
}
