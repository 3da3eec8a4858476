package dev.edgewise.functional;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

import dev.edgewise.ConversationContext;
import dev.edgewise.ConversationContext.Role;
import dev.edgewise.Frame;
import dev.edgewise.Generation;
import dev.edgewise.InterruptedGenerationException;
import dev.edgewise.Interruption;
import dev.edgewise.Receipt;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.ToolPolicy;
import dev.edgewise.event.AgentSpeechSent;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.event.ToolCall;
import dev.edgewise.event.ToolResult;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.session.EngineListener.ToolEnd;
import dev.edgewise.test.Replay;
import dev.edgewise.web.RecordingText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.NonBlocking;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Every call of a tool has exactly one outcome, whatever happens to its generation.
 */
class ToolLawTests {

	private final AtomicReference<Generation> generation = new AtomicReference<>();

	private final Tool tool = new Tool();

	private final List<Object> answers = new ArrayList<>();

	private final List<ToolResult> undone = new ArrayList<>();

	private static Routes.Trigger<UserStoppedSpeaking> turn() {
		return Routes.on(UserStoppedSpeaking.class).interruptOn(UserStartedSpeaking.class);
	}

	private static ToolCall call(String id) {
		return new ToolCall(id, "book", Map.of());
	}

	private Mono<ToolResult> call(String id, Publisher<?> work, ToolPolicy policy) {
		return this.generation.get().tool(call(id), work, policy);
	}

	private void ask(String id, Publisher<?> work, ToolPolicy policy) {
		call(id, work, policy).subscribe(this.answers::add, this.answers::add);
	}

	/**
	 * A route that says hm, and then what its test makes it say.
	 */
	private RouteDefinition talking(Function<Generation, Publisher<?>> more) {
		return turn().id("talking").stream((event, running) -> {
			this.generation.set(running);
			return Flux.<Object>just("hm ").concatWith(more.apply(running)).concatWith(Flux.never());
		}).broadcast();
	}

	private RouteDefinition talking() {
		return talking((running) -> Flux.empty());
	}

	private RouteDefinition calling(ToolPolicy policy) {
		return talking((running) -> Mono.defer(() -> running.tool(call("c"), this.tool.work(), policy))
			.doOnNext(this.answers::add)
			.doOnError(this.answers::add)
			.map((result) -> "so " + result.result()));
	}

	/**
	 * Checks that each call in the log has one result behind it, and that the history
	 * tells the same, call by call.
	 */
	private static void assertPaired(Stage stage, TestSubscriber<Frame> reader) {
		List<String> calls = new ArrayList<>();
		List<ToolResult> results = new ArrayList<>();
		for (Frame frame : reader.getReceivedOnNext()) {
			if (frame.event() instanceof ToolCall call) {
				calls.add(call.toolCallId());
			}
			else if (frame.event() instanceof ToolResult result) {
				assertThat(calls).contains(result.toolCallId());
				results.add(result);
			}
		}
		assertThat(results).extracting(ToolResult::toolCallId).containsExactlyInAnyOrderElementsOf(calls);
		assertThat(stage.spy.toolEnds).hasSameSizeAs(calls);
		ConversationContext conversation = Stage.get(stage.engine.conversation(Stage.SESSION));
		List<ConversationContext.Message> told = conversation.messages()
			.stream()
			.filter((message) -> message.role() == Role.TOOL)
			.toList();
		assertThat(told).extracting((message) -> message.call().toolCallId()).containsExactlyElementsOf(calls);
		assertThat(told).allSatisfy((message) -> {
			assertThat(message.result()).isIn(results);
			assertThat(message.result().toolCallId()).isEqualTo(message.call().toolCallId());
		});
	}

