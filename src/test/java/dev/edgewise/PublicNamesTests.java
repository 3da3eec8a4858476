package dev.edgewise;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

import dev.edgewise.ConversationContext.Message;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.event.AgentError;
import dev.edgewise.event.AgentEvent;
import dev.edgewise.event.AgentGenerationComplete;
import dev.edgewise.event.AgentGenerationFailed;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.AgentGenerationPaused;
import dev.edgewise.event.AgentGenerationProtected;
import dev.edgewise.event.AgentGenerationResumed;
import dev.edgewise.event.AgentGenerationStarted;
import dev.edgewise.event.AgentHandoff;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.AgentSpeechSent;
import dev.edgewise.event.AgentStartedSpeaking;
import dev.edgewise.event.AgentStoppedSpeaking;
import dev.edgewise.event.AgentTakesFloor;
import dev.edgewise.event.CustomReceived;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.DTMFOutput;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.event.EndCall;
import dev.edgewise.event.InterruptRequested;
import dev.edgewise.event.LogMetric;
import dev.edgewise.event.SessionClosed;
import dev.edgewise.event.StreamGap;
import dev.edgewise.event.SystemEvent;
import dev.edgewise.event.ToolCall;
import dev.edgewise.event.ToolResult;
import dev.edgewise.event.TransferCall;
import dev.edgewise.event.UserEvent;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.event.UserUnknownInputReceived;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.annotation.AliasFor;
import org.springframework.core.annotation.AnnotatedElementUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Uses every public name as a user writes it; most of what is tested here is that it
 * compiles.
 */
class PublicNamesTests {

	private final Speaker node = new Speaker();

	@Test
	void everyAttributeOfARouteCanBeWritten() throws Exception {
		Route route = Annotated.class.getDeclaredMethod("generate", ConversationContext.class, Generation.class)
			.getAnnotation(Route.class);
		assertThat(route.on()).containsExactly(UserStoppedSpeaking.class, DTMFInput.class);
		assertThat(route.interruptOn()).containsExactly(UserStartedSpeaking.class, EmergencyStop.class);
		assertThat(route.filter()).isEqualTo("session.id != 'x'");
		assertThat(route.condition()).isEqualTo("generation.elapsed.toMillis() > 300");
		assertThat(route.overlap()).isEqualTo(Overlap.PARALLEL);
		assertThat(route.maxConcurrency()).isEqualTo(2);
		assertThat(route.id()).isEqualTo("annotated");
		assertThat(Route.class.getAnnotation(Target.class).value()).containsExactlyInAnyOrder(ElementType.METHOD,
				ElementType.TYPE, ElementType.ANNOTATION_TYPE);
	}

	@Test
	void aRouteTakesItsEventsAsValueAndComposes() throws Exception {
		Method method = Annotated.class.getDeclaredMethod("composed", Interruption.class, Frame.class, Session.class);
		Route route = AnnotatedElementUtils.findMergedAnnotation(method, Route.class);
		assertThat(route).isNotNull();
		assertThat(route.on()).containsExactly(UserEvent.class);
		assertThat(route.interruptOn()).containsExactly(UserStartedSpeaking.class);
		assertThat(route.overlap()).isEqualTo(Overlap.REPLACE);
	}

	@Test
	void everyAttributeOfAHandlerCanBeWritten() throws Exception {
		OnInterrupt handler = Annotated.class
			.getDeclaredMethod("on", Interruption.class, UserStartedSpeaking.class, ConversationContext.class,
					Session.class)
			.getAnnotation(OnInterrupt.class);
		assertThat(handler.value()).containsExactly(UserStartedSpeaking.class);
		assertThat(handler.routes()).containsExactly("annotated");
	}

