package dev.edgewise.http;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import dev.edgewise.Routes;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.http.Wire.Event;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;

import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.WebFilter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of streams that stand still at a paused generation, with each of their writers.
 */
class PausedStreamHttpTests {

	private static final int ITEMS = 300;

	private static final String PADDING = "x".repeat(4 << 10);

	/** At 100 ms each, longer than a stream may stall. */
	private static final int HEARTBEATS = 35;

	@ParameterizedTest
	@ValueSource(classes = { OwnWriter.class, AnyWriter.class })
	void beatWhileTheyStandStillAndGoOnWithTheVeryNextItem(Class<?> writer) {
		try (TestServer server = server(writer); Paused paused = new Paused(server)) {
			paused.standStill(HEARTBEATS);
			assertThat(paused.hear("uh").get("ignored")).hasSize(1);
			paused.events.addAll(paused.wire.events());
			assertThat(paused.items()).isEqualTo(IntStream.rangeClosed(1, ITEMS).boxed().toList());
			assertThat(paused.events).extracting(Event::sequence).isSorted().doesNotHaveDuplicates();
			assertThat(paused.others()).containsExactly("UserStoppedSpeaking", "AgentGenerationStarted",
					"UserStartedSpeaking", "AgentGenerationPaused", "UserTranscriptionReceived",
					"AgentGenerationResumed", "AgentGenerationComplete");
		}
	}

	@ParameterizedTest
	@ValueSource(classes = { OwnWriter.class, AnyWriter.class })
	void skipWhatTheyStoodStillAtWhenItIsInterrupted(Class<?> writer) {
		try (TestServer server = server(writer); Paused paused = new Paused(server)) {
			paused.standStill(2);
			List<Integer> taken = paused.items();
			assertThat(paused.hear("wait please").get("interrupted")).hasSize(1);
			paused.events.addAll(paused.wire.events());
			assertThat(paused.items()).isEqualTo(taken).hasSizeLessThan(ITEMS);
			assertThat(paused.events).extracting(Event::sequence).isSorted().doesNotHaveDuplicates();
			assertThat(paused.others()).endsWith("UserStartedSpeaking", "UserTranscriptionReceived",
					"AgentGenerationInterrupted");
		}
	}

	private static TestServer server(Class<?> writer) {
		return TestServer
			.with(Routes.on(UserStoppedSpeaking.class)
				.id("answer")
				.interruptOn(UserStartedSpeaking.class)
				.policy("two-words")
				.stream((event) -> Flux.range(1, ITEMS).map((i) -> new AgentResponse(i + " " + PADDING)))
				.broadcast())
			.property("edgewise.stream.heartbeat", "100ms")
			.property("edgewise.stream.stall-timeout", "3s")
			.source(PoliciesOfTests.class)
			.source(writer)
			.start();
	}

	/**
	 * A slow reader of an answer that the user has begun to speak into.
	 */
	private static final class Paused implements AutoCloseable {

		private final TestServer server;

		private final String session;

		private final Wire wire;

		private final List<Event> events = new ArrayList<>();

		private final long last;

		Paused(TestServer server) {
			this.server = server;
			this.session = server.session();
			this.wire = Wire.connect(server.port, 4 << 10);
			this.wire.request("HTTP/1.1", "POST", this.session + "/events", "{\"type\":\"UserStoppedSpeaking\"}",
					"Accept: text/event-stream", "Content-Type: application/json");
			server.awaitStandstill(this.session);
			JsonNode receipt = server.post(this.session + "/events", "{\"type\":\"UserStartedSpeaking\"}").json();
			assertThat(receipt.get("paused")).hasSize(1);
			this.last = receipt.get("sequence").asLong() + 1;
		}

		/**
		 * Reads what had been taken, and then nothing but heartbeats.
		 */
		void standStill(int heartbeats) {
			int beats = 0;
			List<String> block = new ArrayList<>();
			while (beats < heartbeats) {
				String line = String.valueOf(this.wire.line());
				if (line.equals("\n")) {
					this.events.add(new Event(block.get(0).substring(3).trim(), block.get(1).substring(6).trim(),
							block.get(2).substring(5).trim()));
					block.clear();
					beats = 0;
				}
				else if (line.startsWith("id:") || !block.isEmpty()) {
					block.add(line);
				}
				else if (line.equals(": \n")) {
					beats++;
				}
				else {
					assertThat(line).isIn("retry:1000\n", ":\n");
				}
			}
			assertThat(this.events).extracting(Event::name).doesNotContain("UserStartedSpeaking");
			assertThat(this.server.get(this.session).json().get("lastSequence").asLong()).isEqualTo(this.last);
			assertThat(this.server.get(this.session).json().get("generations").get(0).get("state").asString())
				.isEqualTo("PAUSED");
		}

		JsonNode hear(String words) {
			return this.server
				.post(this.session + "/events",
						"{\"type\":\"UserTranscriptionReceived\",\"content\":\"" + words + "\"}")
				.json();
		}

		List<Integer> items() {
			return this.events.stream()
				.filter((event) -> event.name().equals("AgentResponse"))
				.map((event) -> Integer.valueOf(event.json().get("content").asString().split(" ")[0]))
				.toList();
		}

		List<String> others() {
			return this.events.stream().map(Event::name).filter((name) -> !name.equals("AgentResponse")).toList();
		}

		@Override
		public void close() {
			this.wire.close();
		}

	}

	/**
	 * Leaves the writer to the server.
	 */
	@Configuration(proxyBeanMethods = false)
	static class OwnWriter {

	}

	/**
	 * Hides what server there is, but bounds what it holds.
	 */
	@Configuration(proxyBeanMethods = false)
	static class AnyWriter {

		@Bean
		NettyServerCustomizer smallBuffers() {
			return (server) -> server.childOption(ChannelOption.SO_SNDBUF, 8 << 10);
		}

		@Bean
		WebFilter hidingFilter() {
			return (exchange, chain) -> chain
				.filter(exchange.mutate().response(hidden(exchange.getResponse())).build());
		}

		private static ServerHttpResponse hidden(ServerHttpResponse response) {
			return (ServerHttpResponse) Proxy.newProxyInstance(AnyWriter.class.getClassLoader(),
					new Class<?>[] { ServerHttpResponse.class }, (proxy, method, arguments) -> {
						try {
							return method.invoke(response, arguments);
						}
						catch (InvocationTargetException ex) {
							throw ex.getTargetException();
						}
					});
		}

	}

}
