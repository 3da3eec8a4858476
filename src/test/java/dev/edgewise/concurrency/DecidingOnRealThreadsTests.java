package dev.edgewise.concurrency;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.edgewise.Decision;
import dev.edgewise.Decision.Verdict;
import dev.edgewise.EventRefusedException;
import dev.edgewise.Frame;
import dev.edgewise.Generation;
import dev.edgewise.InterruptCommand;
import dev.edgewise.Interruption;
import dev.edgewise.LeakWatch;
import dev.edgewise.Overlap;
import dev.edgewise.Protection;
import dev.edgewise.Receipt;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.SessionClosedException;
import dev.edgewise.UnknownGenerationException;
import dev.edgewise.event.AgentGenerationComplete;
import dev.edgewise.event.AgentGenerationFailed;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.AgentGenerationPaused;
import dev.edgewise.event.AgentGenerationProtected;
import dev.edgewise.event.AgentGenerationResumed;
import dev.edgewise.event.AgentGenerationStarted;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.event.StreamGap;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.InterruptionPolicy.WhileProtected;
import dev.edgewise.interruption.Policies;
import dev.edgewise.route.CompiledRoute;
import dev.edgewise.route.EventTypes;
import dev.edgewise.route.RouteTable;
import dev.edgewise.session.DefaultSessionEngine;
import dev.edgewise.session.EngineSchedulers;
import dev.edgewise.session.EngineSettings;
import dev.edgewise.session.EngineSettings.GenerationBounds;
import dev.edgewise.session.EngineSettings.LogBounds;
import dev.edgewise.session.EngineSettings.SessionBounds;
import dev.edgewise.session.FrameEncoder;
import dev.edgewise.session.LogReader;
import dev.edgewise.session.LogReader.Taken;
import dev.edgewise.session.SessionView.GenerationView;
import dev.edgewise.session.Submission;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Sessions whose generations are paused, protected, resumed and cut off on real threads
 * while several streams of different speed read them; then what the streams got is
 * checked.
 */
class DecidingOnRealThreadsTests {

	private static final int SESSIONS = 12;

	private static final int EVENTS = 200;

	/** How many items each route's node produces. */
	private static final Map<String, Integer> ITEMS = Map.of("burst", 400, "guarded", 60, "blocking", 40, "iterated",
			80, "failing", 30, "witness", 3);

	private static final List<String> SAYINGS = List.of("", "uh-huh", "well", "well I think", "please stop",
			"uh-huh yes");

	private static final InterruptionPolicy HASTY = InterruptionPolicy.builder("hasty")
		.minWords(2)
		.stopPhrases("stop")
		.backchannels("uh-huh")
		.decideWithin(Duration.ofMillis(4))
		.transcriptWait(Duration.ofMillis(2))
		.build();

	private static final InterruptionPolicy WARY = InterruptionPolicy.builder("wary")
		.minSpeech(Duration.ofMillis(2))
		.minConfidence(0.5)
		.flapping(5, Duration.ofMillis(20))
		.decideWithin(Duration.ofMillis(8))
		.transcriptWait(Duration.ofMillis(3))
		.whileProtected(WhileProtected.REPORT)
		.build();

	private static final List<String> POLICIES = Arrays.asList("hasty", "wary", InterruptionPolicy.IMMEDIATE_NAME,
			null);

	/** After which nothing is slow any more, but stuck. */
	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final List<Scheduler> schedulers = new ArrayList<>();

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final LeakWatch watch = new LeakWatch();

	private final AtomicInteger handled = new AtomicInteger();

	private final Map<String, Interruption> interruptions = new ConcurrentHashMap<>();

	private final Queue<Standstill> standstills = new ConcurrentLinkedQueue<>();

	private DefaultSessionEngine engine;

