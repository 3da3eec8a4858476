package dev.edgewise.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import dev.edgewise.Interruption;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.http.TestServer.Answer;
import dev.edgewise.http.Wire.Event;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;

import org.springframework.boot.web.server.context.WebServerApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * How the service ends: nothing is lost, nobody is left hanging, and it takes no longer
 * than it was given.
 */
@Timeout(90)
class ShutdownHttpTests {

	private static final int SESSIONS = 500;

	private static final Duration GRACE = Duration.ofSeconds(2);

	private static final String ANSWER = "{\"type\":\"UserStoppedSpeaking\"}";

	private static final String SPEAK = "{\"type\":\"UserStartedSpeaking\"}";

	private final Map<String, Interruption> handled = new ConcurrentHashMap<>();

	private final Set<String> handledTwice = ConcurrentHashMap.newKeySet();

	private RouteDefinition speaking() {
		return Routes.on(UserStoppedSpeaking.class)
			.id("answer")
			.interruptOn(UserStartedSpeaking.class)
			.onInterrupt((interruption) -> {
				if (this.handled.put(interruption.generation(), interruption) != null) {
					this.handledTwice.add(interruption.generation());
				}
			})
			.stream((event) -> Flux.range(1, 10_000).map((i) -> "word ").delayElements(Duration.ofMillis(100)))
			.broadcast();
	}

	/**
	 * Ends within the grace, by itself.
	 */
	private static RouteDefinition brief() {
		return Routes.on(DTMFInput.class)
			.id("brief")
			.stream((event) -> Flux.range(1, 4).map((i) -> "beep ").delayElements(Duration.ofMillis(100)))
			.broadcast();
	}

	@Test
	void endsFiveHundredSpeakingSessionsInOrder() {
		TestServer server = TestServer.with(speaking(), brief())
			.property("edgewise.shutdown.grace", GRACE.toMillis() + "ms")
			.property("server.shutdown", "graceful")
			.start();
		List<Call> calls = new ArrayList<>();
		try {
			for (int i = 0; i < SESSIONS; i++) {
				String session = server.session();
				Wire wire = server.stream(session + "/stream?after=0");
				String generation = server.post(session + "/events", ANSWER).json().get("started").get(0).asString();
				calls.add(new Call(session, generation, wire));
			}
			for (Call call : calls) {
				call.wire.until((event) -> event.name().equals("AgentResponse"));
			}
			long began = System.nanoTime();
			server.close();
			Duration taken = Duration.ofNanos(System.nanoTime() - began);

			assertThat(taken).isBetween(GRACE, GRACE.plusSeconds(2));
			assertThat(calls).hasSize(SESSIONS).allSatisfy((call) -> {
				// To the end of the body: one that breaks off is an error.
				List<Event> events = call.wire.events();
				List<String> names = events.stream().map(Event::name).toList();
				assertThat(names).endsWith("AgentGenerationInterrupted", "SessionClosed");
				assertThat(names).filteredOn("AgentGenerationInterrupted"::equals).hasSize(1);
				assertThat(names.subList(0, names.size() - 2)).isNotEmpty().containsOnly("AgentResponse");
				Event cut = events.get(events.size() - 2);
				assertThat(cut.json().get("generation").asString()).isEqualTo(call.generation);
				assertThat(cut.json().get("reason").asString()).isEqualTo("SHUTDOWN");
				assertThat(events.get(events.size() - 1).json().get("reason").asString()).isEqualTo("SHUTDOWN");
				assertThat(events).extracting(Event::sequence).isSorted().doesNotHaveDuplicates();
			});
			assertThat(this.handled.keySet())
				.isEqualTo(calls.stream().map(Call::generation).collect(Collectors.toSet()));
			assertThat(this.handled.values()).extracting(Interruption::reason).containsOnly(Reason.SHUTDOWN);
			assertThat(this.handledTwice).isEmpty();
		}
		finally {
			calls.forEach((call) -> call.wire.close());
		}
	}

