package dev.edgewise.session;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

import dev.edgewise.ConversationContext;
import dev.edgewise.Frame;
import dev.edgewise.Generation;
import dev.edgewise.Interruption;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.Protection;
import dev.edgewise.Session;
import dev.edgewise.ToolPolicy;
import dev.edgewise.conversation.Utterance;
import dev.edgewise.event.ToolCall;
import dev.edgewise.event.ToolResult;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.UserUtterance;
import dev.edgewise.route.CompiledRoute;
import dev.edgewise.session.Surroundings.Cause;
import dev.edgewise.session.Surroundings.Enclosure;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/**
 * One run of a route in a session. What the writer knows of it is for the writer alone;
 * what nodes and readers may see is safe from any thread.
 */
final class Run implements Generation {

	/** Utterances whose decisions are remembered. */
	private static final int MAX_CASES = 8;

	final LiveSession owner;

	final CompiledRoute compiled;

	final String id;

	final LogEntry trigger;

	final Utterance utterance;

	final Execution execution;

	/** What is around its node and its handlers. */
	final Enclosure around;

	/** What streams have taken of it. */
	final Takes takes = new Takes();

	/** Sections whose items may not all have been numbered. */
	private volatile @Nullable Queue<Section> sectionItems;

	/** Sections that are open. */
	private final AtomicInteger sections = new AtomicInteger();

	private volatile long startedNanos = -1;

	private volatile long firstItemNanos = -1;

	private volatile @Nullable Instant startedAt;

	private volatile @Nullable ConversationContext conversation;

	private volatile @Nullable Interruption previous;

	private volatile boolean interrupted;

	/** What its node keeps; few use it. */
	private volatile @Nullable Map<String, Object> state;

	// From here on: the writer's alone.

	Phase phase = Phase.WAITING;

	/** Frames so far that a fence makes streams skip. */
	int frames;

	/** Items numbered so far. */
	int items;

	/** Items that at least one stream has taken. */
	int deliveredItems;

	/** Items at or before the fastest open stream's position. */
	int passedItems;

	/** Items that its node has been asked for. */
	long requested;

	/** Where its text ends so far. */
	int textEnd;

	/** The first sequence that a stream passed without taking; 0 if there is none. */
	long firstHole;

	/** The size of an item that found no room in the log; 0 if it had room. */
	int heldBytes;

	/** Its last item, once its node has produced all. */
	long lastItem;

	/** Whether the last item that was passed, or numbered, must not be cut. */
	boolean passedGuarded;

	boolean numberedGuarded;

	/** How many items must have been passed for its closed sections to be over. */
	long guardedItems;

	/** The handoff after which it shall not go on; null if there was none. */
	@Nullable LogEntry handoff;

	/** What it stands still for; null if it does not. */
	@Nullable Pause pause;

	/** Its calls of tools that have a number, as long as something may become of them. */
	List<ToolRun> tools = List.of();

	/** Whether it, or its speech after its end, has been cut. */
	boolean toolsCut;

	/** What was withheld from it while it was protected, until that is over. */
	private List<Withheld> withheld = List.of();

	/** What has been decided about it and what the user said lately. */
	private List<Case> cases = List.of();

	boolean speaking;

	boolean nodeEnded;

	boolean handled;

	boolean stuck;

	long fencedNanos;

	@Nullable Disposable timer;

	@Nullable Interruption interruption;

	Run(LiveSession owner, CompiledRoute compiled, String id, LogEntry trigger, Utterance utterance,
			@Nullable Cause cause) {
		this.owner = owner;
		this.compiled = compiled;
		this.id = id;
		this.trigger = trigger;
		this.utterance = utterance;
		this.execution = new Execution(this, owner.engine());
		this.around = owner.engine().surroundings().enclose(this, cause);
	}

	/**
	 * Logs what concerns it, as if its node did. The last argument may be a failure.
	 */
	void warn(Logger logger, String line, @Nullable Object... arguments) {
		this.around.run(() -> logger.warn(line, this.owner.engine().loggable(arguments)));
	}

	/**
	 * As {@link #warn}, for what is of interest only to who looks for it.
	 */
	void debug(Logger logger, String line, @Nullable Object... arguments) {
		if (logger.isDebugEnabled()) {
			this.around.run(() -> logger.debug(line, this.owner.engine().loggable(arguments)));
		}
	}

	/**
	 * Silences it for good.
	 * @param sequence that of the frame that will say so
	 * @return the highest index that a stream has taken
	 */
	long fence(long sequence) {
		long highest = this.takes.fence(sequence);
		this.interrupted = true;
		return highest;
	}

	void started(long nanos, Instant at, ConversationContext context, @Nullable Interruption before) {
		this.phase = Phase.RUNNING;
		this.conversation = context;
		this.previous = before;
		this.startedAt = at;
		this.startedNanos = nanos;
	}

	void spoke(long nanos) {
		this.firstItemNanos = nanos;
	}

