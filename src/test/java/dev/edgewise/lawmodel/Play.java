package dev.edgewise.lawmodel;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.edgewise.Decision;
import dev.edgewise.Frame;
import dev.edgewise.Generation;
import dev.edgewise.InterruptCommand;
import dev.edgewise.Interruption;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.RouteDefinition.Handler;
import dev.edgewise.RouteDefinition.Node;
import dev.edgewise.RouteDefinition.Style;
import dev.edgewise.event.AgentEvent;
import dev.edgewise.event.AgentHandoff;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.CustomReceived;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.event.SessionClosed;
import dev.edgewise.event.SystemEvent;
import dev.edgewise.event.UserEvent;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.InterruptionPolicy.WhileProtected;
import dev.edgewise.interruption.Policies;
import dev.edgewise.lawmodel.Script.Act;
import dev.edgewise.lawmodel.Script.Ask;
import dev.edgewise.lawmodel.Script.Command;
import dev.edgewise.lawmodel.Script.Event;
import dev.edgewise.lawmodel.Script.Kind;
import dev.edgewise.lawmodel.Script.Leave;
import dev.edgewise.lawmodel.Script.NodeLine;
import dev.edgewise.lawmodel.Script.Post;
import dev.edgewise.lawmodel.Script.Read;
import dev.edgewise.lawmodel.Script.RouteLine;
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
import dev.edgewise.session.Recording;
import dev.edgewise.session.Submission;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * A script played on an engine, in virtual time, with every sight of it written down.
 */
final class Play {

	private static final String SESSION = "s";

	private static final Set<String> GATES = Set.of("gated", "reporting");

	private static final EngineSettings DEFAULTS = EngineSettings.defaults(1L << 30);

	private static final InterruptionPolicy GATED = InterruptionPolicy.builder("gated")
		.minWords(2)
		.stopPhrases("stop")
		.decideWithin(Duration.ofMillis(200))
		.transcriptWait(Duration.ofMillis(60))
		.build();

	private static final InterruptionPolicy REPORTING = GATED.mutate("reporting")
		.whileProtected(WhileProtected.REPORT)
		.build();

	private final Script script;

	private final HostileTime time;

	private final Trace trace;

	private final DefaultSessionEngine engine;

	/** The generations that have been seen, and whether they are over. */
	private final Map<String, Boolean> over = new LinkedHashMap<>();

	private final Map<String, Integer> runs = new HashMap<>();

	private final Map<String, Reading> readings = new LinkedHashMap<>();

	private long last;

	private boolean closed;

	private int made;

	private Play(Script script) {
		this.script = script;
		this.time = new HostileTime(script.shuffle());
		this.trace = new Trace(this.time);
		GenerationBounds bounds = DEFAULTS.generation();
		SessionBounds session = DEFAULTS.session();
		EngineSettings settings = new EngineSettings(
				new SessionBounds(session.max(), Duration.ofMillis(Script.IDLE_TIMEOUT), session.tombstone(),
						session.maxTombstones(), session.mailbox(), session.eventIds(), session.eventsPerSecond(),
						4_096),
				new LogBounds(script.frames(), DEFAULTS.log().bytes(), DEFAULTS.log().totalBytes()),
				DEFAULTS.conversation(),
				new GenerationBounds(script.prefetch(), Duration.ofMillis(Script.GRACE),
						Duration.ofMillis(Script.MAX_DURATION), script.perSession(), Script.QUEUE, Script.HOPS,
						Duration.ofMillis(Script.HANDLER_TIMEOUT)),
				DEFAULTS.stream(), bounds.perSession(), false);
		this.engine = new DefaultSessionEngine(table(), settings,
				new EngineSchedulers(this.time, this.time, this.time, this.time), new Encoder(),
				new Policies(List.of(GATED, REPORTING)), List.of(), List.of(new Listener()));
		this.engine.open(SESSION, Map.of()).subscribe();
	}

	/**
	 * Plays a script.
	 * @return what was to be seen
	 */
	static Trace of(Script script) {
		Play play = new Play(script);
		play.perform();
		return play.trace;
	}

	private void perform() {
		Scheduler.Worker client = this.time.createWorker();
		int end = 0;
		for (Act act : this.script.acts()) {
			client.schedule(() -> perform(act), act.at(), TimeUnit.MILLISECONDS);
			end = Math.max(end, act.at());
		}
		this.time.runUntil(end + 600L);
		close();
		this.time.runUntil(end + 1_200L);
		List.copyOf(this.readings.values()).forEach(Reading::leave);
		this.time.runUntil(end + 4_000L);
		this.engine.recording(SESSION)
			.subscribe((recording) -> recording.lines()
				.stream()
				.filter(Recording.Begun.class::isInstance)
				.map(Recording.Begun.class::cast)
				.forEach(this.trace::begun));
	}

