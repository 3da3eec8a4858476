package dev.edgewise.server;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

import dev.edgewise.LogWatch;
import dev.edgewise.server.GuardedServer.Answer;
import dev.edgewise.server.GuardedServer.Open;
import dev.edgewise.server.SecurityProperties.Role;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.netty.ReactorNetty;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tickets for streams, which browsers need because their EventSource sends no headers.
 */
class TicketsTests {

	private static final String[] ALICE = GuardedServer.key(GuardedServer.ALICE);

	private static GuardedServer server;

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	@BeforeAll
	static void start() {
		System.setProperty(ReactorNetty.ACCESS_LOG_ENABLED, "true");
		server = new GuardedServer(GuardedServer.keys("--edgewise.security.ticket.ttl=3s"));
	}

	@AfterAll
	static void stop() {
		server.close();
		System.clearProperty(ReactorNetty.ACCESS_LOG_ENABLED);
	}

	@Test
	void opensTheStreamOnce() throws Exception {
		String session = server.open(ALICE);
		Answer issued = server.send("POST", "/v1/sessions/" + session + "/tickets", "", ALICE);
		assertThat(issued.status()).isEqualTo(201);
		assertThat(issued.json().propertyNames()).containsExactly("ticket", "expiresAt");
		assertThat(Instant.parse(issued.json().get("expiresAt").asString())).isBetween(Instant.now().minusSeconds(1),
				Instant.now().plusSeconds(4));
		String path = "/v1/sessions/" + session + "/stream?ticket=" + issued.json().get("ticket").asString();
		try (Open stream = server.start("GET", path, "")) {
			assertThat(stream.response().statusCode()).isEqualTo(200);
			assertThat(new String(stream.response().body().readNBytes(6), StandardCharsets.UTF_8)).isEqualTo("retry:");
			assertThat(server.send("GET", path, "").problem()).isEqualTo("unauthenticated");
		}
		assertThat(server.send("GET", path, "").status()).isEqualTo(401);
	}

	@Test
	void isNotInTheAddressThatIsLogged() {
		String session = server.open(ALICE);
		String path = "/v1/sessions/" + session + "/stream";
		String ticket = server.ticket(session, ALICE);
		// twice, encoded, and among others
		for (String query : List.of("ticket=" + ticket + "&ticket=" + ticket, "%74icket=" + ticket,
				"after=0&ticket=" + ticket + "&x=%20y", "ticket=" + server.ticket(session, ALICE))) {
			server.send("GET", path + "?" + query, "");
		}
		server.send("POST", path + "?ticket=" + ticket, "{}");
		await().untilAsserted(() -> assertThat(LogWatch.lines())
			.anyMatch((line) -> line.startsWith("reactor.netty.http.server.AccessLog") && line.contains(path))
			.anyMatch((line) -> line.startsWith("org.springframework.web")
					&& line.contains("GET \"" + path + "?after=0&x=%20y\""))
			.noneMatch((line) -> line.contains(ticket)));
	}

	@Test
	void opensNoOtherSessionNotEvenOfTheSameCaller() {
		String mine = server.open(ALICE);
		String other = server.open(ALICE);
		String ticket = server.ticket(mine, ALICE);
		assertThat(server.send("GET", "/v1/sessions/" + other + "/stream?ticket=" + ticket, "").problem())
			.isEqualTo("unauthenticated");
		assertThat(server.send("GET", "/v1/sessions/" + mine + "/stream?ticket=" + ticket, "").status())
			.as("it is used up")
			.isEqualTo(401);
	}

	@Test
	void opensNothingButAStream() {
		String session = server.open(ALICE);
		for (String path : new String[] { "", "/conversation", "/decisions", "/recording", "/streams" }) {
			assertThat(server
				.send("GET", "/v1/sessions/" + session + path + "?ticket=" + server.ticket(session, ALICE), "")
				.status()).as(path).isEqualTo(401);
		}
		assertThat(server
			.send("POST", "/v1/sessions/" + session + "/events?ticket=" + server.ticket(session, ALICE),
					"{\"type\":\"UserStartedSpeaking\"}")
			.status()).isEqualTo(401);
	}

	@Test
	void opensAStreamForAnOperatorsTicketToo() {
		String session = server.open(ALICE);
		String ticket = server.ticket(session, GuardedServer.key(GuardedServer.ROOT));
		assertThat(server.send("GET", "/v1/sessions/" + session + "/stream?ticket=" + ticket, "").status())
			.isEqualTo(200);
	}

	@Test
	void expires() {
		String session = server.open(ALICE);
		Answer issued = server.send("POST", "/v1/sessions/" + session + "/tickets", "", ALICE);
		Instant end = Instant.parse(issued.json().get("expiresAt").asString());
		await().atMost(Duration.ofSeconds(10)).until(() -> Instant.now().isAfter(end.plusMillis(50)));
		assertThat(server
			.send("GET", "/v1/sessions/" + session + "/stream?ticket=" + issued.json().get("ticket").asString(), "")
			.problem()).isEqualTo("unauthenticated");
	}

	@Test
	void isNotGivenOutForASessionThatIsNotOpen() {
		assertThat(
				server.send("POST", "/v1/sessions/none/tickets", "", GuardedServer.key(GuardedServer.ROOT)).problem())
			.isEqualTo("unknown-session");
		String session = server.open(ALICE);
		server.send("DELETE", "/v1/sessions/" + session, "", ALICE);
		assertThat(server.send("POST", "/v1/sessions/" + session + "/tickets", "", ALICE).problem())
			.isEqualTo("session-closed");
	}

	@Test
	void areBoundedInAllAndForEachCaller() throws Exception {
		Tickets tickets = new Tickets(new SecurityProperties.Ticket(Duration.ofSeconds(30), 150), this.time);
		Caller one = new Caller("one", Set.of(Role.CALLER));
		Caller two = new Caller("two", Set.of(Role.CALLER));
		for (int i = 0; i < 100; i++) {
			tickets.issue(one, "s");
		}
		assertThatExceptionOfType(Tickets.TooManyException.class).isThrownBy(() -> tickets.issue(one, "s"))
			.satisfies((refused) -> assertThat(refused.excess().max()).isEqualTo(100));
		for (int i = 0; i < 50; i++) {
			tickets.issue(two, "s");
		}
		assertThatExceptionOfType(Tickets.TooManyException.class).isThrownBy(() -> tickets.issue(two, "s"))
			.satisfies((refused) -> assertThat(refused.excess().max()).isEqualTo(150));
		this.time.advanceTimeBy(Duration.ofSeconds(30));
		String ticket = tickets.issue(one, "s").ticket();
		this.time.advanceTimeBy(Duration.ofMillis(29_999));
		assertThat(tickets.use(ticket, "s")).isEqualTo(new Caller("one", Set.of(Role.CALLER), "s"));
		String late = tickets.issue(two, "s").ticket();
		this.time.advanceTimeBy(Duration.ofSeconds(30));
		assertThat(tickets.use(late, "s")).isNull();
	}

}
