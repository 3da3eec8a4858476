package dev.edgewise.model;

import java.time.Duration;

import dev.edgewise.GenerationFailedException;
import org.jspecify.annotations.Nullable;

/**
 * Why a model gave no answer, or no whole one. Its code and its words are those of the
 * generation's failure; neither has anything of what the server wrote but an error's
 * code, and only if that is a single word. The codes:
 * <ul>
 * <li>{@code model-unreachable}: there is no connection to the server</li>
 * <li>{@code model-timeout}: it did not begin to answer in time</li>
 * <li>{@code model-stalled}: it began, and then said nothing for too long</li>
 * <li>{@code model-disconnected}: it ended before the answer did</li>
 * <li>{@code model-malformed}: what it sent is not what the protocol says</li>
 * <li>{@code model-rate-limited}: 429; {@link #retryAfter()} may tell for how long</li>
 * <li>{@code model-overloaded}: 503 or 529, the same</li>
 * <li>{@code model-denied}: 401 or 403, the key is not accepted</li>
 * <li>{@code model-rejected}: any other 4xx, the request is not accepted</li>
 * <li>{@code model-failed}: any other status, or an error in the middle of an answer</li>
 * <li>{@code model-filtered}: the server withheld the rest of the answer</li>
 * <li>{@code model-tool-rounds}: it called tools again and again</li>
 * </ul>
 */
public final class ModelException extends GenerationFailedException {

	private static final long serialVersionUID = 1L;

	private final @Nullable Duration retryAfter;

	ModelException(String code, String error, @Nullable Duration retryAfter, @Nullable Throwable cause) {
		super(code, error, cause);
		this.retryAfter = retryAfter;
	}

	ModelException(String code, String error) {
		this(code, error, null, null);
	}

	ModelException(String code, String error, Throwable cause) {
		this(code, error, null, cause);
	}

	/**
	 * How long the server asks to wait before the next request; null if it does not say.
	 */
	public @Nullable Duration retryAfter() {
		return this.retryAfter;
	}

}
