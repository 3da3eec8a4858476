package dev.edgewise.session;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

import dev.edgewise.RouteDefinition.Style;
import dev.edgewise.interruption.Evaluator;
import dev.edgewise.interruption.InterruptionRule;
import dev.edgewise.interruption.Policies;
import dev.edgewise.route.CompiledRoute;
import dev.edgewise.route.RouteTable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all sessions of a service share: collaborators, bounds, and the counts that the
 * bounds are about.
 */
final class Engine {

	private static final Logger logger = LoggerFactory.getLogger(Engine.class);

	private static final long LEAN_LOG = 32 * 1024;

	private final RouteTable routes;

	private final EngineSettings settings;

	private final EngineSchedulers schedulers;

	private final FrameEncoder encoder;

	private final Policies policies;

	private final Evaluator evaluator;

	private final List<EngineListener> listeners;

	private final Surroundings surroundings;

	private final AtomicReferenceArray<Style> styles;

	private final AtomicInteger heldThreads = new AtomicInteger();

	private final AtomicInteger openStreams = new AtomicInteger();

	private final AtomicInteger liveRuns = new AtomicInteger();

	private final AtomicInteger runningHandlers = new AtomicInteger();

	private final Set<Run> stuck = ConcurrentHashMap.newKeySet();

	private final AtomicLong generations = new AtomicLong();

	/** About the bytes that all sessions hold of what was said and told. */
	private final LongAdder held = new LongAdder();

	private final String generationPrefix;

	private volatile Runnable reliever = () -> {
	};

	private volatile boolean draining;

	private volatile Runnable whenIdle = () -> {
	};

	private volatile Runnable whenNoStreams = () -> {
	};

	private volatile Runnable whenNoHandlers = () -> {
	};

	Engine(RouteTable routes, EngineSettings settings, EngineSchedulers schedulers, FrameEncoder encoder,
			Policies policies, List<InterruptionRule> rules, List<EngineListener> listeners,
			Surroundings surroundings) {
		this.routes = routes;
		this.settings = settings;
		this.schedulers = schedulers;
		this.encoder = encoder;
		this.policies = policies;
		this.evaluator = new Evaluator(rules);
		routes.routes().forEach((route) -> policies.get(route.policy()));
		this.listeners = List.copyOf(listeners);
		this.surroundings = surroundings;
		this.styles = new AtomicReferenceArray<>(routes.routes().size());
		for (CompiledRoute route : routes.routes()) {
			this.styles.set(route.index(), route.node().style());
		}
		this.generationPrefix = "g" + Long.toString(nanos() / 1_000_000, 36) + "-";
	}

	RouteTable routes() {
		return this.routes;
	}

	EngineSettings settings() {
		return this.settings;
	}

	EngineSchedulers schedulers() {
		return this.schedulers;
	}

	FrameEncoder encoder() {
		return this.encoder;
	}

	Policies policies() {
		return this.policies;
	}

	Evaluator evaluator() {
		return this.evaluator;
	}

	/**
	 * What the code of nodes finds around itself.
	 */
	Surroundings surroundings() {
		return this.surroundings;
	}

	/**
	 * What a log line may show of a failure.
	 */
	Throwable loggable(Throwable failure) {
		return this.settings.logText() ? failure : LoggedFailure.of(failure);
	}

	/**
	 * The arguments of a log line, of which the last may be a failure.
	 */
	@Nullable Object[] loggable(@Nullable Object... arguments) {
		int last = arguments.length - 1;
		if (last >= 0 && arguments[last] instanceof Throwable failure) {
			arguments[last] = loggable(failure);
		}
		return arguments;
	}

	/**
	 * Tells every listener.
	 * @param what what to tell it
	 */
	void tell(Consumer<EngineListener> what) {
		for (EngineListener listener : this.listeners) {
			try {
				what.accept(listener);
			}
			catch (Throwable ex) {
				logger.warn("A listener failed", loggable(ex));
			}
		}
	}

	/**
	 * The time in nanoseconds since the epoch.
	 */
	long nanos() {
		return this.schedulers.timer().now(TimeUnit.NANOSECONDS);
	}

	/**
	 * The time in whole milliseconds since the epoch.
	 */
	long millis() {
		return Math.floorDiv(nanos(), 1_000_000L);
	}

