package dev.edgewise.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

import dev.edgewise.server.SecurityProperties.ApiKey;
import dev.edgewise.server.SecurityProperties.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.validation.FieldError;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * When the service starts and who is asked then; and keys that come and go.
 */
@ExtendWith(OutputCaptureExtension.class)
class ExposureTests {

	@TempDir
	private Path directory;

	@Test
	void listensOnLoopbackAloneAndSaysSoWhenNothingIsConfigured(CapturedOutput output) {
		try (GuardedServer server = new GuardedServer()) {
			assertThat(server.send("POST", "/v1/sessions", "{}").status()).isEqualTo(201);
			assertThat(server.send("GET", "/actuator/metrics", "").status()).isEqualTo(200);
			assertThat(server.send("GET", "/nothing", "").problem()).isEqualTo("not-found");
			assertThat(server.send("POST", "/v1/sessions", "{}", "Origin", "https://evil.example").status())
				.isEqualTo(403);
			assertThat(server.send("GET", "/actuator/health", "").header("X-Content-Type-Options"))
				.isEqualTo("nosniff");
			assertThat(server.context.containsBean("springSecurityFilterChain")).isFalse();
		}
		assertThat(output.getAll().lines().filter((line) -> line.contains("Nobody is asked who they are")))
			.singleElement()
			.asString()
			.contains("listens on 127.0.0.1 alone");
	}

	@ParameterizedTest
	@CsvSource({ "localhost, 201", "my.localhost, 201", "127.0.0.1, 201", "127.1.2.3, 201", "[::1], 201",
			"evil.example, 403", "127.0.0.1.evil.example, 403", "localhost.evil.example, 403", "10.0.0.1, 403",
			"app.example, 201" })
	void refusesAPageThatANameFromElsewhereHasLedHere(String host, int status) throws IOException {
		try (GuardedServer server = new GuardedServer(
				"--edgewise.security.cors.allowed-origins=http://app.example:8080")) {
			assertThat(opening(server, host + ":8080", "Origin: http://" + host + ":8080")).isEqualTo(status);
			assertThat(opening(server, host + ":8080", "X-Client: no browser")).isEqualTo(201);
		}
	}

