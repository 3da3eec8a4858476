package dev.edgewise.session;

import dev.edgewise.Generation;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.session.EngineListener.GenerationOutcome;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * What the code of nodes finds around itself beside what the engine hands to it: thread
 * locals and a Reactor context, which follow a generation from thread to thread. Must not
 * throw, and must not block. Nothing here is called for a single item.
 */
public interface Surroundings {

	/**
	 * Nothing.
	 */
	Surroundings NONE = new Surroundings() {
	};

	/**
	 * What is around whoever publishes. Called on the publisher's thread, and kept until
	 * nothing more can come of what is published.
	 * @param publisher the context of the publisher's subscription
	 * @return null if there is nothing
	 */
	default @Nullable Cause of(ContextView publisher) {
		return null;
	}

	/**
	 * Surrounds a generation, which has its id and waits. Called on its session's writer.
	 * @param generation the generation
	 * @param cause what is around whatever has caused it; null if there is nothing
	 */
	default Enclosure enclose(Generation generation, @Nullable Cause cause) {
		return Enclosure.NONE;
	}

	/**
	 * Runs code that concerns a session and none of its generations.
	 * @param session the session's id
	 * @param code the code
	 */
	default void within(String session, Runnable code) {
		code.run();
	}

	/**
	 * Runs code that has nothing to do with the generation whose thread this may be.
	 * @param code the code
	 */
	default void outside(Runnable code) {
		code.run();
	}

	/**
	 * What is around whatever causes a generation. The engine only keeps it.
	 */
	interface Cause {

	}

	/**
	 * What is around the code of one generation. What tells of its life is called on its
	 * session's writer; the rest, on any thread.
	 */
	interface Enclosure {

		/**
		 * Nothing.
		 */
		Enclosure NONE = new Enclosure() {
		};

		/**
		 * What is around what this generation causes; null if there is nothing.
		 */
		default @Nullable Cause cause() {
			return null;
		}

		/**
		 * The Reactor context of whatever is subscribed for the generation.
		 */
		default Context context() {
			return Context.empty();
		}

		/**
		 * Has this thread run code of the generation.
		 * @return to be closed on the same thread
		 */
		default Scope enter() {
			return Scope.NONE;
		}

		/**
		 * As {@link #enter()}, where a reactive source is asked for more: only if thread
		 * locals are meant to follow reactive code, since this may happen for every item.
		 */
		default Scope follow() {
			return Scope.NONE;
		}

		/**
		 * Runs code of the generation on this thread.
		 * @param code the code
		 */
		default void run(Runnable code) {
			Scope scope = enter();
			try {
				code.run();
			}
			finally {
				scope.close();
			}
		}

		/**
		 * Its node is being called.
		 */
		default void started() {
		}

		/**
		 * It is silent from now on; its node is not told yet.
		 * @param reason why
		 */
		default void fenced(Reason reason) {
		}

		/**
		 * It has outlived its grace.
		 */
		default void stuck() {
		}

		/**
		 * It has had its last frame.
		 * @param outcome how it ended
		 * @param code of its failure; null if it did not fail
		 * @param failure what its node threw; null if it threw nothing
		 */
		default void ended(GenerationOutcome outcome, @Nullable String code, @Nullable Throwable failure) {
		}

		/**
		 * It has had its last frame, started or not; its node has ended or its grace is
		 * over, and its handlers have run. Stray code of it may still come.
		 */
		default void close() {
		}

		/**
		 * It causes nothing any more: whatever is large may be let go.
		 */
		default void release() {
		}

	}

	/**
	 * A stay of a thread in an enclosure.
	 */
	@FunctionalInterface
	interface Scope extends AutoCloseable {

		/**
		 * Nothing.
		 */
		Scope NONE = () -> {
		};

		@Override
		void close();

	}

}
