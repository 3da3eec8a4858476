package dev.edgewise.functional;

import java.time.Duration;
import java.util.List;

import dev.edgewise.Frame;
import dev.edgewise.Receipt;
import dev.edgewise.Routes;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * L1 to L5 over the facade.
 */
class InterruptionLawTests {

	@Test
	void interruptsTheRunningGenerationWhenTheUserSpeaks() {
		try (Stage stage = Stage.of(Routes.on(UserStoppedSpeaking.class)
			.interruptOn(UserStartedSpeaking.class)
			.stream((event) -> Flux.just("a", "b", "c", "d").delayElements(Duration.ofMillis(100)))
			.broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserTranscriptionReceived("hello", null, null));
			Receipt started = stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(250);
			Receipt cut = stage.publish(new UserStartedSpeaking());
			stage.advanceMillis(1_000);
			assertThat(started.started()).hasSize(1);
			assertThat(cut.interrupted()).isEqualTo(started.started());
			assertThat(Stage.tale(reader)).containsExactly("UserTranscriptionReceived", "UserStoppedSpeaking", "+1",
					"1:a", "1:b", "UserStartedSpeaking", "!1");
			assertThat(stage.said()).containsExactly("USER:hello", "AGENT!:ab");
			assertThat(reader.getReceivedOnNext()).extracting(Frame::sequence)
				.isEqualTo(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L));
		}
	}

	@Test
	void completesWhenTheNodeHasEndedAndItsLastItemHasBeenTaken() {
		try (Stage stage = Stage
			.of(Routes.on(UserStoppedSpeaking.class).stream((event) -> Flux.just("a", "b")).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0, 3);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(1);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:a");
			assertThat(stage.view().lastSequence()).isEqualTo(4);
			reader.request(10);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:a", "1:b", "=1");
		}
	}

}
