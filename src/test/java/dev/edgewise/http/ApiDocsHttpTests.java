package dev.edgewise.http;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.edgewise.Frame;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.Routes;
import dev.edgewise.event.AgentEvent;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.SystemEvent;
import dev.edgewise.event.UserEvent;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserUnknownInputReceived;
import dev.edgewise.http.TestServer.Answer;
import dev.edgewise.http.Wire.Event;
import dev.edgewise.route.EventTypes;
import dev.edgewise.session.FrameEncoder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import org.springframework.web.reactive.function.server.RouterFunction;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The OpenAPI document, held against the running server: nothing in it that is not so,
 * and nothing so that is not in it. What there is only where callers are known is held in
 * the service's own package.
 */
class ApiDocsHttpTests {

	private static final Path COMMITTED = Path.of("src/docs/openapi.json");

	private static final String START = "{\"type\":\"UserStoppedSpeaking\"}";

	private static final String SPEAK = "{\"type\":\"UserStartedSpeaking\"}";

	private static final JsonNode SERVED = served();

	private final JsonNode document = SERVED;

	private final JsonSchema schemas = new JsonSchema(this.document);

	/** Operations and statuses that have been seen. */
	private final Set<String> seen = new TreeSet<>();

	/** The types of the frames that have been seen. */
	private final Set<String> frames = new TreeSet<>();

	private static JsonNode served() {
		try (TestServer server = server().start()) {
			Answer answer = server.get("/v3/api-docs");
			assertThat(answer.status()).isEqualTo(200);
			assertThat(answer.header("Content-Type")).isEqualTo("application/json");
			return answer.json();
		}
	}

	private static TestServer.Setup server() {
		return TestServer.with(
				Routes.on(UserStoppedSpeaking.class)
					.id("answer")
					.interruptOn(UserStartedSpeaking.class)
					.stream((event) -> Flux.concat(Flux.just("Hello, ", "world"), Flux.never()))
					.broadcast(),
				Routes.on(DTMFInput.class).id("brief").stream((event) -> Flux.just("Yes.")).broadcast(),
				Routes.on(UserUnknownInputReceived.class)
					.id("failing")
					.stream((event) -> Flux.error(new IllegalStateException("no")))
					.broadcast())
			.property("edgewise.web.api-docs", "true")
			.property("edgewise.shutdown.grace", "0ms");
	}

	@Test
	void isWhatIsCommittedButForWhatThereIsOnlyWhereCallersAreKnown() throws IOException {
		JsonNode committed = JsonMapper.shared().readTree(Files.readString(COMMITTED));
		assertThat(committed.get("paths").propertyNames()).containsAll(SERVED.get("paths").propertyNames())
			.hasSize(SERVED.get("paths").size() + 1);
		assertThat(committed.at("/components/schemas").propertyNames()).contains("Ticket")
			.hasSize(SERVED.at("/components/schemas").size() + 1);
		assertThat(SERVED.toString()).doesNotContain("\"x-guarded\"", "\"401\"", "\"403\"", "unauthenticated",
				"unverifiable", "forbidden", "caller-limit", "\"security", "needed", "\"bound\"");
	}

	@Test
	void isServedWhereItIsWanted() {
		try (TestServer server = server().property("edgewise.web.base-path", "/talk").start()) {
			assertThat(server.get("/v3/api-docs").json().at("/servers/0/url").asString()).isEqualTo("/talk");
		}
		try (TestServer server = TestServer.with().start()) {
			assertThat(server.get("/v3/api-docs").status()).isEqualTo(404);
		}
	}

	@Test
	void hasEveryPathAndMethodOfTheServerAndNoOther() {
		Set<String> served = new TreeSet<>();
		try (TestServer server = server().start()) {
			String routes = server.context.getBean("edgewiseRoutes", RouterFunction.class).toString();
			Pattern.compile("\\((\\w+) && /v1(\\S*)\\)")
				.matcher(routes)
				.results()
				.forEach((route) -> served.add(route.group(1) + " " + route.group(2)));
		}
		served.removeIf((operation) -> operation.startsWith("OPTIONS ") || operation.startsWith("HEAD "));
		assertThat(operations()).hasSize(12).containsExactlyInAnyOrderElementsOf(served);
	}

