package dev.edgewise.web;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;

import dev.edgewise.InterruptReceipt;
import dev.edgewise.Playback;
import dev.edgewise.Receipt;
import dev.edgewise.SessionClosedException;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.route.EventTypes;
import dev.edgewise.session.SessionEngine;
import dev.edgewise.session.SessionView;
import dev.edgewise.session.Submission;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.Context;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseCookie;
import org.springframework.util.CollectionUtils;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MimeTypeUtils;
import org.springframework.util.MultiValueMap;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.util.DisconnectedClientHelper;

/**
 * The service's paths: opens and closes sessions, takes events in, answers with receipts,
 * streams and problems. Its bodies are written and read here and not by the application's
 * codecs, which may be set to another taste.
 */
public final class HttpEdge {

	private static final Log logger = LogFactory.getLog(HttpEdge.class);

	private static final Pattern SESSION_ID = Pattern.compile("[A-Za-z0-9._~-]{1,128}");

	private static final long FROM_NOW_ON = -1;

	/**
	 * Has Reactor drop an error, by the key that it looks for, that comes when a body has
	 * failed already: Reactor Netty tells twice that a client has gone, and the second
	 * time would be logged as an error, for each such client.
	 */
	private static final Context BODY_ENDS_ONCE = Context.of("reactor.onErrorDropped.local",
			(Consumer<Throwable>) (error) -> logger.debug("A body has failed once more", error));

	private final SessionEngine engine;

	private final WebSettings settings;

	private final Json json;

	private final EventReader events;

	private final Streams streams;

	private final RecordingJson recordings;

	/**
	 * Creates the edge.
	 * @param engine where the sessions are
	 * @param types the events that clients may name
	 * @param mapper the application's mapper; null for a plain one
	 * @param settings the bounds
	 * @param timer times heartbeats
	 */
	public HttpEdge(SessionEngine engine, EventTypes types, @Nullable JsonMapper mapper, WebSettings settings,
			Scheduler timer) {
		this.engine = engine;
		this.settings = settings;
		this.json = new Json(mapper);
		this.events = new EventReader(this.json, types, settings);
		this.streams = new Streams(settings, timer);
		this.recordings = new RecordingJson(this.json);
	}

	/**
	 * The service's routes.
	 */
	public RouterFunction<ServerResponse> routes() {
		RouterFunctions.Builder routes = RouterFunctions.route();
		resource(routes, "/sessions", Map.of(HttpMethod.POST, this::open));
		resource(routes, "/sessions/{id}", Map.of(HttpMethod.PUT, this::put, HttpMethod.GET, this::view,
				HttpMethod.HEAD, this::view, HttpMethod.PATCH, this::patch, HttpMethod.DELETE, this::close));
		resource(routes, "/sessions/{id}/events", Map.of(HttpMethod.POST, this::publish));
		resource(routes, "/sessions/{id}/interrupt", Map.of(HttpMethod.POST, this::interrupt));
		resource(routes, "/sessions/{id}/decisions",
				Map.of(HttpMethod.GET, this::decisions, HttpMethod.HEAD, this::decisions));
		resource(routes, "/sessions/{id}/stream", Map.of(HttpMethod.GET, this::stream));
		resource(routes, "/sessions/{id}/conversation",
				Map.of(HttpMethod.GET, this::conversation, HttpMethod.HEAD, this::conversation));
		resource(routes, "/sessions/{id}/recording",
				Map.of(HttpMethod.GET, this::recording, HttpMethod.HEAD, this::recording));
		resource(routes, "/events", Map.of(HttpMethod.POST, this::publishToAll));
		return routes.build();
	}

	/**
	 * Answers what is below the base path and nobody's. To be asked last: an application
	 * may have paths of its own there.
	 */
	public RouterFunction<ServerResponse> remainder() {
		return RouterFunctions.route(RequestPredicates.path(this.settings.basePath() + "/**"),
				(request) -> problem(Problem.notFound()));
	}

