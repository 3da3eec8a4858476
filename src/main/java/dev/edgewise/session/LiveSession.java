package dev.edgewise.session;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

import dev.edgewise.ConversationContext;
import dev.edgewise.Decision;
import dev.edgewise.Decision.Verdict;
import dev.edgewise.EventRefusedException;
import dev.edgewise.EventRefusedException.Bound;
import dev.edgewise.Frame;
import dev.edgewise.InterruptCommand;
import dev.edgewise.InterruptReceipt;
import dev.edgewise.InterruptReceipt.Spared;
import dev.edgewise.InterruptReceipt.Stopped;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.Overlap;
import dev.edgewise.Receipt;
import dev.edgewise.Session;
import dev.edgewise.SessionClosedException;
import dev.edgewise.UnknownGenerationException;
import dev.edgewise.conversation.Conversation;
import dev.edgewise.event.AgentError;
import dev.edgewise.event.AgentGenerationComplete;
import dev.edgewise.event.AgentGenerationFailed;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.AgentGenerationPaused;
import dev.edgewise.event.AgentGenerationProtected;
import dev.edgewise.event.AgentGenerationResumed;
import dev.edgewise.event.AgentGenerationStarted;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.AgentTakesFloor;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.event.InterruptRequested;
import dev.edgewise.event.SessionClosed;
import dev.edgewise.event.UserEvent;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.Policies;
import dev.edgewise.interruption.UserUtterance;
import dev.edgewise.route.CompiledRoute;
import dev.edgewise.route.EventTypes;
import dev.edgewise.route.RouteTable.Matches;
import dev.edgewise.session.AcceptedEvents.Accepted;
import dev.edgewise.session.Deliberation.Admission;
import dev.edgewise.session.EngineListener.EventOutcome;
import dev.edgewise.session.EngineListener.GenerationOutcome;
import dev.edgewise.session.RouteSlot.Held;
import dev.edgewise.session.Run.Phase;
import dev.edgewise.session.SessionView.GenerationView;
import dev.edgewise.session.SessionView.State;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Exceptions;

/**
 * One session at work: its events and the life of its generations.
 * <p>
 * It has one writer at any moment, which its {@link Mailbox} sees to; unless a method
 * says that it is any thread's, it is the writer's. One event is applied as
 * {@link #react} says: whom does this cut off, and whom does it start? What that appends
 * (the engine's own frames) and what nodes emit are events as well; they are applied in
 * the order of their numbers, before the next event from outside, in {@link #settle()}.
 * Cutting off is {@link #cut}: fence, frame, and only then the node. Everything else is
 * the life of a generation: {@link #launch}, {@link #number(Run, Object)},
 * {@link #complete}, {@link #fail(Run, Throwable)}, and then its {@link Cleanup}.
 */
final class LiveSession implements Session, Mailbox.Owner {

	private static final Logger logger = LoggerFactory.getLogger(LiveSession.class);

	/** Items of one generation that are numbered before the next one's turn. */
	private static final int ITEMS_IN_A_ROW = 8;

	private final Engine engine;

	private final String id;

	private final Map<String, Object> attributes;

	private final long createdNanos;

	private final Mailbox mailbox;

	/** Submissions that wait for the writer. */
	private final AtomicInteger waiting = new AtomicInteger();

	private final Intake intake;

	private final FrameLog log;

	private final Readers readers;

	private volatile long lastEventNanos;

	private volatile long idleSinceNanos;

	private volatile boolean hadEvent;

	/** Whether the progress of readers matters. */
	private volatile boolean speaking;

	private volatile boolean closing;

	private volatile long endSequence;

	// From here on: the writer's alone.

	private final Conversation conversation;

	private final List<Run> live = new ArrayList<>(2);

	private final Deque<LogEntry> derived = new ArrayDeque<>(2);

	private final List<Origin> touched = new ArrayList<>(1);

	private final List<Runnable> closers = new ArrayList<>(1);

	private final @Nullable RouteSlot[] slots;

	/** The slots that there are. */
	private final List<RouteSlot> used = new ArrayList<>(1);

	private final Deliberation deliberation;

	private final Cleanup cleanup;

	private final Journal journal;

	private Reason closeReason = Reason.SESSION_CLOSED;

	private long millisOfNow;

	private Instant instantOfNow = Instant.EPOCH;

	private Runnable onClosed = () -> {
	};

	LiveSession(Engine engine, String id, Map<String, Object> attributes) {
		this.engine = engine;
		this.id = id;
		this.attributes = attributes;
		this.createdNanos = engine.nanos();
		this.idleSinceNanos = this.createdNanos;
		EngineSettings settings = engine.settings();
		this.mailbox = new Mailbox(this, engine.schedulers().timer());
		this.intake = new Intake(engine);
		this.log = new FrameLog(settings.log().frames(), settings.log().bytes(), this::evicted);
		this.readers = new Readers(engine, this.log);
		this.conversation = new Conversation(settings.conversation().messages(), settings.conversation().characters());
		this.slots = new RouteSlot[engine.routes().routes().size()];
		this.deliberation = new Deliberation(this, engine, this.readers);
		this.cleanup = new Cleanup(this, engine);
		this.journal = new Journal(this.log, settings.session().decisions());
	}

