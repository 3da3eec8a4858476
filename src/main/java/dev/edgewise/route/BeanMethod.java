package dev.edgewise.route;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.Arrays;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.core.MethodIntrospector;
import org.springframework.util.ReflectionUtils;

/**
 * A method of a bean, called on the bean as the container gives it: through its proxies.
 */
final class BeanMethod {

	private final NodeBean bean;

	private final Method method;

	private volatile @Nullable Invocable invocable;

	BeanMethod(NodeBean bean, Method method) {
		this.bean = bean;
		this.method = method;
	}

	Method method() {
		return this.method;
	}

	String description() {
		return this.bean.name() + "." + this.method.getName();
	}

	@Nullable Object invoke(@Nullable Object[] arguments) throws Exception {
		Object target = this.bean.get();
		try {
			return invocable(target.getClass()).invoke(target, arguments);
		}
		catch (InvocationTargetException ex) {
			Throwable cause = ex.getTargetException();
			if (cause instanceof Error error) {
				throw error;
			}
			throw (cause instanceof Exception exception) ? exception : new UndeclaredThrowableException(cause);
		}
	}

	private Method invocable(Class<?> type) {
		Invocable known = this.invocable;
		if (known == null || known.type() != type) {
			known = new Invocable(type, AopUtils.selectInvocableMethod(this.method, type));
			ReflectionUtils.makeAccessible(known.method());
			this.invocable = known;
		}
		return known.method();
	}

	/**
	 * Reports a proxy that would not let the call through.
	 */
	void verify(Object proxy, Place place) {
		if (AopUtils.isJdkDynamicProxy(proxy)) {
			try {
				MethodIntrospector.selectInvocableMethod(this.method, proxy.getClass());
			}
			catch (IllegalStateException ex) {
				place.report("method",
						"the bean is a JDK proxy, and none of its interfaces (" + interfaces(proxy)
								+ ") has this method",
						"Declare it in one of them, or let the bean be proxied by its class (proxyTargetClass = true)");
			}
		}
		else if (AopUtils.isCglibProxy(proxy)) {
			int modifiers = this.method.getModifiers();
			if (Modifier.isFinal(modifiers)) {
				place.report("method", "it is final, so the bean's proxy cannot pass the call on", "Remove 'final'");
			}
			else if (!Modifier.isPublic(modifiers) && !Modifier.isProtected(modifiers) && !samePackage(proxy)) {
				place.report("method",
						"it is package-private and the bean's proxy is of another package or class loader, so it cannot pass the call on",
						"Make it public or protected");
			}
		}
	}

	private boolean samePackage(Object proxy) {
		Class<?> declaring = this.method.getDeclaringClass();
		return declaring.getClassLoader() == proxy.getClass().getClassLoader()
				&& declaring.getPackageName().equals(proxy.getClass().getPackageName());
	}

	private static String interfaces(Object proxy) {
		return Arrays.stream(proxy.getClass().getInterfaces())
			.filter((type) -> !type.getName().startsWith("org.springframework."))
			.map(Class::getSimpleName)
			.collect(Collectors.joining(", "));
	}

	/**
	 * The method as a class of beans has it.
	 */
	private record Invocable(Class<?> type, Method method) {
	}

}