	private void perform(Act act) {
		if (act instanceof Post post) {
			post(post.events(), null);
		}
		else if (act instanceof Ask ask) {
			if (!isOpen(ask.reader())) {
				post(ask.events(), new Reading(ask.reader(), ask.pace()));
			}
		}
		else if (act instanceof Read read) {
			if (!isOpen(read.reader())) {
				read(read);
			}
		}
		else if (act instanceof Leave leave) {
			Reading reading = this.readings.get(leave.reader());
			if (reading != null) {
				reading.leave();
			}
		}
		else if (act instanceof Command command) {
			command(command);
		}
		else {
			close();
		}
	}

	private boolean isOpen(String reader) {
		Reading reading = this.readings.get(reader);
		return reading != null && reading.open;
	}

	private void close() {
		this.trace.add(LawModel::closing, "closing");
		this.engine.close(SESSION).subscribe((none) -> {
		}, (failure) -> this.trace.add((model) -> model.failed(failure), "close failed", failure), () -> {
			this.closed = true;
			this.trace.add(LawModel::closeAnswered, "close answered");
		});
		this.trace.add(LawModel::returned, "close returned");
	}

	private void post(List<Event> events, @Nullable Reading reading) {
		List<Submission> submissions = events.stream()
			.map((event) -> new Submission(event.make(), event.id(), aim(event.aim()), event.force()))
			.toList();
		String reader = (reading != null) ? reading.name : null;
		boolean fast = reading != null && reading.isFast();
		this.trace.add((model) -> model.posting(submissions, reader, fast), "posting", submissions, reader);
		if (reading == null) {
			this.engine.publishAll(SESSION, submissions).subscribe((receipts) -> {
				receipts.forEach((receipt) -> receipt.started().forEach((id) -> this.over.putIfAbsent(id, false)));
				this.trace.add((model) -> model.answered(receipts), "answered", receipts.stream()
					.map((receipt) -> receipt.sequence() + " interrupted " + receipt.interrupted() + " ignored "
							+ receipt.ignored() + " started " + receipt.started() + " refused " + receipt.refused())
					.toList());
			}, this::failed);
		}
		else {
			this.engine.publishAndRead(SESSION, submissions).subscribe((opened) -> {
				this.trace.add((model) -> model.answered(null), "answered", reading.name);
				this.readings.put(reading.name, reading);
				reading.begin(opened);
			}, this::failed);
		}
		this.trace.add(LawModel::returned, "post returned");
	}

	private void failed(Throwable failure) {
		this.trace.add((model) -> model.failed(failure), "failed", failure);
	}

	private void command(Command command) {
		boolean route = this.script.routes().stream().anyMatch((each) -> each.id().equals(command.target()));
		boolean all = command.target().equals("all");
		InterruptCommand given = new InterruptCommand((all || route) ? null : aim(command.target()),
				route ? command.target() : null, command.force(), null);
		this.trace.add((model) -> model.commanding(given), "commanding", given);
		this.engine.interrupt(SESSION, given, null)
			.subscribe((receipt) -> this.trace.add((model) -> model.commanded(receipt), "commanded", receipt.stopped()),
					this::failed);
		this.trace.add(LawModel::returned, "command returned");
	}

	private @Nullable String aim(@Nullable String aim) {
		if (aim == null) {
			return null;
		}
		boolean live = aim.startsWith("live");
		List<String> fitting = this.over.keySet().stream().filter((id) -> this.over.get(id) != live).toList();
		return (!aim.matches("(live|over)\\d") || fitting.isEmpty()) ? "nobody"
				: fitting.get(Integer.parseInt(aim.substring(4)) % fitting.size());
	}

	private void read(Read read) {
		Reading before = this.readings.get(read.reader());
		long after = switch (read.from()) {
			case "start" -> 0;
			case "now" -> -1;
			case "again" -> (before != null) ? before.position : 0;
			default -> this.last + 3;
		};
		Reading reading = new Reading(read.reader(), read.pace());
		this.trace.add((model) -> model.opening(reading.name, after, reading.isFast()), "opening", reading.name, after);
		try {
			if (read.pace().equals("flux")) {
				reading.begin(this.engine.read(SESSION, after), after);
			}
			else {
				reading.begin(this.engine.reader(SESSION, after));
			}
			if (reading.open) {
				this.readings.put(reading.name, reading);
			}
		}
		catch (RuntimeException ex) {
			failed(ex);
		}
		this.trace.add(LawModel::returned, "read returned");
	}

