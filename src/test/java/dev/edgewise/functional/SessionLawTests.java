package dev.edgewise.functional;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.edgewise.EventConflictException;
import dev.edgewise.EventRefusedException;
import dev.edgewise.EventRefusedException.Bound;
import dev.edgewise.Frame;
import dev.edgewise.Generation;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.Overlap;
import dev.edgewise.Receipt;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.SessionClosedException;
import dev.edgewise.UnknownSessionException;
import dev.edgewise.event.AgentError;
import dev.edgewise.event.AgentGenerationComplete;
import dev.edgewise.event.AgentGenerationFailed;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.AgentGenerationStarted;
import dev.edgewise.event.AgentHandoff;
import dev.edgewise.event.CustomReceived;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.event.SessionClosed;
import dev.edgewise.event.StreamGap;
import dev.edgewise.event.UserEvent;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.session.EngineSettings.GenerationBounds;
import dev.edgewise.session.EngineSettings.SessionBounds;
import dev.edgewise.session.LogReader;
import dev.edgewise.session.Submission;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * The laws from L10 to L18, over the facade and in virtual time.
 */
class SessionLawTests {

	private static Routes.Trigger<UserStoppedSpeaking> turn() {
		return Routes.on(UserStoppedSpeaking.class).interruptOn(UserStartedSpeaking.class);
	}

	private static RouteDefinition counting() {
		return turn().stream((event) -> Nodes.counting("a", 9)).broadcast();
	}

	private static RouteDefinition overlapping(Overlap overlap) {
		AtomicInteger runs = new AtomicInteger();
		return Routes.on(DTMFInput.class)
			.interruptOn(UserStartedSpeaking.class)
			.overlap(overlap)
			.maxConcurrency(2)
			.stream((event) -> Nodes.counting(event.button() + runs.incrementAndGet() + ".", 2))
			.broadcast();
	}

	@Test
	void l10ATypeMatchesItsSubtypes() {
		try (Stage stage = Stage.of(Routes.on(UserStoppedSpeaking.class)
			.interruptOn(UserEvent.class)
			.stream((event) -> Nodes.counting("a", 9))
			.broadcast())) {
			stage.publish(new UserStoppedSpeaking());
			assertThat(stage.publish(new DTMFInput("1")).interrupted()).hasSize(1);
		}
	}

	@Test
	void l10AnEmergencyStopInterruptsEveryGenerationWhateverItsRouteSays() {
		try (Stage stage = Stage.of(counting(),
				Routes.on(UserStoppedSpeaking.class)
					.interruptOn(DTMFInput.class)
					.condition((event, generation) -> false)
					.stream((event) -> Nodes.counting("b", 9))
					.broadcast())) {
			stage.publish(new UserStoppedSpeaking());
			assertThat(stage.publish(new EmergencyStop("fire")).interrupted()).hasSize(2);
			assertThat(stage.spy.fences).containsExactly(Reason.EMERGENCY, Reason.EMERGENCY);
		}
	}

