package dev.edgewise.benchmark;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import dev.edgewise.Edgewise;
import dev.edgewise.Generation;
import dev.edgewise.Route;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * The server that is measured, in a JVM of its own: an application with one annotated
 * agent, and beside it the plain endpoint that people write without Edgewise. Both say
 * what the same {@link Pacer} makes, and both are observed as Boot observes.
 */
public final class Server {

	private final int port;

	private final Speakers speakers;

	private final Edgewise edgewise;

	private Server(WebServerApplicationContext context) {
		this.port = context.getWebServer().getPort();
		this.speakers = context.getBean(Speakers.class);
		this.edgewise = context.getBean(Edgewise.class);
	}

	public static void main(String[] arguments) throws Exception {
		Jvm.answer(() -> new Server((WebServerApplicationContext) new SpringApplicationBuilder(Application.class)
			.web(WebApplicationType.REACTIVE)
			.run("--server.port=0", "--server.address=127.0.0.1", "--spring.main.banner-mode=off",
					"--spring.config.name=none", "--edgewise.session.max=200000", "--edgewise.session.tombstone=1s",
					"--edgewise.log.total-bytes=3GB"))::answer);
	}

	private List<String> answer(String[] question) throws Exception {
		return switch (question[0]) {
			case "port" -> List.of("port " + this.port);
			case "usage" -> usage();
			case "heap" -> List.of("heap " + heap());
			case "census" -> Census.take();
			case "sessions" -> sessions(Integer.parseInt(question[1]));
			case "cancelled" -> cancelled();
			default -> throw new IllegalArgumentException(question[0]);
		};
	}

	/**
	 * What has been used so far: nanoseconds of the processors, bytes allocated by the
	 * threads that are alive, items said; and what is used now: threads, bytes of memory.
	 */
	private List<String> usage() throws IOException {
		OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
		ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
		long allocated = 0;
		for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
			allocated += Math.max(0, bytes);
		}
		return List.of("processor " + system.getProcessCpuTime(), "allocated " + allocated,
				"said " + this.speakers.pacer.said(), "threads " + threads.getThreadCount(), "memory " + resident());
	}

	/**
	 * The bytes of the process that are in memory.
	 */
	private static long resident() throws IOException {
		return Files.readAllLines(Path.of("/proc/self/status"))
			.stream()
			.filter((line) -> line.startsWith("VmRSS:"))
			.mapToLong((line) -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
			.findFirst()
			.orElse(0);
	}

	/**
	 * The bytes that are alive.
	 */
	private static long heap() {
		for (int i = 0; i < 3; i++) {
			System.gc();
		}
		return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
	}

	/**
	 * Opens sessions that are named by their numbers, from 0.
	 */
	private List<String> sessions(int count) {
		Flux.range(0, count).concatMap((i) -> this.edgewise.open(String.valueOf(i), Map.of())).blockLast();
		return List.of();
	}

	/**
	 * When nodes were cancelled, by their generations; once.
	 */
	private List<String> cancelled() {
		List<String> lines = new ArrayList<>();
		this.speakers.cancelled.forEach((generation, nanos) -> lines.add(generation + " " + nanos));
		this.speakers.cancelled.clear();
		return lines;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Speakers speakers() {
			return new Speakers();
		}

		/**
		 * A stream that is opened, and on which nothing is said, with as little in
		 * between as the stack allows; and a post that is read, and of which nothing
		 * comes.
		 */
		@Bean
		RouterFunction<ServerResponse> bare() {
			byte[] comment = ":\n\n".getBytes(StandardCharsets.US_ASCII);
			return RouterFunctions.route()
				.GET("/bare/{id}",
						(request) -> ServerResponse.ok()
							.contentType(MediaType.TEXT_EVENT_STREAM)
							.body((response,
									context) -> response.writeAndFlushWith(Flux.<Mono<DataBuffer>>never()
										.startWith(Mono.just(response.bufferFactory().wrap(comment))))))
				.POST("/bare/{id}",
						(request) -> request.bodyToMono(String.class)
							.flatMap((body) -> ServerResponse.accepted()
								.contentType(MediaType.APPLICATION_JSON)
								.bodyValue("{\"characters\":" + body.length() + "}")))
				.build();
		}

		@Bean
		Plain plain(Speakers speakers) {
			return new Plain(speakers.pacer);
		}

	}

	/**
	 * The agent: begins to speak when the user has stopped, and stops when the user
	 * starts.
	 */
	static class Speakers {

		final Pacer pacer = new Pacer();

		final Map<String, Long> cancelled = new ConcurrentHashMap<>();

		@Route(on = UserStoppedSpeaking.class, interruptOn = UserStartedSpeaking.class)
		Flux<AgentResponse> speak(Generation generation) {
			int every = ((Number) generation.session().attributes().get("every")).intValue();
			return this.pacer.items(every)
				.map(AgentResponse::new)
				.doOnCancel(() -> this.cancelled.put(generation.id(), System.nanoTime()));
		}

	}

	/**
	 * The floor: an endpoint that streams what an agent says, with no engine in between.
	 */
	@RestController
	static class Plain {

		private final Pacer pacer;

		private final Map<String, Sinks.One<String>> stops = new ConcurrentHashMap<>();

		Plain(Pacer pacer) {
			this.pacer = pacer;
		}

		/**
		 * What people write.
		 * @param every milliseconds between two items
		 */
		@GetMapping("/plain/{id}")
		Flux<ServerSentEvent<Item>> speak(@PathVariable String id, @RequestParam int every) {
			AtomicLong sequence = new AtomicLong();
			return this.pacer.items(every).map((text) -> item(id, sequence.incrementAndGet(), "AgentResponse", text));
		}

		/**
		 * The same, with items that are made on another thread than the connection's.
		 */
		@GetMapping("/elsewhere/{id}")
		Flux<ServerSentEvent<Item>> speakElsewhere(@PathVariable String id, @RequestParam int every) {
			return speak(id, every).subscribeOn(Schedulers.parallel());
		}

		/**
		 * A stream that is opened, and on which nothing is said.
		 */
		@GetMapping("/silent/{id}")
		Flux<ServerSentEvent<Item>> listen(@PathVariable String id) {
			return Flux.just(ServerSentEvent.<Item>builder().comment(id).build()).concatWith(Flux.never());
		}

		/**
		 * The same, until a request says stop.
		 */
		@GetMapping("/stoppable/{id}")
		Flux<ServerSentEvent<Item>> speakUntilStopped(@PathVariable String id, @RequestParam int every) {
			Sinks.One<String> stop = Sinks.one();
			this.stops.put(id, stop);
			return speak(id, every).takeUntilOther(stop.asMono())
				.concatWith(Mono.fromSupplier(() -> item(id, 0, "AgentGenerationInterrupted", "")));
		}

		@PostMapping("/stoppable/{id}/events")
		void stop(@PathVariable String id) {
			Objects.requireNonNull(this.stops.remove(id)).tryEmitValue(id);
		}

		private static ServerSentEvent<Item> item(String id, long sequence, String type, String text) {
			return ServerSentEvent
				.builder(new Item(sequence, Instant.now(), type, "gmwtws13g-" + id, "speakers.speak", text))
				.id(String.valueOf(sequence))
				.event(type)
				.build();
		}

	}

	record Item(long sequence, Instant at, String type, String generation, String route, String content) {
	}

}