	private void resource(RouterFunctions.Builder routes, String path,
			Map<HttpMethod, HandlerFunction<ServerResponse>> methods) {
		String pattern = this.settings.basePath() + path;
		methods.forEach((method, handler) -> routes
			.route(RequestPredicates.method(method).and(RequestPredicates.path(pattern)), guarded(handler)));
		Set<HttpMethod> allowed = new TreeSet<>(methods.keySet());
		allowed.add(HttpMethod.OPTIONS);
		routes.route(RequestPredicates.method(HttpMethod.OPTIONS).and(RequestPredicates.path(pattern)),
				(request) -> ServerResponse.ok().headers((headers) -> headers.setAllow(allowed)).build());
		routes.route(RequestPredicates.path(pattern),
				(request) -> problem(Problem.method(allowed), (headers) -> headers.setAllow(allowed)));
	}

	/**
	 * Turns every error of a handler into a problem, here and nowhere else in the
	 * application.
	 */
	private HandlerFunction<ServerResponse> guarded(HandlerFunction<ServerResponse> handler) {
		return (request) -> Mono.defer(() -> handler.handle(request)).onErrorResume((error) -> {
			Problem problem = Problem.of(error);
			if (problem == null) {
				if (error instanceof BrokenOffException
						|| DisconnectedClientHelper.isClientDisconnectedException(error)) {
					// an error would be logged as the service's
					return Mono.just(Unread.INSTANCE);
				}
				logger.error(request.method() + " " + request.path() + " failed", this.engine.loggable(error));
				problem = Problem.internal();
			}
			return problem(problem);
		});
	}

	private Mono<ServerResponse> open(ServerRequest request) {
		return sessionBody(request).flatMap((body) -> {
			String id = text(body.remove("id"), "id");
			Map<String, Object> attributes = attributes(body);
			return openOrFind(request, id, attributes, playback(body)).flatMap(
					(opened) -> opened.created() ? created(request, opened.session().id(), body.hasNonNull("playback"))
							: Mono.error(Problem.sessionExists(opened.session().id()).refusal()));
		});
	}

	private Mono<ServerResponse> put(ServerRequest request) {
		String id = validId(request.pathVariable("id"));
		return sessionBody(request).flatMap((body) -> {
			String named = text(body.remove("id"), "id");
			if (named != null && !named.equals(id)) {
				throw Problem.field("id", "Must be the id in the path, or absent").refusal();
			}
			return openOrFind(request, id, attributes(body), playback(body)).flatMap((opened) -> opened.created()
					? created(request, id, body.hasNonNull("playback")) : view(id, body.hasNonNull("playback")));
		});
	}

	/**
	 * Opens a session for who calls. One that is somebody else's is there, and that is
	 * all that is told.
	 */
	private Mono<SessionEngine.Opened> openOrFind(ServerRequest request, @Nullable String id,
			Map<String, Object> attributes, Playback playback) {
		Admission admission = admission(request);
		if (admission == null) {
			return this.engine.openOrFind(id, attributes, playback);
		}
		if (id != null && !admission.mayOpen(id)) {
			throw Problem.sessionExists(id).refusal();
		}
		return this.engine.openOrFind(id, attributes, playback).doOnNext((opened) -> {
			String session = opened.session().id();
			if (opened.created()) {
				admission.opened(session);
			}
			else if (!admission.owns(session)) {
				throw Problem.sessionExists(session).refusal();
			}
		});
	}

	private static @Nullable Admission admission(ServerRequest request) {
		return (Admission) request.exchange().getAttribute(Admission.ATTRIBUTE);
	}

	private static void admit(ServerRequest request, List<Submission> events) {
		Admission admission = admission(request);
		if (admission != null) {
			admit(admission, events.stream().anyMatch(Submission::force),
					(int) events.stream().filter((event) -> !(event.event() instanceof EmergencyStop)).count());
		}
	}