	// The routes.

	private RouteTable table() {
		Set<Class<?>> types = new LinkedHashSet<>();
		Stream.of(UserEvent.class, AgentEvent.class, SystemEvent.class)
			.forEach((parent) -> types.addAll(List.of(parent.getPermittedSubclasses())));
		List<CompiledRoute> routes = new ArrayList<>();
		for (RouteLine line : this.script.routes()) {
			routes.add(route(line, routes.size()));
		}
		return new RouteTable(routes, new EventTypes(types));
	}

	private CompiledRoute route(RouteLine line, int index) {
		List<Handler> handlers = new ArrayList<>();
		for (int i = 0; i < line.handlers(); i++) {
			int place = i;
			handlers.add(new Handler(List.of(), (interruption, session) -> handle(line.handler(), place, interruption),
					i, "handler"));
		}
		boolean blocking = line.nodes().get(0).kind() == Kind.BLOCKING;
		Node node = new Node(blocking ? Style.BLOCKING : Style.UNDECLARED,
				(generation, previous) -> call(line, generation, previous), "scripted");
		return new CompiledRoute(index, line.id(), line.id(), line.starts(), line.causes(), (event, session) -> {
			this.trace.add((model) -> model.asked(line.id(), event), "asked", line.id(), event);
			return line.passes(event);
		}, line.condition().equals("always") ? null : (event, generation) -> {
			this.trace.add((model) -> model.questioned(generation.id(), event), "questioned", generation.id(), event);
			return line.agrees(event, generation.elapsed().toMillis());
		}, line.overlap(), line.max(), handlers, node, (item) -> item, null, null,
				GATES.contains(line.policy()) ? line.policy() : null, !line.policy().equals("shielded"));
	}

	private @Nullable Object handle(String handler, int place, Interruption interruption) {
		String id = interruption.generation();
		this.trace.add((model) -> model.handling(id, place, interruption), "handling", id, place);
		boolean async = handler.startsWith("slow") || handler.equals("hangs") || (handler.equals("two") && place == 0);
		if (async) {
			long delay = handler.startsWith("slow") ? Long.parseLong(handler.substring(4)) : 30;
			Mono<?> work = handler.equals("hangs") ? Mono.never() : Mono.delay(Duration.ofMillis(delay), this.time);
			return work.doOnTerminate(() -> handled(id, place)).doOnCancel(() -> handled(id, place));
		}
		handled(id, place);
		if (handler.equals("fails")) {
			throw new IllegalStateException("handler");
		}
		return null;
	}

	private void handled(String id, int place) {
		this.trace.add((model) -> model.handled(id, place), "handled", id, place);
	}

	// The nodes.

	private @Nullable Object call(RouteLine line, Generation generation, @Nullable Interruption previous) {
		String id = generation.id();
		NodeLine node = line.nodes().get(this.runs.merge(line.id(), 1, Integer::sum) % line.nodes().size());
		String before = (previous != null) ? previous.generation() : null;
		boolean isFuture = node.kind() == Kind.FUTURE || node.kind() == Kind.STUBBORN;
		boolean holds = isFuture || node.kind() == Kind.BLOCKING || node.kind() == Kind.LIST;
		boolean cleans = line.cleanup() || holds;
		this.trace.add((model) -> model.called(id, before, cleans, isFuture), "called", id, node, "before", before);
		if (cleans) {
			generation.onCleanup(() -> this.trace.add((model) -> model.cleaned(id), "cleaned", id));
		}
		return switch (node.kind()) {
			case SYNC -> watched(id, Flux.fromIterable(items(node.items())));
			case SLOW -> watched(id, slow(node));
			case FAILING -> watched(id, ((node.every() > 0) ? slow(node) : Flux.fromIterable(items(node.items())))
				.concatWith(Mono.error(new IllegalStateException("on purpose"))));
			case ENDLESS -> watched(id,
					Flux.interval(Duration.ofMillis(node.every()), this.time)
						.onBackpressureDrop()
						.map((i) -> item(node.items().charAt((int) (i % node.items().length())))));
			case SILENT -> watched(id, Flux.never());
			case HOT -> new Hot(id, node);
			case LIST -> list(id, items(node.items()));
			case BLOCKING -> {
				speak(generation, items(node.items()));
				yield null;
			}
			case FUTURE, STUBBORN -> future(id, node);
			case THROWING -> {
				terminated(id, true);
				throw new IllegalStateException("on purpose");
			}
		};
	}

