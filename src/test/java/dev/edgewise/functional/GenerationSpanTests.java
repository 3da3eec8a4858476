package dev.edgewise.functional;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import dev.edgewise.Overlap;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.ToolPolicy;
import dev.edgewise.event.AgentGenerationComplete;
import dev.edgewise.event.AgentHandoff;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.ToolCall;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.observation.EdgewiseObservation;
import dev.edgewise.observation.GenerationObservationContext;
import dev.edgewise.observation.GenerationSurroundings;
import dev.edgewise.session.SessionEngine;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.tracing.exporter.FinishedSpan;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.test.simple.SimpleSpan;
import io.micrometer.tracing.test.simple.SimpleTracer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The spans of generations: whose children they are, how long they last, and what they
 * tell. The registry fails whatever is done with an observation at the wrong time.
 */
class GenerationSpanTests {

	private final SimpleTracer tracer = new SimpleTracer();

	private final TestObservationRegistry registry = TestObservationRegistry.create();

	GenerationSpanTests() {
		this.registry.observationConfig().observationHandler(new DefaultTracingObservationHandler(this.tracer));
	}

	private Stage.Plan with(RouteDefinition... routes) {
		return Stage.with(routes).surroundings(new GenerationSurroundings(this.registry, false));
	}

	private Stage stage(RouteDefinition... routes) {
		return with(routes).open();
	}

	/**
	 * Publishes as a request would that is observed, and has ended when the node runs.
	 */
	private SimpleSpan request(Stage stage, Object event) {
		Observation request = Observation.start("request", this.registry);
		Stage.get(stage.engine.publish(Stage.SESSION, event)
			.contextWrite((context) -> context.put(ObservationThreadLocalAccessor.KEY, request)));
		request.stop();
		return spans("request").get(spans("request").size() - 1);
	}

	private List<SimpleSpan> spans(String name) {
		return this.tracer.getSpans().stream().filter((span) -> name.equals(span.getName())).toList();
	}

	private List<SimpleSpan> generations() {
		return spans("edgewise.generation");
	}

	private SimpleSpan onlyGeneration() {
		assertThat(generations()).hasSize(1);
		return generations().get(0);
	}

	private SimpleSpan generationOf(String route) {
		return generations().stream()
			.filter((span) -> route.equals(span.getTags().get("route")))
			.findFirst()
			.orElseThrow();
	}

	private static List<String> events(SimpleSpan span) {
		return span.getEvents().stream().map(Map.Entry::getValue).toList();
	}

	private static void assertChild(FinishedSpan child, FinishedSpan parent) {
		assertThat(child.getParentId()).isEqualTo(parent.getSpanId());
		assertThat(child.getTraceId()).isEqualTo(parent.getTraceId());
	}

	private static boolean hasEnded(SimpleSpan span) {
		return span.getEndTimestamp().toEpochMilli() > 0;
	}

	@Test
	void aGenerationIsAChildOfTheRequestThatCausedItAndTellsHowItEnded() {
		try (Stage stage = stage(Routes.on(UserStoppedSpeaking.class)
			.id("answer")
			.stream((event) -> Nodes.counting("a", 2))
			.broadcast())) {
			SimpleSpan request = request(stage, new UserStoppedSpeaking());
			stage.advanceMillis(1_000);
			SimpleSpan span = onlyGeneration();
			assertChild(span, request);
			assertThat(hasEnded(span)).isTrue();
			assertThat(span.getTags()).containsEntry("route", "answer")
				.containsEntry("outcome", "completed")
				.containsEntry("reason", "none")
				.containsEntry("session", Stage.SESSION)
				.containsKey("generation")
				.hasSize(5);
			assertThat(events(span)).isEmpty();
			assertThat(span.getError()).isNull();
		}
	}