	private static void admit(Admission admission, boolean force, int events) {
		if (force && !admission.mayForce()) {
			throw Problem.forbidden("operator").with("field", "force").refusal();
		}
		Admission.Excess excess = (events > 0) ? admission.events(events) : null;
		if (excess != null) {
			throw Problem.callerLimit(excess.limit(), excess.max(), excess.retryAfter()).refusal();
		}
	}

	private Mono<ServerResponse> view(ServerRequest request) {
		return view(request.pathVariable("id"), false);
	}

	/**
	 * Shows a session.
	 * @param asked whether the client has asked for a playback: then it is told which is
	 * in force though it is the default
	 */
	private Mono<ServerResponse> view(String session, boolean asked) {
		return this.engine.view(session).flatMap((view) -> json(HttpStatus.OK, describe(view, asked)));
	}

	private Mono<ServerResponse> created(ServerRequest request, String session, boolean asked) {
		URI location = URI
			.create(request.requestPath().contextPath().value() + this.settings.basePath() + "/sessions/" + session);
		return this.engine.view(session)
			.flatMap((view) -> ServerResponse.created(location)
				.contentType(MediaType.APPLICATION_JSON)
				.bodyValue(this.json.write(describe(view, asked))));
	}

	private Mono<ServerResponse> close(ServerRequest request) {
		return this.engine.close(request.pathVariable("id")).then(Mono.defer(() -> ServerResponse.noContent().build()));
	}

	private Mono<ServerResponse> patch(ServerRequest request) {
		String session = request.pathVariable("id");
		return body(request, this.settings.eventMaxSize(), true)
			// a policy may be null
			.flatMap((body) -> this.engine.policy(session, this.events.policy(body)))
			.then(Mono.defer(() -> view(session, false)));
	}

	private Mono<ServerResponse> interrupt(ServerRequest request) {
		String session = request.pathVariable("id");
		return counted(() -> body(request, this.settings.eventMaxSize(), false)
			.map((body) -> this.events.command(body, this.engine.routes()))
			.doOnNext((command) -> {
				Admission admission = admission(request);
				if (admission != null) {
					admit(admission, command.command().force(), 1);
				}
			}))
			// a session that is not there is told first: its routes may not be these
			.onErrorResume(Problem.Refusal.class, (refusal) -> this.engine.view(session).then(Mono.error(refusal)))
			.flatMap((command) -> this.engine.interrupt(session, command.command(), command.id()))
			.flatMap((receipt) -> json(HttpStatus.OK, describe(receipt)));
	}

	private Mono<ServerResponse> decisions(ServerRequest request) {
		return this.engine.decisions(request.pathVariable("id"))
			.flatMap((decisions) -> json(HttpStatus.OK,
					Map.of("decisions", decisions.stream().map(DecisionJson::describe).toList())));
	}

	private Mono<ServerResponse> publish(ServerRequest request) {
		String session = request.pathVariable("id");
		boolean streaming = wantsStream(request);
		return counted(() -> body(request, this.settings.arrayMaxSize(), true).map(this.events::events)
			.doOnNext((read) -> admit(request, read.submissions()))).flatMap((body) -> {
				if (streaming) {
					return refusing(this.engine.publishAndRead(session, body.submissions()))
						.map(this.streams::response);
				}
				return refusing(this.engine.publishAll(session, body.submissions()))
					.map((receipts) -> receipts.stream().map(HttpEdge::describe).toList())
					.flatMap((receipts) -> json(HttpStatus.ACCEPTED, body.array() ? receipts : receipts.get(0)));
			});
	}

	private Mono<ServerResponse> publishToAll(ServerRequest request) {
		return counted(() -> body(request, this.settings.eventMaxSize(), true).map(this.events::event))
			.flatMap((event) -> refusing(this.engine.publishToAll(event)))
			.flatMap((broadcast) -> {
				Map<String, Object> counts = new LinkedHashMap<>();
				counts.put("sessions", broadcast.sessions());
				counts.put("interrupted", broadcast.interrupted());
				counts.put("started", broadcast.started());
				return json(HttpStatus.ACCEPTED, counts);
			});
	}

