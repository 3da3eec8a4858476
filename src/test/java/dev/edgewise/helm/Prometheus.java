package dev.edgewise.helm;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A Prometheus of its own that scrapes one service twice a second and evaluates rules as
 * often. Where Prometheus is not installed, whoever asks for it is skipped.
 */
final class Prometheus implements AutoCloseable {

	static final Path ALERT_TESTS = Path.of("src/test/resources/prometheus/alerts.yaml");

	private final HttpClient client = HttpClient.newHttpClient();

	private final Process process;

	private final int port;

	/**
	 * Starts it.
	 * @param directory where it may write
	 * @param target the port of loopback to scrape
	 * @param rules the rules to evaluate
	 * @param more more of how to scrape
	 */
	Prometheus(Path directory, int target, Map<String, Object> rules, Map<String, Object> more) throws IOException {
		String program = installed("prometheus");
		this.port = freePort();
		Yaml yaml = new Yaml();
		Path rulesFile = directory.resolve("rules.yml");
		Files.writeString(rulesFile, yaml.dump(rules));
		Path configuration = directory.resolve("prometheus.yml");
		Map<String, Object> scrape = new LinkedHashMap<>(more);
		scrape.putAll(Map.of("job_name", Chart.RELEASE, "metrics_path", "/actuator/prometheus", "static_configs", List
			.of(Map.of("targets", List.of("127.0.0.1:" + target), "labels", Map.of("namespace", Chart.NAMESPACE)))));
		Files.writeString(configuration,
				yaml.dump(Map.of("global",
						Map.of("scrape_interval", "500ms", "scrape_timeout", "500ms", "evaluation_interval", "500ms"),
						"rule_files", List.of(rulesFile.toString()), "scrape_configs", List.of(scrape))));
		this.process = new ProcessBuilder(program, "--config.file=" + configuration,
				"--storage.tsdb.path=" + directory.resolve("data"), "--web.listen-address=127.0.0.1:" + this.port,
				"--log.level=warn")
			.redirectErrorStream(true)
			.redirectOutput(directory.resolve("prometheus.log").toFile())
			.start();
		await().atMost(Duration.ofSeconds(20)).until(() -> {
			assertThat(this.process.isAlive()).as(Files.readString(directory.resolve("prometheus.log"))).isTrue();
			return isReady();
		});
	}

	/**
	 * The answer to a query at this moment.
	 * @param query the query, in PromQL
	 */
	List<JsonNode> ask(String query) throws IOException, InterruptedException {
		String body = get("/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8)).orElseThrow();
		JsonNode answer = JsonMapper.shared().readTree(body);
		assertThat(answer.path("status").asString()).as(body).isEqualTo("success");
		return answer.path("data").path("result").valueStream().toList();
	}

	/**
	 * The rules that it evaluates.
	 */
	List<JsonNode> rules() throws IOException, InterruptedException {
		return JsonMapper.shared()
			.readTree(get("/api/v1/rules").orElseThrow())
			.path("data")
			.path("groups")
			.valueStream()
			.flatMap((group) -> group.path("rules").valueStream())
			.toList();
	}

	@Override
	public void close() throws InterruptedException {
		this.process.destroy();
		if (!this.process.waitFor(10, TimeUnit.SECONDS)) {
			this.process.destroyForcibly().waitFor();
		}
	}

	/**
	 * What {@code promtool} says.
	 * @param arguments its arguments
	 */
	static String promtool(String... arguments) throws IOException, InterruptedException {
		String[] command = Stream.concat(Stream.of(installed("promtool")), Arrays.stream(arguments))
			.toArray(String[]::new);
		Path output = Files.createTempFile("promtool", ".log");
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
		try {
			assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
			String said = Files.readString(output);
			assertThat(process.exitValue()).as(said).isZero();
			return said;
		}
		finally {
			process.destroyForcibly();
			Files.delete(output);
		}
	}

	private static String installed(String program) {
		Optional<Path> found = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
			.map((directory) -> Path.of(directory, program))
			.filter(Files::isExecutable)
			.findFirst();
		Assumptions.assumeTrue(found.isPresent(),
				() -> "Skipped, as there is no " + program + " on the path; Debian's package is prometheus");
		return found.orElseThrow().toString();
	}

	private boolean isReady() {
		try {
			return get("/-/ready").isPresent();
		}
		catch (IOException ex) {
			return false;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	private Optional<String> get(String path) throws IOException, InterruptedException {
		var response = this.client.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + this.port + path))
			.timeout(Duration.ofSeconds(10))
			.build(), BodyHandlers.ofString());
		return (response.statusCode() == 200 || path.startsWith("/api")) ? Optional.of(response.body())
				: Optional.empty();
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

}