	@Test
	void aGenerationIsAChildOfWhatIsCurrentOnThePublishersThreadIfNothingIsInTheContext() {
		try (Stage stage = stage(
				Routes.on(UserStoppedSpeaking.class).stream((event) -> Nodes.counting("a", 1)).broadcast())) {
			Observation.createNotStarted("request", this.registry)
				.observe(() -> stage.publish(new UserStoppedSpeaking()));
			stage.advanceMillis(1_000);
			assertChild(onlyGeneration(), spans("request").get(0));
		}
	}

	@Test
	void aGenerationThatNobodyObservedCausesIsARoot() {
		try (Stage stage = stage(
				Routes.on(UserStoppedSpeaking.class).stream((event) -> Nodes.counting("a", 1)).broadcast())) {
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(1_000);
			assertThat(onlyGeneration().getParentId()).isNullOrEmpty();
		}
	}

	@Test
	void theFenceIsAnEventAndTheSpanLastsUntilTheNodeHasEndedAndItsHandlersHaveRun() {
		AtomicReference<@Nullable Boolean> endedInHandler = new AtomicReference<>();
		Nodes.Stubborn node = new Nodes.Stubborn();
		try (Stage stage = with(Routes.on(UserStoppedSpeaking.class)
			.interruptOn(UserStartedSpeaking.class)
			.onInterrupt((interruption) -> endedInHandler.set(hasEnded(this.tracer.lastSpan())))
			.stream((event) -> node)
			.broadcast()).realControl().open()) {
			request(stage, new UserStoppedSpeaking());
			stage.advanceMillis(10);
			stage.publish(new UserStartedSpeaking());
			Stage.await(node.cancelledOn);
			// name and tags are given to it when it ends
			SimpleSpan span = this.tracer.lastSpan();
			assertThat(events(span)).containsExactly("edgewise.fence");
			assertThat(hasEnded(span)).isFalse();
			node.letGo();
			Stage.until(() -> hasEnded(span));
			assertThat(endedInHandler).hasValue(false);
			assertThat(onlyGeneration()).isSameAs(span);
			assertThat(span.getTags()).containsEntry("outcome", "interrupted").containsEntry("reason", "event");
			assertThat(span.getError()).isNull();
		}
	}

