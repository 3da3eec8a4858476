package dev.edgewise.functional;

import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import dev.edgewise.Frame;
import dev.edgewise.Generation;
import dev.edgewise.InterruptedGenerationException;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.Overlap;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.event.AgentGenerationFailed;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.NonBlocking;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Nodes that block, on platform threads.
 */
class BlockingNodeTests {

	private static Routes.Trigger<UserStoppedSpeaking> turn() {
		return Routes.on(UserStoppedSpeaking.class).interruptOn(UserStartedSpeaking.class);
	}

	private Stage stage(RouteDefinition... routes) {
		return real(Stage.with(routes)).open();
	}

	Stage.Plan real(Stage.Plan plan) {
		return plan.realThreads().realControl();
	}

	private static void untilTaken(TestSubscriber<Frame> reader, String word) {
		Stage.until(() -> Stage.tale(reader).contains(word));
	}

	private static void untilOver(Stage stage) {
		Stage.until(() -> stage.view().generations().isEmpty());
	}

	@Test
	void aStreamIsReadAsItIsTakenAndClosed() {
		AtomicInteger closed = new AtomicInteger();
		AtomicInteger produced = new AtomicInteger();
		try (Stage stage = stage(turn()
			.stream((event) -> Stream.iterate(1, (i) -> i + 1)
				.peek((i) -> produced.incrementAndGet())
				.map(String::valueOf)
				.onClose(closed::incrementAndGet))
			.broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0, 4);
			stage.publish(new UserStoppedSpeaking());
			untilTaken(reader, "1:2");
			stage.publish(new UserStartedSpeaking());
			untilOver(stage);
			reader.request(100);
			Stage.until(() -> Stage.tale(reader).contains("!1"));
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:1", "1:2",
					"UserStartedSpeaking", "!1");
			assertThat(closed).hasValue(1);
			assertThat(produced.get()).isLessThanOrEqualTo(36);
		}
	}

	@Test
	void anIterableIsInterruptedWhileItBlocks() {
		CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
		Iterable<String> slow = () -> new Iterator<>() {
			private int count;

			@Override
			public boolean hasNext() {
				return true;
			}

			@Override
			public String next() {
				if (this.count++ == 0) {
					return "first";
				}
				return block(interrupted);
			}
		};
		try (Stage stage = stage(turn().stream((event) -> slow).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			untilTaken(reader, "1:first");
			stage.publish(new UserStartedSpeaking());
			assertThat(Stage.await(interrupted)).isTrue();
			untilOver(stage);
		}
	}

	private static String block(CompletableFuture<Boolean> interrupted) {
		try {
			new CountDownLatch(1).await(30, TimeUnit.SECONDS);
			interrupted.complete(false);
		}
		catch (InterruptedException ex) {
			interrupted.complete(true);
		}
		return "late";
	}

	@Test
	void aMethodThatSleepsIsInterrupted() {
		CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
		CompletableFuture<Boolean> begun = new CompletableFuture<>();
		try (Stage stage = stage(turn().run((event, generation) -> {
			begun.complete(true);
			try {
				Thread.sleep(30_000);
			}
			catch (InterruptedException ex) {
				interrupted.complete(true);
				throw ex;
			}
		}).broadcast())) {
			stage.publish(new UserStoppedSpeaking());
			Stage.await(begun);
			stage.publish(new UserStartedSpeaking());
			assertThat(Stage.await(interrupted)).isTrue();
			untilOver(stage);
		}
	}

	@Test
	void emitBlocksForDemandAndThrowsOnceInterrupted() {
		CompletableFuture<Throwable> thrown = new CompletableFuture<>();
		AtomicInteger emitted = new AtomicInteger();
		try (Stage stage = stage(turn().run((event, generation) -> {
			try {
				while (true) {
					generation.emit("x");
					emitted.incrementAndGet();
				}
			}
			catch (InterruptedGenerationException ex) {
				thrown.complete(ex);
				throw ex;
			}
		}).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0, 10);
			stage.publish(new UserStoppedSpeaking());
			Stage.until(() -> emitted.get() >= 40);
			assertThat(reader.getReceivedOnNext()).hasSize(10);
			stage.publish(new UserStartedSpeaking());
			assertThat(Stage.await(thrown)).isInstanceOf(InterruptedGenerationException.class);
			assertThat(emitted.get()).isLessThanOrEqualTo(10 + 32);
			untilOver(stage);
		}
	}

	@RepeatedTest(200)
	void noThreadInterruptHitsACleanUpThatBeganBecauseEmitThrew() {
		CompletableFuture<Boolean> disturbed = new CompletableFuture<>();
		CompletableFuture<Boolean> begun = new CompletableFuture<>();
		try (Stage stage = stage(turn().run((event, generation) -> {
			try {
				while (true) {
					generation.emit("x");
					begun.complete(true);
				}
			}
			catch (InterruptedGenerationException ex) {
				boolean hit = false;
				for (int i = 0; i < 2_000; i++) {
					hit |= Thread.currentThread().isInterrupted();
					Thread.onSpinWait();
				}
				disturbed.complete(hit);
			}
		}).broadcast())) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			Stage.await(begun);
			stage.publish(new UserStartedSpeaking());
			assertThat(Stage.await(disturbed)).isFalse();
			untilOver(stage);
		}
	}

	@Test
	void noInterruptReachesAThreadThatHasGoneOnToOtherWork() {
		AtomicBoolean dirty = new AtomicBoolean();
		AtomicInteger runs = new AtomicInteger();
		try (Stage stage = stage(turn().run((event, generation) -> {
			// Its own interrupt may have come already, and then it knows.
			boolean interrupted = Thread.currentThread().isInterrupted();
			dirty.compareAndSet(false, interrupted && !generation.isInterrupted());
			runs.incrementAndGet();
		}).broadcast())) {
			for (int i = 0; i < 90; i++) {
				stage.publish(new UserStoppedSpeaking());
				stage.publish(new UserStartedSpeaking());
				stage.advanceMillis(20);
			}
			untilOver(stage);
			int before = runs.get();
			stage.publish(new UserStoppedSpeaking());
			Stage.until(() -> runs.get() > before);
			untilOver(stage);
			assertThat(dirty).isFalse();
		}
	}

	@Test
	void aNodeThatSwallowsTheInterruptStaysSilentAndTheNextTurnRunsAfterTheGrace() {
		CountDownLatch letGo = new CountDownLatch(1);
		CompletableFuture<Boolean> begun = new CompletableFuture<>();
		AtomicInteger runs = new AtomicInteger();
		try (Stage stage = stage(turn().run((event, generation) -> {
			if (runs.getAndIncrement() > 0) {
				generation.emit("next");
				return;
			}
			begun.complete(true);
			boolean released = false;
			while (!released) {
				try {
					released = letGo.await(30, TimeUnit.SECONDS);
				}
				catch (InterruptedException ex) {
					released = false;
				}
			}
			for (int i = 0; i < 10; i++) {
				try {
					generation.emit("late");
				}
				catch (InterruptedGenerationException ex) {
					assertThat(generation.isInterrupted()).isTrue();
				}
			}
		}).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			Stage.await(begun);
			stage.publish(new UserStartedSpeaking());
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(250);
			untilTaken(reader, "=2");
			assertThat(stage.spy.stuck).hasValue(1);
			letGo.countDown();
			stage.awaitStuck(0);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "UserStartedSpeaking", "!1",
					"UserStoppedSpeaking", "+2", "2:next", "=2");
		}
	}

	@Test
	void aNewBlockingGenerationFailsAtOnceWhenAllThreadsAreHeld() {
		CountDownLatch letGo = new CountDownLatch(1);
		CountDownLatch begun = new CountDownLatch(2);
		RouteDefinition node = Routes.on(DTMFInput.class).overlap(Overlap.PARALLEL).run((event, generation) -> {
			begun.countDown();
			letGo.await(30, TimeUnit.SECONDS);
		}).broadcast();
		try (Stage stage = real(Stage.with(node)).blockingThreads(2).open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new DTMFInput("1"));
			stage.publish(new DTMFInput("2"));
			assertThat(stage.engine.blockingExhausted()).isTrue();
			stage.publish(new DTMFInput("3"));
			assertThat(Stage.tale(reader)).endsWith("+3", "x3");
			Frame last = reader.getReceivedOnNext().get(reader.getReceivedOnNext().size() - 1);
			assertThat(((AgentGenerationFailed) last.event()).code()).isEqualTo("no-thread");
			letGo.countDown();
			untilOver(stage);
			assertThat(stage.engine.blockingExhausted()).isFalse();
		}
	}

	@Test
	void emitOnANonBlockingThreadIsAnError() {
		CompletableFuture<Generation> seen = new CompletableFuture<>();
		try (Stage stage = stage(turn().stream((UserStoppedSpeaking event, Generation generation) -> {
			seen.complete(generation);
			return Flux.never();
		}).broadcast())) {
			stage.publish(new UserStoppedSpeaking());
			Generation generation = Stage.await(seen);
			CompletableFuture<Throwable> thrown = new CompletableFuture<>();
			Thread thread = new NonBlockingThread(() -> {
				try {
					generation.emit("x");
					thrown.complete(new AssertionError("no exception"));
				}
				catch (Throwable ex) {
					thrown.complete(ex);
				}
			});
			thread.start();
			assertThatIllegalStateException().isThrownBy(() -> {
				throw Stage.await(thrown);
			}).withMessageContaining("must not block");
		}
	}

	@Test
	void aNodeWhoseResultIsNotAlwaysReactiveKeepsNoParallelThread() {
		AtomicInteger calls = new AtomicInteger();
		try (Stage stage = stage(turn()
			.stream((event) -> (calls.getAndIncrement() == 0) ? Flux.just("a") : Collections.nCopies(5_000, "b"))
			.broadcast())) {
			stage.publish(new UserStoppedSpeaking());
			untilOver(stage);
			stage.publish(new UserStoppedSpeaking());
			Stage.until(() -> stage.view().lastSequence() > 500);
			stage.publish(new UserStartedSpeaking());
			untilOver(stage);
			assertThat(stage.spy.fences).containsExactly(Reason.EVENT);
		}
	}

	@Test
	void aStreamThatFindsNoThreadIsClosed() {
		AtomicInteger calls = new AtomicInteger();
		AtomicInteger closed = new AtomicInteger();
		CountDownLatch letGo = new CountDownLatch(1);
		RouteDefinition changing = turn().stream((event) -> (calls.getAndIncrement() == 0) ? Flux.just("a")
				: Stream.of("b").onClose(closed::incrementAndGet))
			.broadcast();
		RouteDefinition holding = Routes.on(DTMFInput.class)
			.run((event, generation) -> letGo.await(30, TimeUnit.SECONDS))
			.broadcast();
		try (Stage stage = real(Stage.with(changing, holding)).blockingThreads(1).open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			untilTaken(reader, "=1");
			stage.publish(new DTMFInput("1"));
			stage.publish(new UserStoppedSpeaking());
			untilTaken(reader, "x3");
			assertThat(closed).hasValue(1);
			letGo.countDown();
			untilOver(stage);
		}
	}

	@Test
	void aValueAndNothingAtAllComplete() {
		try (Stage stage = stage(turn().stream((event) -> "one").broadcast(),
				Routes.on(UserStoppedSpeaking.class).stream((event) -> null).broadcast(),
				Routes.on(UserStoppedSpeaking.class).stream((event) -> List.of("x", new DTMFInput("2"))).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			untilTaken(reader, "=1");
			untilTaken(reader, "=2");
			untilTaken(reader, "=3");
			assertThat(Stage.tale(reader)).contains("1:one", "3:x", "3:DTMFInput");
		}
	}

	private static final class NonBlockingThread extends Thread implements NonBlocking {

		NonBlockingThread(Runnable target) {
			super(target);
		}

	}

}
