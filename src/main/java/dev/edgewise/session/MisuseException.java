package dev.edgewise.session;

/**
 * A call of a node's that cannot be answered where or when it is made. Its message is
 * about code, and holds nothing that anybody said.
 */
final class MisuseException extends IllegalStateException {

	MisuseException(String message) {
		super(message);
	}

	MisuseException(String message, Throwable cause) {
		super(message, cause);
	}

}
