package dev.edgewise;

/**
 * There is no session of that id.
 */
public final class UnknownSessionException extends RuntimeException {

	private final String session;

	public UnknownSessionException(String session) {
		super("No session '" + session + "'");
		this.session = session;
	}

	/**
	 * The id that was asked for.
	 */
	public String session() {
		return this.session;
	}

}
