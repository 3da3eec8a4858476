package dev.edgewise.http;

import java.util.List;

import dev.edgewise.Routes;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.http.TestServer.Answer;
import dev.edgewise.interruption.Policies;
import dev.edgewise.route.RouteTable;
import dev.edgewise.test.Replay;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of the path about recordings.
 */
class RecordingHttpTests {

	private static TestServer server;

	@BeforeAll
	static void start() {
		server = TestServer
			.with(Routes.on(UserStoppedSpeaking.class)
				.id("assistant")
				.interruptOn(UserStartedSpeaking.class)
				.stream((event) -> Flux.concat(Flux.just("Grüße, ", "\"Welt\"\n"), Flux.never()))
				.broadcast())
			.start();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@Test
	void recordsWhatHappenedLineByLine() {
		String session = spoken("{\"attributes\":{\"language\":\"de\"}}");
		Answer answer = server.get(session + "/recording");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.header("Content-Type")).isEqualTo("application/x-ndjson");
		assertThat(answer.body()).endsWith("}\n").doesNotContain("\r");
		List<JsonNode> lines = answer.body().lines().map((line) -> JsonMapper.shared().readTree(line)).toList();
		assertThat(lines).extracting((line) -> line.propertyNames().iterator().next())
			.containsExactly("recording", "frame", "generation", "frame", "frame", "frame", "frame", "decision",
					"frame");
		JsonNode header = lines.get(0);
		assertThat(header.propertyNames()).containsExactly("recording", "session", "createdAt", "at", "attributes",
				"policies");
		assertThat(header.at("/attributes/language").asString()).isEqualTo("de");
		assertThat(header.at("/policies/immediate").propertyNames()).containsExactly("min-words", "min-speech",
				"min-confidence", "stop-phrases", "backchannels", "languages", "back-off", "protect-first",
				"protect-first-words", "flapping", "decide-within", "transcript-wait", "while-protected", "floor");
		assertThat(header.at("/policies/immediate/decide-within").asString()).isEqualTo("2000ms");
		assertThat(lines.get(1)).hasToString("{\"frame\":" + frames(session).get(0) + ",\"outside\":true}");
		assertThat(lines.get(2).at("/generation/cause").asInt()).isEqualTo(1);
		assertThat(lines.get(5).at("/frame/content").asString()).isEqualTo("\"Welt\"\n");
		JsonNode decision = lines.get(7).get("decision");
		assertThat(decision.propertyNames()).containsExactly("sequence", "at", "generation", "route", "cause",
				"verdict", "rule", "policy", "tookMicros", "evidence");
		assertThat(decision.get("sequence")).isEqualTo(lines.get(6).at("/frame/sequence"));
		assertThat(decision.get("verdict").asString()).isEqualTo("INTERRUPT");
		assertThat(decision.at("/evidence/user/language").asString()).isEqualTo("de");
	}

	@Test
	void recordsASessionThatHasBeenClosed() {
		String session = spoken("{}");
		server.send("DELETE", session, null);
		Answer answer = server.get(session + "/recording");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.body().lines().reduce("", (first, second) -> second)).contains("\"type\":\"SessionClosed\"");
	}

	@Test
	void answersHeadAndRefusesTheRest() {
		String session = server.session();
		Answer head = server.send("HEAD", session + "/recording", null);
		assertThat(head.status()).isEqualTo(200);
		assertThat(head.body()).isEmpty();
		Answer post = server.post(session + "/recording", "{}");
		assertThat(post.status()).isEqualTo(405);
		assertThat(post.problem()).isEqualTo("method-not-allowed");
		assertThat(post.header("Allow")).isEqualTo("GET,HEAD,OPTIONS");
		Answer unknown = server.get("/v1/sessions/nobody/recording");
		assertThat(unknown.status()).isEqualTo(404);
		assertThat(unknown.problem()).isEqualTo("unknown-session");
	}

	@Test
	void aRecordingOfRealThreadsDecidesAlikeWhenItIsReplayed() {
		Replay.Result result = Replay.of(server.get(spoken("{}") + "/recording").body())
			.with(server.context.getBean(RouteTable.class))
			.policies(server.context.getBean(Policies.class))
			.run();
		assertThat(result.differences()).isEmpty();
		assertThat(result.decisions()).hasSize(1);
	}

	/**
	 * A session in which the assistant has said its two words and was cut off.
	 */
	private static String spoken(String body) {
		String session = server.post("/v1/sessions", body).header("Location");
		try (Wire wire = server.stream(session + "/stream")) {
			server.post(session + "/events", "{\"type\":\"UserStoppedSpeaking\"}");
			wire.until((event) -> event.data().contains("Welt"));
			server.post(session + "/events", "{\"type\":\"UserStartedSpeaking\"}");
			wire.until("AgentGenerationInterrupted");
		}
		return session;
	}

	private static List<String> frames(String session) {
		try (Wire wire = server.stream(session + "/stream?after=0")) {
			return wire.until("AgentGenerationInterrupted").stream().map(Wire.Event::data).toList();
		}
	}

}
