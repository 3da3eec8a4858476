package dev.edgewise.session;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.function.Predicate;

import dev.edgewise.ConversationContext;
import dev.edgewise.Decision;
import dev.edgewise.Decision.Verdict;
import dev.edgewise.EventRefusedException;
import dev.edgewise.EventRefusedException.Bound;
import dev.edgewise.Frame;
import dev.edgewise.InterruptCommand;
import dev.edgewise.InterruptReceipt;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.Overlap;
import dev.edgewise.Playback;
import dev.edgewise.Receipt;
import dev.edgewise.Session;
import dev.edgewise.SessionClosedException;
import dev.edgewise.conversation.Conversation;
import dev.edgewise.conversation.Weight;
import dev.edgewise.event.AgentError;
import dev.edgewise.event.AgentSpeechSent;
import dev.edgewise.event.AgentTakesFloor;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.event.InterruptRequested;
import dev.edgewise.event.PlaybackProgress;
import dev.edgewise.event.SessionClosed;
import dev.edgewise.event.ToolResult;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.Policies;
import dev.edgewise.interruption.UserUtterance;
import dev.edgewise.route.CompiledRoute;
import dev.edgewise.route.RouteTable.Matches;
import dev.edgewise.session.AcceptedEvents.Accepted;
import dev.edgewise.session.Deliberation.Admission;
import dev.edgewise.session.EngineListener.EventOutcome;
import dev.edgewise.session.RouteSlot.Held;
import dev.edgewise.session.Run.Phase;
import dev.edgewise.session.SessionView.GenerationView;
import dev.edgewise.session.SessionView.State;
import dev.edgewise.session.Surroundings.Cause;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session at work: what comes in, what it does, and how the session ends.
 * <p>
 * It has one writer at any moment, which its {@link Mailbox} sees to; unless a method
 * says that it is any thread's, it is the writer's. One event is applied as
 * {@link #react} says: whom does this cut off, and whom does it start? The first is for
 * the {@link Deliberation} to answer, the second for {@link #start}; the life of what was
 * started is that of its {@link Generations}. What the engine writes into the log
 * ({@link Chronicle}) and what nodes emit are events as well; they are applied in the
 * order of their numbers, before the next event from outside, in {@link #settle()}.
 */
final class LiveSession implements Session, Mailbox.Owner {

	private static final Logger logger = LoggerFactory.getLogger(LiveSession.class);

	private static final ConversationContext NOTHING_SAID = List::of;

	private final Engine engine;

	private final String id;

	private final Map<String, Object> attributes;

	private final Playback playback;

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

	private final Chronicle chronicle;

	private final Generations generations;

	private final List<Origin> touched = new ArrayList<>(1);

	private final List<Runnable> closers = new ArrayList<>(1);

	/** Generations of which nothing more comes when what they have said is settled. */
	private final List<Run> closed = new ArrayList<>(1);

	private final @Nullable RouteSlot[] slots;

	/** The slots that there are, in the order of their routes. */
	private final List<RouteSlot> used = new ArrayList<>(1);

	private final Deliberation deliberation;

	private final ActiveAgent agent;

	private final Cleanup cleanup;

	private final Tools tools;

	private final Journal journal;

	private final Commands commands;

	private final long heldByAttributes;

	/** What it holds beside its log, in bytes, as the engine knows it. */
	private long heldBeside;

	/** Whether it holds nothing any more, as far as the engine knows. */
	private boolean forgotten;

	private Reason closeReason = Reason.SESSION_CLOSED;

	private Runnable onClosed = () -> {
	};

	LiveSession(Engine engine, String id, Map<String, Object> attributes, Playback playback) {
		this.engine = engine;
		this.id = id;
		this.attributes = attributes;
		this.heldByAttributes = attributes.isEmpty() ? 0 : Weight.bytes(attributes);
		this.playback = playback;
		this.createdNanos = engine.nanos();
		this.idleSinceNanos = this.createdNanos;
		EngineSettings settings = engine.settings();
		this.mailbox = new Mailbox(this, engine.schedulers().timer());
		this.intake = new Intake(engine);
		this.log = new FrameLog(settings.log().frames(), settings.log().bytes(), this::evicted);
		this.readers = new Readers(engine, this.log);
		this.conversation = new Conversation(new Conversation.Settings(settings.conversation().messages(),
				settings.conversation().characters(), playback, settings.conversation().charactersPerSecond(),
				settings.conversation().heardNote(), attributes, engine.encoder()::text));
		this.slots = new RouteSlot[engine.routes().routes().size()];
		this.chronicle = new Chronicle(engine, this.log);
		this.deliberation = new Deliberation(this, engine, this.readers);
		this.agent = new ActiveAgent(this, engine, this.chronicle, this.readers, this.deliberation.shields());
		this.cleanup = new Cleanup(this, engine);
		this.tools = new Tools(this, engine, this.chronicle);
		this.generations = new Generations(this, engine, this.chronicle, this.readers, this.conversation,
				this.deliberation, this.agent, this.cleanup);
		this.journal = new Journal(this.log, settings.session().decisions());
		this.commands = new Commands(this, engine, this.intake, this.chronicle, this.journal, this.deliberation,
				this.readers, this.cleanup);
	}

	@Override
	public String id() {
		return this.id;
	}

	@Override
	public Map<String, Object> attributes() {
		return this.attributes;
	}

	@Override
	public Playback playback() {
		return this.playback;
	}

	@Override
	public @Nullable String agent() {
		return this.agent.name();
	}

	/**
	 * Whether a route may start, for all that agents have to say. The writer's.
	 */
	boolean admits(CompiledRoute route) {
		return this.agent.admits(route);
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
		return NOTHING_SAID;
	}

	/**
	 * The life of its generations. The writer's.
	 */
	Generations generations() {
		return this.generations;
	}

	/**
	 * The calls of tools. The writer's.
	 */
	Tools tools() {
		return this.tools;
	}

	/**
	 * The routes that it has had anything to do with, in order. The writer's.
	 */
	List<RouteSlot> slots() {
		return this.used;
	}

	/**
	 * Whether something else wants to be done than to number items. The writer's.
	 */
	boolean isAskedFor() {
		return this.mailbox.hasCommands();
	}

	@Override
	public int number() {
		return this.generations.number();
	}

	/**
	 * Takes note that a generation has begun to speak: from now on readers matter. The
	 * writer's.
	 */
	void speaks() {
		this.speaking = true;
	}

	/**
	 * Takes note that nothing runs any more. The writer's.
	 */
	void idle() {
		this.idleSinceNanos = nanos();
	}

	/**
	 * Takes note that a generation is over, with all that it had to do after its end. The
	 * writer's.
	 */
	void closed(Run run) {
		run.around.close();
		this.closed.add(run);
	}

	/**
	 * Logs what concerns it and none of its generations. The last argument may be a
	 * failure.
	 */
	void warn(Logger logger, String line, @Nullable Object... arguments) {
		this.engine.surroundings().within(this.id, () -> logger.warn(line, this.engine.loggable(arguments)));
	}

	@Override
	public void outside(Runnable code) {
		this.engine.surroundings().outside(code);
	}

	@Override
	public Throwable loggable(Throwable failure) {
		return this.engine.loggable(failure);
	}

	/**
	 * Looks later whether the responses to something have their end. The writer's.
	 */
	void touch(Origin origin) {
		this.touched.add(origin);
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
			this.generations.forgetSpoken();
			this.deliberation.reopen();
			this.agent.release();
			LogEntry entry;
			while ((entry = this.chronicle.nextDerived()) != null) {
				Effects effects = new Effects();
				react(entry, null, false, nanos(), effects);
				if (!effects.refused.isEmpty()) {
					warn(logger, "Event {} of session {} could not start {}: too many generations",
							entry.frame.sequence(), this.id, effects.refused);
				}
			}
			again = (this.deliberation.waiting().isAny() && release(new Effects())) | this.generations.launchWaiting()
					| this.generations.completeFinished() | this.generations.forgetSpoken()
					| this.chronicle.hasDerived();
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
		if (!this.closed.isEmpty()) {
			this.closed.forEach((run) -> run.around.release());
			this.closed.clear();
		}
		if (this.closing && this.endSequence == 0 && this.cleanup.isOver() && this.tools.isOver()) {
			finishClose();
		}
	}

	/**
	 * Applies events from outside without another in between, all or none.
	 * @param events the events
	 * @param opening what makes a reader of what comes of them, or null
	 * @param limited whether the session's rate counts
	 * @param cause what is around whoever sends them
	 * @param answer called with what became of them, or with the error
	 */
	void submit(List<Submission> events, @Nullable Opening opening, boolean limited, @Nullable Cause cause,
			BiConsumer<@Nullable Applied, @Nullable RuntimeException> answer) {
		long arrived = nanos();
		admit(events, Intake.isEmergency(events), () -> apply(events, opening, limited, cause, arrived), answer);
	}

	/**
	 * Has something from outside done by the writer, unless too much waits for that.
	 * @param events what it counts as
	 * @param urgent whether it is done however much waits
	 * @param work does it
	 * @param answer called with what became of it, or with the error
	 */
	private <T> void admit(List<Submission> events, boolean urgent, Supplier<T> work,
			BiConsumer<@Nullable T, @Nullable RuntimeException> answer) {
		if (this.waiting.incrementAndGet() > this.engine.settings().session().mailbox() && !urgent) {
			this.waiting.decrementAndGet();
			this.intake.tell(events, EventOutcome.REFUSED);
			answer.accept(null, new EventRefusedException(Bound.MAILBOX, Duration.ofSeconds(1)));
			return;
		}
		execute(() -> {
			this.waiting.decrementAndGet();
			T done = null;
			RuntimeException error = null;
			try {
				if (this.closing) {
					throw new SessionClosedException(this.id);
				}
				done = work.get();
			}
			catch (Throwable ex) {
				error = (ex instanceof RuntimeException known) ? known
						: new IllegalStateException("It could not be done", ex);
				this.intake.tell(events, EventOutcome.REFUSED);
			}
			T result = done;
			RuntimeException failure = error;
			this.mailbox.answer(() -> answer.accept(result, failure));
		});
	}

	private Applied apply(List<Submission> events, @Nullable Opening opening, boolean limited, @Nullable Cause cause,
			long arrived) {
		if (opening != null) {
			opening.check(this.readers.count());
		}
		Intake.checkWriter(events);
		byte[][] digests = new byte[events.size()][];
		int fresh = this.intake.check(events, digests, limited, arrived);
		if (events.size() > 1) {
			// What cannot be encoded must be found before any is applied.
			events.forEach((submission) -> this.chronicle.encode(this.chronicle.frame(submission.event(), null)));
		}
		Origin origin = new Origin();
		origin.cause = (fresh > 0) ? cause : null;
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
			came(origin);
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
		LogEntry entry = this.chronicle.append(event, 0, origin);
		Frame frame = entry.frame;
		if (submission.force() || submission.generation() != null) {
			this.journal.note(new Recording.Aim(frame.sequence(), submission.force(), submission.generation(), null));
		}
		if (!this.deliberation.drops(event, this.generations.audible())) {
			say(frame, submission.generation());
		}
		Effects effects = new Effects();
		react(entry, submission.generation(), submission.force(), arrived, effects);
		return effects.receipt(frame.sequence());
	}

	/**
	 * Enters into the conversation what a frame says by itself. The writer's.
	 */
	void say(Frame frame, @Nullable String generation) {
		Object event = frame.event();
		if (event instanceof AgentSpeechSent || event instanceof PlaybackProgress) {
			this.readers.scan();
		}
		if (event instanceof ToolResult result && this.tools.isNotOurs(result)) {
			return;
		}
		if (!this.conversation.append(frame, generation)) {
			this.engine.tell(EngineListener::speechUnmatched);
		}
	}

	/**
	 * Applies an event that has its number: lets another agent take over, decides about
	 * every generation that has not ended, then starts what it starts. In this order, so
	 * that no event cuts off what it started.
	 */
	private void react(LogEntry entry, @Nullable String aim, boolean force, long arrived, Effects effects) {
		Frame frame = entry.frame;
		Object event = frame.event();
		boolean handoffFails = !this.agent.hear(entry, aim, force, arrived, effects);
		Matches matches = this.engine.routes().match(event.getClass());
		boolean emergency = event instanceof EmergencyStop;
		UserUtterance utterance = this.deliberation.hear(entry);
		if (emergency || utterance != null || matches.any()) {
			for (Run run : this.generations.audible()) {
				boolean listed = emergency || matches.interrupts(run.compiled);
				if (run.phase != Phase.OVER && !isEndOf(run, frame) && (aim == null || aim.equals(run.id))
						&& (listed || this.deliberation.concerns(run, utterance, event))) {
					decide(run, entry, utterance, emergency || force, listed, arrived, effects);
				}
			}
		}
		if (emergency) {
			dropHeld((route) -> true);
		}
		for (CompiledRoute route : matches.starts()) {
			if (admits(route) && !(handoffFails && route.agent() != null) && passes(route, event)) {
				start(route, entry, utterance, entry.cause(), arrived, effects);
			}
		}
		release(effects);
		startLate(entry, utterance, arrived, effects);
		this.deliberation.considerFloor(utterance);
	}

	/**
	 * Whether a frame is the last of a generation, which does not cut what it ends.
	 */
	private static boolean isEndOf(Run run, Frame frame) {
		return run.phase == Phase.SPEAKING && run.id.equals(frame.generation());
	}

	private void decide(Run run, LogEntry entry, @Nullable UserUtterance utterance, boolean forced, boolean listed,
			long arrived, Effects effects) {
		Frame cause = this.deliberation.causeOf(run, entry.frame, utterance, listed);
		Reason reason = this.deliberation.reasonOf(run, utterance, listed);
		Verdict verdict = this.deliberation.decide(run, entry, utterance, forced, listed, effects);
		if (verdict == Verdict.INTERRUPT) {
			exempt(entry, run);
			boolean emergency = entry.frame.event() instanceof EmergencyStop;
			this.generations.cut(run, emergency ? Reason.EMERGENCY : reason, cause, arrived);
		}
	}

	/**
	 * Exempts an event from the fence that it causes if it cuts off its own emitter.
	 */
	private static void exempt(LogEntry entry, Run run) {
		if (entry.run == run) {
			entry.keep();
			run.countDelivered(entry);
		}
	}

	/**
	 * Starts what need not wait any longer.
	 */
	private boolean release(Effects effects) {
		List<Held> released = this.deliberation.waiting().released(this.used);
		for (Held held : released) {
			CompiledRoute route = this.engine.routes().routes().get(held.route());
			start(route, held.entry(), null, held.cause(), nanos(), effects);
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
					start(slot.route, late.entry(), null, late.cause(), arrived, effects);
				}
			}
		}
	}

	/**
	 * Forgets the starts of routes that wait, or that could still come. The writer's.
	 */
	void dropHeld(Predicate<CompiledRoute> routes) {
		for (RouteSlot slot : this.used) {
			if (routes.test(slot.route)) {
				slot.late = null;
				this.deliberation.waiting().drop(slot);
			}
		}
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
			warn(logger, "The filter of {} failed, so it does not start", route.id(), ex);
			this.engine.tell((listener) -> listener.conditionFailed(route.id()));
			return false;
		}
	}

	private void start(CompiledRoute route, LogEntry cause, @Nullable UserUtterance utterance, @Nullable Cause around,
			long arrived, Effects effects) {
		// What has waited may be of an agent that is not active any more.
		if (this.closing || !admits(route)) {
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
		if (slot.isAudible()
				&& this.deliberation.admit(slot, victims, cause, utterance, effects) != Admission.GRANTED) {
			return;
		}
		boolean full = this.generations.live().size() >= this.engine.settings().generation().perSession() && !evicts;
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
					exempt(cause, victim);
					this.generations.cut(victim, Reason.REPLACED, cause.frame, arrived);
					effects.replaced(victim);
				}
			}
		}
		String id = this.engine.nextGenerationId();
		Run run = new Run(this, route, id, cause, this.conversation.utterance(id), around);
		this.journal.note(new Recording.Begun(run.id, route.id(), cause.frame.sequence()));
		this.generations.add(slot, run);
		effects.started.add(run.id);
	}

	private void stopLoop(CompiledRoute route, LogEntry cause) {
		AgentError error = new AgentError("Event " + cause.frame.sequence() + " would start '" + route.id()
				+ "' more than " + this.engine.settings().generation().hops() + " events deep", "hop-limit");
		LogEntry entry = this.chronicle.append(error, cause.hop + 1, cause.origin);
		if (cause.origin != null) {
			cause.origin.lastSequence = entry.frame.sequence();
			this.touched.add(cause.origin);
		}
	}

	Frame appendFloor(AgentTakesFloor event) {
		LogEntry entry = this.chronicle.append(event, 0, new Origin());
		this.chronicle.derive(entry);
		return entry.frame;
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
	 * @param cause what is around whoever asks
	 * @param answer called with what became of it, or with the error
	 */
	void interrupt(InterruptCommand command, @Nullable String id, @Nullable Cause cause,
			BiConsumer<@Nullable InterruptReceipt, @Nullable RuntimeException> answer) {
		long arrived = nanos();
		String target = (command.generation() != null) ? command.generation() : command.route();
		InterruptRequested event = new InterruptRequested(target, command.force(), command.reason());
		// Named by generation and route, or by one of them: as content, these differ.
		Submission submission = new Submission(event, id, command.route(), command.force());
		admit(List.of(submission), command.force(), () -> this.commands.carryOut(command, submission, cause, arrived),
				answer);
	}

	/**
	 * Takes note that something has come from outside and has its number. The writer's.
	 */
	void came(Origin origin) {
		this.hadEvent = true;
		this.lastEventNanos = nanos();
		this.idleSinceNanos = this.lastEventNanos;
		origin.lastSequence = Math.max(origin.lastSequence, this.log.last());
		this.touched.add(origin);
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
					this.playback, this.journal.policyBefore(), policies.names().stream().map(policies::get).toList(),
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

	/**
	 * Asks nodes for more, when nothing else is to be done.
	 */
	@Override
	public void rest() {
		this.speaking = !this.generations.live().isEmpty();
		if (this.speaking) {
			this.readers.pace(this.generations.live());
		}
		this.readers.wake();
		weighRest();
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
			this.used.sort(Comparator.comparingInt((used) -> used.route.index()));
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
					for (Run run : List.copyOf(this.generations.live())) {
						if (run.trigger.origin == origin) {
							this.generations.cutIfLive(run, Reason.CLIENT_DISCONNECTED);
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
		dropHeld((route) -> true);
		for (Run run : List.copyOf(this.generations.live())) {
			this.generations.cutIfLive(run, reason);
		}
		this.generations.forgetSpeech();
		this.tools.close();
	}

	private void finishClose() {
		this.endSequence = this.chronicle.append(new SessionClosed(this.closeReason), 0, null).frame.sequence();
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
	 * Has the engine know what it holds from its beginning, before anything happens in
	 * it. Any thread's.
	 */
	void weigh() {
		if (!this.attributes.isEmpty()) {
			drain();
		}
	}

	/**
	 * Tells the engine what it holds beside its log, at the end of each of the writer's
	 * turns.
	 */
	private void weighRest() {
		long now = this.forgotten ? 0 : this.heldByAttributes + this.conversation.footprint() + this.journal.footprint()
				+ this.intake.footprint();
		if (now != this.heldBeside) {
			this.engine.holds(now - this.heldBeside);
			this.heldBeside = now;
		}
	}

	/**
	 * Gives back what it holds of the memory of all sessions.
	 */
	void forget() {
		execute(() -> {
			if (!this.forgotten) {
				this.forgotten = true;
				this.engine.holds(-this.log.weight());
			}
		});
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
			for (Run run : this.generations.live()) {
				generations.add(view(run, stateOf(run)));
			}
			InterruptionPolicy chosen = this.deliberation.chosen();
			String policy = (chosen != null) ? chosen.name() : null;
			SessionView view = new SessionView(this.id, Engine.instant(this.createdNanos),
					this.hadEvent ? Engine.instant(this.lastEventNanos) : null, this.log.last(), this.attributes,
					List.copyOf(generations), policy, this.playback, agent());
			this.mailbox.answer(() -> answer.accept(view));
		});
	}

	/**
	 * Tells the states of its generations, but for those that are stuck. The answer comes
	 * from the writer.
	 */
	void states(Consumer<List<State>> answer) {
		execute(() -> {
			List<State> states = new ArrayList<>();
			for (Run run : this.cleanup.runs()) {
				if (!run.stuck) {
					states.add(State.CLEANING);
				}
			}
			for (Run run : this.generations.live()) {
				states.add(stateOf(run));
			}
			this.mailbox.answer(() -> answer.accept(states));
		});
	}

	/**
	 * When it was opened.
	 */
	long createdNanos() {
		return this.createdNanos;
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
