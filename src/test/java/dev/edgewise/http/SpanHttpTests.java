package dev.edgewise.http;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.event.AgentHandoff;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.test.simple.SimpleSpan;
import io.micrometer.tracing.test.simple.SimpleTracer;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Spans of requests, of the generations that they cause, and of the calls that nodes
 * make.
 */
class SpanHttpTests {

	private static final String ANSWER = "{\"type\":\"UserStoppedSpeaking\"}";

	private static final String POST = "http post /v1/sessions/{id}/events";

	private static final String GENERATION = "edgewise.generation";

	private static List<SimpleSpan> spans(TestServer server, String name) {
		return server.context.getBean(SimpleTracer.class)
			.getSpans()
			.stream()
			.filter((span) -> name.equals(span.getName()) && span.getEndTimestamp().toEpochMilli() > 0)
			.toList();
	}

	private static SimpleSpan generation(TestServer server, String route) {
		return await().atMost(10, TimeUnit.SECONDS)
			.until(() -> spans(server, GENERATION).stream()
				.filter((span) -> route.equals(span.getTags().get("route")))
				.findFirst()
				.orElse(null), (span) -> span != null);
	}

	private static SimpleSpan post(TestServer server) {
		List<SimpleSpan> posts = await().atMost(10, TimeUnit.SECONDS)
			.until(() -> spans(server, POST), (spans) -> !spans.isEmpty());
		return posts.get(0);
	}

	@Test
	void aGenerationIsAChildOfThePostThatCausedItAndACallOfItsNodeIsAChildOfTheGeneration() {
		CompletableFuture<TestServer> self = new CompletableFuture<>();
		RouteDefinition calling = Routes.on(UserStoppedSpeaking.class)
			.id("calling")
			.stream((event) -> client(self.join()).get()
				.uri(self.join().uri("/actuator/health"))
				.retrieve()
				.bodyToMono(String.class)
				.thenMany(Flux.<Object>just(new AgentHandoff("other", null))))
			.broadcast();
		RouteDefinition other = Routes.on(AgentHandoff.class).id("other").run((event, generation) -> {
		}).broadcast();
		try (TestServer server = TestServer.with(calling, other).source(Tracing.class).start()) {
			self.complete(server);
			String session = server.session();
			assertThat(server.post(session + "/events", ANSWER).status()).isEqualTo(202);
			SimpleSpan generation = generation(server, "calling");
			SimpleSpan post = post(server);
			assertThat(generation.getParentId()).isEqualTo(post.getSpanId());
			assertThat(generation.getTraceId()).isEqualTo(post.getTraceId());
			assertThat(session).endsWith(generation.getTags().get("session"));
			assertThat(generation(server, "other").getParentId()).isEqualTo(generation.getSpanId());
			assertThat(spans(server, "http get")).filteredOn((span) -> span.getTags().containsKey("client.name"))
				.singleElement()
				.satisfies((call) -> assertThat(call.getParentId()).isEqualTo(generation.getSpanId()));
		}
	}

	private static WebClient client(TestServer server) {
		return WebClient.builder().observationRegistry(server.context.getBean(ObservationRegistry.class)).build();
	}

	@Test
	void aGenerationThatIsStreamedByItsPostIsAChildOfItAndTheInterruptingPostIsNotItsParent() {
		try (TestServer server = TestServer
			.with(Routes.on(UserStoppedSpeaking.class)
				.id("talking")
				.interruptOn(UserStartedSpeaking.class)
				.stream((event) -> Flux.concat(Flux.just("Hello"), Flux.never()))
				.broadcast())
			.source(Tracing.class)
			.start()) {
			String session = server.session();
			try (Wire wire = server.converse(session, ANSWER)) {
				await().until(() -> server.get(session).json(), (view) -> running(view));
				server.post(session + "/events", "{\"type\":\"UserStartedSpeaking\"}");
				SimpleSpan generation = generation(server, "talking");
				assertThat(generation.getEvents()).extracting((event) -> event.getValue())
					.containsExactly("edgewise.fence");
				List<SimpleSpan> posts = await().atMost(10, TimeUnit.SECONDS)
					.until(() -> spans(server, POST), (spans) -> spans.size() == 2);
				assertThat(generation.getParentId()).isEqualTo(posts.get(0).getSpanId());
			}
		}
	}

	private static boolean running(JsonNode view) {
		return !view.get("generations").isEmpty()
				&& view.get("generations").get(0).get("state").asString().equals("RUNNING");
	}

	@Configuration(proxyBeanMethods = false)
	static class Tracing {

		@Bean
		SimpleTracer tracer() {
			return new SimpleTracer();
		}

		@Bean
		DefaultTracingObservationHandler tracing(Tracer tracer) {
			return new DefaultTracingObservationHandler(tracer);
		}

	}

}
