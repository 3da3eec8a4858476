package dev.edgewise.web;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import dev.edgewise.Frame;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.route.EventTypes;
import dev.edgewise.session.FrameEncoder;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.ser.AnyGetterWriter;
import tools.jackson.databind.ser.BeanPropertyWriter;
import tools.jackson.databind.ser.BeanSerializer;
import tools.jackson.databind.ser.PropertyWriter;
import tools.jackson.databind.ser.UnrolledBeanSerializer;

/**
 * The form that frames have on the wire: one block of an event stream whose data is one
 * JSON object, the fields of the event flat beside those of the frame.
 */
public final class FrameJson implements FrameEncoder {

	private static final Set<String> RESERVED = Set.of("type", "sequence", "at", "route");

	private static final byte[] ID = ascii("id:");

	private static final byte[] DATA = ascii("data:");

	private static final byte[] AT = ascii(",\"at\":\"");

	private static final byte[] GENERATION = ascii(",\"generation\":\"");

	private static final byte[] CONTENT = ascii(",\"content\":\"");

	private static final int TIME_LENGTH = "2026-11-23T20:24:03.123Z".length();

	private static final int MAX_ROUTES = 10_000;

	private final Json json;

	private final ObjectWriter canonical;

	private final ClassValue<Shape> shapes = new ClassValue<>() {
		@Override
		protected Shape computeValue(Class<?> type) {
			return FrameJson.this.shapeOf(type);
		}
	};

	private final ConcurrentMap<String, byte[]> routes = new ConcurrentHashMap<>();

	private volatile Second second = Second.of(0);

