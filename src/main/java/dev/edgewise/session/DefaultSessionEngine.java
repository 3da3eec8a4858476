package dev.edgewise.session;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.regex.Pattern;

import dev.edgewise.ConversationContext;
import dev.edgewise.Decision;
import dev.edgewise.EventRefusedException;
import dev.edgewise.EventRefusedException.Bound;
import dev.edgewise.InterruptCommand;
import dev.edgewise.InterruptReceipt;
import dev.edgewise.Frame;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.Playback;
import dev.edgewise.Receipt;
import dev.edgewise.Session;
import dev.edgewise.SessionClosedException;
import dev.edgewise.UnknownSessionException;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.InterruptionRule;
import dev.edgewise.interruption.Policies;
import dev.edgewise.route.CompiledRoute;
import dev.edgewise.route.RouteTable;
import dev.edgewise.session.EngineListener.EventOutcome;
import dev.edgewise.session.LiveSession.Applied;
import dev.edgewise.session.LiveSession.Opening;
import dev.edgewise.session.SessionView.State;
import dev.edgewise.session.Surroundings.Cause;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * The {@link SessionEngine} that keeps all sessions in memory.
 */
public final class DefaultSessionEngine implements SessionEngine {

	private static final Pattern ID = Pattern.compile("[A-Za-z0-9._~-]{1,128}");

	private static final Duration FULL_RETRY = Duration.ofSeconds(5);

	/** How long a shutdown waits for handlers when all else has ended. */
	private static final Duration HANDLERS_GRACE = Duration.ofSeconds(1);

	private static final Duration CENSUS_TIME = Duration.ofSeconds(2);

	private final Engine engine;

	private final Deadlines deadlines;

	private final ConcurrentMap<String, Entry> sessions = new ConcurrentHashMap<>();

	private final AtomicInteger open = new AtomicInteger();

	private final SessionIds ids = new SessionIds();

	/** Closed sessions, oldest first. Guarded by itself. */
	private final Deque<Entry> tombstones = new ArrayDeque<>();

	/**
	 * Creates the engine.
	 * @param routes the routes
	 * @param settings the bounds
	 * @param schedulers the threads and the time; not disposed by the engine
	 * @param encoder encodes frames
	 * @param policies the policies that routes and sessions may name
	 * @param rules the application's own rules, in order
	 * @param listeners see what happens
	 */
	public DefaultSessionEngine(RouteTable routes, EngineSettings settings, EngineSchedulers schedulers,
			FrameEncoder encoder, Policies policies, List<InterruptionRule> rules, List<EngineListener> listeners) {
		this(routes, settings, schedulers, encoder, policies, rules, listeners, Surroundings.NONE);
	}

	/**
	 * Creates the engine.
	 * @param routes the routes
	 * @param settings the bounds
	 * @param schedulers the threads and the time; not disposed by the engine
	 * @param encoder encodes frames
	 * @param policies the policies that routes and sessions may name
	 * @param rules the application's own rules, in order
	 * @param listeners see what happens
	 * @param surroundings what the code of nodes finds around itself
	 */
	public DefaultSessionEngine(RouteTable routes, EngineSettings settings, EngineSchedulers schedulers,
			FrameEncoder encoder, Policies policies, List<InterruptionRule> rules, List<EngineListener> listeners,
			Surroundings surroundings) {
		this.engine = new Engine(routes, settings, schedulers, encoder, policies, rules, listeners, surroundings);
		this.deadlines = new Deadlines(schedulers.timer());
		this.engine.reliever(this::forgetClosed);
	}

	@Override
	public Mono<Session> open(@Nullable String id, Map<String, Object> attributes, Playback playback) {
		return openOrFind(id, attributes, playback).map(Opened::session);
	}

	@Override
	public Mono<Opened> openOrFind(@Nullable String id, Map<String, Object> attributes, Playback playback) {
		return Mono.fromCallable(() -> openNow(id, attributes, playback));
	}