	/**
	 * Has events counted that never come to the engine because they cannot be read.
	 */
	private <T> Mono<T> counted(Supplier<Mono<T>> events) {
		return Mono.defer(events).doOnError((error) -> this.engine.eventRefused());
	}

	/**
	 * Streams a session's log. Asks the engine at once and not in operators, which would
	 * be held for as long as the stream is open.
	 */
	private Mono<ServerResponse> stream(ServerRequest request) {
		long after = after(request);
		try {
			return Mono.just(this.streams.response(this.engine.reader(request.pathVariable("id"), after)));
		}
		catch (SessionClosedException ex) {
			if (after == FROM_NOW_ON) {
				throw ex;
			}
			// native clients never ask again after a 204
			return ServerResponse.noContent().build();
		}
	}

	private Mono<ServerResponse> conversation(ServerRequest request) {
		List<String> views = request.queryParams().getOrDefault("view", List.of(ConversationJson.HEARD));
		String view = (views.size() == 1) ? views.get(0) : null;
		if (view == null || !ConversationJson.VIEWS.contains(view)) {
			throw Problem.parameter("view", "one view").with("allowed", ConversationJson.VIEWS).refusal();
		}
		return this.engine.conversation(request.pathVariable("id"))
			.flatMap((conversation) -> json(HttpStatus.OK, ConversationJson.describe(conversation, view)));
	}

	private Mono<ServerResponse> recording(ServerRequest request) {
		return this.engine.recording(request.pathVariable("id"))
			.flatMap((recording) -> ServerResponse.ok()
				.contentType(MediaType.APPLICATION_NDJSON)
				.bodyValue(this.recordings.write(recording)));
	}

	private static Map<String, @Nullable Object> describe(SessionView view, boolean asked) {
		Map<String, @Nullable Object> session = new LinkedHashMap<>();
		session.put("id", view.id());
		session.put("createdAt", Json.time(view.createdAt()));
		session.put("lastEventAt", Json.time(view.lastEventAt()));
		session.put("lastSequence", view.lastSequence());
		session.put("attributes", view.attributes());
		if (view.policy() != null) {
			session.put("policy", view.policy());
		}
		if (asked || view.playback() != Playback.ASSUMED) {
			session.put("playback", nameOf(view.playback()));
		}
		if (view.agent() != null) {
			session.put("agent", view.agent());
		}
		session.put("generations", view.generations().stream().map(HttpEdge::describe).toList());
		return session;
	}

	private static Map<String, @Nullable Object> describe(SessionView.GenerationView view) {
		Map<String, @Nullable Object> generation = new LinkedHashMap<>();
		generation.put("id", view.id());
		generation.put("route", view.route());
		generation.put("state", view.state());
		generation.put("cause", view.cause());
		generation.put("startedAt", Json.time(view.startedAt()));
		return generation;
	}

	private static Map<String, Object> describe(Receipt receipt) {
		Map<String, Object> members = new LinkedHashMap<>();
		members.put("sequence", receipt.sequence());
		members.put("duplicate", receipt.duplicate());
		members.put("interrupted", receipt.interrupted());
		members.put("ignored", receipt.ignored());
		members.put("started", receipt.started());
		members.put("refused", receipt.refused());
		members.put("paused", receipt.paused());
		members.put("decisions", receipt.decisions().stream().map(DecisionJson::describe).toList());
		return members;
	}

	private static Map<String, Object> describe(InterruptReceipt receipt) {
		Map<String, Object> members = new LinkedHashMap<>();
		members.put("sequence", receipt.sequence());
		members.put("duplicate", receipt.duplicate());
		members.put("stopped", receipt.stopped().stream().map(HttpEdge::describe).toList());
		members.put("protected", receipt.spared().stream().map(HttpEdge::describe).toList());
		return members;
	}