	@Test
	void everyMethodOfATriggerCanBeCalled() {
		Routes.Trigger<DTMFInput> one = Routes.on(DTMFInput.class);
		Routes.Trigger<Object> several = Routes.on(DTMFInput.class, UserStoppedSpeaking.class);
		RouteDefinition route = one.id("keys")
			.overlap(Overlap.PARALLEL)
			.maxConcurrency(3)
			.filter("event.button == '1'")
			.filter((event) -> event.button().equals("1"))
			.interruptOn(UserStartedSpeaking.class)
			.interruptOn(UserStoppedSpeaking.class, EndCall.class)
			.interruptOn(EmergencyStop.class, (interruption) -> this.node.onInterruptGenerate(interruption))
			.interruptOn(DTMFInput.class, this.node::onInterruptGenerate)
			.condition("generation.spokenFor.toMillis() > 300")
			.condition((event, generation) -> event instanceof UserEvent && !generation.isInterrupted())
			.onInterrupt((interruption) -> this.node.onInterruptGenerate(interruption))
			.onInterrupt(this.node::onInterruptGenerate)
			.stream(this.node::generate)
			.broadcast();
		assertThat(route.id()).isEqualTo("keys");
		assertThat(route.on()).containsExactly(DTMFInput.class);
		assertThat(route.interruptOn()).containsExactly(UserStartedSpeaking.class, UserStoppedSpeaking.class,
				EndCall.class, EmergencyStop.class, DTMFInput.class);
		assertThat(route.handlers()).hasSize(4);
		assertThat(several.filter((event) -> event instanceof UserEvent).stream((event) -> "a").broadcast().on())
			.containsExactly(DTMFInput.class, UserStoppedSpeaking.class);
	}

	@Test
	void everyKindOfNodeResolvesWithoutACast() {
		List<Routes.Output> outputs = List.of(keys().stream((event) -> Flux.just(event.button())),
				keys().stream((event, generation) -> Flux.just(event.button(), generation.id())),
				keys().stream(this.node::generate), keys().stream(this.node::generateWith),
				keys().stream(Speaker::shared), keys().stream(Speaker::sharedWith), keys().stream(DTMFInput::button),
				keys().streamContext((conversation) -> Flux.fromIterable(conversation.messages()).map(Message::text)),
				keys().streamContext((conversation, generation) -> generation.previous()),
				keys().streamContext(this.node::processContext), keys().streamContext(this.node::contextWith),
				keys().run((event, generation) -> {
					generation.emit(event.button());
					throw new java.io.IOException("checked");
				}), keys().run(this.node::speak), Routes.on(UserEvent.class, AgentEvent.class).stream(this.node::any));
		assertThat(outputs).doesNotContainNull();
	}

	@Test
	void everyMethodOfAnOutputCanBeCalled() {
		Routes.Output output = keys().stream(this.node::generate)
			.map((item) -> new AgentResponse(item.toString()))
			.map(String::valueOf)
			.map(Object::toString)
			.filter((item) -> !item.toString().isEmpty())
			.filter(AgentResponse.class::isInstance);
		assertThat(output.broadcast()).isInstanceOf(RouteDefinition.class);
		assertThat(output.broadcast(AgentResponse.class)).isInstanceOf(RouteDefinition.class);
		assertThat(output.broadcast(AgentResponse.class, ToolCall.class)).isInstanceOf(RouteDefinition.class);
	}

	@Test
	void aBroadcastOfSomeTypesTakesTextForTheResponseThatItBecomes() {
		Routes.Output output = keys().stream((event) -> "text");
		for (Class<?> type : List.of(AgentResponse.class, AgentEvent.class, Object.class)) {
			Function<Object, @Nullable Object> items = output.broadcast(type).output();
			assertThat(items.apply("text")).as(type.getSimpleName()).isEqualTo("text");
		}
		assertThat(output.broadcast(ToolCall.class, ToolCall.class).output().apply("text")).isNull();
	}