	@Test
	void theCallIsEmittedThenTheToolRunsThenItsResultIsEmitted() {
		try (Stage stage = Stage.of(calling(ToolPolicy.FINISH))) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			assertThat(this.tool.runs).hasValue(1);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:hm ", "1:c()");
			this.tool.finish("done");
			assertThat(Stage.tale(reader)).endsWith("1:c()", "1:c=done", "1:so done");
			assertThat(this.answers).containsExactly(new ToolResult("c", "book", "done", null));
			assertThat(stage.spy.toolEnds).containsExactly(ToolEnd.COMPLETED);
			assertPaired(stage, reader);
		}
	}

	@Test
	void anOutcomeThatTheNodeEmitsAgainIsEmittedOnce() {
		try (Stage stage = Stage
			.of(turn().stream((event, running) -> running.tool(call("c"), this.tool.work(), ToolPolicy.FINISH))
				.broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			this.tool.finish("done");
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:c()", "1:c=done", "=1");
			assertPaired(stage, reader);
		}
	}

	@Test
	void manyOutcomesThatTheNodeEmitsAgainDoNotUseUpItsDemand() {
		try (Stage stage = Stage.of(
				turn()
					.stream((event, running) -> Flux.range(0, 200)
						.concatMap((i) -> running.tool(call("c" + i), Mono.just(i), ToolPolicy.FINISH)))
					.broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			assertThat(Stage.tale(reader)).hasSize(2 + 400 + 1).endsWith("1:c199()", "1:c199=199", "=1");
			assertPaired(stage, reader);
		}
	}

	@Test
	void callsAndResultsGoPastTheOutputOfTheRoute() {
		try (Stage stage = Stage.of(turn()
			.stream((event, running) -> running.tool(call("c"), Mono.just("done"), ToolPolicy.FINISH)
				.thenMany(Flux.just("a", "b")))
			.map((item) -> item + "!")
			.filter((item) -> item.equals("b!"))
			.broadcast(String.class))) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			assertThat(Stage.tale(reader)).contains("1:c()", "1:c=done", "1:b!").doesNotContain("1:a!");
			assertPaired(stage, reader);
		}
	}

	@Test
	void nothingHappensBeforeSubscriptionAndEverySubscriptionSeesTheOneCall() {
		try (Stage stage = Stage.of(talking())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			Mono<ToolResult> answer = call("c", this.tool.work(), ToolPolicy.FINISH);
			assertThat(Stage.tale(reader)).doesNotContain("1:c()");
			answer.subscribe(this.answers::add);
			answer.subscribe().dispose();
			answer.subscribe(this.answers::add);
			this.tool.finish("done");
			answer.subscribe(this.answers::add);
			assertThat(this.tool.runs).hasValue(1);
			assertThat(this.tool.cancels).hasValue(0);
			assertThat(this.answers).hasSize(3).containsOnly(new ToolResult("c", "book", "done", null));
			assertPaired(stage, reader);
		}
	}

	@Test
	void toCancelTheAnswerDoesNotStopTheTool() {
		try (Stage stage = Stage.of(talking())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			call("c", this.tool.work(), ToolPolicy.CANCEL).subscribe().dispose();
			assertThat(this.tool.cancels).hasValue(0);
			this.tool.finish("done");
			assertThat(Stage.tale(reader)).endsWith("1:c()", "1:c=done");
			assertPaired(stage, reader);
		}
	}

	@Test
	void theLastItemIsTheResultAndNoneIsNull() {
		try (Stage stage = Stage.of(talking())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			ask("many", Flux.just(1, 2, 3), ToolPolicy.FINISH);
			ask("none", Flux.empty(), ToolPolicy.FINISH);
			assertThat(Stage.tale(reader)).endsWith("1:many()", "1:many=3", "1:none()", "1:none=null");
			assertPaired(stage, reader);
		}
	}

	@ParameterizedTest
	@EnumSource
	void aGenerationThatIsCutBeforeTheCallHasItsNumberNeverRunsTheTool(ToolPolicy.OnInterruption onInterruption) {
		try (Stage stage = Stage.with(chatting(policy(onInterruption))).log(8, 1 << 20, 1 << 28).open()) {
			TestSubscriber<Frame> reader = stage.read(0, 4);
			stage.publish(new UserStoppedSpeaking());
			assertThat(this.tool.runs).hasValue(0);
			stage.publish(new EmergencyStop(null));
			stage.advance(ToolPolicy.DEFAULT_DEADLINE);
			assertThat(this.answers).singleElement().isInstanceOf(InterruptedGenerationException.class);
			assertThat(this.tool.runs).hasValue(0);
			reader.request(100);
			assertThat(Stage.tale(reader)).contains("1:a2").doesNotContain("1:c()").endsWith("EmergencyStop", "!1");
			assertPaired(stage, reader);
		}
	}

	private RouteDefinition chatting(ToolPolicy policy) {
		return turn()
			.stream((event, running) -> Flux.range(1, 20)
				.<Object>map((i) -> "a" + i)
				.concatWith(running.tool(call("c"), this.tool.work(), policy)
					.doOnNext(this.answers::add)
					.doOnError(this.answers::add)
					.map((result) -> "so")))
			.broadcast();
	}

	@Test
	void finishRunsOnThroughAnInterruptionAndItsResultIsAFrameOfTheSession() {
		try (Stage stage = Stage.of(calling(ToolPolicy.FINISH), listening())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			assertThat(this.tool.cancels).hasValue(0);
			stage.advanceMillis(2_000);
			this.tool.finish("done");
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:hm ", "1:c()",
					"UserStartedSpeaking", "!1", ":c=done");
			Frame result = reader.getReceivedOnNext().get(6);
			assertThat(result.generation()).isNull();
			assertThat(result.route()).isNull();
			assertThat(stage.spy.toolEnds).containsExactly(ToolEnd.COMPLETED);
			assertPaired(stage, reader);
		}
	}

	/**
	 * Would start at a result that is an event.
	 */
	private static RouteDefinition listening() {
		return Routes.on(ToolResult.class).id("listening").stream((event) -> Flux.just("heard")).broadcast();
	}

	@Test
	void aResultThatIsAnItemIsAnEventAsAnyItemIs() {
		try (Stage stage = Stage.of(calling(ToolPolicy.FINISH), listening())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			this.tool.finish("done");
			assertThat(Stage.tale(reader)).contains("2:heard");
			assertPaired(stage, reader);
		}
	}

	@Test
	void cancelIsCancelledByAnInterruptionAndTheResultSaysSoAtOnce() {
		try (Stage stage = Stage.of(calling(ToolPolicy.CANCEL))) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			assertThat(this.tool.cancels).hasValue(1);
			assertThat(Stage.tale(reader)).endsWith("1:c()", "UserStartedSpeaking", "!1", ":c!cancelled");
			assertThat(stage.spy.toolEnds).containsExactly(ToolEnd.CANCELLED);
			assertPaired(stage, reader);
		}
	}

	@Test
	void theResultOfACancelledToolStandsInTheHistoryOfItsInterruption() {
		AtomicReference<Interruption> told = new AtomicReference<>();
		RouteDefinition route = turn().onInterrupt(told::set)
			.stream((event, running) -> running.tool(call("c"), Mono.never(), ToolPolicy.CANCEL))
			.broadcast();
		try (Stage stage = Stage.of(route)) {
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			assertThat(told.get().conversation().messages()).singleElement()
				.satisfies((message) -> assertThat(message.result().error()).isEqualTo("cancelled"));
		}
	}

	@Test
	void whatACancelledToolBringsAllTheSameIsDroppedAndCounted() {
		Nodes.Deaf deaf = new Nodes.Deaf();
		try (Stage stage = Stage
			.of(talking((running) -> running.tool(call("c"), finishing(deaf), ToolPolicy.CANCEL)))) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			deaf.say("too late");
			assertThat(Stage.tale(reader)).endsWith("!1", ":c!cancelled");
			assertThat(stage.spy.toolsLate).hasValue(1);
			assertPaired(stage, reader);
		}
	}

	/**
	 * Completes with the first item, and minds no cancellation.
	 */
	private static Publisher<Object> finishing(Publisher<String> deaf) {
		return (subscriber) -> deaf.subscribe(new Subscriber<String>() {
			@Override
			public void onSubscribe(Subscription subscription) {
				subscriber.onSubscribe(subscription);
			}

			@Override
			public void onNext(String item) {
				subscriber.onNext(item);
				subscriber.onComplete();
			}

			@Override
			public void onError(Throwable failure) {
				subscriber.onError(failure);
			}

			@Override
			public void onComplete() {
				subscriber.onComplete();
			}
		});
	}

	@Test
	void protectKeepsTheUserFromInterruptingUntilTheResultIsThere() {
		try (Stage stage = Stage.of(calling(ToolPolicy.PROTECT))) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			Receipt receipt = stage.publish(new UserStartedSpeaking());
			assertThat(receipt.interrupted()).isEmpty();
			this.tool.finish("done");
			assertThat(Stage.tale(reader)).containsSubsequence("1:c()", "UserStartedSpeaking", "1:c=done", "!1");
			assertThat(this.answers).containsExactly(new ToolResult("c", "book", "done", null));
			assertPaired(stage, reader);
		}
	}

	@Test
	void protectHoldsBeforeTheCallHasItsNumber() {
		try (Stage stage = Stage.with(calling(ToolPolicy.PROTECT)).log(4, 1 << 20, 1 << 28).open()) {
			TestSubscriber<Frame> reader = stage.read(0, 1);
			stage.publish(new UserStoppedSpeaking());
			ask("d", Mono.just("also"), ToolPolicy.PROTECT);
			assertThat(stage.publish(new UserStartedSpeaking()).interrupted()).isEmpty();
			reader.request(100);
			this.tool.finish("done");
			assertThat(Stage.tale(reader)).containsSubsequence("UserStartedSpeaking", "1:d=also", "!1");
			assertPaired(stage, reader);
		}
	}

	@Test
	void whatIsForcedInterruptsAProtectedToolAllTheSameAndItRunsToItsEnd() {
		try (Stage stage = Stage.of(calling(ToolPolicy.PROTECT))) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			assertThat(stage.publish(new EmergencyStop(null)).interrupted()).hasSize(1);
			assertThat(this.tool.cancels).hasValue(0);
			this.tool.finish("done");
			assertThat(Stage.tale(reader)).endsWith("EmergencyStop", "!1", ":c=done");
			assertPaired(stage, reader);
		}
	}

	@ParameterizedTest
	@EnumSource
	void anInterruptionAfterTheOutcomeChangesNothingAboutIt(ToolPolicy.OnInterruption onInterruption) {
		try (Stage stage = Stage.of(calling(policy(onInterruption)))) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			this.tool.finish("done");
			assertThat(stage.publish(new UserStartedSpeaking()).interrupted()).hasSize(1);
			stage.advance(ToolPolicy.DEFAULT_DEADLINE.plusSeconds(1));
			assertThat(Stage.tale(reader)).endsWith("1:c()", "1:c=done", "1:so done", "UserStartedSpeaking", "!1");
			assertThat(stage.spy.toolEnds).containsExactly(ToolEnd.COMPLETED);
			assertPaired(stage, reader);
		}
	}

	private static ToolPolicy policy(ToolPolicy.OnInterruption onInterruption) {
		return new ToolPolicy(onInterruption, ToolPolicy.DEFAULT_DEADLINE, null, null);
	}

	@ParameterizedTest
	@EnumSource
	void aResultThatWaitsForRoomAtTheFenceIsAppendedBehindIt(ToolPolicy.OnInterruption onInterruption) {
		try (Stage stage = Stage.with(talking()).log(8, 1 << 20, 1 << 28).open()) {
			TestSubscriber<Frame> reader = stage.read(0, 4);
			stage.publish(new UserStoppedSpeaking());
			ask("c", this.tool.work(), policy(onInterruption));
			for (int i = 0; i < 12; i++) {
				ask("d" + i, Mono.just(i), ToolPolicy.FINISH);
			}
			this.tool.finish("done");
			stage.publish(new EmergencyStop(null));
			reader.request(100);
			assertThat(Stage.tale(reader)).containsSubsequence("1:c()", "EmergencyStop", "!1", ":c=done");
			assertThat(this.answers).contains(new ToolResult("c", "book", "done", null));
			assertThat(stage.spy.toolEnds).doesNotContain(ToolEnd.CANCELLED);
		}
	}

	@Test
	void aToolThatRunsOutOfTimeIsCancelled() {
		try (Stage stage = Stage.of(calling(ToolPolicy.FINISH.withDeadline(Duration.ofMillis(700))))) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(699);
			assertThat(this.tool.cancels).hasValue(0);
			stage.advanceMillis(1);
			assertThat(this.tool.cancels).hasValue(1);
			assertThat(Stage.tale(reader)).endsWith("1:c()", "1:c!timed out after 700 ms", "1:so null");
			assertThat(stage.spy.toolEnds).containsExactly(ToolEnd.TIMED_OUT);
			assertPaired(stage, reader);
		}
	}

	@Test
	void theDeadlineHoldsBehindTheFenceToo() {
		try (Stage stage = Stage.of(calling(ToolPolicy.FINISH.withDeadline(Duration.ofMillis(700))))) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			stage.advanceMillis(700);
			assertThat(this.tool.cancels).hasValue(1);
			assertThat(Stage.tale(reader)).endsWith("!1", ":c!timed out after 700 ms");
			assertPaired(stage, reader);
		}
	}

	@Test
	void theDeadlineCountsFromTheStartOfTheTool() {
		try (Stage stage = Stage.with(calling(ToolPolicy.FINISH.withDeadline(Duration.ofMillis(700))))
			.log(3, 1 << 20, 1 << 28)
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0, 0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(2_000);
			reader.request(100);
			stage.advanceMillis(699);
			this.tool.finish("done");
			assertThat(Stage.tale(reader)).contains("1:c=done");
			assertPaired(stage, reader);
		}
	}

	@Test
	void aDeadlineBeyondAllClocksIsNone() {
		try (Stage stage = Stage.of(calling(ToolPolicy.FINISH.withDeadline(Duration.ofSeconds(Long.MAX_VALUE))))) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advance(Duration.ofMinutes(4));
			this.tool.finish("done");
			assertThat(Stage.tale(reader)).contains("1:c=done");
			assertPaired(stage, reader);
		}
	}

	@Test
	void aFailureIsAnOutcomeAndNotTheEndOfTheGeneration() {
		try (Stage stage = Stage.of(calling(ToolPolicy.FINISH))) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			this.tool.fail(new IllegalStateException("the password is 1234"));
			assertThat(Stage.tale(reader)).endsWith("1:c()", "1:c!IllegalStateException", "1:so null");
			assertThat(stage.spy.toolEnds).containsExactly(ToolEnd.FAILED);
			assertPaired(stage, reader);
		}
	}

	@Test
	void aFailureBehindTheFenceIsAFrameOfTheSession() {
		try (Stage stage = Stage.of(calling(ToolPolicy.FINISH))) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			this.tool.fail(new IllegalStateException());
			assertThat(Stage.tale(reader)).endsWith("!1", ":c!IllegalStateException");
			assertPaired(stage, reader);
		}
	}

	@Test
	void aPublisherThatThrowsWhenItIsSubscribedFails() {
		Publisher<Object> broken = (subscriber) -> {
			throw new UnsupportedOperationException();
		};
		try (Stage stage = Stage.of(talking((running) -> running.tool(call("c"), broken, ToolPolicy.FINISH)))) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			assertThat(Stage.tale(reader)).contains("1:c!UnsupportedOperationException");
		}
	}

	/**
	 * Cannot be written as JSON.
	 */
	static final class Hostile {

		public String getName() {
			throw new IllegalStateException("hostile");
		}

	}

	@Test
	void aResultThatCannotBeWrittenIsAFailure() {
		try (Stage stage = Stage.with(calling(ToolPolicy.FINISH)).json().open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			this.tool.finish(new Hostile());
			assertThat(Stage.tale(reader)).endsWith("1:c()", "1:c!invalid-result", "1:so null");
			assertThat(stage.spy.toolEnds).containsExactly(ToolEnd.FAILED);
			assertPaired(stage, reader);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aResultThatExceedsTheLogIsAFailure(boolean cut) {
		try (Stage stage = Stage.with(calling(ToolPolicy.FINISH)).log(64, 4_096, 1 << 20).open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			if (cut) {
				stage.publish(new UserStartedSpeaking());
			}
			this.tool.finish("x".repeat(5_000));
			assertThat(Stage.tale(reader)).contains((cut ? "" : "1") + ":c!invalid-result");
			assertPaired(stage, reader);
		}
	}

	@Test
	void aPromiseIsNoResult() {
		try (Stage stage = Stage.of(calling(ToolPolicy.FINISH))) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			this.tool.finish(new CompletableFuture<>());
			assertThat(Stage.tale(reader)).contains("1:c!invalid-result");
			assertPaired(stage, reader);
		}
	}

	@Test
	void aCallThatCannotBeWrittenFailsItsGenerationAndIsNeverMade() {
		ToolCall hostile = new ToolCall("c", "book", Map.of("who", new Hostile()));
		try (Stage stage = Stage
			.with(talking((running) -> running.tool(hostile, this.tool.work(), ToolPolicy.FINISH)
				.doOnError(this.answers::add)))
			.json()
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			assertThat(Stage.tale(reader)).endsWith("1:hm ", "x1");
			assertThat(this.tool.runs).hasValue(0);
			assertThat(this.answers).singleElement().isInstanceOf(IllegalStateException.class);
			assertPaired(stage, reader);
		}
	}

	@Test
	void theResultOfAToolOfAGenerationThatHasEndedIsAFrameOfTheSession() {
		try (Stage stage = Stage.of(turn().stream((event, running) -> {
			this.generation.set(running);
			return Flux.just("one moment").doOnNext((word) -> ask("c", this.tool.work(), ToolPolicy.CANCEL));
		}).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			assertThat(Stage.tale(reader)).endsWith("1:c()", "1:one moment", "=1");
			stage.publish(new UserStartedSpeaking());
			this.tool.finish("done");
			assertThat(Stage.tale(reader)).endsWith("=1", "UserStartedSpeaking", ":c=done");
			assertThat(this.answers).hasSize(1);
			assertPaired(stage, reader);
		}
	}

	@Test
	void theResultOfAToolOfAGenerationThatHasFailedIsAFrameOfTheSession() {
		Sinks.Empty<String> failing = Sinks.empty();
		try (Stage stage = Stage.of(talking((running) -> {
			ask("c", this.tool.work(), ToolPolicy.CANCEL.withCompensation(this.undone::add));
			return failing.asMono();
		}))) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			failing.tryEmitError(new IllegalStateException());
			this.tool.finish("done");
			assertThat(Stage.tale(reader)).endsWith("x1", ":c=done");
			assertThat(this.undone).isEmpty();
			assertPaired(stage, reader);
		}
	}

	@Test
	void aCallOfAGenerationThatHasEndedIsRefused() {
		try (Stage stage = Stage.of(talking())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			ask("c", this.tool.work(), ToolPolicy.FINISH);
			assertThat(this.answers).singleElement().isInstanceOf(InterruptedGenerationException.class);
			assertThat(this.tool.runs).hasValue(0);
			assertPaired(stage, reader);
		}
	}

	@Test
	void aPausedGenerationKeepsTheResultUntilItGoesOn() {
		InterruptionPolicy patient = InterruptionPolicy.builder("patient")
			.minWords(2)
			.decideWithin(Duration.ofMillis(500))
			.build();
		RouteDefinition route = turn().policy("patient").stream((event, running) -> {
			this.generation.set(running);
			return Flux.concat(Flux.just("hm "), running.tool(call("c"), this.tool.work(), ToolPolicy.FINISH),
					Flux.never());
		}).filter((item) -> item instanceof String).broadcast();
		try (Stage stage = Stage.with(route).policies(patient).open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			this.tool.finish("done");
			assertThat(Stage.tale(reader)).endsWith("UserStartedSpeaking", "~1");
			stage.publish(new UserTranscriptionReceived("hm", null, null));
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(600);
			assertThat(Stage.tale(reader)).containsSubsequence("~1", "^1", "1:c=done");
			assertPaired(stage, reader);
		}
	}

	@Test
	void aPausedGenerationThatIsCutHasItsResultBehindTheFence() {
		InterruptionPolicy patient = InterruptionPolicy.builder("patient")
			.minWords(2)
			.decideWithin(Duration.ofMillis(500))
			.build();
		RouteDefinition route = turn().policy("patient")
			.stream((event, running) -> running.tool(call("c"), this.tool.work(), ToolPolicy.CANCEL))
			.filter((item) -> item instanceof String)
			.broadcast();
		try (Stage stage = Stage.with(route).policies(patient).open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			this.tool.finish("done");
			stage.publish(new UserTranscriptionReceived("please stop that", null, null));
			assertThat(Stage.tale(reader)).endsWith("!1", ":c=done");
			assertPaired(stage, reader);
		}
	}

	@Test
	void toolsRunSideBySideAndEachHasItsResult() {
		List<Tool> tools = List.of(new Tool(), new Tool(), new Tool());
		try (Stage stage = Stage.of(talking((running) -> Flux.range(0, 3)
			.flatMap((i) -> running.tool(call("c" + i), tools.get(i).work(), ToolPolicy.FINISH))
			.map((result) -> "so " + result.result())))) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			assertThat(Stage.tale(reader)).endsWith("1:c0()", "1:c1()", "1:c2()");
			tools.get(2).finish("z");
			tools.get(0).finish("x");
			stage.publish(new UserStartedSpeaking());
			tools.get(1).finish("y");
			assertThat(Stage.tale(reader)).endsWith("1:c2=z", "1:so z", "1:c0=x", "1:so x", "UserStartedSpeaking", "!1",
					":c1=y");
			assertPaired(stage, reader);
		}
	}

	@Test
	void toolsRunOneAfterTheOther() {
		List<Tool> tools = List.of(new Tool(), new Tool());
		try (Stage stage = Stage.of(talking((running) -> Flux.range(0, 2)
			.concatMap((i) -> running.tool(call("c" + i), tools.get(i).work(), ToolPolicy.FINISH))
			.map((result) -> "so " + result.result())))) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			assertThat(Stage.tale(reader)).endsWith("1:hm ", "1:c0()");
			tools.get(0).finish("x");
			assertThat(Stage.tale(reader)).endsWith("1:c0=x", "1:so x", "1:c1()");
			stage.publish(new UserStartedSpeaking());
			tools.get(1).finish("y");
			assertThat(Stage.tale(reader)).endsWith("!1", ":c1=y");
			assertPaired(stage, reader);
		}
	}

	@Test
	void manyToolsNeitherStarveNorFloodTheirNode() {
		try (Stage stage = Stage.of(
				turn()
					.stream((event, running) -> Flux.range(0, 500)
						.concatMap((i) -> running.tool(call("c" + i), Mono.just(i), ToolPolicy.FINISH)
							.thenReturn(i + " ")))
					.broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			assertThat(Stage.tale(reader)).hasSize(2 + 1_500 + 1).endsWith("1:c499()", "1:c499=499", "1:499 ", "=1");
			assertPaired(stage, reader);
		}
	}

	@Test
	void toolsDoNotLetTheirNodeRunFurtherAheadOfASlowReader() {
		AtomicInteger produced = new AtomicInteger();
		try (Stage stage = Stage.of(turn().stream((event, running) -> {
			this.generation.set(running);
			return Flux.range(0, 1_000).doOnNext((i) -> produced.incrementAndGet()).map((i) -> i + " ");
		}).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0, 2);
			stage.publish(new UserStoppedSpeaking());
			for (int i = 0; i < 60; i++) {
				ask("c" + i, Mono.just(i), ToolPolicy.FINISH);
			}
			reader.request(100);
			assertThat(produced.get()).isLessThanOrEqualTo(32 + 32);
		}
	}

	@Test
	void twoCallsCannotHaveOneIdWhileTheFirstHasNoOutcome() {
		try (Stage stage = Stage.of(talking())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			ask("c", this.tool.work(), ToolPolicy.FINISH);
			ask("c", Mono.just("second"), ToolPolicy.PROTECT);
			assertThat(this.answers).singleElement().isInstanceOf(IllegalArgumentException.class);
			this.tool.finish("first");
			ask("c", Mono.just("third"), ToolPolicy.FINISH);
			assertThat(Stage.tale(reader)).endsWith("1:c()", "1:c=first", "1:c()", "1:c=third");
			assertThat(stage.publish(new UserStartedSpeaking()).interrupted()).hasSize(1);
		}
	}

	@Test
	void aCallWithAKeyThatHasAnOutcomeIsAnsweredWithItAndNotRunAgain() {
		ToolPolicy once = ToolPolicy.FINISH.withIdempotencyKey("table for two");
		try (Stage stage = Stage.of(talking())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			ask("c", this.tool.work(), once);
			stage.publish(new UserStartedSpeaking());
			this.tool.finish("done");
			stage.publish(new UserStoppedSpeaking());
			Tool again = new Tool();
			ask("d", again.work(), once);
			assertThat(again.runs).hasValue(0);
			assertThat(Stage.tale(reader)).endsWith("+2", "2:hm ", "2:d()", "2:d=done");
			assertThat(this.answers).contains(new ToolResult("d", "book", "done", null));
			assertPaired(stage, reader);
		}
	}

	@Test
	void aCallWithAKeyThatIsBeingDoneWaitsForItsOutcome() {
		ToolPolicy once = ToolPolicy.FINISH.withIdempotencyKey("table for two");
		try (Stage stage = Stage.of(talking())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			ask("c", this.tool.work(), once);
			stage.publish(new UserStartedSpeaking());
			stage.publish(new UserStoppedSpeaking());
			Tool again = new Tool();
			ask("d", again.work(), once);
			ask("e", again.work(), once.withDeadline(Duration.ofMillis(100)));
			stage.advanceMillis(100);
			assertThat(Stage.tale(reader)).endsWith("2:d()", "2:e()", "2:e!timed out after 100 ms");
			assertThat(this.tool.cancels).hasValue(0);
			this.tool.finish("done");
			assertThat(again.runs).hasValue(0);
			assertThat(Stage.tale(reader)).endsWith(":c=done", "2:d=done");
			assertPaired(stage, reader);
		}
	}

	@Test
	void aCallThatWaitsForAnotherOneIsCancelledAlone() {
		ToolPolicy once = ToolPolicy.FINISH.withIdempotencyKey("k");
		try (Stage stage = Stage.of(talking())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			ask("c", this.tool.work(), once);
			ask("d", new Tool().work(), ToolPolicy.CANCEL.withIdempotencyKey("k"));
			stage.publish(new UserStartedSpeaking());
			assertThat(this.tool.cancels).hasValue(0);
			this.tool.finish("done");
			assertThat(Stage.tale(reader)).endsWith("!1", ":d!cancelled", ":c=done");
			assertPaired(stage, reader);
		}
	}

	@Test
	void aKeyIsOfOneToolAlone() {
		ToolPolicy once = ToolPolicy.FINISH.withIdempotencyKey("k");
		try (Stage stage = Stage.of(talking())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			ask("c", Mono.just("done"), once);
			this.generation.get()
				.tool(new ToolCall("d", "cancel", Map.of()), this.tool.work(), once)
				.subscribe(this.answers::add, this.answers::add);
			assertThat(this.answers).element(1).isInstanceOf(IllegalArgumentException.class);
			assertThat(this.tool.runs).hasValue(0);
			assertPaired(stage, reader);
		}
	}

	@Test
	void theKeysThatAreRememberedAreBounded() {
		try (Stage stage = Stage.of(talking())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			ask("first", this.tool.work(), ToolPolicy.FINISH.withIdempotencyKey("under way"));
			AtomicInteger runs = new AtomicInteger();
			Mono<Object> counting = Mono.fromSupplier(runs::incrementAndGet);
			for (int i = 0; i < 300; i++) {
				ask("c" + i, counting, ToolPolicy.FINISH.withIdempotencyKey("k" + i));
			}
			ask("last", counting, ToolPolicy.FINISH.withIdempotencyKey("k299"));
			assertThat(runs).hasValue(300);
			ask("again", counting, ToolPolicy.FINISH.withIdempotencyKey("k0"));
			assertThat(runs).hasValue(301);
			ask("joining", counting, ToolPolicy.FINISH.withIdempotencyKey("under way"));
			this.tool.finish("done");
			assertThat(Stage.tale(reader)).endsWith("1:first=done", "1:joining=done");
			assertThat(runs).hasValue(301);
		}
	}

	@Test
	void aCompletedToolIsUndoneOnceIfItsGenerationIsCutBeforeMoreWasHeard() {
		try (Stage stage = Stage.of(talking())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			ask("c", Mono.just("done"), ToolPolicy.FINISH.withCompensation(this.undone::add));
			assertThat(this.undone).isEmpty();
			stage.publish(new UserStartedSpeaking());
			stage.publish(new EmergencyStop(null));
			assertThat(this.undone).containsExactly(new ToolResult("c", "book", "done", null));
			assertThat(stage.spy.toolsCompensated).hasValue(1);
			assertPaired(stage, reader);
		}
	}

	@Test
	void aCompletedToolIsNotUndoneIfTheUserHeardWhatWasSaidAfterIt() {
		try (Stage stage = Stage.of(calling(ToolPolicy.FINISH.withCompensation(this.undone::add)))) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			this.tool.finish("done");
			stage.publish(new UserStartedSpeaking());
			assertThat(Stage.tale(reader)).contains("1:so done", "!1");
			assertThat(this.undone).isEmpty();
			assertPaired(stage, reader);
		}
	}

	@Test
	void aToolThatCompletesBehindTheFenceIsUndone() {
		try (Stage stage = Stage.of(calling(ToolPolicy.FINISH.withCompensation(this.undone::add)))) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			assertThat(this.undone).isEmpty();
			this.tool.finish("done");
			assertThat(this.undone).hasSize(1);
			assertPaired(stage, reader);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "cancelled", "failed", "timed out" })
	void aToolThatDidNotCompleteIsNotUndone(String outcome) {
		ToolPolicy policy = outcome.equals("cancelled") ? ToolPolicy.CANCEL : ToolPolicy.FINISH;
		try (Stage stage = Stage.of(calling(policy.withCompensation(this.undone::add)))) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			if (outcome.equals("failed")) {
				this.tool.fail(new IllegalStateException());
			}
			stage.advance(ToolPolicy.DEFAULT_DEADLINE);
			assertThat(stage.spy.toolEnds).hasSize(1);
			assertThat(this.undone).isEmpty();
			assertPaired(stage, reader);
		}
	}

	@Test
	void aGenerationThatCompletesUndoesNothing() {
		try (Stage stage = Stage.of(
				turn()
					.stream((event, running) -> running
						.tool(call("c"), Mono.just("done"), ToolPolicy.FINISH.withCompensation(this.undone::add))
						.thenReturn("so"))
					.broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			assertThat(Stage.tale(reader)).contains("=1");
			assertThat(this.undone).isEmpty();
			assertPaired(stage, reader);
		}
	}

	@ParameterizedTest
	@CsvSource({ "'', true", "before, true", "before after, false" })
	void aCompletedToolIsUndoneIfWhatWasSaidAfterItIsCutWhileItIsSpoken(String heard, boolean undone) {
		RouteDefinition route = turn()
			.stream((event, running) -> Flux.<Object>just("before ")
				.concatWith(running.tool(call("c"), Mono.just("done"),
						ToolPolicy.FINISH.withCompensation(this.undone::add)))
				.concatWith(Flux.just("after")))
			.broadcast();
		try (Stage stage = Stage.with(route).acknowledged().open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			assertThat(Stage.tale(reader)).endsWith("1:c=done", "1:after", "=1");
			// What is not the end of it is still being spoken.
			stage.publish(new AgentSpeechSent(heard.replace("after", "aft")));
			stage.publish(new UserStartedSpeaking());
			assertThat(Stage.tale(reader)).endsWith("AgentSpeechInterrupted");
			stage.publish(new EmergencyStop(null));
			assertThat(this.undone).hasSize(undone ? 1 : 0);
			assertPaired(stage, reader);
		}
	}

	@Test
	void aToolThatStillRunsWhenItsGenerationIsCutWhileItIsSpokenFollowsItsPolicy() {
		Tool other = new Tool();
		RouteDefinition route = turn().stream((event, running) -> {
			this.generation.set(running);
			ask("c", this.tool.work(), ToolPolicy.CANCEL);
			ask("d", other.work(), ToolPolicy.FINISH.withCompensation(this.undone::add));
			return Flux.just("one moment");
		}).broadcast();
		try (Stage stage = Stage.with(route).acknowledged().open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			assertThat(Stage.tale(reader)).endsWith("=1");
			stage.publish(new UserStartedSpeaking());
			assertThat(Stage.tale(reader)).endsWith("AgentSpeechInterrupted", ":c!cancelled");
			other.finish("done");
			assertThat(Stage.tale(reader)).endsWith(":d=done");
			assertThat(this.undone).hasSize(1);
			assertPaired(stage, reader);
		}
	}

	@Test
	void aKeyWhoseOutcomeWasUndoneIsForgotten() {
		ToolPolicy once = ToolPolicy.FINISH.withIdempotencyKey("k").withCompensation(this.undone::add);
		try (Stage stage = Stage.of(talking())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			ask("c", Mono.just("first"), once);
			stage.publish(new UserStartedSpeaking());
			assertThat(this.undone).hasSize(1);
			stage.publish(new UserStoppedSpeaking());
			ask("d", Mono.just("second"), once);
			assertThat(Stage.tale(reader)).endsWith("2:d()", "2:d=second");
			assertPaired(stage, reader);
		}
	}

	@Test
	void whatAnotherCallStillCountsOnIsNotUndone() {
		ToolPolicy once = ToolPolicy.FINISH.withIdempotencyKey("k").withCompensation(this.undone::add);
		try (Stage stage = Stage.of(talking())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			ask("c", this.tool.work(), once);
			stage.publish(new UserStartedSpeaking());
			stage.publish(new UserStoppedSpeaking());
			ask("d", new Tool().work(), once);
			this.tool.finish("done");
			assertThat(Stage.tale(reader)).endsWith(":c=done", "2:d=done");
			assertThat(this.undone).isEmpty();
			stage.publish(new UserStartedSpeaking());
			assertThat(this.undone).containsExactly(new ToolResult("c", "book", "done", null));
			assertPaired(stage, reader);
		}
	}

	@Test
	void aCompensationThatFailsOrHangsIsCountedAsAHandlerThatDoes() {
		AtomicInteger begun = new AtomicInteger();
		CountDownLatch never = new CountDownLatch(1);
		CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
		try (Stage stage = Stage.with(talking()).realControl().open()) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			ask("c", Mono.just("done"), ToolPolicy.FINISH.withCompensation((result) -> {
				throw new IllegalStateException();
			}));
			ask("d", Mono.just("done"), ToolPolicy.FINISH.withCompensation((result) -> {
				begun.incrementAndGet();
				try {
					never.await();
				}
				catch (InterruptedException ex) {
					interrupted.complete(true);
				}
			}));
			stage.publish(new UserStartedSpeaking());
			stage.awaitHandled(begun, 1);
			stage.awaitHandled(stage.spy.handlerFailures, 1);
			stage.advance(Duration.ofSeconds(5));
			stage.awaitHandled(stage.spy.handlerFailures, 2);
			assertThat(Stage.await(interrupted)).isTrue();
		}
	}

	@Test
	void aCloseWaitsForToolsWithinTheGrace() {
		try (Stage stage = Stage.of(calling(ToolPolicy.FINISH))) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.engine.close(Stage.SESSION).subscribe();
			stage.advanceMillis(100);
			assertThat(Stage.tale(reader)).endsWith("!1");
			this.tool.finish("done");
			assertThat(Stage.tale(reader)).endsWith("!1", ":c=done", "SessionClosed");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "FINISH", "PROTECT" })
	void aToolThatOutlivesTheSessionFailsItsCallAndRunsToItsOwnEnd(ToolPolicy.OnInterruption onInterruption) {
		try (Stage stage = Stage.of(calling(policy(onInterruption)))) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.engine.close(Stage.SESSION).subscribe();
			stage.advanceMillis(249);
			assertThat(Stage.tale(reader)).endsWith("!1");
			stage.advanceMillis(1);
			assertThat(Stage.tale(reader)).endsWith("!1", ":c!session-closed", "SessionClosed");
			assertThat(this.tool.cancels).hasValue(0);
			this.tool.finish("done");
			assertThat(stage.spy.toolsLate).hasValue(1);
			assertThat(stage.spy.toolEnds).containsExactly(ToolEnd.FAILED);
			assertThat(Stage.tale(reader)).endsWith("SessionClosed");
		}
	}

	@Test
	void aToolThatOutlivesTheSessionIsCancelledAtItsDeadline() {
		try (Stage stage = Stage.of(calling(ToolPolicy.FINISH))) {
			stage.publish(new UserStoppedSpeaking());
			stage.engine.close(Stage.SESSION).subscribe();
			stage.advance(ToolPolicy.DEFAULT_DEADLINE.minusMillis(1));
			assertThat(this.tool.cancels).hasValue(0);
			stage.advanceMillis(1);
			assertThat(this.tool.cancels).hasValue(1);
		}
	}

	@Test
	void aCloseCancelsWhatItMayEvenOfGenerationsThatHaveEnded() {
		try (Stage stage = Stage.of(turn().stream((event, running) -> {
			this.generation.set(running);
			ask("c", this.tool.work(), ToolPolicy.CANCEL);
			return Flux.just("bye");
		}).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			assertThat(Stage.tale(reader)).endsWith("=1");
			stage.engine.close(Stage.SESSION).subscribe();
			assertThat(Stage.tale(reader)).endsWith("=1", ":c!cancelled", "SessionClosed");
			assertThat(this.tool.cancels).hasValue(1);
		}
	}

	@Test
	void whatWasKeptAtTheFenceIsInTheInterruptionAndForTheNextRun() {
		List<Interruption> told = new ArrayList<>();
		AtomicReference<Interruption> previous = new AtomicReference<>();
		RouteDefinition route = turn().onInterrupt(told::add).stream((event, running) -> {
			this.generation.set(running);
			if (running.previous() != null) {
				previous.set(running.previous());
			}
			return Flux.never();
		}).broadcast();
		try (Stage stage = Stage.of(route)) {
			stage.publish(new UserStoppedSpeaking());
			Generation first = this.generation.get();
			first.state("step", 2);
			first.state("gone", true);
			first.state("gone", null);
			stage.publish(new UserStartedSpeaking());
			first.state("step", 3);
			first.state("late", true);
			stage.publish(new UserStoppedSpeaking());
			assertThat(told).singleElement()
				.satisfies((interruption) -> assertThat(interruption.state()).isEqualTo(Map.of("step", 2)));
			assertThat(previous.get().state()).isEqualTo(Map.of("step", 2));
			assertThat(this.generation.get().state()).isEmpty();
		}
	}

	@Test
	void aRecordingWithToolsIsPlayedAgain() {
		RouteDefinition route = calling(ToolPolicy.FINISH);
		try (Stage stage = Stage.with(route).json().session((bounds) -> bounds).open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			ask("d", Mono.just("protected").delayElement(Duration.ofMillis(20)), ToolPolicy.PROTECT);
			stage.advanceMillis(10);
			assertThat(stage.publish(new UserStartedSpeaking()).interrupted()).isEmpty();
			stage.advanceMillis(50);
			this.tool.finish("done");
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			stage.advanceMillis(10);
			assertThat(Stage.tale(reader)).contains("1:d=protected", "!1", ":c=done");
			String recording = RecordingText.of(Stage.get(stage.engine.recording(Stage.SESSION)));
			Replay.Result result = Replay.of(recording).with(Stage.table(List.of(route))).run();
			assertThat(result.differences()).isEmpty();
			assertThat(result.decisions()).hasSameSizeAs(stage.spy.decisions).isNotEmpty();
			assertThat(recording.lines().filter((line) -> line.contains("\"type\":\"ToolResult\""))).hasSize(3)
				.noneMatch((line) -> line.contains("\"outside\""));
		}
	}

	private static Stage blocking(RouteDefinition route) {
		return Stage.with(route).realThreads().realControl().open();
	}

	private static void untilTaken(TestSubscriber<Frame> reader, String word) {
		Stage.until(() -> Stage.tale(reader).contains(word));
	}

	@Test
	void imperativeCodeWaitsForTheResult() {
		try (Stage stage = blocking(turn().run((event, running) -> {
			running.emit("hm ");
			ToolResult result = running.tool(call("c"), () -> "done", ToolPolicy.FINISH);
			running.emit("so " + result.result());
		}).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			untilTaken(reader, "=1");
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:hm ", "1:c()", "1:c=done",
					"1:so done", "=1");
			assertPaired(stage, reader);
		}
	}

	@Test
	void imperativeCodeIsToldOfAFailureByItsResult() {
		try (Stage stage = blocking(turn().run((event, running) -> {
			ToolResult result = running.tool(call("c"), () -> {
				throw new IOException();
			}, ToolPolicy.FINISH);
			running.emit("so " + result.error());
		}).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			untilTaken(reader, "=1");
			assertThat(Stage.tale(reader)).endsWith("1:c!IOException", "1:so IOException", "=1");
			assertPaired(stage, reader);
		}
	}

	@Test
	void imperativeCodeIsInterruptedByTheFenceWhileItsToolRunsOn() {
		CountDownLatch go = new CountDownLatch(1);
		CompletableFuture<Throwable> thrown = new CompletableFuture<>();
		CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
		try (Stage stage = blocking(turn().run((event, running) -> {
			try {
				running.tool(call("c"), () -> {
					go.await();
					return "done";
				}, ToolPolicy.FINISH);
			}
			catch (RuntimeException ex) {
				interrupted.complete(Thread.currentThread().isInterrupted());
				thrown.complete(ex);
				throw ex;
			}
		}).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			untilTaken(reader, "1:c()");
			stage.publish(new UserStartedSpeaking());
			assertThat(Stage.await(thrown)).isInstanceOf(InterruptedGenerationException.class);
			assertThat(Stage.await(interrupted)).isFalse();
			go.countDown();
			untilTaken(reader, ":c=done");
			assertThat(Stage.tale(reader)).endsWith("UserStartedSpeaking", "!1", ":c=done");
			assertPaired(stage, reader);
		}
	}

	@Test
	void aThreadThatIsNotTheNodesLearnsOfTheFenceToo() {
		CompletableFuture<Throwable> thrown = new CompletableFuture<>();
		CountDownLatch go = new CountDownLatch(1);
		try (Stage stage = blocking(talking())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			untilTaken(reader, "1:hm ");
			CompletableFuture.runAsync(() -> this.generation.get().tool(call("c"), () -> {
				go.await();
				return "done";
			}, ToolPolicy.FINISH), (task) -> new Thread(task).start()).exceptionally((failure) -> {
				thrown.complete(failure.getCause());
				return null;
			});
			untilTaken(reader, "1:c()");
			stage.publish(new UserStartedSpeaking());
			assertThat(Stage.await(thrown)).isInstanceOf(InterruptedGenerationException.class);
			go.countDown();
			untilTaken(reader, ":c=done");
			assertPaired(stage, reader);
		}
	}

	@Test
	void aCancelledCallableIsInterruptedOnce() {
		AtomicInteger interrupts = new AtomicInteger();
		CountDownLatch never = new CountDownLatch(1);
		CompletableFuture<Void> begun = new CompletableFuture<>();
		CompletableFuture<Boolean> left = new CompletableFuture<>();
		try (Stage stage = blocking(turn().run((event, running) -> running.tool(call("c"), () -> {
			try {
				begun.complete(null);
				never.await();
			}
			catch (InterruptedException ex) {
				interrupts.incrementAndGet();
			}
			left.complete(Thread.currentThread().isInterrupted());
			return "too late";
		}, ToolPolicy.CANCEL)).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			untilTaken(reader, "1:c()");
			Stage.await(begun);
			stage.publish(new UserStartedSpeaking());
			assertThat(Stage.await(left)).isFalse();
			Stage.until(() -> stage.spy.toolsLate.get() == 1);
			assertThat(interrupts).hasValue(1);
			assertThat(Stage.tale(reader)).endsWith("!1", ":c!cancelled");
			assertPaired(stage, reader);
		}
	}

	@Test
	void aCallableThatFindsNoThreadFailsAtOnce() {
		RouteDefinition route = turn().run((event, running) -> {
			ToolResult result = running.tool(call("c"), () -> "done", ToolPolicy.FINISH);
			running.emit(String.valueOf(result.error()));
		}).broadcast();
		try (Stage stage = Stage.with(route).realThreads().realControl().blockingThreads(1).open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			untilTaken(reader, "=1");
			assertThat(Stage.tale(reader)).endsWith("1:c()", "1:c!no-thread", "1:no-thread", "=1");
			assertPaired(stage, reader);
		}
	}

	@Test
	void imperativeCallsAreRefusedWhereNobodyMustBlock() {
		try (Stage stage = Stage.of(talking())) {
			stage.publish(new UserStoppedSpeaking());
			CompletableFuture<Throwable> thrown = new CompletableFuture<>();
			new EventLoop(() -> {
				try {
					this.generation.get().tool(call("c"), () -> "done", ToolPolicy.PROTECT);
				}
				catch (RuntimeException ex) {
					thrown.complete(ex);
				}
			}).start();
			assertThat(Stage.await(thrown)).isInstanceOf(IllegalStateException.class)
				.hasMessageContaining("must not block");
			assertThat(stage.publish(new UserStartedSpeaking()).interrupted()).hasSize(1);
		}
	}

	@Test
	void anImperativeCallAfterTheEndIsRefused() {
		CompletableFuture<Generation> ended = new CompletableFuture<>();
		try (Stage stage = blocking(turn().run((event, running) -> ended.complete(running)).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			untilTaken(reader, "=1");
			assertThatIllegalStateException()
				.isThrownBy(() -> Stage.await(ended).tool(call("c"), () -> "done", ToolPolicy.PROTECT));
			assertPaired(stage, reader);
		}
	}

	@Test
	void imperativeCallsWithOneIdAreRefused() {
		CountDownLatch go = new CountDownLatch(1);
		try (Stage stage = blocking(turn().run((event, running) -> {
			this.generation.set(running);
			running.tool(call("c"), () -> {
				go.await();
				return "done";
			}, ToolPolicy.FINISH);
		}).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			untilTaken(reader, "1:c()");
			assertThatIllegalArgumentException()
				.isThrownBy(() -> this.generation.get().tool(call("c"), () -> "second", ToolPolicy.FINISH));
			go.countDown();
			untilTaken(reader, "=1");
			assertPaired(stage, reader);
		}
	}

	private static final class EventLoop extends Thread implements NonBlocking {

		EventLoop(Runnable task) {
			super(task);
		}

	}

	/**
	 * Work that the test brings to its end.
	 */
	private static final class Tool {

		final AtomicInteger runs = new AtomicInteger();

		final AtomicInteger cancels = new AtomicInteger();

		private final Sinks.One<Object> result = Sinks.one();

		Mono<Object> work() {
			return this.result.asMono()
				.doOnSubscribe((subscription) -> this.runs.incrementAndGet())
				.doOnCancel(this.cancels::incrementAndGet);
		}

		void finish(Object value) {
			this.result.tryEmitValue(value).orThrow();
		}

		void fail(Throwable failure) {
			this.result.tryEmitError(failure).orThrow();
		}

	}

}
