package dev.edgewise.event;

/**
 * Frames that a stream could not be given because they have left the log. It is not in
 * the log itself.
 *
 * @param from the first lost sequence
 * @param to the last lost sequence
 */
public record StreamGap(long from, long to) implements SystemEvent {

}
