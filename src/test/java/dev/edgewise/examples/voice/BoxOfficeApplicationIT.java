package dev.edgewise.examples.voice;

import java.time.Duration;
import java.util.Map;

import dev.edgewise.Interruption;
import dev.edgewise.Receipt;
import dev.edgewise.event.AgentGenerationComplete;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.AgentHandoff;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.AgentSpeechInterrupted;
import dev.edgewise.event.AgentSpeechSent;
import dev.edgewise.event.ToolCall;
import dev.edgewise.event.ToolResult;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.examples.Caller;
import dev.edgewise.examples.Caller.Heard;
import dev.edgewise.examples.ExampleTest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests of the {@link BoxOfficeApplication}.
 */
@ExampleTest(BoxOfficeApplication.class)
@TestPropertySource(properties = "edgewise.session.conversation.heard-note=true")
class BoxOfficeApplicationIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@LocalServerPort
	private int port;

	@Autowired
	private Theatre theatre;

	@Autowired
	private Clerk clerk;

	@BeforeEach
	void begin() {
		this.theatre.ledger().clear();
		this.clerk.interruptions().clear();
		this.clerk.notes().clear();
	}

	@Test
	void goesOnWithTheFirstWordThatTheCallerHasNotHeard() {
		try (Caller caller = call()) {
			String first = ask(caller, "What is the programme?");
			caller.next(AgentGenerationComplete.class);
			caller.send(new AgentSpeechSent("on monday we play hamlet"));
			caller.send(new AgentSpeechSent("on tuesday we play Faust, seats are twelve dollars"));

			assertThat(caller.send(new UserStartedSpeaking()).interrupted()).containsExactly(first);

			Heard cut = caller.next(AgentSpeechInterrupted.class);
			String heard = Clerk.PROGRAMME.substring(0, Clerk.PROGRAMME.indexOf("$12") + 4);
			assertThat(cut.generation()).isEqualTo(first);
			assertThat(cut.text("heard")).isEqualTo(heard);
			JsonNode message = caller.message(first);
			assertThat(message.path("text").asString()).isEqualTo(heard);
			assertThat(message.path("generated").asString()).isEqualTo(Clerk.PROGRAMME);
			assertThat(message.path("evidence").asString()).isEqualTo("ACKNOWLEDGED");
			assertThat(message.path("interrupted").asBoolean()).isTrue();
			await().atMost(PATIENCE).until(() -> this.clerk.interruptions().size() == 1);
			Interruption interruption = this.clerk.interruptions().get(0);
			assertThat(interruption.heard()).isEqualTo(heard);
			assertThat(interruption.delivered()).isEqualTo(Clerk.PROGRAMME);
			assertThat(interruption.state()).containsEntry("topic", "programme");

			String second = ask(caller, "Please go on.");
			caller.next(AgentGenerationComplete.class);
			assertThat(caller.words(second)).isEqualTo("About the programme: On Friday the house is closed.");
			assertThat(this.clerk.notes())
				.containsExactly("The user interrupted your last answer and heard only: \"" + heard + "\"");
			caller.send(new AgentSpeechSent("About the programme: On Friday the house is closed."));
			assertThat(caller.message(second).path("heardInFull").asBoolean()).isTrue();
		}
	}

	@Test
	void givesBackTheSeatsThatTheCallerHasNotHeardOf() {
		try (Caller caller = call()) {
			String booking = ask(caller, "Two seats, please.");
			String id = caller.next(ToolCall.class).text("toolCallId");
			await().atMost(PATIENCE).until(() -> this.theatre.ledger().contains("asked for 2"));

			assertThat(caller.send(new UserStartedSpeaking()).interrupted()).containsExactly(booking);
			caller.next(AgentGenerationInterrupted.class);
			this.theatre.answer(7);

			Heard result = caller.next(ToolResult.class);
			assertThat(result.generation()).as("a frame of the session").isEmpty();
			assertThat(result.text("toolCallId")).isEqualTo(id);
			assertThat(result.data().path("result").asInt()).isEqualTo(7);
			await().atMost(PATIENCE)
				.untilAsserted(() -> assertThat(this.theatre.ledger()).containsExactly("asked for 2", "booked row 7",
						"released row 7"));
			JsonNode pair = caller.message(booking);
			assertThat(pair.path("role").asString()).isEqualTo("tool");
			assertThat(pair.path("toolArgs").path("seats").asInt()).isEqualTo(2);
			assertThat(pair.path("text").asString()).isEqualTo("7");
		}
	}

	@Test
	void keepsTheSeatsThatTheCallerHasHeardOf() {
		try (Caller caller = call()) {
			String booking = ask(caller, "Two seats, please.");
			caller.next(ToolCall.class);
			await().atMost(PATIENCE).until(() -> this.theatre.ledger().contains("asked for 2"));
			this.theatre.answer(9);
			caller.next(AgentGenerationComplete.class);
			caller.send(new AgentSpeechSent("You have two"));
			caller.send(new UserStartedSpeaking());
			assertThat(caller.next(AgentSpeechInterrupted.class).text("heard")).isEqualTo("You have two");
			await().atMost(PATIENCE).until(() -> this.clerk.interruptions().size() == 1);
			assertThat(this.clerk.interruptions().get(0).generation()).isEqualTo(booking);
			assertThat(this.clerk.interruptions().get(0).remainder()).isEqualTo(" seats in row 9.");
		}
		assertThat(this.theatre.ledger()).containsExactly("asked for 2", "booked row 9");
	}

	@Test
	void looksNoFurtherWhenTheCallerSpeaks() {
		try (Caller caller = call()) {
			ask(caller, "Which row is free?");
			caller.next(ToolCall.class);
			await().atMost(PATIENCE).until(() -> this.theatre.ledger().contains("asked for 0"));
			caller.send(new UserStartedSpeaking());
			assertThat(caller.next(ToolResult.class).text("error")).isEqualTo("cancelled");
			await().atMost(PATIENCE)
				.untilAsserted(() -> assertThat(this.theatre.ledger()).containsExactly("asked for 0", "nobody waits"));
		}
	}

	@Test
	void theCashierIsNotInterruptedAndChargesOnce() {
		try (Caller caller = call()) {
			putThrough(caller);
			String payment = ask(caller, "By card.");
			caller.next(ToolCall.class);
			Receipt receipt = caller.send(new UserStartedSpeaking());
			assertThat(receipt.ignored()).containsExactly(payment);
			assertThat(receipt.interrupted()).isEmpty();
			this.theatre.pay(true);
			assertThat(caller.next(ToolResult.class).data().path("result").asBoolean()).isTrue();
			assertThat(caller.next(AgentHandoff.class).text("targetAgent")).isEqualTo("clerk");
			assertThat(caller.words(payment)).isEqualTo("Thank you.");
			caller.send(new AgentSpeechSent("Thank you."));
			assertThat(caller.message(payment).path("evidence").asString()).isEqualTo("ACKNOWLEDGED");

			putThrough(caller);
			String again = ask(caller, "By card.");
			caller.next(AgentHandoff.class, (heard) -> heard.generation().equals(again));
			assertThat(caller.words(again)).isEqualTo("Thank you.");
			assertThat(this.theatre.ledger()).containsExactly("charges 24");
		}
	}

	private static void putThrough(Caller caller) {
		String clerk = ask(caller, "I want to pay.");
		caller.next(AgentResponse.class, (heard) -> heard.text("content").equals("Cashier speaking."));
		assertThat(caller.words(clerk)).isEqualTo("I shall put you through.");
		caller.send(new AgentSpeechSent("I shall put you through. Cashier speaking."));
	}

	private Caller call() {
		return Caller.dial(this.port, Map.of("playback", "acknowledged"));
	}

	private static String ask(Caller caller, String words) {
		caller.send(new UserTranscriptionReceived(words, null, null));
		return caller.send(new UserStoppedSpeaking()).started().get(0);
	}

}