	@Override
	public String id() {
		return this.id;
	}

	@Override
	public Map<String, Object> attributes() {
		return this.attributes;
	}

	Engine engine() {
		return this.engine;
	}

	Journal journal() {
		return this.journal;
	}

	long nanos() {
		return this.engine.nanos();
	}

	Instant now() {
		return Engine.instant(nanos());
	}

	byte[] encode(Frame frame) {
		return this.engine.encoder().encode(frame);
	}

	ConversationContext emptyConversation() {
		return new Conversation(0, 0).snapshot();
	}

	/**
	 * Has something done by the writer, before any item. Any thread's.
	 * @param command what to do
	 */
	void execute(Runnable command) {
		this.mailbox.execute(command);
	}

	/**
	 * Has what is queued done. Any thread's.
	 */
	void drain() {
		this.mailbox.drain();
	}

	/**
	 * Tells that a reader has moved on, if that matters to anybody.
	 */
	void progress() {
		if (this.speaking) {
			this.mailbox.drain();
		}
	}

	/**
	 * Applies what has come of what was applied, until nothing does.
	 */
	@Override
	public void settle() {
		boolean again = true;
		while (again) {
			this.deliberation.reopen();
			LogEntry entry;
			while ((entry = this.derived.poll()) != null) {
				Effects effects = new Effects();
				react(entry, null, false, nanos(), effects);
				if (!effects.refused.isEmpty()) {
					logger.warn("Event {} of session {} could not start {}: too many generations",
							entry.frame.sequence(), this.id, effects.refused);
				}
			}
			again = (this.deliberation.waiting().isAny() && release(new Effects())) | launchWaiting()
					| completeFinished() | !this.derived.isEmpty();
		}
		if (!this.touched.isEmpty()) {
			for (Origin origin : this.touched) {
				if (origin.open == 0) {
					origin.finish();
				}
			}
			this.touched.clear();
			this.readers.wake();
		}
		if (this.closing && this.endSequence == 0 && this.cleanup.isOver()) {
			finishClose();
		}
	}

	/**
	 * Applies events from outside without another in between, all or none.
	 * @param events the events
	 * @param opening what makes a reader of what comes of them, or null
	 * @param limited whether the session's rate counts
	 * @param answer called with what became of them, or with the error
	 */
	void submit(List<Submission> events, @Nullable Opening opening, boolean limited,
			BiConsumer<@Nullable Applied, @Nullable RuntimeException> answer) {
		long arrived = nanos();
		if (this.waiting.incrementAndGet() > this.engine.settings().session().mailbox()
				&& !Intake.isEmergency(events)) {
			this.waiting.decrementAndGet();
			this.intake.tell(events, EventOutcome.REFUSED);
			answer.accept(null, new EventRefusedException(Bound.MAILBOX, Duration.ofSeconds(1)));
			return;
		}
		execute(() -> {
			this.waiting.decrementAndGet();
			Applied applied = null;
			RuntimeException error = null;
			try {
				applied = apply(events, opening, limited, arrived);
			}
			catch (Throwable ex) {
				error = (ex instanceof RuntimeException known) ? known
						: new IllegalStateException("The events could not be applied", ex);
				this.intake.tell(events, EventOutcome.REFUSED);
			}
			Applied result = applied;
			RuntimeException failure = error;
			this.mailbox.answer(() -> answer.accept(result, failure));
		});
	}

	private Applied apply(List<Submission> events, @Nullable Opening opening, boolean limited, long arrived) {
		if (this.closing) {
			throw new SessionClosedException(this.id);
		}
		if (opening != null) {
			opening.check(this.readers.count());
		}
		Intake.checkWriter(events);
		byte[][] digests = new byte[events.size()][];
		int fresh = this.intake.check(events, digests, limited, arrived);
		if (events.size() > 1) {
			// What cannot be encoded must be found before any is applied.
			events.forEach((submission) -> encode(frame(submission.event(), null)));
		}
		Origin origin = new Origin();
		List<Receipt> receipts = new ArrayList<>(events.size());
		List<Origin> origins = new ArrayList<>(1);
		for (int i = 0; i < events.size(); i++) {
			Submission submission = events.get(i);
			Accepted before = this.intake.find(submission.id());
			if (before != null) {
				receipts.add(before.receipt().asDuplicate());
				origins.add(before.origin());
				this.intake.tell(List.of(submission), EventOutcome.DUPLICATE);
				continue;
			}
			Receipt receipt = accept(submission, origin, arrived);
			receipts.add(receipt);
			origins.add(origin);
			this.intake.tell(List.of(submission), EventOutcome.ACCEPTED);
			if (submission.id() != null) {
				this.intake.remember(submission.id(),
						new Accepted(digests[i], submission.generation(), submission.force(), receipt, origin, null));
			}
		}
		if (fresh > 0) {
			this.hadEvent = true;
			this.lastEventNanos = nanos();
			this.idleSinceNanos = this.lastEventNanos;
			origin.lastSequence = Math.max(origin.lastSequence, this.log.last());
			this.touched.add(origin);
		}
		Cursor cursor = null;
		if (opening != null) {
			long first = receipts.stream().mapToLong(Receipt::sequence).min().orElse(this.log.last() + 1);
			List<Origin> distinct = origins.stream().distinct().toList();
			distinct.forEach((each) -> each.responses++);
			cursor = new Cursor(this, this.log, first - 1, distinct);
			this.readers.add(cursor);
		}
		return new Applied(receipts, cursor);
	}

