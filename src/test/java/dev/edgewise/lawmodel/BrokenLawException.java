package dev.edgewise.lawmodel;

/**
 * What was seen is not what the laws allow.
 */
final class BrokenLawException extends RuntimeException {

	BrokenLawException(String message) {
		super(message);
	}

	BrokenLawException(String message, Throwable cause) {
		super(message, cause);
	}

}
