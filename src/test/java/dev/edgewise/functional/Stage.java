package dev.edgewise.functional;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import dev.edgewise.Decision;
import dev.edgewise.ConversationContext;
import dev.edgewise.Frame;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.Playback;
import dev.edgewise.Receipt;
import dev.edgewise.RouteDefinition;
import dev.edgewise.event.AgentEvent;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.SystemEvent;
import dev.edgewise.event.ToolCall;
import dev.edgewise.event.ToolResult;
import dev.edgewise.event.UserEvent;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.InterruptionRule;
import dev.edgewise.interruption.Policies;
import dev.edgewise.route.CompiledRoute;
import dev.edgewise.route.EventTypes;
import dev.edgewise.route.RouteTable;
import dev.edgewise.session.DefaultSessionEngine;
import dev.edgewise.session.EngineListener;
import dev.edgewise.session.EngineSchedulers;
import dev.edgewise.session.EngineSettings;
import dev.edgewise.session.EngineSettings.ConversationBounds;
import dev.edgewise.session.EngineSettings.GenerationBounds;
import dev.edgewise.session.EngineSettings.LogBounds;
import dev.edgewise.session.EngineSettings.SessionBounds;
import dev.edgewise.session.FrameEncoder;
import dev.edgewise.session.SessionView;
import dev.edgewise.session.Submission;
import dev.edgewise.session.Surroundings;
import dev.edgewise.web.FrameJson;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;
import reactor.test.subscriber.TestSubscriber;

import org.springframework.core.task.VirtualThreadTaskExecutor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An engine with one session on which the laws are played, in virtual time unless said
 * otherwise. Closing it closes the session and checks that nothing is left over.
 */
final class Stage implements AutoCloseable {

	static final String SESSION = "s";

	final VirtualTimeScheduler time = VirtualTimeScheduler.set(VirtualTimeScheduler.create());

	final Spy spy = new Spy();

	final DefaultSessionEngine engine;

	private final List<Scheduler> own = new ArrayList<>();

	private final List<TestSubscriber<Frame>> readers = new ArrayList<>();

	private Stage(Plan plan) {
		Scheduler blocking = plan.realThreads ? threads(plan.virtualThreads) : this.time;
		Scheduler control = plan.realControl ? threads(plan.virtualThreads) : this.time;
		EngineSchedulers schedulers = new EngineSchedulers(this.time, this.time, blocking, control);
		FrameEncoder encoder = plan.json ? new FrameJson(null) : new PlainEncoder();
		this.engine = new DefaultSessionEngine(table(plan.routes, plan.initialAgent), plan.settings, schedulers,
				encoder, new Policies(plan.policies), plan.rules, List.of(this.spy), plan.surroundings);
		get(this.engine.open(SESSION, plan.attributes, plan.playback));
	}

	private Scheduler threads(boolean virtual) {
		ThreadFactory factory = virtual ? new VirtualThreadTaskExecutor("stage-").getVirtualThreadFactory()
				: Executors.defaultThreadFactory();
		Scheduler scheduler = Schedulers.fromExecutorService(Executors.newCachedThreadPool(factory));
		this.own.add(scheduler);
		return scheduler;
	}

	static Plan with(RouteDefinition... routes) {
		return new Plan(List.of(routes));
	}

	static Stage of(RouteDefinition... routes) {
		return with(routes).open();
	}

	static RouteTable table(List<RouteDefinition> definitions) {
		return table(definitions, null);
	}

	static RouteTable table(List<RouteDefinition> definitions, @Nullable String initialAgent) {
		List<CompiledRoute> routes = new ArrayList<>();
		Set<Class<?>> types = new LinkedHashSet<>();
		Stream.of(UserEvent.class, AgentEvent.class, SystemEvent.class)
			.forEach((parent) -> types.addAll(List.of(parent.getPermittedSubclasses())));
		for (RouteDefinition definition : definitions) {
			int index = routes.size();
			String id = (definition.id() != null) ? definition.id() : "route" + index;
			CompiledRoute.Filter filter = (definition.filter() instanceof RouteDefinition.Filter.Code code)
					? (event, session) -> code.predicate().test(event) : null;
			CompiledRoute.Condition condition = (definition.condition() instanceof RouteDefinition.Condition.Code code)
					? code.predicate()::test : null;
			routes.add(new CompiledRoute(index, id, id, definition.on(), definition.interruptOn(), filter, condition,
					definition.overlap(), definition.maxConcurrency(), definition.handlers(), definition.node(),
					definition.output(), null, null, definition.policy(), definition.interruptible(),
					definition.agent()));
		}
		return new RouteTable(routes, new EventTypes(types), initialAgent);
	}

