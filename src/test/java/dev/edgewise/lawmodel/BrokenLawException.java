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

	/**
	 * The first word of its message, which names the law.
	 */
	String law() {
		return String.valueOf(getMessage()).split(" ")[0];
	}

}
