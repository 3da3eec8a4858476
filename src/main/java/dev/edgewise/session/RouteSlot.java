package dev.edgewise.session;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import dev.edgewise.Interruption;
import dev.edgewise.Overlap;
import dev.edgewise.conversation.Utterance;
import dev.edgewise.interruption.UserUtterance;
import dev.edgewise.route.CompiledRoute;
import dev.edgewise.session.Surroundings.Cause;
import org.jspecify.annotations.Nullable;

/**
 * One route in one session: who runs, who waits, and whose cleanup the next one waits
 * for. For the session's writer alone.
 */
final class RouteSlot {

	final CompiledRoute route;

	final List<Run> running = new ArrayList<>(1);

	final Deque<Run> waiting = new ArrayDeque<>(2);

	/** Those that have had their last frame and still have their grace. */
	final List<Run> cleaning = new ArrayList<>(1);

	/** Starts that wait for what is not decided yet, one of an utterance. */
	final List<Held> held = new ArrayList<>(0);

	/** The end of an utterance that was ignored by a generation that is over. */
	@Nullable Held late;

	/**
	 * Those that are complete and whose messages are still being spoken, oldest first.
	 */
	final List<Run> speaking = new ArrayList<>(0);

	/** The last interruption, until a run has been given it. */
	@Nullable Cut last;

	RouteSlot(CompiledRoute route) {
		this.route = route;
	}

	int active() {
		return this.running.size() + this.waiting.size();
	}

	Run oldest() {
		return this.running.isEmpty() ? this.waiting.getFirst() : this.running.get(0);
	}

	List<Run> all() {
		List<Run> all = new ArrayList<>(this.running);
		all.addAll(this.waiting);
		return all;
	}

	/**
	 * Whether there is anything that speech could cut off.
	 */
	boolean isAudible() {
		return active() > 0 || !this.speaking.isEmpty();
	}

	/**
	 * All that speech could cut off.
	 */
	List<Run> audible() {
		List<Run> audible = all();
		audible.addAll(this.speaking);
		return audible;
	}

	boolean hasRoom(int queue) {
		return this.waiting.size() < queue + (this.running.isEmpty() ? 1 : 0);
	}

	boolean mayLaunch() {
		return !this.waiting.isEmpty() && this.waiting.getFirst().pause == null && this.cleaning.isEmpty()
				&& (this.running.isEmpty() || this.route.overlap() == Overlap.PARALLEL);
	}

	/**
	 * The start that waits for an utterance; null if there is none.
	 */
	@Nullable Held held(@Nullable UserUtterance utterance) {
		for (Held waiting : this.held) {
			if (waiting.utterance() == utterance) {
				return waiting;
			}
		}
		return null;
	}

	@Nullable Interruption takeLast() {
		Cut taken = this.last;
		this.last = null;
		return (taken != null) ? taken.byNow() : null;
	}

	/**
	 * An interruption that nobody has been given.
	 *
	 * @param interruption as it was at the fence
	 * @param utterance what was cut off
	 */
	record Cut(Interruption interruption, Utterance utterance) {

		/**
		 * With what has been acknowledged since.
		 */
		Interruption byNow() {
			Interruption cut = this.interruption;
			String heard = this.utterance.heard();
			return cut.heard().equals(heard) ? cut
					: new Interruption(cut.generation(), cut.route(), cut.cause(), cut.reason(), cut.at(),
							cut.elapsed(), cut.generated(), cut.delivered(), heard, cut.discarded(), cut.conversation(),
							cut.state());
		}

	}

	/**
	 * A start that waits.
	 *
	 * @param route the index of the route
	 * @param entry the event that starts
	 * @param utterance what the user has said, if it is the user's
	 * @param cause what is around what it starts
	 */
	record Held(int route, LogEntry entry, @Nullable UserUtterance utterance, @Nullable Cause cause) {
	}

}
