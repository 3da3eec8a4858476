package dev.edgewise.test;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

import dev.edgewise.Decision;
import dev.edgewise.Frame;
import dev.edgewise.Generation;
import dev.edgewise.InterruptCommand;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.RouteDefinition.Node;
import dev.edgewise.RouteDefinition.Style;
import dev.edgewise.UnknownGenerationException;
import dev.edgewise.event.InterruptRequested;
import dev.edgewise.event.PlaybackProgress;
import dev.edgewise.event.SessionClosed;
import dev.edgewise.interruption.InterruptionRule;
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
import dev.edgewise.session.Recording;
import dev.edgewise.session.Submission;
import dev.edgewise.test.RecordedSession.Aim;
import dev.edgewise.test.RecordedSession.Begun;
import dev.edgewise.test.RecordedSession.Chosen;
import dev.edgewise.test.RecordedSession.Framed;
import dev.edgewise.test.RecordedSession.Line;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A recorded session as it is played: an engine in virtual time, players for nodes, and
 * an agenda of what comes from outside. Each line of the recording is played behind what
 * the engine's own timers do in the same millisecond, and in the order of the lines.
 */
final class Performance {

	private static final String SESSION = "replay";

	private static final Duration FOREVER = Duration.ofDays(10_000);

	private static final Set<String> CLOSES = Set.of(Reason.SESSION_CLOSED.name(), Reason.SESSION_EXPIRED.name(),
			Reason.SHUTDOWN.name());

	private final VirtualTime time;

	private final DefaultSessionEngine engine;

	private final RecordedSession recorded;

	private final Map<Object, Long> sequences = new IdentityHashMap<>();

	private final Map<OwnFrames.Name, Long> ownSequences = new HashMap<>();

	private final Map<OwnerKey, Deque<Part>> parts = new HashMap<>();

	private final Map<String, Part> partsByRecordedId = new HashMap<>();

	/** What has been recognised so far, by the ids and numbers of the replay. */
	private final Map<String, String> recordedIds = new HashMap<>();

	private final Map<String, String> replayedIds = new HashMap<>();

	private final Map<Long, Long> recordedSequences = new HashMap<>();

	private final Map<Long, OwnFrames.Name> unresolved = new HashMap<>();

	private final OwnFrames ownFrames = new OwnFrames();

	private final Set<Long> strange = new HashSet<>();

	private @Nullable Long expected;

	private boolean closing;

	private final List<Decision> decisions = new ArrayList<>();

	Performance(RecordedSession recorded, RouteTable routes, Policies policies, @Nullable String sessionPolicy,
			List<InterruptionRule> rules, EngineSettings settings) {
		this.recorded = recorded;
		this.time = new VirtualTime(recorded.createdAt().toEpochMilli());
		EngineSchedulers schedulers = new EngineSchedulers(this.time, this.time, this.time, this.time);
		this.engine = new DefaultSessionEngine(played(routes), unbounded(settings), schedulers, new Ear(), policies,
				rules, List.of(new Listener()));
		prepare();
		perform(sessionPolicy);
	}

	private static EngineSettings unbounded(EngineSettings settings) {
		GenerationBounds generation = settings.generation();
		return new EngineSettings(new SessionBounds(1, FOREVER, FOREVER, 1, Integer.MAX_VALUE, 1, 1_000_000, 0),
				new LogBounds(1 << 24, Long.MAX_VALUE, Long.MAX_VALUE), settings.conversation(),
				new GenerationBounds(generation.prefetch(), generation.grace(), FOREVER, generation.perSession(),
						generation.queue(), generation.hops(), generation.handlerTimeout()),
				settings.stream(), settings.blockingThreads(), settings.exposeErrorMessages());
	}

	private RouteTable played(RouteTable routes) {
		List<CompiledRoute> played = routes.routes()
			.stream()
			.map((route) -> new CompiledRoute(route.index(), route.id(), route.source(), route.on(),
					route.interruptOn(), route.filter(), route.condition(), route.overlap(), route.maxConcurrency(),
					List.of(),
					new Node(Style.REACTIVE, (generation, previous) -> enter(generation), "player of " + route.id()),
					(item) -> item, route.filterText(), route.conditionText(), route.policy(), route.interruptible(),
					route.agent()))
			.toList();
		return new RouteTable(played, routes.eventTypes(), routes.initialAgent());
	}

