package dev.edgewise;

/**
 * An event of the same id but with other content has been accepted before.
 */
public final class EventConflictException extends RuntimeException {

	private final String id;

	public EventConflictException(String id) {
		super("An event with id '" + id + "' and other content has been accepted before");
		this.id = id;
	}

	/**
	 * The id of the event.
	 */
	public String id() {
		return this.id;
	}

}
