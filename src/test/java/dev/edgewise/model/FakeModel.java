package dev.edgewise.model;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.LoopResources;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.awaitility.Awaitility.await;

/**
 * A server with an OpenAI-compatible {@code /chat/completions} that does what it is told:
 * streams, stalls, fails, breaks off. Stamps the time at which each connection closes.
 */
public final class FakeModel implements AutoCloseable {

	private static final String HEAD = "\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"fake\"";

	private final LoopResources loops = LoopResources.create("fake-model", 2, true);

	private final DisposableServer server;

	private final List<Asked> asked = new CopyOnWriteArrayList<>();

	private final Queue<Play> next = new ConcurrentLinkedQueue<>();

	private volatile Play usual = says("Hello", " there.");

	private FakeModel() {
		this.server = HttpServer.create().host("127.0.0.1").port(0).runOn(this.loops).handle(this::handle).bindNow();
	}

	public static FakeModel start() {
		return new FakeModel();
	}

	private Publisher<Void> handle(HttpServerRequest request, HttpServerResponse response) {
		CompletableFuture<Channel> channel = new CompletableFuture<>();
		request.withConnection((connection) -> channel.complete(connection.channel()));
		return request.receive().aggregate().asString().flatMap((body) -> {
			Asked one = new Asked(request.uri(), request.requestHeaders().get("Authorization"),
					JsonMapper.shared().readTree(body), channel.join());
			one.channel.closeFuture().addListener((closed) -> one.closed.complete(System.nanoTime()));
			Play play = this.next.poll();
			this.asked.add(one);
			return Mono.from(((play != null) ? play : this.usual).play(response));
		});
	}

	/**
	 * The address of the server, without a path.
	 */
	public String url() {
		return "http://127.0.0.1:" + this.server.port();
	}

	/**
	 * What it does whenever it has not been told otherwise.
	 */
	public FakeModel usually(Play play) {
		this.usual = play;
		return this;
	}

	/**
	 * What it does next, in this order.
	 */
	public FakeModel then(Play... plays) {
		this.next.addAll(List.of(plays));
		return this;
	}

	/**
	 * The requests so far.
	 */
	public List<Asked> asked() {
		return this.asked;
	}

	/**
	 * Waits for a request.
	 * @param number which one, from 1
	 */
	public Asked awaitAsked(int number) {
		await("requests").pollInterval(Duration.ofMillis(1))
			.atMost(Duration.ofSeconds(30))
			.until(this.asked::size, (size) -> size >= number);
		return this.asked.get(number - 1);
	}

	@Override
	public void close() {
		this.asked.forEach((one) -> one.channel.close());
		this.server.disposeNow();
		this.loops.disposeLater(Duration.ZERO, Duration.ofSeconds(1)).subscribe();
	}

	/**
	 * Says words, counts tokens, and ends.
	 */
	public static Play says(String... words) {
		return raw(Stream
			.of(Stream.of(chunk("{\"role\":\"assistant\",\"content\":\"\"}", "null")),
					Stream.of(words).map(FakeModel::word),
					Stream.of(finish("stop"), usage(7, words.length), "data: [DONE]\n\n"))
			.flatMap((part) -> part)
			.collect(Collectors.joining()));
	}

	/**
	 * Says a word again and again.
	 */
	public static Play talks(Duration pace) {
		return events(Flux.interval(Duration.ZERO, pace).onBackpressureDrop().map((i) -> word("word" + i + " ")));
	}

	/**
	 * Says words, and then nothing any more.
	 */
	public static Play stalls(String... words) {
		return events(Flux.fromArray(words).map(FakeModel::word).concatWith(Flux.never()));
	}

	/**
	 * Begins to answer and says nothing.
	 */
	public static Play silent() {
		return events(Flux.just(chunk("{\"role\":\"assistant\"}", "null")).concatWith(Flux.never()));
	}

	/**
	 * Does not answer.
	 */
	public static Play mute() {
		return (response) -> Mono.never();
	}

