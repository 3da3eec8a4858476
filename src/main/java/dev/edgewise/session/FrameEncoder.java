package dev.edgewise.session;

import dev.edgewise.Frame;

/**
 * Encodes frames, once each, when they are appended to a log. Called on session writers;
 * must not block.
 */
public interface FrameEncoder {

	/**
	 * Encodes a frame as the edge will write it.
	 * @param frame the frame
	 * @return its bytes, not to be changed by anybody
	 * @throws IllegalArgumentException if the frame's event cannot be encoded as a JSON
	 * object; the message may be shown to clients
	 */
	byte[] encode(Frame frame);

	/**
	 * Renders what a tool has returned as text for models.
	 * @param value the value
	 */
	default String text(Object value) {
		return value.toString();
	}

	/**
	 * Returns a digest of an event's content: equal for equal content, and for no other.
	 * @param event the event
	 */
	byte[] digest(Object event);

}
