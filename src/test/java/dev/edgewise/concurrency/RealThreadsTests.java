package dev.edgewise.concurrency;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import dev.edgewise.Frame;
import dev.edgewise.Generation;
import dev.edgewise.Interruption;
import dev.edgewise.LeakWatch;
import dev.edgewise.Overlap;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.event.AgentGenerationComplete;
import dev.edgewise.event.AgentGenerationFailed;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.AgentGenerationStarted;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.CustomReceived;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.StreamGap;
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
import dev.edgewise.session.LogReader;
import dev.edgewise.session.LogReader.Taken;
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
 * Many sessions on real threads, hit from several sides at once; then their logs are
 * checked against the laws.
 */
class RealThreadsTests {

	private static final int SESSIONS = 24;

	private static final int EVENTS = 120;

	private final List<Scheduler> schedulers = new ArrayList<>();

	private final LeakWatch watch = new LeakWatch();

	private final AtomicInteger handled = new AtomicInteger();

	private final AtomicInteger fences = new AtomicInteger();

	private final Map<String, Interruption> interruptions = new ConcurrentHashMap<>();

	private DefaultSessionEngine engine;

	@BeforeEach
	void open() {
		List<RouteDefinition> routes = List.of(
				turn("burst", Overlap.REPLACE).stream((event) -> Flux.range(1, 300).map((i) -> i + " ")).broadcast(),
				turn("paced", Overlap.QUEUE)
					.stream((event) -> Flux.range(1, 20).map((i) -> i + " ").delayElements(Duration.ofMillis(1)))
					.broadcast(),
				turn("blocking", Overlap.PARALLEL).maxConcurrency(2).run((event, generation) -> {
					for (int i = 1; i <= 50; i++) {
						generation.emit(i + " ");
					}
				}).broadcast(),
				turn("stream", Overlap.IGNORE)
					.stream((event) -> Stream.iterate(1, (i) -> i + 1).limit(80).map((i) -> i + " "))
					.broadcast(),
				Routes.on(AgentGenerationComplete.class)
					.id("chained")
					.interruptOn(DTMFInput.class)
					.filter((event) -> true)
					.stream((AgentGenerationComplete event, Generation generation) -> Mono
						.just(generation.cause().sequence() + " "))
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
				new LogBounds(256, 1 << 20, 1 << 28), defaults.conversation(),
				new GenerationBounds(generation.prefetch(), Duration.ofSeconds(20), generation.maxDuration(),
						generation.perSession(), generation.queue(), generation.hops(), generation.handlerTimeout()),
				defaults.stream(), 200, false);
		this.engine = new DefaultSessionEngine(new RouteTable(compiled, new EventTypes(List.of())), settings,
				new EngineSchedulers(keep(Schedulers.newParallel("test-timer", 1)),
						keep(Schedulers.newParallel("test-parallel", 2)),
						keep(Schedulers.fromExecutorService(Executors.newCachedThreadPool())),
						keep(Schedulers.fromExecutorService(Executors.newCachedThreadPool()))),
				new NameEncoder(), new Policies(List.of()), List.of(), List.of(this.watch, new Fences()));
	}

	private Routes.Trigger<UserStoppedSpeaking> turn(String id, Overlap overlap) {
		return Routes.on(UserStoppedSpeaking.class)
			.id(id)
			.overlap(overlap)
			.interruptOn(UserStartedSpeaking.class)
			.onInterrupt((interruption) -> {
				this.handled.incrementAndGet();
				this.interruptions.put(interruption.generation(), interruption);
			});
	}

	private Scheduler keep(Scheduler scheduler) {
		this.schedulers.add(scheduler);
		return scheduler;
	}