	private static Map<String, Object> describe(InterruptReceipt.Stopped stopped) {
		Map<String, Object> members = new LinkedHashMap<>();
		members.put("generation", stopped.generation());
		members.put("route", stopped.route());
		members.put("delivered", stopped.delivered());
		members.put("heard", stopped.heard());
		return members;
	}

	private static Map<String, Object> describe(InterruptReceipt.Spared spared) {
		Map<String, Object> members = new LinkedHashMap<>();
		members.put("generation", spared.generation());
		members.put("route", spared.route());
		members.put("rule", spared.rule());
		if (spared.protection() != null) {
			members.put("protection", spared.protection());
		}
		members.put("delivered", spared.delivered());
		members.put("heard", spared.heard());
		return members;
	}

	/**
	 * Reads what a session is opened with: nothing, or an object.
	 */
	private Mono<ObjectNode> sessionBody(ServerRequest request) {
		return body(request, this.settings.eventMaxSize(), false).map((bytes) -> {
			ObjectNode body = (bytes.length != 0) ? this.events.object(bytes) : this.json.mapper().createObjectNode();
			EventReader.allow(body, "attributes", "id", "playback");
			return body;
		});
	}

	@SuppressWarnings("unchecked")
	private Map<String, Object> attributes(ObjectNode body) {
		JsonNode attributes = body.get("attributes");
		if (attributes == null || attributes.isNull()) {
			return Map.of();
		}
		if (!attributes.isObject()) {
			throw Problem.field("attributes", "Must be an object").with("expected", "object").refusal();
		}
		return (Map<String, Object>) this.json.mapper().treeToValue(attributes, Map.class);
	}

	private static Playback playback(ObjectNode body) {
		JsonNode playback = body.get("playback");
		if (playback == null || playback.isNull()) {
			return Playback.ASSUMED;
		}
		List<String> allowed = Arrays.stream(Playback.values()).map(HttpEdge::nameOf).toList();
		int found = playback.isString() ? allowed.indexOf(playback.stringValue()) : -1;
		if (found < 0) {
			throw Problem.field("playback", "There is no such playback").with("allowed", allowed).refusal();
		}
		return Playback.values()[found];
	}

