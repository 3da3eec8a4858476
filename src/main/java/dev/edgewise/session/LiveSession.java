package dev.edgewise.session;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

import dev.edgewise.ConversationContext;
import dev.edgewise.EventConflictException;
import dev.edgewise.EventRefusedException;
import dev.edgewise.EventRefusedException.Bound;
import dev.edgewise.Frame;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.Overlap;
import dev.edgewise.Receipt;
import dev.edgewise.RouteDefinition.Handler;
import dev.edgewise.Session;
import dev.edgewise.SessionClosedException;
import dev.edgewise.conversation.Conversation;
import dev.edgewise.event.AgentError;
import dev.edgewise.event.AgentGenerationComplete;
import dev.edgewise.event.AgentGenerationFailed;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.AgentGenerationStarted;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.event.SessionClosed;
import dev.edgewise.event.StreamGap;
import dev.edgewise.interruption.Decision;
import dev.edgewise.interruption.Decision.Verdict;
import dev.edgewise.interruption.Evidence;
import dev.edgewise.interruption.Evidence.Answer;
import dev.edgewise.route.CompiledRoute;
import dev.edgewise.route.EventTypes;
import dev.edgewise.route.RouteTable.Matches;
import dev.edgewise.session.AcceptedEvents.Accepted;
import dev.edgewise.session.EngineListener.EventOutcome;
import dev.edgewise.session.EngineListener.GenerationOutcome;
import dev.edgewise.session.Run.Phase;
import dev.edgewise.session.SessionView.GenerationView;
import dev.edgewise.session.SessionView.State;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Exceptions;
import reactor.util.concurrent.Queues;

/**
 * One session at work.
 * <p>
 * A session has one writer at any moment and no locks. Whoever has something for it puts
 * that into a queue and counts it; who finds the count at zero is the writer until it has
 * brought it back to zero. So a thread of a client, of a node or of a timer does the work
 * of others for a while, but never for long: after a turn of bounded length the writer
 * goes on as a task of its own.
 * <p>
 * There are two kinds of work. <em>Control</em> (events from outside, fences, ends,
 * timers) goes first, always: before each item that waits for a number the writer looks
 * whether there is any. <em>Content</em> (the items of nodes) waits in the queue of its
 * generation, at most as long as its node has been asked for, and is numbered while the
 * log has room. So how long an interruption takes does not depend on how much is queued.
 * <p>
 * One event is applied as {@link #react} says: whom does this cut off, and whom does it
 * start? What that appends (the engine's own frames) and what nodes emit are events as
 * well; they are applied in the order of their numbers, before the next event from
 * outside, in {@link #settle()}. Cutting off is {@link #cut}: fence, frame, and only then
 * the node. Everything else is the life of a generation: {@link #launch},
 * {@link #number}, {@link #complete}, {@link #fail}, {@link #nodeEnded},
 * {@link #handled}.
 */
final class LiveSession implements Session {

	private static final Logger logger = LoggerFactory.getLogger(LiveSession.class);

	/** Items of one generation that are numbered before the next one's turn. */
	private static final int ITEMS_IN_A_ROW = 8;

	/** Steps after which the writer goes on as a task of its own. */
	private static final int TURN = 256;

	/** The bytes that a log may hold while the memory of all logs is used up. */
	private static final long LEAN_LOG = 64 * 1024;

	private final Engine engine;

	private final String id;

	private final Map<String, Object> attributes;

	private final long createdNanos;

	private final Queue<Runnable> control = Queues.<Runnable>unboundedMultiproducer().get();

	private final AtomicInteger work = new AtomicInteger();

	private final AtomicInteger mailbox = new AtomicInteger();

	private final AtomicReference<Cursor[]> cursors = new AtomicReference<>(new Cursor[0]);

	private final FrameLog log;

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

	private final List<Run> fenced = new ArrayList<>(2);

	private final Deque<LogEntry> derived = new ArrayDeque<>(2);

	private final List<Origin> touched = new ArrayList<>(1);

	private final List<Runnable> closers = new ArrayList<>(1);

	private List<Runnable> answers = new ArrayList<>(2);

	private final @Nullable RouteSlot[] slots;

	private @Nullable AcceptedEvents accepted;

	private @Nullable TokenBucket bucket;