	@Test
	void everyMemberOfAGenerationHasItsType() {
		assertThat(methods(Generation.class)).containsExactlyInAnyOrder("String id()", "String route()",
				"Session session()", "ConversationContext conversation()", "Frame cause()", "Interruption previous()",
				"Instant startedAt()", "Duration elapsed()", "Duration spokenFor()", "String generated()",
				"boolean isInterrupted()", "Protection protect()", "void emit(Object)", "void onCleanup(Runnable)",
				"void state(String, Object)", "Map state()", "Mono tool(ToolCall, Publisher, ToolPolicy)",
				"ToolResult tool(ToolCall, Callable, ToolPolicy)");
		assertThat(methods(Protection.class)).containsExactly("void close()");
		assertThat(methods(Session.class)).containsExactlyInAnyOrder("String id()", "Map attributes()",
				"Playback playback()", "String agent()");
		assertThat(methods(ConversationContext.class)).containsExactlyInAnyOrder("List messages()",
				"List asGenerated()", "boolean interrupted()", "String heardNote()", "Map attributes()");
		assertThat(methods(ReasoningNode.class)).containsExactlyInAnyOrder(
				"Publisher processContext(ConversationContext)", "void onInterruptGenerate(Interruption)");
		assertThat(methods(Edgewise.class)).containsExactlyInAnyOrder("Mono open(String, Map)",
				"Mono open(String, Map, Playback)", "Mono close(String)", "Mono publish(String, Object)",
				"Mono publish(String, Object, String, String)", "Mono interrupt(String, InterruptCommand, String)",
				"Mono policy(String, String)", "Mono decisions(String)", "Flux read(String, long)");
	}

	@Test
	void theReasonsAndTheOverlapsAreAllThere() {
		assertThat(Reason.values()).containsExactly(Reason.EVENT, Reason.REPLACED, Reason.EMERGENCY,
				Reason.CLIENT_DISCONNECTED, Reason.SESSION_CLOSED, Reason.SESSION_EXPIRED, Reason.TIMEOUT,
				Reason.SHUTDOWN);
		assertThat(Overlap.values()).containsExactly(Overlap.REPLACE, Overlap.QUEUE, Overlap.PARALLEL, Overlap.IGNORE);
	}