	@Test
	void whileItDrainsItAppliesEventsAndStartsNothing() throws Exception {
		TestServer server = TestServer.with(speaking(), brief()).property("edgewise.shutdown.grace", "5s").start();
		String speaking = server.session();
		String brief = server.session();
		try (Wire first = server.stream(speaking + "/stream?after=0");
				Wire second = server.stream(brief + "/stream?after=0")) {
			String cut = server.post(speaking + "/events", ANSWER).json().get("started").get(0).asString();
			server.post(brief + "/events", "{\"type\":\"DTMFInput\",\"button\":\"1\"}");
			first.until("AgentResponse");
			second.until("AgentResponse");

			long began = System.nanoTime();
			CompletableFuture<Void> closed = CompletableFuture.runAsync(server::close);
			await().until(() -> server.post("/v1/sessions", "{}").status() == 503);
			Answer refused = server.post("/v1/sessions", "{}");
			assertThat(refused.problem()).isEqualTo("draining");
			assertThat(Integer.parseInt(refused.header("Retry-After"))).isPositive();
			assertThat(server.post(brief + "/events", ANSWER).json().get("refused").toString())
				.isEqualTo("[\"answer\"]");
			assertThat(server.post(speaking + "/events", SPEAK).json().get("interrupted").toString())
				.isEqualTo("[\"" + cut + "\"]");

			closed.get(20, TimeUnit.SECONDS);
			// Nothing ran any more: it need not wait out the grace.
			assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
			assertThat(first.events()).extracting(Event::name).endsWith("AgentGenerationInterrupted", "SessionClosed");
			assertThat(this.handled.get(cut).reason()).isEqualTo(Reason.EVENT);
			assertThat(second.events()).extracting(Event::name)
				.filteredOn((name) -> name.startsWith("Agent") || name.startsWith("Session"))
				.endsWith("AgentResponse", "AgentGenerationComplete", "SessionClosed");
		}
	}

	@Test
	void waitsForTheHandlerOfANodeThatDoesNotEnd() {
		CountDownLatch go = new CountDownLatch(1);
		CompletableFuture<Reason> handled = new CompletableFuture<>();
		TestServer server = TestServer
			.with(Routes.on(UserStoppedSpeaking.class).id("deaf").onInterrupt((interruption) -> {
				go.countDown();
				if (sleep(400)) {
					handled.complete(interruption.reason());
				}
			}).run((event, generation) -> {
				while (go.getCount() > 0) {
					sleep(1_000);
				}
			}).broadcast())
			.property("edgewise.shutdown.grace", "0ms")
			.start();
		String session = server.session();
		server.post(session + "/events", ANSWER);
		await().until(() -> server.get(session).json().get("generations").get(0).get("state").asString(),
				"RUNNING"::equals);
		long began = System.nanoTime();
		server.close();
		assertThat(handled).isCompletedWithValue(Reason.SHUTDOWN);
		assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
	}

	/**
	 * Sleeps, and tells whether it was left to.
	 */
	private static boolean sleep(long millis) {
		try {
			Thread.sleep(millis);
			return true;
		}
		catch (InterruptedException ex) {
			return false;
		}
	}

	@Test
	void goesOnWhenItsContextIsStartedAgain() {
		try (TestServer server = TestServer.with(speaking()).property("edgewise.shutdown.grace", "0ms").start()) {
			String before = server.session();
			server.context.stop();
			server.context.start();
			int port = ((WebServerApplicationContext) server.context).getWebServer().getPort();
			try (Wire wire = Wire.send(port, "POST", "/v1/sessions", "{}", "Content-Type: application/json")) {
				assertThat(wire.status()).isEqualTo(201);
			}
			try (Wire wire = Wire.send(port, "GET", before, null)) {
				assertThat(wire.status()).isEqualTo(410);
			}
		}
	}

	/**
	 * A conversation.
	 */
	private record Call(String session, String generation, Wire wire) {
	}

}
