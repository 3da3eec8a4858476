package dev.edgewise.examples.annotated;

/**
 * Starts a timer.
 *
 * @param name what it is for
 * @param ticks how often it ticks
 */
record TimerSet(String name, int ticks) {
}