	@Test
	void aNodeThatOutlivesItsGraceIsToldOfAndKeepsNoSpanOpen() {
		Nodes.Stubborn node = new Nodes.Stubborn();
		try (Stage stage = with(Routes.on(UserStoppedSpeaking.class)
			.interruptOn(UserStartedSpeaking.class)
			.stream((event) -> node)
			.broadcast()).realControl().open()) {
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(10);
			stage.publish(new UserStartedSpeaking());
			Stage.await(node.cancelledOn);
			stage.advanceMillis(1_000);
			assertThat(events(onlyGeneration())).containsExactly("edgewise.fence", "edgewise.stuck");
			assertThat(hasEnded(onlyGeneration())).isTrue();
			node.letGo();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aFailureIsToldByItsTypeAndByItsMessageOnlyIfTextIsAllowed(boolean text) {
		try (Stage stage = Stage
			.with(Routes.on(UserStoppedSpeaking.class)
				.stream((event) -> Flux.error(new IllegalStateException("my card is 4711")))
				.broadcast())
			.surroundings(new GenerationSurroundings(this.registry, text))
			.open()) {
			request(stage, new UserStoppedSpeaking());
			stage.advanceMillis(1_000);
			SimpleSpan span = onlyGeneration();
			assertThat(hasEnded(span)).isTrue();
			assertThat(span.getTags()).containsEntry("outcome", "failed").containsEntry("reason", "node-failed");
			assertThat(span.getError().getMessage())
				.isEqualTo(text ? "my card is 4711" : "node-failed: java.lang.IllegalStateException");
			assertThat(span.getError().getCause()).isNull();
		}
	}

	@Test
	void aFailureOfTheEnginesOwnIsToldByItsCode() {
		try (Stage stage = stage(Routes.on(UserStoppedSpeaking.class)
			.stream((event) -> Flux.just(new AgentGenerationComplete()))
			.broadcast())) {
			request(stage, new UserStoppedSpeaking());
			stage.advanceMillis(1_000);
			assertThat(onlyGeneration().getTags()).containsEntry("outcome", "failed")
				.containsEntry("reason", "reserved-event");
			assertThat(onlyGeneration().getError()).hasMessage("reserved-event");
		}
	}

	@Test
	void whatIsCutWhileItWaitsIsNoSpanAndWhatWaitsIsStillAChildOfItsRequest() {
		try (Stage stage = stage(Routes.on(DTMFInput.class)
			.overlap(Overlap.QUEUE)
			.interruptOn(UserStartedSpeaking.class)
			.condition((event, generation) -> false)
			.stream((event) -> Nodes.counting("a", 3))
			.broadcast())) {
			request(stage, new DTMFInput("1"));
			SimpleSpan second = request(stage, new DTMFInput("2"));
			String third = stage.publish(new DTMFInput("3")).started().get(0);
			stage.publish(new UserStartedSpeaking(), null, third);
			stage.advanceMillis(2_000);
			assertThat(generations()).hasSize(2);
			assertChild(generations().get(1), second);
			assertThat(generations()).noneMatch((span) -> third.equals(span.getTags().get("generation")));
		}
	}

	@Test
	void whatANodeEmitsAndWhatTheEngineWritesOfItStartsChildrenOfItsSpan() {
		try (Stage stage = stage(
				Routes.on(UserStoppedSpeaking.class)
					.id("first")
					.stream((event) -> Flux.<Object>just(new AgentHandoff("other", null)))
					.broadcast(),
				Routes.on(AgentHandoff.class).id("second").stream((event) -> Nodes.counting("b", 1)).broadcast(),
				Routes.on(AgentGenerationComplete.class)
					.id("third")
					.overlap(Overlap.IGNORE)
					.stream((event) -> Mono.empty())
					.broadcast())) {
			SimpleSpan request = request(stage, new UserStoppedSpeaking());
			stage.advanceMillis(1_000);
			assertChild(generationOf("first"), request);
			assertChild(generationOf("second"), generationOf("first"));
			assertChild(generationOf("third"), generationOf("first"));
		}
	}

	@Test
	void whatABlockingNodePublishesIsCausedByItsGeneration() {
		AtomicReference<@Nullable SessionEngine> engine = new AtomicReference<>();
		try (Stage stage = with(Routes.on(UserStoppedSpeaking.class)
			.id("first")
			.run((event, generation) -> Stage.get(engine.get().publish(Stage.SESSION, new DTMFInput("1"))))
			.broadcast(), Routes.on(DTMFInput.class).id("second").run((event, generation) -> {
			}).broadcast()).realThreads().open()) {
			engine.set(stage.engine);
			SimpleSpan request = request(stage, new UserStoppedSpeaking());
			Stage.until(() -> generations().stream().filter(GenerationSpanTests::hasEnded).count() == 2);
			assertChild(generationOf("first"), request);
			assertChild(generationOf("second"), generationOf("first"));
		}
	}

	@Test
	void aGenerationIsNoChildOfTheOneOnWhoseThreadItsSessionHappensToBeWritten() {
		CompletableFuture<Void> go = new CompletableFuture<>();
		try (Stage stage = with(
				Routes.on(DTMFInput.class).id("writer").overlap(Overlap.PARALLEL).run((event, generation) -> {
					generation.emit("one");
					go.join();
					generation.emit("two");
				}).broadcast(), Routes.on(UserStoppedSpeaking.class).id("other").run((event, generation) -> {
				}).broadcast())
			.realThreads()
			.open()) {
			request(stage, new DTMFInput("1"));
			SimpleSpan request = request(stage, new UserStoppedSpeaking());
			go.complete(null);
			Stage.until(() -> generations().stream().filter(GenerationSpanTests::hasEnded).count() == 2);
			assertChild(generationOf("other"), request);
		}
	}

	@Test
	void blockingNodesFindTheirSpanOnTheirThreadAndReactiveOnesInTheContext() {
		AtomicReference<@Nullable Observation> onThread = new AtomicReference<>();
		AtomicReference<@Nullable Object> inContext = new AtomicReference<>();
		try (Stage stage = stage(Routes.on(UserStoppedSpeaking.class).id("blocking").run((event, generation) -> {
			onThread.set(this.registry.getCurrentObservation());
			this.tracer.nextSpan().name("call").start().end();
		}).broadcast(),
				Routes.on(UserStoppedSpeaking.class)
					.id("reactive")
					.stream((event) -> Flux.deferContextual((context) -> {
						inContext.set(context.get(ObservationThreadLocalAccessor.KEY));
						return Flux.just("a").delayElements(Duration.ofMillis(10));
					}))
					.broadcast())) {
			request(stage, new UserStoppedSpeaking());
			stage.advanceMillis(1_000);
			assertThat(routeOf(onThread.get())).isEqualTo("blocking");
			assertThat(routeOf(inContext.get())).isEqualTo("reactive");
			assertChild(spans("call").get(0), generationOf("blocking"));
			assertThat(this.registry.getCurrentObservation()).isNull();
			assertThat(this.tracer.currentSpan()).isNull();
		}
	}

	private static @Nullable String routeOf(@Nullable Object observation) {
		return (observation instanceof Observation found
				&& found.getContext() instanceof GenerationObservationContext context) ? context.route() : null;
	}

	@Test
	void handlersCleanUpsCancelsAndToolsFindTheSpanToo() {
		List<String> found = new ArrayList<>();
		try (Stage stage = stage(Routes.on(UserStoppedSpeaking.class)
			.id("answer")
			.interruptOn(UserStartedSpeaking.class)
			.onInterrupt((interruption) -> found.add("handler " + routeOf(this.registry.getCurrentObservation())))
			.stream((event, generation) -> {
				generation.onCleanup(() -> found.add("clean-up " + routeOf(this.registry.getCurrentObservation())));
				return generation
					.tool(new ToolCall("c", "look", Map.of()),
							Mono.deferContextual((context) -> Mono.fromRunnable(() -> found
								.add("tool " + routeOf(context.get(ObservationThreadLocalAccessor.KEY))))),
							ToolPolicy.FINISH)
					.thenMany(Flux.never())
					.doOnCancel(() -> found.add("cancel " + routeOf(this.registry.getCurrentObservation())));
			})
			.broadcast())) {
			request(stage, new UserStoppedSpeaking());
			stage.advanceMillis(10);
			stage.publish(new UserStartedSpeaking());
			stage.advanceMillis(10);
			assertThat(found).containsExactly("tool answer", "cancel answer", "clean-up answer", "handler answer");
			assertThat(this.registry.getCurrentObservation()).isNull();
		}
	}

	@Test
	void everyObservationIsDocumentedAndSoIsAllThatItTells() {
		try (Stage stage = stage(Routes.on(UserStoppedSpeaking.class)
			.interruptOn(UserStartedSpeaking.class)
			.stream((event) -> Flux.never())
			.broadcast())) {
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(10);
			stage.publish(new UserStartedSpeaking());
			stage.advanceMillis(10);
			io.micrometer.observation.tck.TestObservationRegistryAssert.assertThat(this.registry)
				.hasNumberOfObservationsEqualTo(1)
				.hasObservationWithNameEqualTo(EdgewiseObservation.GENERATION.getName())
				.that()
				.hasBeenStarted()
				.hasBeenStopped()
				.hasLowCardinalityKeyValue("outcome", "interrupted")
				.hasHighCardinalityKeyValue("session", Stage.SESSION);
		}
	}

	@Test
	void withoutAnyHandlerNothingIsObservedAndWithAFailingOneGenerationsGoOn() {
		for (ObservationRegistry registry : List.of(ObservationRegistry.NOOP, ObservationRegistry.create(),
				failing())) {
			try (Stage stage = Stage
				.with(Routes.on(UserStoppedSpeaking.class)
					.interruptOn(UserStartedSpeaking.class)
					.stream((event) -> Nodes.counting("a", 5))
					.broadcast())
				.surroundings(new GenerationSurroundings(registry, false))
				.open()) {
				var reader = stage.read(0);
				stage.publish(new UserStoppedSpeaking());
				stage.advanceMillis(150);
				stage.publish(new UserStartedSpeaking());
				stage.advanceMillis(1_000);
				assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:a1",
						"UserStartedSpeaking", "!1");
				assertThat(registry.getCurrentObservation()).isNull();
				assertThat(MDC.getCopyOfContextMap()).isNullOrEmpty();
			}
		}
	}

	private static ObservationRegistry failing() {
		ObservationRegistry registry = ObservationRegistry.create();
		registry.observationConfig().observationHandler(new ObservationHandler<>() {
			@Override
			public boolean supportsContext(Observation.Context context) {
				return true;
			}

			@Override
			public void onStart(Observation.Context context) {
				throw new IllegalStateException("start");
			}

			@Override
			public void onScopeOpened(Observation.Context context) {
				throw new IllegalStateException("scope");
			}
		});
		return registry;
	}

	@Test
	void aPredicateMaySpareGenerationsAndTheirCallsAreChildrenOfTheRequestThen() {
		this.registry.observationConfig()
			.observationPredicate((name, context) -> !(context instanceof GenerationObservationContext));
		AtomicReference<@Nullable Object> inContext = new AtomicReference<>();
		try (Stage stage = stage(
				Routes.on(UserStoppedSpeaking.class).stream((event) -> Flux.deferContextual((context) -> {
					inContext.set(context.get(ObservationThreadLocalAccessor.KEY));
					return Flux.empty();
				})).broadcast())) {
			Observation request = Observation.start("request", this.registry);
			Stage.get(stage.engine.publish(Stage.SESSION, new UserStoppedSpeaking())
				.contextWrite((context) -> context.put(ObservationThreadLocalAccessor.KEY, request)));
			stage.advanceMillis(10);
			request.stop();
			assertThat(inContext).hasValue(request);
			assertThat(generations()).isEmpty();
		}
	}

	@Test
	void aSessionKeepsNothingOfARequestOfWhichNothingMoreComes() {
		ObservationRegistry registry = ObservationRegistry.create();
		registry.observationConfig().observationHandler((context) -> true);
		try (Stage stage = Stage
			.with(Routes.on(UserStoppedSpeaking.class)
				.interruptOn(UserStartedSpeaking.class)
				.stream((event) -> Nodes.counting("a", 2))
				.broadcast(), Routes.on(AgentGenerationComplete.class).stream((event) -> Flux.empty()).broadcast())
			.surroundings(new GenerationSurroundings(registry, false))
			.open()) {
			List<WeakReference<Observation>> requests = new ArrayList<>();
			for (Object event : List.of(new UserStoppedSpeaking(), new DTMFInput("1"), new UserStoppedSpeaking(),
					new UserStartedSpeaking())) {
				requests.add(published(stage, registry, event));
				stage.advanceMillis(event instanceof DTMFInput ? 1_000 : 150);
			}
			stage.advanceMillis(10_000);
			long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
			while (requests.stream().anyMatch((request) -> request.get() != null)) {
				assertThat(System.nanoTime()).as("time to let go").isLessThan(deadline);
				System.gc();
			}
			assertThat(stage.view().lastSequence()).isGreaterThan(8);
		}
	}

	private static WeakReference<Observation> published(Stage stage, ObservationRegistry registry, Object event) {
		Observation request = Observation.start("request", registry);
		Stage.get(stage.engine.publish(Stage.SESSION, event)
			.contextWrite((context) -> context.put(ObservationThreadLocalAccessor.KEY, request)));
		request.stop();
		return new WeakReference<>(request);
	}

}
