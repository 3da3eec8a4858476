package dev.edgewise.route;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import dev.edgewise.route.InvalidRoutesException.Problem;
import org.jspecify.annotations.Nullable;

/**
 * A bean, or a method of one, that problems are reported for.
 */
final class Place implements Comparable<Place> {

	private final String bean;

	private final @Nullable Method method;

	private final Set<Problem> problems = new LinkedHashSet<>();

	private Place(String bean, @Nullable Method method) {
		this.bean = bean;
		this.method = method;
	}

	static Place of(String bean) {
		return new Place(bean, null);
	}

	static Place of(String bean, Method method) {
		return new Place(bean, method);
	}

	void report(String attribute, String what, String instead) {
		this.problems.add(new Problem(this.bean, signature(), attribute, what, instead));
	}

	boolean isClean() {
		return this.problems.isEmpty();
	}

	List<Problem> problems() {
		return List.copyOf(this.problems);
	}

	String bean() {
		return this.bean;
	}

	private @Nullable String signature() {
		return (this.method != null) ? this.method.getName() + Arrays.stream(this.method.getParameterTypes())
			.map(Class::getSimpleName)
			.collect(Collectors.joining(", ", "(", ")")) : null;
	}

	@Override
	public int compareTo(Place other) {
		int byBean = this.bean.compareTo(other.bean);
		return (byBean != 0) ? byBean : String.valueOf(signature()).compareTo(String.valueOf(other.signature()));
	}

	@Override
	public String toString() {
		String signature = signature();
		return (signature != null) ? this.bean + "." + signature : this.bean;
	}

}
