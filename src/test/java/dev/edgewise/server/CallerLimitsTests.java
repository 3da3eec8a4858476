package dev.edgewise.server;

import java.time.Duration;
import java.util.Set;

import dev.edgewise.server.GuardedServer.Answer;
import dev.edgewise.server.GuardedServer.Open;
import dev.edgewise.server.SecurityProperties.CallerLimits;
import dev.edgewise.server.SecurityProperties.Role;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What one caller may have, and the origins that are let in.
 */
class CallerLimitsTests {

	private static final String[] ALICE = GuardedServer.key(GuardedServer.ALICE);

	private static final String[] BOB = GuardedServer.key(GuardedServer.BOB);

	private static final String[] ROOT = GuardedServer.key(GuardedServer.ROOT);

	private static final String SPEAKS = "{\"type\":\"UserStartedSpeaking\"}";

	private final GuardedServer server = new GuardedServer(GuardedServer.keys("--edgewise.security.caller.sessions=2",
			"--edgewise.security.caller.events-per-second=1", "--edgewise.security.caller.streams=1",
			"--edgewise.security.cors.allowed-origins=https://app.example"));

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	void boundsTheSessionsThatACallerHasOpen() {
		String first = this.server.open(ALICE);
		this.server.send("PUT", "/v1/sessions/second", "", ALICE);
		assertIsLimit(this.server.send("POST", "/v1/sessions", "{}", ALICE), "sessions", 2);
		assertIsLimit(this.server.send("PUT", "/v1/sessions/third", "", ALICE), "sessions", 2);
		assertThat(this.server.send("PUT", "/v1/sessions/second", "", ALICE).status()).isEqualTo(200);
		this.server.open(BOB);
		for (int i = 0; i < 4; i++) {
			this.server.open(ROOT);
		}
		this.server.send("DELETE", "/v1/sessions/" + first, "", ALICE);
		await().untilAsserted(
				() -> assertThat(this.server.send("PUT", "/v1/sessions/third", "", ALICE).status()).isEqualTo(201));
		assertIsLimit(this.server.send("POST", "/v1/sessions", "{}", ALICE), "sessions", 2);
	}

	@Test
	void countsNoSessionThatWasNotOpened() {
		for (int i = 0; i < 5; i++) {
			assertThat(this.server.send("POST", "/v1/sessions", "{", ALICE).status()).isEqualTo(400);
		}
		this.server.open(ALICE);
	}

	@Test
	void boundsTheEventsOfACallerOverAllSessions() {
		String first = this.server.open(ALICE);
		String second = this.server.open(ALICE);
		assertThat(
				this.server.send("POST", "/v1/sessions/" + first + "/events", "[" + SPEAKS + "," + SPEAKS + "]", ALICE)
					.status())
			.isEqualTo(202);
		Answer refused = this.server.send("POST", "/v1/sessions/" + second + "/events", SPEAKS, ALICE);
		assertIsLimit(refused, "events-per-second", 1);
		assertThat(this.server.send("POST", "/v1/sessions/" + second + "/events", "{\"type\":\"EmergencyStop\"}", ALICE)
			.status()).as("an emergency is never refused").isEqualTo(202);
		String others = this.server.open(BOB);
		assertThat(this.server.send("POST", "/v1/sessions/" + others + "/events", SPEAKS, BOB).status()).isEqualTo(202);
		await().untilAsserted(
				() -> assertThat(this.server.send("POST", "/v1/sessions/" + second + "/events", SPEAKS, ALICE).status())
					.isEqualTo(202));
	}

	@Test
	void boundsTheStreamsThatACallerHasOpen() throws Exception {
		String session = this.server.open(ALICE);
		String path = "/v1/sessions/" + session + "/stream";
		try (Open stream = this.server.start("GET", path, "", ALICE)) {
			assertThat(stream.response().statusCode()).isEqualTo(200);
			assertIsLimit(this.server.send("GET", path, "", ALICE), "streams", 1);
			assertIsLimit(this.server.send("POST", "/v1/sessions/" + session + "/events", SPEAKS, "X-API-Key",
					GuardedServer.ALICE, "Accept", "text/event-stream"), "streams", 1);
			assertIsLimit(this.server.send("GET", path + "?ticket=" + this.server.ticket(session, ALICE), ""),
					"streams", 1);
			assertThat(this.server.send("GET", path, "", ROOT).status()).isEqualTo(200);
		}
		await().atMost(Duration.ofSeconds(10))
			.untilAsserted(() -> assertThat(this.server.send("GET", path, "", ALICE).status()).isEqualTo(200));
	}

	@Test
	void letsPagesOfAllowedOriginsInAndNoOthers() {
		Answer preflight = this.server.send("OPTIONS", "/v1/sessions", "", "Origin", "https://app.example",
				"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "X-API-Key, Content-Type");
		assertThat(preflight.status()).isEqualTo(200);
		assertThat(preflight.header("Access-Control-Allow-Origin")).isEqualTo("https://app.example");
		assertThat(preflight.header("Access-Control-Allow-Credentials")).isEmpty();
		Answer answer = this.server.send("POST", "/v1/sessions", "{}", "Origin", "https://app.example", "X-API-Key",
				GuardedServer.ALICE);
		assertThat(answer.status()).isEqualTo(201);
		assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("https://app.example");
		assertThat(this.server.send("POST", "/v1/sessions", "{}", "Origin", "https://app.example")
			.header("Access-Control-Allow-Origin")).as("of a refusal, so that the page can read why").isNotEmpty();
		Answer other = this.server.send("POST", "/v1/sessions", "{}", "Origin", "https://evil.example", "X-API-Key",
				GuardedServer.ALICE);
		assertThat(other.status()).isEqualTo(403);
		assertThat(other.problem()).isEqualTo("forbidden");
		assertThat(other.header("Access-Control-Allow-Origin")).isEmpty();
		assertThat(this.server
			.send("OPTIONS", "/v1/sessions", "", "Origin", "https://evil.example", "Access-Control-Request-Method",
					"POST")
			.status()).isEqualTo(403);
	}

	@Test
	void forgetsCallersThatHaveNothing() {
		VirtualTimeScheduler time = VirtualTimeScheduler.create();
		Callers callers = new Callers(new CallerLimits(1, 10, 1), time);
		for (int i = 0; i < 100; i++) {
			Caller caller = new Caller("jwt:" + i, Set.of(Role.CALLER));
			assertThat(callers.takeEvents(caller, 1)).isNull();
			assertThat(callers.takeSession(caller)).isNull();
			callers.opened(caller, "s" + i, true);
		}
		assertThat(callers.takeSession(new Caller("jwt:0", Set.of(Role.CALLER)))).isNotNull();
		for (int i = 0; i < 100; i++) {
			callers.closed("s" + i);
			callers.closed("s" + i);
			callers.forgotten("s" + i);
		}
		time.advanceTimeBy(Duration.ofSeconds(1));
		callers.sweep();
		assertThat(callers.size()).isZero();
	}

	private static void assertIsLimit(Answer answer, String limit, int max) {
		assertThat(answer.status()).as(answer.body()).isEqualTo(429);
		assertThat(answer.problem()).isEqualTo("caller-limit");
		assertThat(answer.json().get("bound").asString()).isEqualTo(limit);
		assertThat(answer.json().get("limit").asInt()).isEqualTo(max);
		assertThat(answer.json().get("retryAfter").asInt()).isPositive();
		assertThat(answer.header("Retry-After")).isEqualTo(answer.json().get("retryAfter").asString());
	}

}
