package dev.edgewise.concurrency;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import dev.edgewise.Frame;
import dev.edgewise.Generation;
import dev.edgewise.InterruptedGenerationException;
import dev.edgewise.LeakWatch;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.SessionClosedException;
import dev.edgewise.ToolPolicy;
import dev.edgewise.ToolPolicy.OnInterruption;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.event.ToolCall;
import dev.edgewise.event.ToolResult;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.interruption.Policies;
import dev.edgewise.route.CompiledRoute;
import dev.edgewise.route.EventTypes;
import dev.edgewise.route.RouteTable;
import dev.edgewise.session.DefaultSessionEngine;
import dev.edgewise.session.EngineListener;
import dev.edgewise.session.EngineSchedulers;
import dev.edgewise.session.EngineSettings;
import dev.edgewise.session.EngineSettings.GenerationBounds;
import dev.edgewise.session.EngineSettings.LogBounds;
import dev.edgewise.session.EngineSettings.SessionBounds;
import dev.edgewise.session.FrameEncoder;
import dev.edgewise.session.Recording.Framed;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tools whose outcome, fence, deadline and session's end come at the same time; then the
 * logs are checked: each call that is there has one outcome.
 */
class ToolsOnRealThreadsTests {

	private static final int SESSIONS = 8;

	private static final int EVENTS = 40;

	private final List<Scheduler> schedulers = new ArrayList<>();

	private final LeakWatch watch = new LeakWatch();

	private final Tally tally = new Tally();

	private final AtomicLong ids = new AtomicLong();

	private final AtomicLong seeds = new AtomicLong();

	/** Interrupts of nodes that had not been fenced, or knew it already. */
	private final AtomicInteger strayInterrupts = new AtomicInteger();

	private final Set<String> undone = ConcurrentHashMap.newKeySet();

	private final AtomicInteger undoneTwice = new AtomicInteger();

	private final List<CompletableFuture<Object>> answers = new ArrayList<>();

	private Scheduler parallel;

	private DefaultSessionEngine engine;

	@BeforeEach
	void open() {
		List<RouteDefinition> routes = List.of(
				Routes.on(UserStoppedSpeaking.class)
					.id("reactive")
					.interruptOn(UserStartedSpeaking.class)
					.stream((event, generation) -> Flux.range(0, 6)
						.flatMap((i) -> answered(generation.tool(call(), work(random()), policy(random()))))
						.map((answer) -> "so "))
					.broadcast(),
				Routes.on(UserStoppedSpeaking.class)
					.id("imperative")
					.interruptOn(UserStartedSpeaking.class)
					.run(this::imperative)
					.broadcast());
		List<CompiledRoute> compiled = new ArrayList<>();
		for (RouteDefinition route : routes) {
			compiled.add(new CompiledRoute(compiled.size(), String.valueOf(route.id()), "test", route.on(),
					route.interruptOn(), null, null, route.overlap(), route.maxConcurrency(), route.handlers(),
					route.node(), route.output()));
		}
		EngineSettings defaults = EngineSettings.defaults(1L << 30);
		SessionBounds session = defaults.session();
		GenerationBounds generation = defaults.generation();
		EngineSettings settings = new EngineSettings(
				new SessionBounds(session.max(), session.idleTimeout(), session.tombstone(), session.maxTombstones(),
						100_000, session.eventIds(), 1_000_000, session.decisions()),
				new LogBounds(1 << 16, 1 << 26, 1 << 28), defaults.conversation(),
				new GenerationBounds(generation.prefetch(), Duration.ofMillis(3), generation.maxDuration(),
						generation.perSession(), generation.queue(), generation.hops(), generation.handlerTimeout()),
				defaults.stream(), 200, false);
		this.parallel = keep(Schedulers.newParallel("test-parallel", 2));
		this.engine = new DefaultSessionEngine(new RouteTable(compiled, new EventTypes(List.of())), settings,
				new EngineSchedulers(keep(Schedulers.newParallel("test-timer", 1)), this.parallel,
						keep(Schedulers.fromExecutorService(Executors.newCachedThreadPool())),
						keep(Schedulers.fromExecutorService(Executors.newCachedThreadPool()))),
				new NameEncoder(), new Policies(List.of()), List.of(), List.of(this.watch, this.tally));
	}

	private Scheduler keep(Scheduler scheduler) {
		this.schedulers.add(scheduler);
		return scheduler;
	}

	@AfterEach
	void close() {
		this.schedulers.forEach(Scheduler::dispose);
	}

	private Random random() {
		return new Random(this.seeds.incrementAndGet());
	}

	private ToolCall call() {
		return new ToolCall("c" + this.ids.incrementAndGet(), "tool", Map.of());
	}

	private ToolPolicy policy(Random random) {
		OnInterruption[] all = OnInterruption.values();
		ToolPolicy policy = new ToolPolicy(all[random.nextInt(all.length)],
				Duration.ofNanos(1 + random.nextInt(4_000_000)), null, null);
		if (random.nextBoolean()) {
			policy = policy.withCompensation((result) -> {
				if (!this.undone.add(result.toolCallId())) {
					this.undoneTwice.incrementAndGet();
				}
			});
		}
		return (random.nextInt(3) == 0) ? policy.withIdempotencyKey("k" + random.nextInt(4)) : policy;
	}

