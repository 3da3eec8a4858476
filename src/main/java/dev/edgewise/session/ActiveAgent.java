package dev.edgewise.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import dev.edgewise.Interruption.Reason;
import dev.edgewise.event.AgentError;
import dev.edgewise.event.AgentHandoff;
import dev.edgewise.route.CompiledRoute;
import dev.edgewise.session.Run.Phase;
import org.jspecify.annotations.Nullable;

/**
 * The agent that is active in one session, and how the next one takes over. Anybody may
 * ask which it is; all else is for the session's writer.
 * <p>
 * The agent changes at once, so nothing of the one before starts any more. Its
 * generations leave: most are cut off there and then; one that is protected when its
 * protection ends; and the one that has handed over when it wants to go on, since what it
 * said last ("I'll put you through") belongs to the handoff.
 */
final class ActiveAgent {

	/**
	 * Characters of a name that nobody has which are repeated to those who read along.
	 */
	private static final int SHOWN = 128;

	private final LiveSession session;

	private final Engine engine;

	private final Chronicle chronicle;

	private final Readers readers;

	private final Shields shields;

	private volatile @Nullable String name;

	/** Generations that leave as soon as nothing protects them any more. */
	private final List<Run> leaving = new ArrayList<>(0);

	ActiveAgent(LiveSession session, Engine engine, Chronicle chronicle, Readers readers, Shields shields) {
		this.session = session;
		this.engine = engine;
		this.chronicle = chronicle;
		this.readers = readers;
		this.shields = shields;
		this.name = engine.routes().initialAgent();
	}

	/**
	 * Its name; null if no agent is active. Any thread's.
	 */
	@Nullable String name() {
		return this.name;
	}

	/**
	 * Whether a route may start.
	 */
	boolean admits(CompiledRoute route) {
		return route.agent() == null || route.agent().equals(this.name);
	}

	/**
	 * Lets another agent take over, if an event says so. Where there are no agents, a
	 * handoff is an event like any other.
	 * @param entry the event
	 * @param aim the only generation that it can interrupt; null for all
	 * @param forced whether it interrupts what is protected too
	 * @param arrived when it was accepted
	 * @param effects where to tell
	 * @return false if it says so and nothing comes of it
	 */
	boolean hear(LogEntry entry, @Nullable String aim, boolean forced, long arrived, Effects effects) {
		Set<String> known = this.engine.routes().agents();
		Run emitter = entry.run;
		if (!(entry.frame.event() instanceof AgentHandoff handoff) || known.isEmpty()) {
			return true;
		}
		if (emitter != null && !admits(emitter.compiled)) {
			return false;
		}
		String target = handoff.targetAgent();
		if (!known.contains(target)) {
			refuse(entry, target, known);
			return false;
		}
		if (target.equals(this.name)) {
			return false;
		}
		String before = this.name;
		this.name = target;
		// What has come of it stands, so it is to be seen even if its emitter is cut off.
		entry.keep();
		if (emitter != null) {
			emitter.countDelivered(entry);
		}
		if (before != null) {
			retire(before, entry, aim, forced, arrived, effects);
		}
		return true;
	}

	private void refuse(LogEntry entry, String target, Set<String> known) {
		boolean isLong = target.codePointCount(0, target.length()) > SHOWN;
		String shown = isLong ? target.substring(0, target.offsetByCodePoints(0, SHOWN)) + "..." : target;
		AgentError error = new AgentError("There is no agent '" + shown + "'; there are " + String.join(", ", known),
				"unknown-agent");
		LogEntry answer = this.chronicle.append(error, entry.hop + 1, entry.origin);
		if (this.engine.routes().match(AgentError.class).any()) {
			this.chronicle.derive(answer);
		}
	}

	private void retire(String agent, LogEntry entry, @Nullable String aim, boolean forced, long arrived,
			Effects effects) {
		// What an agent has said in full is still spoken if it hands over itself.
		boolean itself = entry.run != null && agent.equals(entry.run.compiled.agent());
		Generations generations = this.session.generations();
		for (Run run : itself ? List.copyOf(generations.live()) : generations.audible()) {
			boolean meant = agent.equals(run.compiled.agent()) && (aim == null || aim.equals(run.id));
			if (meant && run == entry.run) {
				run.handoff = entry;
			}
			else if (meant && !forced && run.phase != Phase.WAITING && this.shields.of(run) != null) {
				run.handoff = entry;
				this.leaving.add(run);
			}
			else if (meant) {
				generations.cut(run, Reason.EVENT, entry.frame, arrived);
				effects.replaced(run);
			}
		}
		this.session.dropHeld((route) -> agent.equals(route.agent()));
	}

	/**
	 * Cuts off what is not protected any more.
	 */
	void release() {
		if (this.leaving.isEmpty()) {
			return;
		}
		for (Run run : List.copyOf(this.leaving)) {
			if (run.phase == Phase.OVER) {
				this.leaving.remove(run);
			}
			else if (this.shields.of(run) == null) {
				this.leaving.remove(run);
				leave(run);
			}
		}
	}

	/**
	 * What becomes of the next item of a generation: if it has handed over, it may say
	 * what is protected; then it waits until what it has said has been taken, and is cut
	 * off.
	 */
	Next next(Run run) {
		LogEntry handoff = run.handoff;
		if (handoff == null || handoff.run != run || this.shields.coverNext(run)) {
			return Next.SAID;
		}
		if (!this.readers.havePassed(handoff.frame.sequence()) || this.shields.of(run) != null) {
			return Next.WAITS;
		}
		leave(run);
		return Next.CUT;
	}

	private void leave(Run run) {
		LogEntry handoff = run.handoff;
		if (handoff != null) {
			this.session.generations().cut(run, Reason.EVENT, handoff.frame, this.engine.nanos());
		}
	}

	/**
	 * What becomes of an item.
	 */
	enum Next {

		/** It is numbered. */
		SAID,

		/** It has to wait. */
		WAITS,

		/** Its generation has been cut off. */
		CUT

	}

}
