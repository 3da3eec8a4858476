package dev.edgewise.http;

import java.util.List;
import java.util.stream.Stream;

import dev.edgewise.Agent;
import dev.edgewise.Route;
import dev.edgewise.event.AgentHandoff;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;

import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of agents that hand over to each other.
 */
class AgentsHttpTests {

	private static TestServer server;

	@BeforeAll
	static void start() {
		server = TestServer.with().source(Agents.class).start();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@Test
	void handOverAndBack() {
		String session = server.session();
		assertThat(agentOf(session)).isEqualTo("greeter");
		assertThat(converse(session, "{\"type\":\"UserStoppedSpeaking\"}")).containsExactly("Hello!");
		assertThat(converse(session, "{\"type\":\"UserTranscriptionReceived\",\"content\":\"my bill\"}"))
			.containsExactly("Transferring you. ", "Billing here.");
		assertThat(agentOf(session)).isEqualTo("billing");
		assertThat(converse(session, "{\"type\":\"UserStoppedSpeaking\"}")).containsExactly("That will be ten.");
		assertThat(converse(session, "{\"type\":\"AgentHandoff\",\"targetAgent\":\"greeter\"}")).isEmpty();
		assertThat(agentOf(session)).isEqualTo("greeter");
		assertThat(converse(session, "{\"type\":\"UserStoppedSpeaking\"}")).containsExactly("Hello!");
	}

	@Test
	void interruptWhoeverSpeaks() {
		String session = server.session();
		try (Wire stream = server.stream(session + "/stream?after=0")) {
			JsonNode started = server.post(session + "/events", "{\"type\":\"DTMFInput\",\"button\":\"1\"}").json();
			stream.until((event) -> event.data().contains("Our opening hours"));
			JsonNode receipt = server
				.post(session + "/events", "{\"type\":\"AgentHandoff\",\"targetAgent\":\"billing\"}")
				.json();
			assertThat(receipt.get("interrupted")).isEqualTo(started.get("started"));
			assertThat(receipt.get("started")).hasSize(1);
			JsonNode interrupted = stream.until("AgentGenerationInterrupted")
				.stream()
				.reduce((first, second) -> second)
				.orElseThrow()
				.json();
			assertThat(interrupted.get("reason").asString()).isEqualTo("EVENT");
			assertThat(interrupted.get("cause")).isEqualTo(receipt.get("sequence"));
		}
		assertThat(server.get(session + "/conversation").body()).contains("Our opening hours");
	}

	@Test
	void areNotReplacedByOneThatNobodyKnows() {
		String session = server.session();
		try (Wire response = server.converse(session, "{\"type\":\"AgentHandoff\",\"targetAgent\":\"sales\"}")) {
			List<Wire.Event> frames = response.events();
			assertThat(frames).extracting(Wire.Event::name).containsExactly("AgentHandoff", "AgentError");
			JsonNode error = frames.get(1).json();
			assertThat(error.get("code").asString()).isEqualTo("unknown-agent");
			assertThat(error.get("error").asString()).contains("'sales'", "greeter", "billing");
		}
		assertThat(agentOf(session)).isEqualTo("greeter");
		assertThat(converse(session, "{\"type\":\"UserStoppedSpeaking\"}")).containsExactly("Hello!");
	}

	@Test
	void areWelcomedOnceUnlessSomebodyElseTookOver() {
		String session = server.session();
		String handoff = "{\"type\":\"AgentHandoff\",\"targetAgent\":\"%s\",\"reason\":\"the bill\"}";
		assertThat(converse(session, handoff.formatted("billing"))).containsExactly("Billing here.");
		assertThat(converse(session, handoff.formatted("billing"))).isEmpty();
		assertThat(converse(session, handoff.formatted("sales"))).isEmpty();
		assertThat(agentOf(session)).isEqualTo("billing");
	}

	@Test
	void areShownWithTheirSession() {
		String path = "/v1/sessions/shown";
		server.send("PUT", path, "{\"playback\":\"acknowledged\"}");
		server.post(path + "/events", "{\"type\":\"AgentHandoff\",\"targetAgent\":\"billing\"}");
		JsonNode session = server.get(path).json();
		assertThat(session.propertyNames()).containsExactly("id", "createdAt", "lastEventAt", "lastSequence",
				"attributes", "playback", "agent", "generations");
		assertThat(session.get("playback").asString()).isEqualTo("acknowledged");
		assertThat(session.get("agent").asString()).isEqualTo("billing");
	}

	@Test
	void areKnownToExpressions() {
		String session = server.session();
		String key = "{\"type\":\"UserStartedSpeaking\"}";
		assertThat(server.post(session + "/events", key).json().get("started")).isEmpty();
		server.post(session + "/events", "{\"type\":\"AgentHandoff\",\"targetAgent\":\"billing\"}");
		assertThat(server.post(session + "/events", key).json().get("started")).hasSize(1);
	}

	@Test
	void handOverInAllSessionsAtOnce() {
		List<String> sessions = List.of(server.session(), server.session());
		server.post("/v1/events", "{\"type\":\"AgentHandoff\",\"targetAgent\":\"billing\"}");
		assertThat(sessions).allSatisfy((session) -> assertThat(agentOf(session)).isEqualTo("billing"));
	}

	private static String agentOf(String session) {
		return server.get(session).json().get("agent").asString();
	}

	/**
	 * What agents say in answer to an event.
	 */
	private static List<String> converse(String session, String event) {
		try (Wire response = server.converse(session, event)) {
			return response.events()
				.stream()
				.filter((frame) -> frame.name().equals("AgentResponse"))
				.map((frame) -> frame.json().get("content").asString())
				.toList();
		}
	}

	@Import({ Greeter.class, Billing.class, Log.class })
	static class Agents {

	}

	@Agent(value = "greeter", initial = true)
	static class Greeter {

		@Route(UserStoppedSpeaking.class)
		Flux<String> greet() {
			return Flux.just("Hello!");
		}

		@Route(UserTranscriptionReceived.class)
		Stream<Object> transfer() {
			return Stream.of(new AgentResponse("Transferring you. "), new AgentHandoff("billing", "the bill"),
					new AgentResponse("Or shall I?"));
		}

		@Route(DTMFInput.class)
		Flux<String> inform() {
			return Flux.concat(Flux.just("Our opening hours"), Flux.never());
		}

	}

	@Agent("billing")
	static class Billing {

		@Route(AgentHandoff.class)
		Flux<String> welcome(AgentHandoff handoff) {
			return (handoff.reason() != null) ? Flux.just("Billing here.") : Flux.empty();
		}

		@Route(UserStoppedSpeaking.class)
		String answer() {
			return "That will be ten.";
		}

	}

	static class Log {

		@Route(on = UserStartedSpeaking.class, filter = "session.agent == 'billing'")
		void note() {
		}

	}

}
