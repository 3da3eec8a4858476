package dev.edgewise.session;

import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import dev.edgewise.session.SessionView.State;
import org.jspecify.annotations.Nullable;

/**
 * All sessions of an engine as they were at one moment, for operators.
 *
 * @param at when
 * @param open how many sessions take events
 * @param closing how many have been told to close and have not had their last frame
 * @param closed how many are closed and still remembered
 * @param oldest the open session that has been there for longest; null if none is open
 * @param generations how many generations there are in each state
 * @param unanswered how many sessions did not answer in time and whose generations are
 * not counted: their writer is held up by a filter or a condition that blocks
 * @param stuck the generations that have outlived their grace, oldest first
 */
public record Census(Instant at, int open, int closing, int closed, @Nullable Oldest oldest,
		Map<State, Integer> generations, int unanswered, List<Stuck> stuck) {

	/**
	 * The oldest session.
	 *
	 * @param session its id
	 * @param createdAt when it was opened
	 */
	public record Oldest(String session, Instant createdAt) {
	}

	/**
	 * A generation whose node goes on though it should have ended.
	 *
	 * @param session the session's id
	 * @param route the id of its route
	 * @param generation the generation's id
	 * @param fencedAt since when it is silent
	 * @param stack where the thread that it holds is; empty if it holds none
	 */
	public record Stuck(String session, String route, String generation, Instant fencedAt,
			List<StackTraceElement> stack) {

		public Stuck {
			stack = List.copyOf(stack);
		}

	}

	/**
	 * Adds up what sessions answer.
	 */
	static final class Count {

		final Map<State, Integer> generations = new EnumMap<>(State.class);

		int answers;

		Count() {
			for (State state : State.values()) {
				this.generations.put(state, 0);
			}
		}

		void add(List<State> states) {
			this.answers++;
			states.forEach((state) -> this.generations.merge(state, 1, Integer::sum));
		}

	}

}