	private Flux<Object> slow(NodeLine node) {
		return Flux.fromIterable(items(node.items()))
			.concatMap((item) -> Mono.just(item).delayElement(Duration.ofMillis(node.every()), this.time), 1);
	}

	private List<Object> items(String letters) {
		List<Object> items = new ArrayList<>();
		for (char letter : letters.toCharArray()) {
			items.add(item(letter));
		}
		return items;
	}

	private Object item(char letter) {
		int number = ++this.made;
		return switch (letter) {
			case 'k' -> new DTMFInput(String.valueOf(number % 10));
			case 'h' -> new AgentHandoff("b", null);
			case 'e' -> new EmergencyStop("from a node");
			case 'c' -> new CustomReceived(Map.of("n", number));
			case 'p' -> new AgentResponse("p" + number + " ", false);
			case 'x' -> new SessionClosed(Reason.SESSION_CLOSED);
			default -> new AgentResponse("i" + number + " ");
		};
	}

	private Flux<Object> watched(String id, Flux<?> flux) {
		return Flux.from(flux)
			.cast(Object.class)
			.doOnNext((item) -> produced(id, item))
			.doOnComplete(() -> terminated(id, false))
			.doOnError((failure) -> terminated(id, true))
			.doOnCancel(() -> cancelled(id))
			.doOnRequest((count) -> this.trace.add((model) -> model.requested(id, count), "requested", id, count))
			.doOnSubscribe((subscription) -> subscribed(id));
	}

	private void subscribed(String id) {
		this.trace.add((model) -> model.subscribed(id), "subscribed", id);
	}

	private void produced(String id, Object item) {
		this.trace.add((model) -> model.produced(id, item), "produced", id, item);
	}

	private void terminated(String id, boolean failed) {
		this.trace.add((model) -> model.terminated(id, failed), failed ? "failing" : "terminated", id);
	}

	private void cancelled(String id) {
		this.trace.add((model) -> model.cancelled(id), "cancelled", id);
	}

	private Iterable<Object> list(String id, List<Object> items) {
		return () -> Stream.concat(items.stream().peek((item) -> produced(id, item)), Stream.of(1).flatMap((one) -> {
			terminated(id, false);
			return Stream.empty();
		})).iterator();
	}

	private void speak(Generation generation, List<Object> items) {
		for (Object item : items) {
			produced(generation.id(), item);
			generation.emit(item);
		}
		terminated(generation.id(), false);
	}

	private CompletableFuture<Object> future(String id, NodeLine node) {
		boolean stubborn = node.kind() == Kind.STUBBORN;
		CompletableFuture<Object> future = new CompletableFuture<>() {
			private boolean told;

			@Override
			public boolean cancel(boolean mayInterruptIfRunning) {
				if (!this.told && !isDone()) {
					this.told = true;
					cancelled(id);
				}
				return !stubborn && super.cancel(mayInterruptIfRunning);
			}
		};
		this.time.schedule(() -> {
			if (!future.isDone()) {
				Object item = item(node.items().isEmpty() ? 't' : node.items().charAt(0));
				produced(id, item);
				terminated(id, false);
				future.complete(item);
			}
		}, node.every(), TimeUnit.MILLISECONDS);
		return future;
	}

	/**
	 * Runs whoever listens, and says what it has to say whether it is asked for or not.
	 */
	private final class Hot implements Publisher<Object> {

		private final String id;

		private final NodeLine node;

		Hot(String id, NodeLine node) {
			this.id = id;
			this.node = node;
		}

		@Override
		public void subscribe(Subscriber<? super Object> subscriber) {
			subscribed(this.id);
			subscriber.onSubscribe(new Subscription() {
				@Override
				public void request(long count) {
				}

				@Override
				public void cancel() {
					cancelled(Hot.this.id);
				}
			});
			Scheduler.Worker worker = Play.this.time.createWorker();
			List<Object> items = items(this.node.items());
			for (int i = 0; i < items.size(); i++) {
				Object item = items.get(i);
				worker.schedule(() -> {
					produced(this.id, item);
					subscriber.onNext(item);
				}, (long) i * this.node.every(), TimeUnit.MILLISECONDS);
			}
			worker.schedule(() -> {
				terminated(this.id, false);
				subscriber.onComplete();
			}, (long) items.size() * this.node.every(), TimeUnit.MILLISECONDS);
		}

	}

