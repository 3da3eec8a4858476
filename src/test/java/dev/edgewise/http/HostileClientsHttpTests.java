package dev.edgewise.http;

import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.edgewise.benchmark.Jvm;
import dev.edgewise.benchmark.Jvm.Answer;
import dev.edgewise.http.HonestCaller.Silence;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What clients with bad manners do to the service, and to who talks to it beside them.
 * <p>
 * The service has a JVM of its own, with the time-outs shortened and the heap bounded,
 * and all of this at once: while each crowd is there, an {@link HonestCaller} goes on
 * with a conversation of which nothing may be lost, and the service says that it is
 * ready; and when the service has rid itself of the crowd, which does not go by itself,
 * connections, sessions, streams, threads and memory are at their level again, and
 * nothing is in the log that would wake anybody.
 * <p>
 * Silence beside a crowd may take twice as long as before or after it, in the same run
 * and for as many interruptions; or {@value #UNHEARD} ms, at which people do not notice
 * it yet: on a machine of two cores, on which the crowd runs too, an undisturbed p99 of
 * three milliseconds is ten for no other reason than that somebody compiles. A crowd that
 * fails this comes again, {@value #MAX_ROUNDS} times in all; whatever else must hold must
 * hold each time.
 */
@Timeout(60)
class HostileClientsHttpTests {

	/** The goal that the dashboard holds silence against. */
	private static final int UNHEARD = 200;

	private static final int INTERRUPTIONS = 100;

	private static final int MAX_ROUNDS = 3;

	private static final int MAX_CONNECTIONS = 2_000;

	private static final Duration CUT = Duration.ofSeconds(15);

	private static final long HEAP_TOLERANCE = 8 << 20;

	/**
	 * Threads for cancels end when they have been idle for ten seconds, and the honest
	 * caller's interruptions go round them: some of those that a crowd has made stay as
	 * long as somebody talks.
	 */
	private static final int THREAD_TOLERANCE = 32;

	private static final String EVENT_STREAM = "Accept: text/event-stream";

	private static final String TALK = "{\"type\":\"DTMFInput\",\"button\":\"1\"}";

	private static Jvm victim;

	private static int port;

	private static HonestCaller honest;

	/** Silence since the last crowd has gone. */
	private static Silence calm;

	@BeforeAll
	static void start() {
		victim = Jvm.start(Victim.class, "-Xmx1g", "-XX:+ExitOnOutOfMemoryError", "-Dserver.netty.idle-timeout=2s",
				"-Dedgewise.connection.request-timeout=1s", "-Dedgewise.connection.max=" + MAX_CONNECTIONS,
				"-Dedgewise.stream.stall-timeout=1s", "-Dedgewise.stream.heartbeat=300ms",
				"-Dedgewise.session.idle-timeout=3s", "-Dedgewise.session.tombstone=500ms",
				"-Dedgewise.session.events-per-second=1000");
		Answer ports = victim.ask("ports");
		port = (int) ports.get("service");
		honest = new HonestCaller(port, (int) ports.get("management"));
		honest.listen(0, 2 * INTERRUPTIONS);
		calm = honest.listen(honest.turns(), INTERRUPTIONS);
	}

	@AfterAll
	static void stop() {
		honest.close();
		victim.close();
	}

	/**
	 * Has a crowd do its worst beside the honest caller, and again if silence was not
	 * soon enough: what others do on this machine is never to the service's advantage.
	 */
	private static void beside(String name, Attack attack) throws Exception {
		Rounds rounds = new Rounds(name);
		do {
			rounds.add(calm, round(attack), calm = honest.listen(honest.turns(), INTERRUPTIONS));
		}
		while (!rounds.isGood() && rounds.count < MAX_ROUNDS);
		assertThat(rounds.isGood()).as(rounds.told).isTrue();
	}

	/**
	 * Has a crowd do its worst once, and sees that all is as before when the service has
	 * got rid of it.
	 * @return the silence beside it
	 */
	private static Silence round(Attack attack) throws Exception {
		Answer level = victim.ask("census");
		Answer open = victim.ask("open");
		int turns = honest.turns();
		Silence beside;
		try (Crowd crowd = new Crowd(port)) {
			attack.by(crowd);
			await().atMost(CUT).untilAsserted(() -> {
				Answer now = victim.ask("open");
				for (String what : List.of("connections", "sessions", "streams")) {
					assertThat(now.get(what)).as(what).isLessThanOrEqualTo(open.get(what));
				}
			});
			// from the first of them to come to the last to be cut
			beside = honest.listen(turns, INTERRUPTIONS);
		}
		await().atMost(CUT).untilAsserted(() -> {
			Answer now = victim.ask("census");
			assertThat(now.get("heap")).as("heap").isLessThan(level.get("heap") + HEAP_TOLERANCE);
			assertThat(now.get("threads")).as("threads").isLessThanOrEqualTo(level.get("threads") + THREAD_TOLERANCE);
		});
		assertThat(victim.ask("open").get("errors")).as("errors in the log").isEqualTo(open.get("errors"));
		return beside;
	}

	@Test
	void cutsRequestsThatTrickle() throws Exception {
		ScheduledExecutorService drip = Executors.newSingleThreadScheduledExecutor();
		try {
			beside("requests that trickle", (crowd) -> {
				List<SocketChannel> slow = new ArrayList<>();
				for (int i = 0; i < 150; i++) {
					SocketChannel heads = crowd.connect();
					Crowd.push(heads, "POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
					slow.add(heads);
					SocketChannel bodies = crowd.connect();
					Crowd.push(bodies, "POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\n"
							+ "Content-Type: application/json\r\nContent-Length: 10000\r\n\r\n");
					slow.add(bodies);
					SocketChannel chunks = crowd.connect();
					Crowd.push(chunks, "POST /v1/nothing HTTP/1.1\r\nHost: localhost\r\n"
							+ "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2710\r\n");
					slow.add(chunks);
					// says nothing at all
					crowd.connect();
				}
				drip.scheduleAtFixedRate(() -> slow.forEach((member) -> Crowd.push(member, " ")), 0, 50,
						TimeUnit.MILLISECONDS);
			});
		}
		finally {
			drip.shutdownNow();
		}
	}

	@Test
	void cutsAThousandStreamsThatNobodyReads() throws Exception {
		beside("streams that nobody reads", (crowd) -> {
			try (Wire wire = Wire.connect(port, 0)) {
				for (int i = 0; i < 1_000; i++) {
					SocketChannel member = crowd.connect();
					Crowd.push(member, Crowd.request("POST", open(wire) + "/events", TALK, EVENT_STREAM));
				}
			}
		});
	}

	@Test
	void forgetsTenThousandSessionsThatWereLeft() throws Exception {
		beside("sessions that were left", (crowd) -> {
			List<Thread> openers = IntStream.range(0, 4).mapToObj((n) -> new Thread(() -> {
				try (Wire wire = Wire.connect(port, 0)) {
					for (int i = 0; i < 2_500; i++) {
						String session = open(wire);
						if (i % 10 == 0) {
							assertThat(post(wire, session + "/events",
									"{\"type\":\"UserTranscriptionReceived\",\"content\":\"Anybody there?\"}"))
								.isEqualTo(202);
						}
					}
				}
			})).toList();
			openers.forEach(Thread::start);
			for (Thread opener : openers) {
				opener.join();
			}
			assertThat(victim.ask("open").get("sessions")).isGreaterThan(1_000);
		});
	}

	@Test
	void refusesBodiesAndHeadersThatAreTooMuch() throws Exception {
		double meters = victim.ask("open").get("meters");
		beside("bodies and headers that are too much", (crowd) -> {
			String session;
			try (Wire wire = Wire.connect(port, 0)) {
				session = open(wire);
			}
			String events = session + "/events";
			for (int i = 0; i < 20; i++) {
				String body = " ".repeat(1 << 20);
				assertThat(crowd.provoke(Crowd.request("POST", events, body))).startsWith("HTTP/1.1 413 ");
				assertThat(crowd.provoke("POST " + events + " HTTP/1.1\r\nHost: localhost\r\n"
						+ "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
						+ "10000\r\n%s\r\n".formatted(" ".repeat(0x10000)).repeat(16) + "0\r\n\r\n"))
					.startsWith("HTTP/1.1 413 ");
				assertThat(crowd.provoke(Crowd.request("GET", session, "", "X-Large: " + "x".repeat(1 << 20))))
					.startsWith("HTTP/1.1 431 ");
				assertThat(crowd.provoke(Crowd.request("GET", session, "",
						IntStream.range(0, 10_000).mapToObj((n) -> "X-" + n + ": y").toArray(String[]::new))))
					.startsWith("HTTP/1.1 431 ");
				assertThat(crowd.provoke(Crowd.request("GET", session + "?" + "x".repeat(1 << 20), "")))
					.startsWith("HTTP/1.1 414 ");
			}
			try (Wire wire = Wire.connect(port, 0)) {
				for (String body : hostileBodies()) {
					assertThat(post(wire, events, body)).as(body.substring(0, Math.min(80, body.length())))
						.satisfiesAnyOf((status) -> assertThat(status).isEqualTo(202),
								(status) -> assertThat(status).isBetween(400, 499));
				}
				for (int i = 0; i < 500; i++) {
					wire.request("HTTP/1.1", "M" + i, "/v1/sessions", (String) null);
					wire.rest();
					wire.request("HTTP/1.1", "GET", "/path/" + i, (String) null);
					wire.rest();
					assertThat(post(wire, events, "{\"type\":\"T" + i + "\"}")).isEqualTo(422);
				}
			}
		});
		assertThat(victim.ask("open").get("meters")).as("meters").isLessThan(meters + 100);
	}

	private static List<String> hostileBodies() {
		String custom = "{\"type\":\"CustomReceived\",\"metadata\":%s}";
		List<String> bodies = new ArrayList<>();
		for (int depth : new int[] { 100, 400, 600, 10_000 }) {
			bodies.add(custom.formatted("{\"a\":".repeat(depth) + "1" + "}".repeat(depth)));
			bodies.add(custom.formatted("{\"a\":" + "[".repeat(depth) + "]".repeat(depth) + "}"));
			bodies.add("[".repeat(depth));
		}
		for (String number : new String[] { "1e999999999", "-1e-999999999", "9".repeat(900), "9".repeat(60_000),
				"0." + "9".repeat(60_000), "1" + "0".repeat(50_000) + "e-50000" }) {
			bodies.add(custom.formatted("{\"a\":" + number + "}"));
			bodies.add("{\"type\":\"UserTranscriptionReceived\",\"content\":\"x\",\"confidence\":" + number + "}");
			bodies.add("{\"type\":" + number + "}");
		}
		bodies.add(custom.formatted("{\"" + "k".repeat(60_000) + "\":1}"));
		bodies.add(custom.formatted("{\"a\":\"" + "\\u0000".repeat(10_000) + "\"}"));
		bodies.add(custom.formatted("{"
				+ IntStream.range(0, 6_000).mapToObj((n) -> "\"f" + n + "\":" + n % 10).collect(Collectors.joining(","))
				+ "}"));
		// names of one hash code
		bodies.add(custom.formatted("{" + IntStream.range(0, 1 << 11)
			.mapToObj((n) -> IntStream.range(0, 11)
				.mapToObj((bit) -> ((n >> bit & 1) == 0) ? "Aa" : "BB")
				.collect(Collectors.joining("", "\"", "\":0")))
			.collect(Collectors.joining(",")) + "}"));
		bodies.add("{" + "\"type\":\"CustomReceived\",".repeat(2_000) + "\"metadata\":{}}");
		bodies.add("[" + "{},".repeat(10_000) + "{}]");
		bodies.add("{\"type\":\"" + "T".repeat(60_000) + "\"}");
		bodies.add("{\"type\":\"CustomReceived\",\"metadata\":{},\"id\":\"" + "i".repeat(60_000) + "\"}");
		return bodies;
	}

	@Test
	void closesConnectionsBeyondTheMost() throws Exception {
		beside("connections beyond the most", (crowd) -> {
			for (int i = 0; i < MAX_CONNECTIONS; i++) {
				crowd.connect();
			}
			// they are taken in by several threads, so a later one may be in before they
			// are
			await().until(() -> crowd.provoke(Crowd.request("GET", "/v1/sessions/nobody", "")).isEmpty());
		});
	}

	@Test
	void bearsAClientThatReconnectsInALoop() throws Exception {
		beside("a client that reconnects in a loop", (crowd) -> {
			String session;
			try (Wire wire = Wire.connect(port, 0)) {
				session = open(wire);
			}
			for (int i = 0; i < 1_000; i++) {
				SocketChannel member = crowd.connect();
				Crowd.push(member, Crowd.request("GET", session + "/stream", "", "Last-Event-ID: " + i));
				if (i % 4 == 0) {
					Crowd.reset(member);
				}
				else {
					member.close();
				}
			}
		});
	}

	@Test
	void cutsConnectionsThatAreHalfOpen() throws Exception {
		beside("connections that are half open", (crowd) -> {
			try (Wire wire = Wire.connect(port, 0)) {
				for (int i = 0; i < 100; i++) {
					String session = open(wire);
					SocketChannel answered = crowd.connect();
					Crowd.push(answered, Crowd.request("POST", session + "/events", TALK, EVENT_STREAM));
					SocketChannel streaming = crowd.connect();
					Crowd.push(streaming, Crowd.request("GET", session + "/stream?after=0", ""));
					SocketChannel posting = crowd.connect();
					Crowd.push(posting,
							Crowd.request("POST", session + "/events", TALK).replaceFirst("(?s)\\{.*", "{"));
					if (i % 2 == 0) {
						Crowd.reset(answered);
						Crowd.reset(streaming);
						Crowd.reset(posting);
					}
					else {
						// the other side's end is never answered
						streaming.shutdownOutput();
					}
				}
			}
		});
	}

	@Test
	void refusesWhatIsNotHttp() throws Exception {
		Random random = new Random(4711);
		beside("what is not HTTP", (crowd) -> {
			for (int i = 0; i < 100; i++) {
				byte[] garbage = new byte[1 << random.nextInt(16)];
				random.nextBytes(garbage);
				assertThat(crowd.provoke(garbage)).doesNotContain("<silence>", " 500 ", " 200 ");
			}
			for (String text : List.of("GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /\r\n\r\n",
					"GET / HTTP/1.1\r\nHost: x\r\nNo colon\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nA\u0000: b\r\n\r\n",
					"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
					"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
					"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
					"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"
							+ "zz\r\n",
					"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
							+ "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\nzz\r\n",
					"GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
					"TRACE /v1/sessions HTTP/1.1\r\nHost: x\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
					"CONNECT evil:80 HTTP/1.1\r\nHost: x\r\n\r\n")) {
				assertThat(crowd.provoke(text)).as(text).matches("(?s)HTTP/\\d\\.\\d 4\\d\\d .*");
			}
			assertThat(victim.ask("open").get("sessions")).as("sessions").isEqualTo(1);
		});
	}

	@Test
	void boundsWhatIsPipelinedBehindAStream() throws Exception {
		beside("requests behind a stream", (crowd) -> {
			String requests = Crowd.request("GET", "/v1/sessions/nobody", "").repeat(1_000);
			double level = memory();
			try (Wire wire = Wire.connect(port, 0)) {
				for (int i = 0; i < 50; i++) {
					SocketChannel member = crowd.connect();
					Crowd.push(member, Crowd.request("GET", open(wire) + "/stream", ""));
					for (int n = 0; n < 100 && Crowd.push(member, requests) == requests.length(); n++) {
						// as much as the kernels take
					}
				}
			}
			assertThat(memory()).isLessThan(level + (32 << 20));
		});
	}

	@Test
	void cutsClientsThatDoNotReadTheirAnswers() throws Exception {
		beside("answers that nobody reads", (crowd) -> {
			String session;
			try (Wire wire = Wire.connect(port, 0)) {
				session = open(wire);
				String said = "{\"type\":\"UserTranscriptionReceived\",\"content\":\"%s\"}"
					.formatted("x".repeat(60_000));
				for (int i = 0; i < 16; i++) {
					assertThat(post(wire, session + "/events", said)).isEqualTo(202);
				}
			}
			double level = memory();
			String requests = Crowd.request("GET", session + "/conversation", "").repeat(5);
			for (int i = 0; i < 20; i++) {
				Crowd.push(crowd.connect(), requests);
			}
			// at most what they are owed, a megabyte each
			assertThat(memory()).isLessThan(level + (128 << 20));
		});
	}

	/**
	 * The bytes that the service uses.
	 */
	private static double memory() {
		Answer census = victim.ask("census");
		return census.get("heap") + census.get("direct");
	}

	/**
	 * Opens a session and returns its path.
	 */
	private static String open(Wire wire) {
		wire.request("HTTP/1.1", "POST", "/v1/sessions", "{}", "Content-Type: application/json");
		String answer = wire.rest();
		assertThat(wire.status()).as(answer).isEqualTo(201);
		return wire.headers().get("location");
	}

	private static int post(Wire wire, String path, String body) {
		wire.request("HTTP/1.1", "POST", path, body, "Content-Type: application/json");
		wire.rest();
		return wire.status();
	}

	/**
	 * The rounds of a scenario.
	 */
	private static final class Rounds {

		private final String told;

		private int count;

		private boolean good;

		Rounds(String name) {
			this.told = "silence beside " + name;
		}

		void add(Silence before, Silence beside, Silence after) {
			this.count++;
			this.good = beside.p99() <= Math.max(UNHEARD, 2 * Math.max(before.p99(), after.p99()));
			System.out.printf("%s (median/p99): %s; before %s, after %s%n", this.told, beside, before, after);
		}

		boolean isGood() {
			return this.good;
		}

	}

	/**
	 * What a crowd does.
	 */
	private interface Attack {

		void by(Crowd crowd) throws Exception;

	}

}
