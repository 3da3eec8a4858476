package dev.edgewise.examples.annotated;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import dev.edgewise.event.AgentResponse;
import dev.edgewise.examples.Caller;
import dev.edgewise.examples.ExampleTest;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.InterruptionPolicy.WhileProtected;
import dev.edgewise.interruption.Phrases;
import dev.edgewise.route.RouteTable;
import dev.edgewise.test.Replay;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How the cook would find out what a policy changes: records an evening, and plays it
 * again.
 */
@ExampleTest(KitchenApplication.class)
@TestPropertySource(properties = "kitchen.pace=25ms")
class PolicyTuningIT {

	private static final InterruptionPolicy PATIENT = new InterruptionPolicy("patient", 0, Duration.ZERO, 0,
			new Phrases(List.of("stop"), Map.of()), new Phrases(List.of("uh-huh"), Map.of()), Duration.ZERO,
			Duration.ZERO, 0, 0, Duration.ofSeconds(10), Duration.ofMinutes(1), Duration.ofMillis(300),
			WhileProtected.KEEP, 0, Duration.ZERO);

	@LocalServerPort
	private int port;

	@Autowired
	private RouteTable routes;

	@Test
	void aPatientPolicyWouldNotHaveStoppedForASignOfListening() throws Exception {
		String recording;
		try (Caller caller = Caller.dial(this.port)) {
			publish(caller, "{\"type\":\"UserStoppedSpeaking\"}");
			caller.next(AgentResponse.class, (heard) -> heard.text("content").equals("thin "));
			publish(caller, "{\"type\":\"UserStartedSpeaking\"}");
			publish(caller, "{\"type\":\"UserTranscriptionReceived\",\"content\":\"uh-huh\"}");
			recording = send(request(caller, "/recording").GET());
		}
		Replay replay = Replay.of(recording).with(this.routes);
		assertThat(replay.run().differences()).isEmpty();
		assertThat(replay.policy(PATIENT).sessionPolicy("patient").run().differences())
			.extracting((difference) -> difference.toString().replaceFirst("^\\d+ ", ""))
			.containsExactly("UserStartedSpeaking recipe: INTERRUPT by INTERRUPTED -> PAUSE by BACKCHANNEL",
					"UserTranscriptionReceived recipe: nothing -> RESUME by BACKCHANNEL");
	}

	private void publish(Caller caller, String event) throws IOException, InterruptedException {
		send(request(caller, "/events").header("Content-Type", "application/json")
			.POST(BodyPublishers.ofString(event)));
	}

	private HttpRequest.Builder request(Caller caller, String path) {
		return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + this.port + caller.session() + path));
	}

	private static String send(HttpRequest.Builder request) throws IOException, InterruptedException {
		return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString()).body();
	}

}