	/**
	 * Creates the encoder.
	 * @param mapper the application's mapper; null for a plain one
	 */
	public FrameJson(@Nullable JsonMapper mapper) {
		this.json = new Json(mapper);
		this.canonical = this.json.mapper()
			.rebuild()
			.enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
			.enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
			.enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED)
			.build()
			.writer();
	}

	@Override
	public byte[] encode(Frame frame) {
		Object event = frame.event();
		Shape shape = this.shapes.get(event.getClass());
		Name name = shape.name();
		if (!name.text().equals(frame.type())) {
			name = Name.of(frame.type());
		}
		String text = (event instanceof AgentResponse response && response.interruptible() == null) ? response.content()
				: null;
		byte[] fields = (text != null) ? CONTENT : fields(shape, frame);
		boolean none = text == null && fields.length == 2;
		byte[] route = route(frame.route());
		String generation = frame.generation();
		long sequence = frame.sequence();
		int digits = digits(sequence);
		int length = ID.length + 2 * digits + name.lines().length + AT.length + TIME_LENGTH + name.field().length
				+ ((generation != null) ? GENERATION.length + JsonText.length(generation) + 1 : 0) + route.length + 3;
		if (text != null) {
			length += CONTENT.length + JsonText.length(text) + 1;
		}
		else if (!none) {
			length += fields.length - 1;
		}
		byte[] block = new byte[length];
		int at = put(block, 0, ID);
		at = put(block, at, sequence, digits);
		at = put(block, at, name.lines());
		at = put(block, at, sequence, digits);
		at = put(block, at, AT);
		at = put(block, at, frame.at());
		at = put(block, at, name.field());
		if (generation != null) {
			at = put(block, at, GENERATION);
			at = JsonText.put(block, at, generation);
			block[at++] = '"';
		}
		at = put(block, at, route);
		if (text != null) {
			at = put(block, at, CONTENT);
			at = JsonText.put(block, at, text);
			block[at++] = '"';
		}
		else if (!none) {
			block[at++] = ',';
			at = putLine(block, at, fields, 1, fields.length - 1);
		}
		block[at++] = '}';
		block[at++] = '\n';
		block[at] = '\n';
		return block;
	}

	/**
	 * Returns the JSON object of a frame.
	 * @param block the frame as it was encoded
	 */
	static byte[] dataOf(byte[] block) {
		int lines = 0;
		int from = 0;
		while (lines < 2) {
			if (block[from++] == '\n') {
				lines++;
			}
		}
		return Arrays.copyOfRange(block, from + DATA.length, block.length - 2);
	}

	@Override
	public String text(Object value) {
		return (value instanceof CharSequence text) ? text.toString()
				: new String(this.json.write(value), StandardCharsets.UTF_8);
	}

	@Override
	public byte[] digest(Object event) {
		try {
			MessageDigest digest = MessageDigest.getInstance("SHA-256");
			digest.update(event.getClass().getName().getBytes(StandardCharsets.UTF_8));
			digest.update((byte) 0);
			return digest.digest(this.json.write(this.canonical, event));
		}
		catch (JacksonException ex) {
			throw unwritable(event.getClass(), ex);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Returns the event as the bytes of a JSON object.
	 */
	private byte[] fields(Shape shape, Frame frame) {
		Object event = frame.event();
		try {
			ObjectWriter writer = shape.writer();
			if (writer != null && !(shape.generation() && frame.generation() != null)) {
				return this.json.write(writer, event);
			}
			JsonNode tree = this.json.mapper().valueToTree(event);
			if (!(tree instanceof ObjectNode object)) {
				throw new IllegalArgumentException(event.getClass().getSimpleName() + " is not a JSON object");
			}
			object.propertyNames().forEach((property) -> check(event.getClass(), property));
			if (frame.generation() != null) {
				object.remove("generation");
			}
			return this.json.write(object);
		}
		catch (JacksonException ex) {
			throw unwritable(event.getClass(), ex);
		}
	}

	private byte[] route(@Nullable String route) {
		if (route == null) {
			return new byte[0];
		}
		byte[] known = this.routes.get(route);
		if (known == null) {
			known = member("route", route);
			if (this.routes.size() < MAX_ROUTES) {
				this.routes.put(route, known);
			}
		}
		return known;
	}

	/**
	 * What is known of a class: a plain bean's properties are checked once, anything else
	 * goes through a tree each time.
	 */
	private Shape shapeOf(Class<?> type) {
		Name name = Name.of(EventTypes.nameOf(type));
		ValueSerializer<?> serializer;
		try {
			serializer = this.json.mapper()._serializationContext().findTypedValueSerializer(type, true);
		}
		catch (JacksonException ex) {
			throw unwritable(type, ex);
		}
		if (serializer.getClass() != BeanSerializer.class && serializer.getClass() != UnrolledBeanSerializer.class) {
			return new Shape(name, null, false);
		}
		Set<String> properties = new HashSet<>();
		for (Iterator<PropertyWriter> writers = serializer.properties(); writers.hasNext();) {
			PropertyWriter writer = writers.next();
			if (writer instanceof AnyGetterWriter
					|| (writer instanceof BeanPropertyWriter property && property.isUnwrapping())) {
				return new Shape(name, null, false);
			}
			check(type, writer.getName());
			properties.add(writer.getName());
		}
		return new Shape(name, this.json.mapper().writerFor(type), properties.contains("generation"));
	}

	private static void check(Class<?> type, String property) {
		if (RESERVED.contains(property)) {
			throw new IllegalArgumentException(
					type.getSimpleName() + " has a property '" + property + "', which frames keep for themselves");
		}
	}

	private static IllegalArgumentException unwritable(Class<?> type, JacksonException cause) {
		return new IllegalArgumentException(type.getSimpleName() + " cannot be written as JSON", cause);
	}

	private static int digits(long number) {
		int digits = 1;
		for (long rest = number; rest >= 10; rest /= 10) {
			digits++;
		}
		return digits;
	}

	private static int put(byte[] target, int position, long number, int digits) {
		long rest = number;
		for (int at = position + digits - 1; at >= position; at--) {
			target[at] = (byte) ('0' + rest % 10);
			rest /= 10;
		}
		return position + digits;
	}

	private static int put(byte[] target, int position, byte[] source) {
		System.arraycopy(source, 0, target, position, source.length);
		return position + source.length;
	}

	private static int putLine(byte[] target, int position, byte[] source, int from, int to) {
		for (int i = from; i < to; i++) {
			byte b = source[i];
			// whitespace between tokens of raw values
			target[position + i - from] = (b == '\n' || b == '\r') ? (byte) ' ' : b;
		}
		return position + to - from;
	}

	private int put(byte[] target, int position, Instant time) {
		Second current = this.second;
		if (current.epochSecond() != time.getEpochSecond()) {
			current = Second.of(time.getEpochSecond());
			this.second = current;
		}
		int at = put(target, position, current.text());
		put(target, at, time.getNano() / 1_000_000, 3);
		target[at + 3] = 'Z';
		return at + 4;
	}

	private static byte[] member(String name, String value) {
		byte[] start = ascii(",\"" + name + "\":\"");
		byte[] member = new byte[start.length + JsonText.length(value) + 1];
		System.arraycopy(start, 0, member, 0, start.length);
		member[JsonText.put(member, start.length, value)] = '"';
		return member;
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

	/**
	 * What is known of a class of events.
	 *
	 * @param name its name
	 * @param writer writes it; null if its properties are known only when it is written
	 * @param generation whether it has a property of that name
	 */
	private record Shape(Name name, @Nullable ObjectWriter writer, boolean generation) {
	}

	/**
	 * An event's name on the wire, as it is written.
	 *
	 * @param text the name
	 * @param lines from the end of the id's line to the sequence
	 * @param field from the end of the time to the end of the type
	 */
	private record Name(String text, byte[] lines, byte[] field) {

		static Name of(String text) {
			if (text.chars().anyMatch((c) -> c < ' ')) {
				throw new IllegalArgumentException("The name of an event's type must not hold control characters");
			}
			byte[] lines = ("\nevent:" + text + "\ndata:{\"sequence\":").getBytes(StandardCharsets.UTF_8);
			byte[] type = member("type", text);
			byte[] field = new byte[type.length + 1];
			field[0] = '"';
			System.arraycopy(type, 0, field, 1, type.length);
			return new Name(text, lines, field);
		}

	}

	/**
	 * The text of a second, which many frames share.
	 *
	 * @param epochSecond the second
	 * @param text up to the point before the milliseconds
	 */
	private record Second(long epochSecond, byte[] text) {

		static Second of(long epochSecond) {
			String text = String.valueOf(Json.time(Instant.ofEpochSecond(epochSecond)));
			return new Second(epochSecond, ascii(text.substring(0, TIME_LENGTH - 4)));
		}

	}

}
