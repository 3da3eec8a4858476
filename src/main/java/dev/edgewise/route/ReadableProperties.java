package dev.edgewise.route;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import org.jspecify.annotations.Nullable;

import org.springframework.expression.AccessException;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.PropertyAccessor;
import org.springframework.expression.TypedValue;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * The properties that expressions can read: {@code getX()}, {@code isX()}, {@code x()},
 * public fields, and the keys of maps. What is checked at the start and what is read
 * later are the same.
 */
final class ReadableProperties implements PropertyAccessor {

	private static final Set<String> NO_PROPERTIES = Set.of("toString", "hashCode", "clone");

	private final ConcurrentMap<Class<?>, Map<String, Property>> types = new ConcurrentHashMap<>();

	/**
	 * The type of a property.
	 * @param type the type that may have it
	 * @param name its name
	 * @return null if there is no such property
	 */
	@Nullable Class<?> typeOf(Class<?> type, String name) {
		Property property = of(type).get(name);
		return (property != null) ? property.type() : null;
	}

	/**
	 * The properties of a type as messages list them.
	 */
	List<String> names(Class<?> type) {
		if (type.isRecord()) {
			return Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName).toList();
		}
		return of(type).values()
			.stream()
			.map(Property::name)
			.distinct()
			.filter((name) -> !name.startsWith("with") && !name.startsWith("to"))
			.sorted()
			.toList();
	}

	@Override
	public Class<?> @Nullable [] getSpecificTargetClasses() {
		return null;
	}

	@Override
	public boolean canRead(EvaluationContext context, @Nullable Object target, String name) {
		return target instanceof Map
				|| (target != null && !(target instanceof Class) && of(target.getClass()).containsKey(name));
	}

	@Override
	public TypedValue read(EvaluationContext context, @Nullable Object target, String name) throws AccessException {
		if (target instanceof Map<?, ?> map) {
			return new TypedValue(map.get(name));
		}
		Property property = (target != null) ? of(target.getClass()).get(name) : null;
		if (target == null || property == null) {
			throw new AccessException("There is no property '" + name + "'");
		}
		try {
			return new TypedValue(property.reader().read(target));
		}
		catch (InvocationTargetException ex) {
			throw new AccessException("Property '" + name + "' failed", unwrap(ex));
		}
		catch (IllegalAccessException ex) {
			throw new AccessException("Property '" + name + "' cannot be read", ex);
		}
	}

	private static Exception unwrap(InvocationTargetException ex) {
		return (ex.getTargetException() instanceof Exception cause) ? cause : ex;
	}

	@Override
	public boolean canWrite(EvaluationContext context, @Nullable Object target, String name) {
		return false;
	}

	@Override
	public void write(EvaluationContext context, @Nullable Object target, String name, @Nullable Object newValue)
			throws AccessException {
		throw new AccessException("Expressions cannot change '" + name + "'");
	}

	private Map<String, Property> of(Class<?> type) {
		Map<String, Property> known = this.types.get(type);
		return (known != null) ? known : this.types.computeIfAbsent(type, ReadableProperties::find);
	}

	private static Map<String, Property> find(Class<?> type) {
		Map<String, Property> found = new LinkedHashMap<>();
		if (type.isArray()) {
			found.put("length", new Property("length", int.class, Array::getLength));
			return found;
		}
		List<Method> methods = Arrays.stream(type.getMethods())
			.filter(ReadableProperties::isReader)
			.sorted(Comparator.comparing(Method::isBridge))
			.toList();
		if (type.isRecord()) {
			for (RecordComponent component : type.getRecordComponents()) {
				put(found, component.getName(), component.getName(), component.getAccessor(), type);
			}
		}
		for (Method method : methods) {
			if (isGetter(method)) {
				String name = propertyOf(method.getName());
				put(found, name, name, method, type);
			}
		}
		for (Method method : methods) {
			put(found, method.getName(), isGetter(method) ? propertyOf(method.getName()) : method.getName(), method,
					type);
		}
		for (Field field : type.getFields()) {
			if (!Modifier.isStatic(field.getModifiers()) && accessible(field)) {
				found.putIfAbsent(field.getName(), new Property(field.getName(), field.getType(), field::get));
			}
		}
		return found;
	}

	private static void put(Map<String, Property> found, String key, String name, Method method, Class<?> type) {
		Method reader = ClassUtils.getPubliclyAccessibleMethodIfPossible(method, type);
		if (!found.containsKey(key) && accessible(reader)) {
			found.put(key, new Property(name, method.getReturnType(), reader::invoke));
		}
	}

	private static boolean accessible(AccessibleObject member) {
		return member.trySetAccessible();
	}

	private static boolean isReader(Method method) {
		return method.getParameterCount() == 0 && method.getReturnType() != void.class
				&& !Modifier.isStatic(method.getModifiers()) && method.getDeclaringClass() != Object.class
				&& !NO_PROPERTIES.contains(method.getName());
	}

	static boolean isGetter(Method method) {
		String name = method.getName();
		boolean get = name.startsWith("get") && name.length() > 3 && method.getReturnType() != void.class;
		boolean is = name.startsWith("is") && name.length() > 2
				&& (method.getReturnType() == boolean.class || method.getReturnType() == Boolean.class);
		return (get || is) && method.getParameterCount() == 0 && method.getDeclaringClass() != Object.class;
	}

	static String propertyOf(String getter) {
		return StringUtils.uncapitalizeAsProperty(getter.substring(getter.startsWith("is") ? 2 : 3));
	}

	/**
	 * One property of a type.
	 *
	 * @param name its name for people
	 * @param type its declared type
	 * @param reader reads it
	 */
	private record Property(String name, Class<?> type, Reader reader) {
	}

	/**
	 * Reads one property.
	 */
	@FunctionalInterface
	private interface Reader {

		@Nullable Object read(Object target) throws IllegalAccessException, InvocationTargetException;

	}

}