	static String nameOf(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT);
	}

	private static @Nullable String text(@Nullable JsonNode node, String field) {
		if (node == null || node.isNull()) {
			return null;
		}
		return validId(node.isString() ? node.stringValue() : "");
	}

	private static String validId(String id) {
		if (!SESSION_ID.matcher(id).matches()) {
			throw Problem.field("id", "Must be 1 to 128 of A-Z a-z 0-9 . _ ~ -").refusal();
		}
		return id;
	}

	/**
	 * Reads the bytes of a body, none for none.
	 */
	private Mono<byte[]> body(ServerRequest request, int limit, boolean required) {
		HttpHeaders headers = request.headers().asHttpHeaders();
		if (headers.getContentLength() > limit) {
			throw Problem.tooLarge(limit).refusal();
		}
		boolean typed = headers.containsHeader(HttpHeaders.CONTENT_TYPE);
		if ((required || typed) && !isJson(request)) {
			throw Problem.mediaType().refusal();
		}
		return DataBufferUtils.join(request.exchange().getRequest().getBody(), limit)
			.map(HttpEdge::bytes)
			.onErrorMap(DataBufferLimitException.class, (error) -> Problem.tooLarge(limit).refusal())
			.defaultIfEmpty(new byte[0])
			.doOnNext((bytes) -> {
				if (this.streams.isAnswered(request.exchange().getResponse())) {
					throw new BrokenOffException();
				}
				if (bytes.length != 0 && !required && !typed) {
					throw Problem.mediaType().refusal();
				}
			})
			.contextWrite(BODY_ENDS_ONCE);
	}

	private static byte[] bytes(DataBuffer buffer) {
		byte[] bytes = new byte[buffer.readableByteCount()];
		buffer.read(bytes);
		DataBufferUtils.release(buffer);
		return bytes;
	}

	private static boolean isJson(ServerRequest request) {
		try {
			MediaType type = request.headers().contentType().orElse(null);
			return type != null && type.getType().equalsIgnoreCase("application")
					&& (type.getSubtype().equalsIgnoreCase("json") || "json".equalsIgnoreCase(type.getSubtypeSuffix()))
					&& (type.getCharset() == null || StandardCharsets.UTF_8.equals(type.getCharset()));
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

	/**
	 * Whether the client names the type of event streams. That it takes anything does not
	 * count.
	 */
	private static boolean wantsStream(ServerRequest request) {
		return request.headers()
			.header(HttpHeaders.ACCEPT)
			.stream()
			.flatMap((header) -> MimeTypeUtils.tokenize(header).stream())
			.anyMatch(HttpEdge::isEventStream);
	}

	private static boolean isEventStream(String text) {
		try {
			MediaType type = MediaType.parseMediaType(text);
			return type.getType().equalsIgnoreCase("text") && type.getSubtype().equalsIgnoreCase("event-stream")
					&& type.getQualityValue() > 0;
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

	private static long after(ServerRequest request) {
		List<String> header = request.headers().header("Last-Event-ID");
		if (!header.isEmpty()) {
			return sequence(header, "Last-Event-ID");
		}
		List<String> query = request.queryParams().get("after");
		return (query != null) ? sequence(query, "after") : FROM_NOW_ON;
	}

	private static long sequence(List<? extends @Nullable String> values, String field) {
		String value = (values.size() == 1) ? values.get(0) : null;
		try {
			if (value != null && value.chars().allMatch((c) -> c >= '0' && c <= '9')) {
				return Long.parseLong(value);
			}
		}
		catch (NumberFormatException ex) {
			// empty or too large
		}
		throw Problem.parameter(field, "one integer, 0 or more").refusal();
	}

	/**
	 * The engine refuses what cannot be encoded; that is the client's event and not a
	 * failure of the service.
	 */
	private <T> Mono<T> refusing(Mono<T> answer) {
		return answer.onErrorMap(IllegalArgumentException.class, (error) -> {
			logger.debug("An event was refused", this.engine.loggable(error));
			return Problem.invalidEvent(null).refusal();
		});
	}

	private Mono<ServerResponse> json(HttpStatus status, Object body) {
		return ServerResponse.status(status).contentType(MediaType.APPLICATION_JSON).bodyValue(this.json.write(body));
	}

	private Mono<ServerResponse> problem(Problem problem) {
		return problem(problem, (headers) -> {
		});
	}

	private Mono<ServerResponse> problem(Problem problem, Consumer<HttpHeaders> headers) {
		ServerResponse.BodyBuilder response = ServerResponse.status(problem.status())
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.headers(headers);
		if (problem.retryAfter() != null) {
			response.header(HttpHeaders.RETRY_AFTER, String.valueOf(problem.retryAfterSeconds()));
		}
		return response.bodyValue(this.json.write(problem.members()));
	}

	/**
	 * Tells that a body has ended where the server could not decode it, which looks like
	 * an end, but for the answer that the server has given.
	 */
	private static final class BrokenOffException extends RuntimeException {

		BrokenOffException() {
			super("The body broke off", null, false, false);
		}

	}

	/**
	 * What is answered to a client that has gone, or to which the server has answered
	 * itself: nothing.
	 */
	private enum Unread implements ServerResponse {

		INSTANCE;

		@Override
		public HttpStatusCode statusCode() {
			return HttpStatus.BAD_REQUEST;
		}

		@Override
		public HttpHeaders headers() {
			return HttpHeaders.EMPTY;
		}

		@Override
		public MultiValueMap<String, ResponseCookie> cookies() {
			return CollectionUtils.unmodifiableMultiValueMap(new LinkedMultiValueMap<>());
		}

		@Override
		public Mono<Void> writeTo(ServerWebExchange exchange, Context context) {
			return Mono.empty();
		}

	}

}