	@AfterEach
	void close() {
		this.schedulers.forEach(Scheduler::dispose);
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4, 5, 6 })
	void theLawsHoldUnderHostileSchedules(long seed) throws Exception {
		List<CompletableFuture<Void>> work = new ArrayList<>();
		List<Reading> readings = new ArrayList<>();
		for (int i = 0; i < SESSIONS; i++) {
			String session = "s" + i;
			this.engine.open(session, Map.of()).toFuture().get(10, TimeUnit.SECONDS);
			readings.add(new Reading(this.engine.reader(session, 0), new Random(seed * 31 + i)));
			if (i % 2 == 0) {
				readings.add(new Reading(this.engine.reader(session, 0), new Random(seed * 37 + i)));
			}
			for (int publisher = 0; publisher < 2; publisher++) {
				Random random = new Random(seed * 1_000 + i * 10 + publisher);
				work.add(CompletableFuture.runAsync(() -> publish(session, random), task -> new Thread(task).start()));
			}
		}
		readings.forEach((reading) -> work.add(CompletableFuture.runAsync(reading, task -> new Thread(task).start())));
		for (CompletableFuture<Void> each : work.subList(0, SESSIONS * 2)) {
			each.get(60, TimeUnit.SECONDS);
		}
		for (int i = 0; i < SESSIONS; i++) {
			this.engine.close("s" + i).toFuture().get(10, TimeUnit.SECONDS);
		}
		for (CompletableFuture<Void> each : work) {
			each.get(60, TimeUnit.SECONDS);
		}
		readings.forEach(Reading::check);
		this.watch.assertNothingIsLeft();
		assertThat(this.fences.get()).isPositive();
		for (Reading reading : readings) {
			reading.said.forEach((generation, text) -> {
				Interruption interruption = this.interruptions.get(generation);
				if (interruption != null && !reading.gap) {
					assertThat(interruption.delivered()).as(generation).startsWith(text.toString());
					assertThat(interruption.generated()).startsWith(interruption.delivered());
				}
			});
		}
	}

	private void publish(String session, Random random) {
		for (int i = 0; i < EVENTS; i++) {
			Object event = switch (random.nextInt(10)) {
				case 0, 1, 2 -> new UserStoppedSpeaking();
				case 3, 4 -> new UserStartedSpeaking();
				case 5 -> new DTMFInput("1");
				default -> new CustomReceived(Map.of());
			};
			this.engine.publish(session, event).toFuture().join();
			if (random.nextInt(4) == 0) {
				Thread.yield();
			}
		}
	}

	/**
	 * A reader with moods, on a thread of its own.
	 */
	private static final class Reading implements Runnable {

		private final LogReader reader;

		private final Random random;

		private final List<Frame> frames = new ArrayList<>();

		private final Map<String, StringBuilder> said = new HashMap<>();

		private boolean gap;

		Reading(LogReader reader, Random random) {
			this.reader = reader;
			this.random = random;
		}

		@Override
		public void run() {
			while (!this.reader.isComplete()) {
				Taken taken = this.reader.take();
				if (taken == null) {
					this.reader.flush();
					Thread.yield();
					continue;
				}
				this.frames.add(taken.frame());
				if (taken.frame().event() instanceof AgentResponse response) {
					this.said.computeIfAbsent(String.valueOf(taken.frame().generation()), (id) -> new StringBuilder())
						.append(response.content());
				}
				this.gap |= taken.frame().event() instanceof StreamGap;
				if (this.random.nextInt(8) == 0) {
					this.reader.flush();
				}
			}
			this.reader.close();
		}

		void check() {
			long last = 0;
			Set<String> started = new HashSet<>();
			Set<String> over = new HashSet<>();
			Map<String, Integer> counts = new HashMap<>();
			for (Frame frame : this.frames) {
				assertThat(frame.sequence()).isGreaterThan(last);
				last = frame.sequence();
				String generation = frame.generation();
				if (generation == null) {
					continue;
				}
				assertThat(over).as("frames after the last one").doesNotContain(generation);
				if (frame.event() instanceof AgentGenerationStarted) {
					assertThat(started.add(generation)).isTrue();
				}
				else if (frame.event() instanceof AgentGenerationComplete
						|| frame.event() instanceof AgentGenerationInterrupted
						|| frame.event() instanceof AgentGenerationFailed) {
					over.add(generation);
				}
				if (!this.gap && frame.event() instanceof AgentResponse response && !"chained".equals(frame.route())) {
					int expected = counts.merge(generation, 1, Integer::sum);
					assertThat(response.content()).as("item of " + generation).isEqualTo(expected + " ");
				}
			}
			if (!this.gap) {
				assertThat(over).containsAll(started);
			}
			assertThat(this.frames.get(this.frames.size() - 1).type()).isEqualTo("SessionClosed");
		}

	}

	private final class Fences implements EngineListener {

		@Override
		public void ended(String route, GenerationOutcome outcome, Duration elapsed) {
			if (outcome == GenerationOutcome.INTERRUPTED) {
				RealThreadsTests.this.fences.incrementAndGet();
			}
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
