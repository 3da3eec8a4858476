package dev.edgewise.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import dev.edgewise.Frame;
import dev.edgewise.GenerationFailedException;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.conversation.Conversation;
import dev.edgewise.event.AgentGenerationComplete;
import dev.edgewise.event.AgentGenerationFailed;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.AgentGenerationPaused;
import dev.edgewise.event.AgentGenerationProtected;
import dev.edgewise.event.AgentGenerationResumed;
import dev.edgewise.event.AgentGenerationStarted;
import dev.edgewise.event.AgentHandoff;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.AgentSpeechInterrupted;
import dev.edgewise.event.AgentSpeechPaused;
import dev.edgewise.event.AgentSpeechResumed;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.event.UserEvent;
import dev.edgewise.route.EventTypes;
import dev.edgewise.session.ActiveAgent.Next;
import dev.edgewise.session.EngineListener.GenerationOutcome;
import dev.edgewise.session.RouteSlot.Cut;
import dev.edgewise.session.Run.Phase;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Exceptions;

/**
 * The generations of one session that have not had their last frame, and their life: a
 * node is called when its turn comes ({@link #launchWaiting}), its items are numbered as
 * they are asked for ({@link #number()}), it may {@linkplain #paused stand still}, and it
 * has one end: {@link #completeFinished complete}, {@link #cut} or
 * {@link #fail(Run, Throwable) failed}. What comes after the end is its {@link Cleanup}.
 * For the session's writer alone.
 */
final class Generations {

	private static final Logger logger = LoggerFactory.getLogger(Generations.class);

	/** Why speech was not cut off that was heard to its end meanwhile. */
	private static final String HEARD = "HEARD";

	/** Items of one generation that are numbered before the next one's turn. */
	private static final int ITEMS_IN_A_ROW = 8;

	private final LiveSession session;

	private final Engine engine;

	private final Chronicle chronicle;

	private final Readers readers;

	private final Conversation conversation;

	private final Deliberation deliberation;

	private final ActiveAgent agent;

	private final Cleanup cleanup;

	private final List<Run> live = new ArrayList<>(2);

	/** How many are complete and still being spoken. */
	private int spoken;

	Generations(LiveSession session, Engine engine, Chronicle chronicle, Readers readers, Conversation conversation,
			Deliberation deliberation, ActiveAgent agent, Cleanup cleanup) {
		this.session = session;
		this.engine = engine;
		this.chronicle = chronicle;
		this.readers = readers;
		this.conversation = conversation;
		this.deliberation = deliberation;
		this.agent = agent;
		this.cleanup = cleanup;
	}

	/**
	 * Those that have not had their last frame, oldest first.
	 */
	List<Run> live() {
		return this.live;
	}

	/**
	 * Those that can be cut off, oldest first: complete ones that are still being spoken
	 * before those that have not had their last frame.
	 */
	List<Run> audible() {
		forgetSpoken();
		if (this.spoken == 0) {
			return List.copyOf(this.live);
		}
		List<Run> audible = new ArrayList<>();
		this.session.slots().forEach((slot) -> audible.addAll(slot.speaking));
		audible.addAll(this.live);
		return audible;
	}

	/**
	 * Adds one, which waits for its turn.
	 */
	void add(RouteSlot slot, Run run) {
		slot.waiting.add(run);
		slot.late = null;
		this.live.add(run);
		this.engine.runAdded();
		Origin origin = run.trigger.origin;
		if (origin != null) {
			origin.open++;
		}
	}

	/**
	 * Calls the nodes whose turn has come.
	 * @return whether there were any
	 */
	boolean launchWaiting() {
		boolean any = false;
		for (RouteSlot slot : this.session.slots()) {
			while (slot.mayLaunch()) {
				launch(slot, slot.waiting.remove());
				any = true;
			}
		}
		return any;
	}

