package dev.edgewise.http;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.edgewise.Overlap;
import dev.edgewise.Routes;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.http.TestServer.Answer;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What operators are told.
 */
class ActuatorHttpTests {

	private static final String ANSWER = "{\"type\":\"UserStoppedSpeaking\"}";

	private static final String SPEAK = "{\"type\":\"UserStartedSpeaking\"}";

	private static TestServer.Setup server(CountDownLatch go) {
		return TestServer.with(
				Routes.on(UserStoppedSpeaking.class)
					.id("answer")
					.interruptOn(UserStartedSpeaking.class)
					.condition("generation.spokenFor.toMillis() >= 0")
					.stream((event) -> Flux.concat(Flux.just("Hello"), Flux.never()))
					.broadcast(),
				Routes.on(DTMFInput.class).id("deaf").interruptOn(UserStartedSpeaking.class, (interruption) -> {
				})
					.overlap(Overlap.QUEUE)
					.policy("call")
					.run((event, generation) -> waitUninterruptibly(go))
					.broadcast())
			.property("management.endpoints.web.exposure.include", "*")
			.property("management.endpoint.health.group.readiness.include", "readinessState,edgewise")
			.property("management.endpoint.health.probes.enabled", "true")
			.property("edgewise.interruption.policies.call.back-off", "3s")
			.property("edgewise.interruption.policies.call.stop-phrases", "stop")
			.property("edgewise.generation.grace", "20ms")
			.property("edgewise.shutdown.grace", "0ms");
	}

	private static void waitUninterruptibly(CountDownLatch go) {
		boolean waiting = true;
		while (waiting) {
			try {
				go.await();
				waiting = false;
			}
			catch (InterruptedException ex) {
				// this is what it is to be deaf
			}
		}
	}

	@Test
	void showsRoutesAndPolicies() {
		try (TestServer server = server(new CountDownLatch(0)).start()) {
			Answer answer = server.get("/actuator/edgewise");
			assertThat(answer.status()).isEqualTo(200);
			JsonNode answering = answer.json().get("routes").get(0);
			assertThat(answering.toString()).isEqualTo("{\"id\":\"answer\",\"source\":\"" + source(answering)
					+ "\",\"on\":[\"UserStoppedSpeaking\"],\"interruptedBy\":[\"UserStartedSpeaking\"],"
					+ "\"cutIf\":\"generation.spokenFor.toMillis() >= 0\",\"interruptible\":true,"
					+ "\"policy\":\"immediate\",\"overlap\":\"replace\",\"style\":\"undeclared\",\"handlers\":[]}");
			JsonNode deaf = answer.json().get("routes").get(1);
			assertThat(deaf.get("policy").asString()).isEqualTo("call");
			assertThat(deaf.get("overlap").asString()).isEqualTo("queue");
			assertThat(deaf.get("style").asString()).isEqualTo("blocking");
			assertThat(deaf.get("handlers")).hasSize(1);
			JsonNode policies = answer.json().get("policies");
			assertThat(policies).extracting((policy) -> policy.get("name").asString())
				.containsExactly("call", "immediate");
			assertThat(policies.get(0).get("backOffMillis").asLong()).isEqualTo(3_000);
			assertThat(policies.get(0).get("stopPhrases").toString())
				.isEqualTo("{\"all\":[\"stop\"],\"languages\":{}}");
		}
	}

	private static String source(JsonNode route) {
		assertThat(route.get("source").asString()).isNotEmpty();
		return route.get("source").asString();
	}

	@Test
	void drawsTheRoutes() {
		try (TestServer server = server(new CountDownLatch(0)).start()) {
			Answer answer = server.get("/actuator/edgewise/mermaid");
			assertThat(answer.status()).isEqualTo(200);
			assertThat(answer.header("Content-Type")).startsWith("text/plain");
			assertThat(answer.body()).isEqualTo("""
					flowchart LR
					    e0(["UserStoppedSpeaking"])
					    e1(["UserStartedSpeaking"])
					    e2(["DTMFInput"])
					    r0["answer<br/>replace"]
					    r1["deaf<br/>queue<br/>by policy call"]
					    e0 --> r0
					    e1 -.-x|"if generation.spokenFor.toMillis() #62;= 0"| r0
					    e2 --> r1
					    e1 -.-x r1
					""");
			assertThat(server.get("/actuator/edgewise/png").status()).isEqualTo(404);
		}
	}

