package dev.edgewise.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import dev.edgewise.Interruption;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.http.Wire.Event;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of what fast nodes do to slow readers, and fast readers to one another.
 */
class ReaderPaceTests {

	private static final int ITEMS = Integer.getInteger("burst.items", 20_000);

	private static final int READERS = 100;

	private static final CompletableFuture<Interruption> stalled = new CompletableFuture<>();

	private static TestServer server;

	@BeforeAll
	static void start() {
		server = TestServer.with(burst()).property("edgewise.stream.stall-timeout", "3s").start();
	}

	private static RouteDefinition burst() {
		return Routes.on(UserStoppedSpeaking.class)
			.id("burst")
			.interruptOn(UserStartedSpeaking.class)
			.onInterrupt((interruption) -> {
				if (interruption.reason() == Interruption.Reason.CLIENT_DISCONNECTED) {
					stalled.complete(interruption);
				}
			})
			.stream((event) -> Flux.range(1, ITEMS).map((i) -> new AgentResponse("word " + i + " ")))
			.broadcast();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@Test
	void givesASlowReaderNothingOfTheCutAnswerButWhatTheTransportHolds() {
		cutASlowReader(server, 150);
	}

	@Test
	void boundsWhatTheTransportHoldsWithoutItsNativeOptionsToo() {
		try (TestServer own = TestServer.with(burst()).source(WithoutNatives.class).start()) {
			cutASlowReader(own, 400);
		}
	}

	private static void cutASlowReader(TestServer server, int bound) {
		String session = server.session();
		try (Wire wire = Wire.connect(server.port, 4 << 10)) {
			wire.request("HTTP/1.1", "POST", session + "/events", "{\"type\":\"UserStoppedSpeaking\"}",
					"Accept: text/event-stream", "Content-Type: application/json");
			for (int i = 0; i < 10; i++) {
				wire.event();
			}
			long held = server.awaitStandstill(session);
			assertThat(held).isLessThan(1_000);
			assertThat(server.post(session + "/events", "{\"type\":\"UserStartedSpeaking\"}").json().get("interrupted"))
				.hasSize(1);
			List<Event> rest = wire.events();
			List<Event> late = rest.stream().filter((event) -> event.name().equals("AgentResponse")).toList();
			assertThat(late.size()).isLessThan(bound);
			assertThat(rest.subList(late.size(), rest.size())).extracting(Event::name)
				.containsExactly("UserStartedSpeaking", "AgentGenerationInterrupted");
			assertThat(rest).extracting(Event::sequence).isSorted();
			// what was taken is whole, and what was not is skipped
			assertThat(late).extracting(Event::sequence)
				.containsExactlyElementsOf(LongStream.range(11, 11 + late.size()).boxed().toList());
		}
	}

	@Test
	void endsAStreamThatTakesNothing() throws Exception {
		String session = server.session();
		try (Wire wire = Wire.connect(server.port, 4 << 10)) {
			wire.request("HTTP/1.1", "POST", session + "/events", "{\"type\":\"UserStoppedSpeaking\"}",
					"Accept: text/event-stream", "Content-Type: application/json");
			assertThat(stalled.get(10, TimeUnit.SECONDS).route()).isEqualTo("burst");
		}
	}

	@Test
	void givesManyFastReadersTheirWholeBurstsInTurn() throws Exception {
		ExecutorService readers = Executors.newFixedThreadPool(READERS);
		CountDownLatch go = new CountDownLatch(1);
		try {
			List<Future<Long>> times = new ArrayList<>();
			for (int i = 0; i < READERS; i++) {
				String session = server.session();
				times.add(readers.submit(new Reader(session, go)));
			}
			go.countDown();
			long[] sorted = new long[READERS];
			for (int i = 0; i < READERS; i++) {
				sorted[i] = times.get(i).get(55, TimeUnit.SECONDS);
			}
			Arrays.sort(sorted);
			System.out.printf("%d readers x %d: first %d ms, median %d ms, last %d ms%n", READERS, ITEMS,
					sorted[0] / 1_000_000, sorted[READERS / 2] / 1_000_000, sorted[READERS - 1] / 1_000_000);
			assertThat(sorted[READERS - 1]).isLessThanOrEqualTo(3 * sorted[READERS / 2]);
		}
		finally {
			readers.shutdownNow();
		}
	}

	/**
	 * Reads a burst as fast as it can and checks that its ids are 1, 2, 3 and so on.
	 */
	private record Reader(String session, CountDownLatch go) implements Callable<Long> {

		@Override
		public Long call() throws Exception {
			this.go.await();
			long begin = System.nanoTime();
			try (Socket socket = new Socket("127.0.0.1", server.port)) {
				socket.setSoTimeout(50_000);
				String body = "{\"type\":\"UserStoppedSpeaking\"}";
				socket.getOutputStream()
					.write(("POST " + this.session + "/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
							+ "Accept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: "
							+ body.length() + "\r\n\r\n" + body)
						.getBytes(StandardCharsets.US_ASCII));
				assertThat(readIds(socket.getInputStream())).isEqualTo(ITEMS + 3);
			}
			return System.nanoTime() - begin;
		}

		private static long readIds(InputStream in) {
			byte[] buffer = new byte[16 << 10];
			byte[] mark = "\nid:".getBytes(StandardCharsets.US_ASCII);
			int matched = 0;
			long id = -1;
			long last = 0;
			try {
				for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
					for (int i = 0; i < n; i++) {
						byte b = buffer[i];
						if (id >= 0) {
							if (b == '\n') {
								if (id != last + 1) {
									throw new AssertionError(id + " after " + last);
								}
								last = id;
								id = -1;
								matched = 1;
							}
							else {
								id = id * 10 + b - '0';
							}
						}
						else if (b == mark[matched]) {
							if (++matched == mark.length) {
								id = 0;
								matched = 0;
							}
						}
						else {
							matched = (b == mark[0]) ? 1 : 0;
						}
					}
				}
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
			return last;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WithoutNatives {

		@Bean
		NettyServerCustomizer withoutNatives(ReactorResourceFactory resources) {
			return (server) -> server.runOn(resources.getLoopResources(), false);
		}

	}

}
