package dev.edgewise.examples.seed;

import java.time.Duration;
import java.util.List;

import dev.edgewise.Interruption;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.Receipt;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.examples.Caller;
import dev.edgewise.examples.Caller.Heard;
import dev.edgewise.examples.ExampleTest;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests of {@link BasicSetup}.
 */
@ExampleTest(BasicSetup.class)
class BasicSetupIT {

	@LocalServerPort
	private int port;

	@Autowired
	private BasicSetup.Resources resources;

	@Autowired
	private Chatterbox model;

	@Test
	void bothRoutesFallSilentWhenTheUserSpeaksAndOneHandlerIsCalled() {
		try (Caller caller = Caller.dial(this.port)) {
			List<String> started = caller.send(new UserStoppedSpeaking()).started();
			assertThat(started).hasSize(2);
			for (String generation : started) {
				caller.next(AgentResponse.class, (heard) -> heard.generation().equals(generation));
			}

			Receipt receipt = caller.send(new UserStartedSpeaking());

			assertThat(receipt.interrupted()).containsExactlyInAnyOrderElementsOf(started);
			String basic = null;
			String withHandler = null;
			for (String ignored : started) {
				Heard cut = caller.next(AgentGenerationInterrupted.class);
				assertThat(cut.text("reason")).isEqualTo("EVENT");
				assertThat(cut.data().path("cause").asLong()).isEqualTo(receipt.sequence());
				if (cut.text("route").equals("basic")) {
					basic = cut.generation();
				}
				else {
					withHandler = cut.generation();
				}
			}
			assertThat(started).containsExactlyInAnyOrder(basic, withHandler);

			await().atMost(Duration.ofSeconds(10)).until(() -> !this.resources.interruptions().isEmpty());
			Interruption interruption = this.resources.interruptions().get(0);
			assertThat(interruption.generation()).isEqualTo(withHandler);
			assertThat(interruption.route()).isEqualTo("withHandler");
			assertThat(interruption.reason()).isEqualTo(Reason.EVENT);
			assertThat(interruption.cause()).isNotNull();
			assertThat(interruption.cause().event()).isEqualTo(new UserStartedSpeaking());
			assertThat(interruption.cause().sequence()).isEqualTo(receipt.sequence());
			assertThat(interruption.delivered()).isNotEmpty().isEqualTo(caller.words(withHandler));
			assertThat(interruption.generated()).startsWith(interruption.delivered());

			for (String generation : started) {
				assertThat(caller.life(generation)).containsExactly("AgentGenerationStarted", "AgentResponse",
						"AgentGenerationInterrupted");
				assertThat(caller.message(generation).path("text").asString()).isEqualTo(caller.words(generation));
				assertThat(caller.message(generation).path("interrupted").asBoolean()).isTrue();
			}
			await().atMost(Duration.ofSeconds(10)).until(() -> this.model.connections() == 0);
		}
		assertThat(this.resources.interruptions()).as("handled once").hasSize(1);
	}

}