	private Opened openNow(@Nullable String id, Map<String, Object> attributes, Playback playback) {
		if (id != null) {
			if (!ID.matcher(id).matches()) {
				throw new IllegalArgumentException("A session's id is 1 to 128 of A-Z a-z 0-9 . _ ~ -");
			}
			Entry found = this.sessions.get(id);
			if (found != null) {
				return found(found);
			}
		}
		if (this.engine.isDraining()) {
			throw new EventRefusedException(Bound.DRAINING, FULL_RETRY);
		}
		if (this.engine.isLogMemoryFull() && !this.engine.relieve()) {
			throw new EventRefusedException(Bound.LOG_MEMORY, FULL_RETRY);
		}
		if (this.open.incrementAndGet() > this.engine.settings().session().max()) {
			this.open.decrementAndGet();
			throw new EventRefusedException(Bound.SESSIONS, FULL_RETRY);
		}
		String key = (id != null) ? id : this.ids.next();
		LiveSession session = new LiveSession(this.engine, key,
				Collections.unmodifiableMap(new LinkedHashMap<>(attributes)), playback);
		Entry entry = new Entry(session);
		// Before others can find it, and close it.
		session.onClosed(() -> closed(entry));
		Entry other = this.sessions.putIfAbsent(key, entry);
		if (other != null) {
			this.open.decrementAndGet();
			return found(other);
		}
		watch(entry, session.idleSince() + idleTimeout());
		session.weigh();
		this.engine.tell((listener) -> listener.sessions(1));
		return new Opened(session, true);
	}

	private static Opened found(Entry entry) {
		if (entry.session.isClosing()) {
			throw new SessionClosedException(entry.session.id());
		}
		return new Opened(entry.session, false);
	}

	private long idleTimeout() {
		return this.engine.settings().session().idleTimeout().toNanos();
	}

	private void watch(Entry entry, long dueNanos) {
		entry.deadline = this.deadlines.add(dueNanos,
				() -> entry.session.expire(idleTimeout(), (later) -> watch(entry, later)));
	}

	private void closed(Entry entry) {
		this.open.decrementAndGet();
		this.engine.tell((listener) -> {
			listener.sessions(-1);
			listener.closed(entry.session.id());
		});
		unwatch(entry);
		entry.deadline = this.deadlines
			.add(this.engine.nanos() + this.engine.settings().session().tombstone().toNanos(), () -> forget(entry));
		boolean tooMany;
		synchronized (this.tombstones) {
			this.tombstones.addLast(entry);
			tooMany = this.tombstones.size() > this.engine.settings().session().maxTombstones();
		}
		if (tooMany) {
			forgetOldest();
		}
	}

	/**
	 * Forgets closed sessions, oldest first, as long as the memory of all logs is used
	 * up: open ones need it more.
	 */
	private void forgetClosed() {
		boolean more = true;
		while (more && this.engine.isLogMemoryFull()) {
			more = forgetOldest();
		}
	}

	private boolean forgetOldest() {
		Entry oldest;
		synchronized (this.tombstones) {
			oldest = this.tombstones.pollFirst();
		}
		if (oldest == null) {
			return false;
		}
		unwatch(oldest);
		drop(oldest);
		return true;
	}

	private void unwatch(Entry entry) {
		Deadlines.Key deadline = entry.deadline;
		if (deadline != null) {
			this.deadlines.remove(deadline);
		}
	}

	private void forget(Entry entry) {
		synchronized (this.tombstones) {
			this.tombstones.remove(entry);
		}
		drop(entry);
	}

	private void drop(Entry entry) {
		AtomicBoolean dropped = new AtomicBoolean();
		// Told while the id is still taken: its next owner must not be forgotten.
		this.sessions.computeIfPresent(entry.session.id(), (id, present) -> {
			if (present != entry) {
				return present;
			}
			this.engine.tell((listener) -> listener.forgotten(id));
			dropped.set(true);
			return null;
		});
		if (dropped.get()) {
			entry.session.forget();
		}
	}

	private LiveSession session(String id) {
		Entry entry = this.sessions.get(id);
		if (entry == null) {
			throw new UnknownSessionException(id);
		}
		return entry.session;
	}

	@Override
	public Mono<Void> close(String session) {
		return Mono.create((sink) -> session(session).close(Reason.SESSION_CLOSED, sink::success));
	}

	@Override
	public Mono<Receipt> publish(String session, Object event, @Nullable String id, @Nullable String generation) {
		return publishAll(session, List.of(new Submission(event, id, generation))).map((receipts) -> receipts.get(0));
	}

	@Override
	public Mono<List<Receipt>> publishAll(String session, List<Submission> events) {
		return submit(session, events, null, true).map(Applied::receipts);
	}