	/**
	 * Enters the delivery of an item into the books, once.
	 * @param entry an entry of this generation that was taken
	 */
	void countDelivered(LogEntry entry) {
		if (!entry.counted && entry.item) {
			entry.counted = true;
			this.deliveredItems++;
			this.utterance.deliver(entry.textFrom, entry.textTo);
		}
	}

	Duration elapsedAt(long nanos) {
		long started = this.startedNanos;
		return (started < 0) ? Duration.ZERO : Duration.ofNanos(Math.max(0, nanos - started));
	}

	@Nullable Interruption previousOnce() {
		return this.previous;
	}

	@Override
	public String id() {
		return this.id;
	}

	@Override
	public String route() {
		return this.compiled.id();
	}

	@Override
	public Session session() {
		return this.owner;
	}

	@Override
	public ConversationContext conversation() {
		ConversationContext known = this.conversation;
		return (known != null) ? known : this.owner.emptyConversation();
	}

	@Override
	public Frame cause() {
		return this.trigger.frame;
	}

	@Override
	public @Nullable Interruption previous() {
		return this.previous;
	}

	@Override
	public @Nullable Instant startedAt() {
		return this.startedAt;
	}

	@Override
	public Duration elapsed() {
		return elapsedAt(this.owner.nanos());
	}

	@Override
	public Duration spokenFor() {
		long first = this.firstItemNanos;
		return (first < 0) ? Duration.ZERO : Duration.ofNanos(Math.max(0, this.owner.nanos() - first));
	}

	/**
	 * The time since its first item between the milliseconds that frames tell.
	 * @param nowMillis the time, in milliseconds since the epoch
	 */
	Duration spokeFor(long nowMillis) {
		long first = this.firstItemNanos;
		return (first < 0) ? Duration.ZERO : Duration.ofMillis(nowMillis - Math.floorDiv(first, 1_000_000L));
	}

	@Override
	public String generated() {
		return this.utterance.generated();
	}

	@Override
	public boolean isInterrupted() {
		return this.interrupted;
	}

	@Override
	public void state(String key, @Nullable Object value) {
		Map<String, Object> kept = this.state;
		if (value != null) {
			((kept != null) ? kept : keep()).put(key, value);
		}
		else if (kept != null) {
			kept.remove(key);
		}
	}

	private synchronized Map<String, Object> keep() {
		Map<String, Object> kept = this.state;
		if (kept == null) {
			kept = new ConcurrentHashMap<>(4);
			this.state = kept;
		}
		return kept;
	}

	@Override
	public Map<String, Object> state() {
		Map<String, Object> kept = this.state;
		return (kept != null) ? Collections.unmodifiableMap(kept) : Map.of();
	}

	@Override
	public Mono<ToolResult> tool(ToolCall call, Publisher<?> work, ToolPolicy policy) {
		return new ToolRun(this, call, ToolWork.of(work), policy, false).answer();
	}

	@Override
	public ToolResult tool(ToolCall call, Callable<?> work, ToolPolicy policy) {
		return new ToolRun(this, call, ToolWork.of(work), policy, true).await();
	}

	@Override
	public void emit(Object item) {
		this.execution.emit(item);
	}

	@Override
	public Protection protect() {
		Section section = new Section(this.execution.received());
		sectionItems().add(section);
		this.sections.incrementAndGet();
		this.owner.execute(() -> this.owner.noteSection(this, true, 0));
		AtomicBoolean open = new AtomicBoolean(true);
		return () -> {
			if (open.compareAndSet(true, false)) {
				long produced = this.execution.received();
				section.last = produced;
				this.owner.execute(() -> {
					this.guardedItems = Math.max(this.guardedItems, produced);
					this.sections.decrementAndGet();
					this.owner.noteSection(this, false, produced);
				});
			}
		};
	}

	private synchronized Queue<Section> sectionItems() {
		Queue<Section> items = this.sectionItems;
		if (items == null) {
			items = new ConcurrentLinkedQueue<>();
			this.sectionItems = items;
		}
		return items;
	}

	/**
	 * Whether an item that is being numbered must not be cut off. The writer's.
	 */
	boolean isGuarded(LogEntry entry) {
		if (!this.compiled.interruptible() || entry.isGuarded()) {
			return true;
		}
		Queue<Section> items = this.sectionItems;
		if (items == null) {
			return false;
		}
		boolean guarded = false;
		for (Section section : items) {
			if (section.last < this.items) {
				items.remove(section);
			}
			else {
				guarded |= section.before < this.items;
			}
		}
		return guarded;
	}

	boolean hasOpenSection() {
		return this.sections.get() > 0;
	}

	/**
	 * What has been decided about it and an utterance; null if nothing has.
	 */
	@Nullable Case find(UserUtterance utterance) {
		for (Case known : this.cases) {
			if (known.utterance == utterance) {
				return known;
			}
		}
		return null;
	}

