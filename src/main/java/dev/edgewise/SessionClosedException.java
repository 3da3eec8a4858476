package dev.edgewise;

/**
 * The session has been closed or has expired.
 */
public final class SessionClosedException extends RuntimeException {

	private final String session;

	public SessionClosedException(String session) {
		super("Session '" + session + "' is closed");
		this.session = session;
	}

	/**
	 * The id of the session.
	 */
	public String session() {
		return this.session;
	}

}