	private static int opening(GuardedServer server, String host, String header) throws IOException {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port)) {
			socket.getOutputStream()
				.write("POST /v1/sessions HTTP/1.1\r\nHost: %s\r\n%s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
					.formatted(host, header)
					.getBytes(StandardCharsets.US_ASCII));
			String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			return Integer.parseInt(answer.split(" ", 3)[1]);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "--server.address=0.0.0.0", "--server.address=192.0.2.1", "--server.address=",
			"--server.address=::" })
	void refusesToListenElsewhereUntilItIsToldHowCallersAreKnown(String address, CapturedOutput output) {
		assertThatException().isThrownBy(() -> new GuardedServer(address));
		assertThat(output.getAll()).contains("APPLICATION FAILED TO START", "server.address",
				"spring.security.oauth2.resourceserver.jwt.issuer-uri", "edgewise.security.api-keys",
				"edgewise.security.mode=none");
	}

	@Test
	void refusesToLetTheManagementPortListenElsewhereToo(CapturedOutput output) {
		assertThatException().isThrownBy(() -> new GuardedServer("--management.server.port=0"));
		assertThat(output.getAll()).contains("management.server.address", "edgewise.security.mode=none");
	}

	@Test
	void listensElsewhereWhenItIsSaidAloudThatNobodyIsAsked(CapturedOutput output) {
		try (GuardedServer server = new GuardedServer("--server.address=0.0.0.0", "--edgewise.security.mode=none")) {
			assertThat(server.send("POST", "/v1/sessions", "{}").status()).isEqualTo(201);
		}
		assertThat(output.getAll()).contains("edgewise.security.mode=none: whoever reaches the service");
	}

	@Test
	void listensElsewhereWhenCallersAreKnown() {
		try (GuardedServer server = new GuardedServer(GuardedServer.keys("--server.address=0.0.0.0"))) {
			assertThat(server.send("POST", "/v1/sessions", "{}").status()).isEqualTo(401);
			assertThat(server.send("POST", "/v1/sessions", "{}").header("WWW-Authenticate")).isEqualTo("ApiKey");
			server.open(GuardedServer.key(GuardedServer.ALICE));
		}
	}

	@Test
	void asksOnTheManagementPortToo() {
		try (GuardedServer server = new GuardedServer(
				GuardedServer.keys("--management.server.port=0", "--management.server.address=127.0.0.1"))) {
			int management = Integer
				.parseInt(server.context.getEnvironment().getProperty("local.management.port", "0"));
			assertThat(management).isPositive().isNotEqualTo(server.port);
			BiFunction<String, String[], Integer> status = (path, caller) -> {
				HttpRequest.Builder request = HttpRequest
					.newBuilder(URI.create("http://127.0.0.1:" + management + path));
				if (caller.length > 0) {
					request.headers(caller);
				}
				return HttpClient.newHttpClient()
					.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
					.join()
					.statusCode();
			};
			assertThat(status.apply("/actuator/health", new String[0])).isEqualTo(200);
			assertThat(status.apply("/actuator/metrics", new String[0])).isEqualTo(401);
			assertThat(status.apply("/actuator/metrics", GuardedServer.key(GuardedServer.ALICE))).isEqualTo(403);
			assertThat(status.apply("/actuator/metrics", GuardedServer.key(GuardedServer.ROOT))).isEqualTo(200);
		}
	}

	@Test
	void refusesKeysThatNobodyWouldBeAskedFor(CapturedOutput output) {
		assertThatException().isThrownBy(() -> new GuardedServer(GuardedServer.keys("--edgewise.security.mode=none")));
		assertThat(output.getAll()).contains("edgewise.security.mode", "which nobody would be asked for");
	}

	@Test
	void refusesAFileOfKeysThatIsNotThereOrHasNoKeys(CapturedOutput output) throws IOException {
		Path file = this.directory.resolve("keys.yml");
		assertThatException().isThrownBy(() -> new GuardedServer("--edgewise.security.api-keys-file=" + file));
		Files.writeString(file, keys("carol", "sha256:12"));
		assertThatException().isThrownBy(() -> new GuardedServer("--edgewise.security.api-keys-file=" + file));
		assertThat(output.getAll()).contains("edgewise.security.api-keys-file", "it cannot be read",
				"'carol' must have a hash");
	}

	@Test
	void readsItsFileOfKeysAgainWhenThatHasChanged() throws IOException {
		Path file = this.directory.resolve("keys.yml");
		Files.writeString(file, keys("carol", GuardedServer.hash("first key of carol")));
		try (GuardedServer server = new GuardedServer("--edgewise.security.api-keys-file=" + file,
				"--edgewise.security.api-keys-interval=100ms")) {
			String session = server.open(GuardedServer.key("first key of carol"));
			Files.writeString(file, keys("carol", GuardedServer.hash("the second key of carol"))
					+ "      dave: {hash: '" + GuardedServer.hash("key of dave") + "'}\n");
			String path = "/v1/sessions/" + session;
			await().atMost(Duration.ofSeconds(10))
				.untilAsserted(() -> assertThat(
						server.send("GET", path, "", GuardedServer.key("the second key of carol")).status())
					.isEqualTo(200));
			assertThat(server.send("GET", path, "", GuardedServer.key("first key of carol")).status()).isEqualTo(401);
			assertThat(server.send("GET", path, "", GuardedServer.key("key of dave")).status()).isEqualTo(404);
		}
	}

	@Test
	void keepsItsKeysWhenTheFileBecomesUnreadable(CapturedOutput output) throws IOException {
		Path file = this.directory.resolve("keys.properties");
		Files.writeString(file, "edgewise.security.api-keys.carol.hash=" + GuardedServer.hash("key of carol"));
		ApiKeys keys = new ApiKeys(Map.of("eve", new ApiKey(GuardedServer.hash("key of eve"), Set.of(Role.OPERATOR))),
				file);
		assertThat(keys.find("key of carol")).isEqualTo(new Caller("key:carol", Set.of(Role.CALLER)));
		assertThat(keys.find("key of eve")).isEqualTo(new Caller("key:eve", Set.of(Role.OPERATOR)));
		Files.writeString(file, "edgewise.security.api-keys.carol.hash=secret stuff");
		Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(5)));
		keys.refresh();
		Files.delete(file);
		keys.refresh();
		assertThat(keys.find("key of carol")).isNotNull();
		assertThat(keys.find("key of nobody")).isNull();
		assertThat(output.getAll()).contains("API keys could not be read again").doesNotContain("secret stuff");
	}

	@ParameterizedTest(name = "{0} = {1}")
	@CsvSource(delimiter = '|', textBlock = """
			edgewise.security.api-keys.x.hash           | 1234     | must be 'sha256:' and 64 hexadecimal digits
			edgewise.security.api-keys-interval         | 99ms     | between 100ms and 1h
			edgewise.security.api-keys-interval         | 61m      | between 100ms and 1h
			edgewise.security.ticket.ttl                | 99ms     | between 100ms and 10m
			edgewise.security.ticket.ttl                | 11m      | between 100ms and 10m
			edgewise.security.ticket.max                | 0        | between 1 and 1000000
			edgewise.security.ticket.max                | 1000001  | between 1 and 1000000
			edgewise.security.caller.sessions           | 0        | between 1 and 10000000
			edgewise.security.caller.sessions           | 10000001 | between 1 and 10000000
			edgewise.security.caller.events-per-second  | 0        | between 1 and 1000000
			edgewise.security.caller.events-per-second  | 1000001  | between 1 and 1000000
			edgewise.security.caller.streams            | 0        | between 1 and 10000000
			edgewise.security.caller.streams            | 10000001 | between 1 and 10000000
			edgewise.security.jwt.roles-claim           | ''       | must not be empty
			""")
	void refusesWhatIsOutOfRangeAndNamesKeyAndRange(String key, String value, String range) {
		new ApplicationContextRunner().withUserConfiguration(Bound.class)
			.withPropertyValues(key + "=" + value)
			.run((context) -> {
				assertThat(context).hasFailed();
				Throwable failure = context.getStartupFailure();
				while (!(failure instanceof BindValidationException) && failure.getCause() != null) {
					failure = failure.getCause();
				}
				assertThat(failure).isInstanceOf(BindValidationException.class);
				assertThat(((BindValidationException) failure).getValidationErrors().getAllErrors()).singleElement()
					.satisfies((error) -> {
						assertThat("edgewise.security." + ((FieldError) error).getField()
							.replaceAll("\\[(\\w+)]", ".$1")
							.replaceAll("([A-Z])", "-$1")
							.toLowerCase(Locale.ROOT)).isEqualTo(key);
						assertThat(error.getDefaultMessage()).contains(range);
					});
			});
	}

	@Test
	void refusesAKeyThatNobodyReads() {
		assertThatExceptionOfType(RuntimeException.class)
			.isThrownBy(() -> new GuardedServer("--edgewise.security.ticket.tll=3s"))
			.withMessageContaining("edgewise.security.ticket.tll");
	}

	@Test
	void hidesTheHashOfAKey() {
		String hash = GuardedServer.hash("a key");
		assertThat(List.of(new ApiKey(hash, Set.of(Role.CALLER))).toString()).doesNotContain(hash);
	}

	private static String keys(String name, String hash) {
		return "edgewise:\n  security:\n    api-keys:\n      " + name + ": {hash: '" + hash + "'}\n";
	}

	@EnableConfigurationProperties(SecurityProperties.class)
	static class Bound {

	}

}