	private Receipt accept(Submission submission, Origin origin, long arrived) {
		Object event = submission.event();
		Frame frame = frame(event, null);
		LogEntry entry = new LogEntry(frame, encode(frame), null, 0, false, 0, origin);
		append(entry);
		if (submission.force() || submission.generation() != null) {
			this.journal.note(new Recording.Aim(frame.sequence(), submission.force(), submission.generation(), null));
		}
		if (!this.deliberation.drops(event, this.live)) {
			this.conversation.append(frame);
		}
		Effects effects = new Effects();
		react(entry, submission.generation(), submission.force(), arrived, effects);
		return effects.receipt(frame.sequence());
	}

	/**
	 * Applies an event that has its number: decides about every generation that has not
	 * ended, then starts what it starts. In this order, so that no event cuts off what it
	 * started.
	 */
	private void react(LogEntry entry, @Nullable String aim, boolean force, long arrived, Effects effects) {
		Frame frame = entry.frame;
		Object event = frame.event();
		Matches matches = this.engine.routes().match(event.getClass());
		boolean emergency = event instanceof EmergencyStop;
		UserUtterance utterance = this.deliberation.hear(entry);
		if (emergency || utterance != null || matches.any()) {
			for (Run run : List.copyOf(this.live)) {
				boolean listed = emergency || matches.interrupts(run.compiled);
				if (run.phase != Phase.OVER && (aim == null || aim.equals(run.id))
						&& (listed || this.deliberation.concerns(run, utterance, event))) {
					decide(run, entry, utterance, emergency || force, listed, arrived, effects);
				}
			}
		}
		if (emergency) {
			dropHeld();
		}
		for (CompiledRoute route : matches.starts()) {
			if (passes(route, event)) {
				start(route, entry, utterance, arrived, effects);
			}
		}
		release(effects);
		startLate(entry, utterance, arrived, effects);
		this.deliberation.considerFloor(utterance);
	}

	private void decide(Run run, LogEntry entry, @Nullable UserUtterance utterance, boolean forced, boolean listed,
			long arrived, Effects effects) {
		Frame cause = this.deliberation.causeOf(run, entry.frame, utterance, listed);
		Reason reason = this.deliberation.reasonOf(run, utterance, listed);
		Verdict verdict = this.deliberation.decide(run, entry, utterance, forced, listed, effects);
		if (verdict == Verdict.INTERRUPT) {
			if (entry.run == run) {
				entry.keep();
				run.countDelivered(entry);
			}
			boolean emergency = entry.frame.event() instanceof EmergencyStop;
			cut(run, emergency ? Reason.EMERGENCY : reason, cause, arrived);
		}
	}

	/**
	 * Starts what need not wait any longer.
	 */
	private boolean release(Effects effects) {
		List<Held> released = this.deliberation.waiting().released(this.used);
		for (Held held : released) {
			CompiledRoute route = this.engine.routes().routes().get(held.route());
			start(route, held.entry(), null, nanos(), effects);
			Held speaking = this.deliberation.speakingSince(held);
			if (speaking != null && this.engine.routes().match(UserStartedSpeaking.class).interrupts(route)) {
				// The user went on to speak while the turn waited.
				for (Run run : slot(route).all()) {
					if (run.trigger == held.entry()) {
						decide(run, speaking.entry(), speaking.utterance(), false, true, nanos(), effects);
					}
				}
			}
		}
		return !released.isEmpty();
	}

	/**
	 * Starts the turn of an utterance whose words have come when there is nothing left
	 * that they could cut off.
	 */
	private void startLate(LogEntry entry, @Nullable UserUtterance utterance, long arrived, Effects effects) {
		if (utterance != null) {
			for (RouteSlot slot : this.used) {
				Held late = this.deliberation.late(slot, entry, utterance);
				if (late != null) {
					start(slot.route, late.entry(), null, arrived, effects);
				}
			}
		}
	}

	private void dropHeld() {
		this.used.forEach((slot) -> slot.late = null);
		this.used.forEach(this.deliberation.waiting()::drop);
	}

	private boolean passes(CompiledRoute route, Object event) {
		CompiledRoute.Filter filter = route.filter();
		if (filter == null) {
			return true;
		}
		try {
			return filter.test(event, this);
		}
		catch (Throwable ex) {
			logger.warn("The filter of {} failed, so it does not start", route.id(), ex);
			this.engine.tell((listener) -> listener.conditionFailed(route.id()));
			return false;
		}
	}

