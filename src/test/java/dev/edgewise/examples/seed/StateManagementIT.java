package dev.edgewise.examples.seed;

import java.util.concurrent.TimeUnit;

import dev.edgewise.ConversationContext.Message;
import dev.edgewise.ConversationContext.Role;
import dev.edgewise.Interruption;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.examples.Caller;
import dev.edgewise.examples.ExampleTest;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Tests of {@link StateManagement}.
 */
@ExampleTest(StateManagement.class)
class StateManagementIT {

	@LocalServerPort
	private int port;

	@Autowired
	private StatefulInterruptNode node;

	@Test
	void theStateAtTheInterruptionIsSavedAndHandedToTheNextRunOfTheSameSession() throws InterruptedException {
		try (Caller caller = Caller.dial(this.port); Caller other = Caller.dial(this.port)) {
			caller.send(new UserTranscriptionReceived("Tell me a story", null, null));
			String first = caller.send(new UserStoppedSpeaking()).started().get(0);
			caller.next(AgentResponse.class);
			caller.send(new UserStartedSpeaking());
			caller.interruptionOf(first);

			Interruption saved = this.node.saved().poll(10, TimeUnit.SECONDS);
			assertThat(saved).isNotNull();
			assertThat(saved.delivered()).isNotEmpty().isEqualTo(caller.words(first));
			assertThat(saved.elapsed()).isPositive();
			assertThat(saved.conversation().messages()).extracting(Message::role, Message::text, Message::interrupted)
				.containsExactly(tuple(Role.USER, "Tell me a story", false),
						tuple(Role.AGENT, caller.words(first), true));

			other.send(new UserStoppedSpeaking());
			assertThat(other.next(AgentResponse.class).text("content")).as("another session").isEqualTo("word1 ");

			String second = caller.send(new UserStoppedSpeaking()).started().get(0);
			assertThat(caller.next(AgentResponse.class, (heard) -> heard.generation().equals(second)).text("content"))
				.isEqualTo("Where were we? I had said '" + caller.words(first) + "'. ");
		}
	}

	@Test
	void aRunAfterOneThatWasReplacedIsGivenThatOnesState() {
		try (Caller caller = Caller.dial(this.port)) {
			String first = caller.send(new UserStoppedSpeaking()).started().get(0);
			caller.next(AgentResponse.class);
			String second = caller.send(new UserStoppedSpeaking()).started().get(0);
			assertThat(caller.interruptionOf(first).text("reason")).isEqualTo("REPLACED");
			assertThat(caller.next(AgentResponse.class, (heard) -> heard.generation().equals(second)).text("content"))
				.contains(caller.words(first));
		}
	}

}