	@Test
	void l11ReplaceInterruptsWithoutLosingTheNewEvent() {
		try (Stage stage = Stage.of(overlapping(Overlap.REPLACE))) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new DTMFInput("x"));
			stage.advanceMillis(100);
			Receipt second = stage.publish(new DTMFInput("y"));
			stage.advanceMillis(200);
			assertThat(second.interrupted()).hasSize(1);
			assertThat(stage.spy.fences).containsExactly(Reason.REPLACED);
			assertThat(Stage.tale(reader)).containsExactly("DTMFInput", "+1", "1:x1.1", "DTMFInput", "!1", "+2",
					"2:y2.1", "2:y2.2", "=2");
		}
	}

	@Test
	void l11QueueRunsInOrderAndIsBoundedAndCutByTheSameCauses() {
		try (Stage stage = Stage.with(overlapping(Overlap.QUEUE))
			.generation((b) -> new GenerationBounds(b.prefetch(), b.grace(), b.maxDuration(), b.perSession(), 2,
					b.hops(), b.handlerTimeout()))
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new DTMFInput("x"));
			stage.publish(new DTMFInput("y"));
			stage.publish(new DTMFInput("z"));
			Receipt refused = stage.publish(new DTMFInput("w"));
			assertThat(refused.started()).isEmpty();
			assertThat(refused.refused()).containsExactly("route0");
			stage.advanceMillis(250);
			assertThat(Stage.tale(reader)).endsWith("1:x1.2", "=1", "+2");
			assertThat(stage.publish(new UserStartedSpeaking()).interrupted()).hasSize(2);
			stage.advanceMillis(1_000);
			assertThat(Stage.tale(reader)).endsWith("UserStartedSpeaking", "!2", "+3", "!3");
		}
	}

	@Test
	void l11ParallelRunsSideBySideThenInterruptsTheOldest() {
		try (Stage stage = Stage.of(overlapping(Overlap.PARALLEL))) {
			Receipt first = stage.publish(new DTMFInput("x"));
			stage.publish(new DTMFInput("y"));
			Receipt third = stage.publish(new DTMFInput("z"));
			assertThat(third.interrupted()).isEqualTo(first.started());
			assertThat(stage.view().generations()).extracting((view) -> view.state().name())
				.containsExactly("RUNNING", "RUNNING");
		}
	}

	@Test
	void l11IgnoreStartsNothing() {
		try (Stage stage = Stage.of(overlapping(Overlap.IGNORE))) {
			stage.publish(new DTMFInput("x"));
			Receipt second = stage.publish(new DTMFInput("y"));
			assertThat(second.started()).isEmpty();
			assertThat(second.refused()).isEmpty();
		}
	}

	@Test
	void l12WhatANodeEmitsStartsAndCutsOtherRoutes() {
		try (Stage stage = Stage.of(
				turn().stream((event) -> Flux.just("a", new AgentHandoff("billing", null))).broadcast(),
				Routes.on(AgentHandoff.class).stream((event) -> Flux.just(event.targetAgent())).broadcast(),
				Routes.on(UserStoppedSpeaking.class)
					.interruptOn(AgentHandoff.class)
					.stream((event) -> Nodes.counting("b", 9))
					.broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			assertThat(Stage.tale(reader)).contains("1:AgentHandoff", "!2", "3:billing", "=3");
		}
	}

	@Test
	void l12AnEventThatCutsItsOwnEmitterIsSeenByEveryStream() {
		try (Stage stage = Stage.of(Routes.on(UserStoppedSpeaking.class)
			.interruptOn(AgentHandoff.class)
			.stream((event) -> Flux.just("a", new AgentHandoff("billing", null)).concatWith(Flux.never()))
			.broadcast())) {
			TestSubscriber<Frame> slow = stage.read(0, 2);
			stage.publish(new UserStoppedSpeaking());
			slow.request(100);
			assertThat(Stage.tale(slow)).containsExactly("UserStoppedSpeaking", "+1", "1:AgentHandoff", "!1");
			assertThat(Stage.tale(stage.read(0))).containsExactly("UserStoppedSpeaking", "+1", "1:AgentHandoff", "!1");
			assertThat(((AgentGenerationInterrupted) slow.getReceivedOnNext().get(3).event()).discarded()).isOne();
		}
	}

	@Test
	void l12TheEnginesOwnFramesStartRoutesAndLoopsEndAtTheHopLimit() {
		try (Stage stage = Stage.of(turn().stream((event) -> Flux.just("a")).broadcast(),
				Routes.on(AgentGenerationComplete.class).stream((event) -> Flux.just("again")).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			List<Frame> frames = reader.getReceivedOnNext();
			assertThat(frames.get(frames.size() - 1).event()).isInstanceOf(AgentError.class);
			assertThat(frames).filteredOn((frame) -> frame.event() instanceof AgentGenerationStarted).hasSize(8);
		}
	}

	@Test
	void l12OnlyTheEngineWritesItsOwnFrames() {
		try (Stage stage = Stage
			.of(turn().stream((event) -> Flux.just("a", new AgentGenerationComplete())).broadcast())) {
			assertThatIllegalArgumentException().isThrownBy(() -> stage.publish(new AgentGenerationStarted()));
			assertThatIllegalArgumentException().isThrownBy(() -> stage.publish(new StreamGap(1, 2)));
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:a", "x1");
		}
	}

	@Test
	void anItemThatIsNoJsonObjectFailsItsGeneration() {
		try (Stage stage = Stage.of(turn().stream((event) -> Flux.just("a", 42, "b")).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:a", "x1");
		}
	}

	@Test
	void l13ANodeIsAskedForItsPrefetchBeyondWhatTheFastestStreamHasTaken() {
		AtomicLong produced = new AtomicLong();
		try (Stage stage = Stage.of(turn()
			.stream((event) -> Flux.range(1, 100_000).map(String::valueOf).doOnNext((i) -> produced.incrementAndGet()))
			.broadcast())) {
			TestSubscriber<Frame> fast = stage.read(0, 2);
			stage.read(0, 1);
			stage.publish(new UserStoppedSpeaking());
			assertThat(produced).hasValue(32);
			fast.request(10);
			assertThat(produced.get()).isBetween(34L, 42L);
			fast.request(1_000);
			assertThat(produced.get()).isBetween(1_034L, 1_042L);
		}
	}

	@Test
	void l13TheOnlyReaderGetsEveryFrameInOrderHoweverLongTheAnswer() {
		try (Stage stage = Stage.with(turn().stream((event) -> Flux.range(1, 20_000).map(String::valueOf)).broadcast())
			.log(64, 1 << 20, 1 << 28)
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0, 0);
			stage.publish(new UserStoppedSpeaking());
			for (int i = 0; i < 2_100; i++) {
				reader.request(10);
			}
			List<Frame> frames = reader.getReceivedOnNext();
			assertThat(frames).hasSize(20_003);
			for (int i = 0; i < frames.size(); i++) {
				assertThat(frames.get(i).sequence()).isEqualTo(i + 1);
			}
			assertThat(stage.spy.gaps).hasValue(0);
		}
	}

	@Test
	void l13AReaderThatIsMoreThanTheLogBehindGetsAGapAndSlowsNobody() {
		try (Stage stage = Stage.with(turn().stream((event) -> Flux.range(1, 500).map(String::valueOf)).broadcast())
			.log(64, 1 << 20, 1 << 28)
			.open()) {
			TestSubscriber<Frame> fast = stage.read(0);
			TestSubscriber<Frame> slow = stage.read(0, 3);
			stage.publish(new UserStoppedSpeaking());
			assertThat(Stage.tale(fast)).endsWith("1:500", "=1");
			slow.request(1_000);
			Frame gap = slow.getReceivedOnNext().get(3);
			assertThat(gap.event()).isEqualTo(new StreamGap(4, 503 - 64));
			assertThat(gap.sequence()).isEqualTo(503 - 64);
			assertThat(slow.getReceivedOnNext().get(4).sequence()).isEqualTo(503 - 63);
			assertThat(stage.spy.gaps).hasValue(1);
		}
	}

	@Test
	void l13WithNoStreamAGenerationRunsAheadByTheLogsCapacityThenWaits() {
		AtomicLong produced = new AtomicLong();
		try (Stage stage = Stage
			.with(turn()
				.stream((event) -> Flux.range(1, 500).map(String::valueOf).doOnNext((i) -> produced.incrementAndGet()))
				.broadcast())
			.log(64, 1 << 20, 1 << 28)
			.open()) {
			stage.publish(new UserStoppedSpeaking());
			assertThat(stage.view().lastSequence()).isEqualTo(64);
			assertThat(produced.get()).isBetween(62L, 64L + 32);
			TestSubscriber<Frame> reader = stage.read(0);
			assertThat(reader.getReceivedOnNext()).hasSize(503);
			assertThat(stage.spy.gaps).hasValue(0);
		}
	}

	@Test
	void l13WithNoStreamAGenerationWaitsAtMostItsMaxDuration() {
		try (Stage stage = Stage.with(turn().stream((event) -> Flux.range(1, 500).map(String::valueOf)).broadcast())
			.log(64, 1 << 20, 1 << 28)
			.open()) {
			stage.publish(new UserStoppedSpeaking());
			stage.advance(Duration.ofMinutes(5));
			assertThat(stage.spy.fences).containsExactly(Reason.TIMEOUT);
		}
	}

	@Test
	void l13ASourceThatIgnoresDemandFailsWithAMessageThatNamesTheOperator() {
		try (Stage stage = Stage
			.of(turn().stream((event) -> Flux.interval(Duration.ofMillis(10)).map(String::valueOf)).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0, 3);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(1_000);
			reader.request(100);
			Frame last = reader.getReceivedOnNext().get(reader.getReceivedOnNext().size() - 1);
			assertThat(((AgentGenerationFailed) last.event()).code()).isEqualTo("overflow");
			assertThat(((AgentGenerationFailed) last.event()).error()).contains("onBackpressureBuffer");
		}
	}

	@Test
	void l13AHotSourceIsBufferedUpToABoundThenFails() {
		Nodes.Deaf hot = new Nodes.Deaf();
		try (Stage stage = Stage.of(turn().stream((event) -> hot).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0, 2);
			stage.publish(new UserStoppedSpeaking());
			for (int i = 0; i < 200; i++) {
				hot.say("x");
			}
			assertThat(stage.spy.outcomes).isEmpty();
			for (int i = 0; i < 200; i++) {
				hot.say("x");
			}
			reader.request(10_000);
			assertThat(Stage.tale(reader)).endsWith("x1");
		}
	}

	@Test
	void l14ADuplicateGetsTheFirstReceiptAndOtherContentIsAConflict() {
		try (Stage stage = Stage.of(counting())) {
			Receipt first = stage.publish(new UserStoppedSpeaking(), "e1", null);
			Receipt again = stage.publish(new UserStoppedSpeaking(), "e1", null);
			assertThat(again).isEqualTo(first.asDuplicate());
			assertThat(stage.view().lastSequence()).isEqualTo(2);
			assertThatExceptionOfType(EventConflictException.class)
				.isThrownBy(() -> stage.publish(new DTMFInput("1"), "e1", null));
			assertThat(stage.view().lastSequence()).isEqualTo(2);
		}
	}

	@Test
	void l14ARefusedEventIsNotRemembered() {
		try (Stage stage = Stage.with(counting())
			.session((b) -> new SessionBounds(b.max(), b.idleTimeout(), b.tombstone(), b.maxTombstones(), b.mailbox(),
					b.eventIds(), 1, b.decisions()))
			.open()) {
			stage.publish(new DTMFInput("1"));
			stage.publish(new DTMFInput("2"));
			assertThatExceptionOfType(EventRefusedException.class)
				.isThrownBy(() -> stage.publish(new DTMFInput("3"), "e3", null))
				.satisfies((ex) -> {
					assertThat(ex.bound()).isEqualTo(Bound.EVENT_RATE);
					assertThat(ex.retryAfter()).isEqualTo(Duration.ofSeconds(1));
				});
			assertThat(stage.publish(new EmergencyStop(null)).duplicate()).isFalse();
			stage.advance(Duration.ofSeconds(1));
			assertThat(stage.publish(new DTMFInput("3"), "e3", null).duplicate()).isFalse();
		}
	}

	@Test
	void l15AnAimedEventInterruptsThatGenerationAlone() {
		try (Stage stage = Stage.of(counting(), turn().stream((event) -> Nodes.counting("b", 9)).broadcast())) {
			Receipt both = stage.publish(new UserStoppedSpeaking());
			String second = both.started().get(1);
			assertThat(stage.publish(new UserStartedSpeaking(), null, "unknown").interrupted()).isEmpty();
			assertThat(stage.publish(new UserStartedSpeaking(), null, second).interrupted()).containsExactly(second);
			assertThat(stage.publish(new UserStartedSpeaking(), null, second).interrupted()).isEmpty();
		}
	}

	@Test
	void l16ClosingInterruptsRunsHandlersAppendsSessionClosedAndEndsStreams() {
		List<Reason> handled = new ArrayList<>();
		try (Stage stage = Stage.of(turn().onInterrupt((interruption) -> handled.add(interruption.reason()))
			.stream((event) -> Nodes.counting("a", 9))
			.broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			Stage.get(stage.engine.close(Stage.SESSION));
			assertThat(handled).containsExactly(Reason.SESSION_CLOSED);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "!1", "SessionClosed");
			assertThat(reader.isTerminatedComplete()).isTrue();
			assertThatExceptionOfType(SessionClosedException.class)
				.isThrownBy(() -> stage.publish(new UserStoppedSpeaking()));
			assertThat(Stage.tale(stage.read(2))).containsExactly("!1", "SessionClosed");
			assertThatExceptionOfType(SessionClosedException.class)
				.isThrownBy(() -> stage.engine.reader(Stage.SESSION, 4));
		}
	}

	@Test
	void l16AStreamThatDoesNotTakeItsLastFrameEndsAfterTheGrace() {
		try (Stage stage = Stage.of(counting())) {
			TestSubscriber<Frame> stalled = stage.read(0, 0);
			stage.publish(new UserStoppedSpeaking());
			Stage.get(stage.engine.close(Stage.SESSION));
			stage.advanceMillis(249);
			assertThat(stalled.isTerminatedComplete()).isFalse();
			stage.advanceMillis(1);
			assertThat(stalled.isTerminatedComplete()).isTrue();
		}
	}

	@Test
	void l16AnIdleSessionExpiresAndIsRememberedForAWhile() {
		try (Stage stage = Stage.of(turn().stream((event) -> Nodes.counting("a", 10)).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.advance(Duration.ofMinutes(29));
			stage.publish(new UserStoppedSpeaking());
			stage.advance(Duration.ofMinutes(30));
			assertThat(Stage.tale(reader)).endsWith("=1");
			stage.advance(Duration.ofSeconds(2));
			assertThat(reader.getReceivedOnNext().get(reader.getReceivedOnNext().size() - 1).event())
				.isEqualTo(new SessionClosed(Reason.SESSION_EXPIRED));
			assertThatExceptionOfType(SessionClosedException.class)
				.isThrownBy(() -> stage.publish(new UserStoppedSpeaking()));
			stage.advance(Duration.ofMinutes(5));
			assertThatExceptionOfType(UnknownSessionException.class)
				.isThrownBy(() -> stage.publish(new UserStoppedSpeaking()));
			Stage.get(stage.engine.open(Stage.SESSION, Map.of()));
		}
	}

	@Test
	void l16ShutdownLetsRunWhatEndsWithinTheGraceAndInterruptsTheRest() {
		try (Stage stage = Stage.of(turn().stream((event) -> Nodes.counting("a", 3)).broadcast(),
				Routes.on(UserStoppedSpeaking.class).stream((event) -> Nodes.counting("b", 900)).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			CompletableFuture<Void> drained = stage.engine.drain(Duration.ofSeconds(5)).toFuture();
			stage.advanceMillis(400);
			assertThatExceptionOfType(EventRefusedException.class)
				.isThrownBy(() -> Stage.get(stage.engine.open("other", Map.of())));
			assertThat(stage.publish(new UserStoppedSpeaking()).refused()).hasSize(2);
			assertThat(Stage.tale(reader)).contains("=1");
			assertThat(drained).isNotDone();
			stage.advance(Duration.ofSeconds(5));
			assertThat(drained).isDone();
			assertThat(Stage.tale(reader)).endsWith("!2", "SessionClosed");
			assertThat(stage.spy.fences).containsExactly(Reason.SHUTDOWN);
			stage.engine.resume();
		}
	}

	@Test
	void l17AFailingReaderLosesItselfAlone() {
		try (Stage stage = Stage.of(counting())) {
			TestSubscriber<Frame> healthy = stage.read(0);
			stage.engine.read(Stage.SESSION, 0).map((frame) -> {
				throw new IllegalStateException("reader");
			}).subscribe((frame) -> {
			}, (failure) -> {
			});
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(100);
			assertThat(Stage.tale(healthy)).endsWith("1:a1");
		}
	}

	@Test
	void l17ANodeThatThrowsWhenCalledFailsAlone() {
		try (Stage stage = Stage.of(turn().stream((event) -> {
			throw new IllegalStateException("node");
		}).broadcast(), counting())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(100);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "+2", "x1", "2:a1");
		}
	}

	@Test
	void l17AnItemThatThrowsWhenItIsLookedAtFailsItsGenerationAlone() {
		Object rude = new Object() {
			@Override
			public String toString() {
				throw new StackOverflowError("item");
			}
		};
		try (Stage stage = Stage.of(turn().stream((event) -> Flux.just("a", rude, "b")).broadcast(), counting())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(100);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "+2", "1:a", "x1", "2:a1");
		}
	}

	@Test
	void l17AnEventThatThrowsWhenItIsLookedAtIsRefusedAndTheSessionGoesOn() {
		record Rude(String text) {

			@Override
			public String toString() {
				throw new StackOverflowError(this.text);
			}

		}
		try (Stage stage = Stage.of(counting())) {
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> stage.publish(new Rude("event")));
			assertThat(stage.publish(new UserStoppedSpeaking()).sequence()).isEqualTo(1);
		}
	}

	@Test
	void l18ElapsedIsMeasuredByTheInjectedClock() {
		List<Duration> elapsed = new ArrayList<>();
		try (Stage stage = Stage.of(turn().condition((event, generation) -> {
			elapsed.add(generation.elapsed());
			return false;
		}).stream((event) -> Nodes.counting("a", 100)).broadcast())) {
			stage.publish(new UserStoppedSpeaking());
			stage.advance(Duration.ofSeconds(7));
			stage.publish(new UserStartedSpeaking());
			assertThat(elapsed).containsExactly(Duration.ofSeconds(7));
		}
	}

	@Test
	void aResponseEndsWhenEveryGenerationThatItsEventStartedHasEnded() {
		try (Stage stage = Stage.of(turn().stream((event) -> Nodes.counting("a", 2)).broadcast(),
				Routes.on(AgentGenerationComplete.class)
					.filter((event) -> true)
					.overlap(Overlap.IGNORE)
					.stream((event) -> Mono.empty())
					.broadcast())) {
			LogReader reader = Stage.get(stage.engine.publishAndRead(Stage.SESSION,
					List.of(new Submission(new DTMFInput("1"), null, null))));
			assertThat(reader.take()).isNotNull();
			assertThat(reader.isComplete()).isTrue();
			reader.close();
		}
	}

	@Test
	void closingTheLastResponseOfAGenerationInterruptsIt() {
		try (Stage stage = Stage.of(counting())) {
			List<Submission> event = List.of(new Submission(new UserStoppedSpeaking(), "e1", null));
			LogReader first = Stage.get(stage.engine.publishAndRead(Stage.SESSION, event));
			LogReader second = Stage.get(stage.engine.publishAndRead(Stage.SESSION, event));
			stage.advanceMillis(100);
			assertThat(first.take()).isNotNull();
			first.close();
			assertThat(stage.spy.fences).isEmpty();
			assertThat(second.position()).isZero();
			second.close();
			assertThat(stage.spy.fences).containsExactly(Reason.CLIENT_DISCONNECTED);
		}
	}

	@Test
	void aReaderBeyondTheEndOfTheLogGetsAGapAndGoesOn() {
		try (Stage stage = Stage.of(counting())) {
			stage.publish(new DTMFInput("1"));
			stage.publish(new DTMFInput("2"));
			TestSubscriber<Frame> reader = stage.read(99);
			stage.publish(new DTMFInput("3"));
			assertThat(reader.getReceivedOnNext()).extracting(Frame::event)
				.containsExactly(new StreamGap(1, 2), new DTMFInput("3"));
		}
	}

	@Test
	void theConditionOfAGenerationSeesWhatItHasSaid() {
		List<String> said = new ArrayList<>();
		try (Stage stage = Stage
			.of(turn().condition((Object event, Generation generation) -> said.add(generation.generated()))
				.stream((event) -> Nodes.counting("a", 9))
				.broadcast())) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(200);
			stage.publish(new UserStartedSpeaking());
			assertThat(said).containsExactly("a1a2");
		}
	}

	@Test
	void silenceIsMeasuredWhenTheInterruptedFrameIsTakenForTheFirstTime() {
		try (Stage stage = Stage.of(counting())) {
			TestSubscriber<Frame> slow = stage.read(0, 2);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			stage.advanceMillis(40);
			assertThat(stage.spy.silences).isEmpty();
			slow.request(10);
			stage.read(0);
			assertThat(stage.spy.silences).containsExactly(Duration.ofMillis(40));
			assertThat(((AgentGenerationInterrupted) slow.getReceivedOnNext().get(3).event()).elapsedMillis()).isZero();
		}
	}

	@Test
	void anEventPublishedWhileTheSessionClosesIsRefusedOrApplied() throws ExecutionException, InterruptedException {
		Nodes.Stubborn node = new Nodes.Stubborn();
		try (Stage stage = Stage.with(turn().stream((event) -> node).broadcast()).realControl().open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			CompletableFuture<Void> closed = stage.engine.close(Stage.SESSION).toFuture();
			Stage.await(node.cancelledOn);
			assertThat(closed).isNotDone();
			assertThatExceptionOfType(SessionClosedException.class)
				.isThrownBy(() -> stage.publish(new UserStoppedSpeaking()));
			stage.advanceMillis(250);
			assertThat(closed).isDone();
			assertThat(Stage.tale(reader)).endsWith("!1", "SessionClosed");
			node.letGo();
			stage.awaitStuck(0);
		}
	}

	@Test
	void aReaderIsWokenOnlyWhenThereIsSomethingForIt() {
		try (Stage stage = Stage.of(turn().stream((event) -> Flux.never()).broadcast())) {
			LogReader reader = stage.engine.reader(Stage.SESSION, 0);
			AtomicInteger wakes = new AtomicInteger();
			reader.onReady(wakes::incrementAndGet);
			stage.publish(new UserStoppedSpeaking());
			assertThat(reader.take()).isNotNull();
			assertThat(reader.take()).isNotNull();
			assertThat(reader.take()).isNull();
			reader.flush();
			reader.flush();
			assertThat(wakes).hasValue(0);
			stage.publish(new DTMFInput("1"));
			assertThat(wakes).hasValue(1);
			reader.close();
		}
	}

	@Test
	void closedSessionsGiveWayWhenTheMemoryOfAllLogsIsUsedUp() {
		try (Stage stage = Stage.with(counting()).log(1_024, 1 << 20, 2_000).open()) {
			Stage.get(stage.engine.open("other", Map.of()));
			for (int i = 0; i < 30; i++) {
				Stage.get(stage.engine.publish("other", new EmergencyStop("fire")));
			}
			assertThatExceptionOfType(EventRefusedException.class).isThrownBy(() -> stage.publish(new DTMFInput("1")))
				.satisfies((ex) -> assertThat(ex.bound()).isEqualTo(Bound.LOG_MEMORY));
			assertThatExceptionOfType(EventRefusedException.class)
				.isThrownBy(() -> Stage.get(stage.engine.open("third", Map.of())));
			Stage.get(stage.engine.close("other"));
			assertThat(stage.publish(new DTMFInput("1")).sequence()).isEqualTo(1);
			assertThatExceptionOfType(UnknownSessionException.class)
				.isThrownBy(() -> Stage.get(stage.engine.publish("other", new DTMFInput("1"))));
		}
	}

	@Test
	void whatIsRememberedOfAConversationCountsToo() {
		try (Stage stage = Stage.with(counting()).log(8, 1 << 20, 20_000).open()) {
			Stage.get(stage.engine.open("other", Map.of()));
			UserTranscriptionReceived said = new UserTranscriptionReceived("word ".repeat(40), null, null);
			int count = 0;
			while (count < 100 && isAccepted(stage, said)) {
				count++;
			}
			assertThat(count).isBetween(9, 99);
			Stage.get(stage.engine.close("other"));
			assertThat(stage.publish(new DTMFInput("1")).sequence()).isEqualTo(1);
		}
	}

	private static boolean isAccepted(Stage stage, Object event) {
		return isAccepted(stage, event, null);
	}

	private static boolean isAccepted(Stage stage, Object event, @Nullable String id) {
		try {
			Stage.get(stage.engine.publish("other", event, id, null));
			return true;
		}
		catch (EventRefusedException ex) {
			assertThat(ex.bound()).isEqualTo(Bound.LOG_MEMORY);
			return false;
		}
	}

	@Test
	void idsOfEventsThatAreRememberedCountToo() {
		try (Stage stage = Stage.with(counting()).log(8, 1 << 20, 60_000).open()) {
			Stage.get(stage.engine.open("other", Map.of()));
			int count = 0;
			while (count < 300 && isAccepted(stage, new DTMFInput("1"), "id-" + count)) {
				count++;
			}
			assertThat(count).isBetween(20, 299);
			Stage.get(stage.engine.close("other"));
		}
	}

	@Test
	void whatASessionWasOpenedWithCountsToo() {
		try (Stage stage = Stage.with(counting()).log(1_024, 1 << 20, 20_000).open()) {
			Stage.get(stage.engine.open("other", Map.of("notes", List.of("x".repeat(12_000)))));
			assertThatExceptionOfType(EventRefusedException.class)
				.isThrownBy(() -> Stage.get(stage.engine.open("third", Map.of())))
				.satisfies((ex) -> assertThat(ex.bound()).isEqualTo(Bound.LOG_MEMORY));
			Stage.get(stage.engine.close("other"));
			assertThat(Stage.get(stage.engine.open("third", Map.of())).id()).isEqualTo("third");
			Stage.get(stage.engine.close("third"));
		}
	}

	@Test
	void anEventOfManySmallMembersCountsForTheObjectsThatItIsMadeOf() {
		try (Stage stage = Stage.with(counting()).log(1_024, 1 << 20, 60_000).open()) {
			Stage.get(stage.engine.open("other", Map.of()));
			Map<String, Object> metadata = IntStream.range(0, 1_000)
				.boxed()
				.collect(Collectors.toMap((i) -> "m" + i, (i) -> 1));
			assertThat(isAccepted(stage, new CustomReceived(metadata))).isTrue();
			assertThat(isAccepted(stage, new DTMFInput("1"))).isFalse();
			Stage.get(stage.engine.close("other"));
		}
	}

	@Test
	void logsGiveWayBeforeAnybodyIsRefused() {
		try (Stage stage = Stage.with(counting()).log(1_024, 1 << 20, 200_000).open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			for (int i = 0; i < 300; i++) {
				stage.publish(new CustomReceived(Map.of("text", "x".repeat(1_000))));
			}
			assertThat(reader.getReceivedOnNext()).as("frames").hasSize(300);
			TestSubscriber<Frame> late = stage.read(0);
			assertThat(late.getReceivedOnNext().get(0).event()).isInstanceOf(StreamGap.class);
			assertThat(late.getReceivedOnNext()).hasSizeBetween(20, 100);
		}
	}

}