	private void open(int frames) {
		List<RouteDefinition> routes = List.of(
				turn("burst", Overlap.REPLACE, "hasty").stream((event) -> words("burst")).broadcast(),
				turn("guarded", Overlap.QUEUE, "hasty")
					.stream((event, generation) -> words("guarded").doOnNext(new Sections(generation)))
					.broadcast(),
				turn("blocking", Overlap.PARALLEL, "wary").maxConcurrency(2).run((event, generation) -> {
					for (int i = 1; i <= ITEMS.get("blocking"); i++) {
						if (i % 10 == 0) {
							try (Protection section = generation.protect()) {
								generation.emit(i + " ");
							}
						}
						else {
							generation.emit(i + " ");
						}
					}
				}).broadcast(),
				turn("iterated", Overlap.IGNORE, "wary")
					.stream((event) -> IntStream.rangeClosed(1, ITEMS.get("iterated")).mapToObj((i) -> i + " "))
					.broadcast(),
				turn("failing", Overlap.REPLACE, "hasty")
					.stream((event) -> words("failing").concatWith(Flux.error(new OnPurpose())))
					.broadcast(),
				Routes.on(AgentGenerationPaused.class, AgentGenerationResumed.class)
					.id("witness")
					.overlap(Overlap.REPLACE)
					.policy("hasty")
					.interruptOn(UserStartedSpeaking.class)
					.onInterrupt(this::handle)
					.stream((event) -> words("witness"))
					.broadcast());
		List<CompiledRoute> compiled = new ArrayList<>();
		for (RouteDefinition route : routes) {
			compiled.add(new CompiledRoute(compiled.size(), String.valueOf(route.id()), "test", route.on(),
					route.interruptOn(), null, null, route.overlap(), route.maxConcurrency(), route.handlers(),
					route.node(), route.output(), null, null, route.policy(), true));
		}
		EngineSettings defaults = EngineSettings.defaults(1L << 30);
		SessionBounds session = defaults.session();
		GenerationBounds generation = defaults.generation();
		EngineSettings settings = new EngineSettings(
				new SessionBounds(session.max(), session.idleTimeout(), session.tombstone(), session.maxTombstones(),
						100_000, session.eventIds(), 1_000_000, 100_000),
				new LogBounds(frames, 1 << 22, 1 << 28), defaults.conversation(),
				new GenerationBounds(generation.prefetch(), PATIENCE, generation.maxDuration(), generation.perSession(),
						generation.queue(), generation.hops(), PATIENCE),
				defaults.stream(), 200, false);
		this.engine = new DefaultSessionEngine(new RouteTable(compiled, new EventTypes(List.of())), settings,
				new EngineSchedulers(keep(Schedulers.newParallel("test-timer", 1)),
						keep(Schedulers.newParallel("test-parallel", 2)),
						keep(Schedulers.fromExecutorService(Executors.newCachedThreadPool())),
						keep(Schedulers.fromExecutorService(Executors.newCachedThreadPool()))),
				new NameEncoder(), new Policies(List.of(HASTY, WARY)), List.of(), List.of(this.watch));
	}

	private static Flux<String> words(String route) {
		return Flux.range(1, ITEMS.get(route)).map((i) -> i + " ");
	}

	private static String text(int items) {
		return IntStream.rangeClosed(1, items).mapToObj((i) -> i + " ").collect(Collectors.joining());
	}

	private Routes.Trigger<UserStoppedSpeaking> turn(String id, Overlap overlap, String policy) {
		return Routes.on(UserStoppedSpeaking.class)
			.id(id)
			.overlap(overlap)
			.policy(policy)
			.interruptOn(UserStartedSpeaking.class, DTMFInput.class)
			.onInterrupt(this::handle);
	}

	private void handle(Interruption interruption) {
		this.handled.incrementAndGet();
		this.interruptions.put(interruption.generation(), interruption);
	}

	private Scheduler keep(Scheduler scheduler) {
		this.schedulers.add(scheduler);
		return scheduler;
	}

	@AfterEach
	void close() {
		this.schedulers.forEach(Scheduler::dispose);
		this.threads.shutdownNow();
	}