	Receipt publish(Object event) {
		return get(this.engine.publish(SESSION, event));
	}

	Receipt publish(Object event, @Nullable String id, @Nullable String generation) {
		return get(this.engine.publish(SESSION, event, id, generation));
	}

	List<Receipt> publishAll(Object... events) {
		return get(this.engine.publishAll(SESSION,
				Stream.of(events).map((event) -> new Submission(event, null, null)).toList()));
	}

	TestSubscriber<Frame> read(long after) {
		return read(after, Long.MAX_VALUE);
	}

	TestSubscriber<Frame> read(long after, long demand) {
		TestSubscriber<Frame> reader = TestSubscriber.builder().initialRequest(demand).build();
		this.engine.read(SESSION, after).subscribe(reader);
		this.readers.add(reader);
		return reader;
	}

	void advance(Duration duration) {
		this.time.advanceTimeBy(duration);
	}

	void advanceMillis(long millis) {
		advance(Duration.ofMillis(millis));
	}

	SessionView view() {
		return get(this.engine.view(SESSION));
	}

	ConversationContext conversation() {
		return get(this.engine.conversation(SESSION));
	}

	List<String> said() {
		return conversation().messages()
			.stream()
			.map((message) -> message.role() + (message.interrupted() ? "!" : "") + ":" + message.text())
			.toList();
	}