	private Mono<Object> work(Random random) {
		return switch (random.nextInt(5)) {
			case 0 -> Mono.just("at once");
			case 1 -> Mono.error(new IllegalStateException());
			case 2 -> Mono.never();
			default ->
				Mono.<Object>just("done").delayElement(Duration.ofNanos(random.nextInt(4_000_000)), this.parallel);
		};
	}

	private Callable<Object> blockingWork(Random random) {
		return () -> {
			LockSupport.parkNanos(random.nextInt(2_000_000));
			return "done";
		};
	}

	private <T> Mono<T> answered(Mono<T> answer) {
		CompletableFuture<Object> told = new CompletableFuture<>();
		synchronized (this.answers) {
			this.answers.add(told);
		}
		answer.subscribe(told::complete, told::complete);
		return answer;
	}

	private void imperative(UserStoppedSpeaking event, Generation generation) {
		for (int i = 0; i < 6; i++) {
			Random random = random();
			if (Thread.currentThread().isInterrupted() && !generation.isInterrupted()) {
				this.strayInterrupts.incrementAndGet();
			}
			try {
				generation.tool(call(), blockingWork(random), policy(random));
				generation.emit("so ");
			}
			catch (InterruptedGenerationException ex) {
				if (Thread.currentThread().isInterrupted()) {
					this.strayInterrupts.incrementAndGet();
				}
				throw ex;
			}
		}
	}

	@ParameterizedTest(name = "seed {0}")
	@ValueSource(longs = { 1, 2, 3, 4, 5, 6, 7, 8 })
	void eachCallHasOneOutcomeUnderHostileSchedules(long seed) throws Exception {
		this.seeds.set(seed << 20);
		List<CompletableFuture<Void>> work = new ArrayList<>();
		for (int i = 0; i < SESSIONS; i++) {
			String session = "s" + i;
			this.engine.open(session, Map.of()).toFuture().get(10, TimeUnit.SECONDS);
			this.engine.read(session, 0).subscribe();
			Random random = new Random(seed * 1_000 + i);
			work.add(CompletableFuture.runAsync(() -> publish(session, random), (task) -> new Thread(task).start()));
		}
		for (CompletableFuture<Void> each : work) {
			each.get(30, TimeUnit.SECONDS);
		}
		int calls = 0;
		for (int i = 0; i < SESSIONS; i++) {
			this.engine.close("s" + i).toFuture().get(10, TimeUnit.SECONDS);
			calls += check("s" + i);
		}
		assertThat(calls).isPositive();
		assertThat(this.tally.ends).as("outcomes").hasValue(calls);
		synchronized (this.answers) {
			for (CompletableFuture<Object> answer : this.answers) {
				assertThat(answer.get(10, TimeUnit.SECONDS)).isNotNull();
			}
		}
		assertThat(this.undoneTwice).as("undone twice").hasValue(0);
		assertThat(this.strayInterrupts).as("interrupts of those who knew, or had no need to").hasValue(0);
		this.watch.assertNothingIsLeft();
	}

	private void publish(String session, Random random) {
		int closing = random.nextInt(EVENTS * 2);
		for (int i = 0; i < EVENTS; i++) {
			Object event = switch (random.nextInt(8)) {
				case 0, 1, 2, 3 -> new UserStoppedSpeaking();
				case 4 -> new EmergencyStop(null);
				default -> new UserStartedSpeaking();
			};
			try {
				this.engine.publish(session, event).toFuture().join();
			}
			catch (RuntimeException ex) {
				assertThat(ex).hasRootCauseInstanceOf(SessionClosedException.class);
				return;
			}
			if (i == closing) {
				this.engine.close(session).subscribe();
			}
			LockSupport.parkNanos(random.nextInt(3_000_000));
		}
	}

	/**
	 * Checks the whole log of a session.
	 * @return how many calls there are in it
	 */
	private int check(String session) throws Exception {
		List<Frame> frames = this.engine.recording(session)
			.toFuture()
			.get(10, TimeUnit.SECONDS)
			.lines()
			.stream()
			.filter(Framed.class::isInstance)
			.map((line) -> ((Framed) line).frame())
			.toList();
		Map<String, String> open = new HashMap<>();
		int calls = 0;
		for (Frame frame : frames) {
			if (frame.event() instanceof ToolCall call) {
				calls++;
				open.put(call.toolCallId(), String.valueOf(frame.generation()));
			}
			else if (frame.event() instanceof ToolResult result) {
				String generation = open.remove(result.toolCallId());
				assertThat(generation).as("the call before " + result).isNotNull();
				assertThat(frame.generation()).isIn(null, generation);
			}
		}
		assertThat(open).as("calls without an outcome").isEmpty();
		assertThat(frames.get(0).sequence()).isOne();
		assertThat(frames.get(frames.size() - 1).type()).isEqualTo("SessionClosed");
		return calls;
	}

	private static final class Tally implements EngineListener {

		private final AtomicInteger ends = new AtomicInteger();

		@Override
		public void tool(String route, ToolEnd end, Duration elapsed) {
			this.ends.incrementAndGet();
		}

	}

	private static final class NameEncoder implements FrameEncoder {

		@Override
		public byte[] encode(Frame frame) {
			return frame.type().getBytes(StandardCharsets.UTF_8);
		}

		@Override
		public byte[] digest(Object event) {
			return event.toString().getBytes(StandardCharsets.UTF_8);
		}

	}

}
