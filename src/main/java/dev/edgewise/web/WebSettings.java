package dev.edgewise.web;

import java.time.Duration;

/**
 * The edge's bounds. The properties {@code edgewise.*} say what each means; they are
 * validated where they are bound.
 *
 * @param basePath what every path begins with: empty, or with a leading slash and without
 * a trailing one
 * @param eventMaxSize bytes of one event, or of another request's body
 * @param arrayMaxSize bytes of an array of events
 * @param heartbeat after how long without a frame a stream has a comment
 * @param sendBuffer bytes that may wait in a stream's socket
 * @param stallTimeout after how long a stream that takes nothing of what is ready is
 * ended
 */
public record WebSettings(String basePath, int eventMaxSize, int arrayMaxSize, Duration heartbeat, int sendBuffer,
		Duration stallTimeout) {

	/**
	 * How many events an array may hold.
	 */
	static final int ARRAY_MAX_EVENTS = 64;

	public WebSettings {
		if (!basePath.isEmpty() && (!basePath.startsWith("/") || basePath.endsWith("/"))) {
			throw new IllegalArgumentException(
					"edgewise.web.base-path must be empty, or begin with '/' and not end with it: " + basePath);
		}
	}

	/**
	 * The defaults of the properties.
	 */
	public static WebSettings defaults() {
		return new WebSettings("/v1", 64 << 10, 256 << 10, Duration.ofSeconds(15), 8 << 10, Duration.ofSeconds(60));
	}

	/**
	 * Returns the same settings under another path.
	 * @param path what every path begins with
	 */
	public WebSettings withBasePath(String path) {
		return new WebSettings(path, this.eventMaxSize, this.arrayMaxSize, this.heartbeat, this.sendBuffer,
				this.stallTimeout);
	}

}