	@Override
	public Mono<LogReader> publishAndRead(String session, List<Submission> events) {
		Opening opening = new Opening(this.engine.settings().stream().perSession());
		return submit(session, events, opening, true).mapNotNull(Applied::cursor);
	}

	private Mono<Applied> submit(String session, List<Submission> events, @Nullable Opening opening, boolean limited) {
		return Mono.create((sink) -> {
			AtomicBoolean cancelled = new AtomicBoolean();
			AtomicReference<@Nullable Cursor> opened = new AtomicReference<>();
			sink.onCancel(() -> {
				cancelled.set(true);
				closeTaken(opened);
			});
			Cause cause = this.engine.surroundings().of(sink.contextView());
			session(session).submit(events, opening, limited, cause, (applied, failure) -> {
				if (applied != null && applied.cursor() != null) {
					opened.set(applied.cursor());
					// A cancel that crosses the answer finds the reader, or is found
					// here.
					if (cancelled.get()) {
						closeTaken(opened);
					}
				}
				answer(sink, applied, failure);
			});
		});
	}

	private static void closeTaken(AtomicReference<@Nullable Cursor> opened) {
		Cursor cursor = opened.getAndSet(null);
		if (cursor != null) {
			cursor.close();
		}
	}

	private static <T> void answer(MonoSink<T> sink, @Nullable T answer, @Nullable RuntimeException failure) {
		if (failure != null) {
			sink.error(failure);
		}
		else {
			sink.success(answer);
		}
	}

	@Override
	public Mono<InterruptReceipt> interrupt(String session, InterruptCommand command, @Nullable String id) {
		return Mono.create((sink) -> {
			LiveSession live = session(session);
			if (command.route() != null && !routes().contains(command.route())) {
				throw new IllegalArgumentException(
						"No route '" + command.route() + "'; there are " + String.join(", ", routes()));
			}
			Cause cause = this.engine.surroundings().of(sink.contextView());
			live.interrupt(command, id, cause, (receipt, failure) -> answer(sink, receipt, failure));
		});
	}

	@Override
	public Mono<Void> policy(String session, @Nullable String policy) {
		return look(session, (live) -> {
			InterruptionPolicy chosen = (policy != null) ? this.engine.policies().get(policy) : null;
			return Mono.create((sink) -> live.policy(chosen, sink::success));
		});
	}

	@Override
	public Mono<List<Decision>> decisions(String session) {
		return Mono.create((sink) -> session(session).decisions(sink::success));
	}

	@Override
	public Mono<Recording> recording(String session) {
		return Mono.create((sink) -> session(session).recording(sink::success));
	}

	@Override
	public Mono<Broadcast> publishToAll(Object event) {
		List<Submission> events = List.of(new Submission(event, null, null));
		return Flux.defer(() -> Flux.fromIterable(this.sessions.keySet()))
			.flatMap((id) -> submit(id, events, null, false).map((applied) -> applied.receipts().get(0))
				.onErrorResume(DefaultSessionEngine::concernsOneSession, (ex) -> Mono.empty()))
			.reduce(new Broadcast(0, 0, 0), (sum, receipt) -> new Broadcast(sum.sessions() + 1,
					sum.interrupted() + receipt.interrupted().size(), sum.started() + receipt.started().size()));
	}

	private static boolean concernsOneSession(Throwable failure) {
		return failure instanceof SessionClosedException || failure instanceof UnknownSessionException
				|| (failure instanceof EventRefusedException refused && refused.bound() == Bound.MAILBOX);
	}

	@Override
	public LogReader reader(String session, long after) {
		return session(session).open(after);
	}

	@Override
	public Flux<Frame> read(String session, long after) {
		return new FrameFlux(() -> reader(session, after), this.engine.schedulers().parallel(), this.engine::loggable);
	}

	@Override
	public Mono<SessionView> view(String session) {
		return look(session, (live) -> Mono.create((sink) -> live.view(sink::success)));
	}

	@Override
	public Mono<ConversationContext> conversation(String session) {
		return look(session, (live) -> Mono.create((sink) -> live.conversation(sink::success)));
	}

	private <T> Mono<T> look(String id, Function<LiveSession, Mono<T>> look) {
		return Mono.defer(() -> {
			LiveSession session = session(id);
			if (session.isClosing()) {
				return Mono.error(new SessionClosedException(id));
			}
			return look.apply(session);
		});
	}