	private void launch(RouteSlot slot, Run run) {
		slot.running.add(run);
		this.chronicle.append(run, new AgentGenerationStarted(), true, null);
		run.started(this.engine.nanos(), this.chronicle.now(), this.conversation.snapshot(), slot.takeLast());
		this.engine.tell((listener) -> listener.started(run.route()));
		run.around.started();
		EngineSettings.GenerationBounds bounds = this.engine.settings().generation();
		this.session.speaks();
		try {
			run.timer = this.engine.schedulers()
				.timer()
				.schedule(() -> this.session.execute(() -> cutIfLive(run, Reason.TIMEOUT)),
						bounds.maxDuration().toNanos(), TimeUnit.NANOSECONDS);
			if (!run.execution.start()) {
				run.nodeEnded = true;
				fail(run, "no-thread",
						"All " + this.engine.settings().blockingThreads() + " threads for nodes that block are held");
			}
		}
		catch (RejectedExecutionException ex) {
			run.nodeEnded = true;
			fail(run, ex);
		}
	}

	/**
	 * Numbers items while there is room, until something else wants to be done.
	 * @return how many items and ends were dealt with
	 */
	int number() {
		int count = 0;
		for (int i = 0; i < this.live.size(); i++) {
			Run run = this.live.get(i);
			for (int row = 0; row < ITEMS_IN_A_ROW && run.phase == Phase.RUNNING; row++) {
				Object next = run.execution.peek();
				if (next == null || run.pause != null) {
					break;
				}
				if (!(next instanceof Execution.End) && run.handoff != null) {
					Next decided = this.agent.next(run);
					if (decided == Next.CUT) {
						return count + 1;
					}
					if (decided == Next.WAITS) {
						break;
					}
				}
				if (!(next instanceof Execution.End || this.readers.haveRoom(this.live, run.heldBytes))) {
					break;
				}
				if (next instanceof Execution.End end) {
					run.execution.poll();
					finish(run, end);
				}
				else if (!numberGuarded(run, next)) {
					break;
				}
				count++;
				if (this.chronicle.hasDerived() || this.session.isAskedFor() || run.phase != Phase.RUNNING) {
					return count;
				}
			}
		}
		return count;
	}

	/**
	 * An item is an object of the user's: whatever it does when it is looked at is the
	 * end of its own generation alone.
	 * @return false if it has to wait until there is room
	 */
	private boolean numberGuarded(Run run, Object item) {
		try {
			return number(run, item);
		}
		catch (Throwable ex) {
			fail(run, ex);
			return true;
		}
	}

	private boolean number(Run run, Object queued) {
		if (this.session.tools().refuses(queued)) {
			return true;
		}
		Object item = ToolItem.eventOf(queued);
		if (EventTypes.isReserved(item.getClass())) {
			fail(run, "reserved-event",
					EventTypes.nameOf(item.getClass()) + " is written by the engine only, a node must not emit it");
			return true;
		}
		Frame frame = this.chronicle.frame(item, run);
		byte[] bytes;
		try {
			bytes = this.chronicle.encode(frame);
		}
		catch (IllegalArgumentException ex) {
			if (!this.session.tools().spoil(queued)) {
				fail(run, "invalid-item", String.valueOf(ex.getMessage()));
			}
			return true;
		}
		if (bytes.length > this.chronicle.maxBytes()) {
			if (!this.session.tools().spoil(queued)) {
				fail(run, "item-too-large", "An item of " + bytes.length + " bytes exceeds the log");
			}
			return true;
		}
		if (!this.readers.haveRoom(this.live, bytes.length)) {
			run.heldBytes = bytes.length;
			return false;
		}
		run.heldBytes = 0;
		run.execution.poll();
		LogEntry entry = new LogEntry(frame, bytes, run, ++run.frames, true, run.trigger.hop + 1, run.trigger.origin);
		if (run.items++ == 0) {
			run.spoke(this.engine.nanos());
			this.engine.tell((listener) -> listener.firstItem(run.route(), run.elapsed()));
		}
		if (item instanceof AgentResponse response) {
			if (!run.speaking) {
				run.speaking = true;
				this.conversation.begin(run.utterance);
			}
			entry.textFrom = run.textEnd;
			entry.textTo = run.utterance.append(response.content(), frame.at(), run.isGuarded(entry));
			run.textEnd = entry.textTo;
		}
		else {
			this.session.say(frame, null);
		}
		this.chronicle.append(entry);
		this.session.tools().numbered(queued, entry);
		run.lastItem = frame.sequence();
		run.numberedGuarded = entry.isGuarded();
		if (this.engine.routes().match(item.getClass()).any() || item instanceof EmergencyStop
				|| item instanceof UserEvent || item instanceof AgentHandoff) {
			this.chronicle.derive(entry);
		}
		return true;
	}

