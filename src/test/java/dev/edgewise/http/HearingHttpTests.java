package dev.edgewise.http;

import java.util.Map;

import dev.edgewise.Routes;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.ToolCall;
import dev.edgewise.event.ToolResult;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.http.TestServer.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of how clients tell what was heard, and are told.
 */
class HearingHttpTests {

	private static final String ANSWER = "{\"type\":\"UserStoppedSpeaking\"}";

	private static final String SPEAK = "{\"type\":\"UserStartedSpeaking\"}";

	private static TestServer server;

	@BeforeAll
	static void start() {
		server = TestServer
			.with(Routes.on(UserStoppedSpeaking.class)
				.id("answer")
				.interruptOn(UserStartedSpeaking.class)
				.stream((event) -> Flux.just("Hello, ", "world. ", "How are you?"))
				.broadcast(),
					Routes.on(DTMFInput.class)
						.id("tool")
						.stream((event) -> Flux.just(new ToolCall("c1", "weather", Map.of("city", "Bonn")),
								new ToolResult("c1", "weather", Map.of("sky", "blue"), null)))
						.broadcast())
			.start();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	private static String acknowledged() {
		Answer created = server.post("/v1/sessions", "{\"playback\":\"acknowledged\"}");
		assertThat(created.status()).isEqualTo(201);
		assertThat(created.json().get("playback").asString()).isEqualTo("acknowledged");
		return "/v1/sessions/" + created.json().get("id").asString();
	}

	private static JsonNode messages(String session, String query) {
		return server.get(session + "/conversation" + query).json().get("messages");
	}

	@Test
	void aSessionAssumesUnlessToldOtherwise() {
		String session = server.session();
		assertThat(server.get(session).json().has("playback")).isFalse();
		Answer explicit = server.post("/v1/sessions", "{\"playback\":\"assumed\"}");
		assertThat(explicit.status()).isEqualTo(201);
		assertThat(explicit.json().has("playback")).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "\"ASSUMED\"", "\"\"", "1", "true", "[]", "\"acknowledge\"" })
	void anUnknownPlaybackIsRefusedByName(String playback) {
		Answer answer = server.post("/v1/sessions", "{\"playback\":" + playback + "}");
		assertThat(answer.status()).isEqualTo(422);
		assertThat(answer.json().get("field").asString()).isEqualTo("playback");
		assertThat(answer.json().get("allowed")).hasToString("[\"assumed\",\"acknowledged\"]");
	}

	@Test
	void aMessageHasThreeTextsAndTheirGrade() {
		String session = acknowledged();
		try (Wire stream = server.stream(session + "/stream?after=0")) {
			server.post(session + "/events", ANSWER);
			stream.until((event) -> event.data().contains("AgentGenerationComplete"));
			assertThat(messages(session, "")).isEmpty();
			JsonNode unheard = messages(session, "?view=generated").get(0);
			assertThat(unheard.get("text").asString()).isEqualTo("Hello, world. How are you?");
			assertThat(unheard.get("evidence").asString()).isEqualTo("NONE");
			server.post(session + "/events", "{\"type\":\"AgentSpeechSent\",\"content\":\"Hello, world.\"}");
			JsonNode heard = messages(session, "").get(0);
			assertThat(heard.get("text").asString()).isEqualTo("Hello, world.");
			assertThat(heard.get("heard").asString()).isEqualTo("Hello, world.");
			assertThat(heard.get("generated").asString()).isEqualTo("Hello, world. How are you?");
			assertThat(heard.get("delivered").asString()).isEqualTo("Hello, world. How are you?");
			assertThat(heard.get("evidence").asString()).isEqualTo("ACKNOWLEDGED");
			assertThat(heard.get("heardInFull").asBoolean()).isFalse();
			server.post(session + "/events", "{\"type\":\"PlaybackProgress\",\"items\":3}");
			assertThat(messages(session, "").get(0).get("heardInFull").asBoolean()).isTrue();
		}
	}

	@Test
	void whatIsCutWhileItIsSpokenIsAFrame() {
		String session = acknowledged();
		try (Wire stream = server.stream(session + "/stream?after=0")) {
			String generation = server.post(session + "/events", ANSWER).json().get("started").get(0).asString();
			stream.until((event) -> event.data().contains("AgentGenerationComplete"));
			server.post(session + "/events",
					"{\"type\":\"PlaybackProgress\",\"generation\":\"" + generation + "\",\"characters\":5}");
			JsonNode receipt = server.post(session + "/events", SPEAK).json();
			assertThat(receipt.get("interrupted").get(0).asString()).isEqualTo(generation);
			String cut = stream.until((event) -> event.data().contains("AgentSpeechInterrupted"))
				.stream()
				.map(Wire.Event::data)
				.filter((data) -> data.contains("AgentSpeechInterrupted"))
				.findFirst()
				.orElseThrow();
			assertThat(cut).containsOnlyOnce("\"generation\":\"" + generation + "\"").contains("\"heard\":\"Hello\"");
			JsonNode conversation = server.get(session + "/conversation").json();
			assertThat(conversation.get("interrupted").asBoolean()).isTrue();
			assertThat(conversation.get("messages").get(0).get("interrupted").asBoolean()).isTrue();
		}
	}

	@Test
	void onlyTheEngineSaysThatSpeechWasCut() {
		Answer answer = server.post(server.session() + "/events",
				"{\"type\":\"AgentSpeechInterrupted\",\"generation\":\"g\",\"heard\":\"x\"}");
		assertThat(answer.status()).isEqualTo(422);
		assertThat(answer.problem()).isEqualTo("reserved-event-type");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", ",\"characters\":1,\"items\":2", ",\"items\":1,\"millis\":2,\"characters\":1" })
	void aPositionIsToldInOneUnit(String fields) {
		Answer answer = server.post(server.session() + "/events", "{\"type\":\"PlaybackProgress\"" + fields + "}");
		assertThat(answer.status()).isEqualTo(422);
		assertThat(answer.problem()).isEqualTo("invalid-event");
		assertThat(answer.json().get("expected").asString()).isEqualTo("exactly one of characters, items and millis");
	}

	@Test
	void aToolsCallAndItsResultAreOneMessage() {
		String session = server.session();
		try (Wire stream = server.stream(session + "/stream?after=0")) {
			server.post(session + "/events", "{\"type\":\"DTMFInput\",\"button\":\"1\"}");
			stream.until((event) -> event.data().contains("AgentGenerationComplete"));
			JsonNode message = messages(session, "").get(0);
			assertThat(message.propertyNames()).containsExactly("role", "text", "at", "generation", "toolCallId",
					"toolName", "toolArgs", "result");
			assertThat(message.get("role").asString()).isEqualTo("tool");
			assertThat(message.get("toolArgs").get("city").asString()).isEqualTo("Bonn");
			assertThat(message.get("result").get("sky").asString()).isEqualTo("blue");
		}
	}

	@Test
	void anUnknownViewIsRefused() {
		Answer answer = server.get(server.session() + "/conversation?view=other");
		assertThat(answer.status()).isEqualTo(400);
		assertThat(answer.json().get("allowed")).hasToString("[\"heard\",\"generated\"]");
	}

}