	Case open(UserUtterance utterance, Frame candidate, boolean listed) {
		Case opened = new Case(utterance, candidate, listed);
		if (this.cases.isEmpty()) {
			this.cases = new ArrayList<>(2);
		}
		else if (this.cases.size() == MAX_CASES) {
			// A pause must not lose what it stands still for: nobody would decide it.
			Case least = this.cases.stream().filter((known) -> !known.pending).findFirst().orElse(this.cases.get(0));
			this.cases.remove(least);
		}
		this.cases.add(opened);
		return opened;
	}

	/**
	 * Withholds an event, instead of the one before of the same utterance.
	 */
	void withhold(Withheld event) {
		if (this.withheld.isEmpty()) {
			this.withheld = new ArrayList<>(1);
		}
		this.withheld.removeIf((before) -> before.utterance() == event.utterance());
		if (this.withheld.size() == MAX_CASES) {
			this.withheld.remove(0);
		}
		this.withheld.add(event);
	}

	boolean isWithheldFrom() {
		return !this.withheld.isEmpty();
	}

	/**
	 * What was withheld, in order; it is not any more.
	 */
	List<Withheld> takeWithheld() {
		List<Withheld> taken = this.withheld;
		this.withheld = List.of();
		return taken;
	}

	/**
	 * Whether an utterance may still cut it off.
	 */
	boolean asksAbout(UserUtterance utterance) {
		Case known = find(utterance);
		return (known != null && known.pending)
				|| this.withheld.stream().anyMatch((event) -> event.utterance() == utterance);
	}

	/**
	 * Gives the last end of an utterance that has started nothing, if there is one.
	 */
	void lastDropped(BiConsumer<UserUtterance, LogEntry> taker) {
		for (int i = this.cases.size() - 1; i >= 0; i--) {
			LogEntry dropped = this.cases.get(i).dropped;
			if (dropped != null) {
				taker.accept(this.cases.get(i).utterance, dropped);
				return;
			}
		}
	}

	List<Case> pendingCases() {
		return this.cases.stream().filter((known) -> known.pending).toList();
	}

	@Override
	public void onCleanup(Runnable callback) {
		this.execution.onCleanup(callback);
	}

	@Override
	public String toString() {
		return "generation " + this.id + " of " + this.compiled.id();
	}

	Interruption describe(@Nullable Frame cause, Reason reason, Instant at, int discarded,
			ConversationContext context) {
		return new Interruption(this.id, this.compiled.id(), cause, reason, at, elapsedAt(this.fencedNanos),
				this.utterance.generated(), this.utterance.delivered(), this.utterance.heard(), discarded, context,
				state());
	}

	/**
	 * What has been decided about this generation and one utterance.
	 */
	static final class Case {

		final UserUtterance utterance;

		/** The event that it began with. */
		final Frame candidate;

		/** Whether the route names that event as a cause. */
		final boolean listed;

		/** Whether the generation stands still for it. */
		boolean pending;

		/** The rule by which it was ignored; null if it was not. */
		@Nullable String ignoredBy;

		/** The words that have been reported while it was protected. */
		@Nullable String reported;

		/** An end of the utterance that has started nothing since it was ignored. */
		@Nullable LogEntry dropped;

		Case(UserUtterance utterance, Frame candidate, boolean listed) {
			this.utterance = utterance;
			this.candidate = candidate;
			this.listed = listed;
		}

	}

	/**
	 * A protected section, by the items produced in it.
	 */
	private static final class Section {

		/** Items produced before it. */
		private final long before;

		/** The last item produced in it, once it is closed. */
		private volatile long last = Long.MAX_VALUE;

		Section(long before) {
			this.before = before;
		}

	}

	/**
	 * What it stands still for.
	 */
	static final class Pause {

		final Frame cause;

		final long sinceMillis;

		final long deadlineMillis;

		/** The policy of the last event that left it undecided: time decides by it. */
		InterruptionPolicy policy;

		@Nullable Disposable timer;

		Pause(Frame cause, long sinceMillis, long deadlineMillis, InterruptionPolicy policy) {
			this.policy = policy;
			this.cause = cause;
			this.sinceMillis = sinceMillis;
			this.deadlineMillis = deadlineMillis;
		}

	}

	/**
	 * What would have cut it off if it had not been protected.
	 *
	 * @param entry the event
	 * @param utterance what the user said, if it is the user's
	 * @param listed whether the route names it as a cause
	 */
	record Withheld(LogEntry entry, @Nullable UserUtterance utterance, boolean listed) {
	}

	/**
	 * Where it stands in its life.
	 */
	enum Phase {

		/** Its node has not been called. */
		WAITING,

		/** Its node has been called. */
		RUNNING,

		/** Its node has produced all; some of it may not have been taken. */
		FINISHED,

		/** It is complete, and its message is still being spoken to the user. */
		SPEAKING,

		/** It has had its last frame, and nothing of it can be cut off any more. */
		OVER

	}

}
