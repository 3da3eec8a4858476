package dev.edgewise.route;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

import dev.edgewise.EventType;
import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.AnnotatedElementUtils;

/**
 * The names of events on the wire, and the classes that clients may name. Immutable but
 * for a cache; safe from any thread.
 */
public final class EventTypes {

	private static final ClassValue<String> NAMES = new ClassValue<>() {
		@Override
		protected String computeValue(Class<?> type) {
			EventType annotation = AnnotatedElementUtils.findMergedAnnotation(type, EventType.class);
			return (annotation != null) ? annotation.value() : type.getSimpleName();
		}
	};

	private final Map<String, Class<?>> known;

	private final SortedSet<String> names;

	public EventTypes(Collection<Class<?>> known) {
		Map<String, Class<?>> byName = new LinkedHashMap<>();
		known.forEach((type) -> byName.put(nameOf(type), type));
		this.known = Map.copyOf(byName);
		this.names = new TreeSet<>(this.known.keySet());
	}

	/**
	 * Returns the name of an event's type.
	 * @param type the event's class
	 */
	public static String nameOf(Class<?> type) {
		return NAMES.get(type);
	}

	/**
	 * Finds the class that a client means.
	 * @param name a name on the wire
	 * @return the class, or null if it is not known
	 */
	public @Nullable Class<?> find(String name) {
		return this.known.get(name);
	}

	/**
	 * The known names, in alphabetical order.
	 */
	public SortedSet<String> names() {
		return this.names;
	}

	/**
	 * The known classes.
	 */
	public Collection<Class<?>> classes() {
		return this.known.values();
	}

}