	private void start(CompiledRoute route, LogEntry cause, @Nullable UserUtterance utterance, long arrived,
			Effects effects) {
		if (this.closing) {
			return;
		}
		if (this.engine.isDraining()) {
			effects.refused.add(route.id());
			return;
		}
		if (cause.hop >= this.engine.settings().generation().hops()) {
			stopLoop(route, cause);
			return;
		}
		RouteSlot slot = slot(route);
		int active = slot.active();
		boolean evicts = active > 0 && (route.overlap() == Overlap.REPLACE
				|| (route.overlap() == Overlap.PARALLEL && active >= route.maxConcurrency()));
		if (active > 0 && route.overlap() == Overlap.IGNORE) {
			return;
		}
		List<Run> victims = !evicts ? List.of() : (route.overlap() == Overlap.REPLACE) ? slot.all()
				: List.of(this.deliberation.shields().oldestWithout(slot));
		if (active > 0 && this.deliberation.admit(slot, victims, cause, utterance, effects) != Admission.GRANTED) {
			return;
		}
		boolean full = this.live.size() >= this.engine.settings().generation().perSession() && !evicts;
		boolean queueFull = active > 0 && route.overlap() == Overlap.QUEUE
				&& !slot.hasRoom(this.engine.settings().generation().queue());
		if (full || queueFull) {
			effects.refused.add(route.id());
			return;
		}
		if (evicts) {
			this.deliberation.waiting().drop(slot);
			for (Run victim : victims) {
				if (victim.phase != Phase.OVER) {
					cut(victim, Reason.REPLACED, cause.frame, arrived);
					effects.replaced(victim);
				}
			}
		}
		Run run = new Run(this, route, this.engine.nextGenerationId(), cause,
				this.engine.settings().conversation().characters());
		this.journal.note(new Recording.Begun(run.id, route.id(), cause.frame.sequence()));
		slot.waiting.add(run);
		slot.late = null;
		this.live.add(run);
		this.engine.runAdded();
		if (cause.origin != null) {
			cause.origin.open++;
		}
		effects.started.add(run.id);
	}

	private void stopLoop(CompiledRoute route, LogEntry cause) {
		AgentError error = new AgentError("Event " + cause.frame.sequence() + " would start '" + route.id()
				+ "' more than " + this.engine.settings().generation().hops() + " events deep", "hop-limit");
		Frame frame = frame(error, null);
		append(new LogEntry(frame, encode(frame), null, 0, false, cause.hop + 1, cause.origin));
		if (cause.origin != null) {
			cause.origin.lastSequence = frame.sequence();
			this.touched.add(cause.origin);
		}
	}

	private boolean launchWaiting() {
		boolean any = false;
		for (RouteSlot slot : this.slots) {
			while (slot != null && slot.mayLaunch()) {
				launch(slot, slot.waiting.remove());
				any = true;
			}
		}
		return any;
	}

