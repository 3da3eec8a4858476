package dev.edgewise.server;

import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import dev.edgewise.LogWatch;
import dev.edgewise.server.GuardedServer.Answer;
import dev.edgewise.web.HttpEdge;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.SpringBootVersion;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every endpoint and everybody who may come to it, over HTTP, once with callers that are
 * known by keys and once with those that are known by tokens.
 */
class AccessMatrixTests {

	/**
	 * Method, path and body; then what is answered to: nobody, a wrong key, an expired
	 * token, a token for somebody else, the session's caller, another caller, an
	 * operator, a scraper.
	 */
	private static final String MATRIX = """
			POST    /v1/sessions                  {}                 401 401 401 401 201 201 201 403
			POST    /v1/sessions                  {"id":"<s>"}       401 401 401 401 409 409 409 403
			OPTIONS /v1/sessions                  -                  401 401 401 401 200 200 200 403
			PUT     /v1/sessions/<s>              {}                 401 401 401 401 200 409 200 403
			PUT     /v1/sessions/<s>-new          {}                 401 401 401 401 201 201 201 403
			GET     /v1/sessions/<s>              -                  401 401 401 401 200 404 200 403
			HEAD    /v1/sessions/<s>              -                  401 401 401 401 200 404 200 403
			PATCH   /v1/sessions/<s>              {"policy":null}    401 401 401 401 200 404 200 403
			OPTIONS /v1/sessions/<s>              -                  401 401 401 401 200 404 200 403
			TRACE   /v1/sessions/<s>              -                  400 400 400 400 400 400 400 400
			DELETE  /v1/sessions/<s>              -                  401 401 401 401 204 404 204 403
			POST    /v1/sessions/<s>/events       <event>            401 401 401 401 202 404 202 403
			POST    /v1/sessions/<s>/events       <forced>           401 401 401 401 403 404 202 403
			POST    /v1/sessions/<s>/events       [<event>,<forced>] 401 401 401 401 403 404 202 403
			POST    /v1/sessions/<s>/events       {                  401 401 401 401 400 404 400 403
			POST    /v1/sessions/<s>/interrupt    {}                 401 401 401 401 200 404 200 403
			POST    /v1/sessions/<s>/interrupt    {"force":true}     401 401 401 401 403 404 200 403
			GET     /v1/sessions/<s>/decisions    -                  401 401 401 401 200 404 200 403
			HEAD    /v1/sessions/<s>/decisions    -                  401 401 401 401 200 404 200 403
			GET     /v1/sessions/<s>/conversation -                  401 401 401 401 200 404 200 403
			HEAD    /v1/sessions/<s>/conversation -                  401 401 401 401 200 404 200 403
			GET     /v1/sessions/<s>/recording    -                  401 401 401 401 200 404 200 403
			HEAD    /v1/sessions/<s>/recording    -                  401 401 401 401 200 404 200 403
			GET     /v1/sessions/<s>/stream       -                  401 401 401 401 200 404 200 403
			POST    /v1/sessions/<s>/stream       {}                 401 401 401 401 405 404 405 403
			POST    /v1/sessions/<s>/tickets      -                  401 401 401 401 201 404 201 403
			GET     /v1/sessions/<s>/tickets      -                  401 401 401 401 405 404 405 403
			GET     /v1/sessions/<s>/nothing      -                  401 401 401 401 404 404 404 403
			GET     /v1/sessions/nobodys          -                  401 401 401 401 404 404 404 403
			DELETE  /v1/sessions/nobodys          -                  401 401 401 401 404 404 404 403
			POST    /v1/events                    <event>            401 401 401 401 403 403 202 403
			GET     /v1/events                    -                  401 401 401 401 403 403 405 403
			GET     /v1/nothing                   -                  401 401 401 401 404 404 404 403
			GET     /nothing                      -                  401 401 401 401 404 404 404 403
			GET     /                             -                  401 401 401 401 404 404 404 403
			GET     /v3/api-docs                  -                  401 401 401 401 200 200 200 403
			GET     /actuator/health              -                  200 401 401 401 200 200 200 200
			GET     /actuator/health/liveness     -                  200 401 401 401 200 200 200 200
			GET     /actuator/info                -                  401 401 401 401 403 403 200 403
			GET     /actuator                     -                  401 401 401 401 403 403 200 403
			GET     /actuator/metrics             -                  401 401 401 401 403 403 200 403
			GET     /actuator/prometheus          -                  401 401 401 401 403 403 200 200
			GET     /actuator/sbom                -                  401 401 401 401 403 403 200 403
			GET     /actuator/edgewise            -                  401 401 401 401 403 403 200 403
			GET     /actuator/edgewisesessions    -                  401 401 401 401 403 403 200 403
			GET     /actuator/nothing             -                  401 401 401 401 404 404 404 403
			GET     /console                      -                  200 401 401 401 200 200 200 200
			HEAD    /console                      -                  200 401 401 401 200 200 200 200
			GET     /console/app.js               -                  200 401 401 401 200 200 200 200
			GET     /console/nothing.js           -                  404 401 401 401 404 404 404 404
			GET     /console/setup                -                  401 401 401 401 200 200 200 403
			POST    /console/setup                {}                 401 401 401 401 404 404 404 403
			""";

