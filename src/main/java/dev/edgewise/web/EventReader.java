package dev.edgewise.web;

import java.lang.reflect.Modifier;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.Temporal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import dev.edgewise.InterruptCommand;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.route.EventTypes;
import dev.edgewise.session.Submission;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.exc.ValueInstantiationException;
import tools.jackson.databind.introspect.BeanPropertyDefinition;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads the bodies of requests. Any bytes are answered with what they mean or with a
 * {@link Problem}.
 */
final class EventReader {

	private static final JsonFactory STRICT = JsonFactory.builder()
		.streamReadConstraints(StreamReadConstraints.builder()
			.maxNestingDepth(64)
			.maxNumberLength(256)
			.maxNameLength(1_024)
			.maxStringLength(1 << 20)
			.build())
		.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
		.build();

	/**
	 * The members beside the type that are for the service and not for the event.
	 */
	private static final List<String> ENVELOPE = List.of("id", "generation", "force");

	private static final Set<Class<?>> FRACTIONS = Set.of(double.class, Double.class, float.class, Float.class);

	private static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "+Infinity", "-Infinity", "INF", "+INF",
			"-INF");

	private static final int MAX_ID = 128;

	private static final int MAX_REASON = 1_000;

	private final Json json;

	private final EventTypes types;

	private final WebSettings settings;

	private final ObjectReader trees;

	private final Collection<String> known;

	private final ClassValue<Set<String>> properties = new ClassValue<>() {
		@Override
		protected Set<String> computeValue(Class<?> type) {
			return EventReader.this.propertiesOf(type);
		}
	};

	/**
	 * The properties of a class that are numbers with a fraction.
	 */
	private final ClassValue<Set<String>> numbers = new ClassValue<>() {
		@Override
		protected Set<String> computeValue(Class<?> type) {
			return EventReader.this.numbersOf(type);
		}
	};

	EventReader(Json json, EventTypes types, WebSettings settings) {
		this.json = json;
		this.types = types;
		this.settings = settings;
		this.trees = json.mapper().readerFor(JsonNode.class).without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
		this.known = types.classes()
			.stream()
			.filter((type) -> isPostable(type) && !EventTypes.isReserved(type))
			.map(EventTypes::nameOf)
			.collect(Collectors.toCollection(TreeSet::new));
	}

	/**
	 * Reads one event or an array of events.
	 */
	Events events(byte[] body) {
		try (JsonParser parser = parser(body)) {
			JsonToken first = parser.nextToken();
			if (first == JsonToken.START_OBJECT) {
				return new Events(List.of(submission(object(parser, body), true)), false);
			}
			if (first == JsonToken.START_ARRAY) {
				return new Events(submissions(array(parser)), true);
			}
			throw (first != null) ? notAnObject("an event or an array of events").refusal() : empty().refusal();
		}
		catch (JacksonException ex) {
			throw malformed(ex).refusal();
		}
	}

	/**
	 * Reads one event that is for no session in particular.
	 */
	Object event(byte[] body) {
		return submission(object(body), false).event();
	}

	/**
	 * Reads an object.
	 */
	ObjectNode object(byte[] body) {
		try (JsonParser parser = parser(body)) {
			JsonToken first = parser.nextToken();
			if (first == JsonToken.START_OBJECT) {
				ObjectNode object = object(parser, body);
				finite(object);
				return object;
			}
			throw (first != null) ? notAnObject("an object").refusal() : empty().refusal();
		}
		catch (JacksonException ex) {
			throw malformed(ex).refusal();
		}
	}

	/**
	 * Reads a command to interrupt: nothing, or an object.
	 * @param body the body
	 * @param routes the ids of the routes that it may name
	 */
	Command command(byte[] body, List<String> routes) {
		ObjectNode object = (body.length != 0) ? object(body) : this.json.mapper().createObjectNode();
		allow(object, "force", "generation", "id", "reason", "route");
		String route = text(object, "route");
		if (route != null && !routes.contains(route)) {
			throw Problem.field("route", "There is no such route").with("allowed", routes).refusal();
		}
		String reason = text(object, "reason");
		if (reason != null && reason.codePointCount(0, reason.length()) > MAX_REASON) {
			throw Problem.field("reason", "Must be at most " + MAX_REASON + " characters")
				.with("maximum", MAX_REASON)
				.refusal();
		}
		return new Command(new InterruptCommand(word(object, "generation"), route, flag(object, "force"), reason),
				word(object, "id"));
	}

	/**
	 * Reads the choice of a policy: an object with its name, or null.
	 */
	@Nullable String policy(byte[] body) {
		ObjectNode object = object(body);
		allow(object, "policy");
		if (!object.has("policy")) {
			throw Problem.field("policy", "The field is required").refusal();
		}
		return text(object, "policy");
	}

	private static JsonParser parser(byte[] body) {
		// the parser would take overlong forms, and UTF-16, which it tells by zeros
		if (!isUtf8(body)) {
			throw Problem.malformed("The body is not text in UTF-8").refusal();
		}
		return STRICT.createParser(ObjectReadContext.empty(), body);
	}

	private static boolean isUtf8(byte[] body) {
		try {
			return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).chars().noneMatch((c) -> c == 0);
		}
		catch (CharacterCodingException ex) {
			return false;
		}
	}

	private ObjectNode object(JsonParser parser, byte[] body) {
		if (body.length > this.settings.eventMaxSize()) {
			throw Problem.tooLarge(this.settings.eventMaxSize()).refusal();
		}
		ObjectNode object = this.trees.readValue(parser);
		end(parser);
		return object;
	}

	private List<JsonNode> array(JsonParser parser) {
		List<JsonNode> elements = new ArrayList<>();
		while (parser.nextToken() != JsonToken.END_ARRAY) {
			if (elements.size() == WebSettings.ARRAY_MAX_EVENTS) {
				throw Problem.field("body", "An array must hold at most " + WebSettings.ARRAY_MAX_EVENTS + " events")
					.with("maximum", WebSettings.ARRAY_MAX_EVENTS)
					.refusal();
			}
			long start = parser.currentTokenLocation().getByteOffset();
			JsonNode element = this.trees.readValue(parser);
			if (parser.currentLocation().getByteOffset() - start > this.settings.eventMaxSize()) {
				throw Problem.tooLarge(this.settings.eventMaxSize()).with("index", elements.size()).refusal();
			}
			elements.add(element);
		}
		end(parser);
		if (elements.isEmpty()) {
			throw Problem.field("body", "An array must hold at least one event").with("minimum", 1).refusal();
		}
		return elements;
	}

	private static void end(JsonParser parser) {
		if (parser.nextToken() != null) {
			throw Problem.malformed("Something follows the end of the JSON text").refusal();
		}
	}

	private List<Submission> submissions(List<JsonNode> elements) {
		List<Submission> submissions = new ArrayList<>(elements.size());
		for (JsonNode element : elements) {
			try {
				if (!(element instanceof ObjectNode object)) {
					throw notAnObject("an event").refusal();
				}
				submissions.add(submission(object, true));
			}
			catch (Problem.Refusal ex) {
				throw ex.problem().with("index", submissions.size()).refusal();
			}
		}
		return submissions;
	}

	private Submission submission(ObjectNode object, boolean addressed) {
		Class<?> type = type(object.remove("type"));
		finite(object);
		this.numbers.get(type).forEach((property) -> number(object, property));
		Set<String> properties = this.properties.get(type);
		String id = null;
		String generation = null;
		boolean force = false;
		if (addressed) {
			id = word(object, "id");
			generation = word(object, "generation");
			force = flag(object, "force");
			for (String member : ENVELOPE) {
				if (!properties.contains(member)) {
					object.remove(member);
				}
			}
		}
		return new Submission(bind(object, type, addressed), id, generation, force);
	}

	private Class<?> type(@Nullable JsonNode node) {
		if (node == null || !node.isString()) {
			throw Problem.field("type", "An event must have a type, as a string")
				.with("knownTypes", this.known)
				.refusal();
		}
		String name = node.stringValue();
		Class<?> type = this.types.find(name);
		if (type == null || !isPostable(type)) {
			throw Problem.unknownType(name, this.known).refusal();
		}
		if (EventTypes.isReserved(type)) {
			throw Problem.reservedType(name, this.known).refusal();
		}
		return type;
	}

	private Object bind(ObjectNode object, Class<?> type, boolean addressed) {
		try {
			return this.json.mapper().readerFor(type).readValue(object);
		}
		catch (UnrecognizedPropertyException ex) {
			Set<String> allowed = new TreeSet<>();
			Collection<Object> properties = ex.getKnownPropertyIds();
			if (properties != null) {
				properties.forEach((property) -> allowed.add(String.valueOf(property)));
			}
			if (ex.getPath().size() <= 1) {
				allowed.add("type");
				if (addressed) {
					allowed.addAll(ENVELOPE);
				}
			}
			throw Problem.field(path(ex), "There is no such field").with("allowed", allowed).refusal();
		}
		catch (ValueInstantiationException ex) {
			String path = path(ex);
			throw (path.isEmpty() ? refused(type, ex.getCause())
					: Problem.field(path, "The value is refused by its type"))
				.refusal();
		}
		catch (MismatchedInputException ex) {
			throw mismatch(ex, type).refusal();
		}
		catch (InputCoercionException ex) {
			throw Problem.field(path(ex), "A number is out of range").with("expected", range(ex)).refusal();
		}
		catch (JacksonException ex) {
			String path = path(ex);
			throw (path.isEmpty() ? Problem.invalidEvent(EventTypes.nameOf(type))
					: Problem.field(path, "The value cannot be read"))
				.refusal();
		}
	}

	/**
	 * What a constructor has refused. What those of the built-in events say of it is for
	 * clients; what others say may tell of the application's insides.
	 */
	private static Problem refused(Class<?> type, @Nullable Throwable cause) {
		Problem problem = Problem.invalidEvent(EventTypes.nameOf(type));
		boolean builtIn = type.getPackageName().equals(AgentResponse.class.getPackageName());
		return (builtIn && cause instanceof IllegalArgumentException)
				? problem.with("expected", String.valueOf(cause.getMessage())) : problem;
	}

	private static Problem mismatch(MismatchedInputException ex, Class<?> type) {
		String path = path(ex);
		if (path.isEmpty()) {
			return Problem.invalidEvent(EventTypes.nameOf(type));
		}
		Class<?> target = ex.getTargetType();
		if (target == null || target == type) {
			return Problem.field(path, "The field is required");
		}
		Problem problem = Problem.field(path, "The field is missing or its value is of another kind");
		return target.isEnum()
				? problem.with("allowed", Arrays.stream(target.getEnumConstants()).map(String::valueOf).toList())
				: problem.with("expected", kind(target));
	}

	private static String range(InputCoercionException ex) {
		Class<?> target = ex.getTargetType();
		return (target == int.class) ? "integer from " + Integer.MIN_VALUE + " to " + Integer.MAX_VALUE
				: (target == long.class) ? "integer from " + Long.MIN_VALUE + " to " + Long.MAX_VALUE : kind(target);
	}

	private static String kind(Class<?> type) {
		if (CharSequence.class.isAssignableFrom(type) || type == char.class || type == Character.class) {
			return "string";
		}
		if (type == boolean.class || type == Boolean.class) {
			return "boolean";
		}
		if (Set
			.of(byte.class, short.class, int.class, long.class, Byte.class, Short.class, Integer.class, Long.class,
					BigInteger.class)
			.contains(type)) {
			return "integer";
		}
		if (type.isPrimitive() || Number.class.isAssignableFrom(type)) {
			return "number";
		}
		if (type == Duration.class) {
			return "integer (milliseconds)";
		}
		if (Temporal.class.isAssignableFrom(type)) {
			return "string (RFC 3339)";
		}
		if (type.isArray() || Collection.class.isAssignableFrom(type)) {
			return "array";
		}
		return (Map.class.isAssignableFrom(type) || type.isRecord()) ? "object" : "another value";
	}

	/**
	 * Reads a member of the envelope.
	 */
	private static @Nullable String word(ObjectNode object, String field) {
		JsonNode node = object.get(field);
		if (node == null) {
			return null;
		}
		if (node.isNull()) {
			object.remove(field);
			return null;
		}
		String text = node.isString() ? node.stringValue() : "";
		if (text.isEmpty() || text.length() > MAX_ID || !text.codePoints().allMatch(EventReader::isPrintable)) {
			throw Problem.field(field, "Must be a string of 1 to " + MAX_ID + " printable characters")
				.with("expected", "string")
				.refusal();
		}
		return text;
	}

	/**
	 * Reads a member that is true or false; absent means false.
	 */
	private static boolean flag(ObjectNode object, String field) {
		JsonNode node = object.get(field);
		if (node == null) {
			return false;
		}
		if (node.isNull()) {
			object.remove(field);
			return false;
		}
		if (!node.isBoolean()) {
			throw Problem.field(field, "Must be true or false").with("expected", "boolean").refusal();
		}
		return node.booleanValue();
	}

	/**
	 * Reads a member that is text; absent means null.
	 */
	private static @Nullable String text(ObjectNode object, String field) {
		JsonNode node = object.get(field);
		if (node == null || node.isNull()) {
			return null;
		}
		if (!node.isString()) {
			throw Problem.field(field, "Must be a string").with("expected", "string").refusal();
		}
		return node.stringValue();
	}

	/**
	 * Refuses members that there are not.
	 */
	static void allow(ObjectNode object, String... allowed) {
		object.propertyNames().forEach((name) -> {
			if (!List.of(allowed).contains(name)) {
				throw Problem.field(name, "There is no such field").with("allowed", List.of(allowed)).refusal();
			}
		});
	}

	private static boolean isPrintable(int codePoint) {
		return switch (Character.getType(codePoint)) {
			case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.UNASSIGNED,
					Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
				false;
			default -> true;
		};
	}

	private static void finite(ObjectNode object) {
		object.properties().forEach((field) -> {
			if (isInfinite(field.getValue())) {
				throw Problem.field(field.getKey(), "A number is out of range").refusal();
			}
		});
	}

	private static boolean isInfinite(JsonNode node) {
		return (node.isDouble() && Double.isInfinite(node.doubleValue()))
				|| (node.isContainer() && node.values().stream().anyMatch(EventReader::isInfinite));
	}

	/**
	 * Refuses the words that Jackson takes for numbers, which JSON does not have.
	 */
	private static void number(ObjectNode object, String field) {
		JsonNode node = object.get(field);
		if (node != null && node.isString() && NOT_FINITE.contains(node.stringValue().strip())) {
			throw Problem.field(field, "Must be a number").with("expected", "number").refusal();
		}
	}

	private Set<String> propertiesOf(Class<?> type) {
		return propertiesOf(type, (property) -> true);
	}

	private Set<String> numbersOf(Class<?> type) {
		return propertiesOf(type, (property) -> FRACTIONS.contains(property.getRawPrimaryType()));
	}

	private Set<String> propertiesOf(Class<?> type, Predicate<BeanPropertyDefinition> which) {
		var context = this.json.mapper()._deserializationContext();
		var description = context.introspectBeanDescription(context.constructType(type));
		return description.findProperties()
			.stream()
			.filter(BeanPropertyDefinition::couldDeserialize)
			.filter(which)
			.map(BeanPropertyDefinition::getName)
			.collect(Collectors.toUnmodifiableSet());
	}

	private static boolean isPostable(Class<?> type) {
		return !type.isInterface() && !Modifier.isAbstract(type.getModifiers());
	}

	private static String path(JacksonException ex) {
		StringBuilder path = new StringBuilder();
		for (JacksonException.Reference step : ex.getPath()) {
			if (step.getPropertyName() != null) {
				path.append(path.isEmpty() ? "" : ".").append(step.getPropertyName());
			}
			else if (step.getIndex() >= 0) {
				path.append('[').append(step.getIndex()).append(']');
			}
		}
		return path.toString();
	}

	private static Problem notAnObject(String expected) {
		return Problem.field("body", "Must be " + expected).with("expected", expected);
	}

	private static Problem empty() {
		return Problem.malformed("The body is empty");
	}

	private static Problem malformed(JacksonException ex) {
		var location = ex.getLocation();
		Problem problem = Problem.malformed("The JSON text breaks off, is not valid, or goes beyond a limit");
		return (location != null && location.getByteOffset() >= 0) ? problem.with("offset", location.getByteOffset())
				: problem;
	}

	/**
	 * The events of a body.
	 *
	 * @param submissions the events, at least one
	 * @param array whether they were sent as an array
	 */
	record Events(List<Submission> submissions, boolean array) {
	}

	/**
	 * A command of a body.
	 *
	 * @param command what to interrupt
	 * @param id the command's id, to be carried out once
	 */
	record Command(InterruptCommand command, @Nullable String id) {
	}

}