	/**
	 * A reader at its pace.
	 */
	private final class Reading {

		private final String name;

		private final String pace;

		private final Scheduler.Worker worker = Play.this.time.createWorker();

		private boolean open = true;

		private long position;

		private int taken;

		private boolean resting;

		private @Nullable LogReader reader;

		private @Nullable BaseSubscriber<Frame> subscriber;

		Reading(String name, String pace) {
			this.name = name;
			this.pace = pace;
		}

		boolean isFast() {
			return this.pace.equals("fast") || this.pace.equals("flux");
		}

		void begin(LogReader opened) {
			this.reader = opened;
			opened.onReady(() -> {
				if (this.open) {
					this.worker.schedule(this::takeSome);
				}
			});
			this.worker.schedule(this::takeSome);
		}

		void begin(Flux<Frame> frames, long after) {
			this.subscriber = new BaseSubscriber<>() {
				@Override
				protected void hookOnSubscribe(Subscription subscription) {
					subscription.request(1);
				}

				@Override
				protected void hookOnNext(Frame frame) {
					got(frame);
					request(1);
				}

				@Override
				protected void hookOnComplete() {
					complete();
				}

				@Override
				protected void hookOnError(Throwable failure) {
					Reading.this.open = false;
					failed(failure);
				}
			};
			frames.subscribe(this.subscriber);
		}

		private void got(Frame frame) {
			this.position = frame.sequence();
			this.taken++;
			Play.this.trace.add((model) -> model.taken(this.name, frame), "taken", this.name, frame.sequence(),
					frame.type());
		}

		private void complete() {
			this.open = false;
			Play.this.trace.add((model) -> model.completed(this.name), "completed", this.name);
		}

		private void takeSome() {
			LogReader from = this.reader;
			if (!this.open || this.resting || from == null) {
				return;
			}
			int pause = isFast() ? 0 : Integer.parseInt(this.pace);
			boolean any = false;
			while (pause >= 0 || this.taken < -pause) {
				LogReader.Taken next = from.take();
				if (next == null) {
					break;
				}
				any = true;
				got(next.frame());
				if (next.written() != null) {
					next.written().run();
				}
				if (pause > 0) {
					this.resting = true;
					this.worker.schedule(() -> {
						this.resting = false;
						takeSome();
					}, pause, TimeUnit.MILLISECONDS);
					break;
				}
			}
			if (any) {
				from.flush();
			}
			if (from.isComplete()) {
				complete();
				from.close();
				Play.this.trace.add(LawModel::returned, "close of reader returned");
			}
		}

		void leave() {
			if (this.open) {
				this.open = false;
				Play.this.trace.add((model) -> model.leaving(this.name), "leaving", this.name);
				if (this.reader != null) {
					this.reader.close();
				}
				else if (this.subscriber != null) {
					this.subscriber.cancel();
				}
				Play.this.trace.add(LawModel::returned, "leave returned");
			}
		}

	}

	private final class Encoder implements FrameEncoder {

		@Override
		public byte[] encode(Frame frame) {
			if (!frame.type().equals("StreamGap")) {
				Play.this.trace.add(frame);
				Play.this.last = frame.sequence();
				if (frame.generation() != null) {
					switch (frame.type()) {
						case "AgentGenerationStarted" -> Play.this.over.putIfAbsent(frame.generation(), false);
						case "AgentGenerationComplete", "AgentGenerationInterrupted", "AgentGenerationFailed" ->
							Play.this.over.put(frame.generation(), true);
						default -> {
						}
					}
				}
			}
			return frame.type().getBytes(StandardCharsets.UTF_8);
		}

		@Override
		public byte[] digest(Object event) {
			return event.toString().getBytes(StandardCharsets.UTF_8);
		}

	}

	private final class Listener implements EngineListener {

		@Override
		public void started(String route) {
			Play.this.trace.add((model) -> model.started(route), "listener: started", route);
		}

		@Override
		public void ended(String route, GenerationOutcome outcome, Duration elapsed) {
			Play.this.trace.add((model) -> model.ended(route, outcome), "listener: ended", route, outcome);
		}

		@Override
		public void decided(Decision decision) {
			Play.this.trace.add((model) -> model.decided(decision), "listener: decided", decision.sequence(),
					decision.generation(), decision.verdict(), decision.rule());
		}

		@Override
		public void fenced(String session, String generation, String route, Reason reason, @Nullable String cause,
				Duration latency) {
			Play.this.trace.add((model) -> model.fenced(generation, reason, cause), "listener: fenced", generation,
					reason, cause);
		}

	}

}
