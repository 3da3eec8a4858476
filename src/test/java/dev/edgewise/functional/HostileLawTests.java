package dev.edgewise.functional;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import dev.edgewise.EventConflictException;
import dev.edgewise.Frame;
import dev.edgewise.Generation;
import dev.edgewise.Interruption;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.Overlap;
import dev.edgewise.Receipt;
import dev.edgewise.Routes;
import dev.edgewise.event.AgentGenerationStarted;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.StreamGap;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.session.EngineSettings.GenerationBounds;
import dev.edgewise.session.EngineSettings.SessionBounds;
import dev.edgewise.session.LogReader;
import dev.edgewise.session.SessionEngine.Broadcast;
import dev.edgewise.session.Submission;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * The laws against nodes, readers and clients that do what they should not.
 */
class HostileLawTests {

	private static Routes.Trigger<UserStoppedSpeaking> turn() {
		return Routes.on(UserStoppedSpeaking.class).interruptOn(UserStartedSpeaking.class);
	}

	private static List<LogReader.Taken> takeAll(LogReader reader) {
		List<LogReader.Taken> all = new ArrayList<>();
		LogReader.Taken taken;
		while ((taken = reader.take()) != null) {
			all.add(taken);
		}
		return all;
	}

	@Test
	void l4DoesNotMindHowOftenANodeHandsOutSubscriptions() {
		AtomicInteger handled = new AtomicInteger();
		AtomicReference<Subscriber<? super Object>> node = new AtomicReference<>();
		Publisher<Object> rude = (subscriber) -> {
			node.set(subscriber);
			subscriber.onSubscribe(Operators.emptySubscription());
			subscriber.onSubscribe(Operators.emptySubscription());
			subscriber.onSubscribe(Operators.emptySubscription());
		};
		try (Stage stage = Stage
			.of(turn().onInterrupt((interruption) -> handled.incrementAndGet()).stream((event) -> rude).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(10);
			node.get().onNext("a");
			node.get().onComplete();
			node.get().onError(new IllegalStateException("again"));
			node.get().onComplete();
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:a", "=1");
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(10);
			stage.publish(new UserStartedSpeaking());
			stage.advanceMillis(10);
			assertThat(handled).hasValue(1);
			assertThat(stage.view().generations()).isEmpty();
		}
	}

	@Test
	void l5EndsAPublisherThatCompletesBeforeItHandsOutItsSubscription() {
		Publisher<Object> rude = (subscriber) -> {
			subscriber.onComplete();
			subscriber.onSubscribe(Operators.emptySubscription());
		};
		AtomicInteger cleanups = new AtomicInteger();
		try (Stage stage = Stage.of(turn().stream((UserStoppedSpeaking event, Generation generation) -> {
			generation.onCleanup(cleanups::incrementAndGet);
			return rude;
		}).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(10);
			assertThat(Stage.tale(reader)).endsWith("=1");
			assertThat(cleanups).hasValue(1);
		}
	}

	@Test
	void l6ANodeThatFailsToBeSubscribedToAfterItsFenceHasEnded() {
		CountDownLatch subscribing = new CountDownLatch(1);
		CountDownLatch never = new CountDownLatch(1);
		Publisher<Object> rude = (subscriber) -> {
			subscribing.countDown();
			try {
				never.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException("no subscription", ex);
			}
		};
		try (Stage stage = Stage.with(turn().stream((event) -> rude).broadcast()).realThreads().realControl().open()) {
			stage.publish(new UserStoppedSpeaking());
			Stage.until(() -> subscribing.getCount() == 0);
			stage.publish(new UserStartedSpeaking());
			Stage.until(() -> stage.view().generations().isEmpty());
		}
	}

	@Test
	void l6AFutureThatRefusesToBeCancelledIsDoneWhenItIsDone() {
		CompletableFuture<String> future = new CompletableFuture<>();
		CompletionStage<String> stage = future.minimalCompletionStage();
		try (Stage play = Stage.of(turn().stream((event) -> stage).broadcast())) {
			play.publish(new UserStoppedSpeaking());
			play.publish(new UserStartedSpeaking());
			play.advance(Duration.ofSeconds(1));
			assertThat(play.spy.stuck).hasValue(1);
			future.complete("late");
			play.advanceMillis(1);
			assertThat(play.spy.stuck).hasValue(0);
			assertThat(play.view().generations()).isEmpty();
		}
	}

	@Test
	void l6AFutureWhoseCancelThrowsHoldsNothing() {
		CompletableFuture<String> future = new CompletableFuture<>() {
			@Override
			public boolean cancel(boolean mayInterrupt) {
				super.cancel(mayInterrupt);
				throw new IllegalStateException("cancel");
			}
		};
		try (Stage stage = Stage.of(turn().stream((event) -> future).broadcast())) {
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			stage.advance(Duration.ofSeconds(1));
			assertThat(stage.view().generations()).isEmpty();
		}
	}

	@Test
	void l5AStreamWhoseCloseThrowsFailsItsGenerationOnce() {
		try (Stage stage = Stage.with(turn().stream((event) -> Stream.of("a").onClose(() -> {
			throw new IllegalStateException("close");
		})).broadcast()).realThreads().open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			Stage.until(() -> Stage.tale(reader).contains("x1"));
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:a", "x1");
		}
	}

	@Test
	void l5AThreadThatStillEmitsWhenTheNodeHasEndedIsLetGo() {
		CompletableFuture<Throwable> thrown = new CompletableFuture<>();
		CountDownLatch emitting = new CountDownLatch(1);
		try (Stage stage = Stage.with(turn().run((event, generation) -> {
			Thread helper = new Thread(() -> {
				try {
					for (int i = 0; i < 10_000; i++) {
						generation.emit("a" + i);
						emitting.countDown();
					}
				}
				catch (Throwable ex) {
					thrown.complete(ex);
				}
			});
			helper.start();
			emitting.await();
			Stage.until(() -> helper.getState() == Thread.State.WAITING);
		}).broadcast()).realThreads().open()) {
			stage.read(0, 1);
			stage.publish(new UserStoppedSpeaking());
			assertThatIllegalStateException().isThrownBy(() -> {
				throw Stage.await(thrown);
			});
		}
	}

	@Test
	void l6OnCleanupAfterTheEndRunsAtOnce() {
		AtomicReference<Generation> run = new AtomicReference<>();
		AtomicInteger cleanups = new AtomicInteger();
		try (Stage stage = Stage.of(turn().stream((UserStoppedSpeaking event, Generation generation) -> {
			run.set(generation);
			generation.onCleanup(() -> {
				throw new IllegalStateException("cleanup");
			});
			generation.onCleanup(() -> generation.onCleanup(cleanups::incrementAndGet));
			return Flux.just("a");
		}).broadcast())) {
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(10);
			assertThat(cleanups).hasValue(1);
			run.get().onCleanup(cleanups::incrementAndGet);
			assertThat(cleanups).hasValue(2);
		}
	}

	@Test
	void l13AnItemWaitsUntilTheBytesOfTheLogHaveRoomForIt() {
		String large = "x".repeat(700);
		try (Stage stage = Stage
			.with(turn().stream((event) -> Flux.just("a", "b", large, large, "c", large)).broadcast())
			.log(64, 1_600, 1L << 30)
			.open()) {
			LogReader reader = stage.engine.reader(Stage.SESSION, 0);
			stage.publish(new UserStoppedSpeaking());
			List<Frame> frames = new ArrayList<>();
			for (int i = 0; i < 30; i++) {
				stage.advanceMillis(1);
				LogReader.Taken taken = reader.take();
				if (taken != null) {
					frames.add(taken.frame());
				}
				reader.flush();
			}
			reader.close();
			assertThat(Stage.tale(frames)).containsExactly("UserStoppedSpeaking", "+1", "1:a", "1:b", "1:" + large,
					"1:" + large, "1:c", "1:" + large, "=1");
		}
	}

	@Test
	void l13ALogOfFourFramesGivesItsOnlyReaderEveryFrame() {
		try (Stage stage = Stage.with(turn().stream((event) -> Flux.range(1, 50).map(String::valueOf)).broadcast())
			.log(4, 1 << 20, 1L << 30)
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0, 1);
			stage.publish(new UserStoppedSpeaking());
			for (int i = 0; i < 60; i++) {
				reader.request(1);
				stage.advanceMillis(1);
			}
			assertThat(Stage.tale(reader)).hasSize(53).doesNotContain("StreamGap").endsWith("1:50", "=1");
		}
	}

	@Test
	void l13ItemsThatAnOutputDropsAreAskedForAgainWithPrefetchOne() {
		try (Stage stage = Stage
			.with(turn().stream((event) -> Flux.range(1, 2_000).map(String::valueOf))
				.filter((item) -> ((String) item).endsWith("500") || ((String) item).endsWith("000"))
				.broadcast())
			.generation((g) -> new GenerationBounds(1, g.grace(), g.maxDuration(), g.perSession(), g.queue(), g.hops(),
					g.handlerTimeout()))
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(10);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:500", "1:1000", "1:1500",
					"1:2000", "=1");
		}
	}

