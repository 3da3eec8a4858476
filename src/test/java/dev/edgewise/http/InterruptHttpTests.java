package dev.edgewise.http;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;

import dev.edgewise.Overlap;
import dev.edgewise.Routes;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.http.TestServer.Answer;
import dev.edgewise.http.Wire.Event;
import dev.edgewise.session.EngineListener;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of the command to interrupt.
 */
class InterruptHttpTests {

	private static final String ANSWER = "{\"type\":\"UserStoppedSpeaking\"}";

	private static final String NOTICE = "{\"type\":\"DTMFInput\",\"button\":\"1\"}";

	private static TestServer server;

	@BeforeAll
	static void start() {
		server = TestServer
			.with(Routes.on(UserStoppedSpeaking.class)
				.id("answer")
				.interruptOn(UserStartedSpeaking.class)
				.overlap(Overlap.PARALLEL)
				.maxConcurrency(8)
				.stream((event) -> Flux.concat(Flux.just("Hello, ", "world"), Flux.never()))
				.broadcast(),
					Routes.on(DTMFInput.class)
						.id("notice")
						.interruptOn(UserStartedSpeaking.class)
						.interruptible(false)
						.stream((event) -> Flux.concat(Flux.just("This call is recorded."), Flux.never()))
						.broadcast())
			.property("edgewise.session.events-per-second", 50)
			.source(Counting.class)
			.start();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@Test
	void interruptsEverythingWithoutABody() {
		String session = server.session();
		String generation = begin(session, ANSWER);
		try (Wire stream = server.stream(session + "/stream?after=0")) {
			stream.until((event) -> event.data().contains("world"));
			Answer answer = server.send("POST", session + "/interrupt", null);
			assertThat(answer.status()).isEqualTo(200);
			assertThat(answer.body()).isEqualTo("{\"sequence\":5,\"duplicate\":false,\"stopped\":[{\"generation\":\""
					+ generation
					+ "\",\"route\":\"answer\",\"delivered\":\"Hello, world\",\"heard\":\"Hello, world\"}],\"protected\":[]}");
			Event command = stream.event();
			assertThat(command.name()).isEqualTo("InterruptRequested");
			assertThat(command.json().propertyNames()).containsExactly("sequence", "at", "type", "force");
			Event interrupted = stream.event();
			assertThat(interrupted.name()).isEqualTo("AgentGenerationInterrupted");
			assertThat(interrupted.json().get("cause").asLong()).isEqualTo(5);
			assertThat(interrupted.json().get("generation").asString()).isEqualTo(generation);
		}
		assertThat(server.post(session + "/interrupt", "{}").json().get("stopped")).isEmpty();
	}

	@Test
	void tellsFirstThatThereIsNoSession() {
		String closed = server.session();
		server.send("DELETE", closed, null);
		for (String body : List.of("{\"route\":\"nobody\"}", "{\"generation\":\"nobody\"}", "{\"force\":1}")) {
			assertThat(server.post(closed + "/interrupt", body).problem()).isEqualTo("session-closed");
			assertThat(server.post("/v1/sessions/nobody/interrupt", body).problem()).isEqualTo("unknown-session");
		}
	}

	@Test
	void interruptsTheGenerationThatIsNamedAlone() {
		String session = server.session();
		String first = begin(session, ANSWER);
		String second = begin(session, ANSWER);
		JsonNode receipt = interrupt(session, "{\"generation\":\"" + second + "\",\"reason\":\"enough\"}").json();
		assertThat(receipt.get("stopped")).hasSize(1);
		assertThat(receipt.get("stopped").get(0).get("generation").asString()).isEqualTo(second);
		assertThat(server.get(session).json().get("generations").valueStream().map((each) -> each.get("id").asString()))
			.contains(first);
		assertThat(log(session)).contains("\"target\":\"" + second + "\",\"force\":false,\"reason\":\"enough\"");
	}

	@Test
	void interruptsTheGenerationsOfTheRouteThatIsNamed() {
		String session = server.session();
		String notice = begin(session, NOTICE);
		List<String> answers = List.of(begin(session, ANSWER), begin(session, ANSWER));
		JsonNode receipt = interrupt(session, "{\"route\":\"answer\"}").json();
		assertThat(receipt.get("stopped").valueStream().map((each) -> each.get("generation").asString()))
			.containsExactlyElementsOf(answers)
			.doesNotContain(notice);
		assertThat(receipt.get("protected")).isEmpty();
	}

	@Test
	void sparesWhatIsProtectedAndTellsWhyUnlessItIsForced() {
		String session = server.session();
		String notice = begin(session, NOTICE);
		try (Wire stream = server.stream(session + "/stream?after=0")) {
			stream.until("AgentResponse");
			JsonNode spared = interrupt(session, "{}").json();
			assertThat(spared.get("stopped")).isEmpty();
			assertThat(spared.get("protected")).hasToString("[{\"generation\":\"" + notice
					+ "\",\"route\":\"notice\",\"rule\":\"PROTECTED\",\"protection\":\"ROUTE\","
					+ "\"delivered\":\"This call is recorded.\",\"heard\":\"This call is recorded.\"}]");
			JsonNode forced = interrupt(session, "{\"force\":true}").json();
			assertThat(forced.get("stopped").get(0).get("generation").asString()).isEqualTo(notice);
			assertThat(forced.get("protected")).isEmpty();
		}
	}

	@Test
	void interruptsNothingIfTheGenerationIsUnknown() {
		String session = server.session();
		String generation = begin(session, ANSWER);
		for (String body : List.of("{\"generation\":\"none\"}", "{\"generation\":\"none\",\"route\":\"answer\"}",
				"{\"generation\":\"" + generation + "\",\"route\":\"notice\"}")) {
			Answer answer = interrupt(session, body);
			assertThat(answer.status()).isEqualTo(404);
			assertThat(answer.problem()).isEqualTo("unknown-generation");
			assertThat(body).contains("\"" + answer.json().get("generation").asString() + "\"");
		}
		assertThat(interrupt(session, "{\"generation\":\"" + generation + "\",\"route\":\"answer\"}").json()
			.get("stopped")).hasSize(1);
		assertThat(log(session)).containsOnlyOnce("InterruptRequested {");
	}

	@Test
	void refusesARouteThatThereIsNot() {
		Answer answer = interrupt(server.session(), "{\"route\":\"none\"}");
		assertThat(answer.status()).isEqualTo(422);
		assertThat(answer.problem()).isEqualTo("invalid-field");
		assertThat(answer.json().get("field").asString()).isEqualTo("route");
		assertThat(answer.json().get("allowed")).hasToString("[\"answer\",\"notice\"]");
	}

	@Test
	void refusesFieldsByNameAndTellsWhatIsExpected() {
		String session = server.session();
		begin(session, ANSWER);
		refuses(session, "{\"generation\":1}", "generation", "\"expected\":\"string\"");
		refuses(session, "{\"generation\":\"\"}", "generation", "\"expected\":\"string\"");
		refuses(session, "{\"route\":[]}", "route", "\"expected\":\"string\"");
		refuses(session, "{\"force\":\"true\"}", "force", "\"expected\":\"boolean\"");
		refuses(session, "{\"reason\":{}}", "reason", "\"expected\":\"string\"");
		refuses(session, "{\"reason\":\"" + "x".repeat(1_001) + "\"}", "reason", "\"maximum\":1000");
		refuses(session, "{\"id\":5}", "id", "\"expected\":\"string\"");
		refuses(session, "{\"all\":true}", "all", "\"allowed\":[\"force\",\"generation\",\"id\",\"reason\",\"route\"]");
		refuses(session, "[]", "body", "\"expected\":\"an object\"");
		assertThat(log(session)).doesNotContain("InterruptRequested");
		assertThat(interrupt(session,
				"{\"reason\":\"" + "x".repeat(1_000)
						+ "\",\"generation\":null,\"route\":null,\"force\":null,\"id\":null}")
			.json()
			.get("stopped")).hasSize(1);
	}

	private static void refuses(String session, String body, String field, String rest) {
		Answer answer = interrupt(session, body);
		assertThat(answer.status()).as(body).isEqualTo(422);
		assertThat(answer.problem()).isEqualTo("invalid-field");
		assertThat(answer.json().get("field").asString()).isEqualTo(field);
		assertThat(answer.body()).contains(rest);
	}

	@Test
	void carriesOutACommandOfTheSameIdOnce() {
		String session = server.session();
		String generation = begin(session, ANSWER);
		String command = "{\"generation\":\"" + generation + "\",\"id\":\"c1\"}";
		JsonNode first = interrupt(session, command).json();
		assertThat(first.get("stopped")).hasSize(1);
		begin(session, ANSWER);
		JsonNode again = interrupt(session, command).json();
		assertThat(again.get("duplicate").asBoolean()).isTrue();
		assertThat(again.get("sequence")).isEqualTo(first.get("sequence"));
		assertThat(again.get("stopped")).isEqualTo(first.get("stopped"));
		assertThat(log(session)).containsOnlyOnce("InterruptRequested {");
		for (String other : List.of("\"force\":true,", "\"reason\":\"x\",", "\"route\":\"answer\",")) {
			Answer conflict = interrupt(session, command.replace("{", "{" + other));
			assertThat(conflict.status()).as(other).isEqualTo(409);
			assertThat(conflict.problem()).isEqualTo("event-conflict");
		}
		assertThat(interrupt(session, "{\"id\":\"c1\"}").status()).isEqualTo(409);
	}

	@Test
	void tellsTheIdsOfEventsAndCommandsApart() {
		String session = server.session();
		server.post(session + "/events", "{\"type\":\"UserStoppedSpeaking\",\"id\":\"e1\"}");
		assertThat(interrupt(session, "{\"id\":\"e1\"}").problem()).isEqualTo("event-conflict");
		assertThat(interrupt(session, "{\"id\":\"c1\"}").status()).isEqualTo(200);
		assertThat(server.post(session + "/events", "{\"type\":\"UserStoppedSpeaking\",\"id\":\"c1\"}").problem())
			.isEqualTo("event-conflict");
	}

	@Test
	void refusesWhatItRefusesElsewhereToo() {
		assertThat(interrupt("/v1/sessions/none", "{}").problem()).isEqualTo("unknown-session");
		String session = server.session();
		String interrupt = session + "/interrupt";
		assertThat(server.post(interrupt, "{").problem()).isEqualTo("malformed-body");
		assertThat(server.post(interrupt, "{}", "Content-Type", "text/plain").status()).isEqualTo(415);
		assertThat(server.post(interrupt, " ".repeat(70_000) + "{}").status()).isEqualTo(413);
		Answer method = server.get(interrupt);
		assertThat(method.status()).isEqualTo(405);
		assertThat(method.header("Allow").split(",")).containsExactlyInAnyOrder("POST", "OPTIONS");
		server.send("DELETE", session, null);
		assertThat(interrupt(session, "{}").problem()).isEqualTo("session-closed");
	}

	@Test
	void limitsTheRateButNotWhatIsForced() {
		String session = server.session();
		Answer refused = null;
		for (int i = 0; i < 2_000 && refused == null; i++) {
			Answer answer = interrupt(session, "{}");
			refused = (answer.status() != 200) ? answer : null;
		}
		assertThat(refused).isNotNull();
		assertThat(refused.status()).isEqualTo(429);
		assertThat(refused.problem()).isEqualTo("event-rate");
		assertThat(Integer.parseInt(refused.header("Retry-After"))).isPositive();
		for (int i = 0; i < 5; i++) {
			assertThat(interrupt(session, "{\"force\":true}").status()).isEqualTo(200);
		}
	}

	@Test
	void countsWhatBecameOfCommands() {
		BlockingQueue<String> events = server.context.getBean(Counting.class).events;
		String session = server.session();
		events.clear();
		interrupt(session, "{\"id\":\"c\"}");
		interrupt(session, "{\"id\":\"c\"}");
		interrupt(session, "{\"id\":\"c\",\"force\":true}");
		interrupt(session, "{\"generation\":\"none\"}");
		interrupt(session, "{\"force\":1}");
		assertThat(events).containsExactly("InterruptRequested ACCEPTED", "InterruptRequested DUPLICATE",
				"InterruptRequested REFUSED", "InterruptRequested REFUSED", "unknown REFUSED");
	}

	private static String begin(String session, String event) {
		return server.post(session + "/events", event).json().get("started").get(0).asString();
	}

	private static Answer interrupt(String session, String body) {
		return server.post(session + "/interrupt", body);
	}

	/**
	 * All that a session has said so far.
	 */
	private static String log(String session) {
		long last = server.get(session).json().get("lastSequence").asLong();
		try (Wire stream = server.stream(session + "/stream?after=0")) {
			return stream.until((event) -> event.sequence() >= last)
				.stream()
				.map((event) -> event.name() + " " + event.data())
				.collect(Collectors.joining("\n"));
		}
	}

	static final class Counting implements EngineListener {

		final BlockingQueue<String> events = new LinkedBlockingQueue<>();

		@Override
		public void event(String type, EventOutcome outcome) {
			this.events.add(type + " " + outcome);
		}

	}

}