	static <T> T get(Mono<T> mono) {
		try {
			return mono.toFuture().get(10, TimeUnit.SECONDS);
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof RuntimeException cause) {
				throw cause;
			}
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException | TimeoutException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Waits, with real threads, for what another thread will do.
	 */
	static <T> T await(CompletableFuture<T> future) {
		try {
			return future.get(10, TimeUnit.SECONDS);
		}
		catch (InterruptedException | ExecutionException | TimeoutException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * The log as short words: {@code UserStoppedSpeaking}, {@code +1} started, {@code =1}
	 * complete, {@code !1} interrupted, {@code x1} failed, {@code 1:text} for items,
	 * {@code 1:c()} and {@code 1:c=result} or {@code 1:c!error} for tools.
	 */
	static List<String> tale(List<Frame> frames) {
		List<String> generations = new ArrayList<>();
		List<String> tale = new ArrayList<>();
		for (Frame frame : frames) {
			String who = "";
			if (frame.generation() != null) {
				if (!generations.contains(frame.generation())) {
					generations.add(frame.generation());
				}
				who = String.valueOf(generations.indexOf(frame.generation()) + 1);
			}
			tale.add(switch (frame.type()) {
				case "AgentGenerationStarted" -> "+" + who;
				case "AgentGenerationComplete" -> "=" + who;
				case "AgentGenerationInterrupted" -> "!" + who;
				case "AgentGenerationFailed" -> "x" + who;
				case "AgentGenerationPaused" -> "~" + who;
				case "AgentGenerationResumed" -> "^" + who;
				case "AgentResponse" -> who + ":" + ((AgentResponse) frame.event()).content();
				case "ToolCall" -> who + ":" + ((ToolCall) frame.event()).toolCallId() + "()";
				case "ToolResult" -> who + ":" + told((ToolResult) frame.event());
				default -> who.isEmpty() ? frame.type() : who + ":" + frame.type();
			});
		}
		return tale;
	}

	private static String told(ToolResult result) {
		return result.toolCallId() + ((result.error() != null) ? "!" + result.error() : "=" + result.result());
	}

	static List<String> tale(TestSubscriber<Frame> reader) {
		return tale(reader.getReceivedOnNext());
	}

	/**
	 * Waits, with real threads, until so many generations are stuck.
	 */
	void awaitStuck(int count) {
		until(() -> this.spy.stuck.get() == count);
	}

	void awaitHandled(AtomicInteger handled, int count) {
		until(() -> handled.get() == count);
	}

	/**
	 * Waits, with real threads, until something holds.
	 */
	static void until(BooleanSupplier condition) {
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
		while (!condition.getAsBoolean()) {
			assertThat(System.nanoTime()).as("time to wait").isLessThan(deadline);
			Thread.onSpinWait();
		}
	}

	@Override
	public void close() {
		try {
			CompletableFuture<Void> closed = this.engine.close(SESSION).toFuture();
			if (this.own.isEmpty()) {
				advance(Duration.ofSeconds(1));
			}
			Stage.await(closed);
			advance(Duration.ofSeconds(1));
			this.readers.forEach(TestSubscriber::cancel);
			if (!this.own.isEmpty()) {
				until(() -> this.spy.streams.get() == 0 && this.spy.stuck.get() == 0);
			}
			assertThat(this.spy.live).as("live generations").hasValue(0);
			assertThat(this.spy.streams).as("open streams").hasValue(0);
			assertThat(this.spy.sessions).as("open sessions").hasValue(0);
			assertThat(this.spy.stuck).as("stuck generations").hasValue(0);
		}
		finally {
			this.own.forEach(Scheduler::dispose);
			VirtualTimeScheduler.reset();
		}
	}

	/**
	 * What a stage is set up with.
	 */
	static final class Plan {

		private final List<RouteDefinition> routes;

		private EngineSettings settings = EngineSettings.defaults(1L << 30);

		private List<InterruptionPolicy> policies = List.of();

		private List<InterruptionRule> rules = List.of();

		private boolean realThreads;

		private boolean realControl;

		private boolean virtualThreads;

		private boolean json;

		private @Nullable String initialAgent;

		private Playback playback = Playback.ASSUMED;

		private Map<String, Object> attributes = Map.of();

		private Surroundings surroundings = Surroundings.NONE;

		private Plan(List<RouteDefinition> routes) {
			this.routes = routes;
		}

		Plan policies(InterruptionPolicy... policies) {
			this.policies = List.of(policies);
			return this;
		}

		Plan rules(InterruptionRule... rules) {
			this.rules = List.of(rules);
			return this;
		}

		/**
		 * Nothing counts as heard that is not acknowledged.
		 */
		Plan acknowledged() {
			this.playback = Playback.ACKNOWLEDGED;
			return this;
		}

		Plan attributes(Map<String, Object> attributes) {
			this.attributes = attributes;
			return this;
		}

		Plan surroundings(Surroundings surroundings) {
			this.surroundings = surroundings;
			return this;
		}

		/**
		 * Log lines may hold what somebody said.
		 */
		Plan logText() {
			EngineSettings s = this.settings;
			this.settings = new EngineSettings(s.session(), s.log(), s.conversation(), s.generation(), s.stream(),
					s.blockingThreads(), s.exposeErrorMessages(), true);
			return this;
		}

		Plan heardNote() {
			EngineSettings s = this.settings;
			ConversationBounds c = s.conversation();
			this.settings = new EngineSettings(s.session(), s.log(),
					new ConversationBounds(c.messages(), c.characters(), c.charactersPerSecond(), true), s.generation(),
					s.stream(), s.blockingThreads(), s.exposeErrorMessages());
			return this;
		}

		Plan initialAgent(String agent) {
			this.initialAgent = agent;
			return this;
		}

		Plan json() {
			this.json = true;
			return this;
		}

		Plan realThreads() {
			this.realThreads = true;
			return this;
		}

		Plan virtualThreads() {
			this.virtualThreads = true;
			return realThreads().realControl();
		}

		Plan realControl() {
			this.realControl = true;
			return this;
		}

		Plan session(UnaryOperator<SessionBounds> change) {
			EngineSettings s = this.settings;
			this.settings = new EngineSettings(change.apply(s.session()), s.log(), s.conversation(), s.generation(),
					s.stream(), s.blockingThreads(), s.exposeErrorMessages());
			return this;
		}

		Plan log(int frames, long bytes, long total) {
			EngineSettings s = this.settings;
			this.settings = new EngineSettings(s.session(), new LogBounds(frames, bytes, total), s.conversation(),
					s.generation(), s.stream(), s.blockingThreads(), s.exposeErrorMessages());
			return this;
		}

		Plan generation(UnaryOperator<GenerationBounds> change) {
			EngineSettings s = this.settings;
			this.settings = new EngineSettings(s.session(), s.log(), s.conversation(), change.apply(s.generation()),
					s.stream(), s.blockingThreads(), s.exposeErrorMessages());
			return this;
		}

		Plan blockingThreads(int threads) {
			EngineSettings s = this.settings;
			this.settings = new EngineSettings(s.session(), s.log(), s.conversation(), s.generation(), s.stream(),
					threads, s.exposeErrorMessages());
			return this;
		}

		Stage open() {
			return new Stage(this);
		}

	}

	/**
	 * Remembers what listeners are told.
	 */
	static final class Spy implements EngineListener {

		final AtomicInteger live = new AtomicInteger();

		final AtomicInteger streams = new AtomicInteger();

		final AtomicInteger sessions = new AtomicInteger();

		final AtomicInteger stuck = new AtomicInteger();

		final AtomicInteger discarded = new AtomicInteger();

		final AtomicInteger gaps = new AtomicInteger();

		final AtomicInteger handlerFailures = new AtomicInteger();

		final AtomicInteger conditionFailures = new AtomicInteger();

		final List<ToolEnd> toolEnds = new CopyOnWriteArrayList<>();

		final AtomicInteger toolsLate = new AtomicInteger();

		final AtomicInteger toolsCompensated = new AtomicInteger();

		final AtomicInteger unmatched = new AtomicInteger();

		final List<Reason> fences = new CopyOnWriteArrayList<>();

		final List<Decision> decisions = new CopyOnWriteArrayList<>();

		final List<EventOutcome> events = new CopyOnWriteArrayList<>();

		final List<GenerationOutcome> outcomes = new CopyOnWriteArrayList<>();

		final List<Duration> silences = new CopyOnWriteArrayList<>();

		final List<Duration> cleanups = new CopyOnWriteArrayList<>();

		volatile boolean rude;

		@Override
		public void sessions(int change) {
			this.sessions.addAndGet(change);
		}

		@Override
		public void streams(int change) {
			this.streams.addAndGet(change);
		}

		@Override
		public void speechUnmatched() {
			this.unmatched.incrementAndGet();
		}

		@Override
		public void gap() {
			this.gaps.incrementAndGet();
		}

		@Override
		public void event(String type, EventOutcome outcome) {
			this.events.add(outcome);
		}

		@Override
		public void started(String route) {
			this.live.incrementAndGet();
		}

		@Override
		public void ended(String route, GenerationOutcome outcome, Duration elapsed) {
			this.live.decrementAndGet();
			this.outcomes.add(outcome);
		}

		@Override
		public void decided(Decision decision) {
			this.decisions.add(decision);
		}

		@Override
		public void fenced(String session, String generation, String route, Reason reason, @Nullable String cause,
				Duration latency) {
			this.fences.add(reason);
			if (this.rude) {
				throw new AssertionError("listener");
			}
		}

		@Override
		public void silent(String route, Duration latency) {
			this.silences.add(latency);
		}

		@Override
		public void cleanedUp(String route, Duration latency) {
			this.cleanups.add(latency);
		}

		@Override
		public void discarded(String route, int items) {
			this.discarded.addAndGet(items);
		}

		@Override
		public void stuck(String route, int change) {
			this.stuck.addAndGet(change);
		}

		@Override
		public void handlerFailed(String route) {
			this.handlerFailures.incrementAndGet();
		}

		@Override
		public void conditionFailed(String route) {
			this.conditionFailures.incrementAndGet();
		}

		@Override
		public void tool(String route, ToolEnd end, Duration elapsed) {
			this.toolEnds.add(end);
		}

		@Override
		public void toolLate(String route) {
			this.toolsLate.incrementAndGet();
		}

		@Override
		public void toolCompensated(String route) {
			this.toolsCompensated.incrementAndGet();
		}

	}

	private static final class PlainEncoder implements FrameEncoder {

		@Override
		public byte[] encode(Frame frame) {
			if (frame.event() instanceof Number) {
				throw new IllegalArgumentException("a number is no JSON object");
			}
			return frame.toString().getBytes(StandardCharsets.UTF_8);
		}

		@Override
		public byte[] digest(Object event) {
			try {
				return MessageDigest.getInstance("SHA-256").digest(event.toString().getBytes(StandardCharsets.UTF_8));
			}
			catch (NoSuchAlgorithmException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