	private static final String EVENT = "{\"type\":\"UserTranscriptionReceived\",\"content\":\"swordfish at dawn\"}";

	private static final String FORCED = EVENT.replace("}", ",\"force\":true}");

	private static final String EXPIRED = GuardedServer.token("alice", "edgewise", Duration.ofMinutes(-5),
			List.of("caller"));

	private static final String MISSENT = GuardedServer.token("alice", "payroll", Duration.ofMinutes(5),
			List.of("caller", "operator"));

	private static final String WRONG = "wrong-" + GuardedServer.ALICE;

	private static final String[] TOKENS = { token("alice", List.of("caller")), token("bob", List.of("caller")),
			token("root", "operator"), token("scraper", "metrics") };

	private static final String[] KEYS = { GuardedServer.ALICE, GuardedServer.BOB, GuardedServer.ROOT,
			GuardedServer.SCRAPER };

	private static GuardedServer server;

	@BeforeAll
	static void start(@TempDir Path directory) throws IOException {
		List<String> arguments = new ArrayList<>(
				List.of(GuardedServer.keys("--management.endpoint.health.probes.enabled=true")));
		arguments.addAll(List.of(GuardedServer.tokens(directory)));
		server = new GuardedServer(arguments.toArray(String[]::new));
	}

	@AfterAll
	static void stop() {
		server.close();
		assertThat(LogWatch.lines()).as("what is searched for secrets")
			.anyMatch((line) -> line.contains("HTTP POST \"/v1/sessions\""))
			.anyMatch((line) -> line.startsWith("org.springframework.security"));
	}

	private static String token(String name, Object roles) {
		return GuardedServer.token(name, "edgewise", Duration.ofMinutes(5), roles);
	}

