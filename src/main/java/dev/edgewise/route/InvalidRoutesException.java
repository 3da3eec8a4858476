package dev.edgewise.route;

import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * All that is wrong with the routes of an application, found when it starts.
 */
public final class InvalidRoutesException extends RuntimeException {

	private final transient List<Problem> problems;

	public InvalidRoutesException(List<Problem> problems) {
		super(problems.stream().map(Problem::toString).collect(Collectors.joining(System.lineSeparator())));
		this.problems = List.copyOf(problems);
	}

	/**
	 * What is wrong, in the order of beans.
	 */
	public List<Problem> problems() {
		return this.problems;
	}

	/**
	 * One thing that is wrong.
	 *
	 * @param bean the name of the bean
	 * @param method the method with the types of its parameters; null if it is about the
	 * bean
	 * @param attribute the attribute or parameter
	 * @param what what is wrong with it
	 * @param instead what to write instead
	 */
	public record Problem(String bean, @Nullable String method, String attribute, String what, String instead) {

		/**
		 * The bean, and the method if there is one.
		 */
		public String place() {
			return (this.method != null) ? this.bean + "." + this.method : this.bean;
		}

		@Override
		public String toString() {
			return place() + ": " + this.attribute + ": " + this.what + ". " + this.instead;
		}

	}

}