	@Test
	void countsSessionsAndTellsWhatIsStuckAndWhere() {
		CountDownLatch go = new CountDownLatch(1);
		try (TestServer server = server(go).start()) {
			assertThat(server.get("/actuator/edgewisesessions").body()).isEqualTo(
					"{\"sessions\":{\"open\":0,\"closing\":0,\"closed\":0},\"generations\":{\"WAITING\":0,\"RUNNING\":0,"
							+ "\"PAUSED\":0,\"CLEANING\":0,\"STUCK\":0},\"stuck\":[]}");
			String first = server.session();
			String second = server.session();
			server.send("DELETE", server.session(), null);
			String running = server.post(second + "/events", ANSWER).json().get("started").get(0).asString();
			assertThat(running).isNotEmpty();
			String stuck = server.post(first + "/events", "{\"type\":\"DTMFInput\",\"button\":\"1\"}")
				.json()
				.get("started")
				.get(0)
				.asString();
			await().until(() -> server.get(first).json().get("generations").get(0).get("state").asString(),
					"RUNNING"::equals);
			server.send("POST", first + "/interrupt", "{\"force\":true}");
			await().until(() -> server.get("/actuator/edgewisesessions").json().get("stuck").size() == 1);

			JsonNode now = server.get("/actuator/edgewisesessions").json();
			assertThat(now.get("sessions").toString()).isEqualTo("{\"open\":2,\"closing\":0,\"closed\":1}");
			assertThat(now.get("oldest").get("id").asString()).isEqualTo(first.substring(first.lastIndexOf('/') + 1));
			assertThat(now.get("oldest").get("ageSeconds").asLong()).isBetween(0L, 20L);
			assertThat(now.get("generations").get("RUNNING").asInt()).isEqualTo(1);
			assertThat(now.get("generations").get("STUCK").asInt()).isEqualTo(1);
			assertThat(now.has("unanswered")).isFalse();
			JsonNode deaf = now.get("stuck").get(0);
			assertThat(deaf.get("route").asString()).isEqualTo("deaf");
			assertThat(deaf.get("generation").asString()).isEqualTo(stuck);
			assertThat(first).endsWith(deaf.get("session").asString());
			assertThat(deaf.get("silentForMillis").asLong()).isGreaterThanOrEqualTo(20);
			assertThat(deaf.get("stack").toString()).contains("ActuatorHttpTests.waitUninterruptibly");

			go.countDown();
			await().until(() -> server.get("/actuator/edgewisesessions").json().get("stuck").isEmpty());
		}
		finally {
			go.countDown();
		}
	}

	@Test
	void isNotReadyWhileItIsFull() {
		try (TestServer server = server(new CountDownLatch(0)).property("edgewise.session.max", 1).start()) {
			assertReady(server);
			String session = server.session();
			assertNotReady(server);
			server.send("DELETE", session, null);
			assertReady(server);
		}
	}

	@Test
	void isNotReadyWhileTheMemoryForLogsIsUsedUp() {
		try (TestServer server = server(new CountDownLatch(0)).property("edgewise.log.total-bytes", "1KB").start()) {
			assertReady(server);
			String session = server.session();
			await().atMost(5, TimeUnit.SECONDS).until(() -> server.post(session + "/events", SPEAK).status() == 503);
			assertNotReady(server);
			server.send("DELETE", session, null);
			assertReady(server);
		}
	}

	@Test
	void isNotReadyWhileItDrainsAndReadyWhenItIsStartedAgain() {
		try (TestServer server = server(new CountDownLatch(0)).start()) {
			StepVerifier.create(server.engine().drain(Duration.ZERO)).expectComplete().verify(Duration.ofSeconds(5));
			assertNotReady(server);
			server.engine().resume();
			assertReady(server);
		}
	}

	private static void assertReady(TestServer server) {
		assertThat(server.get("/actuator/health/readiness").status()).isEqualTo(200);
		assertThat(server.post("/v1/sessions/none/events", SPEAK).status()).isEqualTo(404);
	}

	private static void assertNotReady(TestServer server) {
		Answer answer = server.get("/actuator/health/readiness");
		assertThat(answer.status()).isEqualTo(503);
		assertThat(answer.json().get("status").asString()).isEqualTo("OUT_OF_SERVICE");
		assertThat(server.get("/actuator/health/liveness").status()).isEqualTo(200);
		assertThat(server.post("/v1/sessions", "{}").status()).isEqualTo(503);
	}

}