	@Test
	void everyAnswerIsAsItSaysAndEveryStatusThatItNamesIsAnswered() {
		try (TestServer server = server().start()) {
			talk(server);
			closed(server);
			wrong(server);
		}
		full();
		assertThat(this.seen).containsExactlyElementsOf(statuses());
	}

	private void talk(TestServer server) {
		Call open = new Call(server, "POST", "/sessions");
		Answer opened = open.answers(201, "/v1/sessions", "{\"id\":\"one\",\"playback\":\"acknowledged\"}");
		assertThat(opened.header("Location")).isEqualTo("/v1/sessions/one");
		open.answers(409, "/v1/sessions", "{\"id\":\"one\"}");
		Call put = new Call(server, "PUT", "/sessions/{id}");
		put.answers(201, "/v1/sessions/two", "{\"attributes\":{\"language\":\"en\"}}");
		put.answers(200, "/v1/sessions/two", "{}");
		Call publish = new Call(server, "POST", "/sessions/{id}/events");
		String events = "/v1/sessions/two/events";
		publish.answers(202, events, "{\"type\":\"UserStoppedSpeaking\",\"id\":\"e\"}");
		publish.answers(409, events, "{\"type\":\"UserStartedSpeaking\",\"id\":\"e\"}");
		new Call(server, "GET", "/sessions/{id}").answers(200, "/v1/sessions/two", null);
		Call interrupt = new Call(server, "POST", "/sessions/{id}/interrupt");
		assertThat(interrupt.answers(200, "/v1/sessions/two/interrupt", "{\"id\":\"i\",\"reason\":\"enough\"}")
			.json()
			.get("stopped")).hasSize(1);
		interrupt.answers(409, "/v1/sessions/two/interrupt", "{\"id\":\"i\",\"reason\":\"other\"}");
		publish.answers(202, events, "[" + START + "," + SPEAK + "]");
		streamed(server, publish, "POST", events, "{\"type\":\"DTMFInput\",\"button\":\"1\"}");
		streamed(server, publish, "POST", events, "{\"type\":\"UserUnknownInputReceived\",\"inputData\":\"?\"}");
		new Call(server, "PATCH", "/sessions/{id}").answers(200, "/v1/sessions/two", "{\"policy\":\"immediate\"}");
		assertThat(new Call(server, "GET", "/sessions/{id}/decisions").answers(200, "/v1/sessions/two/decisions", null)
			.json()
			.get("decisions")).isNotEmpty();
		Call conversation = new Call(server, "GET", "/sessions/{id}/conversation");
		conversation.answers(200, "/v1/sessions/two/conversation", null);
		conversation.answers(200, "/v1/sessions/two/conversation?view=generated", null);
		new Call(server, "GET", "/sessions/{id}/recording").answers(200, "/v1/sessions/two/recording", null);
		new Call(server, "POST", "/events").answers(202, "/v1/events", SPEAK);
	}

	private void closed(TestServer server) {
		Call close = new Call(server, "DELETE", "/sessions/{id}");
		close.answers(204, "/v1/sessions/two", null);
		Call stream = new Call(server, "GET", "/sessions/{id}/stream");
		List<Event> all = streamed(server, stream, "GET", "/v1/sessions/two/stream?after=0", null);
		assertThat(this.frames).contains("AgentGenerationStarted", "AgentGenerationComplete", "AgentGenerationFailed",
				"AgentGenerationInterrupted", "AgentResponse", "InterruptRequested", "SessionClosed");
		stream.answers(204, "/v1/sessions/two/stream?after=" + all.get(all.size() - 1).sequence(), null);
		new Call(server, "POST", "/sessions").answers(410, "/v1/sessions", "{\"id\":\"two\"}");
		for (String operation : operations()) {
			String method = operation.substring(0, operation.indexOf(' '));
			String path = operation.substring(operation.indexOf(' ') + 1);
			if (path.startsWith("/sessions/{id}")) {
				Call call = new Call(server, method, path);
				if (call.names(410)) {
					call.answers(410, "/v1" + path.replace("{id}", "two"), body(operation));
				}
				if (call.names(404)) {
					call.answers(404, "/v1" + path.replace("{id}", "three"), body(operation));
				}
			}
		}
	}

