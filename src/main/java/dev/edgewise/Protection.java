package dev.edgewise;

/**
 * A section of a generation that must not be cut. It is opened by
 * {@link Generation#protect()} and holds until it has been closed and what was produced
 * in it has been taken by a stream, if one is open. Sections are counted: the generation
 * is protected while any is open. Closing one twice does nothing; whatever is left open
 * ends with its generation. Only what is forced goes through it, and what is not decided
 * about: the longest duration, a client that has gone, the end of the session. What the
 * user says meanwhile is kept, dropped or reported, as the policy's
 * {@code while-protected} says.
 */
public interface Protection extends AutoCloseable {

	/**
	 * Ends the section. Any thread's; does not block.
	 */
	@Override
	void close();

}
