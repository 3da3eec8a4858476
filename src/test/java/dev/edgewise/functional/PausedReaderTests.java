package dev.edgewise.functional;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.edgewise.Frame;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.InterruptionPolicy.WhileProtected;
import dev.edgewise.interruption.Phrases;
import dev.edgewise.session.LogReader;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of readers that stand still at a paused generation: when they are woken, and when
 * they are not.
 */
class PausedReaderTests {

	private static final int ROUNDS = Integer.getInteger("pause.rounds", 100);

	private static final InterruptionPolicy TWO_WORDS = new InterruptionPolicy("two-words", 2, Duration.ZERO, 0,
			Phrases.NONE, Phrases.NONE, Duration.ZERO, Duration.ZERO, 0, 0, Duration.ofSeconds(10),
			Duration.ofSeconds(2), Duration.ofMillis(300), WhileProtected.KEEP, 0, Duration.ZERO);

	@Test
	void areNotWokenWhileTheyStandStillAndAreWhenItGoesOn() {
		try (Stage stage = Stage.with(answer(Flux.concat(Flux.just("a", "b", "c"), Flux.never())))
			.policies(TWO_WORDS)
			.open()) {
			LogReader reader = stage.engine.reader(Stage.SESSION, -1);
			AtomicInteger signals = new AtomicInteger();
			reader.onReady(signals::incrementAndGet);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(1);
			List<Frame> frames = new ArrayList<>();
			for (int i = 0; i < 3; i++) {
				frames.add(reader.take().frame());
			}
			assertThat(stage.publish(new UserStartedSpeaking()).paused()).hasSize(1);
			assertThat(reader.take()).isNull();
			signals.set(0);
			for (int i = 0; i < 10; i++) {
				stage.publish(new DTMFInput("1"));
			}
			stage.advanceMillis(500);
			assertThat(signals).hasValue(0);
			assertThat(reader.take()).isNull();
			stage.publish(new UserTranscriptionReceived("uh", null, null));
			assertThat(signals).hasValue(1);
			for (LogReader.Taken taken = reader.take(); taken != null; taken = reader.take()) {
				frames.add(taken.frame());
			}
			assertThat(Stage.tale(frames)).containsSubsequence("+1", "1:a", "1:b", "1:c", "UserStartedSpeaking", "~1",
					"UserTranscriptionReceived", "^1");
			reader.close();
		}
	}

	@Test
	void areWokenWhenWhatTheyStandStillAtIsCutOff() {
		try (Stage stage = Stage.with(answer(Flux.concat(Flux.just("a", "b"), Flux.never())))
			.policies(TWO_WORDS)
			.open()) {
			LogReader reader = stage.engine.reader(Stage.SESSION, -1);
			AtomicInteger signals = new AtomicInteger();
			reader.onReady(signals::incrementAndGet);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(1);
			stage.publish(new UserStartedSpeaking());
			reader.take();
			assertThat(reader.take()).isNull();
			signals.set(0);
			stage.publish(new EmergencyStop(null));
			assertThat(signals).hasValue(1);
			assertThat(reader.take().frame().event()).isInstanceOf(UserStartedSpeaking.class);
			reader.close();
		}
	}

	/**
	 * A reader on a thread of its own that waits, for long, for nothing but its signal.
	 */
	@Test
	void missNoSignalHoweverOftenItPauses() {
		Flux<String> endless = Flux.<String>generate((sink) -> sink.next("x"));
		try (Stage stage = Stage.with(answer(endless)).policies(TWO_WORDS).open()) {
			LogReader reader = stage.engine.reader(Stage.SESSION, 0);
			Semaphore signals = new Semaphore(0);
			reader.onReady(signals::release);
			CompletableFuture<Integer> read = CompletableFuture.supplyAsync(() -> readToTheEnd(reader, signals));
			stage.publish(new UserStoppedSpeaking());
			for (int round = 0; round < ROUNDS && !read.isDone(); round++) {
				stage.advanceMillis(20);
				assertThat(stage.publish(new UserStartedSpeaking()).paused()).hasSize(1);
				long last = stage.publish(new UserTranscriptionReceived("uh", null, null)).sequence();
				// nothing but the decision may bring it here
				Stage.until(() -> reader.position() > last);
				stage.publish(new UserStoppedSpeaking());
			}
			stage.publish(new EmergencyStop(null));
			stage.advance(Duration.ofSeconds(1));
			Stage.get(stage.engine.close(Stage.SESSION));
			assertThat(Stage.await(read)).isGreaterThan(ROUNDS * 5);
			reader.close();
		}
	}

	private static int readToTheEnd(LogReader reader, Semaphore signals) {
		int frames = 0;
		long last = 0;
		while (!reader.isComplete()) {
			LogReader.Taken taken = reader.take();
			if (taken != null) {
				if (taken.frame().sequence() <= last) {
					throw new AssertionError(taken.frame() + " after " + last);
				}
				last = taken.frame().sequence();
				frames++;
				if (frames % 8 == 0) {
					reader.flush();
				}
				continue;
			}
			reader.flush();
			try {
				if (!reader.isComplete() && !signals.tryAcquire(5, TimeUnit.SECONDS)) {
					throw new AssertionError("No signal at " + reader.position());
				}
			}
			catch (InterruptedException ex) {
				throw new AssertionError(ex);
			}
		}
		return frames;
	}

	private static RouteDefinition answer(Flux<String> words) {
		return Routes.on(UserStoppedSpeaking.class)
			.id("answer")
			.interruptOn(UserStartedSpeaking.class)
			.policy("two-words")
			.stream((event) -> words.map(AgentResponse::new))
			.broadcast();
	}

}