	static Stream<String> rows() {
		return MATRIX.lines();
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("rows")
	void answersEverybodyAsTheMatrixSays(String row) {
		String[] cells = row.split("\\s+");
		for (List<String[]> known : List.of(Arrays.stream(KEYS).map(GuardedServer::key).toList(),
				Arrays.stream(KEYS).map(GuardedServer::authorization).toList(),
				Arrays.stream(TOKENS).map(GuardedServer::bearer).toList())) {
			List<String[]> callers = List.of(new String[0], GuardedServer.key(WRONG), GuardedServer.bearer(EXPIRED),
					GuardedServer.bearer(MISSENT), known.get(0), known.get(1), known.get(2), known.get(3));
			List<String> statuses = new ArrayList<>();
			for (String[] caller : callers) {
				String session = server.open(known.get(0));
				Answer answer = server.send(cells[0], cells[1].replace("<s>", session), body(cells[2], session),
						caller);
				statuses.add(String.valueOf(answer.status()));
				assertIsCareful(cells[0], cells[1], answer);
				assertTellsNothingOfItself(answer, caller == known.get(2) || caller == known.get(3));
				server.send("DELETE", "/v1/sessions/" + session, "", known.get(0));
			}
			assertThat(statuses).as(row).containsExactly(Arrays.copyOfRange(cells, 3, cells.length));
		}
	}

	private static String body(String cell, String session) {
		return cell.equals("-") ? ""
				: cell.replace("<s>", session).replace("<event>", EVENT).replace("<forced>", FORCED);
	}

	private static void assertTellsNothingOfItself(Answer answer, boolean runsTheService) {
		if (!runsTheService) {
			assertThat(answer.body()).doesNotContain(SpringBootVersion.getVersion(), System.getProperty("user.dir"),
					System.getProperty("java.version"), "org.springframework", "dev.edgewise");
		}
	}

	private static void assertIsCareful(String method, String path, Answer answer) {
		assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
		assertThat(answer.header("X-Frame-Options")).isEqualTo("DENY");
		assertThat(answer.header("Referrer-Policy")).isEqualTo("no-referrer");
		assertThat(answer.header("Content-Security-Policy")).contains("default-src 'none'");
		assertThat(answer.header("Cache-Control")).contains("no-store");
		assertThat(answer.header("Server")).isEmpty();
		assertThat(answer.response().headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
		if (answer.status() >= 400 && !method.equals("HEAD")) {
			assertThat(answer.problem()).isNotEmpty();
			assertThat(answer.body()).doesNotContain("Exception", "\"path\"", "\"instance\"", "\"timestamp\"",
					"\"trace\"", "at org.", path);
		}
		if (answer.status() == 401) {
			assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
			assertThat(method.equals("HEAD") ? "unauthenticated" : answer.problem()).isEqualTo("unauthenticated");
		}
	}

	@Test
	void coversEveryEndpointOfTheEdge() {
		String routes = server.context.getBean(HttpEdge.class).routes().toString();
		assertThat(Pattern.compile("\\(([A-Z]+) && (/[^)]+)\\)").matcher(routes).results()).hasSizeGreaterThan(20)
			.allSatisfy((route) -> {
				String path = route.group(2).replace("{id}", "<s>");
				assertThat(MATRIX.lines().map((row) -> row.split("\\s+")))
					.anyMatch((row) -> row[1].equals(path) && (row[0].equals(route.group(1))
							// answered alike for all paths
							|| route.group(1).equals("OPTIONS")));
			});
	}

	@Test
	void saysOfAnothersSessionWhatItSaysOfOneThatIsNotThere() {
		for (String[] caller : List.of(GuardedServer.key(GuardedServer.BOB), GuardedServer.bearer(TOKENS[1]))) {
			for (String path : List.of("", "/stream", "/decisions", "/conversation", "/recording")) {
				String others = server.open(GuardedServer.key(GuardedServer.ALICE));
				String none = "n".repeat(others.length());
				Answer there = server.send("GET", "/v1/sessions/" + others + path, "", caller);
				Answer absent = server.send("GET", "/v1/sessions/" + none + path, "", caller);
				assertThat(there.problem()).isEqualTo("unknown-session");
				assertThat(there.body().replace(others, none)).isEqualTo(absent.body());
				assertThat(there.response().headers().map()).isEqualTo(absent.response().headers().map());
			}
		}
	}

	@Test
	void doesNotTellAnotherThatASessionIsClosed() {
		String session = server.open(GuardedServer.key(GuardedServer.ALICE));
		server.send("DELETE", "/v1/sessions/" + session, "", GuardedServer.key(GuardedServer.ALICE));
		String path = "/v1/sessions/" + session;
		assertThat(server.send("GET", path, "", GuardedServer.key(GuardedServer.ALICE)).problem())
			.isEqualTo("session-closed");
		assertThat(server.send("GET", path, "", GuardedServer.key(GuardedServer.BOB)).problem())
			.isEqualTo("unknown-session");
		assertThat(server.send("PUT", path, "", GuardedServer.key(GuardedServer.BOB)).problem())
			.isEqualTo("session-exists");
		assertThat(server
			.send("POST", "/v1/sessions", "{\"id\":\"" + session + "\"}", GuardedServer.key(GuardedServer.BOB))
			.problem()).isEqualTo("session-exists");
	}

	@Test
	void findsTheSessionBehindAnEncodedPath() {
		String session = server.open(GuardedServer.key(GuardedServer.ALICE));
		String encoded = "/v1/sessions/%" + Integer.toHexString(session.charAt(0)) + session.substring(1);
		assertThat(server.send("GET", encoded, "", GuardedServer.key(GuardedServer.ALICE)).status()).isEqualTo(200);
		assertThat(server.send("GET", encoded, "", GuardedServer.key(GuardedServer.BOB)).status()).isEqualTo(404);
		for (String odd : List.of("/v1/sessions/" + session + "/", "/v1/sessions/" + session + ";a=b",
				"/v1/x/../sessions/" + session, "/v1//sessions/" + session, "/V1/sessions/" + session)) {
			assertThat(server.send("GET", odd, "", GuardedServer.key(GuardedServer.BOB)).status()).as(odd)
				.isIn(400, 404);
		}
	}

	@Test
	void tellsCallersOfTheSameNameApartByWhereTheyAreFrom() {
		String session = server.open(GuardedServer.key(GuardedServer.ALICE));
		assertThat(server.send("GET", "/v1/sessions/" + session, "", GuardedServer.bearer(TOKENS[0])).status())
			.isEqualTo(404);
	}

	@Test
	void letsNobodyInByATokenThatSomebodyElseHasSignedOrThatNamesNobody() {
		String forged = GuardedServer.token(other(), "alice", "edgewise", Duration.ofMinutes(5), List.of("operator"));
		String nameless = GuardedServer.token(null, "edgewise", Duration.ofMinutes(5), List.of("operator"));
		String idle = GuardedServer.token("carol", "edgewise", Duration.ofMinutes(5), List.of("somethingelse"));
		String unsigned = TOKENS[2].substring(0, TOKENS[2].lastIndexOf('.') + 1);
		for (String token : List.of(forged, nameless, unsigned, "x", TOKENS[2] + "x")) {
			assertThat(server.send("POST", "/v1/sessions", "{}", GuardedServer.bearer(token)).status()).isEqualTo(401);
		}
		assertThat(server.send("POST", "/v1/sessions", "{}", GuardedServer.bearer(idle)).problem())
			.isEqualTo("forbidden");
	}

	private static KeyPair other() {
		try {
			return KeyPairGenerator.getInstance("RSA").generateKeyPair();
		}
		catch (NoSuchAlgorithmException ex) {
			throw new AssertionError(ex);
		}
	}

}
