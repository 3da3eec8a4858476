package dev.edgewise.helm;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.edgewise.Edgewise;
import dev.edgewise.Frame;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserUnknownInputReceived;
import dev.edgewise.server.EdgewiseServer;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The service with the chart's configuration, on loopback, with a wordy route beside its
 * own agent.
 */
final class RunningService implements AutoCloseable {

	private final HttpClient client = HttpClient.newHttpClient();

	private final ConfigurableApplicationContext context;

	private final Edgewise edgewise;

	private int conversations;

	/**
	 * Starts the service.
	 * @param application the {@code application.yml} of a rendered config map
	 * @param directory where to put it
	 * @param arguments more arguments
	 */
	RunningService(String application, Path directory, String... arguments) throws IOException {
		Files.writeString(directory.resolve("application.yml"), application);
		List<String> all = new ArrayList<>(List.of("--spring.config.additional-location=file:" + directory + "/",
				"--server.port=0", "--management.server.port=0", "--management.server.address=127.0.0.1",
				"--edgewise.session.log.frames=16"));
		all.addAll(List.of(arguments));
		this.context = new SpringApplicationBuilder(EdgewiseServer.class, Wordy.class).run(all.toArray(String[]::new));
		this.edgewise = this.context.getBean(Edgewise.class);
	}

	int port() {
		return this.context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
	}

	int managementPort() {
		return this.context.getEnvironment().getRequiredProperty("local.management.port", Integer.class);
	}

	/**
	 * Asks at the port of the actuator.
	 * @param path the path
	 */
	HttpResponse<String> manage(String path) {
		return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort() + path)).build());
	}

	String scrape() {
		HttpResponse<String> response = manage("/actuator/prometheus");
		assertThat(response.statusCode()).isEqualTo(200);
		return response.body();
	}

	/**
	 * Holds a conversation in which all happens that there are meters for: an answer that
	 * is paused, resumed and interrupted, items that are discarded, a reader that loses
	 * frames, events that are refused and applied once.
	 */
	void converse() {
		String session = "conversation-" + this.conversations++;
		this.edgewise.open(session, Map.of()).block();
		post(session, 202, "{\"type\": \"DTMFInput\", \"button\": \"1\", \"id\": \"once\"}");
		post(session, 202, "{\"type\": \"DTMFInput\", \"button\": \"1\", \"id\": \"once\"}");
		post(session, 422, "{\"type\": \"Nonsense\"}");
		post(session, 202, "{\"type\": \"AgentSpeechSent\", \"content\": \"what nobody has said\"}");
		Reader reader = new Reader();
		this.edgewise.read(session, 0).subscribe(reader);
		reader.request(Long.MAX_VALUE);
		double silent = figure("edgewise_silence_seconds_count{route=\"elizaAgent.answer\"}");
		post(session, 202, said("Tell me about the sea.") + ", {\"type\": \"UserStoppedSpeaking\"}");
		await().until(() -> figure("edgewise_generation_active{route=\"elizaAgent.answer\"}") > 0);
		post(session, 202, "{\"type\": \"UserStartedSpeaking\"}, " + said("Uh-huh."));
		post(session, 202, "{\"type\": \"UserStartedSpeaking\"}, " + said("Please stop."));
		await().atMost(Duration.ofSeconds(10))
			.until(() -> figure("edgewise_silence_seconds_count{route=\"elizaAgent.answer\"}") > silent);
		reader.cancel();
		waste(session + "-wordy");
		lose(session + "-slow");
		this.edgewise.close(session).block();
	}

	@Override
	public void close() {
		this.context.close();
	}

	private void waste(String session) {
		this.edgewise.open(session, Map.of()).block();
		Reader reader = new Reader();
		this.edgewise.read(session, 0).subscribe(reader);
		double discarded = figure("edgewise_discarded_total{route=\"wordy\"}");
		double begun = figure("edgewise_generation_first_seconds_count{route=\"wordy\"}");
		this.edgewise.publish(session, new UserUnknownInputReceived("go")).block();
		reader.request(3);
		await().until(() -> figure("edgewise_generation_first_seconds_count{route=\"wordy\"}") > begun);
		this.edgewise.publish(session, new UserStartedSpeaking()).block();
		await().until(() -> figure("edgewise_discarded_total{route=\"wordy\"}") > discarded);
		reader.cancel();
		this.edgewise.close(session).block();
	}

	private void lose(String session) {
		this.edgewise.open(session, Map.of()).block();
		Reader reader = new Reader();
		this.edgewise.read(session, 0).subscribe(reader);
		double gaps = figure("edgewise_stream_gaps_total");
		for (int i = 0; i < 40; i++) {
			this.edgewise.publish(session, new DTMFInput("1")).block();
		}
		reader.request(1);
		await().until(() -> figure("edgewise_stream_gaps_total") > gaps);
		reader.cancel();
	}

	private static String said(String content) {
		return "{\"type\": \"UserTranscriptionReceived\", \"content\": \"" + content + "\"}";
	}

	private void post(String session, int status, String events) {
		String body = events.contains("}, {") ? "[" + events + "]" : events;
		HttpResponse<String> response = send(
				HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + "/v1/sessions/" + session + "/events"))
					.header("Content-Type", "application/json")
					.POST(BodyPublishers.ofString(body))
					.build());
		assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
	}

	private double figure(String series) {
		return scrape().lines()
			.filter((line) -> line.startsWith(series + " "))
			.mapToDouble((line) -> Double.parseDouble(line.substring(series.length() + 1)))
			.findFirst()
			.orElse(0);
	}

	private HttpResponse<String> send(HttpRequest request) {
		try {
			return this.client.send(request, BodyHandlers.ofString());
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new AssertionError(ex);
		}
	}

	/**
	 * A reader that takes what it is told to.
	 */
	private static final class Reader extends BaseSubscriber<Frame> {

		@Override
		protected void hookOnSubscribe(Subscription subscription) {
			// no demand yet
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Wordy {

		@Bean
		RouteDefinition wordy() {
			return Routes.on(UserUnknownInputReceived.class)
				.interruptOn(UserStartedSpeaking.class)
				.stream((event) -> Flux.just("word ").repeat())
				.broadcast();
		}

	}

}
