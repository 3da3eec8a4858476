package dev.edgewise.route;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import dev.edgewise.OnInterrupt;
import dev.edgewise.Route;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;

/**
 * Where a class carries annotations of Edgewise.
 *
 * @param onType whether the class itself is a route
 * @param routes the methods that are routes
 * @param handlers the methods that are handlers
 */
record Annotated(boolean onType, List<Method> routes, List<Method> handlers) {

	private static final Log logger = LogFactory.getLog(Annotated.class);

	private static final Annotated NOWHERE = new Annotated(false, List.of(), List.of());

	static Annotated of(@Nullable Class<?> type) {
		if (type == null || type.getName().startsWith("org.springframework.")
				|| !AnnotationUtils.isCandidateClass(type, List.of(Route.class, OnInterrupt.class))) {
			return NOWHERE;
		}
		try {
			return new Annotated(AnnotatedElementUtils.hasAnnotation(type, Route.class), methods(type, Route.class),
					methods(type, OnInterrupt.class));
		}
		catch (LinkageError | TypeNotPresentException ex) {
			logger.debug("The methods of " + type.getName() + " cannot be resolved", ex);
			return NOWHERE;
		}
	}

	private static List<Method> methods(Class<?> type, Class<? extends Annotation> annotation) {
		return List.copyOf(MethodIntrospector.selectMethods(type,
				(Method method) -> AnnotatedElementUtils.hasAnnotation(method, annotation)));
	}

	boolean isEmpty() {
		return !this.onType && this.routes.isEmpty() && this.handlers.isEmpty();
	}

	boolean hasRoutes() {
		return this.onType || !this.routes.isEmpty();
	}

	/**
	 * What is annotated here and not there, by name.
	 */
	Set<String> without(Annotated other) {
		Set<String> names = new TreeSet<>();
		if (this.onType && !other.onType) {
			names.add("@Route of the class");
		}
		List<Method> mine = new ArrayList<>(this.routes);
		mine.addAll(this.handlers);
		mine.stream()
			.filter((method) -> !contains(other.routes, method) && !contains(other.handlers, method))
			.map(Method::getName)
			.forEach(names::add);
		return names;
	}

	private static boolean contains(List<Method> methods, Method method) {
		return methods.stream()
			.anyMatch((other) -> other.getName().equals(method.getName())
					&& List.of(other.getParameterTypes()).equals(List.of(method.getParameterTypes())));
	}

}
