package dev.edgewise;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * One run of a route in a session, as its node and its conditions see it. Every method
 * may be called from any thread.
 */
public interface Generation {

	/**
	 * The id, unique in the service.
	 */
	String id();

	/**
	 * The id of the route.
	 */
	String route();

	/**
	 * The session it speaks in.
	 */
	Session session();

	/**
	 * The conversation when the node was called.
	 */
	ConversationContext conversation();

	/**
	 * The frame of the event that started it.
	 */
	Frame cause();

	/**
	 * The interruption of this route's run before this one; null if that one ended by
	 * itself, or if another run has been given it.
	 */
	@Nullable Interruption previous();

	/**
	 * When the node was called; null while the generation waits for its turn.
	 */
	@Nullable Instant startedAt();

	/**
	 * The time since the node was called; zero before.
	 */
	Duration elapsed();

	/**
	 * The time since its first item; zero before.
	 */
	Duration spokenFor();

	/**
	 * The text produced so far.
	 */
	String generated();

	/**
	 * Whether it has been interrupted.
	 */
	boolean isInterrupted();

	/**
	 * Opens a section that must not be cut, whatever the user says meanwhile; only what
	 * is forced goes through it. From the call on, and counted: sections may be nested.
	 *
	 * <pre class="code">
	 * try (Protection section = generation.protect()) {
	 *     generation.emit("This call is being recorded.");
	 * }
	 * </pre>
	 *
	 * What becomes of what the user says meanwhile is for the policy's
	 * {@code while-protected} to say.
	 * @return closes the section
	 */
	Protection protect();

	/**
	 * Emits an item, for imperative code. Blocks while the readers have not caught up.
	 * @param item text, or an event
	 * @throws InterruptedGenerationException if the generation has been interrupted
	 * @throws IllegalStateException on a non-blocking thread, or when the generation has
	 * ended
	 */
	void emit(Object item);

	/**
	 * Registers what must run when the generation ends, however it ends; the generation
	 * counts as ended when it has run. Runs once, in reverse order of registration, and
	 * at once if the end has come already. May block.
	 * @param callback what to run
	 */
	void onCleanup(Runnable callback);

}
