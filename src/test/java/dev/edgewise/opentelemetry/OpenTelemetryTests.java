package dev.edgewise.opentelemetry;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.opentelemetry.Collector.Span;
import dev.edgewise.server.EdgewiseServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.config.YamlPropertiesFactoryBean;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

/**
 * The service with its own configuration, one more dependency, and the properties that
 * {@code src/docs/tracing.md} shows: what it exports over the wire, and what it logs.
 */
@ExtendWith(OutputCaptureExtension.class)
class OpenTelemetryTests {

	private static final String SAID = "my card is 4711";

	private final HttpClient client = HttpClient.newHttpClient();

	private Collector collector;

	private ConfigurableApplicationContext service;

	@BeforeAll
	static void isOnTheClassPath() {
		assumeThat(OpenTelemetryTests.class.getClassLoader().getResource("io/opentelemetry/sdk/OpenTelemetrySdk.class"))
			.as("OpenTelemetry, which is on the class path in the build's execution opentelemetry-test alone")
			.isNotNull();
	}

	@BeforeEach
	void start() throws IOException {
		this.collector = new Collector();
		Properties shown = shown();
		assertThat(shown).containsKey("management.opentelemetry.tracing.export.otlp.endpoint");
		this.service = new SpringApplicationBuilder(EdgewiseServer.class, Failing.class).properties(shown)
			.run("--server.port=0", "--logging.config=classpath:logback-boot.xml",
					"--edgewise.agent.words-per-minute=60000",
					"--management.opentelemetry.tracing.export.otlp.endpoint=" + this.collector.endpoint(),
					"--management.opentelemetry.tracing.export.schedule-delay=100ms");
	}

	@AfterEach
	void stop() {
		if (this.service != null) {
			this.service.close();
			this.collector.close();
		}
	}

	private static Properties shown() throws IOException {
		String text = Files.readString(Path.of("src/docs/tracing.md"));
		int from = text.indexOf("```yaml\n") + "```yaml\n".length();
		YamlPropertiesFactoryBean yaml = new YamlPropertiesFactoryBean();
		yaml.setResources(new ByteArrayResource(
				text.substring(from, text.indexOf("```", from)).getBytes(StandardCharsets.UTF_8)));
		return Objects.requireNonNull(yaml.getObject());
	}

	private JsonNode send(String method, String path, String body) {
		int port = ((WebServerApplicationContext) this.service).getWebServer().getPort();
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
			.timeout(Duration.ofSeconds(20))
			.header("Content-Type", "application/json")
			.method(method, HttpRequest.BodyPublishers.ofString(body))
			.build();
		try {
			HttpResponse<String> response = this.client.send(request, HttpResponse.BodyHandlers.ofString());
			assertThat(response.statusCode()).as(response.body()).isLessThan(300);
			return JsonMapper.shared().readTree(response.body());
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new AssertionError(ex);
		}
	}

	private Span generation(String id) {
		return await().atMost(20, TimeUnit.SECONDS)
			.until(() -> this.collector.named("edgewise.generation")
				.stream()
				.filter((span) -> id.equals(span.attributes().get("generation")))
				.findFirst()
				.orElse(null), Objects::nonNull);
	}

	private Span parent(Span child) {
		return await().atMost(20, TimeUnit.SECONDS)
			.until(() -> this.collector.spans.stream()
				.filter((span) -> span.id().equals(child.parent()))
				.findFirst()
				.orElse(null), Objects::nonNull);
	}

	@Test
	void spansOfGenerationsAndOfTheirRequestsReachACollectorAndHoldNoText() {
		String session = send("POST", "/v1/sessions", "{}").get("id").asString();
		String events = "/v1/sessions/" + session + "/events";
		send("POST", events, "{\"type\":\"UserTranscriptionReceived\",\"content\":\"" + SAID + "\"}");
		String generation = send("POST", events, "{\"type\":\"UserStoppedSpeaking\"}").get("started").get(0).asString();
		send("POST", "/v1/sessions/" + session + "/interrupt", "{\"force\":true}");

		Span span = generation(generation);
		assertThat(span.attributes()).containsEntry("session", session)
			.containsEntry("outcome", "interrupted")
			.containsEntry("reason", "event")
			.containsKey("route");
		assertThat(span.events()).containsExactly("edgewise.fence");
		assertThat(span.resource()).containsEntry("service.name", "edgewise");
		Span post = parent(span);
		assertThat(post.name()).isEqualTo("http post /v1/sessions/{id}/events");
		assertThat(post.trace()).isEqualTo(span.trace());
		assertThat(this.collector.spans).noneMatch((exported) -> exported.raw().contains(SAID));
	}

	@Test
	void linesCarryTheIdsAndTheTraceAndAFailureSaysNothing(CapturedOutput output) {
		String session = send("POST", "/v1/sessions", "{}").get("id").asString();
		String generation = send("POST", "/v1/sessions/" + session + "/events",
				"{\"type\":\"DTMFInput\",\"button\":\"1\"}")
			.get("started")
			.get(0)
			.asString();

		Span span = generation(generation);
		assertThat(span.attributes()).containsEntry("outcome", "failed").containsEntry("reason", "node-failed");
		assertThat(span.status()).isEqualTo("node-failed: java.lang.IllegalStateException");
		assertThat(span.raw()).doesNotContain(SAID);
		await().atMost(20, TimeUnit.SECONDS).until(() -> output.getAll().contains("in session " + session + " failed"));
		assertThat(output.getAll().lines().filter((line) -> line.contains("in session " + session + " failed")))
			.singleElement()
			.asString()
			.contains("[" + session + " " + generation + "]")
			.contains(span.trace());
		assertThat(output.getAll()).doesNotContain(SAID);
	}

	@Test
	void metersAreWhatTheyAreWithoutTracing() throws Exception {
		String session = send("POST", "/v1/sessions", "{}").get("id").asString();
		String generation = send("POST", "/v1/sessions/" + session + "/events",
				"{\"type\":\"DTMFInput\",\"button\":\"1\"}")
			.get("started")
			.get(0)
			.asString();
		generation(generation);
		int port = ((WebServerApplicationContext) this.service).getWebServer().getPort();
		String scraped = this.client
			.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator/prometheus")).build(),
					HttpResponse.BodyHandlers.ofString())
			.body();
		List<String> series = scraped.lines().filter((line) -> line.startsWith("edgewise_generation")).toList();
		assertThat(series).isNotEmpty()
			.noneMatch((line) -> line.contains("error=") || line.contains("fence") || line.contains("active_seconds"))
			.anyMatch((line) -> line.startsWith("edgewise_generation_seconds_count{")
					&& line.contains("outcome=\"failed\"") && line.contains("route=\"failing\"")
					&& line.endsWith("} 1"));
		assertThat(Stream.of(scraped.split("\n")).filter((line) -> line.startsWith("# TYPE edgewise_generation")))
			.containsExactlyInAnyOrder("# TYPE edgewise_generation_active gauge",
					"# TYPE edgewise_generation_first_seconds summary",
					"# TYPE edgewise_generation_first_seconds_max gauge", "# TYPE edgewise_generation_seconds summary",
					"# TYPE edgewise_generation_seconds_max gauge");
	}

	@Configuration(proxyBeanMethods = false)
	static class Failing {

		@Bean
		RouteDefinition failing() {
			return Routes.on(DTMFInput.class)
				.id("failing")
				.stream((event) -> Flux.error(new IllegalStateException(SAID)))
				.broadcast();
		}

	}

}