	@Test
	void l13AReaderBeyondTheEndThatTakesNothingSetsNoPace() {
		try (Stage stage = Stage.of(turn().stream((event) -> Flux.range(1, 5_000).map(String::valueOf)).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(99, 0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(10);
			assertThat(stage.view().lastSequence()).isLessThan(100);
			reader.request(Long.MAX_VALUE);
			stage.advanceMillis(10);
			assertThat(reader.getReceivedOnNext().get(0).event()).isEqualTo(new StreamGap(0, 0));
			assertThat(Stage.tale(reader)).hasSize(5_004).endsWith("1:5000", "=1");
		}
	}

	@Test
	void l16AReaderBeyondTheEndTakesTheLastFrameOfASession() {
		try (Stage stage = Stage.of(turn().stream(Nodes.silent()).broadcast())) {
			stage.publish(new UserStoppedSpeaking());
			TestSubscriber<Frame> reader = stage.read(99, 0);
			stage.engine.close(Stage.SESSION).subscribe();
			reader.request(Long.MAX_VALUE);
			stage.advanceMillis(10);
			assertThat(Stage.tale(reader)).containsExactly("StreamGap", "!1", "SessionClosed");
			assertThat(reader.isTerminatedComplete()).isTrue();
		}
	}

	@Test
	void l14TheSameIdWithAnotherAimInOneArrayIsAConflict() {
		try (Stage stage = Stage.of(turn().stream(Nodes.silent()).broadcast())) {
			assertThatExceptionOfType(EventConflictException.class).isThrownBy(() -> Stage.get(
					stage.engine.publishAll(Stage.SESSION, List.of(new Submission(new UserStoppedSpeaking(), "x", null),
							new Submission(new UserStoppedSpeaking(), "x", "g")))));
			assertThat(stage.view().lastSequence()).isZero();
		}
	}

	@Test
	void l14ADuplicateInOneArrayGetsTheReceiptOfTheFirst() {
		try (Stage stage = Stage.of(turn().stream(Nodes.silent()).broadcast())) {
			Submission one = new Submission(new UserStoppedSpeaking(), "x", null);
			List<Receipt> receipts = Stage.get(stage.engine.publishAll(Stage.SESSION, List.of(one, one)));
			assertThat(receipts.get(1)).isEqualTo(receipts.get(0).asDuplicate());
		}
	}

	@Test
	void l14AStreamOfADuplicateReplaysFromTheFirstAndEndsWithIt() {
		try (Stage stage = Stage.of(turn().stream((event) -> Flux.just("a")).broadcast())) {
			Submission one = new Submission(new UserStoppedSpeaking(), "x", null);
			stage.publish(new DTMFInput("0"));
			Stage.get(stage.engine.publishAll(Stage.SESSION, List.of(one)));
			stage.advanceMillis(10);
			stage.publish(new DTMFInput("1"));
			LogReader replay = Stage.get(stage.engine.publishAndRead(Stage.SESSION, List.of(one)));
			assertThat(Stage.tale(takeAll(replay).stream().map(LogReader.Taken::frame).toList()))
				.containsExactly("UserStoppedSpeaking", "+1", "1:a", "=1");
			assertThat(replay.isComplete()).isTrue();
			replay.close();
		}
	}

	@Test
	void l1AnArrayThatIsLongerThanTheBurstIsAcceptedWhenTheSessionWasQuiet() {
		try (Stage stage = Stage.with(turn().stream(Nodes.silent()).broadcast())
			.session((s) -> new SessionBounds(s.max(), s.idleTimeout(), s.tombstone(), s.maxTombstones(), s.mailbox(),
					s.eventIds(), 2, s.decisions()))
			.open()) {
			Object[] keys = Stream.generate(() -> new DTMFInput("1")).limit(64).toArray();
			assertThat(stage.publishAll(keys)).hasSize(64);
		}
	}

	@Test
	void l1AnArrayWithAnEventThatCannotBeEncodedAppliesNothing() {
		try (Stage stage = Stage.of(turn().stream(Nodes.silent()).broadcast())) {
			assertThatExceptionOfType(IllegalArgumentException.class)
				.isThrownBy(() -> stage.publishAll(new UserStoppedSpeaking(), 42));
			assertThat(stage.view().lastSequence()).isZero();
		}
	}

	@Test
	void l8AQueuedRunWaitsForTheCleanupOfTheCutOne() {
		Nodes.Stubborn stubborn = new Nodes.Stubborn();
		AtomicInteger runs = new AtomicInteger();
		try (Stage stage = Stage
			.with(turn().overlap(Overlap.QUEUE)
				.stream((event) -> (runs.getAndIncrement() == 0) ? stubborn : Flux.just("next"))
				.broadcast())
			.realControl()
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStoppedSpeaking());
			assertThat(runs).hasValue(1);
			stage.advanceMillis(300);
			assertThat(Stage.tale(reader)).endsWith("+2", "2:next", "=2", "+3", "3:next", "=3");
			stubborn.letGo();
			stage.awaitStuck(0);
		}
	}

	@Test
	void l15AnAimedEventCutsAWaitingGenerationAlone() {
		try (Stage stage = Stage.of(turn().overlap(Overlap.QUEUE).stream(Nodes.silent()).broadcast())) {
			stage.publish(new UserStoppedSpeaking());
			String second = stage.publish(new UserStoppedSpeaking()).started().get(0);
			String third = stage.publish(new UserStoppedSpeaking()).started().get(0);
			Receipt receipt = stage.publish(new UserStartedSpeaking(), null, second);
			assertThat(receipt.interrupted()).containsExactly(second);
			assertThat(stage.view().generations()).extracting((generation) -> generation.id())
				.hasSize(2)
				.contains(third);
		}
	}

	@Test
	void l12ANodeThatListensToItsOwnStartIsCutAfterItsStartedFrame() {
		AtomicReference<Interruption> seen = new AtomicReference<>();
		try (Stage stage = Stage.of(Routes.on(UserStoppedSpeaking.class)
			.interruptOn(AgentGenerationStarted.class)
			.onInterrupt(seen::set)
			.stream((event) -> Flux.just("a"))
			.broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(10);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "!1");
			assertThat(seen.get().reason()).isEqualTo(Reason.EVENT);
		}
	}

	@Test
	void closingTheLastResponseCutsWaitingQueuedAndChainedGenerations() {
		try (Stage stage = Stage.of(turn().overlap(Overlap.QUEUE)
			.stream((event) -> Flux.just(new DTMFInput("1")).concatWith(Flux.never()))
			.broadcast(), Routes.on(DTMFInput.class).stream(Nodes.silent()).broadcast())) {
			Submission one = new Submission(new UserStoppedSpeaking(), "x", null);
			Submission two = new Submission(new UserStoppedSpeaking(), null, null);
			LogReader first = Stage.get(stage.engine.publishAndRead(Stage.SESSION, List.of(one, two)));
			LogReader second = Stage.get(stage.engine.publishAndRead(Stage.SESSION, List.of(one)));
			stage.advanceMillis(10);
			assertThat(stage.view().generations()).hasSize(3);
			first.close();
			assertThat(stage.spy.fences).isEmpty();
			second.close();
			assertThat(stage.spy.fences).containsExactly(Reason.CLIENT_DISCONNECTED, Reason.CLIENT_DISCONNECTED,
					Reason.CLIENT_DISCONNECTED);
		}
	}

	@Test
	void l17AListenerThatFailsWithAnErrorLosesItselfAlone() {
		AtomicReference<Interruption> seen = new AtomicReference<>();
		try (Stage stage = Stage.of(turn().onInterrupt(seen::set).stream(Nodes.silent()).broadcast())) {
			stage.spy.rude = true;
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			stage.advanceMillis(10);
			assertThat(seen.get()).isNotNull();
			assertThat(stage.view().generations()).isEmpty();
		}
	}

	@Test
	void l17AReaderThatThrowsIsClosed() {
		try (Stage stage = Stage.of(turn().stream(Nodes.silent()).broadcast())) {
			stage.engine.read(Stage.SESSION, 0).subscribe(new CoreSubscriber<>() {
				@Override
				public void onSubscribe(Subscription subscription) {
					subscription.request(Long.MAX_VALUE);
				}

				@Override
				public void onNext(Frame frame) {
					throw new IllegalStateException("reader");
				}

				@Override
				public void onError(Throwable failure) {
				}

				@Override
				public void onComplete() {
				}
			});
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(10);
			assertThat(stage.spy.streams).hasValue(0);
		}
	}

	@Test
	void l17AnEventToAllReachesTheOthersWhenOneSessionIsFull() {
		AtomicReference<Stage> at = new AtomicReference<>();
		List<Broadcast> results = new ArrayList<>();
		try (Stage stage = Stage.with(Routes.on(DTMFInput.class).filter((DTMFInput event) -> {
			if (event.button().equals("1")) {
				stage(at).engine.publish(Stage.SESSION, new DTMFInput("2")).subscribe();
				stage(at).engine.publishToAll(new DTMFInput("2")).subscribe(results::add, (ex) -> {
				});
			}
			return false;
		}).stream(Nodes.silent()).broadcast())
			.session((s) -> new SessionBounds(s.max(), s.idleTimeout(), s.tombstone(), s.maxTombstones(), 1,
					s.eventIds(), s.eventsPerSecond(), s.decisions()))
			.open()) {
			at.set(stage);
			Stage.get(stage.engine.open("other", Map.of()));
			stage.publish(new DTMFInput("1"));
			assertThat(results).containsExactly(new Broadcast(1, 0, 0));
			Stage.get(stage.engine.close("other"));
		}
	}

	private static Stage stage(AtomicReference<Stage> at) {
		return Objects.requireNonNull(at.get());
	}

	@Test
	void anInterruptionCountsExactlyUnderHoles() {
		AtomicReference<Interruption> seen = new AtomicReference<>();
		try (Stage stage = Stage.of(turn().onInterrupt(seen::set)
			.stream((event) -> Flux.fromIterable(Arrays.asList("a", "b", "c", "d", "e")).concatWith(Flux.never()))
			.broadcast())) {
			LogReader behind = stage.engine.reader(Stage.SESSION, 0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(10);
			LogReader middle = stage.engine.reader(Stage.SESSION, 4);
			middle.take();
			behind.take();
			behind.take();
			behind.take();
			stage.publish(new UserStartedSpeaking());
			stage.advanceMillis(10);
			assertThat(seen.get().generated()).isEqualTo("abcde");
			assertThat(seen.get().delivered()).isEqualTo("ac");
			assertThat(seen.get().discarded()).isEqualTo(3);
			behind.close();
			middle.close();
		}
	}

	@Test
	void l13DroppedItemsOfAHotSourceDoNotFillTheBuffer() {
		try (Stage stage = Stage.of(turn().stream((event) -> (Publisher<Object>) (subscriber) -> {
			subscriber.onSubscribe(Operators.emptySubscription());
			for (int i = 0; i < 5_000; i++) {
				subscriber.onNext((i % 1_000 == 0) ? "a" : new DTMFInput("1"));
			}
			subscriber.onComplete();
		}).filter((item) -> item instanceof String).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(10);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:a", "1:a", "1:a", "1:a",
					"1:a", "=1");
		}
	}

	@Test
	void l13AHotSourceBehindAnOutputThatHasDroppedManyIsStillBounded() {
		AtomicReference<Subscriber<? super Object>> node = new AtomicReference<>();
		Publisher<Object> hot = (subscriber) -> {
			node.set(subscriber);
			subscriber.onSubscribe(Operators.emptySubscription());
		};
		try (Stage stage = Stage
			.of(turn().stream((event) -> hot).filter((item) -> item instanceof String).broadcast())) {
			LogReader reader = stage.engine.reader(Stage.SESSION, 0);
			stage.publish(new UserStoppedSpeaking());
			for (int i = 0; i < 5_000; i++) {
				node.get().onNext(new DTMFInput("1"));
			}
			for (int i = 0; i < 3_000; i++) {
				node.get().onNext("a");
			}
			stage.advanceMillis(10);
			assertThat(stage.view().lastSequence()).isLessThan(1_000);
			assertThat(stage.spy.outcomes).hasSize(1);
			reader.close();
		}
	}

	@Test
	void l16ASessionThatIsClosedWhileHandlersHangEndsAfterTheGrace() {
		CountDownLatch never = new CountDownLatch(1);
		try (Stage stage = Stage.with(turn().onInterrupt((interruption) -> {
			try {
				never.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}).stream(Nodes.silent()).broadcast()).realControl().open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.engine.close(Stage.SESSION).subscribe();
			Stage.until(() -> {
				stage.advanceMillis(260);
				return reader.isTerminatedComplete();
			});
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "!1", "SessionClosed");
			never.countDown();
		}
	}

	@Test
	void l8EndOfARunThatIsReplacedWhileItWaitsLeavesNoInterruptionBehind() {
		AtomicReference<Interruption> previous = new AtomicReference<>();
		AtomicInteger handled = new AtomicInteger();
		Nodes.Stubborn stubborn = new Nodes.Stubborn();
		AtomicInteger runs = new AtomicInteger();
		try (Stage stage = Stage.with(turn().onInterrupt((interruption) -> handled.incrementAndGet())
			.stream((UserStoppedSpeaking event, Generation generation) -> {
				previous.set(generation.previous());
				return (runs.getAndIncrement() == 0) ? stubborn : Flux.never();
			})
			.broadcast()).realControl().open()) {
			String first = stage.publish(new UserStoppedSpeaking()).started().get(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStoppedSpeaking());
			stubborn.letGo();
			stage.awaitHandled(handled, 1);
			Stage.until(() -> runs.get() == 2);
			assertThat(previous.get().generation()).isEqualTo(first);
			assertThat(handled).hasValue(1);
			assertThat(stage.spy.fences).containsExactly(Reason.REPLACED, Reason.REPLACED, Reason.REPLACED);
		}
	}

}
