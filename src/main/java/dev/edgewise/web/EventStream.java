package dev.edgewise.web;

import java.nio.charset.StandardCharsets;

import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;

/**
 * What an event stream has besides its frames, by the letter of the WHATWG text.
 */
final class EventStream {

	/**
	 * Makes headers go out at once. No blank line: some clients would dispatch an empty
	 * message.
	 */
	private static final byte[] PRELUDE = "retry:1000\n:\n".getBytes(StandardCharsets.US_ASCII);

	/**
	 * A comment, and for the same reason no blank line.
	 */
	private static final byte[] HEARTBEAT = ": \n".getBytes(StandardCharsets.US_ASCII);

	private EventStream() {
	}

	static byte[] prelude() {
		return PRELUDE.clone();
	}

	static byte[] heartbeat() {
		return HEARTBEAT.clone();
	}

	static void headers(HttpHeaders headers) {
		headers.setContentType(MediaType.TEXT_EVENT_STREAM);
		headers.setCacheControl("no-store, no-transform");
		headers.set("X-Accel-Buffering", "no");
	}

}
