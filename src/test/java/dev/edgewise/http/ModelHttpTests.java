package dev.edgewise.http;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.edgewise.http.Wire.Event;
import dev.edgewise.model.FakeModel;
import dev.edgewise.model.FakeModel.Asked;
import dev.edgewise.server.EdgewiseServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A conversation with the service whose agent is a model, configured by two properties.
 */
class ModelHttpTests {

	private final FakeModel model = FakeModel.start();

	@AfterEach
	void stop() {
		this.model.close();
	}

	@Test
	void conversesIsInterruptedFailsAndGoesOn() throws Exception {
		this.model.then(FakeModel.says("Hello, ", "who is there?"), FakeModel.talks(Duration.ofMillis(5)),
				FakeModel.status(500, "{\"error\":{\"message\":\"SECRET\"}}"), FakeModel.says("Good ", "bye."));
		try (TestServer server = service()) {
			String session = server.session();
			List<Event> first = say(server, session, "Hello");
			assertThat(types(first)).containsExactly("UserTranscriptionReceived", "UserStoppedSpeaking",
					"AgentGenerationStarted", "AgentResponse", "AgentResponse", "AgentGenerationComplete");
			assertThat(text(first)).isEqualTo("Hello, who is there?");

			try (Wire stream = server.stream(session + "/stream")) {
				server.post(session + "/events", said("Tell me a long story"));
				stream.until("AgentResponse");
				Asked asked = this.model.awaitAsked(2);
				assertThat(server.post(session + "/events", """
						[{"type": "UserStartedSpeaking"},
						{"type": "UserTranscriptionReceived", "content": "please stop now"}]""").body())
					.contains("\"interrupted\":[\"");
				assertThat(stream.until("AgentGenerationInterrupted")).isNotEmpty();
				asked.closed.get(5, TimeUnit.SECONDS);
			}

			List<Event> failed = say(server, session, "Go on");
			assertThat(types(failed)).endsWith("AgentGenerationStarted", "AgentGenerationFailed");
			assertThat(failed.get(failed.size() - 1).data()).contains("\"code\":\"model-failed\"", "answered 500")
				.doesNotContain("SECRET");
			assertThat(text(say(server, session, "Are you there?"))).isEqualTo("Good bye.");

			List<String> told = this.model.awaitAsked(4).messages();
			assertThat(told.get(0)).startsWith("system:The user interrupted your last answer and heard only: \"word");
			assertThat(told.get(1)).isEqualTo("user:Hello");
			assertThat(told.get(2)).isEqualTo("assistant:Hello, who is there?");
			assertThat(told.get(4)).startsWith("assistant:word0 ");
			assertThat(told.get(5)).isEqualTo("user:please stop now\nGo on\nAre you there?");
			assertThat(this.model.asked()).hasSize(4);
			assertThat(server.get("/actuator/prometheus").body())
				.contains("edgewise_model_request_seconds_count{model=\"fake\",outcome=\"stop\"} 2")
				.contains("edgewise_generation_seconds_count{outcome=\"failed\",route=\"modelAgent.answer\"} 1");
		}
	}

	@Test
	void hasNoAgentWhenItIsToldTo() {
		try (TestServer server = TestServer.with()
			.source(EdgewiseServer.class)
			.property("spring.config.name", "application")
			.property("edgewise.agent.enabled", "false")
			.property("edgewise.agent.model.base-url", this.model.url())
			.start()) {
			String session = server.session();
			assertThat(server.post(session + "/events", said("Hello")).body()).contains("\"started\":[]")
				.doesNotContain("\"started\":[\"");
		}
	}

	private TestServer service() {
		return TestServer.with()
			.source(EdgewiseServer.class)
			.property("spring.config.name", "application")
			.property("edgewise.agent.model.base-url", this.model.url())
			.property("edgewise.agent.model.name", "fake")
			.start();
	}

	private static List<Event> say(TestServer server, String session, String text) {
		try (Wire wire = server.converse(session, said(text))) {
			return wire.events();
		}
	}

	private static String said(String text) {
		return """
				[{"type": "UserTranscriptionReceived", "content": "%s"}, {"type": "UserStoppedSpeaking"}]"""
			.formatted(text);
	}

	private static List<String> types(List<Event> events) {
		return events.stream().map(Event::name).toList();
	}

	private static String text(List<Event> events) {
		return String.join("",
				events.stream()
					.filter((event) -> event.name().equals("AgentResponse"))
					.map((event) -> event.json().path("content").asString())
					.toList());
	}

}