	@ParameterizedTest
	@CsvSource({ "1, 65536", "2, 512", "3, 65536" })
	void whatIsPausedStandsStillAndThenGoesOnOrIsCutOffButNeverBoth(long seed, int frames) throws Exception {
		open(frames);
		List<Reading> readings = new ArrayList<>();
		List<CompletableFuture<Void>> reading = new ArrayList<>();
		List<CompletableFuture<Void>> publishing = new ArrayList<>();
		for (int i = 0; i < SESSIONS; i++) {
			String session = "s" + i;
			get(this.engine.open(session, Map.of()));
			List<Reading> streams = new ArrayList<>();
			for (Mood mood : Mood.values()) {
				streams.add(new Reading(session, mood, new Random(seed * 31 + i * 3 + mood.ordinal())));
			}
			streams.forEach((each) -> reading.add(run(each)));
			readings.addAll(streams);
			for (int publisher = 0; publisher < 2; publisher++) {
				Random random = new Random(seed * 1_000 + i * 10 + publisher);
				publishing.add(run(() -> publish(session, random, streams)));
			}
		}
		await(publishing);
		for (int i = 0; i < SESSIONS; i += 2) {
			get(this.engine.close("s" + i));
		}
		awaitSilence();
		for (int i = 1; i < SESSIONS; i += 2) {
			get(this.engine.close("s" + i));
		}
		await(reading);
		this.watch.assertNothingIsLeft();
		readings.forEach(Reading::check);
		checkInterruptions(readings);
		checkStandstills();
		Map<Class<?>, Long> counts = readings.stream()
			.flatMap((each) -> each.frames.stream())
			.collect(Collectors.groupingBy((frame) -> frame.event().getClass(), Collectors.counting()));
		assertThat(counts).containsKeys(AgentGenerationPaused.class, AgentGenerationResumed.class,
				AgentGenerationInterrupted.class, AgentGenerationComplete.class, AgentGenerationFailed.class,
				AgentGenerationProtected.class);
		assertThat(readings).as("streams that saw a generation cut off that stood still")
			.anyMatch((each) -> each.cutWhileStill > 0);
	}

	private CompletableFuture<Void> run(Runnable task) {
		return CompletableFuture.runAsync(task, this.threads);
	}

	private static void await(List<CompletableFuture<Void>> tasks) throws Exception {
		CompletableFuture.allOf(tasks.toArray(CompletableFuture[]::new)).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
	}

	private static <T> T get(Mono<T> answer) {
		return answer.block(PATIENCE);
	}

	/**
	 * Waits until nothing runs in the sessions that are open: whatever stands still must
	 * have come to a decision by itself.
	 */
	private void awaitSilence() {
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		List<GenerationView> left = List.of();
		do {
			assertThat(System.nanoTime()).as(left::toString).isLessThan(deadline);
			Thread.yield();
			left = (this.watch.generations() > 0) ? left
					: IntStream.range(0, SESSIONS / 2)
						.mapToObj((i) -> get(this.engine.view("s" + (2 * i + 1))))
						.flatMap((view) -> view.generations().stream())
						.toList();
		}
		while (this.watch.generations() > 0 || !left.isEmpty());
	}

	private void publish(String session, Random random, List<Reading> streams) {
		Reading heeded = streams.get(0);
		for (int i = 0; i < EVENTS; i++) {
			String speaker = random.nextBoolean() ? "caller" : null;
			String last = heeded.lastHeard;
			switch (random.nextInt(24)) {
				case 0, 1, 2, 3, 4 ->
					note(get(this.engine.publish(session, new UserStoppedSpeaking(speaker))), session, streams);
				case 5, 6, 7, 8 ->
					note(get(this.engine.publish(session, new UserStartedSpeaking(speaker))), session, streams);
				case 9, 10, 11, 12, 13 ->
					note(get(this.engine.publish(session, transcript(random, speaker))), session, streams);
				case 14 -> get(this.engine.publish(session, new DTMFInput("1")));
				case 15 -> get(this.engine.publishAll(session,
						List.of(new Submission(new UserStartedSpeaking(speaker), null, last, true))));
				case 16 -> get(this.engine
					.interrupt(session, new InterruptCommand(last, null, random.nextBoolean(), null), null)
					// It may have been forgotten by now.
					.onErrorComplete(UnknownGenerationException.class));
				case 17 -> get(this.engine.policy(session, POLICIES.get(random.nextInt(POLICIES.size()))));
				case 18 -> {
					if (random.nextInt(4) == 0) {
						get(this.engine.publish(session, new EmergencyStop(null)));
					}
				}
				default -> heeded.awaitProgress(1 + random.nextInt(200));
			}
		}
	}

	private void note(Receipt receipt, String session, List<Reading> streams) {
		for (String generation : receipt.paused()) {
			Map<Reading, Integer> taken = new HashMap<>();
			streams.forEach((each) -> taken.put(each, each.taken.getOrDefault(generation, 0)));
			this.standstills.add(new Standstill(session, generation, receipt.sequence(), taken));
		}
	}

	private static UserTranscriptionReceived transcript(Random random, String speaker) {
		return new UserTranscriptionReceived(SAYINGS.get(random.nextInt(SAYINGS.size())), random.nextInt(3) > 0,
				random.nextBoolean() ? random.nextDouble() : null, speaker);
	}

