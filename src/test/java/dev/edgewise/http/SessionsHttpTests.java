package dev.edgewise.http;

import java.util.List;

import dev.edgewise.Overlap;
import dev.edgewise.Routes;
import dev.edgewise.event.DTMFInput;
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
 * Tests of the paths about sessions.
 */
class SessionsHttpTests {

	private static TestServer server;

	@BeforeAll
	static void start() {
		server = TestServer
			.with(Routes.on(UserStoppedSpeaking.class)
				.id("assistant")
				.interruptOn(UserStartedSpeaking.class)
				.stream((event) -> Flux.concat(Flux.just("Hello, ", "world"), Flux.never()))
				.broadcast(),
					Routes.on(DTMFInput.class)
						.id("menu")
						.overlap(Overlap.QUEUE)
						.stream((event) -> Flux.never())
						.broadcast())
			.start();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@Test
	void opensASession() {
		Answer answer = server.post("/v1/sessions", "{\"attributes\":{\"lang\":\"en\",\"n\":null,\"x\":[1]}}");
		assertThat(answer.status()).isEqualTo(201);
		JsonNode session = answer.json();
		assertThat(session.propertyNames()).containsExactly("id", "createdAt", "lastEventAt", "lastSequence",
				"attributes", "generations");
		assertThat(answer.header("Location")).isEqualTo("/v1/sessions/" + session.get("id").asString());
		assertThat(answer.header("Content-Type")).isEqualTo("application/json");
		assertThat(session.get("createdAt").asString()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
		assertThat(session.get("lastEventAt").isNull()).isTrue();
		assertThat(session.get("lastSequence").asLong()).isZero();
		assertThat(session.get("attributes")).hasToString("{\"lang\":\"en\",\"n\":null,\"x\":[1]}");
		assertThat(session.get("generations")).isEmpty();
		assertThat(server.get(answer.header("Location")).json()).isEqualTo(session);
	}

	@Test
	void opensASessionWithoutABody() {
		assertThat(server.send("POST", "/v1/sessions", null).status()).isEqualTo(201);
		assertThat(server.send("PUT", "/v1/sessions/bodiless", null).status()).isEqualTo(201);
	}

	@Test
	void refusesToOpenASessionTwiceByPost() {
		assertThat(server.post("/v1/sessions", "{\"id\":\"twice\"}").status()).isEqualTo(201);
		Answer answer = server.post("/v1/sessions", "{\"id\":\"twice\"}");
		assertThat(answer.status()).isEqualTo(409);
		assertThat(answer.problem()).isEqualTo("session-exists");
	}

	@Test
	void putsASessionOnce() {
		assertThat(server.send("PUT", "/v1/sessions/a.b_c~d-9", "{\"attributes\":{\"a\":1}}").status()).isEqualTo(201);
		Answer again = server.send("PUT", "/v1/sessions/a.b_c~d-9", "{\"id\":\"a.b_c~d-9\",\"attributes\":{\"a\":2}}");
		assertThat(again.status()).isEqualTo(200);
		assertThat(again.json().get("attributes").get("a").asInt()).isEqualTo(1);
	}

	@Test
	void refusesMalformedIds() {
		for (String id : List.of("a%20b", "%C3%A9", "a%2Fb", "x".repeat(129))) {
			Answer answer = server.send("PUT", "/v1/sessions/" + id, "{}");
			assertThat(answer.status()).as(id).isEqualTo(422);
			assertThat(answer.problem()).isEqualTo("invalid-field");
			assertThat(answer.json().get("field").asString()).isEqualTo("id");
		}
		assertThat(server.send("PUT", "/v1/sessions/" + "x".repeat(128), "{}").status()).isEqualTo(201);
		for (String id : List.of("\"\"", "1", "\"a b\"")) {
			assertThat(server.post("/v1/sessions", "{\"id\":" + id + "}").json().get("field").asString())
				.isEqualTo("id");
		}
		assertThat(server.send("PUT", "/v1/sessions/one", "{\"id\":\"other\"}").status()).isEqualTo(422);
	}

	@Test
	void rejectsUnknownPropertiesByName() {
		Answer answer = server.post("/v1/sessions", "{\"attribute\":{}}");
		assertThat(answer.status()).isEqualTo(422);
		assertThat(answer.json().get("field").asString()).isEqualTo("attribute");
		assertThat(answer.json().get("allowed")).hasToString("[\"attributes\",\"id\",\"playback\"]");
		assertThat(server.post("/v1/sessions", "{\"attributes\":[]}").json().get("field").asString())
			.isEqualTo("attributes");
	}

	@Test
	void refusesAttributesThatAreOutOfRange() {
		for (String attributes : List.of("{\"a\":1e999}", "{\"a\":[{\"b\":-1e999}]}")) {
			Answer answer = server.post("/v1/sessions", "{\"attributes\":" + attributes + "}");
			assertThat(answer.status()).isEqualTo(422);
			assertThat(answer.json().get("field").asString()).isEqualTo("attributes");
		}
	}

	@Test
	void refusesBodiesThatAreNotJsonInUtf8() {
		assertThat(server.post("/v1/sessions", "{").problem()).isEqualTo("malformed-body");
		assertThat(server.post("/v1/sessions", "{}", "Content-Type", "text/plain").status()).isEqualTo(415);
		assertThat(server.post("/v1/sessions", "{}", "Content-Type", "nonsense").status()).isEqualTo(415);
		assertThat(server.post("/v1/sessions", "{}", "Content-Type", "application/json;charset=ISO-8859-1").problem())
			.isEqualTo("unsupported-media-type");
		assertThat(server.post("/v1/sessions", "{}", "Content-Type", "application/json;charset=nonsense").status())
			.isEqualTo(415);
		assertThat(server.post("/v1/sessions", "{}", "Content-Type", "application/merge-patch+json; charset=utf-8")
			.status()).isEqualTo(201);
		try (Wire wire = Wire.send(server.port, "POST", "/v1/sessions", "{}")) {
			assertThat(wire.status()).isEqualTo(415);
		}
		assertThat(server.post("/v1/sessions", "{\"attributes\":{\"a\":\"" + "x".repeat(70_000) + "\"}}").status())
			.isEqualTo(413);
	}

	@Test
	void showsWhatRuns() {
		String session = server.session();
		JsonNode receipt = server.post(session + "/events", "{\"type\":\"UserStoppedSpeaking\"}").json();
		try (Wire stream = server.stream(session + "/stream?after=0")) {
			stream.until((event) -> event.data().contains("world"));
			JsonNode view = server.get(session).json();
			assertThat(view.get("lastSequence").asLong()).isEqualTo(4);
			assertThat(view.get("lastEventAt").asString()).endsWith("Z");
			JsonNode generation = view.get("generations").get(0);
			assertThat(generation.propertyNames()).containsExactly("id", "route", "state", "cause", "startedAt");
			assertThat(generation.get("id")).isEqualTo(receipt.get("started").get(0));
			assertThat(generation.get("route").asString()).isEqualTo("assistant");
			assertThat(generation.get("state").asString()).isEqualTo("RUNNING");
			assertThat(generation.get("cause").asLong()).isEqualTo(1);
		}
	}

	@Test
	void showsWhatHasNotBegunWithoutATime() {
		String session = server.session();
		String event = "{\"type\":\"DTMFInput\",\"button\":\"1\"}";
		server.post(session + "/events", "[" + event + "," + event + "]");
		JsonNode queued = server.get(session).json().get("generations").get(1);
		assertThat(queued.get("state").asString()).isEqualTo("WAITING");
		assertThat(queued.get("cause").asLong()).isEqualTo(2);
		assertThat(queued.has("startedAt")).isTrue();
		assertThat(queued.get("startedAt").isNull()).isTrue();
	}

	@Test
	void showsTheConversation() {
		String session = server.session();
		server.post(session + "/events", "{\"type\":\"UserTranscriptionReceived\",\"content\":\"Hi\"}");
		JsonNode receipt = server.post(session + "/events", "{\"type\":\"UserStoppedSpeaking\"}").json();
		try (Wire stream = server.stream(session + "/stream?after=0")) {
			stream.until((event) -> event.data().contains("world"));
			JsonNode running = server.get(session + "/conversation").json().get("messages");
			assertThat(running.get(0).propertyNames()).containsExactly("role", "text", "at");
			assertThat(running.get(0).get("role").asString()).isEqualTo("user");
			assertThat(running.get(1).propertyNames()).containsExactly("role", "text", "at", "generation", "generated",
					"delivered", "heard", "evidence", "heardInFull");
			server.post(session + "/events", "{\"type\":\"UserStartedSpeaking\"}");
			JsonNode cut = server.get(session + "/conversation").json().get("messages").get(1);
			assertThat(cut.get("role").asString()).isEqualTo("agent");
			assertThat(cut.get("text").asString()).isEqualTo("Hello, world");
			assertThat(cut.get("generation")).isEqualTo(receipt.get("started").get(0));
			assertThat(cut.get("interrupted").asBoolean()).isTrue();
		}
	}

	@Test
	void closesASessionAndRemembersIt() {
		String session = server.session();
		Answer closed = server.send("DELETE", session, null);
		assertThat(closed.status()).isEqualTo(204);
		assertThat(closed.body()).isEmpty();
		assertThat(server.send("DELETE", session, null).status()).isEqualTo(204);
		assertThat(server.get(session).problem()).isEqualTo("session-closed");
		for (Answer answer : List.of(server.get(session), server.get(session + "/conversation"),
				server.post(session + "/events", "{\"type\":\"UserStartedSpeaking\"}"),
				server.send("PUT", session, "{}"))) {
			assertThat(answer.status()).isEqualTo(410);
		}
	}

	@Test
	void doesNotKnowOtherSessions() {
		for (Answer answer : List.of(server.get("/v1/sessions/none"), server.get("/v1/sessions/none/conversation"),
				server.get("/v1/sessions/none/stream"), server.send("DELETE", "/v1/sessions/none", null),
				server.post("/v1/sessions/none/events", "{\"type\":\"UserStartedSpeaking\"}"),
				server.post("/v1/sessions/none/events", "{\"type\":\"UserStartedSpeaking\"}", "Accept",
						"text/event-stream"))) {
			assertThat(answer.status()).isEqualTo(404);
			assertThat(answer.problem()).isEqualTo("unknown-session");
			assertThat(answer.json().get("session").asString()).isEqualTo("none");
		}
	}

	@Test
	void answersOtherMethodsAndPathsWithProblems() {
		Answer answer = server.send("TRACE", "/v1/sessions/a", null);
		assertThat(answer.status()).isEqualTo(405);
		assertThat(answer.problem()).isEqualTo("method-not-allowed");
		assertThat(answer.header("Allow").split(",")).containsExactlyInAnyOrder("PUT", "GET", "HEAD", "PATCH", "DELETE",
				"OPTIONS");
		assertThat(server.get("/v1/sessions").status()).isEqualTo(405);
		assertThat(server.get("/v1/events").status()).isEqualTo(405);
		assertThat(server.post("/v1/sessions/a/stream", "{}").status()).isEqualTo(405);
		for (String path : List.of("/v1", "/v1/", "/v1/none", "/v1/sessions/", "/v1/sessions/a/none",
				"/v1/sessions/a/stream/b")) {
			assertThat(server.get(path).status()).as(path).isEqualTo(404);
			assertThat(server.get(path).problem()).as(path).isEqualTo("not-found");
		}
	}

	@Test
	void answersWithHeadersAloneWhenAskedForThem() {
		String session = server.session();
		for (String path : List.of(session, session + "/conversation")) {
			Answer head = server.send("HEAD", path, null);
			assertThat(head.status()).isEqualTo(200);
			assertThat(head.header("Content-Type")).isEqualTo("application/json");
			assertThat(head.header("Content-Length")).isEqualTo(server.get(path).header("Content-Length"));
		}
		assertThat(server.send("HEAD", "/v1/sessions/none", null).status()).isEqualTo(404);
		Answer options = server.send("OPTIONS", session + "/events", null);
		assertThat(options.status()).isEqualTo(200);
		assertThat(options.header("Allow").split(",")).containsExactlyInAnyOrder("POST", "OPTIONS");
		assertThat(options.body()).isEmpty();
	}

	@Test
	void writesProblemsWithAllTheirMembers() {
		JsonNode problem = server.get("/v1/none").json();
		assertThat(problem.get("type").asString()).isEqualTo("urn:edgewise:problem:not-found");
		assertThat(problem.get("status").asInt()).isEqualTo(404);
		assertThat(problem.get("title").asString()).isNotEmpty();
	}

}