	/**
	 * Sends something as a stream of events, and ends.
	 */
	public static Play raw(String text) {
		return events(Flux.just(text));
	}

	/**
	 * Sends something as a stream of events, and does not end.
	 */
	public static Play open(String text) {
		return events(Flux.just(text).concatWith(Flux.never()));
	}

	/**
	 * Sends something, and breaks the connection off.
	 */
	public static Play drops(String text) {
		return (response) -> {
			CompletableFuture<Channel> channel = new CompletableFuture<>();
			response.withConnection((connection) -> channel.complete(connection.channel()));
			return response.sse()
				.sendString(Flux.just(text)
					.concatWith(Mono.<String>fromRunnable(() -> channel.join().close())
						.delaySubscription(Duration.ofMillis(50))));
		};
	}

	/**
	 * Answers with a status.
	 * @param headers names and values
	 */
	public static Play status(int status, String body, String... headers) {
		return (response) -> {
			for (int i = 0; i < headers.length; i += 2) {
				response.header(headers[i], headers[i + 1]);
			}
			return response.status(status).header("Content-Type", "application/json").sendString(Mono.just(body));
		};
	}

	/**
	 * Calls a tool, in pieces.
	 */
	public static Play calls(String id, String tool, String arguments) {
		int half = arguments.length() / 2;
		return raw(call(0, id, tool, "") + call(0, null, null, arguments.substring(0, half))
				+ call(0, null, null, arguments.substring(half)) + finish("tool_calls") + "data: [DONE]\n\n");
	}

	private static Play events(Publisher<String> events) {
		return (response) -> response.sse().sendString(events);
	}

	public static String word(String word) {
		return chunk("{\"content\":" + JsonMapper.shared().writeValueAsString(word) + "}", "null");
	}

	public static String finish(String reason) {
		return chunk("{}", "\"" + reason + "\"");
	}

	static String usage(int input, int output) {
		return event("{%s,\"choices\":[],\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d,\"total_tokens\":%d}}"
			.formatted(HEAD, input, output, input + output));
	}

	static String call(int index, @Nullable String id, @Nullable String tool, String arguments) {
		String name = (tool != null) ? "\"name\":\"" + tool + "\"," : "";
		String call = (id != null) ? "\"id\":\"" + id + "\",\"type\":\"function\"," : "";
		return chunk("{\"tool_calls\":[{\"index\":%d,%s\"function\":{%s\"arguments\":%s}}]}".formatted(index, call,
				name, JsonMapper.shared().writeValueAsString(arguments)), "null");
	}

	private static String chunk(String delta, String finish) {
		return event(
				"{%s,\"choices\":[{\"index\":0,\"delta\":%s,\"finish_reason\":%s}]}".formatted(HEAD, delta, finish));
	}

	static String event(String data) {
		return "data: " + data + "\n\n";
	}

	/**
	 * What it does with a request.
	 */
	@FunctionalInterface
	public interface Play {

		Publisher<Void> play(HttpServerResponse response);

	}

	/**
	 * A request.
	 */
	public static final class Asked {

		public final String uri;

		public final @Nullable String authorization;

		public final JsonNode body;

		/** When its connection was closed, by {@link System#nanoTime()}. */
		public final CompletableFuture<Long> closed = new CompletableFuture<>();

		private final Channel channel;

		Asked(String uri, @Nullable String authorization, JsonNode body, Channel channel) {
			this.uri = uri;
			this.authorization = authorization;
			this.body = body;
			this.channel = channel;
		}

		/**
		 * Its messages as {@code role:content}.
		 */
		public List<String> messages() {
			return this.body.path("messages")
				.valueStream()
				.map((message) -> message.path("role").asString() + ":" + message.path("content").asString())
				.toList();
		}

		/**
		 * Breaks its connection off.
		 */
		public void breakOff() {
			this.channel.close();
		}

		public JsonNode message(Predicate<JsonNode> which) {
			return this.body.path("messages").valueStream().filter(which).findFirst().orElseThrow();
		}

	}

}