	/**
	 * Each generation that streams saw interrupted had its handler called once, with what
	 * the frame says, and with what was delivered: neither more nor less than the stream
	 * got that got the most.
	 */
	private void checkInterruptions(List<Reading> readings) {
		assertThat(this.handled.get()).as("calls of handlers").isEqualTo(this.interruptions.size());
		Map<String, List<Reading>> sessions = readings.stream().collect(Collectors.groupingBy((each) -> each.session));
		Set<String> seen = new HashSet<>();
		sessions.forEach((session, streams) -> {
			boolean whole = streams.stream().noneMatch((each) -> each.lastLost > 0);
			Map<String, Integer> most = new HashMap<>();
			for (Reading stream : streams) {
				stream.heard.forEach((generation, heard) -> {
					Interruption interruption = this.interruptions.get(generation);
					if (heard.interrupted != null) {
						seen.add(generation);
						most.merge(generation, heard.items, Math::max);
						heard.checkAgainst(generation, interruption);
					}
					else if (heard.over) {
						assertThat(interruption).as("interruption of " + generation).isNull();
					}
				});
			}
			if (whole) {
				most.forEach((generation, items) -> {
					Interruption interruption = this.interruptions.get(generation);
					if (interruption != null) {
						assertThat(interruption.delivered()).as(generation).isEqualTo(text(items));
					}
				});
				assertThat(this.interruptions.keySet().stream().filter(most::containsKey)).isNotEmpty();
			}
		});
		assertThat(this.interruptions.keySet()).isNotEmpty();
		if (readings.stream().allMatch((each) -> each.lastLost == 0)) {
			assertThat(seen).containsAll(this.interruptions.keySet());
		}
	}

	/**
	 * What had not gone on when it was cut off was not taken from any more when the pause
	 * had been answered.
	 */
	private void checkStandstills() {
		Map<String, List<Decision>> decisions = new HashMap<>();
		int checked = 0;
		for (Standstill standstill : this.standstills) {
			List<Decision> about = decisions
				.computeIfAbsent(standstill.session(), (id) -> get(this.engine.decisions(id)))
				.stream()
				.filter((decision) -> decision.generation().equals(standstill.generation()))
				.dropWhile((decision) -> decision.sequence() != standstill.sequence()
						|| decision.verdict() != Verdict.PAUSE)
				.toList();
			assertThat(about).isNotEmpty();
			if (about.stream().noneMatch((decision) -> decision.verdict() == Verdict.RESUME)) {
				checked++;
				standstill.taken().forEach((stream, taken) -> {
					// One that comes back gets what others had taken.
					if (stream.mood != Mood.RESTLESS) {
						// One item may have been on its way from the log to the stream.
						assertThat(stream.taken.getOrDefault(standstill.generation(), 0))
							.as(stream.mood + ": items of " + standstill.generation())
							.isBetween(taken, taken + 1);
					}
				});
			}
		}
		assertThat(checked).isPositive();
	}

	/**
	 * What streams had taken of a generation that stood still.
	 *
	 * @param sequence that of the event that it stood still for
	 * @param taken how many items each stream had taken after the answer
	 */
	private record Standstill(String session, String generation, long sequence, Map<Reading, Integer> taken) {
	}

	/**
	 * How a stream reads.
	 */
	private enum Mood {

		/** Takes whatever there is, and sets the pace. */
		EAGER,

		/** Lets others go first at most frames. */
		SLOW,

		/** Goes away now and then, and comes back to where it was. */
		RESTLESS

	}

	/**
	 * A stream on a thread of its own, which waits to be told that there is more.
	 */
	private final class Reading implements Runnable {

		private final String session;

		private final Mood mood;

		private final Random random;

		private final Semaphore news = new Semaphore(0);

		private final Semaphore progress = new Semaphore(0);

		private final List<Frame> frames = new ArrayList<>();

		/** The items that it has taken of each generation. */
		private final Map<String, Integer> taken = new ConcurrentHashMap<>();

		private final Map<String, Heard> heard = new LinkedHashMap<>();

		/** How many frames it had when it came back. */
		private final Set<Integer> returns = new HashSet<>();

		private LogReader reader;

		private volatile String lastHeard;

		private long lastLost;

		private int cutWhileStill;

		Reading(String session, Mood mood, Random random) {
			this.session = session;
			this.mood = mood;
			this.random = random;
			open(0);
		}

		private void open(long after) {
			this.reader = DecidingOnRealThreadsTests.this.engine.reader(this.session, after);
			this.reader.onReady(this.news::release);
		}

