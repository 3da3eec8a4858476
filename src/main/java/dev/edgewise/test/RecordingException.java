package dev.edgewise.test;

import org.jspecify.annotations.Nullable;

/**
 * Says why a recording cannot be replayed.
 */
public final class RecordingException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	RecordingException(String message) {
		this(message, null);
	}

	RecordingException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
