package dev.edgewise.test;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.edgewise.Generation;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.Protection;
import dev.edgewise.event.AgentGenerationComplete;
import dev.edgewise.event.AgentGenerationFailed;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.AgentGenerationStarted;
import dev.edgewise.event.AgentHandoff;
import dev.edgewise.route.EventTypes;
import dev.edgewise.test.RecordedSession.Framed;
import dev.edgewise.test.RecordedSession.Line;
import dev.edgewise.test.RecordedSession.Section;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/**
 * What a recorded generation said, when it was protected, and how it ended.
 */
final class Part {

	/** Ends on which neither an event nor a policy has a say. */
	private static final Set<String> ELSEWHERE = Set.of(Reason.TIMEOUT.name(), Reason.CLIENT_DISCONNECTED.name());

	private static final String STARTED = EventTypes.nameOf(AgentGenerationStarted.class);

	private static final String COMPLETE = EventTypes.nameOf(AgentGenerationComplete.class);

	private static final String FAILED = EventTypes.nameOf(AgentGenerationFailed.class);

	private static final String HANDOFF = EventTypes.nameOf(AgentHandoff.class);

	private static final String INTERRUPTED = EventTypes.nameOf(AgentGenerationInterrupted.class);

	private final String id;

	private final List<Cue> cues = new ArrayList<>();

	/** The sequences of its handoffs. */
	private final Set<Long> handoffs = new HashSet<>();

	private long startedMillis;

	Part(String id) {
		this.id = id;
	}

	/**
	 * The recorded generation's id.
	 */
	String id() {
		return this.id;
	}

	/**
	 * Adds what happened next.
	 * @param rank its place in the recording
	 */
	void add(Line line, long rank) {
		if (line instanceof Framed framed) {
			if (framed.type().equals(STARTED)) {
				this.startedMillis = framed.at().toEpochMilli();
			}
			if (framed.type().equals(HANDOFF)) {
				this.handoffs.add(framed.sequence());
			}
			add(framed.at().toEpochMilli(), rank, line);
		}
		else if (line instanceof Section section) {
			add(section.at().toEpochMilli(), rank, line);
		}
	}

	private void add(long millis, long rank, Line line) {
		Cue last = this.cues.isEmpty() ? null : this.cues.get(this.cues.size() - 1);
		if (last != null && last.millis == millis && last.rank + last.lines.size() == rank) {
			// Nothing came of the one before the other was there: nothing shall.
			last.lines.add(line);
		}
		else {
			this.cues.add(new Cue(millis, rank, new ArrayList<>(List.of(line))));
		}
	}

	/**
	 * Has it played.
	 * @param generation who plays it, from now on
	 * @param time when
	 * @param giveUp ends the generation from elsewhere
	 */
	Flux<Object> play(Generation generation, VirtualTime time, Runnable giveUp) {
		Player player = new Player(generation, this.handoffs, giveUp);
		long begun = time.millis();
		for (Cue cue : this.cues) {
			if (isStart(cue)) {
				cue.lines.forEach(player::perform);
				continue;
			}
			time.at(begun + cue.millis - this.startedMillis, cue.rank, () -> cue.lines.forEach(player::perform));
		}
		return player.items.asFlux();
	}

	private static boolean isStart(Cue cue) {
		return cue.lines.get(0) instanceof Framed framed && framed.type().equals(STARTED);
	}

	private record Cue(long millis, long rank, List<Line> lines) {
	}

	/**
	 * Plays it once.
	 */
	private static final class Player {

		private final Sinks.Many<Object> items = Sinks.many().unicast().onBackpressureBuffer();

		private final Generation generation;

		private final Set<Long> handoffs;

		private final Runnable giveUp;

		private final List<Protection> open = new ArrayList<>();

		/** How many items must have been said when sections are closed that are due. */
		private final List<Long> due = new ArrayList<>();

		private long said;

		Player(Generation generation, Set<Long> handoffs, Runnable giveUp) {
			this.generation = generation;
			this.handoffs = handoffs;
			this.giveUp = giveUp;
		}

		void perform(Line line) {
			if (line instanceof Section section) {
				if (section.open()) {
					this.open.add(this.generation.protect());
				}
				else {
					this.due.add(section.items());
					closeDue();
				}
			}
			else if (line instanceof Framed framed) {
				Object event = framed.event();
				if (event != null) {
					this.items.tryEmitNext(event);
					this.said++;
					closeDue();
				}
				else {
					end(framed);
				}
			}
		}

		private void closeDue() {
			while (!this.due.isEmpty() && this.due.get(0) <= this.said && !this.open.isEmpty()) {
				this.due.remove(0);
				this.open.remove(0).close();
			}
		}

		private void end(Framed framed) {
			String type = framed.type();
			if (type.equals(COMPLETE)) {
				this.items.tryEmitComplete();
			}
			else if (type.equals(FAILED)) {
				this.items.tryEmitError(new RecordedFailure());
			}
			else if (type.equals(INTERRUPTED) && isElsewhere(framed) && !this.generation.isInterrupted()) {
				this.giveUp.run();
			}
		}

		/**
		 * Whether nothing cuts it off here by itself. One that has handed over is cut off
		 * by an item that was never said.
		 */
		private boolean isElsewhere(Framed framed) {
			return (framed.reason() != null && ELSEWHERE.contains(framed.reason()))
					|| (framed.cause() != null && this.handoffs.contains(framed.cause()));
		}

	}

	/**
	 * A failure that was recorded.
	 */
	private static final class RecordedFailure extends RuntimeException {

		private static final long serialVersionUID = 1L;

		RecordedFailure() {
			super("The generation failed here in the recording", null, false, false);
		}

	}

}
