package dev.edgewise.test;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

import dev.edgewise.Playback;
import dev.edgewise.Decision;
import dev.edgewise.Decision.Verdict;
import dev.edgewise.Evidence;
import dev.edgewise.Evidence.Answer;
import dev.edgewise.Evidence.Shield;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.InterruptRequested;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.InterruptionPolicy.WhileProtected;
import dev.edgewise.interruption.Phrases;
import dev.edgewise.route.EventTypes;
import dev.edgewise.route.RouteTable;
import dev.edgewise.test.RecordedSession.Aim;
import dev.edgewise.test.RecordedSession.Begun;
import dev.edgewise.test.RecordedSession.Chosen;
import dev.edgewise.test.RecordedSession.Decided;
import dev.edgewise.test.RecordedSession.Framed;
import dev.edgewise.test.RecordedSession.Line;
import dev.edgewise.test.RecordedSession.Section;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads recordings: the lines that {@code GET /v1/sessions/{id}/recording} answers.
 */
final class RecordingReader {

	private static final int VERSION = 1;

	private static final String INTERRUPTED = EventTypes.nameOf(AgentGenerationInterrupted.class);

	private final JsonMapper mapper;

	private final RouteTable routes;

	RecordingReader(JsonMapper application, RouteTable routes) {
		this.routes = routes;
		this.mapper = application.rebuild()
			.propertyNamingStrategy(null)
			.deactivateDefaultTyping()
			.disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, DeserializationFeature.UNWRAP_ROOT_VALUE)
			.addModule(new SimpleModule("edgewise-recordings").addDeserializer(Duration.class, new Millis()))
			.build();
	}

	RecordedSession read(Stream<String> text) {
		Iterator<String> lines = text.filter((line) -> !line.isBlank()).iterator();
		if (!lines.hasNext()) {
			throw new RecordingException("The recording is empty");
		}
		JsonNode header = parse(lines.next(), 1);
		JsonNode version = header.get("recording");
		if (version == null || !version.isInt()) {
			throw new RecordingException(
					"Line 1 is not the header of a recording, as GET /v1/sessions/{id}/recording answers it");
		}
		if (version.intValue() != VERSION) {
			throw new RecordingException("The recording has version " + version.intValue() + "; this reads " + VERSION);
		}
		List<Line> read = new ArrayList<>();
		long lost = 0;
		for (int number = 2; lines.hasNext(); number++) {
			JsonNode node = parse(lines.next(), number);
			try {
				JsonNode gap = node.get("gap");
				if (gap != null) {
					lost = gap.path("decisions").asLong(0);
					checkWhole(gap);
				}
				else {
					read.add(line(node));
				}
			}
			catch (JacksonException | IllegalArgumentException | DateTimeParseException ex) {
				throw new RecordingException("Line " + number + " cannot be read: " + ex.getMessage(), ex);
			}
		}
		try {
			List<InterruptionPolicy> policies = new ArrayList<>();
			member(header, "policies").properties()
				.forEach((policy) -> policies.add(policy(policy.getKey(), policy.getValue())));
			@SuppressWarnings("unchecked")
			Map<String, Object> attributes = this.mapper.treeToValue(member(header, "attributes"), Map.class);
			return new RecordedSession(time(header, "createdAt"), time(header, "at"), attributes,
					playback(text(header, "playback")), text(header, "policy"), policies, List.copyOf(read), lost);
		}
		catch (JacksonException | IllegalArgumentException | DateTimeParseException ex) {
			throw new RecordingException("Line 1 cannot be read: " + ex.getMessage(), ex);
		}
	}

	private static Playback playback(@Nullable String name) {
		return (name != null) ? Playback.valueOf(name.toUpperCase(Locale.ROOT)) : Playback.ASSUMED;
	}

	private JsonNode parse(String line, int number) {
		try {
			return this.mapper.readTree(line);
		}
		catch (JacksonException ex) {
			throw new RecordingException("Line " + number + " is no JSON object: " + ex.getOriginalMessage(), ex);
		}
	}

	private static void checkWhole(JsonNode gap) {
		if (gap.has("from")) {
			throw new RecordingException(
					"Frames %s to %s had left the session's log when it was recorded: ".formatted(gap.get("from"),
							gap.get("to")) + "record it earlier, or raise edgewise.session.log.frames and .bytes");
		}
		if (gap.has("others")) {
			throw new RecordingException("The recording lacks " + gap.get("others")
					+ " lines beside its frames, so what ran is not known: record the session earlier");
		}
	}

	private Line line(JsonNode node) {
		String kind = node.propertyNames().iterator().next();
		JsonNode content = member(node, kind);
		return switch (kind) {
			case "frame" -> frame(node, (ObjectNode) content);
			case "decision" -> new Decided(decision(content));
			case "generation" -> {
				String route = word(content, "route");
				if (this.routes.routes().stream().noneMatch((known) -> known.id().equals(route))) {
					throw new RecordingException("The recording has a generation of the route '" + route
							+ "', which the route table does not have");
				}
				yield new Begun(word(content, "id"), route, member(content, "cause").asLong());
			}
			case "protection" -> new Section(word(content, "generation"), time(content, "at"),
					member(content, "open").asBoolean(), content.path("items").asLong(0));
			case "policy" -> new Chosen(time(content, "at"), text(content, "name"));
			default -> throw new IllegalArgumentException("there are no lines '" + kind + "'");
		};
	}

	private Framed frame(JsonNode line, ObjectNode frame) {
		long sequence = member(frame, "sequence").asLong();
		Instant at = time(frame, "at");
		String type = word(frame, "type");
		String route = text(frame, "route");
		// What has no route is no generation's, and its member of that name is the
		// event's.
		String generation = (route != null) ? text(frame, "generation") : null;
		boolean outside = line.path("outside").asBoolean(false);
		boolean command = type.equals(EventTypes.nameOf(InterruptRequested.class));
		Aim aim = null;
		Object event = null;
		String reason = text(frame, "reason");
		Long cause = (type.equals(INTERRUPTED) && frame.has("cause")) ? frame.path("cause").asLong() : null;
		if (outside) {
			aim = new Aim(line.path("together").asBoolean(false), line.path("force").asBoolean(false),
					text(line, "generation"), text(line, "route"));
		}
		if (!command && (outside || (generation != null && !OwnFrames.isOwn(type)))) {
			frame.remove(List.of("sequence", "at", "type", "route"));
			if (generation != null) {
				frame.remove("generation");
			}
			event = event(type, frame, outside);
		}
		return new Framed(sequence, at, type, generation, route, event, reason, cause, aim);
	}

	/**
	 * Reads an event. An item of a type that nobody has named can neither start nor cut
	 * off anything, so it need not be known.
	 */
	private Object event(String type, ObjectNode fields, boolean outside) {
		Class<?> known = this.routes.eventTypes().find(type);
		if (known == null) {
			if (outside) {
				throw new RecordingException("The recording has an event of the type '" + type
						+ "', which no route names and the service does not know");
			}
			return new UnknownItem(fields.toString());
		}
		return this.mapper.treeToValue(fields, known);
	}

	private static Decision decision(JsonNode node) {
		JsonNode evidence = member(node, "evidence");
		JsonNode user = member(evidence, "user");
		JsonNode agent = member(evidence, "agent");
		JsonNode past = member(evidence, "past");
		String shield = text(evidence, "protection");
		JsonNode confidence = user.get("confidence");
		JsonNode since = past.get("sinceInterruptionMillis");
		return new Decision(member(node, "sequence").asLong(), time(node, "at"), word(node, "generation"),
				word(node, "route"), word(node, "cause"), Verdict.valueOf(word(node, "verdict")), word(node, "rule"),
				word(node, "policy"),
				new Evidence(member(evidence, "forced").asBoolean(), (shield != null) ? Shield.valueOf(shield) : null,
						new Evidence.User(member(user, "speech").asBoolean(), text(user, "speaker"),
								text(user, "language"), member(user, "speaking").asBoolean(),
								member(user, "open").asBoolean(), member(user, "overdue").asBoolean(),
								Duration.ofMillis(member(user, "spokeForMillis").asLong()), word(user, "transcript"),
								member(user, "words").asInt(), (confidence != null) ? confidence.asDouble() : null,
								word(user, "keys")),
						new Evidence.Agent(member(agent, "started").asBoolean(),
								Duration.ofMillis(member(agent, "spokeForMillis").asLong()),
								agent.has("words") ? agent.path("words").asInt() : null,
								member(agent, "tookFloor").asBoolean()),
						new Evidence.Past(member(past, "interruptions").asInt(),
								(since != null) ? Duration.ofMillis(since.asLong()) : null),
						Answer.valueOf(word(evidence, "condition"))),
				Duration.ofNanos(member(node, "tookMicros").asLong() * 1_000));
	}

	private static InterruptionPolicy policy(String name, JsonNode node) {
		if (name.equals(InterruptionPolicy.IMMEDIATE_NAME)) {
			return InterruptionPolicy.IMMEDIATE;
		}
		JsonNode flapping = member(node, "flapping");
		JsonNode floor = member(node, "floor");
		return new InterruptionPolicy(name, member(node, "min-words").asInt(), duration(node, "min-speech"),
				member(node, "min-confidence").asDouble(), phrases(node, "stop-phrases"), phrases(node, "backchannels"),
				duration(node, "back-off"), duration(node, "protect-first"),
				member(node, "protect-first-words").asInt(), member(flapping, "max").asInt(),
				duration(flapping, "window"), duration(node, "decide-within"), duration(node, "transcript-wait"),
				WhileProtected.valueOf(word(node, "while-protected")), member(floor, "max-words").asInt(),
				duration(floor, "max-time"));
	}

	private static Phrases phrases(JsonNode policy, String list) {
		Map<String, List<String>> byLanguage = new HashMap<>();
		member(policy, "languages").properties()
			.forEach((language) -> byLanguage.put(language.getKey(), texts(language.getValue(), list)));
		return new Phrases(texts(policy, list), byLanguage);
	}

	private static List<String> texts(JsonNode node, String list) {
		return member(node, list).values().stream().map(JsonNode::asString).toList();
	}

	private static Duration duration(JsonNode node, String name) {
		return Duration.ofMillis(Long.parseLong(word(node, name).replaceFirst("ms$", "")));
	}

	private static Instant time(JsonNode node, String name) {
		return Instant.parse(word(node, name));
	}

	private static JsonNode member(JsonNode node, String name) {
		JsonNode member = node.get(name);
		if (member == null) {
			throw new IllegalArgumentException("it has no '" + name + "'");
		}
		return member;
	}

	private static String word(JsonNode node, String name) {
		return member(node, name).asString();
	}

	private static @Nullable String text(JsonNode node, String name) {
		JsonNode member = node.get(name);
		return (member != null && member.isString()) ? member.stringValue() : null;
	}

	/**
	 * An item of a type that no route names.
	 *
	 * @param fields its fields, as JSON
	 */
	record UnknownItem(String fields) {
	}

	/**
	 * Reads durations as events write them.
	 */
	private static final class Millis extends ValueDeserializer<Duration> {

		@Override
		public Duration deserialize(JsonParser parser, DeserializationContext context) {
			return Duration.ofMillis(parser.getLongValue());
		}

	}

}
