package dev.edgewise.http;

import java.util.List;

import dev.edgewise.Routes;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.http.TestServer.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of the choice of a session's policy.
 */
class PatchSessionHttpTests {

	private static final String ANSWER = "{\"type\":\"UserStoppedSpeaking\"}";

	private static final String SPEAK = "{\"type\":\"UserStartedSpeaking\"}";

	private static TestServer server;

	@BeforeAll
	static void start() {
		server = TestServer
			.with(Routes.on(UserStoppedSpeaking.class)
				.id("answer")
				.interruptOn(UserStartedSpeaking.class)
				.stream((event) -> Flux.never())
				.broadcast())
			.source(PoliciesOfTests.class)
			.start();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@Test
	void answersWithTheSessionAndItsPolicy() {
		String session = server.session();
		assertThat(server.get(session).json().has("policy")).isFalse();
		Answer chosen = patch(session, "{\"policy\":\"two-words\"}");
		assertThat(chosen.status()).isEqualTo(200);
		assertThat(chosen.json().propertyNames()).containsExactly("id", "createdAt", "lastEventAt", "lastSequence",
				"attributes", "policy", "generations");
		assertThat(chosen.json().get("policy").asString()).isEqualTo("two-words");
		assertThat(server.get(session).body()).isEqualTo(chosen.body());
		assertThat(server.send("PUT", session, "{}").json().get("policy").asString()).isEqualTo("two-words");
	}

	@Test
	void isInForceFromTheNextEventOn() {
		String session = server.session();
		JsonNode first = server.post(session + "/events", ANSWER).json().get("started");
		assertThat(server.post(session + "/events", SPEAK).json().get("interrupted")).isEqualTo(first);
		patch(session, "{\"policy\":\"two-words\"}");
		JsonNode second = server.post(session + "/events", ANSWER).json().get("started");
		JsonNode paused = server.post(session + "/events", SPEAK).json();
		assertThat(paused.get("interrupted")).isEmpty();
		assertThat(paused.get("paused")).isEqualTo(second);
		assertThat(paused.get("decisions").get(0).get("policy").asString()).isEqualTo("two-words");
	}

	@Test
	void followsTheRoutesOwnAgainWhenItIsNull() {
		String session = server.session();
		patch(session, "{\"policy\":\"two-words\"}");
		Answer own = patch(session, "{\"policy\":null}");
		assertThat(own.status()).isEqualTo(200);
		assertThat(own.json().has("policy")).isFalse();
		JsonNode started = server.post(session + "/events", ANSWER).json().get("started");
		assertThat(server.post(session + "/events", SPEAK).json().get("interrupted")).isEqualTo(started);
	}

	@Test
	void refusesAPolicyThatThereIsNotAndNamesThoseThatThereAre() {
		String session = server.session();
		patch(session, "{\"policy\":\"two-words\"}");
		Answer answer = patch(session, "{\"policy\":\"none\"}");
		assertThat(answer.status()).isEqualTo(422);
		assertThat(answer.problem()).isEqualTo("invalid-field");
		assertThat(answer.json().get("field").asString()).isEqualTo("policy");
		assertThat(answer.json().get("value").asString()).isEqualTo("none");
		assertThat(answer.json().get("allowed")).hasToString("[\"immediate\",\"two-words\"]");
		assertThat(server.get(session).json().get("policy").asString()).isEqualTo("two-words");
	}

	@Test
	void refusesOtherFieldsAndOtherKinds() {
		String session = server.session();
		Answer missing = patch(session, "{}");
		assertThat(missing.status()).isEqualTo(422);
		assertThat(missing.json().get("field").asString()).isEqualTo("policy");
		Answer kind = patch(session, "{\"policy\":1}");
		assertThat(kind.status()).isEqualTo(422);
		assertThat(kind.json().get("expected").asString()).isEqualTo("string");
		Answer other = patch(session, "{\"policy\":null,\"attributes\":{}}");
		assertThat(other.status()).isEqualTo(422);
		assertThat(other.json().get("field").asString()).isEqualTo("attributes");
		assertThat(other.json().get("allowed")).hasToString("[\"policy\"]");
		for (String opening : List.of("POST /v1/sessions", "PUT /v1/sessions/with-policy")) {
			String[] call = opening.split(" ");
			Answer answer = server.send(call[0], call[1], "{\"policy\":\"two-words\"}");
			assertThat(answer.json().get("field").asString()).as(opening).isEqualTo("policy");
		}
	}

	@Test
	void refusesWhatItRefusesElsewhereToo() {
		assertThat(patch("/v1/sessions/none", "{\"policy\":null}").problem()).isEqualTo("unknown-session");
		String session = server.session();
		assertThat(patch(session, "{").problem()).isEqualTo("malformed-body");
		assertThat(patch(session, "").problem()).isEqualTo("malformed-body");
		assertThat(server.send("PATCH", session, "{}", "Content-Type", "text/plain").status()).isEqualTo(415);
		assertThat(server.send("PATCH", session, null).status()).isEqualTo(415);
		assertThat(patch(session, "{\"policy\":null}" + " ".repeat(70_000)).status()).isEqualTo(413);
		assertThat(server.send("PATCH", session + "/conversation", "{}").status()).isEqualTo(405);
		server.send("DELETE", session, null);
		assertThat(patch(session, "{\"policy\":null}").problem()).isEqualTo("session-closed");
		assertThat(patch(session, "{\"policy\":null}").status()).isEqualTo(410);
	}

	private static Answer patch(String session, String body) {
		return server.send("PATCH", session, body);
	}

}
