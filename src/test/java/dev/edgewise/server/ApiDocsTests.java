package dev.edgewise.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import dev.edgewise.http.JsonSchema;
import dev.edgewise.server.GuardedServer.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the OpenAPI document says of a service that knows its callers, held against it.
 */
class ApiDocsTests {

	private static final Path COMMITTED = Path.of("src/docs/openapi.json");

	private static final Set<String> PROBLEMS = Set.of("unauthenticated", "forbidden", "caller-limit", "unverifiable");

	private static final String[] NOBODY = {};

	private static final String[] ALICE = GuardedServer.key(GuardedServer.ALICE);

	private static final String[] SCRAPER = GuardedServer.key(GuardedServer.SCRAPER);

	private static final String SPEAKS = "{\"type\":\"UserStartedSpeaking\"}";

	private final JsonNode document = read();

	private final JsonSchema schemas = new JsonSchema(this.document);

	/** Operations, statuses and problems that have been seen. */
	private final Set<String> seen = new TreeSet<>();

	private static JsonNode read() {
		try {
			return JsonMapper.shared().readTree(Files.readString(COMMITTED));
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

	@Test
	void isServedAsItIsCommitted() throws IOException {
		try (GuardedServer server = new GuardedServer(GuardedServer.keys())) {
			assertThat(server.send("GET", "/v3/api-docs", "", ALICE).body()).isEqualTo(Files.readString(COMMITTED));
		}
	}

	@Test
	void everyAnswerToCallersIsAsItSaysAndEveryoneThatItNamesIsGiven() throws IOException {
		try (GuardedServer server = new GuardedServer(GuardedServer.keys("--edgewise.security.caller.sessions=2",
				"--edgewise.security.caller.events-per-second=1", "--edgewise.security.caller.streams=1"))) {
			for (String operation : operations()) {
				see(operation, "s", 401, server, "", NOBODY);
				see(operation, "s", 403, server, "", SCRAPER);
			}
			server.send("PUT", "/v1/sessions/s", "", ALICE);
			server.send("PUT", "/v1/sessions/gone", "", ALICE);
			server.send("DELETE", "/v1/sessions/gone", "", ALICE);
			tickets(server);
			limits(server);
		}
		try (GuardedServer server = new GuardedServer(unreachable("jwk-set-uri"))) {
			for (String operation : operations()) {
				see(operation, "s", 503, server, "", token());
			}
		}
		assertThat(this.seen).containsExactlyElementsOf(named());
	}

	private void tickets(GuardedServer server) {
		String operation = "POST /sessions/{id}/tickets";
		see(operation, "s", 201, server, "", ALICE);
		see(operation, "none", 404, server, "", ALICE);
		see(operation, "gone", 410, server, "", ALICE);
		for (int i = 0; i < 99; i++) {
			server.ticket("s", ALICE);
		}
		see(operation, "s", 429, server, "", ALICE);
	}

	private void limits(GuardedServer server) throws IOException {
		server.open(ALICE);
		see("POST /sessions", "", 429, server, "{}", ALICE);
		see("PUT /sessions/{id}", "third", 429, server, "{}", ALICE);
		server.send("POST", "/v1/sessions/s/events", "[" + SPEAKS + "," + SPEAKS + "]", ALICE);
		see("POST /sessions/{id}/events", "s", 429, server, "[" + SPEAKS + "," + SPEAKS + "]", ALICE);
		for (int i = 0; i < 20 && !this.seen.contains("POST /sessions/{id}/interrupt 429 caller-limit"); i++) {
			Answer answer = server.send("POST", "/v1/sessions/s/interrupt", "{}", ALICE);
			if (answer.status() == 429) {
				check("POST /sessions/{id}/interrupt", answer);
			}
		}
		try (GuardedServer.Open stream = server.start("GET", "/v1/sessions/s/stream", "", ALICE)) {
			assertThat(stream.response().statusCode()).isEqualTo(200);
			see("GET /sessions/{id}/stream", "s", 429, server, "", ALICE);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "jwk-set-uri", "issuer-uri" })
	void tellsWhenToTryAgainWhileTheKeysOfTheIssuerCannotBeHad(String property) throws IOException {
		try (GuardedServer server = new GuardedServer(unreachable(property))) {
			Answer answer = server.send("POST", "/v1/sessions", "{}", token());
			assertThat(answer.status()).isEqualTo(503);
			assertThat(answer.problem()).isEqualTo("unverifiable");
			assertThat(answer.header("Retry-After")).isEqualTo("5");
			assertThat(server.send("POST", "/v1/sessions", "{}").status()).as("nobody").isEqualTo(401);
			assertThat(server.send("GET", "/actuator/health", "").status()).isEqualTo(200);
		}
	}

	@Test
	void waitsForTheKeysOfTheIssuerNoLongerThanFiveSeconds() throws IOException {
		try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
				GuardedServer server = new GuardedServer(
						"--spring.security.oauth2.resourceserver.jwt.jwk-set-uri=http://127.0.0.1:"
								+ silent.getLocalPort() + "/keys")) {
			long start = System.nanoTime();
			assertThat(server.send("POST", "/v1/sessions", "{}", token()).problem()).isEqualTo("unverifiable");
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofSeconds(4),
					Duration.ofSeconds(15));
		}
	}

