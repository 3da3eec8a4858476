package dev.edgewise;

import java.util.Objects;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * What a node fails with to say why: its code and its words are those of the
 * {@code AgentGenerationFailed} frame. Of any other exception the frame has the code
 * {@code node-failed} and the simple name.
 */
public class GenerationFailedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private static final Pattern CODE = Pattern.compile("[a-z][a-z0-9-]{0,63}");

	private final String code;

	/**
	 * Creates the exception.
	 * @param code a stable word for what went wrong: 1 to 64 of {@code a-z 0-9 -},
	 * beginning with a letter
	 * @param error what went wrong, for those who read the session's stream: no secrets,
	 * and nothing that an outsider must not know
	 * @param cause what it comes from, for the log; null if there is nothing
	 */
	public GenerationFailedException(String code, String error, @Nullable Throwable cause) {
		super(Objects.requireNonNull(error, "error"), cause);
		if (!CODE.matcher(code).matches()) {
			throw new IllegalArgumentException(
					"A code has 1 to 64 of a-z 0-9 - and begins with a letter, not '" + code + "'");
		}
		this.code = code;
	}

	/**
	 * Creates the exception.
	 * @param code a stable word for what went wrong
	 * @param error what went wrong, for those who read the session's stream
	 */
	public GenerationFailedException(String code, String error) {
		this(code, error, null);
	}

	/**
	 * A stable word for what went wrong.
	 */
	public final String code() {
		return this.code;
	}

	/**
	 * What went wrong, for those who read the session's stream.
	 */
	public final String error() {
		return Objects.requireNonNullElse(getMessage(), "");
	}

}