	@Override
	public List<String> routes() {
		return this.engine.routes().routes().stream().map(CompiledRoute::id).toList();
	}

	@Override
	public Throwable loggable(Throwable failure) {
		return this.engine.loggable(failure);
	}

	@Override
	public List<String> policies() {
		return this.engine.policies().names();
	}

	@Override
	public void eventRefused() {
		this.engine.tell((listener) -> listener.event("unknown", EventOutcome.REFUSED));
	}

	@Override
	public boolean blockingExhausted() {
		return this.engine.blockingExhausted();
	}

	@Override
	public @Nullable Bound refusing() {
		if (this.engine.isDraining()) {
			return Bound.DRAINING;
		}
		if (this.open.get() >= this.engine.settings().session().max()) {
			return Bound.SESSIONS;
		}
		if (this.engine.isLogMemoryFull()) {
			// what is only kept for politeness would be given up
			synchronized (this.tombstones) {
				return this.tombstones.isEmpty() ? Bound.LOG_MEMORY : null;
			}
		}
		return null;
	}

	@Override
	public Mono<Census> census() {
		return Mono.defer(() -> {
			List<LiveSession> alive = new ArrayList<>();
			int closing = 0;
			LiveSession oldest = null;
			for (Entry entry : this.sessions.values()) {
				LiveSession session = entry.session;
				if (session.isClosed()) {
					continue;
				}
				alive.add(session);
				if (session.isClosing()) {
					closing++;
				}
				else if (oldest == null || session.createdNanos() < oldest.createdNanos()) {
					oldest = session;
				}
			}
			int open = alive.size() - closing;
			int closed = Math.max(0, this.sessions.size() - alive.size());
			Census.Oldest first = (oldest != null)
					? new Census.Oldest(oldest.id(), Engine.instant(oldest.createdNanos())) : null;
			return Flux.fromIterable(alive)
				.flatMap((session) -> Mono.<List<State>>create((sink) -> session.states(sink::success)),
						Integer.MAX_VALUE)
				.take(CENSUS_TIME, this.engine.schedulers().timer())
				.collect(Census.Count::new, Census.Count::add)
				.map((count) -> census(open, alive.size() - open, closed, first, alive.size() - count.answers,
						count.generations));
		});
	}

	private Census census(int open, int closing, int closed, Census.@Nullable Oldest oldest, int unanswered,
			Map<State, Integer> generations) {
		List<Census.Stuck> stuck = this.engine.stuck()
			.stream()
			.sorted(Comparator.comparingLong((run) -> run.fencedNanos))
			.map((run) -> new Census.Stuck(run.owner.id(), run.route(), run.id, Engine.instant(run.fencedNanos),
					run.execution.stack()))
			.toList();
		generations.put(State.STUCK, stuck.size());
		return new Census(Engine.instant(this.engine.nanos()), open, closing, closed, oldest,
				Collections.unmodifiableMap(generations), unanswered, stuck);
	}

	@Override
	public Mono<Void> drain(Duration grace) {
		EngineSchedulers schedulers = this.engine.schedulers();
		Duration last = this.engine.settings().generation().grace();
		return Mono.<Void>create((sink) -> this.engine.drain(sink::success))
			.timeout(grace, Mono.empty(), schedulers.timer())
			.thenMany(Flux.defer(() -> Flux.fromIterable(this.sessions.values())))
			.flatMap((entry) -> Mono.<Void>create((sink) -> entry.session.close(Reason.SHUTDOWN, sink::success)),
					Integer.MAX_VALUE)
			.then(Mono.when(
					Mono.<Void>create((sink) -> this.engine.whenNoStreams(sink::success))
						.timeout(last, Mono.empty(), schedulers.timer()),
					Mono.<Void>create((sink) -> this.engine.whenNoHandlers(sink::success))
						.timeout(HANDLERS_GRACE, Mono.empty(), schedulers.timer())));
	}

	@Override
	public void resume() {
		this.engine.resume();
	}

	/**
	 * A session and what watches over it.
	 */
	private static final class Entry {

		final LiveSession session;

		volatile Deadlines.@Nullable Key deadline;

		Entry(LiveSession session) {
			this.session = session;
		}

	}

}
