package dev.edgewise.examples.seed;

import java.time.Duration;

import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.examples.Caller;
import dev.edgewise.examples.ExampleTest;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests of {@link NodeLevelHandling}.
 */
@ExampleTest(NodeLevelHandling.class)
class NodeLevelHandlingIT {

	@LocalServerPort
	private int port;

	@Autowired
	private InterruptAwareNode node;

	@Autowired
	private Chatterbox model;

	@Test
	void theNodeNoticesItsCancellationAndIsThenToldWhatWasHeard() {
		try (Caller caller = Caller.dial(this.port)) {
			String generation = caller.send(new UserStoppedSpeaking()).started().get(0);
			caller.next(AgentResponse.class);
			assertThat(this.model.connections()).isOne();

			assertThat(caller.send(new UserStartedSpeaking()).interrupted()).containsExactly(generation);

			caller.interruptionOf(generation);
			await().atMost(Duration.ofSeconds(10)).until(() -> this.node.journal().size() == 2);
			assertThat(this.node.journal()).containsExactly("Generation cancelled due to user interruption",
					"Generation interrupted by user after: " + caller.words(generation));
			assertThat(this.model.connections()).isZero();

			String next = caller.send(new UserStoppedSpeaking()).started().get(0);
			caller.next(AgentResponse.class, (heard) -> heard.generation().equals(next));
		}
		await().atMost(Duration.ofSeconds(10)).until(() -> this.model.connections() == 0);
		assertThat(this.node.journal()).as("the handler is for the user's voice, not for the end of a session")
			.last()
			.isEqualTo("Generation cancelled due to user interruption");
	}

}
