package dev.edgewise.packaging;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.edgewise.event.AgentGenerationComplete;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.examples.Caller;
import dev.edgewise.examples.Caller.Heard;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The service as it is delivered: started with {@code java -jar}, talked to, and told to
 * stop.
 */
@Timeout(150)
class ServiceJarIT {

	private static final Pattern STARTED = Pattern.compile("started on port (\\d+)");

	private static final int SIGTERM = 143;

	@TempDir
	private Path directory;

	private Process process;

	private Path log;

	private int port;

	@BeforeEach
	void start() throws IOException {
		this.log = this.directory.resolve("service.log");
		this.process = new ProcessBuilder(new File(System.getProperty("java.home"), "bin/java").getPath(), "-Xmx256m",
				"-jar", System.getProperty("service.jar"), "--server.port=0", "--edgewise.agent.words-per-minute=600",
				"--edgewise.shutdown.grace=1s")
			.directory(this.directory.toFile())
			.redirectErrorStream(true)
			.redirectOutput(this.log.toFile())
			.start();
		await().atMost(Duration.ofSeconds(60)).until(() -> {
			assertThat(this.process.isAlive()).as(this::log).isTrue();
			Matcher matcher = STARTED.matcher(log());
			return matcher.find() && (this.port = Integer.parseInt(matcher.group(1))) > 0;
		});
	}

	@AfterEach
	void stop() throws InterruptedException {
		this.process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
	}

	@Test
	void startsConversesIsInterruptedAndStopsWhenToldTo() throws InterruptedException {
		assertThat(get("/actuator/health")).contains("\"UP\"");
		tellsWhatItIsMadeOf();
		assertThat(get("/console")).contains("<title>Edgewise console</title>");
		assertThat(get("/console/app.js")).contains("LiveSession");

		Caller caller = Caller.dial(this.port);
		caller.send(new UserTranscriptionReceived("Tell me about the sea", null, null));
		String first = caller.send(new UserStoppedSpeaking()).started().get(0);
		caller.next(AgentResponse.class);
		assertThat(caller.send(new UserStartedSpeaking()).paused()).containsExactly(first);
		assertThat(caller.send(new UserTranscriptionReceived("Please stop", null, null)).interrupted())
			.containsExactly(first);
		caller.interruptionOf(first);
		String delivered = caller.words(first);
		assertThat(caller.message(first).path("text").asString()).isEqualTo(delivered);

		caller.send(new UserTranscriptionReceived("Hello", null, null));
		String second = caller.send(new UserStoppedSpeaking()).started().get(0);
		caller.next(AgentGenerationComplete.class, (heard) -> heard.generation().equals(second));
		assertThat(caller.words(second)).startsWith("You stopped me when I was saying '")
			.contains(end(delivered) + "'. ");
		assertThat(get("/actuator/prometheus")).containsPattern(
				"edgewise_interruption_seconds_count\\{cause=\"UserStartedSpeaking\",.*reason=\"event\",.*} 1");

		caller.send(new UserTranscriptionReceived("Tell me about the sea", null, null));
		String third = caller.send(new UserStoppedSpeaking()).started().get(0);
		caller.next(AgentResponse.class, (heard) -> heard.generation().equals(third));
		long told = System.nanoTime();
		this.process.destroy();
		List<Heard> heard = caller.listenToTheEnd();
		assertThat(this.process.waitFor(20, TimeUnit.SECONDS)).isTrue();
		Duration taken = Duration.ofNanos(System.nanoTime() - told);

		assertThat(heard.get(heard.size() - 1).type()).isEqualTo("SessionClosed");
		assertThat(heard.get(heard.size() - 1).text("reason")).isEqualTo("SHUTDOWN");
		caller.assertOrderAndSilence();
		assertThat(caller.life(third)).last().isEqualTo("AgentGenerationInterrupted");
		assertThat(taken).isLessThan(Duration.ofSeconds(3));
		assertThat(this.process.exitValue()).isEqualTo(SIGTERM);
		assertThat(log()).doesNotContain("ERROR", "WARN", "LEAK", "Exception");
	}

	private void tellsWhatItIsMadeOf() {
		JsonNode info = JsonMapper.shared().readTree(get("/actuator/info"));
		assertThat(info.at("/build/artifact").asString()).isEqualTo("edgewise");
		assertThat(info.at("/build/version").asString()).isNotEmpty();
		// an archive of the sources has no history
		if (Files.exists(Path.of(".git"))) {
			assertThat(info.at("/git/commit/id").asString()).matches("[0-9a-f]{7,40}");
			assertThat(info.at("/git/commit/time").asString()).isNotEmpty();
		}
		assertThat(JsonMapper.shared().readTree(get("/actuator/sbom")).get("ids").toString())
			.isEqualTo("[\"application\"]");
		JsonNode bill = JsonMapper.shared().readTree(get("/actuator/sbom/application"));
		assertThat(bill.get("bomFormat").asString()).isEqualTo("CycloneDX");
		assertThat(bill.get("components").valueStream().map((component) -> component.get("name").asString()))
			.contains("spring-webflux", "reactor-netty-http", "spring-security-web");
	}

	/**
	 * The last words, as many as the agent quotes.
	 */
	private static String end(String text) {
		String[] words = text.strip().split(" ");
		return String.join(" ", List.of(words).subList(Math.max(0, words.length - 6), words.length));
	}

	private String get(String path) {
		return WebClient.builder()
			.baseUrl("http://127.0.0.1:" + this.port)
			.codecs((codecs) -> codecs.defaultCodecs().maxInMemorySize(16 << 20))
			.build()
			.get()
			.uri(path)
			.retrieve()
			.bodyToMono(String.class)
			.block(Duration.ofSeconds(20));
	}

	private String log() {
		try {
			return Files.readString(this.log);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