	@Test
	void everyRefusalIsUncheckedAndSaysWhatItKnows() {
		assertThat(new InterruptedGenerationException("g")).isInstanceOf(RuntimeException.class)
			.hasMessageContaining("g");
		assertThat(new UnknownSessionException("s").session()).isEqualTo("s");
		assertThat(new UnknownGenerationException("g").generation()).isEqualTo("g");
		UnknownPolicyException unknown = new UnknownPolicyException("p", List.of("immediate"));
		assertThat(unknown.policy()).isEqualTo("p");
		assertThat(unknown.known()).containsExactly("immediate");
		assertThat(new SessionClosedException("s").session()).isEqualTo("s");
		EventRefusedException refused = new EventRefusedException(EventRefusedException.Bound.EVENT_RATE,
				Duration.ofSeconds(1));
		assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(1));
	}

	@Test
	void aNamedEventCarriesItsName() {
		assertThat(Named.class.getAnnotation(EventType.class).value()).isEqualTo("named");
	}

	@ParameterizedTest
	@MethodSource("records")
	void everyRecordHasItsComponents(Class<?> type, @Nullable Class<?> parent, String components) {
		assertThat(Arrays.stream(type.getRecordComponents())
			.map((component) -> component.getType().getSimpleName() + " " + component.getName())
			.reduce((a, b) -> a + ", " + b)
			.orElse("")).isEqualTo(components);
		if (parent != null) {
			assertThat(parent.isSealed()).isTrue();
			assertThat(type.getInterfaces()).containsExactly(parent);
			assertThat(parent.getPermittedSubclasses()).contains(type);
		}
	}

	@ParameterizedTest
	@MethodSource("records")
	void everyRecordRefusesNullWhereAValueIsRequired(Class<?> type, @Nullable Class<?> parent, String components)
			throws Exception {
		if (parent == null) {
			return;
		}
		RecordComponent[] all = type.getRecordComponents();
		for (RecordComponent component : all) {
			if (component.getType().isPrimitive() || component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
				continue;
			}
			Object[] values = Arrays.stream(all)
				.map((other) -> other.equals(component) ? null : value(other.getType()))
				.toArray();
			var constructor = type
				.getDeclaredConstructor(Arrays.stream(all).map(RecordComponent::getType).toArray(Class<?>[]::new));
			assertThatNullPointerException().as(type.getSimpleName() + "." + component.getName()).isThrownBy(() -> {
				try {
					constructor.newInstance(values);
				}
				catch (java.lang.reflect.InvocationTargetException ex) {
					throw ex.getTargetException();
				}
			});
		}
	}

	static List<Arguments> records() {
		return List.of(arguments(UserStartedSpeaking.class, UserEvent.class, "String speaker"),
				arguments(UserStoppedSpeaking.class, UserEvent.class, "String speaker"),
				arguments(UserTranscriptionReceived.class, UserEvent.class,
						"String content, Boolean interim, Double confidence, String speaker"),
				arguments(DTMFInput.class, UserEvent.class, "String button"),
				arguments(UserUnknownInputReceived.class, UserEvent.class, "String inputData"),
				arguments(CustomReceived.class, UserEvent.class, "Map metadata"),
				arguments(AgentResponse.class, AgentEvent.class, "String content, Boolean interruptible"),
				arguments(AgentGenerationStarted.class, AgentEvent.class, ""),
				arguments(AgentGenerationComplete.class, AgentEvent.class, ""),
				arguments(AgentGenerationInterrupted.class, AgentEvent.class,
						"Reason reason, Long cause, long elapsedMillis, int discarded"),
				arguments(AgentGenerationFailed.class, AgentEvent.class, "String code, String error"),
				arguments(AgentGenerationPaused.class, AgentEvent.class, "long cause, String rule"),
				arguments(AgentGenerationResumed.class, AgentEvent.class, "long cause, String rule, long pausedMillis"),
				arguments(AgentGenerationProtected.class, AgentEvent.class, "long cause, String content"),
				arguments(AgentTakesFloor.class, AgentEvent.class, "int words, long millis"),
				arguments(AgentStartedSpeaking.class, AgentEvent.class, ""),
				arguments(AgentStoppedSpeaking.class, AgentEvent.class, ""),
				arguments(AgentSpeechSent.class, AgentEvent.class, "String content"),
				arguments(AgentHandoff.class, AgentEvent.class, "String targetAgent, String reason"),
				arguments(AgentError.class, AgentEvent.class, "String error, String code"),
				arguments(ToolCall.class, AgentEvent.class, "String toolCallId, String toolName, Map toolArgs"),
				arguments(ToolResult.class, AgentEvent.class,
						"String toolCallId, String toolName, Object result, String error"),
				arguments(EndCall.class, AgentEvent.class, ""),
				arguments(TransferCall.class, AgentEvent.class, "String targetPhoneNumber, Integer timeoutSeconds"),
				arguments(DTMFOutput.class, AgentEvent.class, "String button"),
				arguments(LogMetric.class, AgentEvent.class, "String name, Object value"),
				arguments(EmergencyStop.class, SystemEvent.class, "String reason"),
				arguments(InterruptRequested.class, SystemEvent.class, "String target, boolean force, String reason"),
				arguments(SessionClosed.class, SystemEvent.class, "Reason reason"),
				arguments(StreamGap.class, SystemEvent.class, "long from, long to"),
				arguments(Frame.class, null,
						"long sequence, Instant at, String type, String generation, String route, Object event"),
				arguments(Receipt.class, null,
						"long sequence, boolean duplicate, List interrupted, List ignored, List started, List refused, "
								+ "List paused, List decisions"),
				arguments(Decision.class, null,
						"long sequence, Instant at, String generation, String route, String cause, Verdict verdict, "
								+ "String rule, String policy, Evidence evidence, Duration took"),
				arguments(Evidence.class, null,
						"boolean forced, Shield protection, User user, Agent agent, Past past, Answer condition"),
				arguments(InterruptCommand.class, null,
						"String generation, String route, boolean force, String reason"),
				arguments(InterruptReceipt.class, null, "long sequence, boolean duplicate, List stopped, List spared"),
				arguments(InterruptReceipt.Stopped.class, null,
						"String generation, String route, String delivered, String heard"),
				arguments(InterruptReceipt.Spared.class, null,
						"String generation, String route, String rule, Shield protection, String delivered, "
								+ "String heard"),
				arguments(Interruption.class, null,
						"String generation, String route, Frame cause, Reason reason, Instant at, Duration elapsed, "
								+ "String generated, String delivered, String heard, int discarded, "
								+ "ConversationContext conversation, Map state"));
	}

	private static Object value(Class<?> type) {
		return Map
			.<Class<?>, Object>of(String.class, "a", Map.class, Map.of(), Object.class, 1, Boolean.class, true,
					Double.class, 1.0, Integer.class, 1, Long.class, 1L, long.class, 1L, int.class, 1)
			.getOrDefault(type, Reason.EVENT);
	}

	private static List<String> methods(Class<?> type) {
		return Stream.of(type.getDeclaredMethods())
			.filter((method) -> !method.isSynthetic())
			.map((method) -> method.getReturnType().getSimpleName() + " " + method.getName()
					+ Arrays.stream(method.getParameterTypes())
						.map(Class::getSimpleName)
						.reduce((a, b) -> a + ", " + b)
						.map((all) -> "(" + all + ")")
						.orElse("()"))
			.toList();
	}

	private static Routes.Trigger<DTMFInput> keys() {
		return Routes.on(DTMFInput.class);
	}

	/**
	 * Every type that the facade answers with; never called.
	 */
	static void facade(Edgewise edgewise) {
		Mono<Session> session = edgewise.open(null, Map.of("caller", 1));
		Mono<Void> closed = edgewise.close("s");
		Mono<Receipt> receipt = edgewise.publish("s", new UserStartedSpeaking());
		Mono<Receipt> again = edgewise.publish("s", new UserStartedSpeaking(), null, null);
		Flux<Frame> frames = edgewise.read("s", 0);
		Mono<InterruptReceipt> interrupted = edgewise.interrupt("s", new InterruptCommand(null, null, true, "why"),
				null);
		Mono<Void> chosen = edgewise.policy("s", null);
		Mono<List<Decision>> decisions = edgewise.decisions("s");
		assertThat(List.of(session, closed, receipt, again, frames, interrupted, chosen, decisions)).hasSize(8);
	}

	/**
	 * Every type that a generation answers with; never called.
	 */
	static void generation(Generation generation) {
		Session session = generation.session();
		Map<String, Object> attributes = session.attributes();
		List<Message> messages = generation.conversation().messages();
		Instant started = generation.startedAt();
		try (Protection section = generation.protect()) {
			assertThat(section).isNotNull();
		}
		generation.onCleanup(() -> assertThat(List.of(attributes, messages)).doesNotContain(started));
	}

	static class Annotated {

		@Route(on = { UserStoppedSpeaking.class, DTMFInput.class },
				interruptOn = { UserStartedSpeaking.class, EmergencyStop.class }, filter = "session.id != 'x'",
				condition = "generation.elapsed.toMillis() > 300", overlap = Overlap.PARALLEL, maxConcurrency = 2,
				id = "annotated")
		Flux<AgentResponse> generate(ConversationContext conversation, Generation generation) {
			return Flux.empty();
		}

		@Turn(UserEvent.class)
		Mono<Void> composed(@Nullable Interruption previous, Frame frame, Session session) {
			return Mono.empty();
		}

		@OnInterrupt(value = UserStartedSpeaking.class, routes = "annotated")
		void on(Interruption interruption, @Nullable UserStartedSpeaking cause, ConversationContext conversation,
				Session session) {
		}

	}

	@Route(UserStoppedSpeaking.class)
	static class Speaker implements ReasoningNode {

		@Override
		public Publisher<?> processContext(ConversationContext context) {
			return Flux.empty();
		}

		Publisher<?> contextWith(ConversationContext context, Generation generation) {
			return Flux.empty();
		}

		Flux<AgentResponse> generate(DTMFInput event) {
			return Flux.just(new AgentResponse(event.button()));
		}

		Flux<AgentResponse> generateWith(DTMFInput event, Generation generation) {
			return Flux.empty();
		}

		Stream<String> any(Object event) {
			return Stream.of(event.toString());
		}

		void speak(DTMFInput event, Generation generation) throws Exception {
			generation.emit(event);
		}

		static List<String> shared(UserEvent event) {
			return List.of();
		}

		static List<String> sharedWith(UserEvent event, Generation generation) {
			return List.of();
		}

	}

	@Route(interruptOn = UserStartedSpeaking.class)
	@Retention(RetentionPolicy.RUNTIME)
	@Target({ ElementType.METHOD, ElementType.TYPE })
	@interface Turn {

		@AliasFor(annotation = Route.class, attribute = "on")
		Class<?>[] value();

		@AliasFor(annotation = Route.class)
		Overlap overlap() default Overlap.REPLACE;

	}

	@EventType("named")
	record Named() {
	}

}
