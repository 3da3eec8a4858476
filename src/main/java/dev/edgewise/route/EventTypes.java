package dev.edgewise.route;

import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.BaseStream;

import dev.edgewise.ConversationContext;
import dev.edgewise.EventType;
import dev.edgewise.Frame;
import dev.edgewise.Generation;
import dev.edgewise.Interruption;
import dev.edgewise.Session;
import dev.edgewise.event.AgentEvent;
import dev.edgewise.event.AgentGenerationComplete;
import dev.edgewise.event.AgentGenerationFailed;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.AgentGenerationPaused;
import dev.edgewise.event.AgentGenerationProtected;
import dev.edgewise.event.AgentGenerationResumed;
import dev.edgewise.event.AgentGenerationStarted;
import dev.edgewise.event.AgentSpeechInterrupted;
import dev.edgewise.event.AgentSpeechPaused;
import dev.edgewise.event.AgentSpeechResumed;
import dev.edgewise.event.AgentTakesFloor;
import dev.edgewise.event.InterruptRequested;
import dev.edgewise.event.SessionClosed;
import dev.edgewise.event.StreamGap;
import dev.edgewise.event.SystemEvent;
import dev.edgewise.event.UserEvent;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

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

	/**
	 * The parents of the built-in events.
	 */
	static final List<Class<?>> BUILT_IN = List.of(UserEvent.class, AgentEvent.class, SystemEvent.class);

	private static final Set<Class<?>> RESERVED = Set.of(AgentGenerationStarted.class, AgentGenerationComplete.class,
			AgentGenerationInterrupted.class, AgentGenerationFailed.class, AgentGenerationPaused.class,
			AgentGenerationResumed.class, AgentGenerationProtected.class, AgentSpeechInterrupted.class,
			AgentSpeechPaused.class, AgentSpeechResumed.class, AgentTakesFloor.class, InterruptRequested.class,
			SessionClosed.class, StreamGap.class);

	private static final List<Class<?>> NO_EVENTS = List.of(CharSequence.class, Number.class, Boolean.class,
			Character.class, Iterable.class, BaseStream.class, Optional.class, Publisher.class, Class.class);

	private static final Set<Class<?>> ARGUMENTS = Set.of(ConversationContext.class, Generation.class, Session.class,
			Frame.class, Interruption.class);

	private final Map<String, Class<?>> known;

	private final SortedSet<String> names;

	public EventTypes(Collection<Class<?>> known) {
		Map<String, Class<?>> byName = new LinkedHashMap<>();
		known.forEach((type) -> byName.put(nameOf(type), type));
		this.known = Map.copyOf(byName);
		this.names = new TreeSet<>(this.known.keySet());
	}

	/**
	 * The classes that an event of a type can have as far as they are known: the type
	 * itself unless it is abstract, and what a sealed type permits.
	 */
	static Set<Class<?>> concrete(Class<?> type) {
		Set<Class<?>> found = new LinkedHashSet<>();
		collect(type, found);
		return found;
	}

	private static void collect(Class<?> type, Set<Class<?>> found) {
		if (type != Object.class && !Modifier.isAbstract(type.getModifiers())) {
			found.add(type);
		}
		if (type.isSealed()) {
			for (Class<?> permitted : type.getPermittedSubclasses()) {
				collect(permitted, found);
			}
		}
	}

	/**
	 * Why instances of a type cannot be events; null if they can.
	 */
	static @Nullable String refusal(Class<?> type) {
		if (type.isPrimitive() || type.isArray() || type.isEnum() || type.isAnnotation()
				|| NO_EVENTS.stream().anyMatch((other) -> other.isAssignableFrom(type))) {
			return "it is no JSON object";
		}
		if (ARGUMENTS.contains(type)) {
			return "it is what Edgewise passes to nodes";
		}
		return null;
	}

	/**
	 * Returns the name of an event's type.
	 * @param type the event's class
	 */
	public static String nameOf(Class<?> type) {
		return NAMES.get(type);
	}

	/**
	 * Whether only the engine may write events of a class.
	 * @param type the event's class
	 */
	public static boolean isReserved(Class<?> type) {
		return RESERVED.contains(type);
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