	private int cleaning;

	/** Up to here the passing of streams is in the books. */
	private long scanned;

	/** The highest position of the streams that have been closed. */
	private volatile long highWater;

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
		this.log = new FrameLog(settings.log().frames(), settings.log().bytes(), this::evicted);
		this.conversation = new Conversation(settings.conversation().messages(), settings.conversation().characters());
		this.slots = new RouteSlot[engine.routes().routes().size()];
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

	// --- the writer

	/**
	 * Has something done by the writer, before any item.
	 * @param command what to do
	 */
	void execute(Runnable command) {
		this.control.offer(command);
		drain();
	}

	/**
	 * Has what is queued done, here unless another thread is at it.
	 */
	void drain() {
		if (this.work.getAndIncrement() == 0) {
			turn();
		}
	}

	/**
	 * Tells that a reader has moved on, if that matters to anybody.
	 */
	void progress() {
		if (this.speaking) {
			drain();
		}
	}

	private void turn() {
		int missed = this.work.get();
		int steps = 0;
		List<Runnable> toAnswer = List.of();
		while (missed != 0) {
			boolean more = true;
			while (more) {
				steps += runCommands(TURN - steps);
				int numbered = number();
				steps += numbered;
				more = numbered > 0 || !this.control.isEmpty();
				if (more && steps >= TURN) {
					wakeReaders();
					toAnswer = takeAnswers(toAnswer);
					if (handOver()) {
						toAnswer.forEach(Runnable::run);
						return;
					}
					steps = 0;
				}
			}
			pace();
			wakeReaders();
			toAnswer = takeAnswers(toAnswer);
			missed = this.work.addAndGet(-missed);
		}
		toAnswer.forEach(Runnable::run);
	}

	private boolean handOver() {
		try {
			this.engine.schedulers().parallel().schedule(this::turn);
			return true;
		}
		catch (RejectedExecutionException ex) {
			logger.debug("The writer of session {} stays on its thread", this.id, ex);
			return false;
		}
	}

	private int runCommands(int max) {
		int count = 0;
		Runnable command;
		while (count < Math.max(1, max) && (command = this.control.poll()) != null) {
			count++;
			try {
				command.run();
				settle();
			}
			catch (RuntimeException ex) {
				logger.error("A step of session {} failed", this.id, ex);
			}
		}
		if (count == 0) {
			settle();
		}
		return count;
	}

	/**
	 * Answers are given when the writer has stopped writing: they run code of others.
	 */
	private List<Runnable> takeAnswers(List<Runnable> before) {
		if (this.answers.isEmpty()) {
			return before;
		}
		List<Runnable> taken = this.answers;
		this.answers = new ArrayList<>(2);
		if (!before.isEmpty()) {
			taken.addAll(0, before);
		}
		return taken;
	}

	private void wakeReaders() {
		for (Cursor cursor : openCursors()) {
			cursor.wakeIfWaiting();
		}
	}

	/**
	 * Applies what has come of what was applied, until nothing does.
	 */
	private void settle() {
		boolean again = true;
		while (again) {
			LogEntry entry;
			while ((entry = this.derived.poll()) != null) {
				Effects effects = new Effects();
				react(entry, null, nanos(), effects);
				if (!effects.refused.isEmpty()) {
					logger.warn("Event {} of session {} could not start {}: too many generations",
							entry.frame.sequence(), this.id, effects.refused);
				}
			}
			again = launchWaiting() | completeFinished() | !this.derived.isEmpty();
		}
		if (!this.touched.isEmpty()) {
			for (Origin origin : this.touched) {
				if (origin.open == 0) {
					origin.finish();
				}
			}
			this.touched.clear();
			wakeReaders();
		}
		if (this.closing && this.endSequence == 0 && this.cleaning == 0) {
			finishClose();
		}
	}