	private static @Nullable String body(String operation) {
		return switch (operation) {
			case "POST /sessions/{id}/events", "POST /events" -> START;
			case "PATCH /sessions/{id}" -> "{\"policy\":null}";
			case "PUT /sessions/{id}", "POST /sessions", "POST /sessions/{id}/interrupt" -> "{}";
			default -> null;
		};
	}

	private void wrong(TestServer server) {
		server.post("/v1/sessions", "{\"id\":\"four\"}");
		for (String operation : operations()) {
			String method = operation.substring(0, operation.indexOf(' '));
			String path = operation.substring(operation.indexOf(' ') + 1);
			Call call = new Call(server, method, path);
			String real = "/v1" + path.replace("{id}", "four");
			if (this.document.at(pointer(path)).get(method.toLowerCase()).has("requestBody")) {
				call.answers(400, real, "{");
				call.answers(413, real, "{\"type\":\"" + "x".repeat(300 << 10) + "\"}");
				call.answers(415, real, "{}", "Content-Type", "text/plain");
				call.answers(422, real, "{\"type\":\"None\",\"policy\":1}");
			}
		}
		new Call(server, "GET", "/sessions/{id}/stream").answers(400, "/v1/sessions/four/stream?after=x", null);
		new Call(server, "GET", "/sessions/{id}/conversation").answers(400, "/v1/sessions/four/conversation?view=x",
				null);
		new Call(server, "POST", "/sessions/{id}/interrupt").answers(404, "/v1/sessions/four/interrupt",
				"{\"generation\":\"none\"}");
		Call publish = new Call(server, "POST", "/sessions/{id}/events");
		publish.answers(422, "/v1/sessions/four/events", "{\"type\":\"SessionClosed\",\"reason\":\"SHUTDOWN\"}");
		publish.answers(422, "/v1/sessions/four/events", "{\"type\":\"DTMFInput\"}");
	}

	/**
	 * What happens at the bounds.
	 */
	private void full() {
		try (TestServer server = server().property("edgewise.session.max", 1)
			.property("edgewise.session.events-per-second", 1)
			.property("edgewise.stream.per-session", 1)
			.start()) {
			server.post("/v1/sessions", "{\"id\":\"a\"}");
			new Call(server, "POST", "/sessions").answers(503, "/v1/sessions", "{}");
			new Call(server, "PUT", "/sessions/{id}").answers(503, "/v1/sessions/b", "{}");
			try (Wire wire = server.stream("/v1/sessions/a/stream")) {
				assertThat(wire.status()).isEqualTo(200);
				new Call(server, "GET", "/sessions/{id}/stream").answers(429, "/v1/sessions/a/stream", null);
			}
			server.post("/v1/sessions/a/events", "[" + SPEAK + "," + SPEAK + "]");
			new Call(server, "POST", "/sessions/{id}/events").answers(429, "/v1/sessions/a/events",
					"[" + SPEAK + "," + SPEAK + "]");
			new Call(server, "POST", "/sessions/{id}/interrupt").until(429, "/v1/sessions/a/interrupt", "{}");
		}
		try (TestServer server = server().property("edgewise.log.total-bytes", "1KB").start()) {
			server.post("/v1/sessions", "{\"id\":\"a\"}");
			new Call(server, "POST", "/sessions/{id}/events").until(503, "/v1/sessions/a/events", SPEAK);
			new Call(server, "POST", "/sessions/{id}/interrupt").answers(503, "/v1/sessions/a/interrupt", "{}");
			new Call(server, "POST", "/events").answers(503, "/v1/events", SPEAK);
		}
	}

	private List<Event> streamed(TestServer server, Call call, String method, String path, @Nullable String body) {
		try (Wire wire = Wire.send(server.port, method, path, body, "Accept: text/event-stream",
				"Content-Type: application/json")) {
			assertThat(wire.status()).isEqualTo(200);
			JsonNode response = call.response(200);
			assertThat(response.get("content").propertyNames()).containsExactly(wire.headers().get("content-type"));
			response.get("headers")
				.propertyNames()
				.forEach((name) -> assertThat(wire.headers().get(name.toLowerCase()))
					.isEqualTo(response.at("/headers/" + name + "/schema/const").asString()));
			List<Event> events = wire.events();
			assertThat(events).isNotEmpty().allSatisfy((event) -> {
				JsonNode schema = response.at("/content/text~1event-stream/x-data");
				assertThat(this.schemas.problems(schema, event.json())).as(event.data()).isEmpty();
				this.frames.add(event.name());
			});
			return events;
		}
	}

