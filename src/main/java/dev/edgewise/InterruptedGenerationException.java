package dev.edgewise;

/**
 * Thrown by {@link Generation#emit} once the generation has been interrupted. A node lets
 * it pass, after cleaning up.
 */
public final class InterruptedGenerationException extends RuntimeException {

	public InterruptedGenerationException(String generation) {
		super("Generation " + generation + " was interrupted");
	}

}
