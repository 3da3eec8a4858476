package dev.edgewise.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.edgewise.Overlap;
import dev.edgewise.Routes;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.http.TestServer.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of the paths about events.
 */
class EventsHttpTests {

	private static final String START = "{\"type\":\"UserStoppedSpeaking\"}";

	private static final String CUT = "{\"type\":\"UserStartedSpeaking\"}";

	private static TestServer server;

	@BeforeAll
	static void start() {
		server = TestServer
			.with(Routes.on(UserStoppedSpeaking.class)
				.id("assistant")
				.interruptOn(UserStartedSpeaking.class)
				.stream((event) -> Flux.never())
				.broadcast(),
					Routes.on(DTMFInput.class)
						.id("menu")
						.overlap(Overlap.PARALLEL)
						.interruptOn(UserStartedSpeaking.class)
						.condition((event, generation) -> false)
						.stream((event) -> Flux.never())
						.broadcast())
			.property("edgewise.session.events-per-second", 50)
			.start();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@Test
	void answersAnEventWithItsReceipt() {
		String events = server.session() + "/events";
		Answer started = server.post(events, START);
		assertThat(started.status()).isEqualTo(202);
		JsonNode receipt = started.json();
		assertThat(receipt.propertyNames()).containsExactly("sequence", "duplicate", "interrupted", "ignored",
				"started", "refused", "paused", "decisions");
		assertThat(receipt.get("sequence").asLong()).isEqualTo(1);
		assertThat(receipt.get("duplicate").asBoolean()).isFalse();
		assertThat(receipt.get("started")).hasSize(1);
		JsonNode cut = server.post(events, CUT).json();
		assertThat(cut.get("interrupted")).isEqualTo(receipt.get("started"));
	}

	@Test
	void namesTheGenerationsThatWereSpared() {
		String events = server.session() + "/events";
		JsonNode started = server.post(events, "{\"type\":\"DTMFInput\",\"button\":\"1\"}").json().get("started");
		awaitRunning(events);
		JsonNode receipt = server.post(events, CUT).json();
		assertThat(receipt.get("interrupted")).isEmpty();
		assertThat(receipt.get("ignored")).isEqualTo(started);
	}

	private static void awaitRunning(String events) {
		try (Wire stream = server.stream(events.replace("/events", "/stream?after=0"))) {
			stream.until("AgentGenerationStarted");
		}
	}

	@Test
	void answersAnArrayWithAnArray() {
		Answer answer = server.post(server.session() + "/events", "[" + START + "," + CUT + "," + START + "]");
		assertThat(answer.status()).isEqualTo(202);
		assertThat(answer.json()).hasSize(3);
		assertThat(answer.json().get(1).get("interrupted")).isEqualTo(answer.json().get(0).get("started"));
		assertThat(server.post(server.session() + "/events", "[" + START + "]").json().isArray()).isTrue();
	}

	@Test
	void appliesNothingOfAnArrayWithAWrongEvent() {
		String session = server.session();
		Answer answer = server.post(session + "/events", "[" + START + ",{\"type\":\"Nonsense\"}]");
		assertThat(answer.status()).isEqualTo(422);
		assertThat(answer.json().get("index").asInt()).isEqualTo(1);
		assertThat(answer.json().get("knownTypes").valueStream().map(JsonNode::asString))
			.contains("UserStartedSpeaking");
		assertThat(server.get(session).json().get("lastSequence").asLong()).isZero();
	}

	@Test
	void appliesAnEventOfTheSameIdOnce() {
		String events = server.session() + "/events";
		String body = "{\"type\":\"UserStoppedSpeaking\",\"id\":\"e1\"}";
		JsonNode first = server.post(events, body).json();
		JsonNode second = server.post(events, body).json();
		assertThat(second.get("duplicate").asBoolean()).isTrue();
		assertThat(second.get("sequence")).isEqualTo(first.get("sequence"));
		assertThat(second.get("started")).isEqualTo(first.get("started"));
		Answer conflict = server.post(events, "{\"type\":\"UserStartedSpeaking\",\"id\":\"e1\"}");
		assertThat(conflict.status()).isEqualTo(409);
		assertThat(conflict.problem()).isEqualTo("event-conflict");
		assertThat(conflict.json().get("id").asString()).isEqualTo("e1");
	}

	@Test
	void aimsAnEventAtOneGeneration() {
		String events = server.session() + "/events";
		server.post(events, START);
		JsonNode receipt = server.post(events, "{\"type\":\"UserStartedSpeaking\",\"generation\":\"other\"}").json();
		assertThat(receipt.get("interrupted")).isEmpty();
	}

	@Test
	void refusesBadEventsByName() {
		String events = server.session() + "/events";
		Answer missing = server.post(events, "{\"type\":\"DTMFInput\"}");
		assertThat(missing.status()).isEqualTo(422);
		assertThat(missing.problem()).isEqualTo("invalid-field");
		assertThat(missing.json().get("field").asString()).isEqualTo("button");
		Answer reserved = server.post(events, "{\"type\":\"SessionClosed\",\"reason\":\"SHUTDOWN\"}");
		assertThat(reserved.status()).isEqualTo(422);
		assertThat(reserved.problem()).isEqualTo("reserved-event-type");
		assertThat(server.post(events, "{\"type\":").status()).isEqualTo(400);
		assertThat(server.post(events, "").status()).isEqualTo(400);
		assertThat(server.post(events, START, "Content-Type", "text/plain").status()).isEqualTo(415);
		assertThat(server.post(events, "[]").status()).isEqualTo(422);
	}

	@Test
	void refusesWhatIsTooLargeAndGoesOn() {
		String events = server.session() + "/events";
		String large = "{\"type\":\"DTMFInput\",\"button\":\"" + "x".repeat(65 << 10) + "\"}";
		Answer answer = server.post(events, large);
		assertThat(answer.status()).isEqualTo(413);
		assertThat(answer.problem()).isEqualTo("body-too-large");
		assertThat(answer.json().get("limit").asInt()).isEqualTo(64 << 10);
		Answer array = server.post(events, "[" + large + "]");
		assertThat(array.status()).isEqualTo(413);
		assertThat(array.json().get("index").asInt()).isZero();
		assertThat(server.post(events, "[" + START + " ".repeat(300 << 10) + "]").status()).isEqualTo(413);
		assertThat(server.post(events, START).status()).isEqualTo(202);
	}

	@Test
	void refusesWhatIsTooLargeAlsoWithoutAnAnnouncedLength() {
		String events = server.session() + "/events";
		try (Wire wire = Wire.connect(server.port, 0)) {
			String chunk = "4000\r\n" + " ".repeat(0x4000) + "\r\n";
			wire.request("HTTP/1.1", "POST", events, (byte[]) null, "Content-Type: application/json",
					"Transfer-Encoding: chunked\r\n\r\n" + chunk.repeat(20) + "0");
			assertThat(wire.status()).isEqualTo(413);
		}
	}

	@Test
	void limitsTheRateButNotTheEmergency() {
		String events = server.session() + "/events";
		Answer refused = null;
		for (int i = 0; i < 500 && refused == null; i++) {
			Answer answer = server.post(events, "[" + (CUT + ",").repeat(63) + CUT + "]");
			refused = (answer.status() != 202) ? answer : null;
		}
		assertThat(refused).isNotNull();
		assertThat(refused.status()).isEqualTo(429);
		assertThat(refused.problem()).isEqualTo("event-rate");
		assertThat(Integer.parseInt(refused.header("Retry-After"))).isPositive();
		assertThat(refused.json().get("retryAfter").asInt()).isEqualTo(Integer.parseInt(refused.header("Retry-After")));
		assertThat(server.post(events, "{\"type\":\"EmergencyStop\"}").status()).isEqualTo(202);
		assertThat(server.send("DELETE", events.replace("/events", ""), null).status()).isEqualTo(204);
	}

	@Test
	void limitsStreams() {
		String session = server.session();
		List<Wire> streams = new ArrayList<>();
		for (int i = 0; i < 16; i++) {
			streams.add(server.stream(session + "/stream"));
		}
		Answer refused = server.get(session + "/stream");
		assertThat(refused.status()).isEqualTo(429);
		assertThat(refused.problem()).isEqualTo("too-many-streams");
		assertThat(refused.header("Retry-After")).isNotEmpty();
		streams.forEach(Wire::close);
	}

	@Test
	void appliesAnEventToEverySession() {
		try (TestServer own = TestServer
			.with(Routes.on(UserStoppedSpeaking.class)
				.interruptOn(UserStartedSpeaking.class)
				.stream((event) -> Flux.never())
				.broadcast())
			.start()) {
			for (int i = 0; i < 3; i++) {
				own.session();
			}
			Answer all = own.post("/v1/events", START);
			assertThat(all.status()).isEqualTo(202);
			assertThat(all.body()).isEqualTo("{\"sessions\":3,\"interrupted\":0,\"started\":3}");
			assertThat(own.post("/v1/events", "{\"type\":\"EmergencyStop\"}").body())
				.isEqualTo("{\"sessions\":3,\"interrupted\":3,\"started\":0}");
			assertThat(own.post("/v1/events", "[" + START + "]").status()).isEqualTo(422);
			assertThat(
					own.post("/v1/events", "{\"type\":\"EmergencyStop\",\"id\":\"1\"}").json().get("field").asString())
				.isEqualTo("id");
			assertThat(own.post("/v1/events", "{\"type\":\"Nonsense\"}").problem()).isEqualTo("unknown-event-type");
			assertThat(own.post("/v1/events", "{").status()).isEqualTo(400);
		}
	}

	@Test
	void refusesWhileFull() {
		try (TestServer own = TestServer.with().property("edgewise.session.max", 1).start()) {
			own.session();
			Answer refused = own.post("/v1/sessions", "{}");
			assertThat(refused.status()).isEqualTo(503);
			assertThat(refused.problem()).isEqualTo("too-many-sessions");
			assertThat(refused.header("Retry-After")).isEqualTo("5");
		}
	}

	@Test
	void refusesWhileDraining() {
		try (TestServer own = TestServer.with().start()) {
			own.session();
			StepVerifier.create(own.engine().drain(Duration.ofMillis(10)))
				.expectComplete()
				.verify(Duration.ofSeconds(5));
			Answer refused = own.post("/v1/sessions", "{}");
			assertThat(refused.status()).isEqualTo(503);
			assertThat(refused.problem()).isEqualTo("draining");
			assertThat(refused.header("Retry-After")).isNotEmpty();
		}
	}

}
