package dev.edgewise.http;

import java.util.List;
import java.util.Map;

import dev.edgewise.Routes;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.ToolCall;
import dev.edgewise.event.ToolResult;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserUnknownInputReceived;
import dev.edgewise.http.TestServer.Answer;
import dev.edgewise.route.RouteTable;
import dev.edgewise.test.Replay;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
						.broadcast(),
					Routes.on(UserUnknownInputReceived.class)
						.id("locate")
						.stream((event) -> new ToolCall("c2", "locate", Map.of("precise", true)))
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
		assertThat(explicit.json().get("playback").asString()).as("who asks is told").isEqualTo("assumed");
		assertThat(server.get(explicit.header("Location")).json().has("playback")).isFalse();
	}

	@Test
	void aSessionKeepsThePlaybackThatItWasOpenedWithAndSaysSo() {
		String assumed = server.session();
		Answer again = server.send("PUT", assumed, "{\"playback\":\"acknowledged\"}");
		assertThat(again.status()).isEqualTo(200);
		assertThat(again.json().get("playback").asString()).isEqualTo("assumed");
		String acknowledged = acknowledged();
		for (String body : List.of("{\"playback\":\"assumed\"}", "{\"playback\":null}", "{}")) {
			assertThat(server.send("PUT", acknowledged, body).json().get("playback").asString())
				.isEqualTo("acknowledged");
		}
		Answer patched = server.send("PATCH", acknowledged, "{\"playback\":\"assumed\"}");
		assertThat(patched.status()).isEqualTo(422);
		assertThat(patched.json().get("field").asString()).isEqualTo("playback");
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

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			textBlock = """
					PlaybackProgress | "characters":"5"                         | characters  | integer
					PlaybackProgress | "characters":1.5                         | characters  | integer
					PlaybackProgress | "characters":true                        | characters  | integer
					PlaybackProgress | "characters":"NaN"                       | characters  | integer
					PlaybackProgress | "items":2147483648                       | items       | integer from -2147483648 to 2147483647
					PlaybackProgress | "items":-99999999999999999999            | items       | integer from -2147483648 to 2147483647
					PlaybackProgress | "millis":9223372036854775808             | millis      | integer from -9223372036854775808 to 9223372036854775807
					PlaybackProgress | "millis":{}                              | millis      | integer
					PlaybackProgress | "items":1,"generation":7                 | generation  | string
					AgentSpeechSent  | "generation":"g"                         | content     | string
					AgentSpeechSent  | "content":null                           | content     | string
					AgentSpeechSent  | "content":5                              | content     | string
					AgentHandoff     | "reason":"none"                          | targetAgent | string
					AgentHandoff     | "targetAgent":null                       | targetAgent | string
					AgentHandoff     | "targetAgent":"a","reason":[]            | reason      | string
					ToolResult       | "toolName":"t"                           | toolCallId  | string
					ToolResult       | "toolCallId":"1","toolName":2            | toolName    | string
					ToolResult       | "toolCallId":"1","toolName":"t","error":{} | error     | string
					ToolCall         | "toolCallId":"1","toolName":"t","toolArgs":[] | toolArgs | object
					UserTranscriptionReceived | "content":"a","confidence":"NaN" | confidence | number
					UserTranscriptionReceived | "content":"a","confidence":"-Infinity" | confidence | number
					UserTranscriptionReceived | "content":"a","confidence":"0.5" | confidence | number
					""")
	void aFieldThatIsWrongIsNamedWithWhatIsAllowed(String type, String fields, String field, String expected) {
		String session = server.session();
		Answer answer = server.post(session + "/events", "{\"type\":\"" + type + "\"," + fields + "}");
		assertThat(answer.status()).isEqualTo(422);
		assertThat(answer.problem()).isEqualTo("invalid-field");
		assertThat(answer.json().get("field").asString()).isEqualTo(field);
		assertThat(answer.json().get("expected").asString()).isEqualTo(expected);
		assertThat(server.get(session).json().get("lastSequence").asLong()).as("nothing is applied").isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "\"characters\":-5", "\"items\":-2147483648", "\"millis\":-9223372036854775808",
			"\"characters\":2,\"generation\":\"nobody\"" })
	void aPositionThatSaysNothingLosesNothing(String position) {
		String session = acknowledged();
		try (Wire stream = server.stream(session + "/stream?after=0")) {
			server.post(session + "/events", ANSWER);
			stream.until("AgentGenerationComplete");
			server.post(session + "/events", "{\"type\":\"AgentSpeechSent\",\"content\":\"Hello, world.\"}");
			assertThat(server.post(session + "/events", "{\"type\":\"PlaybackProgress\"," + position + "}").status())
				.isEqualTo(202);
			assertThat(messages(session, "").get(0).get("heard").asString()).isEqualTo("Hello, world.");
			assertThat(messages(session, "")).hasSize(1);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "\"characters\":2147483647", "\"items\":2147483647", "\"millis\":9223372036854775807" })
	void aPositionBeyondTheEndIsTheEnd(String position) {
		String session = acknowledged();
		try (Wire stream = server.stream(session + "/stream?after=0")) {
			server.post(session + "/events", ANSWER);
			stream.until("AgentGenerationComplete");
			server.post(session + "/events", "{\"type\":\"PlaybackProgress\"," + position + "}");
			assertThat(messages(session, "").get(0).get("heardInFull").asBoolean()).isTrue();
		}
	}

	@Test
	void aClientRunsAToolAndPostsItsResult() {
		String session = server.session();
		try (Wire stream = server.stream(session + "/stream?after=0")) {
			server.post(session + "/events", "{\"type\":\"UserUnknownInputReceived\",\"inputData\":\"\"}");
			String call = stream.until("ToolCall").stream().reduce((first, last) -> last).orElseThrow().data();
			assertThat(call).contains("\"generation\":", "\"toolCallId\":\"c2\"");
			stream.until("AgentGenerationComplete");
			assertThat(messages(session, "?view=generated")).as("a call without its result").isEmpty();
			server.post(session + "/events",
					"{\"type\":\"ToolResult\",\"toolCallId\":\"c2\",\"toolName\":\"locate\",\"result\":[50.7,7.1]}");
			String result = stream.until("ToolResult").get(0).data();
			assertThat(result).doesNotContain("\"generation\"").contains("\"result\":[50.7,7.1]");
			JsonNode message = messages(session, "").get(0);
			assertThat(message.get("toolArgs")).hasToString("{\"precise\":true}");
			assertThat(message.get("result")).hasToString("[50.7,7.1]");
			assertThat(messages(session, "")).hasSize(1);
		}
	}

	@Test
	void aRecordingOfWhatWasHeardReadsBack() {
		String session = acknowledged();
		try (Wire stream = server.stream(session + "/stream?after=0")) {
			server.post(session + "/events", ANSWER);
			stream.until("AgentGenerationComplete");
			server.post(session + "/events", "{\"type\":\"AgentSpeechSent\",\"content\":\"Hello\"}");
			server.post(session + "/events", SPEAK);
			stream.until("AgentSpeechInterrupted");
			server.post(session + "/events", ANSWER);
			stream.until("AgentGenerationComplete");
			server.post(session + "/events",
					"{\"type\":\"ToolResult\",\"toolCallId\":\"9\",\"toolName\":\"x\",\"error\":\"none\"}");
			JsonNode stopped = server.post(session + "/interrupt", "{}").json().get("stopped").get(0);
			assertThat(stopped.get("delivered").asString()).isEqualTo("Hello, world. How are you?");
			assertThat(stopped.get("heard").asString()).isEmpty();
		}
		String recording = server.get(session + "/recording").body();
		assertThat(recording).contains("\"playback\":\"acknowledged\"", "AgentSpeechInterrupted");
		assertThat(Replay.of(recording).with(server.context.getBean(RouteTable.class)).run().differences()).isEmpty();
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
			assertThat(message.get("text").asString()).isEqualTo("{\"sky\":\"blue\"}");
			assertThat(message.get("toolArgs").get("city").asString()).isEqualTo("Bonn");
			assertThat(message.get("result").get("sky").asString()).isEqualTo("blue");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "view=other", "view=", "view", "view=HEARD", "view=heard&view=generated",
			"view=heard&view=heard" })
	void anUnknownViewIsRefused(String query) {
		Answer answer = server.get(server.session() + "/conversation?" + query);
		assertThat(answer.status()).isEqualTo(400);
		assertThat(answer.json().get("field").asString()).isEqualTo("view");
		assertThat(answer.json().get("allowed")).hasToString("[\"heard\",\"generated\"]");
	}

}