		@Override
		public void run() {
			while (!this.reader.isComplete()) {
				Taken taken = this.reader.take();
				if (taken != null) {
					got(taken);
				}
				else if (!this.reader.isComplete()) {
					this.reader.flush();
					awaitNews();
				}
			}
			this.reader.close();
		}

		private void got(Taken taken) {
			this.frames.add(taken.frame());
			if (taken.written() != null) {
				taken.written().run();
			}
			String generation = taken.frame().generation();
			if (generation != null) {
				this.lastHeard = generation;
				if (taken.frame().event() instanceof AgentResponse) {
					this.taken.merge(generation, 1, Integer::sum);
				}
			}
			this.progress.release();
			if (this.random.nextInt(8) == 0) {
				this.reader.flush();
			}
			if (this.mood == Mood.SLOW && this.random.nextInt(4) > 0) {
				Thread.yield();
			}
			else if (this.mood == Mood.RESTLESS && this.random.nextInt(200) == 0 && !this.reader.isComplete()) {
				comeBack();
			}
		}

		private void awaitNews() {
			try {
				assertThat(this.news.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS))
					.as("told of what is behind " + this.reader.position() + " of " + this.session)
					.isTrue();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		private void comeBack() {
			this.reader.close();
			long deadline = System.nanoTime() + PATIENCE.toNanos();
			while (true) {
				try {
					open(this.reader.position());
					this.returns.add(this.frames.size());
					return;
				}
				catch (SessionClosedException ex) {
					// The last frame was taken before the session knew that it is.
					assertThat(this.reader.isComplete()).isTrue();
					return;
				}
				catch (EventRefusedException ex) {
					// It has been gone several times before the writer took note.
					assertThat(System.nanoTime()).isLessThan(deadline);
					Thread.yield();
				}
			}
		}

		/**
		 * Lets it get some more frames, if they come soon.
		 */
		void awaitProgress(int frames) {
			try {
				this.progress.drainPermits();
				this.progress.tryAcquire(frames, 3, TimeUnit.MILLISECONDS);
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		void check() {
			long last = 0;
			Set<String> interrupted = this.frames.stream()
				.filter((frame) -> frame.event() instanceof AgentGenerationInterrupted)
				.map(Frame::generation)
				.collect(Collectors.toSet());
			for (int i = 0; i < this.frames.size(); i++) {
				Frame frame = this.frames.get(i);
				if (this.returns.contains(i)) {
					// Of what was fenced it may have skipped some as a stream that was
					// open then, and gets more as one that was opened later.
					interrupted.stream().map(this.heard::get).filter(Objects::nonNull).forEach(Heard::lose);
				}
				assertThat(frame.sequence()).isGreaterThan(last);
				last = frame.sequence();
				if (frame.event() instanceof StreamGap) {
					this.lastLost = last;
					this.heard.values().forEach(Heard::lose);
				}
				if (frame.generation() == null) {
					continue;
				}
				Heard generation = this.heard.computeIfAbsent(frame.generation(),
						(id) -> new Heard(this.mood, frame.route()));
				if (frame.event() instanceof AgentGenerationInterrupted && generation.pace == Pace.STILL) {
					this.cutWhileStill++;
				}
				generation.hear(frame);
			}
			assertThat(this.frames.get(this.frames.size() - 1).type()).isEqualTo("SessionClosed");
			this.heard.forEach((id, generation) -> {
				if (generation.last > this.lastLost) {
					assertThat(generation.over).as("end of " + id).isTrue();
				}
			});
			if (this.lastLost == 0) {
				this.heard.forEach((id,
						generation) -> assertThat(generation.whole || generation.isSkipped()
								|| (!this.returns.isEmpty() && interrupted.contains(id)))
							.as(this.mood + " stream hears the start of " + id)
							.isTrue());
			}
		}

	}

	/**
	 * Whether a generation goes on, as a stream sees it.
	 */
	private enum Pace {

		UNKNOWN, GOING, STILL

	}

	/**
	 * What a stream has heard of a generation.
	 */
	private static final class Heard {

		private final Mood mood;

		private final String route;

		private Pace pace = Pace.UNKNOWN;

		/** Whether nothing of it was lost to the stream. */
		private boolean whole;

		/** The number of the last item. */
		private int items;

		private long started;

		private long pausedFor;

		private long last;

		private boolean over;

		private Frame interrupted;

		Heard(Mood mood, String route) {
			this.mood = mood;
			this.route = route;
		}

		void lose() {
			this.whole &= this.over;
			this.pace = Pace.UNKNOWN;
		}

		void hear(Frame frame) {
			assertThat(this.over).as(this.mood + ": over before " + frame).isFalse();
			this.last = frame.sequence();
			Object event = frame.event();
			if (event instanceof AgentGenerationStarted) {
				assertThat(this.started).as(this.mood + ": second start " + frame).isZero();
				assertThat(this.items).isZero();
				this.started = frame.sequence();
				this.whole = true;
				this.pace = Pace.GOING;
			}
			else if (event instanceof AgentResponse response) {
				assertThat(this.pace).as(this.mood + ": goes on before " + frame).isNotEqualTo(Pace.STILL);
				this.pace = Pace.GOING;
				int number = Integer.parseInt(response.content().trim());
				assertThat(number).as(this.mood + ": number of " + frame).isGreaterThan(this.items);
				if (this.whole) {
					assertThat(number).as(this.mood + ": number of " + frame).isEqualTo(this.items + 1);
				}
				this.items = number;
			}
			else if (event instanceof AgentGenerationPaused paused) {
				assertThat(this.pace).as(this.mood + ": goes on before " + frame).isNotEqualTo(Pace.STILL);
				this.pace = Pace.STILL;
				this.pausedFor = paused.cause();
				assertThat(paused.cause()).isLessThan(frame.sequence());
			}
			else if (event instanceof AgentGenerationResumed resumed) {
				assertThat(this.pace).as(this.mood + ": stands still before " + frame).isNotEqualTo(Pace.GOING);
				if (this.pace == Pace.STILL) {
					assertThat(resumed.cause()).as(this.mood + ": cause of " + frame).isEqualTo(this.pausedFor);
				}
				assertThat(resumed.pausedMillis()).isNotNegative();
				this.pace = Pace.GOING;
			}
			else if (event instanceof AgentGenerationInterrupted) {
				this.over = true;
				this.interrupted = frame;
			}
			else if (event instanceof AgentGenerationComplete || event instanceof AgentGenerationFailed) {
				this.over = true;
				assertThat(this.pace).as(this.mood + ": goes on before " + frame).isNotEqualTo(Pace.STILL);
				assertThat(event instanceof AgentGenerationFailed).as(frame.toString())
					.isEqualTo(this.route.equals("failing"));
				if (this.whole) {
					assertThat(this.items).as(this.mood + ": items of " + frame).isEqualTo(ITEMS.get(this.route));
				}
			}
			else {
				// A report of what was withheld is no item: it may come in a pause.
				assertThat(event).isInstanceOf(AgentGenerationProtected.class);
			}
		}

		/**
		 * Whether it was cut off before the stream came to it, which then skips all of it
		 * but the end.
		 */
		boolean isSkipped() {
			return this.interrupted != null && this.items == 0 && this.started == 0;
		}

		void checkAgainst(String generation, Interruption interruption) {
			if (interruption == null) {
				// Cut off before its node was called, which no handler is told of.
				assertThat(this.items).as("items of " + generation).isZero();
				if (this.whole) {
					assertThat(this.interrupted.sequence()).as("end of " + generation).isEqualTo(this.started + 1);
				}
				return;
			}
			AgentGenerationInterrupted event = (AgentGenerationInterrupted) this.interrupted.event();
			assertThat(event.reason()).as(generation).isEqualTo(interruption.reason());
			assertThat(event.cause()).as(generation)
				.isEqualTo((interruption.cause() != null) ? interruption.cause().sequence() : null);
			assertThat(interruption.generated()).as(generation).startsWith(interruption.delivered());
			if (this.whole) {
				assertThat(interruption.delivered()).as(generation).startsWith(text(this.items));
			}
		}

	}

	/**
	 * Protects some items of every fifteen.
	 */
	private static final class Sections implements Consumer<String> {

		private final Generation generation;

		private int items;

		private Protection open;

		Sections(Generation generation) {
			this.generation = generation;
		}

		@Override
		public void accept(String item) {
			int place = ++this.items % 15;
			if (place == 5) {
				this.open = this.generation.protect();
			}
			else if (place == 9) {
				this.open.close();
			}
		}

	}

	private static final class OnPurpose extends RuntimeException {

		OnPurpose() {
			super("on purpose", null, false, false);
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
