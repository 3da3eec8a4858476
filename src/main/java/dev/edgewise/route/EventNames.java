package dev.edgewise.route;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import org.springframework.util.StringUtils;

/**
 * The names that the events of an application take on the wire, and what is wrong with
 * them.
 */
final class EventNames {

	/**
	 * Browsers give these to an {@code EventSource} themselves.
	 */
	private static final Set<String> RESERVED = Set.of("open", "error", "message");

	private static final List<String> ENVELOPE = List.of("type", "sequence", "at", "route");

	private final Map<String, Class<?>> byName = new LinkedHashMap<>();

	EventNames() {
		EventTypes.BUILT_IN.stream()
			.flatMap((parent) -> EventTypes.concrete(parent).stream())
			.forEach((type) -> this.byName.put(EventTypes.nameOf(type), type));
	}

	void add(Class<?> named, String attribute, Place place) {
		if (EventTypes.refusal(named) != null) {
			return;
		}
		for (Class<?> type : EventTypes.concrete(named)) {
			String name = EventTypes.nameOf(type);
			Class<?> known = this.byName.putIfAbsent(name, type);
			if (known == null) {
				check(type, name, attribute, place);
			}
			else if (known != type) {
				place.report(attribute,
						"%s and %s are both called '%s' on the wire".formatted(known.getName(), type.getName(), name),
						"Rename one of them, or name it with @EventType");
			}
		}
	}

	private static void check(Class<?> type, String name, String attribute, Place place) {
		if (!StringUtils.hasText(name) || name.chars().anyMatch(Character::isISOControl)) {
			place.report(attribute, type.getName() + " has no name that could stand on a line",
					"Name it with @EventType");
		}
		if (RESERVED.contains(name)) {
			place.report(attribute,
					"%s is called '%s' on the wire, which browsers keep for themselves".formatted(type.getName(), name),
					"Name it with @EventType, but not " + String.join(", ", RESERVED.stream().sorted().toList()));
		}
		fields(type).filter(ENVELOPE::contains)
			.distinct()
			.sorted()
			.forEach((field) -> place.report(attribute,
					"%s has a field '%s', which is one of the envelope's".formatted(type.getName(), field),
					"Rename it; type, sequence, at and route stand beside an event's fields"));
	}

	private static Stream<String> fields(Class<?> type) {
		if (type.isRecord()) {
			return Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName);
		}
		Stream<String> fields = Arrays.stream(type.getFields())
			.filter((field) -> !Modifier.isStatic(field.getModifiers()))
			.map(Field::getName);
		Stream<String> getters = Arrays.stream(type.getMethods())
			.filter((method) -> !Modifier.isStatic(method.getModifiers()))
			.filter(ReadableProperties::isGetter)
			.map(Method::getName)
			.map(ReadableProperties::propertyOf);
		return Stream.concat(fields, getters);
	}

	EventTypes toEventTypes() {
		return new EventTypes(this.byName.values());
	}

}