	private void finish(Run run, Execution.End end) {
		if (end.failure() != null) {
			fail(run, end.failure());
		}
		else {
			run.phase = Phase.FINISHED;
			run.execution.clear(this.session.tools()::strand);
		}
	}

	boolean completeFinished() {
		boolean any = false;
		int i = 0;
		while (i < this.live.size()) {
			Run run = this.live.get(i);
			if (run.phase == Phase.FINISHED && run.nodeEnded && run.pause == null
					&& this.readers.havePassed(run.lastItem)) {
				complete(run);
				any = true;
			}
			else {
				i++;
			}
		}
		return any;
	}

	private void complete(Run run) {
		if (run.speaking) {
			this.conversation.complete(run.utterance);
		}
		boolean spoken = run.utterance.isBeingSpoken();
		if (spoken) {
			take(run);
			run.phase = Phase.SPEAKING;
			this.session.slot(run.compiled).speaking.add(run);
			this.spoken++;
		}
		else {
			leave(run);
		}
		this.chronicle.append(run, new AgentGenerationComplete(), false, null);
		over(run, GenerationOutcome.COMPLETED, this.engine.nanos());
		run.around.ended(GenerationOutcome.COMPLETED, null, null);
		if (spoken) {
			run.around.close();
			limitSpeech(run);
		}
		else {
			this.session.closed(run);
		}
	}

	/**
	 * Takes a message for spoken of which nothing has been acknowledged for as long as a
	 * generation may run: whoever played it may be gone, and what waits for it would wait
	 * for ever.
	 */
	private void limitSpeech(Run run) {
		int heard = run.utterance.heardLength();
		run.timer = this.engine.schedulers().timer().schedule(() -> this.session.execute(() -> {
			if (run.phase == Phase.SPEAKING && run.utterance.heardLength() > heard) {
				limitSpeech(run);
			}
			else {
				forget(run);
			}
		}), this.engine.settings().generation().maxDuration().toNanos(), TimeUnit.NANOSECONDS);
	}

	/**
	 * Forgets the complete generations whose messages have been spoken.
	 * @return whether there were any
	 */
	boolean forgetSpoken() {
		if (this.spoken == 0) {
			return false;
		}
		int before = this.spoken;
		for (RouteSlot slot : this.session.slots()) {
			for (Run run : List.copyOf(slot.speaking)) {
				if (run.pause == null && !run.utterance.isBeingSpoken()) {
					forget(run);
				}
			}
		}
		return this.spoken < before;
	}

	/**
	 * Forgets the complete generations whose messages are still being spoken, since
	 * nothing will cut them off any more.
	 */
	void forgetSpeech() {
		this.session.slots().forEach((slot) -> List.copyOf(slot.speaking).forEach(this::forget));
	}

	private void forget(Run run) {
		Run.Pause pause = run.pause;
		endSpeech(run);
		this.session.closed(run);
		if (pause != null && !this.session.isClosing()) {
			// Whoever speaks has heard of the pause, and may still have a word of it.
			resumed(run, pause.cause, HEARD, Math.max(0, this.engine.millis() - pause.sinceMillis));
		}
	}

	private void endSpeech(Run run) {
		if (this.session.slot(run.compiled).speaking.remove(run)) {
			this.spoken--;
			run.phase = Phase.OVER;
			if (run.timer != null) {
				run.timer.dispose();
			}
			this.deliberation.over(run);
		}
	}