	// --- events

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
		if (this.mailbox.incrementAndGet() > this.engine.settings().session().mailbox()
				&& !events.stream().allMatch(LiveSession::isEmergency)) {
			this.mailbox.decrementAndGet();
			refuse(events);
			answer.accept(null, new EventRefusedException(Bound.MAILBOX, Duration.ofSeconds(1)));
			return;
		}
		execute(() -> {
			this.mailbox.decrementAndGet();
			Applied applied = null;
			RuntimeException error = null;
			try {
				applied = apply(events, opening, limited, arrived);
			}
			catch (RuntimeException ex) {
				error = ex;
				refuse(events);
			}
			Applied result = applied;
			RuntimeException failure = error;
			this.answers.add(() -> answer.accept(result, failure));
		});
	}

	private void refuse(List<Submission> events) {
		for (Submission submission : events) {
			String type = EventTypes.nameOf(submission.event().getClass());
			this.engine.tell((listener) -> listener.event(type, EventOutcome.REFUSED));
		}
	}

	private static boolean isEmergency(Submission submission) {
		return submission.event() instanceof EmergencyStop;
	}

	private Applied apply(List<Submission> events, @Nullable Opening opening, boolean limited, long arrived) {
		if (this.closing) {
			throw new SessionClosedException(this.id);
		}
		byte[][] digests = new byte[events.size()][];
		int fresh = check(events, digests);
		if (opening != null) {
			opening.check(openCursors().length);
		}
		if (fresh > 0 && !events.stream().allMatch(LiveSession::isEmergency)) {
			admit(fresh, limited, arrived);
		}
		Origin origin = new Origin();
		List<Receipt> receipts = new ArrayList<>(events.size());
		List<Origin> origins = new ArrayList<>(1);
		for (int i = 0; i < events.size(); i++) {
			Submission submission = events.get(i);
			Accepted before = find(submission.id());
			String type = EventTypes.nameOf(submission.event().getClass());
			if (before != null) {
				receipts.add(before.receipt().asDuplicate());
				origins.add(before.origin());
				this.engine.tell((listener) -> listener.event(type, EventOutcome.DUPLICATE));
				continue;
			}
			Receipt receipt = accept(submission, origin, arrived);
			receipts.add(receipt);
			origins.add(origin);
			this.engine.tell((listener) -> listener.event(type, EventOutcome.ACCEPTED));
			if (submission.id() != null) {
				remember(submission.id(), new Accepted(digests[i], submission.generation(), receipt, origin));
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
			add(cursor);
		}
		return new Applied(receipts, cursor);
	}

	/**
	 * Checks all events before any is applied.
	 * @return how many are not duplicates
	 */
	private int check(List<Submission> events, byte[][] digests) {
		int fresh = 0;
		Map<String, byte[]> here = new HashMap<>();
		for (int i = 0; i < events.size(); i++) {
			Submission submission = events.get(i);
			if (isReserved(submission.event())) {
				throw new IllegalArgumentException(
						EventTypes.nameOf(submission.event().getClass()) + " is written by the engine only");
			}
			if (submission.id() == null) {
				fresh++;
				continue;
			}
			byte[] digest = this.engine.encoder().digest(submission.event());
			digests[i] = digest;
			Accepted before = find(submission.id());
			byte[] sibling = here.putIfAbsent(submission.id(), digest);
			if ((before != null && !before.isOf(digest, submission.generation()))
					|| (sibling != null && !Arrays.equals(sibling, digest))) {
				throw new EventConflictException(submission.id());
			}
			if (before == null && sibling == null) {
				fresh++;
			}
		}
		return fresh;
	}

	private void admit(int count, boolean limited, long now) {
		if (this.engine.isLogMemoryFull()) {
			throw new EventRefusedException(Bound.LOG_MEMORY, Duration.ofSeconds(1));
		}
		if (!limited) {
			return;
		}
		if (this.bucket == null) {
			this.bucket = new TokenBucket(this.engine.settings().session().eventsPerSecond(), now);
		}
		if (!this.bucket.take(count, now)) {
			throw new EventRefusedException(Bound.EVENT_RATE, this.bucket.wait(count));
		}
	}

	private @Nullable Accepted find(@Nullable String eventId) {
		return (eventId != null && this.accepted != null) ? this.accepted.find(eventId) : null;
	}

	private void remember(String eventId, Accepted event) {
		if (this.accepted == null) {
			this.accepted = new AcceptedEvents(this.engine.settings().session().eventIds());
		}
		this.accepted.remember(eventId, event);
	}

	private Receipt accept(Submission submission, Origin origin, long arrived) {
		Object event = submission.event();
		Frame frame = frame(event, null);
		LogEntry entry = new LogEntry(frame, encode(frame), null, 0, false, 0, origin);
		append(entry);
		this.conversation.append(frame);
		Effects effects = new Effects();
		react(entry, submission.generation(), arrived, effects);
		return new Receipt(frame.sequence(), false, effects.interrupted, effects.ignored, effects.started,
				effects.refused);
	}

	/**
	 * Applies an event that has its number: decides about every generation that has not
	 * ended, then starts what it starts. In this order, so that no event cuts off what it
	 * started.
	 */
	private void react(LogEntry entry, @Nullable String aim, long arrived, Effects effects) {
		Object event = entry.frame.event();
		Matches matches = this.engine.routes().match(event.getClass());
		boolean forced = event instanceof EmergencyStop;
		if (forced || matches.any()) {
			for (Run run : List.copyOf(this.live)) {
				boolean aimed = aim == null || aim.equals(run.id);
				if (aimed && (forced || matches.interrupts(run.compiled)) && run.phase != Phase.OVER) {
					Decision decision = decide(run, entry.frame, forced);
					if (decision.verdict() == Verdict.INTERRUPT) {
						cut(run, forced ? Reason.EMERGENCY : Reason.EVENT, entry.frame, arrived);
						effects.interrupted.add(run.id);
					}
					else {
						effects.ignored.add(run.id);
					}
				}
			}
		}
		for (CompiledRoute route : matches.starts()) {
			if (passes(route, event)) {
				start(route, entry, arrived, effects);
			}
		}
	}

	private Decision decide(Run run, Frame cause, boolean forced) {
		Answer answer = Answer.NOT_ASKED;
		CompiledRoute.Condition condition = run.compiled.condition();
		if (!forced && condition != null && run.phase != Phase.WAITING) {
			try {
				answer = condition.test(cause.event(), run) ? Answer.YES : Answer.NO;
			}
			catch (Throwable ex) {
				answer = Answer.FAILED;
				logger.warn("The condition of {} failed, so it is interrupted", run, ex);
				this.engine.tell((listener) -> listener.conditionFailed(run.route()));
			}
		}
		Decision decision = this.engine.policy().decide(new Evidence(forced, answer));
		this.engine.tell((listener) -> listener.decided(run.route(), cause.type(), decision));
		return decision;
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

	private void start(CompiledRoute route, LogEntry cause, long arrived, Effects effects) {
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
		boolean full = this.live.size() >= this.engine.settings().generation().perSession() && !evicts;
		boolean queueFull = active > 0 && route.overlap() == Overlap.QUEUE
				&& !slot.hasRoom(this.engine.settings().generation().queue());
		if (full || queueFull) {
			effects.refused.add(route.id());
			return;
		}
		if (evicts) {
			List<Run> victims = (route.overlap() == Overlap.REPLACE) ? slot.all() : List.of(slot.oldest());
			for (Run victim : victims) {
				cut(victim, Reason.REPLACED, cause.frame, arrived);
				effects.interrupted.add(victim.id);
			}
		}
		Run run = new Run(this, route, this.engine.nextGenerationId(), cause,
				this.engine.settings().conversation().characters());
		slot.waiting.add(run);
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

	// --- the life of a generation

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
	private int number() {
		int count = 0;
		for (int i = 0; i < this.live.size(); i++) {
			Run run = this.live.get(i);
			for (int row = 0; row < ITEMS_IN_A_ROW && run.phase == Phase.RUNNING; row++) {
				Object next = run.execution.peek();
				if (next == null || !(next instanceof Execution.End || hasRoom())) {
					break;
				}
				run.execution.poll();
				count++;
				if (next instanceof Execution.End end) {
					finish(run, end);
				}
				else {
					number(run, next);
				}
				if (!this.derived.isEmpty() || !this.control.isEmpty() || run.phase != Phase.RUNNING) {
					return count;
				}
			}
		}
		return count;
	}

	private void number(Run run, Object item) {
		if (isReserved(item)) {
			fail(run, "reserved-event",
					EventTypes.nameOf(item.getClass()) + " is written by the engine only, a node must not emit it");
			return;
		}
		Frame frame = frame(item, run);
		byte[] bytes;
		try {
			bytes = encode(frame);
		}
		catch (IllegalArgumentException ex) {
			fail(run, "invalid-item", String.valueOf(ex.getMessage()));
			return;
		}
		if (bytes.length > this.log.maxBytes()) {
			fail(run, "item-too-large", "An item of " + bytes.length + " bytes exceeds the log");
			return;
		}
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
		if (this.engine.routes().match(item.getClass()).any() || item instanceof EmergencyStop) {
			this.derived.add(entry);
		}
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
			if (run.phase == Phase.FINISHED && run.nodeEnded && isTaken(run.lastItem)) {
				complete(run);
				any = true;
			}
			else {
				i++;
			}
		}
		return any;
	}

	private boolean isTaken(long sequence) {
		long frontier = frontier();
		return frontier < 0 || frontier >= sequence;
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
	private void cut(Run run, Reason reason, @Nullable Frame cause, long arrived) {
		boolean started = run.phase != Phase.WAITING;
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
		long highest = run.fence(this.log.last() + 1);
		run.fencedNanos = nanos();
		long latency = run.fencedNanos - arrived;
		countDelivered(run, highest);
		int discarded = run.items - run.deliveredItems + run.execution.clear();
		if (run.speaking) {
			this.conversation.interrupt(run.utterance);
		}
		appendOwn(run,
				new AgentGenerationInterrupted(reason, causeSequence, run.elapsedAt(run.fencedNanos).toMillis(),
						discarded),
				false, () -> this.engine
					.tell((listener) -> listener.silent(run.route(), Duration.ofNanos(nanos() - arrived))));
		cleanUp(run);
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
			cleanUp(run);
		}
		if (discarded > 0) {
			this.engine.tell((listener) -> listener.discarded(run.route(), discarded));
		}
		over(run, GenerationOutcome.FAILED, nanos());
	}

	/**
	 * Has the node stopped, and gives it its grace.
	 */
	private void cleanUp(Run run) {
		slot(run.compiled).cleaning.add(run);
		this.cleaning++;
		this.fenced.add(run);
		run.execution.tell();
		if (run.nodeEnded) {
			execute(() -> nodeEnded(run));
		}
		else {
			this.engine.schedulers().control().schedule(run.execution::stop);
		}
		if (run.timer != null) {
			run.timer.dispose();
		}
		run.timer = this.engine.schedulers()
			.timer()
			.schedule(() -> execute(() -> graceOver(run)), this.engine.settings().generation().grace().toNanos(),
					TimeUnit.NANOSECONDS);
	}

	/**
	 * Takes note that a node has ended.
	 */
	void nodeEnded(Run run) {
		run.nodeEnded = true;
		if (run.phase != Phase.OVER) {
			return;
		}
		long latency = Math.max(0, nanos() - run.fencedNanos);
		if (run.interruption != null) {
			this.engine.tell((listener) -> listener.cleanedUp(run.route(), Duration.ofNanos(latency)));
		}
		int late = run.execution.clear();
		if (late > 0) {
			this.engine.tell((listener) -> listener.discarded(run.route(), late));
		}
		if (run.stuck) {
			run.stuck = false;
			this.engine.tell((listener) -> listener.stuck(run.route(), -1));
			forgetIfDone(run);
		}
		else {
			handle(run);
		}
	}

	private void graceOver(Run run) {
		release(run);
		if (!run.nodeEnded) {
			run.stuck = true;
			this.engine.tell((listener) -> listener.stuck(run.route(), 1));
			logger.warn("{} in session {} has not ended within its grace", run, this.id);
			handle(run);
		}
	}

	private void handle(Run run) {
		if (run.interruption == null) {
			handled(run);
			return;
		}
		List<Handler> handlers = run.compiled.handlersFor(run.interruption);
		if (handlers.isEmpty()) {
			handled(run);
		}
		else {
			run.execution.handle(run.interruption, handlers, () -> execute(() -> handled(run)));
		}
	}

	private void handled(Run run) {
		run.handled = true;
		if (run.timer != null) {
			run.timer.dispose();
		}
		release(run);
		forgetIfDone(run);
	}

	private void forgetIfDone(Run run) {
		if (run.handled && run.nodeEnded) {
			this.fenced.remove(run);
		}
	}

	/**
	 * Lets the next run of its route go on.
	 */
	private void release(Run run) {
		if (slot(run.compiled).cleaning.remove(run)) {
			this.cleaning--;
		}
	}

	/**
	 * Takes a generation out of those that an event may cut off.
	 */
	private void leave(Run run) {
		run.phase = Phase.OVER;
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

	// --- frames, pace and delivery

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
		this.log.append(entry, byteLimit());
		this.engine.logBytes(this.log.bytes() - before);
	}

	private long byteLimit() {
		return this.engine.isLogMemoryFull() ? Math.min(LEAN_LOG, this.log.maxBytes()) : this.log.maxBytes();
	}

	/**
	 * The position of the fastest open stream, or -1 if none is open.
	 */
	private long frontier() {
		long fastest = -1;
		for (Cursor cursor : openCursors()) {
			fastest = Math.max(fastest, Math.min(cursor.position(), this.log.last()));
		}
		return fastest;
	}

	/**
	 * Behind which sequence items must find room in the log.
	 */
	private long base(long frontier) {
		if (frontier >= 0) {
			return frontier;
		}
		long cause = this.live.isEmpty() ? this.log.last() : this.live.get(0).trigger.frame.sequence() - 1;
		return Math.max(this.highWater, cause);
	}

	private boolean hasRoom() {
		long base = base(frontier());
		long ahead = this.log.last() - base;
		return ahead <= 0 || (ahead < this.log.maxFrames() && this.log.bytesAfter(base) < byteLimit());
	}

	/**
	 * Asks nodes for what the fastest stream has made room for.
	 */
	private void pace() {
		this.speaking = !this.live.isEmpty();
		if (!this.speaking) {
			return;
		}
		long frontier = frontier();
		scan(frontier);
		int prefetch = this.engine.settings().generation().prefetch();
		long free = Math.max(0, this.log.maxFrames() - (this.log.last() - base(frontier)));
		for (int i = 0; i < this.live.size(); i++) {
			Run run = this.live.get(i);
			if (run.phase == Phase.RUNNING) {
				long dropped = run.execution.dropped();
				long allowed = dropped
						+ ((frontier >= 0) ? run.passedItems + prefetch : run.items + Math.min(prefetch, free));
				long more = allowed - run.requested;
				boolean idle = run.requested == run.items + dropped;
				if (more > 0 && (idle || more >= Math.max(1, prefetch / 4))) {
					run.requested += more;
					run.execution.grant(more);
				}
			}
		}
	}

	/**
	 * Enters into the books what streams have passed.
	 */
	private void scan(long frontier) {
		while (this.scanned < frontier) {
			LogEntry entry = this.log.get(++this.scanned);
			if (entry != null) {
				pass(entry);
			}
		}
	}

	private void pass(LogEntry entry) {
		Run run = entry.run;
		if (run != null && entry.item) {
			run.passedItems++;
			if (entry.isTaken()) {
				run.countDelivered(entry);
			}
			else if (run.firstHole == 0) {
				run.firstHole = entry.frame.sequence();
			}
		}
	}

	private void evicted(LogEntry entry) {
		if (entry.frame.sequence() > this.scanned) {
			this.scanned = entry.frame.sequence();
			pass(entry);
		}
		else if (entry.run != null && entry.isTaken()) {
			entry.run.countDelivered(entry);
		}
	}

	/**
	 * Enters into the books what streams had taken of a generation that has been fenced.
	 * @param run the generation
	 * @param highest the highest index that a stream had taken
	 */
	private void countDelivered(Run run, long highest) {
		scan(frontier());
		for (long i = this.scanned + 1; i <= this.log.last(); i++) {
			LogEntry entry = this.log.get(i);
			if (entry != null && entry.run == run) {
				if (entry.index > highest) {
					break;
				}
				if (entry.takenOrDropped()) {
					run.countDelivered(entry);
				}
			}
		}
		if (run.firstHole > 0) {
			for (long i = Math.max(run.firstHole, this.log.first()); i <= this.scanned; i++) {
				LogEntry entry = this.log.get(i);
				if (entry != null && entry.run == run && entry.index <= highest && entry.takenOrDropped()) {
					run.countDelivered(entry);
				}
			}
		}
	}

	private static boolean isReserved(Object event) {
		return event instanceof AgentGenerationStarted || event instanceof AgentGenerationComplete
				|| event instanceof AgentGenerationInterrupted || event instanceof AgentGenerationFailed
				|| event instanceof SessionClosed || event instanceof StreamGap;
	}

	private RouteSlot slot(CompiledRoute route) {
		RouteSlot slot = this.slots[route.index()];
		if (slot == null) {
			slot = new RouteSlot(route);
			this.slots[route.index()] = slot;
		}
		return slot;
	}

	// --- readers

	/**
	 * Opens a reader. Any thread's.
	 */
	Cursor open(long after) {
		long end = this.endSequence;
		if (end > 0 && (after < 0 || after >= end)) {
			throw new SessionClosedException(this.id);
		}
		Cursor cursor = new Cursor(this, this.log, after, List.of());
		new Opening(this.engine.settings().stream().perSession()).check(openCursors().length);
		add(cursor);
		return cursor;
	}

	private void add(Cursor cursor) {
		this.cursors.updateAndGet((before) -> {
			Cursor[] after = Arrays.copyOf(before, before.length + 1);
			after[before.length] = cursor;
			return after;
		});
		this.engine.streamOpened();
		progress();
	}

	/**
	 * Forgets a reader that was closed. Any thread's.
	 */
	void closed(Cursor cursor) {
		execute(() -> {
			Cursor[] before = openCursors();
			if (!Arrays.asList(before).contains(cursor)) {
				return;
			}
			this.highWater = Math.max(this.highWater, Math.min(cursor.position(), this.log.last()));
			this.cursors
				.updateAndGet((all) -> Arrays.stream(all).filter((each) -> each != cursor).toArray(Cursor[]::new));
			this.engine.streamClosed();
			for (Origin origin : cursor.origins()) {
				if (--origin.responses == 0 && origin.end() == 0) {
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

	private Cursor[] openCursors() {
		return Objects.requireNonNull(this.cursors.get());
	}

	// --- the session's own life

	/**
	 * Closes the session. Any thread's.
	 * @param reason why
	 * @param done called when its last frame has been appended
	 */
	void close(Reason reason, Runnable done) {
		execute(() -> {
			if (this.endSequence > 0) {
				this.answers.add(done);
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
		for (Run run : List.copyOf(this.live)) {
			cutIfLive(run, reason);
		}
	}

	private void finishClose() {
		Frame frame = frame(new SessionClosed(this.closeReason), null);
		append(new LogEntry(frame, encode(frame), null, 0, false, 0, null));
		this.endSequence = frame.sequence();
		this.answers.add(this.onClosed);
		this.answers.addAll(this.closers);
		this.closers.clear();
		wakeReaders();
		if (openCursors().length > 0) {
			this.engine.schedulers()
				.timer()
				.schedule(() -> Arrays.asList(openCursors()).forEach(Cursor::terminate),
						this.engine.settings().generation().grace().toNanos(), TimeUnit.NANOSECONDS);
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
			for (Run run : this.fenced) {
				generations.add(view(run, run.stuck ? State.STUCK : State.CLEANING));
			}
			for (Run run : this.live) {
				generations.add(view(run, (run.phase == Phase.WAITING) ? State.WAITING : State.RUNNING));
			}
			SessionView view = new SessionView(this.id, Engine.instant(this.createdNanos),
					this.hadEvent ? Engine.instant(this.lastEventNanos) : null, this.log.last(), this.attributes,
					List.copyOf(generations));
			this.answers.add(() -> answer.accept(view));
		});
	}

	private static GenerationView view(Run run, State state) {
		return new GenerationView(run.id, run.route(), state, run.trigger.frame.sequence(), run.startedAt());
	}

	/**
	 * Gives its conversation. The answer comes from the writer.
	 */
	void conversation(Consumer<ConversationContext> answer) {
		execute(() -> {
			scan(frontier());
			ConversationContext context = this.conversation.snapshot();
			this.answers.add(() -> answer.accept(context));
		});
	}

	/**
	 * What an event did.
	 */
	private static final class Effects {

		final List<String> interrupted = new ArrayList<>(1);

		final List<String> ignored = new ArrayList<>(0);

		final List<String> started = new ArrayList<>(1);

		final List<String> refused = new ArrayList<>(0);

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
