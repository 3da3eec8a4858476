package dev.edgewise.route;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.stream.Collectors;

import dev.edgewise.ConversationContext;
import dev.edgewise.Frame;
import dev.edgewise.Generation;
import dev.edgewise.Interruption;
import dev.edgewise.Session;
import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodParameter;

/**
 * What a method is called with: one source for each parameter, found when the application
 * starts.
 */
final class Arguments {

	private Arguments() {
	}

	/**
	 * Finds the sources for a node's method.
	 * @param method the method
	 * @param type the class of its bean
	 * @param on the events that start it
	 * @param place takes the problems
	 */
	static OfNode[] ofNode(Method method, Class<?> type, List<Class<?>> on, Place place) {
		OfNode[] sources = new OfNode[method.getParameterCount()];
		for (int i = 0; i < sources.length; i++) {
			sources[i] = ofNode(method, i, parameterType(method, i, type), on, place);
		}
		return sources;
	}

	private static OfNode ofNode(Method method, int index, Class<?> type, List<Class<?>> on, Place place) {
		if (type == ConversationContext.class) {
			return (generation, previous) -> generation.conversation();
		}
		if (type == Generation.class) {
			return (generation, previous) -> generation;
		}
		if (type == Session.class) {
			return (generation, previous) -> generation.session();
		}
		if (type == Frame.class) {
			return (generation, previous) -> generation.cause();
		}
		if (type == Interruption.class) {
			return (generation, previous) -> previous;
		}
		List<Class<?>> others = on.stream().filter((event) -> !type.isAssignableFrom(event)).toList();
		if (!others.isEmpty()) {
			if (others.size() < on.size() || on.stream().anyMatch((event) -> event.isAssignableFrom(type))) {
				place.report(parameter(method, index),
						"a " + type.getSimpleName() + " cannot take every event of 'on': not " + names(others),
						"Declare a type that all of them have in common, or narrow 'on'");
			}
			else {
				place.report(parameter(method, index),
						"nothing is known to pass as " + type.getSimpleName()
								+ ((on.isEmpty()) ? "" : "; the route starts on " + names(on)),
						"A route method takes the event by its type, ConversationContext, Generation, Session, Frame and Interruption");
			}
		}
		return (generation, previous) -> generation.cause().event();
	}

	/**
	 * Finds the sources for a handler's method.
	 * @param method the method
	 * @param type the class of its bean
	 * @param causes what can be the cause of an interruption it is for; empty for not
	 * known
	 * @param place takes the problems
	 */
	static OfHandler[] ofHandler(Method method, Class<?> type, List<Class<?>> causes, Place place) {
		OfHandler[] sources = new OfHandler[method.getParameterCount()];
		for (int i = 0; i < sources.length; i++) {
			sources[i] = ofHandler(method, i, parameterType(method, i, type), causes, place);
		}
		return sources;
	}

	private static OfHandler ofHandler(Method method, int index, Class<?> type, List<Class<?>> causes, Place place) {
		if (type == Interruption.class) {
			return (interruption, session) -> interruption;
		}
		if (type == ConversationContext.class) {
			return (interruption, session) -> interruption.conversation();
		}
		if (type == Session.class) {
			return (interruption, session) -> session;
		}
		if (EventTypes.refusal(type) != null || (!causes.isEmpty() && unrelated(type, causes))) {
			place.report(parameter(method, index),
					"nothing is known to pass as " + type.getSimpleName()
							+ ((causes.isEmpty()) ? "" : "; the causes are " + names(causes)),
					"A handler takes Interruption, the cause by its type, ConversationContext and Session");
		}
		return (interruption, session) -> {
			Frame cause = interruption.cause();
			return (cause != null && type.isInstance(cause.event())) ? cause.event() : null;
		};
	}

	private static boolean unrelated(Class<?> type, List<Class<?>> causes) {
		return causes.stream()
			.noneMatch((cause) -> cause.isAssignableFrom(type) || type.isAssignableFrom(cause)
					|| (cause.isInterface() && !Modifier.isFinal(type.getModifiers()))
					|| (type.isInterface() && !Modifier.isFinal(cause.getModifiers())));
	}

	static String names(List<Class<?>> types) {
		return types.stream().map(Class::getSimpleName).collect(Collectors.joining(", "));
	}

	private static Class<?> parameterType(Method method, int index, Class<?> type) {
		return new MethodParameter(method, index).withContainingClass(type).getParameterType();
	}

	private static String parameter(Method method, int index) {
		return "parameter '" + method.getParameters()[index].getName() + "'";
	}

	static @Nullable Object[] resolve(OfNode[] sources, Generation generation, @Nullable Interruption previous) {
		@Nullable Object[] arguments = new Object[sources.length];
		for (int i = 0; i < sources.length; i++) {
			arguments[i] = sources[i].get(generation, previous);
		}
		return arguments;
	}

	static @Nullable Object[] resolve(OfHandler[] sources, Interruption interruption, Session session) {
		@Nullable Object[] arguments = new Object[sources.length];
		for (int i = 0; i < sources.length; i++) {
			arguments[i] = sources[i].get(interruption, session);
		}
		return arguments;
	}

	/**
	 * Where an argument of a node comes from.
	 */
	@FunctionalInterface
	interface OfNode {

		@Nullable Object get(Generation generation, @Nullable Interruption previous);

	}

	/**
	 * Where an argument of a handler comes from.
	 */
	@FunctionalInterface
	interface OfHandler {

		@Nullable Object get(Interruption interruption, Session session);

	}

}
