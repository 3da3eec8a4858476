package dev.edgewise.observation;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

import dev.edgewise.Edgewise;
import dev.edgewise.Frame;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.event.AgentHandoff;
import dev.edgewise.event.CustomReceived;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.event.ToolCall;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserUnknownInputReceived;
import dev.edgewise.server.EdgewiseServer;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a scraper of the whole server reads: each meter moved by what it is about.
 */
class PrometheusTests {

	private static final CountDownLatch STUBBORN = new CountDownLatch(1);

	private static ConfigurableApplicationContext context;

	private static Edgewise edgewise;

	private final HttpClient client = HttpClient.newHttpClient();

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(EdgewiseServer.class, Nodes.class)
			.properties("server.port=0", "edgewise.agent.enabled=false", "edgewise.generation.grace=20ms",
					"edgewise.session.log.frames=16")
			.run();
		edgewise = context.getBean(Edgewise.class);
	}

	@AfterAll
	static void stop() {
		STUBBORN.countDown();
		context.close();
	}

	@ParameterizedTest
	@EnumSource(names = { "GENERATION", "GENERATION_ACTIVE", "GENERATION_FIRST", "SILENCE", "CLEANUP", "DISCARDED",
			"STUCK", "HANDLER_FAILURES", "CONDITION_FAILURES" })
	void isThereForARouteThatHasNeverRun(EdgewiseMeter meter) {
		String name = meter.getName().replace('.', '_');
		assertThat(scrape())
			.containsPattern(name + "(_total|_seconds_count)?\\{[^}]*route=\"unused\"[^}]*} 0(\\.0)?\n");
	}

	@Test
	void hasEveryDocumentedMeterOnceThatItHasHappened(TestInfo test) {
		interrupted(test);
		ModelMeters models = new ModelMeters(context.getBean(MeterRegistry.class));
		models.first("model", Duration.ofMillis(1));
		models.ended("model", "stop", Duration.ofMillis(2));
		models.used("model", 3, 4);
		assertThat(Arrays.stream(EdgewiseMeter.values()).map((meter) -> meter.getName().replace('.', '_')))
			.allSatisfy((name) -> assertThat(scrape()).contains("\n" + name));
	}

	@Test
	void countsAGenerationThatEndsByItself(TestInfo test) {
		edgewise.open(id(test), Map.of()).block();
		publish(test, new DTMFInput("1"));
		awaitFigure("edgewise_generation_seconds_count{outcome=\"completed\",route=\"short\"}", 1);
		awaitFigure("edgewise_generation_first_seconds_count{route=\"short\"}", 1);
		awaitFigure("edgewise_generation_active{route=\"short\"}", 0);
	}

	@Test
	void timesAnInterruptionToTheFenceToSilenceAndToTheNodesEnd(TestInfo test) {
		double before = figure("edgewise_silence_seconds_count{route=\"endless\"}");
		interrupted(test);
		awaitFigure("edgewise_silence_seconds_count{route=\"endless\"}", before + 1);
		awaitFigure("edgewise_cleanup_seconds_count{route=\"endless\"}", before + 1);
		awaitFigure(
				"edgewise_interruption_seconds_count{cause=\"UserStartedSpeaking\",reason=\"event\",route=\"endless\"}",
				before + 1);
		awaitFigure(
				"edgewise_decisions_total{cause=\"UserStartedSpeaking\",route=\"endless\",rule=\"interrupted\",verdict=\"interrupt\"}",
				before + 1);
	}

	@Test
	void countsAnInterruptionThatWasDecidedAgainst(TestInfo test) {
		edgewise.open(id(test), Map.of()).block();
		publish(test, new AgentHandoff("other", null));
		publish(test, new UserStartedSpeaking());
		awaitFigure(
				"edgewise_decisions_total{cause=\"UserStartedSpeaking\",route=\"deaf\",rule=\"condition\",verdict=\"ignore\"}",
				1);
		publish(test, new EmergencyStop(null));
		awaitFigure(
				"edgewise_decisions_total{cause=\"EmergencyStop\",route=\"deaf\",rule=\"forced\",verdict=\"interrupt\"}",
				1);
		awaitFigure("edgewise_interruption_seconds_count{cause=\"EmergencyStop\",reason=\"emergency\",route=\"deaf\"}",
				1);
	}

	@Test
	void countsHandlersAndConditionsThatFail(TestInfo test) {
		edgewise.open(id(test), Map.of()).block();
		publish(test, new CustomReceived(Map.of()));
		publish(test, new UserStartedSpeaking());
		awaitFigure("edgewise_condition_failures_total{route=\"faulty\"}", 1);
		awaitFigure("edgewise_handler_failures_total{route=\"faulty\"}", 1);
	}

	@Test
	void countsItemsThatNobodyHadTaken(TestInfo test) {
		edgewise.open(id(test), Map.of()).block();
		Slow reader = new Slow();
		edgewise.read(id(test), 0).subscribe(reader);
		publish(test, new UserUnknownInputReceived("go"));
		reader.request(3);
		awaitFigure("edgewise_generation_first_seconds_count{route=\"wordy\"}", 1);
		publish(test, new UserStartedSpeaking());
		await().untilAsserted(() -> assertThat(figure("edgewise_discarded_total{route=\"wordy\"}")).isPositive());
		reader.cancel();
	}

	@Test
	void countsANodeThatIgnoresItsEndUntilItEnds(TestInfo test) {
		edgewise.open(id(test), Map.of()).block();
		publish(test, new ToolCall("1", "stubborn", Map.of()));
		awaitFigure("edgewise_generation_active{route=\"stubborn\"}", 1);
		publish(test, new UserStartedSpeaking());
		awaitFigure("edgewise_stuck{route=\"stubborn\"}", 1);
		STUBBORN.countDown();
		awaitFigure("edgewise_stuck{route=\"stubborn\"}", 0);
	}

	@Test
	void countsReadersThatLoseFrames(TestInfo test) {
		edgewise.open(id(test), Map.of()).block();
		Slow reader = new Slow();
		edgewise.read(id(test), 0).subscribe(reader);
		for (int i = 0; i < 40; i++) {
			publish(test, new UserStartedSpeaking());
		}
		reader.request(1);
		awaitFigure("edgewise_stream_gaps_total", 1);
		reader.cancel();
	}

	@Test
	void countsEventsByWhatBecameOfThem(TestInfo test) {
		edgewise.open(id(test), Map.of()).block();
		edgewise.publish(id(test), new ToolCall("2", "", Map.of()), "a", null).block();
		edgewise.publish(id(test), new ToolCall("2", "", Map.of()), "a", null).block();
		edgewise.publish(id(test), new ToolCall("3", "", Map.of()), "a", null).onErrorComplete().block();
		assertThat(figure("edgewise_events_total{outcome=\"accepted\",type=\"ToolCall\"}")).isPositive();
		assertThat(figure("edgewise_events_total{outcome=\"duplicate\",type=\"ToolCall\"}")).isOne();
		assertThat(figure("edgewise_events_total{outcome=\"refused\",type=\"ToolCall\"}")).isOne();
		publish(test, new UserStartedSpeaking());
	}

	@Test
	void countsEventsThatCannotBeRead(TestInfo test) throws Exception {
		edgewise.open(id(test), Map.of()).block();
		int port = ((WebServerApplicationContext) context).getWebServer().getPort();
		HttpRequest request = HttpRequest
			.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/sessions/" + id(test) + "/events"))
			.header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString("{\"type\":\"Nonsense\"}"))
			.build();
		assertThat(this.client.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(422);
		assertThat(figure("edgewise_events_total{outcome=\"refused\",type=\"other\"}")).isOne();
		edgewise.close(id(test)).block();
	}

	@Test
	void countsSessionsAndStreamsThatAreOpen(TestInfo test) {
		double sessions = figure("edgewise_sessions");
		double streams = figure("edgewise_streams");
		edgewise.open(id(test), Map.of()).block();
		Slow reader = new Slow();
		edgewise.read(id(test), 0).subscribe(reader);
		assertThat(figure("edgewise_sessions")).isEqualTo(sessions + 1);
		assertThat(figure("edgewise_streams")).isEqualTo(streams + 1);
		reader.cancel();
		edgewise.close(id(test)).block();
		awaitFigure("edgewise_sessions", sessions);
		awaitFigure("edgewise_streams", streams);
	}

	private void interrupted(TestInfo test) {
		edgewise.open(id(test), Map.of()).block();
		Slow reader = new Slow();
		edgewise.read(id(test), 0).subscribe(reader);
		reader.request(Long.MAX_VALUE);
		double before = figure("edgewise_generation_seconds_count{outcome=\"interrupted\",route=\"endless\"}");
		publish(test, new UserStoppedSpeaking());
		awaitFigure("edgewise_generation_active{route=\"endless\"}", 1);
		publish(test, new UserStartedSpeaking());
		awaitFigure("edgewise_generation_seconds_count{outcome=\"interrupted\",route=\"endless\"}", before + 1);
		edgewise.close(id(test)).block();
	}

	private void publish(TestInfo test, Object event) {
		edgewise.publish(id(test), event).block();
	}

	private static String id(TestInfo test) {
		return test.getTestMethod().orElseThrow().getName();
	}

	private void awaitFigure(String series, double expected) {
		await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertThat(figure(series)).isEqualTo(expected));
	}

	private double figure(String series) {
		return scrape().lines()
			.filter((line) -> line.startsWith(series + " "))
			.mapToDouble((line) -> Double.parseDouble(line.substring(series.length() + 1)))
			.findFirst()
			.orElse(0);
	}

	private String scrape() {
		int port = ((WebServerApplicationContext) context).getWebServer().getPort();
		URI uri = URI.create("http://127.0.0.1:" + port + "/actuator/prometheus");
		try {
			return this.client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
		}
		catch (Exception ex) {
			throw new AssertionError(ex);
		}
	}

	/**
	 * A reader that takes what it is told to.
	 */
	private static final class Slow extends BaseSubscriber<Frame> {

		@Override
		protected void hookOnSubscribe(Subscription subscription) {
			// no demand yet
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Nodes {

		@Bean
		RouteDefinition unused() {
			return Routes.on(Unheard.class).stream((event) -> "never").broadcast();
		}

		@Bean("short")
		RouteDefinition brief() {
			return Routes.on(DTMFInput.class).stream((event) -> Flux.just("one ", "two")).broadcast();
		}

		@Bean
		RouteDefinition endless() {
			return Routes.on(UserStoppedSpeaking.class)
				.interruptOn(UserStartedSpeaking.class)
				.stream((event) -> Flux.just("on and on ").concatWith(Flux.never()))
				.broadcast();
		}

		@Bean
		RouteDefinition wordy() {
			return Routes.on(UserUnknownInputReceived.class)
				.interruptOn(UserStartedSpeaking.class)
				.stream((event) -> Flux.just("word ").repeat())
				.broadcast();
		}

		@Bean
		RouteDefinition deaf() {
			return Routes.on(AgentHandoff.class)
				.interruptOn(UserStartedSpeaking.class)
				.condition((event, generation) -> false)
				.stream((event) -> Flux.never())
				.broadcast();
		}

		@Bean
		RouteDefinition faulty() {
			return Routes.on(CustomReceived.class)
				.interruptOn(UserStartedSpeaking.class)
				.condition((event, generation) -> {
					throw new IllegalStateException("a condition that fails");
				})
				.onInterrupt((interruption) -> {
					throw new IllegalStateException("a handler that fails");
				})
				.stream((event) -> Flux.never())
				.broadcast();
		}

		@Bean
		RouteDefinition stubborn() {
			return Routes.on(ToolCall.class)
				.interruptOn(UserStartedSpeaking.class)
				.filter((call) -> call.toolName().equals("stubborn"))
				.run((call, generation) -> {
					while (STUBBORN.getCount() > 0) {
						try {
							STUBBORN.await();
						}
						catch (InterruptedException ex) {
							// as a node that swallows its interruption
						}
					}
				})
				.broadcast();
		}

	}

	/**
	 * An event that nobody publishes.
	 */
	record Unheard() {
	}

}
