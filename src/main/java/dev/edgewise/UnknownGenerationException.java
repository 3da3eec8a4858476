package dev.edgewise;

/**
 * The session has no generation of that id that could be interrupted.
 */
public final class UnknownGenerationException extends RuntimeException {

	private final String generation;

	public UnknownGenerationException(String generation) {
		super("No generation '" + generation + "'");
		this.generation = generation;
	}

	/**
	 * The id that was asked for.
	 */
	public String generation() {
		return this.generation;
	}

}