	/**
	 * Cuts off a generation: silences it, says so, and then tells its node.
	 */
	void cut(Run run, Reason reason, @Nullable Frame cause, long arrived) {
		if (run.phase == Phase.SPEAKING) {
			if (run.utterance.isBeingSpoken()) {
				cutSpeech(run, reason, cause, arrived);
			}
			else {
				// Heard to its end while it was in question.
				forget(run);
			}
			return;
		}
		boolean started = run.phase != Phase.WAITING;
		// Before it is left, which ends its pause: what stands still must not slip out.
		long highest = started ? run.fence(this.chronicle.last() + 1) : 0;
		run.fencedNanos = this.engine.nanos();
		leave(run);
		Long causeSequence = (cause != null) ? cause.sequence() : null;
		if (!started) {
			this.session.slot(run.compiled).waiting.remove(run);
			this.chronicle.append(run, new AgentGenerationStarted(), false, null);
			this.chronicle.append(run, new AgentGenerationInterrupted(reason, causeSequence, 0, 0), false, null);
			fenced(run, reason, cause, this.engine.nanos() - arrived);
			over(run, null, 0);
			this.session.closed(run);
			return;
		}
		long latency = run.fencedNanos - arrived;
		this.readers.settle(run, highest);
		List<ToolItem> stranded = new ArrayList<>(0);
		int discarded = run.items - run.deliveredItems + run.execution.clear(stranded::add);
		if (run.speaking) {
			this.conversation.interrupt(run.utterance);
		}
		this.chronicle.append(run,
				new AgentGenerationInterrupted(reason, causeSequence, run.elapsedAt(run.fencedNanos).toMillis(),
						discarded),
				false, () -> this.engine
					.tell((listener) -> listener.silent(run.route(), Duration.ofNanos(this.engine.nanos() - arrived))));
		this.session.tools().fenced(run, stranded);
		describe(run, reason, cause, discarded);
		this.cleanup.begin(run);
		run.around.fenced(reason);
		run.around.ended(GenerationOutcome.INTERRUPTED, null, null);
		fenced(run, reason, cause, latency);
		if (discarded > 0) {
			this.engine.tell((listener) -> listener.discarded(run.route(), discarded));
		}
		over(run, GenerationOutcome.INTERRUPTED, run.fencedNanos);
	}

	/**
	 * Cuts off what is still being spoken of a generation that is complete. Its frame is
	 * one of the session, since those of the generation have had their end.
	 */
	private void cutSpeech(Run run, Reason reason, @Nullable Frame cause, long arrived) {
		run.fencedNanos = this.engine.nanos();
		this.readers.scan();
		endSpeech(run);
		this.conversation.interrupt(run.utterance);
		this.chronicle.appendAbout(run, new AgentSpeechInterrupted(run.id, run.utterance.heard()), () -> this.engine
			.tell((listener) -> listener.silent(run.route(), Duration.ofNanos(this.engine.nanos() - arrived))));
		this.session.tools().fenced(run, List.of());
		describe(run, reason, cause, 0);
		this.cleanup.begin(run);
		fenced(run, reason, cause, run.fencedNanos - arrived);
	}

	/**
	 * Makes the interruption, before the node is told, which may keep more when it is.
	 */
	private void describe(Run run, Reason reason, @Nullable Frame cause, int discarded) {
		run.interruption = run.describe(cause, reason, this.chronicle.now(), discarded, this.conversation.snapshot());
		this.session.slot(run.compiled).last = new Cut(run.interruption, run.utterance);
	}

	/**
	 * Cuts off a generation unless it has had its last frame.
	 */
	void cutIfLive(Run run, Reason reason) {
		if (run.phase != Phase.OVER && run.phase != Phase.SPEAKING) {
			cut(run, reason, null, this.engine.nanos());
		}
	}

	private void fenced(Run run, Reason reason, @Nullable Frame cause, long latency) {
		String type = (cause != null) ? cause.type() : null;
		run.debug(logger, "Interrupted {} in {}: {} by {} after {} µs", run, this.session, reason, type,
				latency / 1_000);
		this.engine.tell((listener) -> listener.fenced(this.session.id(), run.id, run.route(), reason, type,
				Duration.ofNanos(Math.max(0, latency))));
	}

	/**
	 * Fails a generation. Does nothing if it has had its last frame.
	 */
	void fail(Run run, Throwable failure) {
		if (Exceptions.isOverflow(failure)) {
			fail(run, "overflow", Execution.OVERFLOW_HELP);
			return;
		}
		if (failure instanceof GenerationFailedException told) {
			fail(run, told.code(), told.error());
			return;
		}
		if (run.phase == Phase.OVER) {
			return;
		}
		run.warn(logger, "{} in {} failed", run, this.session, failure);
		String name = failure.getClass().getSimpleName();
		boolean exposed = this.engine.settings().exposeErrorMessages() && failure.getMessage() != null;
		end(run, "node-failed", exposed ? name + ": " + failure.getMessage() : name, failure);
	}

