package dev.edgewise.examples.annotated;

/**
 * Stops a timer.
 *
 * @param name what it is for
 */
record TimerCancelled(String name) {
}
