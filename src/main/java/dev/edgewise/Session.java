package dev.edgewise;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * One conversation: the unit of order and of isolation.
 */
public interface Session {

	/**
	 * The id, 1 to 128 of {@code A-Z a-z 0-9 . _ ~ -}.
	 */
	String id();

	/**
	 * What the session was opened with; unmodifiable. {@code language}, a BCP 47 tag,
	 * chooses the phrases of that language beside those for all.
	 */
	Map<String, Object> attributes();

	/**
	 * How it knows what its user has heard.
	 */
	default Playback playback() {
		return Playback.ASSUMED;
	}

	/**
	 * The active agent; null if there is none.
	 * @see Agent
	 */
	default @Nullable String agent() {
		return null;
	}

}