	static Instant instant(long nanos) {
		return Instant.ofEpochMilli(Math.floorDiv(nanos, 1_000_000L));
	}

	/**
	 * An id that is unique in the service, and over its restarts as far as clocks go.
	 */
	String nextGenerationId() {
		return this.generationPrefix + Long.toString(this.generations.incrementAndGet(), 36);
	}

	Style style(CompiledRoute route) {
		return this.styles.get(route.index());
	}

	/**
	 * Remembers how a node turned out to run that did not declare it.
	 */
	void learn(CompiledRoute route, Style style) {
		this.styles.compareAndSet(route.index(), Style.UNDECLARED, style);
	}

	/**
	 * Takes note that a node which was reactive so far is not always: from now on it is
	 * called where it may block.
	 */
	void unlearn(CompiledRoute route) {
		this.styles.set(route.index(), Style.BLOCKING);
	}

	/**
	 * Takes one of the threads that may block.
	 * @param bounded whether to refuse when all are held, instead of queueing for one
	 */
	boolean holdThread(boolean bounded) {
		int held = this.heldThreads.incrementAndGet();
		if (bounded && held > this.settings.blockingThreads()) {
			this.heldThreads.decrementAndGet();
			return false;
		}
		return true;
	}

	void releaseThread() {
		this.heldThreads.decrementAndGet();
	}

	boolean blockingExhausted() {
		return this.heldThreads.get() >= this.settings.blockingThreads();
	}

	void streamOpened() {
		this.openStreams.incrementAndGet();
		tell((listener) -> listener.streams(1));
	}

	void streamClosed() {
		int open = this.openStreams.decrementAndGet();
		tell((listener) -> listener.streams(-1));
		if (open == 0 && this.draining) {
			this.whenNoStreams.run();
		}
	}

	/**
	 * Takes note that a session holds more of what was said and told, or less.
	 */
	void holds(long change) {
		this.held.add(change);
	}

	boolean isLogMemoryFull() {
		return this.held.sum() > this.settings.log().totalBytes();
	}

	void runAdded() {
		this.liveRuns.incrementAndGet();
	}

	void runRemoved() {
		if (this.liveRuns.decrementAndGet() == 0 && this.draining) {
			this.whenIdle.run();
		}
	}

	void whenNoStreams(Runnable action) {
		this.whenNoStreams = action;
		if (this.openStreams.get() == 0) {
			action.run();
		}
	}

	void handlersBegun() {
		this.runningHandlers.incrementAndGet();
	}

	void handlersEnded() {
		if (this.runningHandlers.decrementAndGet() == 0 && this.draining) {
			this.whenNoHandlers.run();
		}
	}

	void whenNoHandlers(Runnable action) {
		this.whenNoHandlers = action;
		if (this.runningHandlers.get() == 0) {
			action.run();
		}
	}

	/**
	 * Takes note of a generation that has outlived its grace.
	 */
	void stuck(Run run) {
		this.stuck.add(run);
		tell((listener) -> listener.stuck(run.route(), 1));
	}

	/**
	 * Takes note that one which was stuck has ended after all.
	 */
	void unstuck(Run run) {
		this.stuck.remove(run);
		tell((listener) -> listener.stuck(run.route(), -1));
	}

	/**
	 * The generations that have outlived their grace.
	 */
	Collection<Run> stuck() {
		return this.stuck;
	}

	void reliever(Runnable reliever) {
		this.reliever = reliever;
	}

	/**
	 * Gives up what is only kept for politeness, if the memory of all logs is used up.
	 * @return whether there is memory now
	 */
	boolean relieve() {
		this.reliever.run();
		return !isLogMemoryFull();
	}

	/**
	 * The bytes that a log may hold: fewer while half of the memory of all is used up, so
	 * that logs give way before anybody is refused.
	 */
	long byteLimit(FrameLog log) {
		boolean scarce = this.held.sum() > this.settings.log().totalBytes() / 2;
		return scarce ? Math.min(LEAN_LOG, log.maxBytes()) : log.maxBytes();
	}

	boolean isDraining() {
		return this.draining;
	}

	void drain(Runnable whenIdle) {
		this.whenIdle = whenIdle;
		this.draining = true;
		if (this.liveRuns.get() == 0) {
			whenIdle.run();
		}
	}

	void resume() {
		this.draining = false;
	}

}