	private static String unreachable(String property) throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return "--spring.security.oauth2.resourceserver.jwt." + property + "=http://127.0.0.1:"
					+ socket.getLocalPort() + "/keys";
		}
	}

	private static String[] token() {
		return GuardedServer
			.bearer(GuardedServer.token("alice", "edgewise", Duration.ofMinutes(5), List.of("operator")));
	}

	private void see(String operation, String session, int status, GuardedServer server, String body,
			String... caller) {
		String[] parts = operation.split(" ");
		Answer answer = server.send(parts[0], "/v1" + parts[1].replace("{id}", session), body, caller);
		assertThat(answer.status()).as(operation + " " + answer.body()).isEqualTo(status);
		check(operation, answer);
	}

	private void check(String operation, Answer answer) {
		JsonNode response = responses(operation).get(String.valueOf(answer.status()));
		assertThat(response).as(operation + " " + answer.status()).isNotNull();
		response.path("headers")
			.propertyNames()
			.forEach((name) -> assertThat(answer.header(name)).as(name).isNotEmpty());
		String type = answer.header("Content-Type");
		assertThat(response.get("content").propertyNames()).containsExactly(type);
		assertThat(this.schemas.problems(response.get("content").get(type).get("schema"), answer.json()))
			.as(answer.body())
			.isEmpty();
		this.seen.add(operation + " " + answer.status() + (answer.status() < 400 ? "" : " " + answer.problem()));
	}

	private JsonNode responses(String operation) {
		String[] parts = operation.split(" ");
		return this.document.get("paths").get(parts[1]).get(parts[0].toLowerCase(Locale.ROOT)).get("responses");
	}

	private Set<String> operations() {
		Set<String> operations = new TreeSet<>();
		JsonNode paths = this.document.get("paths");
		paths.propertyNames()
			.forEach((path) -> Stream.of("get", "post", "put", "patch", "delete")
				.filter(paths.get(path)::has)
				.forEach((method) -> operations.add(method.toUpperCase(Locale.ROOT) + " " + path)));
		return operations;
	}

	/**
	 * The answers that only callers are given, as the document names them.
	 */
	private Set<String> named() {
		Set<String> named = new TreeSet<>();
		for (String operation : operations()) {
			boolean guarded = this.document.get("paths").get(operation.split(" ")[1]).has("x-guarded");
			JsonNode responses = responses(operation);
			for (String status : responses.propertyNames()) {
				JsonNode problems = responses.get(status)
					.at("/content/application~1problem+json/schema/properties/type/enum");
				if (problems.isMissingNode() && guarded) {
					named.add(operation + " " + status);
				}
				problems.values()
					.stream()
					.map((problem) -> problem.asString().replace("urn:edgewise:problem:", ""))
					.filter((problem) -> guarded || PROBLEMS.contains(problem))
					.forEach((problem) -> named.add(operation + " " + status + " " + problem));
			}
		}
		return named;
	}

}
