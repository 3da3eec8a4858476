package dev.edgewise.web;

import java.nio.charset.StandardCharsets;

import dev.edgewise.session.Recording;

/**
 * Recordings as the edge writes them, for tests without one.
 */
public final class RecordingText {

	private RecordingText() {
	}

	public static String of(Recording recording) {
		return new String(new RecordingJson(new Json(null)).write(recording), StandardCharsets.UTF_8);
	}

}
