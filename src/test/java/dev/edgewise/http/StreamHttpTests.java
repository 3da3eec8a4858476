package dev.edgewise.http;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import dev.edgewise.Interruption;
import dev.edgewise.Routes;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.http.Wire.Event;
import dev.edgewise.session.EngineListener;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of streams, to the letter of the WHATWG text.
 */
class StreamHttpTests {

	private static final String HI = "{\"type\":\"UserTranscriptionReceived\",\"content\":\"hi\"}";

	private static final String FOREVER = "{\"type\":\"UserStoppedSpeaking\"}";

	private static final String CUT = "{\"type\":\"UserStartedSpeaking\"}";

	private static final BlockingQueue<Interruption> interruptions = new LinkedBlockingQueue<>();

	private static TestServer server;

	@BeforeAll
	static void start() {
		server = TestServer
			.with(Routes.on(UserTranscriptionReceived.class)
				.id("answer")
				.stream((event) -> Flux.just("Hello", " there\nand \"there\""))
				.broadcast(),
					Routes.on(UserStoppedSpeaking.class)
						.id("forever")
						.interruptOn(UserStartedSpeaking.class)
						.onInterrupt(interruptions::add)
						.stream((event) -> Flux.concat(Flux.just("one"), Flux.never()))
						.broadcast())
			.property("edgewise.session.log.frames", 64)
			.start();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@BeforeEach
	void forget() {
		interruptions.clear();
	}

	@Test
	void answersEventsWithTheirOwnStream() {
		String session = server.session();
		try (Wire wire = server.converse(session, HI)) {
			assertThat(wire.status()).isEqualTo(200);
			assertThat(wire.headers()).containsEntry("content-type", "text/event-stream")
				.containsEntry("cache-control", "no-store, no-transform")
				.containsEntry("x-accel-buffering", "no")
				.containsEntry("transfer-encoding", "chunked");
			String text = wire.rest();
			String at = "\"at\":\"[-0-9]{10}T[:0-9]{8}\\.\\d{3}Z\"";
			String run = "\"generation\":\"[^\"]+\",\"route\":\"answer\"";
			assertThat(text).matches("retry:1000\\n:\\n"
					+ "id:1\\nevent:UserTranscriptionReceived\\ndata:\\{\"sequence\":1," + at
					+ ",\"type\":\"UserTranscriptionReceived\",\"content\":\"hi\"}\\n\\n"
					+ "id:2\\nevent:AgentGenerationStarted\\ndata:\\{\"sequence\":2," + at
					+ ",\"type\":\"AgentGenerationStarted\"," + run + "}\\n\\n"
					+ "id:3\\nevent:AgentResponse\\ndata:\\{\"sequence\":3," + at + ",\"type\":\"AgentResponse\"," + run
					+ ",\"content\":\"Hello\"}\\n\\n" + "id:4\\nevent:AgentResponse\\ndata:\\{\"sequence\":4," + at
					+ ",\"type\":\"AgentResponse\"," + run + ",\"content\":\" there\\\\nand \\\\\"there\\\\\"\"}\\n\\n"
					+ "id:5\\nevent:AgentGenerationComplete\\ndata:\\{\"sequence\":5," + at
					+ ",\"type\":\"AgentGenerationComplete\"," + run + "}\\n\\n");
		}
	}

	@Test
	void endsTheStreamOfEventsThatStartNothingAtOnce() {
		String session = server.session();
		try (Wire wire = server.converse(session, "[" + CUT + "," + CUT + "]")) {
			assertThat(wire.events()).extracting(Event::sequence).containsExactly(1L, 2L);
		}
	}

	@Test
	void keepsTheConnectionForTheNextRequest() {
		String session = server.session();
		try (Wire wire = server.converse(session, HI)) {
			wire.rest();
			wire.request("HTTP/1.1", "GET", session, (byte[]) null);
			assertThat(wire.status()).isEqualTo(200);
			assertThat(wire.rest()).contains("\"lastSequence\":5");
			wire.request("HTTP/1.1", "GET", session + "/stream?after=2", (byte[]) null);
			assertThat(wire.event().sequence()).isEqualTo(3);
		}
	}

	@Test
	void namesTheTypeOfStreamsAmongOthersButNotByAWildcard() {
		String session = server.session();
		assertThat(server.post(session + "/events", CUT, "Accept", "*/*").status()).isEqualTo(202);
		assertThat(server.post(session + "/events", CUT, "Accept", "text/*").status()).isEqualTo(202);
		assertThat(server.post(session + "/events", CUT, "Accept", "nonsense").status()).isEqualTo(202);
		assertThat(server.post(session + "/events", CUT, "Accept", "application/json, text/event-stream;q=0").status())
			.isEqualTo(202);
		for (String accept : List.of("application/json, text/event-stream", "nonsense, text/event-stream;q=0.1")) {
			assertThat(server.post(session + "/events", CUT, "Accept", accept).status()).as(accept).isEqualTo(200);
		}
	}

	@Test
	void streamsFromNowOnWhateverTheClientAccepts() {
		String session = server.session();
		server.post(session + "/events", CUT);
		try (Wire wire = server.stream(session + "/stream", "Accept: application/json")) {
			assertThat(wire.status()).isEqualTo(200);
			server.post(session + "/events", CUT);
			assertThat(wire.event().sequence()).isEqualTo(2);
		}
	}

	@Test
	void goesOnAfterAPositionAndTheHeaderWins() {
		String session = server.session();
		for (int i = 0; i < 5; i++) {
			server.post(session + "/events", CUT);
		}
		try (Wire wire = server.stream(session + "/stream?after=1", "Last-Event-ID: 3")) {
			assertThat(wire.event().sequence()).isEqualTo(4);
		}
		try (Wire wire = server.stream(session + "/stream?after=1")) {
			assertThat(wire.event().sequence()).isEqualTo(2);
		}
	}

	@Test
	void refusesPositionsThatAreNone() {
		String session = server.session();
		for (String after : List.of("x", "-1", "", "1.5", "99999999999999999999", "1&after=2", "%D9%A1")) {
			TestServer.Answer answer = server.get(session + "/stream?after=" + after);
			assertThat(answer.status()).as(after).isEqualTo(400);
			assertThat(answer.problem()).isEqualTo("invalid-parameter");
			assertThat(answer.json().get("field").asString()).isEqualTo("after");
		}
		assertThat(server.get(session + "/stream?after=1", "Last-Event-ID", "x").json().get("field").asString())
			.isEqualTo("Last-Event-ID");
	}

	@Test
	void tellsOfFramesThatHaveLeftTheLog() {
		String session = server.session();
		for (int i = 0; i < 2; i++) {
			server.post(session + "/events", "[" + (CUT + ",").repeat(59) + CUT + "]");
		}
		try (Wire wire = server.stream(session + "/stream?after=10")) {
			Event gap = wire.event();
			assertThat(gap.name()).isEqualTo("StreamGap");
			assertThat(gap.json().get("from").asLong()).isEqualTo(11);
			assertThat(gap.json().get("to").asLong()).isEqualTo(gap.sequence());
			assertThat(wire.event().sequence()).isEqualTo(gap.sequence() + 1);
		}
		try (Wire wire = server.stream(session + "/stream?after=5000")) {
			assertThat(wire.event().name()).isEqualTo("StreamGap");
			server.post(session + "/events", CUT);
			assertThat(wire.event().sequence()).isEqualTo(121);
		}
	}

	@Test
	void endsWithTheSessionAndAnswersTheReconnectWithNoContent() {
		String session = server.session();
		try (Wire wire = server.stream(session + "/stream?after=0")) {
			server.post(session + "/events", CUT);
			server.send("DELETE", session, null);
			List<Event> events = wire.events();
			assertThat(events).extracting(Event::name).containsExactly("UserStartedSpeaking", "SessionClosed");
			String last = events.get(1).id();
			TestServer.Answer again = server.get(session + "/stream", "Last-Event-ID", last);
			assertThat(again.status()).isEqualTo(204);
			assertThat(again.body()).isEmpty();
			assertThat(server.get(session + "/stream").problem()).isEqualTo("session-closed");
		}
		try (Wire wire = server.stream(session + "/stream?after=0")) {
			assertThat(wire.events()).extracting(Event::name).containsExactly("UserStartedSpeaking", "SessionClosed");
		}
	}

	@Test
	void beatsWhenIdleWithoutABlankLine() {
		try (TestServer own = TestServer.with().property("edgewise.stream.heartbeat", "100ms").start();
				Wire wire = own.stream(own.session() + "/stream")) {
			assertThat(wire.line()).isEqualTo("retry:1000\n");
			assertThat(wire.line()).isEqualTo(":\n");
			assertThat(wire.line()).isEqualTo(": \n");
			assertThat(wire.line()).isEqualTo(": \n");
		}
	}

	@Test
	void noticesAtOnceThatAClientHasGone() throws Exception {
		String session = server.session();
		Wire wire = server.converse(session, FOREVER);
		wire.until((event) -> event.data().contains("one"));
		wire.close();
		// long before a heartbeat would fail
		Interruption interruption = interruptions.poll(5, TimeUnit.SECONDS);
		assertThat(interruption).isNotNull();
		assertThat(interruption.reason()).isEqualTo(Interruption.Reason.CLIENT_DISCONNECTED);
		assertThat(interruption.delivered()).isEqualTo("one");
	}

	@Test
	void interruptsNobodyWhenAPlainStreamIsClosed() throws Exception {
		String session = server.session();
		server.post(session + "/events", FOREVER);
		Wire wire = server.stream(session + "/stream?after=0");
		wire.until((event) -> event.data().contains("one"));
		wire.close();
		JsonNode cut = server.post(session + "/events", CUT).json();
		assertThat(cut.get("interrupted")).hasSize(1);
		assertThat(interruptions.poll(5, TimeUnit.SECONDS).reason()).isEqualTo(Interruption.Reason.EVENT);
	}

	@Test
	void replaysADuplicateFromItsFirstFrame() {
		String session = server.session();
		String body = "{\"type\":\"UserTranscriptionReceived\",\"content\":\"hi\",\"id\":\"e1\"}";
		List<Event> first;
		try (Wire wire = server.converse(session, body)) {
			first = wire.events();
		}
		try (Wire wire = server.converse(session, body)) {
			assertThat(wire.events()).isEqualTo(first).hasSize(5);
		}
	}

	@Test
	void showsClientsEventsToEveryStream() {
		String session = server.session();
		try (Wire one = server.stream(session + "/stream"); Wire other = server.stream(session + "/stream")) {
			server.post(session + "/events", "{\"type\":\"CustomReceived\",\"metadata\":{\"a\":1},\"id\":\"e\"}");
			Event event = one.event();
			assertThat(event).isEqualTo(other.event());
			assertThat(event.json().propertyNames()).containsExactly("sequence", "at", "type", "metadata");
		}
	}

	@Test
	void servesOldAndClosingClients() {
		String session = server.session();
		try (Wire wire = Wire.connect(server.port, 0)) {
			wire.request("HTTP/1.0", "POST", session + "/events", HI, "Accept: text/event-stream",
					"Content-Type: application/json");
			assertThat(wire.status()).isEqualTo(200);
			assertThat(wire.headers()).doesNotContainKey("transfer-encoding");
			assertThat(wire.events()).hasSize(5);
		}
		try (Wire wire = Wire.send(server.port, "POST", session + "/events", HI, "Accept: text/event-stream",
				"Content-Type: application/json", "Connection: close")) {
			assertThat(wire.events()).hasSize(5);
		}
	}

	@Test
	void splitsAResponseWhoseOwnTurnIsCutByAnother() {
		String session = server.session();
		try (Wire wire = server.converse(session, FOREVER)) {
			wire.until((event) -> event.data().contains("one"));
			server.post(session + "/events", CUT);
			List<Event> rest = wire.events();
			assertThat(rest).extracting(Event::name)
				.containsExactly("UserStartedSpeaking", "AgentGenerationInterrupted");
			assertThat(rest.get(1).json().get("reason").asString()).isEqualTo("EVENT");
			assertThat(rest.get(1).json().get("cause").asLong()).isEqualTo(rest.get(0).sequence());
		}
	}

	@Test
	void tellsWhenTheInterruptedFrameHasBeenWritten() throws Exception {
		try (TestServer own = TestServer
			.with(Routes.on(UserStoppedSpeaking.class)
				.id("forever")
				.interruptOn(UserStartedSpeaking.class)
				.stream((event) -> Flux.never())
				.broadcast())
			.source(Listening.class)
			.start()) {
			String session = own.session();
			try (Wire wire = own.converse(session, FOREVER)) {
				wire.until("AgentGenerationStarted");
				own.post(session + "/events", CUT);
				wire.until("AgentGenerationInterrupted");
				assertThat(own.context.getBean(Listening.class).silent.poll(5, TimeUnit.SECONDS)).isEqualTo("forever");
			}
		}
	}

	@Test
	void endsStreamsCleanlyWhenTheServerStops() {
		TestServer own = TestServer
			.with(Routes.on(UserStoppedSpeaking.class).stream((event) -> Flux.never()).broadcast())
			.property("server.shutdown", "graceful")
			.property("edgewise.shutdown.grace", "100ms")
			.start();
		String session = own.session();
		try (Wire wire = own.converse(session, FOREVER); Wire plain = own.stream(session + "/stream")) {
			wire.until("AgentGenerationStarted");
			long begin = System.nanoTime();
			own.close();
			assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin)).isLessThan(10);
			assertThat(plain.events()).extracting(Event::name)
				.containsExactly("AgentGenerationInterrupted", "SessionClosed");
			assertThat(wire.until("AgentGenerationInterrupted")).hasSize(1);
		}
	}

	@Test
	void speaksHttp2InTheClear() throws Exception {
		try (TestServer own = TestServer
			.with(Routes.on(DTMFInput.class).stream((event) -> Flux.range(0, 500).map(String::valueOf)).broadcast())
			.property("server.http2.enabled", true)
			.start()) {
			String session = own.session();
			HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
			// upgrades the connection, which a request with a body would not
			client.send(HttpRequest.newBuilder(own.uri(session)).build(), HttpResponse.BodyHandlers.discarding());
			HttpResponse<String> response = client.send(HttpRequest.newBuilder(own.uri(session + "/events"))
				.header("Accept", "text/event-stream")
				.header("Content-Type", "application/json")
				.POST(HttpRequest.BodyPublishers.ofString("{\"type\":\"DTMFInput\",\"button\":\"1\"}"))
				.build(), HttpResponse.BodyHandlers.ofString());
			assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
			assertThat(response.body().lines().filter((line) -> line.startsWith("id:")))
				.containsExactlyElementsOf(LongStream.rangeClosed(1, 503).mapToObj((id) -> "id:" + id).toList());
		}
	}

	static final class Listening implements EngineListener {

		final BlockingQueue<String> silent = new LinkedBlockingQueue<>();

		@Override
		public void silent(String route, Duration latency) {
			this.silent.add(route);
		}

	}

}
