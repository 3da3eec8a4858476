package dev.edgewise.functional;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import dev.edgewise.Frame;
import dev.edgewise.Generation;
import dev.edgewise.GenerationFailedException;
import dev.edgewise.Interruption;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.Overlap;
import dev.edgewise.Receipt;
import dev.edgewise.RouteDefinition;
import dev.edgewise.RouteDefinition.Handler;
import dev.edgewise.Routes;
import dev.edgewise.event.AgentGenerationFailed;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.CustomReceived;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.session.EngineSettings.GenerationBounds;
import dev.edgewise.session.EngineSettings.SessionBounds;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * The laws from L1 to L9, over the facade and in virtual time.
 */
class InterruptionLawTests {

	private static Routes.Trigger<UserStoppedSpeaking> turn() {
		return Routes.on(UserStoppedSpeaking.class).interruptOn(UserStartedSpeaking.class);
	}

	@Test
	void interruptsTheRunningGenerationWhenTheUserSpeaks() {
		try (Stage stage = Stage.of(turn().stream((event) -> Nodes.counting("a", 4)).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserTranscriptionReceived("hello", null, null));
			Receipt started = stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(250);
			Receipt cut = stage.publish(new UserStartedSpeaking());
			stage.advanceMillis(1_000);
			assertThat(started.started()).hasSize(1);
			assertThat(cut.interrupted()).isEqualTo(started.started());
			assertThat(Stage.tale(reader)).containsExactly("UserTranscriptionReceived", "UserStoppedSpeaking", "+1",
					"1:a1", "1:a2", "UserStartedSpeaking", "!1");
			assertThat(stage.said()).containsExactly("USER:hello", "AGENT!:a1a2");
			assertThat(reader.getReceivedOnNext()).extracting(Frame::sequence)
				.isEqualTo(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L));
		}
	}

	@Test
	void l1AppliesAnArrayWithoutAnotherEventInBetween() {
		try (Stage stage = Stage.of(turn().stream((event) -> Nodes.counting("a", 2)).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			List<Receipt> receipts = stage.publishAll(new UserTranscriptionReceived("a", null, null),
					new UserStoppedSpeaking(), new UserTranscriptionReceived("b", null, null));
			assertThat(receipts).extracting(Receipt::sequence).containsExactly(1L, 2L, 3L);
			assertThat(Stage.tale(reader)).startsWith("UserTranscriptionReceived", "UserStoppedSpeaking",
					"UserTranscriptionReceived", "+1");
		}
	}

	@Test
	void l2AppendsThenInterruptsThenStarts() {
		try (Stage stage = Stage.of(Routes.on(DTMFInput.class)
			.interruptOn(DTMFInput.class)
			.stream((event) -> Nodes.counting("a", 9))
			.broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new DTMFInput("1"));
			Receipt second = stage.publish(new DTMFInput("2"));
			assertThat(second.interrupted()).hasSize(1);
			assertThat(second.started()).hasSize(1).doesNotContainAnyElementsOf(second.interrupted());
			assertThat(Stage.tale(reader)).containsExactly("DTMFInput", "+1", "DTMFInput", "!1", "+2");
		}
	}

	@Test
	void l3NeverInterruptsWhatTheSameEventStartedInWhateverOrderRoutesWereDeclared() {
		try (Stage stage = Stage.of(
				Routes.on(DTMFInput.class)
					.interruptOn(DTMFInput.class)
					.stream((event) -> Nodes.counting("a", 1))
					.broadcast(),
				Routes.on(DTMFInput.class)
					.interruptOn(DTMFInput.class)
					.stream((event) -> Nodes.counting("b", 1))
					.broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			assertThat(stage.publish(new DTMFInput("1")).started()).hasSize(2);
			stage.advanceMillis(100);
			assertThat(Stage.tale(reader)).contains("=1", "=2").doesNotContain("!1", "!2");
		}
	}

	@Test
	void l4SkipsWhatAnOpenStreamHasNotTakenAndKeepsAllElse() {
		try (Stage stage = Stage.of(turn().stream((event) -> Flux.range(1, 20).map(String::valueOf)).broadcast())) {
			TestSubscriber<Frame> slow = stage.read(0, 4);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new DTMFInput("5"));
			stage.publish(new UserStartedSpeaking());
			slow.request(100);
			assertThat(Stage.tale(slow)).containsExactly("UserStoppedSpeaking", "+1", "1:1", "1:2", "DTMFInput",
					"UserStartedSpeaking", "!1");
			assertThat(slow.getReceivedOnNext()).extracting(Frame::sequence).isSorted();
			AgentGenerationInterrupted end = (AgentGenerationInterrupted) slow.getReceivedOnNext().get(6).event();
			assertThat(end.discarded()).isEqualTo(18);
			assertThat(end.cause()).isEqualTo(slow.getReceivedOnNext().get(5).sequence());
			assertThat(stage.said()).containsExactly("AGENT!:12");
		}
	}

	@Test
	void l4GivesALaterStreamWhatAtLeastOneStreamHadTaken() {
		try (Stage stage = Stage.of(turn().stream((event) -> Flux.range(1, 20).map(String::valueOf)).broadcast())) {
			stage.read(0, 5);
			stage.read(0, 3);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			assertThat(Stage.tale(stage.read(0))).containsExactly("UserStoppedSpeaking", "+1", "1:1", "1:2", "1:3",
					"UserStartedSpeaking", "!1");
		}
	}

	@Test
	void l4CountsWhatAStreamFromTheMiddleTookAndNothingBeforeIt() {
		try (Stage stage = Stage.of(turn().stream((event) -> Nodes.counting("a", 9)).broadcast())) {
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(250);
			TestSubscriber<Frame> late = stage.read(-1);
			stage.advanceMillis(200);
			stage.publish(new UserStartedSpeaking());
			assertThat(Stage.tale(late)).containsExactly("1:a3", "1:a4", "UserStartedSpeaking", "!1");
			assertThat(stage.said()).containsExactly("AGENT!:a3a4");
		}
	}

	@Test
	void l4CountsWhatAStreamTakesLaterOfWhatAnotherHadSkippedOver() {
		try (Stage stage = Stage.of(turn().stream((event) -> Nodes.counting("a", 9)).broadcast())) {
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(250);
			stage.read(-1);
			stage.advanceMillis(200);
			stage.read(0);
			stage.publish(new UserStartedSpeaking());
			assertThat(stage.said()).containsExactly("AGENT!:a1a2a3a4");
		}
	}

	@Test
	void l5CompletesWhenTheNodeHasEndedAndItsLastItemHasBeenTaken() {
		try (Stage stage = Stage.of(turn().stream((event) -> Flux.just("a", "b")).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0, 3);
			stage.publish(new UserStoppedSpeaking());
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:a");
			assertThat(stage.view().lastSequence()).isEqualTo(4);
			reader.request(10);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:a", "1:b", "=1");
		}
	}

	@Test
	void l5CanBeInterruptedUntilItsLastItemHasBeenTaken() {
		try (Stage stage = Stage.of(turn().stream((event) -> Flux.just("a", "b")).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0, 3);
			stage.publish(new UserStoppedSpeaking());
			assertThat(stage.publish(new UserStartedSpeaking()).interrupted()).hasSize(1);
			reader.request(10);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:a", "UserStartedSpeaking",
					"!1");
		}
	}

	@Test
	void l5CompletesAtOnceWhenNoStreamIsOpen() {
		try (Stage stage = Stage.of(turn().stream((event) -> Flux.just("a", "b")).broadcast())) {
			stage.publish(new UserStoppedSpeaking());
			assertThat(Stage.tale(stage.read(0))).containsExactly("UserStoppedSpeaking", "+1", "1:a", "1:b", "=1");
		}
	}

	@Test
	void l5EndsAFailedGenerationWithOneFrameAndKeepsTheSession() {
		try (Stage stage = Stage
			.of(turn().stream((event) -> Flux.just("a").concatWith(Mono.error(new IllegalStateException("secret"))))
				.broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStoppedSpeaking());
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:a", "x1",
					"UserStoppedSpeaking", "+2", "2:a", "x2");
			assertThat(reader.getReceivedOnNext().get(3).event())
				.hasToString("AgentGenerationFailed[code=node-failed, error=IllegalStateException]");
		}
	}

	@Test
	void l5SaysOfAFailureWhatItsNodeSaysOfIt() {
		try (Stage stage = Stage.of(turn().stream((event) -> Flux.error(
				new GenerationFailedException("no-beds", "There is no bed left", new IllegalStateException("secret"))))
			.broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			assertThat(reader.getReceivedOnNext().get(2).event())
				.isEqualTo(new AgentGenerationFailed("no-beds", "There is no bed left"));
		}
		assertThatIllegalArgumentException().isThrownBy(() -> new GenerationFailedException("No beds", ""))
			.withMessageContaining("a-z 0-9 -");
	}

	@Test
	void l6TellsTheNodeOnceAndOnlyAfterTheFrame() {
		List<String> order = new CopyOnWriteArrayList<>();
		try (Stage stage = Stage
			.of(turn().stream((event) -> Flux.never().doOnCancel(() -> order.add("cancel"))).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			stage.publish(new UserStartedSpeaking());
			assertThat(order).containsExactly("cancel");
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "UserStartedSpeaking", "!1",
					"UserStartedSpeaking");
		}
	}

	@Test
	void l6WaitsForCleanupCallbacks() {
		List<String> order = new ArrayList<>();
		try (Stage stage = Stage.of(turn().onInterrupt((interruption) -> order.add("handler"))
			.stream((UserStoppedSpeaking event, Generation generation) -> {
				generation.onCleanup(() -> order.add("first"));
				generation.onCleanup(() -> order.add("second"));
				return Flux.never();
			})
			.broadcast())) {
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			assertThat(order).containsExactly("second", "first", "handler");
		}
	}

	@Test
	void l6ReleasesResourcesAtOnceWhenTheFenceFallsBetweenTheCallAndTheSubscription() {
		AtomicInteger open = new AtomicInteger();
		try (Stage stage = Stage.of(turn().stream((event) -> Flux.using(open::incrementAndGet,
				(resource) -> Flux.<String>never().publishOn(Schedulers.parallel()),
				(resource) -> open.decrementAndGet()))
			.broadcast())) {
			stage.publishAll(new UserStoppedSpeaking(), new UserStartedSpeaking());
			assertThat(open).hasValue(0);
			stage.publish(new UserStoppedSpeaking());
			assertThat(open).hasValue(1);
			stage.publish(new UserStartedSpeaking());
			assertThat(open).hasValue(0);
		}
	}

	@Test
	void l7RunsHandlersOnceInOrderForTheirCausesWithTheInterruption() {
		List<String> calls = new ArrayList<>();
		List<Interruption> seen = new ArrayList<>();
		try (Stage stage = Stage.of(Routes.on(UserStoppedSpeaking.class)
			.interruptOn(UserStartedSpeaking.class, (interruption) -> calls.add("speech"))
			.interruptOn(DTMFInput.class, (interruption) -> calls.add("key"))
			.onInterrupt((interruption) -> calls.add("any"))
			.onInterrupt(seen::add)
			.stream((event) -> Nodes.counting("a", 9))
			.broadcast())) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(150);
			stage.publish(new DTMFInput("1"));
			stage.publish(new UserStartedSpeaking());
			assertThat(calls).containsExactly("key", "any");
			Interruption interruption = seen.get(0);
			assertThat(interruption.reason()).isEqualTo(Reason.EVENT);
			assertThat(interruption.cause()).extracting(Frame::event).isEqualTo(new DTMFInput("1"));
			assertThat(interruption.elapsed()).isEqualTo(Duration.ofMillis(150));
			assertThat(interruption.generated()).isEqualTo("a1");
			assertThat(interruption.delivered()).isEqualTo("a1");
			assertThat(interruption.heard()).isEqualTo("a1");
			assertThat(interruption.conversation().messages()).hasSize(1);
		}
	}

	@Test
	void l7AHandlerThatThrowsChangesNothingElse() {
		try (Stage stage = Stage.of(turn().onInterrupt((interruption) -> {
			throw new IllegalStateException("handler");
		}).stream((event) -> Nodes.counting("a", 9)).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			stage.publish(new UserStoppedSpeaking());
			assertThat(Stage.tale(reader)).endsWith("!1", "UserStoppedSpeaking", "+2");
			assertThat(stage.spy.handlerFailures).hasValue(1);
		}
	}

	@Test
	void l7AHandlerThatHangsDelaysNoEventAndTheNextRunByTheGraceAtMost() {
		RouteDefinition route = turn().stream((event) -> Nodes.counting("a", 9)).broadcast();
		RouteDefinition hanging = new RouteDefinition(null, route.on(), null, route.interruptOn(), null,
				route.overlap(), 1,
				List.of(new Handler(List.of(), (interruption, session) -> Mono.never(), 0, "hangs")), route.node(),
				route.output(), null, true, null);
		try (Stage stage = Stage.of(hanging)) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			stage.publish(new UserStoppedSpeaking());
			assertThat(Stage.tale(reader)).endsWith("!1", "UserStoppedSpeaking");
			stage.advanceMillis(250);
			assertThat(Stage.tale(reader)).endsWith("+2");
			assertThat(stage.spy.handlerFailures).hasValue(0);
			stage.advance(Duration.ofSeconds(5));
			assertThat(stage.spy.handlerFailures).hasValue(1);
			assertThat(stage.spy.stuck).hasValue(0);
		}
	}

	@Test
	void l8StartsTheNextRunWhenTheCutOneHasEndedAndItsHandlersHaveRun() {
		Nodes.Stubborn node = new Nodes.Stubborn();
		AtomicInteger runs = new AtomicInteger();
		try (Stage stage = Stage
			.with(turn().stream((event) -> (runs.getAndIncrement() == 0) ? Flux.from(node) : Nodes.counting("b", 9))
				.broadcast())
			.realControl()
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			Stage.await(node.cancelledOn);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(249);
			assertThat(Stage.tale(reader)).endsWith("!1", "UserStoppedSpeaking");
			assertThat(stage.view().generations()).extracting((view) -> view.state().name())
				.containsExactly("CLEANING", "WAITING");
			stage.advanceMillis(1);
			assertThat(Stage.tale(reader)).endsWith("UserStoppedSpeaking", "+2");
			assertThat(stage.view().generations()).extracting((view) -> view.state().name())
				.containsExactly("STUCK", "RUNNING");
			assertThat(stage.spy.stuck).hasValue(1);
			node.say("late");
			assertThat(Stage.tale(reader)).doesNotContain("1:late");
			node.letGo();
			stage.awaitStuck(0);
		}
	}

	@Test
	void l8ANextTurnThatWaitsForCleanupDiesBeforeItsFirstItem() {
		Nodes.Stubborn node = new Nodes.Stubborn();
		AtomicInteger calls = new AtomicInteger();
		AtomicInteger handled = new AtomicInteger();
		try (Stage stage = Stage
			.with(turn().onInterrupt((interruption) -> handled.incrementAndGet())
				.condition((event, generation) -> generation.startedAt() != null)
				.stream((event) -> (calls.getAndIncrement() == 0) ? Flux.from(node) : Flux.just("talks over the user"))
				.broadcast())
			.realControl()
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			Stage.await(node.cancelledOn);
			stage.publish(new UserStoppedSpeaking());
			Receipt cut = stage.publish(new UserStartedSpeaking());
			node.letGo();
			stage.advanceMillis(1_000);
			assertThat(cut.interrupted()).hasSize(1);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "UserStartedSpeaking", "!1",
					"UserStoppedSpeaking", "UserStartedSpeaking", "+2", "!2");
			assertThat(calls).hasValue(1);
			assertThat(node.cancels).hasValue(1);
			stage.awaitHandled(handled, 1);
		}
	}

	@Test
	void l8HandsTheInterruptionToTheNextRunOnce() {
		List<String> before = new ArrayList<>();
		try (Stage stage = Stage.of(turn().stream((UserStoppedSpeaking event, Generation generation) -> {
			Interruption previous = generation.previous();
			before.add((previous != null) ? previous.delivered() : "none");
			return (before.size() == 1) ? Nodes.counting("a", 9) : Flux.just("b");
		}).broadcast())) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(250);
			stage.publish(new UserStartedSpeaking());
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStoppedSpeaking());
			assertThat(before).containsExactly("none", "a1a2", "none");
		}
	}

	@Test
	void l9AConditionSparesAndItsDecisionIsRecorded() {
		try (Stage stage = Stage.of(turn().condition((event, generation) -> generation.spokenFor().toMillis() >= 300)
			.stream((event) -> Nodes.counting("a", 9))
			.broadcast())) {
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(350);
			Receipt spared = stage.publish(new UserStartedSpeaking());
			stage.advanceMillis(50);
			Receipt cut = stage.publish(new UserStartedSpeaking());
			assertThat(spared.ignored()).hasSize(1).isEqualTo(cut.interrupted());
			assertThat(stage.spy.decisions).extracting((decision) -> decision.verdict() + "/" + decision.rule())
				.containsExactly("IGNORE/CONDITION", "INTERRUPT/INTERRUPTED");
		}
	}

	@Test
	void l9AConditionThatFailsInterruptsAndAFilterThatFailsStartsNothing() {
		try (Stage stage = Stage.of(turn().condition((event, generation) -> {
			throw new IllegalStateException("condition");
		}).stream((event) -> Nodes.counting("a", 9)).broadcast(), Routes.on(DTMFInput.class).filter((event) -> {
			throw new IllegalStateException("filter");
		}).stream((event) -> Flux.just("b")).broadcast())) {
			stage.publish(new UserStoppedSpeaking());
			assertThat(stage.publish(new UserStartedSpeaking()).interrupted()).hasSize(1);
			assertThat(stage.publish(new DTMFInput("1")).started()).isEmpty();
			assertThat(stage.spy.conditionFailures).hasValue(2);
		}
	}

	@Test
	void l9AFilterDecidesWhatStarts() {
		try (Stage stage = Stage.of(Routes.on(DTMFInput.class)
			.filter((event) -> event.button().equals("1"))
			.stream((event) -> Flux.just(event.button()))
			.broadcast())) {
			assertThat(stage.publish(new DTMFInput("2")).started()).isEmpty();
			assertThat(stage.publish(new DTMFInput("1")).started()).hasSize(1);
		}
	}

	@Test
	void aCancelThatBlocksTenSecondsTwoHundredTimesKeepsNobodyElse() {
		List<Nodes.Stubborn> nodes = new CopyOnWriteArrayList<>();
		try (Stage stage = Stage.with(Routes.on(CustomReceived.class)
			.overlap(Overlap.PARALLEL)
			.maxConcurrency(500)
			.interruptOn(UserStartedSpeaking.class)
			.stream((event) -> {
				Nodes.Stubborn node = new Nodes.Stubborn();
				nodes.add(node);
				return node;
			})
			.broadcast(), turn().stream((event) -> Flux.just("at once")).broadcast())
			.generation((bounds) -> new GenerationBounds(bounds.prefetch(), bounds.grace(), bounds.maxDuration(), 500,
					bounds.queue(), bounds.hops(), bounds.handlerTimeout()))
			.session((bounds) -> new SessionBounds(bounds.max(), bounds.idleTimeout(), bounds.tombstone(),
					bounds.maxTombstones(), bounds.mailbox(), bounds.eventIds(), 1_000, bounds.decisions()))
			.realControl()
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			for (int i = 0; i < 200; i++) {
				stage.publish(new CustomReceived(Map.of()));
			}
			assertThat(stage.publish(new UserStartedSpeaking()).interrupted()).hasSize(200);
			nodes.forEach((node) -> Stage.await(node.cancelledOn));
			assertThat(stage.publish(new UserStoppedSpeaking()).started()).hasSize(1);
			assertThat(Stage.tale(reader)).endsWith("201:at once", "=201");
			nodes.forEach(Nodes.Stubborn::letGo);
			stage.advanceMillis(250);
			stage.awaitStuck(0);
		}
	}

	@Test
	void aFutureIsCancelledAndHasEndedWhenItIsDone() {
		CompletableFuture<String> future = new CompletableFuture<>();
		try (Stage stage = Stage.of(turn().stream((event) -> future).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			assertThat(future).isCancelled();
			assertThat(Stage.tale(reader)).endsWith("!1");
			assertThat(stage.view().generations()).isEmpty();
		}
	}

}