	private void launch(RouteSlot slot, Run run) {
		slot.running.add(run);
		appendOwn(run, new AgentGenerationStarted(), true, null);
		run.started(nanos(), this.instantOfNow, this.conversation.snapshot(), slot.takeLast());
		this.engine.tell((listener) -> listener.started(run.route()));
		EngineSettings.GenerationBounds bounds = this.engine.settings().generation();
		this.speaking = true;
		try {
			run.timer = this.engine.schedulers()
				.timer()
				.schedule(() -> execute(() -> cutIfLive(run, Reason.TIMEOUT)), bounds.maxDuration().toNanos(),
						TimeUnit.NANOSECONDS);
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
	@Override
	public int number() {
		int count = 0;
		for (int i = 0; i < this.live.size(); i++) {
			Run run = this.live.get(i);
			for (int row = 0; row < ITEMS_IN_A_ROW && run.phase == Phase.RUNNING; row++) {
				Object next = run.execution.peek();
				if (next == null || run.pause != null
						|| !(next instanceof Execution.End || this.readers.haveRoom(this.live, run.heldBytes))) {
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
				if (!this.derived.isEmpty() || this.mailbox.hasCommands() || run.phase != Phase.RUNNING) {
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

	private boolean number(Run run, Object item) {
		if (EventTypes.isReserved(item.getClass())) {
			fail(run, "reserved-event",
					EventTypes.nameOf(item.getClass()) + " is written by the engine only, a node must not emit it");
			return true;
		}
		Frame frame = frame(item, run);
		byte[] bytes;
		try {
			bytes = encode(frame);
		}
		catch (IllegalArgumentException ex) {
			fail(run, "invalid-item", String.valueOf(ex.getMessage()));
			return true;
		}
		if (bytes.length > this.log.maxBytes()) {
			fail(run, "item-too-large", "An item of " + bytes.length + " bytes exceeds the log");
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
			run.spoke(nanos());
			this.engine.tell((listener) -> listener.firstItem(run.route(), run.elapsed()));
		}
		if (item instanceof AgentResponse response) {
			if (!run.speaking) {
				run.speaking = true;
				this.conversation.begin(run.utterance);
			}
			entry.textFrom = run.textEnd;
			entry.textTo = run.utterance.append(response.content(), frame.at());
			run.textEnd = entry.textTo;
		}
		else {
			this.conversation.append(frame);
		}
		append(entry);
		run.lastItem = frame.sequence();
		run.numberedGuarded = entry.isGuarded();
		if (this.engine.routes().match(item.getClass()).any() || item instanceof EmergencyStop
				|| item instanceof UserEvent) {
			this.derived.add(entry);
		}
		return true;
	}

	private void finish(Run run, Execution.End end) {
		if (end.failure() != null) {
			fail(run, end.failure());
		}
		else {
			run.phase = Phase.FINISHED;
		}
	}

	private boolean completeFinished() {
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
		leave(run);
		if (run.speaking) {
			this.conversation.complete(run.utterance);
		}
		appendOwn(run, new AgentGenerationComplete(), false, null);
		over(run, GenerationOutcome.COMPLETED, nanos());
	}

	/**
	 * Cuts off a generation: silences it, says so, and then tells its node.
	 */
	void cut(Run run, Reason reason, @Nullable Frame cause, long arrived) {
		boolean started = run.phase != Phase.WAITING;
		// Before it is left, which ends its pause: what stands still must not slip out.
		long highest = started ? run.fence(this.log.last() + 1) : 0;
		run.fencedNanos = nanos();
		leave(run);
		Long causeSequence = (cause != null) ? cause.sequence() : null;
		if (!started) {
			slot(run.compiled).waiting.remove(run);
			appendOwn(run, new AgentGenerationStarted(), false, null);
			appendOwn(run, new AgentGenerationInterrupted(reason, causeSequence, 0, 0), false, null);
			fenced(run, reason, cause, nanos() - arrived);
			over(run, null, 0);
			return;
		}
		long latency = run.fencedNanos - arrived;
		this.readers.settle(run, highest);
		int discarded = run.items - run.deliveredItems + run.execution.clear();
		if (run.speaking) {
			this.conversation.interrupt(run.utterance);
		}
		appendOwn(run,
				new AgentGenerationInterrupted(reason, causeSequence, run.elapsedAt(run.fencedNanos).toMillis(),
						discarded),
				false, () -> this.engine
					.tell((listener) -> listener.silent(run.route(), Duration.ofNanos(nanos() - arrived))));
		this.cleanup.begin(run);
		fenced(run, reason, cause, latency);
		if (discarded > 0) {
			this.engine.tell((listener) -> listener.discarded(run.route(), discarded));
		}
		run.interruption = run.describe(cause, reason, this.instantOfNow, discarded, this.conversation.snapshot());
		slot(run.compiled).last = run.interruption;
		over(run, GenerationOutcome.INTERRUPTED, run.fencedNanos);
	}

	private void cutIfLive(Run run, Reason reason) {
		if (run.phase != Phase.OVER) {
			cut(run, reason, null, nanos());
		}
	}

	private void fenced(Run run, Reason reason, @Nullable Frame cause, long latency) {
		String type = (cause != null) ? cause.type() : null;
		logger.debug("Interrupted {} in session {}: {} by {} after {} µs", run, this.id, reason, type, latency / 1_000);
		this.engine.tell((listener) -> listener.fenced(this.id, run.id, run.route(), reason, type,
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
		if (run.phase == Phase.OVER) {
			return;
		}
		logger.warn("{} in session {} failed", run, this.id, failure);
		String name = failure.getClass().getSimpleName();
		boolean exposed = this.engine.settings().exposeErrorMessages() && failure.getMessage() != null;
		end(run, "node-failed", exposed ? name + ": " + failure.getMessage() : name);
	}

	/**
	 * Fails a generation for a reason of the engine's own.
	 */
	void fail(Run run, String code, String message) {
		if (run.phase != Phase.OVER) {
			logger.warn("{} in session {} failed ({}): {}", run, this.id, code, message);
			end(run, code, message);
		}
	}

	private void end(Run run, String code, String error) {
		leave(run);
		int discarded = run.execution.clear();
		if (run.speaking) {
			this.conversation.complete(run.utterance);
		}
		appendOwn(run, new AgentGenerationFailed(code, error), false, null);
		if (!run.nodeEnded) {
			run.fencedNanos = nanos();
			this.cleanup.begin(run);
		}
		if (discarded > 0) {
			this.engine.tell((listener) -> listener.discarded(run.route(), discarded));
		}
		over(run, GenerationOutcome.FAILED, nanos());
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
		if (this.live.remove(run)) {
			slot(run.compiled).running.remove(run);
			this.engine.runRemoved();
		}
		if (this.live.isEmpty()) {
			this.idleSinceNanos = nanos();
		}
	}

	private void over(Run run, @Nullable GenerationOutcome outcome, long endedNanos) {
		if (run.nodeEnded && run.timer != null && run.interruption == null) {
			run.timer.dispose();
		}
		Origin origin = run.trigger.origin;
		if (origin != null) {
			origin.open--;
			origin.lastSequence = this.log.last();
			this.touched.add(origin);
		}
		if (outcome != null) {
			this.engine.tell((listener) -> listener.ended(run.route(), outcome, run.elapsedAt(endedNanos)));
		}
	}

	/**
	 * Makes a generation stand still: nobody takes another item of it.
	 */
	void paused(Run run, Frame cause, String rule) {
		if (run.phase != Phase.WAITING) {
			run.hold(this.log.last() + 1);
			appendOwn(run, new AgentGenerationPaused(cause.sequence(), rule), true, null);
		}
	}

	/**
	 * Lets a generation go on that stood still.
	 */
	void resumed(Run run, Frame cause, String rule, long pausedMillis) {
		if (run.phase != Phase.WAITING) {
			appendOwn(run, new AgentGenerationResumed(cause.sequence(), rule, pausedMillis), true, null);
		}
	}

	void reportProtected(Run run, Frame cause, @Nullable String content) {
		appendOwn(run, new AgentGenerationProtected(cause.sequence(), content), true, null);
	}

	Frame appendFloor(AgentTakesFloor event) {
		Frame frame = frame(event, null);
		Origin origin = new Origin();
		LogEntry entry = new LogEntry(frame, encode(frame), null, 0, false, 0, origin);
		append(entry);
		this.derived.add(entry);
		return frame;
	}

	/**
	 * Takes note that nothing will come of a start that waited.
	 */
	void closed(Origin origin) {
		origin.open--;
		this.touched.add(origin);
	}

	/**
	 * Interrupts generations because a program asks for it. Any thread's.
	 * @param command what to interrupt
	 * @param id the command's id
	 * @param answer called with what became of it, or with the error
	 */
	void interrupt(InterruptCommand command, @Nullable String id,
			BiConsumer<@Nullable InterruptReceipt, @Nullable RuntimeException> answer) {
		long arrived = nanos();
		String target = (command.generation() != null) ? command.generation() : command.route();
		InterruptRequested event = new InterruptRequested(target, command.force(), command.reason());
		// Named by generation and route, or by one of them: as content, these differ.
		Submission submission = new Submission(event, id, command.route(), command.force());
		if (this.waiting.incrementAndGet() > this.engine.settings().session().mailbox() && !command.force()) {
			this.waiting.decrementAndGet();
			this.intake.tell(List.of(submission), EventOutcome.REFUSED);
			answer.accept(null, new EventRefusedException(Bound.MAILBOX, Duration.ofSeconds(1)));
			return;
		}
		execute(() -> {
			this.waiting.decrementAndGet();
			InterruptReceipt receipt = null;
			RuntimeException error = null;
			try {
				receipt = carryOut(command, submission, arrived);
			}
			catch (Throwable ex) {
				error = (ex instanceof RuntimeException known) ? known
						: new IllegalStateException("The command could not be carried out", ex);
				this.intake.tell(List.of(submission), EventOutcome.REFUSED);
			}
			InterruptReceipt result = receipt;
			RuntimeException failure = error;
			this.mailbox.answer(() -> answer.accept(result, failure));
		});
	}

	private InterruptReceipt carryOut(InterruptCommand command, Submission submission, long arrived) {
		if (this.closing) {
			throw new SessionClosedException(this.id);
		}
		Object event = submission.event();
		byte[] digest = this.engine.encoder().digest(event);
		// An event that had the id was of another class, and is a conflict.
		Accepted before = this.intake.find(submission, digest);
		if (before != null && before.command() != null) {
			this.intake.tell(List.of(submission), EventOutcome.DUPLICATE);
			return before.command().asDuplicate();
		}
		List<Run> targets = targets(command);
		if (!command.force()) {
			this.intake.admit(1, true, arrived);
		}
		Origin origin = new Origin();
		Frame frame = frame(event, null);
		LogEntry entry = new LogEntry(frame, encode(frame), null, 0, false, 0, origin);
		append(entry);
		this.journal.note(new Recording.Aim(frame.sequence(), command.force(), command.generation(), command.route()));
		this.hadEvent = true;
		this.lastEventNanos = nanos();
		this.idleSinceNanos = this.lastEventNanos;
		origin.lastSequence = frame.sequence();
		this.touched.add(origin);
		List<Stopped> stopped = new ArrayList<>(targets.size());
		List<Spared> spared = new ArrayList<>(0);
		Effects effects = new Effects();
		for (Run run : targets) {
			Decision decision = this.deliberation.command(run, entry, command.force(), effects);
			if (decision.verdict() == Verdict.INTERRUPT) {
				cut(run, Reason.EVENT, frame, arrived);
				stopped.add(new Stopped(run.id, run.route(), run.utterance.delivered()));
			}
			else {
				this.readers.scan();
				spared.add(new Spared(run.id, run.route(), decision.rule(), decision.evidence().protection(),
						run.utterance.delivered()));
			}
		}
		if (this.engine.routes().match(event.getClass()).any()) {
			this.derived.add(entry);
		}
		InterruptReceipt receipt = new InterruptReceipt(frame.sequence(), false, stopped, spared);
		this.intake.tell(List.of(submission), EventOutcome.ACCEPTED);
		if (submission.id() != null) {
			this.intake.remember(submission.id(), new Accepted(digest, submission.generation(), submission.force(),
					effects.receipt(frame.sequence()), origin, receipt));
		}
		return receipt;
	}

	private List<Run> targets(InterruptCommand command) {
		String generation = command.generation();
		List<Run> named = this.live.stream()
			.filter((run) -> generation == null || run.id.equals(generation))
			.filter((run) -> command.route() == null || run.route().equals(command.route()))
			.toList();
		boolean over = this.cleanup.runs()
			.stream()
			.anyMatch((run) -> run.id.equals(generation)
					&& (command.route() == null || run.route().equals(command.route())));
		if (generation != null && named.isEmpty() && !over) {
			throw new UnknownGenerationException(generation);
		}
		return named;
	}

	/**
	 * Chooses the policy. Any thread's.
	 */
	void policy(@Nullable InterruptionPolicy policy, Runnable done) {
		execute(() -> {
			this.deliberation.choose(policy);
			this.journal.note(new Recording.Chosen(now(), (policy != null) ? policy.name() : null));
			this.mailbox.answer(done);
		});
	}

	/**
	 * Gives its decisions. The answer comes from the writer.
	 */
	void decisions(Consumer<List<Decision>> answer) {
		execute(() -> {
			List<Decision> decisions = this.journal.decisions();
			this.mailbox.answer(() -> answer.accept(decisions));
		});
	}

	/**
	 * Gives its recording. The answer comes from the writer.
	 */
	void recording(Consumer<Recording> answer) {
		execute(() -> {
			Policies policies = this.engine.policies();
			Recording recording = new Recording(this.id, Engine.instant(this.createdNanos), now(), this.attributes,
					this.journal.policyBefore(), policies.names().stream().map(policies::get).toList(),
					this.journal.lines());
			this.mailbox.answer(() -> answer.accept(recording));
		});
	}

	/**
	 * Takes note of a protected section.
	 */
	void noteSection(Run run, boolean open, long items) {
		if (run.phase != Phase.OVER) {
			this.journal.note(new Recording.Section(run.id, now(), open, items));
		}
	}

	private Frame frame(Object event, @Nullable Run run) {
		long millis = Math.floorDiv(nanos(), 1_000_000L);
		if (millis != this.millisOfNow) {
			this.millisOfNow = millis;
			this.instantOfNow = Instant.ofEpochMilli(millis);
		}
		return new Frame(this.log.last() + 1, this.instantOfNow, EventTypes.nameOf(event.getClass()),
				(run != null) ? run.id : null, (run != null) ? run.route() : null, event);
	}

	/**
	 * Appends a frame that the engine writes about a generation.
	 */
	private void appendOwn(Run run, Object event, boolean skipped, @Nullable Runnable written) {
		Frame frame = frame(event, run);
		LogEntry entry = new LogEntry(frame, encode(frame), skipped ? run : null, skipped ? ++run.frames : 0, false,
				run.trigger.hop + 1, run.trigger.origin);
		entry.written = written;
		append(entry);
		if (this.engine.routes().match(event.getClass()).any()) {
			this.derived.add(entry);
		}
	}

	private void append(LogEntry entry) {
		long before = this.log.bytes();
		this.log.append(entry, this.engine.byteLimit(this.log));
		this.engine.logBytes(this.log.bytes() - before);
	}

	/**
	 * Asks nodes for more, when nothing else is to be done.
	 */
	@Override
	public void rest() {
		this.speaking = !this.live.isEmpty();
		if (this.speaking) {
			this.readers.pace(this.live);
		}
		this.readers.wake();
	}

	@Override
	public void wake() {
		this.readers.wake();
	}

	private void evicted(LogEntry entry) {
		this.readers.evicted(entry);
	}

	RouteSlot slot(CompiledRoute route) {
		RouteSlot slot = this.slots[route.index()];
		if (slot == null) {
			slot = new RouteSlot(route);
			this.slots[route.index()] = slot;
			this.used.add(slot);
		}
		return slot;
	}

	/**
	 * Opens a reader. Any thread's.
	 */
	Cursor open(long after) {
		long end = this.endSequence;
		if (end > 0 && (after < 0 || after >= end)) {
			throw new SessionClosedException(this.id);
		}
		new Opening(this.engine.settings().stream().perSession()).check(this.readers.count());
		Cursor cursor = new Cursor(this, this.log, after, List.of());
		this.readers.add(cursor);
		progress();
		return cursor;
	}

	/**
	 * Forgets a reader that was closed. Any thread's.
	 */
	void closed(Cursor cursor) {
		execute(() -> {
			if (!this.readers.remove(cursor)) {
				return;
			}
			for (Origin origin : cursor.origins()) {
				if (--origin.responses == 0 && origin.end() == 0) {
					this.deliberation.waiting().drop(this.used, origin);
					for (Run run : List.copyOf(this.live)) {
						if (run.trigger.origin == origin) {
							cutIfLive(run, Reason.CLIENT_DISCONNECTED);
						}
					}
				}
			}
		});
	}

	void gap() {
		this.engine.tell(EngineListener::gap);
	}

	long endSequence() {
		return this.endSequence;
	}

	/**
	 * Closes the session. Any thread's.
	 * @param reason why
	 * @param done called when its last frame has been appended
	 */
	void close(Reason reason, Runnable done) {
		execute(() -> {
			if (this.endSequence > 0) {
				this.mailbox.answer(done);
				return;
			}
			this.closers.add(done);
			beginClose(reason);
		});
	}

	/**
	 * Closes the session if it has been idle for long. Any thread's.
	 * @param timeoutNanos for how long
	 * @param spared called with when to look again, if it has not been
	 */
	void expire(long timeoutNanos, LongConsumer spared) {
		execute(() -> {
			if (this.closing) {
				return;
			}
			long due = idleSince() + timeoutNanos;
			if (due <= nanos()) {
				beginClose(Reason.SESSION_EXPIRED);
			}
			else {
				spared.accept(due);
			}
		});
	}

	/**
	 * Since when it has had no event and no running generation; now if it has one.
	 */
	long idleSince() {
		return this.speaking ? nanos() : this.idleSinceNanos;
	}

	private void beginClose(Reason reason) {
		if (this.closing) {
			return;
		}
		this.closing = true;
		this.closeReason = reason;
		this.deliberation.close();
		dropHeld();
		for (Run run : List.copyOf(this.live)) {
			cutIfLive(run, reason);
		}
	}

	private void finishClose() {
		Frame frame = frame(new SessionClosed(this.closeReason), null);
		append(new LogEntry(frame, encode(frame), null, 0, false, 0, null));
		this.endSequence = frame.sequence();
		this.mailbox.answer(this.onClosed);
		this.closers.forEach(this.mailbox::answer);
		this.closers.clear();
		this.readers.wake();
		if (this.readers.count() > 0) {
			this.engine.schedulers()
				.timer()
				.schedule(this.readers::terminate, this.engine.settings().generation().grace().toNanos(),
						TimeUnit.NANOSECONDS);
		}
	}

	void onClosed(Runnable action) {
		this.onClosed = action;
	}

	boolean isClosing() {
		return this.closing;
	}

	boolean isClosed() {
		return this.endSequence > 0;
	}

	/**
	 * Gives back what it holds of the memory of all logs.
	 */
	void forget() {
		execute(() -> this.engine.logBytes(-this.log.bytes()));
	}

	/**
	 * Describes itself. The answer comes from the writer.
	 */
	void view(Consumer<SessionView> answer) {
		execute(() -> {
			List<GenerationView> generations = new ArrayList<>();
			for (Run run : this.cleanup.runs()) {
				generations.add(view(run, run.stuck ? State.STUCK : State.CLEANING));
			}
			for (Run run : this.live) {
				generations.add(view(run, stateOf(run)));
			}
			InterruptionPolicy chosen = this.deliberation.chosen();
			String policy = (chosen != null) ? chosen.name() : null;
			SessionView view = new SessionView(this.id, Engine.instant(this.createdNanos),
					this.hadEvent ? Engine.instant(this.lastEventNanos) : null, this.log.last(), this.attributes,
					List.copyOf(generations), policy);
			this.mailbox.answer(() -> answer.accept(view));
		});
	}

	@Override
	public String toString() {
		return "session " + this.id;
	}

	private static State stateOf(Run run) {
		if (run.phase == Phase.WAITING) {
			return State.WAITING;
		}
		return (run.pause != null) ? State.PAUSED : State.RUNNING;
	}

	private static GenerationView view(Run run, State state) {
		return new GenerationView(run.id, run.route(), state, run.trigger.frame.sequence(), run.startedAt());
	}

	/**
	 * Gives its conversation. The answer comes from the writer.
	 */
	void conversation(Consumer<ConversationContext> answer) {
		execute(() -> {
			this.readers.scan();
			ConversationContext context = this.conversation.snapshot();
			this.mailbox.answer(() -> answer.accept(context));
		});
	}

	/**
	 * The permission to open a stream.
	 *
	 * @param max how many may be open
	 */
	record Opening(int max) {

		void check(int open) {
			if (open >= this.max) {
				throw new EventRefusedException(Bound.STREAMS, Duration.ofSeconds(1));
			}
		}

	}

	/**
	 * What became of a submission.
	 *
	 * @param receipts a receipt for each event
	 * @param cursor the reader, if one was wanted
	 */
	record Applied(List<Receipt> receipts, @Nullable Cursor cursor) {
	}

}