	/**
	 * Gives each generation its part, and each frame its name.
	 */
	private void prepare() {
		OwnFrames names = new OwnFrames();
		for (Line line : this.recorded.lines()) {
			if (line instanceof Begun begun) {
				Part part = new Part(begun.id());
				this.partsByRecordedId.put(begun.id(), part);
				this.parts.computeIfAbsent(new OwnerKey(begun.route(), begun.cause()), (key) -> new ArrayDeque<>())
					.add(part);
			}
			else if (line instanceof Framed framed && framed.event() != null) {
				this.sequences.put(framed.event(), framed.sequence());
			}
			else if (line instanceof Framed framed && framed.aim() == null) {
				this.ownSequences.put(names.name(framed.type(), framed.generation()), framed.sequence());
			}
		}
		long rank = 0;
		for (Line line : this.recorded.lines()) {
			rank++;
			String generation = (line instanceof Framed framed) ? framed.generation()
					: (line instanceof RecordedSession.Section section) ? section.generation() : null;
			Part part = (generation != null) ? this.partsByRecordedId.get(generation) : null;
			if (part != null) {
				part.add(line, rank);
			}
		}
	}

	private void perform(@Nullable String sessionPolicy) {
		get(this.engine.open(SESSION, this.recorded.attributes(), this.recorded.playback()));
		String first = (sessionPolicy != null) ? sessionPolicy : this.recorded.policy();
		if (first != null) {
			get(this.engine.policy(SESSION, first));
		}
		this.engine.read(SESSION, 0).subscribe();
		List<Framed> together = new ArrayList<>();
		long rankOfTogether = 0;
		long rank = 0;
		for (Line line : this.recorded.lines()) {
			rank++;
			if (line instanceof Framed framed && framed.aim() != null) {
				if (!framed.aim().together()) {
					publishAt(together, rankOfTogether);
					together = new ArrayList<>();
					rankOfTogether = rank;
				}
				together.add(framed);
			}
			else if (line instanceof Framed framed && isClose(framed)) {
				this.time.at(framed.at().toEpochMilli(), rank, this::close);
			}
			else if (line instanceof Chosen chosen && sessionPolicy == null) {
				this.time.at(chosen.at().toEpochMilli(), rank, () -> get(this.engine.policy(SESSION, chosen.policy())));
			}
		}
		publishAt(together, rankOfTogether);
		this.time.runUntil(this.recorded.at().toEpochMilli());
		recogniseAll();
	}

	private static boolean isClose(Framed framed) {
		return framed.type().equals(EventTypes.nameOf(SessionClosed.class)) || (framed.generation() != null
				&& framed.reason() != null && CLOSES.contains(framed.reason()) && OwnFrames.isOwn(framed.type()));
	}

	private void close() {
		if (!this.closing) {
			this.closing = true;
			this.engine.close(SESSION).subscribe();
		}
	}

	private void publishAt(List<Framed> events, long rank) {
		if (!events.isEmpty()) {
			Framed first = events.get(0);
			this.time.at(first.at().toEpochMilli(), rank, () -> publish(events));
		}
	}

	private void publish(List<Framed> events) {
		List<Submission> submissions = new ArrayList<>();
		for (Framed framed : events) {
			Aim aim = framed.aim();
			if (aim != null && framed.event() != null) {
				submissions.add(new Submission(replayed(framed, framed.event()), null, replayed(aim.generation()),
						aim.force()));
			}
			else if (aim != null) {
				this.expected = framed.sequence();
				command(new InterruptCommand(replayed(aim.generation()), aim.route(), aim.force(), framed.reason()));
			}
		}
		if (!submissions.isEmpty()) {
			get(this.engine.publishAll(SESSION, submissions));
		}
	}

	/**
	 * An event from outside, with the replay's name of the generation that it tells of.
	 */
	private Object replayed(Framed framed, Object event) {
		if (event instanceof PlaybackProgress progress && progress.generation() != null) {
			PlaybackProgress renamed = new PlaybackProgress(replayed(progress.generation()), progress.characters(),
					progress.items(), progress.millis());
			this.sequences.put(renamed, framed.sequence());
			return renamed;
		}
		return event;
	}

	private void command(InterruptCommand command) {
		try {
			get(this.engine.interrupt(SESSION, command, null));
		}
		catch (UnknownGenerationException ex) {
			// It is over: then there is nothing to decide.
			this.expected = null;
		}
	}

	private @Nullable String replayed(@Nullable String recordedId) {
		return (recordedId != null) ? this.replayedIds.getOrDefault(recordedId, recordedId) : null;
	}