	static Stream<Class<?>> builtIn() {
		return Stream.of(UserEvent.class, AgentEvent.class, SystemEvent.class)
			.flatMap((parent) -> Arrays.stream(parent.getPermittedSubclasses()));
	}

	@ParameterizedTest
	@MethodSource("builtIn")
	void describesEveryBuiltInEventByItsComponents(Class<?> type) {
		JsonNode schema = this.document.at("/components/schemas/" + type.getSimpleName());
		assertThat(schema.get("properties").propertyNames()).containsExactlyElementsOf(
				Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName).toList());
		assertThat(schema.path("required").values()).extracting(JsonNode::asString)
			.containsExactlyElementsOf(Arrays.stream(type.getRecordComponents())
				.filter((component) -> !isNullable(component))
				.map(RecordComponent::getName)
				.toList());
		assertThat(this.document.at("/components/schemas").has(type.getSimpleName() + "Event"))
			.isEqualTo(!EventTypes.isReserved(type));
	}

	@Test
	void describesNoOtherEvents() {
		Set<String> names = builtIn().map(Class::getSimpleName).collect(Collectors.toSet());
		assertThat(references("/components/schemas/Frame/oneOf", "Frame")).isEqualTo(names);
		names.removeAll(builtIn().filter(EventTypes::isReserved).map(Class::getSimpleName).toList());
		assertThat(references("/components/schemas/Event/oneOf", "Event")).isEqualTo(names);
	}

	private Set<String> references(String pointer, String suffix) {
		return this.document.at(pointer)
			.values()
			.stream()
			.map((reference) -> reference.get("$ref").asString().replaceAll(".*/|" + suffix + "$", ""))
			.filter((name) -> !name.equals("Own"))
			.collect(Collectors.toSet());
	}

	@Test
	void everyTypeOfFrameIsWrittenAsItSaysAndEveryEventThatFitsIsTaken() {
		try (TestServer server = server().start()) {
			FrameEncoder encoder = server.context.getBean(FrameEncoder.class);
			String session = server.session();
			builtIn().forEach((type) -> {
				for (boolean all : List.of(true, false)) {
					Object event = sample(type, all);
					JsonNode frame = data(encoder
						.encode(new Frame(7, Instant.ofEpochMilli(1), type.getSimpleName(), "g", "r", event)));
					assertThat(this.schemas.problems(schema("Frame"), frame)).as(frame.toString()).isEmpty();
					if (!EventTypes.isReserved(type)) {
						ObjectNode post = ((ObjectNode) frame).deepCopy();
						post.remove(List.of("sequence", "at", "route"));
						assertThat(this.schemas.problems(schema("Event"), post)).as(post.toString()).isEmpty();
						Answer answer = server.post(session + "/events", post.toString());
						assertThat(answer.status()).as(post + " " + answer.body()).isEqualTo(202);
						assertThat(this.schemas.problems(schema("Event"), post.put("more", 1))).isNotEmpty();
					}
				}
			});
		}
	}

	private JsonNode schema(String name) {
		return this.document.at("/components/schemas/" + name);
	}

	private static JsonNode data(byte[] block) {
		String text = new String(block, StandardCharsets.UTF_8);
		return JsonMapper.shared().readTree(text.substring(text.indexOf("data:") + 5));
	}

	/**
	 * An event with all its components, or with those that it must have.
	 */
	private static Object sample(Class<?> type, boolean all) {
		boolean progress = type.getSimpleName().equals("PlaybackProgress");
		Object[] values = Arrays.stream(type.getRecordComponents()).map((component) -> {
			// one of its units must be there, and only one
			boolean wanted = progress ? component.getName().equals("items") || component.getName().equals("generation")
					: all || !isNullable(component);
			return wanted ? value(component.getType()) : null;
		}).toArray();
		try {
			Class<?>[] types = Arrays.stream(type.getRecordComponents())
				.map(RecordComponent::getType)
				.toArray(Class<?>[]::new);
			Constructor<?> constructor = type.getDeclaredConstructor(types);
			return constructor.newInstance(values);
		}
		catch (ReflectiveOperationException ex) {
			throw new AssertionError(type.getSimpleName(), ex);
		}
	}

	private static Object value(Class<?> type) {
		Map<Class<?>, Object> values = Map.of(String.class, "x", Boolean.class, true, boolean.class, true, int.class, 3,
				Integer.class, 3, long.class, 3L, Long.class, 3L, Double.class, 0.5, Map.class, Map.of("a", 1),
				Reason.class, Reason.EVENT);
		return values.getOrDefault(type, "any");
	}

	private static boolean isNullable(RecordComponent component) {
		return component.getAnnotatedType().isAnnotationPresent(Nullable.class);
	}

	private Set<String> operations() {
		Set<String> operations = new TreeSet<>();
		JsonNode paths = this.document.get("paths");
		paths.propertyNames()
			.forEach((path) -> paths.get(path)
				.propertyNames()
				.stream()
				.filter((method) -> !method.equals("parameters"))
				.forEach((method) -> operations.add(method.toUpperCase() + " " + path)));
		return operations;
	}

	private Set<String> statuses() {
		Set<String> statuses = new TreeSet<>();
		for (String operation : operations()) {
			String method = operation.substring(0, operation.indexOf(' ')).toLowerCase();
			String path = operation.substring(operation.indexOf(' ') + 1);
			this.document.at(pointer(path))
				.get(method)
				.get("responses")
				.propertyNames()
				.forEach((status) -> statuses.add(operation + " " + status));
		}
		return statuses;
	}

	private static String pointer(String path) {
		return "/paths/" + path.replace("/", "~1");
	}

	/**
	 * An operation, and its answers as they come.
	 */
	private final class Call {

		private final TestServer server;

		private final String method;

		private final String path;

		Call(TestServer server, String method, String path) {
			this.server = server;
			this.method = method;
			this.path = path;
		}

		boolean names(int status) {
			return operation().get("responses").has(String.valueOf(status));
		}

		private JsonNode operation() {
			return ApiDocsHttpTests.this.document.at(pointer(this.path)).get(this.method.toLowerCase());
		}

		JsonNode response(int status) {
			JsonNode response = operation().get("responses").get(String.valueOf(status));
			assertThat(response).as(this.method + " " + this.path + " " + status).isNotNull();
			ApiDocsHttpTests.this.seen.add(this.method + " " + this.path + " " + status);
			return response;
		}

		/**
		 * Asks until a bound is reached, which it is soon.
		 */
		Answer until(int status, String path, @Nullable String body) {
			for (int i = 0; i < 100; i++) {
				Answer answer = this.server.send(this.method, path, body);
				if (answer.status() == status) {
					return checked(status, answer);
				}
			}
			throw new AssertionError("No " + status);
		}

		Answer answers(int status, String path, @Nullable String body, String... headers) {
			if (body != null && status < 300) {
				JsonNode request = operation().at("/requestBody/content/application~1json/schema");
				assertThat(ApiDocsHttpTests.this.schemas.problems(request, JsonMapper.shared().readTree(body))).as(body)
					.isEmpty();
			}
			return checked(status, this.server.send(this.method, path, body, headers));
		}

		private Answer checked(int status, Answer answer) {
			assertThat(answer.status()).as(this.method + " " + this.path + " " + answer.body()).isEqualTo(status);
			JsonNode response = response(status);
			JsonNode content = response.get("content");
			if (content == null) {
				assertThat(answer.body()).isEmpty();
				return answer;
			}
			String type = answer.header("Content-Type");
			assertThat(content.propertyNames()).containsExactly(type);
			if (response.has("headers")) {
				response.get("headers")
					.propertyNames()
					.forEach((name) -> assertThat(answer.header(name)).as(name).isNotEmpty());
			}
			JsonNode media = content.get(type);
			List<JsonNode> values = new ArrayList<>();
			if (media.has("x-line")) {
				answer.body().lines().forEach((line) -> values.add(JsonMapper.shared().readTree(line)));
			}
			else {
				values.add(answer.json());
			}
			JsonNode schema = media.has("x-line") ? media.get("x-line") : media.get("schema");
			assertThat(values).isNotEmpty()
				.allSatisfy((value) -> assertThat(ApiDocsHttpTests.this.schemas.problems(schema, value))
					.as(value.toString())
					.isEmpty());
			return answer;
		}

	}

}