	/**
	 * Fails a generation for a reason of the engine's own.
	 */
	void fail(Run run, String code, String message) {
		if (run.phase != Phase.OVER) {
			run.warn(logger, "{} in {} failed ({}): {}", run, this.session, code, message);
			end(run, code, message, null);
		}
	}

	private void end(Run run, String code, String error, @Nullable Throwable failure) {
		leave(run);
		List<ToolItem> stranded = new ArrayList<>(0);
		int discarded = run.execution.clear(stranded::add);
		if (run.speaking) {
			this.conversation.complete(run.utterance);
		}
		this.chronicle.append(run, new AgentGenerationFailed(code, error), false, null);
		stranded.forEach(this.session.tools()::strand);
		run.around.ended(GenerationOutcome.FAILED, code, failure);
		if (run.nodeEnded) {
			this.session.closed(run);
		}
		else {
			run.fencedNanos = this.engine.nanos();
			this.cleanup.begin(run);
		}
		if (discarded > 0) {
			this.engine.tell((listener) -> listener.discarded(run.route(), discarded));
		}
		over(run, GenerationOutcome.FAILED, this.engine.nanos());
	}

	/**
	 * Takes note that a node has ended.
	 */
	void nodeEnded(Run run) {
		run.nodeEnded = true;
		if (run.phase == Phase.OVER) {
			this.cleanup.nodeEnded(run);
		}
	}

	/**
	 * Takes a generation out of those that an event may cut off.
	 */
	private void leave(Run run) {
		run.phase = Phase.OVER;
		this.deliberation.over(run);
		take(run);
	}

	private void take(Run run) {
		if (this.live.remove(run)) {
			this.session.slot(run.compiled).running.remove(run);
			this.engine.runRemoved();
		}
		if (this.live.isEmpty()) {
			this.session.idle();
		}
	}

	private void over(Run run, @Nullable GenerationOutcome outcome, long endedNanos) {
		if (run.nodeEnded && run.timer != null && run.interruption == null) {
			run.timer.dispose();
		}
		Origin origin = run.trigger.origin;
		if (origin != null) {
			origin.open--;
			origin.lastSequence = this.chronicle.last();
			this.session.touch(origin);
		}
		if (outcome != null) {
			this.engine.tell((listener) -> listener.ended(run.route(), outcome, run.elapsedAt(endedNanos)));
		}
	}

	/**
	 * Makes a generation stand still: nobody takes another item of it; and if it is
	 * complete, whoever speaks it is told.
	 */
	void paused(Run run, Frame cause, String rule) {
		if (run.phase == Phase.SPEAKING) {
			this.chronicle.appendAbout(run, new AgentSpeechPaused(run.id, cause.sequence(), rule), null);
		}
		else if (run.phase != Phase.WAITING) {
			run.takes.hold(this.chronicle.last() + 1);
			this.chronicle.append(run, new AgentGenerationPaused(cause.sequence(), rule), true, null);
		}
	}

	/**
	 * Lets a generation go on that stood still.
	 */
	void resumed(Run run, Frame cause, String rule, long pausedMillis) {
		if (run.phase == Phase.SPEAKING || run.phase == Phase.OVER) {
			this.chronicle.appendAbout(run, new AgentSpeechResumed(run.id, cause.sequence(), rule, pausedMillis), null);
		}
		else if (run.phase != Phase.WAITING) {
			this.chronicle.append(run, new AgentGenerationResumed(cause.sequence(), rule, pausedMillis), true, null);
		}
	}

	void reportProtected(Run run, Frame cause, @Nullable String content) {
		AgentGenerationProtected report = new AgentGenerationProtected(cause.sequence(), content);
		if (run.phase != Phase.SPEAKING) {
			this.chronicle.append(run, report, true, null);
		}
		else {
			this.chronicle.appendAbout(run, report, null);
		}
	}

}