	/**
	 * Begins a generation's part, if it has one.
	 */
	private Flux<Object> enter(Generation generation) {
		long cause = generation.cause().sequence();
		if (recordedSequence(cause) == null) {
			// Perhaps by what became of one that has not come to its turn.
			recogniseAll();
		}
		recognise(generation.id(), generation.route(), cause);
		String recordedId = this.recordedIds.get(generation.id());
		Part part = (recordedId != null) ? this.partsByRecordedId.get(recordedId) : null;
		return (part == null) ? Flux.never() : part.play(generation, this.time, () -> giveUp(generation));
	}

	/**
	 * Ends a generation that something else than an event has ended.
	 */
	private void giveUp(Generation generation) {
		this.expected = -1L;
		command(new InterruptCommand(generation.id(), null, true, null));
	}

	private void recogniseAll() {
		Objects.requireNonNull(get(this.engine.recording(SESSION))).lines().forEach((line) -> {
			if (line instanceof Recording.Begun begun) {
				recognise(begun.id(), begun.route(), begun.cause());
			}
		});
	}

	/**
	 * Recognises a generation by its route and the event that started it.
	 */
	private void recognise(String id, String route, long sequence) {
		if (!this.recordedIds.containsKey(id)) {
			Long cause = recordedSequence(sequence);
			Deque<Part> known = (cause != null) ? this.parts.get(new OwnerKey(route, cause)) : null;
			Part part = (known != null) ? known.poll() : null;
			if (part != null) {
				this.recordedIds.put(id, part.id());
				this.replayedIds.put(part.id(), id);
			}
		}
	}

	/**
	 * The recorded number of a frame; null if the recording does not have it.
	 */
	private @Nullable Long recordedSequence(long sequence) {
		Long known = this.recordedSequences.get(sequence);
		OwnFrames.Name name = this.unresolved.get(sequence);
		if (known != null || name == null) {
			return known;
		}
		String generation = name.generation();
		return this.ownSequences.get((generation != null) ? name.of(this.recordedIds.get(generation)) : name);
	}

	/**
	 * What was decided, in the numbers and ids of the recording.
	 */
	List<Decision> decisions() {
		return this.decisions.stream().map((decision) -> {
			Long sequence = recordedSequence(decision.sequence());
			String generation = this.recordedIds.getOrDefault(decision.generation(), "replay-" + decision.generation());
			return new Decision((sequence != null) ? sequence : 0, decision.at(), generation, decision.route(),
					decision.cause(), decision.verdict(), decision.rule(), decision.policy(), decision.evidence(),
					decision.took());
		}).toList();
	}

	/**
	 * Takes an answer that comes at once, because all is done on this thread.
	 */
	private static <T> @Nullable T get(Mono<T> mono) {
		Answer<T> answer = new Answer<>();
		mono.subscribe(answer, answer::fail);
		if (answer.failure instanceof RuntimeException failure) {
			throw failure;
		}
		if (answer.failure != null) {
			throw new IllegalStateException(answer.failure);
		}
		return answer.value;
	}

	private static final class Answer<T> implements Consumer<T> {

		private @Nullable T value;

		private @Nullable Throwable failure;

		@Override
		public void accept(T value) {
			this.value = value;
		}

		private void fail(Throwable failure) {
			this.failure = failure;
		}

	}

	/**
	 * A route and the event by which it started, in the numbers of the recording.
	 */
	private record OwnerKey(String route, long cause) {
	}

	/**
	 * Hears every frame when it is appended, and recognises it. Nobody reads the bytes.
	 */
	private final class Ear implements FrameEncoder {

		private static final byte[] NOTHING = new byte[0];

		@Override
		public byte[] encode(Frame frame) {
			Performance all = Performance.this;
			Long known = all.sequences.get(frame.event());
			Long expected = all.expected;
			if (known == null && expected != null && frame.event() instanceof InterruptRequested) {
				known = expected;
				all.expected = null;
				if (expected < 0) {
					all.strange.add(frame.sequence());
				}
			}
			if (known != null) {
				all.recordedSequences.put(frame.sequence(), known);
			}
			else {
				all.unresolved.put(frame.sequence(), all.ownFrames.name(frame.type(), frame.generation()));
			}
			return NOTHING;
		}

		@Override
		public byte[] digest(Object event) {
			return NOTHING;
		}

	}

	private final class Listener implements EngineListener {

		@Override
		public void decided(Decision decision) {
			if (!Performance.this.strange.contains(decision.sequence())) {
				Performance.this.decisions.add(decision);
			}
		}

	}

}
