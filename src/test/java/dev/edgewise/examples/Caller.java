package dev.edgewise.examples;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import dev.edgewise.Receipt;
import dev.edgewise.event.AgentGenerationInterrupted;
import reactor.core.publisher.Flux;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The person at the other end: has a session over HTTP, hears everything on one stream,
 * and makes sure, when hanging up, that nobody was heard after an interruption.
 */
public final class Caller implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final ServerSentEvent<String> END = ServerSentEvent.<String>builder().build();

	private final WebClient client;

	private final String session;

	private final BlockingQueue<ServerSentEvent<String>> stream = new LinkedBlockingQueue<>();

	private final List<Heard> heard = new ArrayList<>();

	private Caller(int port, Map<String, Object> session) {
		this.client = WebClient.create("http://127.0.0.1:" + port);
		this.session = this.client.post()
			.uri("/v1/sessions")
			.contentType(MediaType.APPLICATION_JSON)
			.bodyValue(session)
			.retrieve()
			.toBodilessEntity()
			.block(PATIENCE)
			.getHeaders()
			.getLocation()
			.getPath();
		Flux<ServerSentEvent<String>> events = this.client.get()
			.uri(this.session + "/stream")
			.accept(MediaType.TEXT_EVENT_STREAM)
			.retrieve()
			.toEntityFlux(new ParameterizedTypeReference<ServerSentEvent<String>>() {
			})
			.block(PATIENCE)
			.getBody();
		events.filter((event) -> event.data() != null)
			.subscribe(this.stream::add, (failure) -> this.stream.add(END), () -> this.stream.add(END));
	}

	/**
	 * The path of the session.
	 */
	public String session() {
		return this.session;
	}

	/**
	 * Opens a session and its stream.
	 * @param port of a server on this machine
	 */
	public static Caller dial(int port) {
		return dial(port, Map.of());
	}

	/**
	 * Opens a session and its stream.
	 * @param port of a server on this machine
	 * @param session what the session is opened with
	 */
	public static Caller dial(int port, Map<String, Object> session) {
		return new Caller(port, session);
	}

	/**
	 * Sends one of the built-in events, or another record whose type has its name.
	 * @param event the event
	 */
	public Receipt send(Record event) {
		Map<String, Object> body = new LinkedHashMap<>();
		body.put("type", event.getClass().getSimpleName());
		body.putAll(JsonMapper.shared().convertValue(event, new TypeReference<Map<String, Object>>() {
		}));
		return send(body);
	}

	/**
	 * Sends an event as it is on the wire.
	 * @param event its members
	 */
	public Receipt send(Map<String, Object> event) {
		return this.client.post()
			.uri(this.session + "/events")
			.contentType(MediaType.APPLICATION_JSON)
			.bodyValue(event)
			.retrieve()
			.bodyToMono(Receipt.class)
			.block(PATIENCE);
	}

	/**
	 * Listens up to the next event of a type.
	 * @param type the type
	 */
	public Heard next(Class<?> type) {
		return next(type, (heard) -> true);
	}

	/**
	 * Listens up to the next event of a type that matches.
	 * @param type the type
	 * @param match which
	 */
	public Heard next(Class<?> type, Predicate<Heard> match) {
		return next(type.getSimpleName(), match);
	}

	/**
	 * Listens up to the next event of a type that matches.
	 * @param type the name of the type on the wire
	 * @param match which
	 */
	public Heard next(String type, Predicate<Heard> match) {
		for (Heard next = next(); next != null; next = next()) {
			if (next.type().equals(type) && match.test(next)) {
				return next;
			}
		}
		throw new AssertionError("The stream ended without " + type + ": " + this.heard);
	}

	/**
	 * Listens up to the next interrupted frame of a generation.
	 * @param generation its id
	 */
	public Heard interruptionOf(String generation) {
		return next(AgentGenerationInterrupted.class, (heard) -> heard.generation().equals(generation));
	}

	/**
	 * Listens to the end of the stream.
	 */
	public List<Heard> listenToTheEnd() {
		while (next() != null) {
			assertThat(this.heard).hasSizeLessThan(100_000);
		}
		return List.copyOf(this.heard);
	}

	/**
	 * What a generation has been heard to say so far.
	 * @param generation its id
	 */
	public String words(String generation) {
		StringBuilder words = new StringBuilder();
		for (Heard heard : this.heard) {
			if (heard.type().equals("AgentResponse") && heard.generation().equals(generation)) {
				words.append(heard.text("content"));
			}
		}
		return words.toString();
	}

	/**
	 * What a generation was heard to do so far, as the types of its frames, each run of
	 * equal ones once.
	 * @param generation its id
	 */
	public List<String> life(String generation) {
		List<String> types = new ArrayList<>();
		for (Heard heard : this.heard) {
			if (heard.generation().equals(generation)
					&& (types.isEmpty() || !types.get(types.size() - 1).equals(heard.type()))) {
				types.add(heard.type());
			}
		}
		return types;
	}

	/**
	 * The last message of the conversation that is of a generation.
	 * @param generation its id
	 */
	public JsonNode message(String generation) {
		JsonNode found = null;
		for (JsonNode message : get(this.session + "/conversation").path("messages")) {
			if (message.path("generation").asString("").equals(generation)) {
				found = message;
			}
		}
		assertThat(found).as("message of " + generation).isNotNull();
		return found;
	}

	/**
	 * The generations of the session that have not ended.
	 */
	public JsonNode generations() {
		return get(this.session).path("generations");
	}

	private JsonNode get(String path) {
		return JsonMapper.shared()
			.readTree(this.client.get().uri(path).retrieve().bodyToMono(String.class).block(PATIENCE));
	}

	private Heard next() {
		try {
			ServerSentEvent<String> event = this.stream.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
			assertThat(event).as("something to hear after %s", this.heard).isNotNull();
			if (event == END) {
				return null;
			}
			Heard heard = Heard.of(event);
			this.heard.add(heard);
			return heard;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new AssertionError(ex);
		}
	}

	/**
	 * Closes the session and listens to the last word.
	 */
	@Override
	public void close() {
		assertThat(this.client.delete().uri(this.session).retrieve().toBodilessEntity().block(PATIENCE).getStatusCode())
			.isEqualTo(HttpStatus.NO_CONTENT);
		List<Heard> all = listenToTheEnd();
		assertThat(all.get(all.size() - 1).type()).isEqualTo("SessionClosed");
		assertOrderAndSilence();
	}

	/**
	 * Asserts that what was heard came in order, and that nobody was heard after his end.
	 */
	public void assertOrderAndSilence() {
		Set<String> over = new HashSet<>();
		long last = 0;
		for (Heard heard : this.heard) {
			assertThat(heard.sequence()).isGreaterThan(last);
			last = heard.sequence();
			if (!heard.type().equals("AgentSpeechInterrupted")) {
				assertThat(over).as("%s came after the end of its generation", heard)
					.doesNotContain(heard.generation());
			}
			if (Set.of("AgentGenerationInterrupted", "AgentGenerationComplete", "AgentGenerationFailed")
				.contains(heard.type())) {
				over.add(heard.generation());
			}
		}
	}

	/**
	 * A frame as it came over the wire.
	 *
	 * @param sequence its number
	 * @param type the name of the event's type
	 * @param generation the id of the generation that it is of; empty for a client's
	 * @param data all of it
	 */
	public record Heard(long sequence, String type, String generation, JsonNode data) {

		private static Heard of(ServerSentEvent<String> event) {
			JsonNode data = JsonMapper.shared().readTree(event.data());
			return new Heard(Long.parseLong(event.id()), event.event(), data.path("generation").asString(""), data);
		}

		/**
		 * A field as text.
		 * @param field its name
		 */
		public String text(String field) {
			return this.data.path(field).asString("");
		}

	}

}
