package dev.edgewise.interruption;

import java.util.List;
import java.util.stream.Collectors;

/**
 * All that is wrong with the policies and rules of an application, found when it starts.
 */
public final class InvalidPoliciesException extends IllegalArgumentException {

	private final transient List<Problem> problems;

	public InvalidPoliciesException(List<Problem> problems) {
		super(problems.stream().map(Problem::toString).collect(Collectors.joining(System.lineSeparator())));
		this.problems = List.copyOf(problems);
	}

	/**
	 * What is wrong.
	 */
	public List<Problem> problems() {
		return this.problems;
	}

	/**
	 * One thing that is wrong.
	 *
	 * @param place the property with its value, or the bean
	 * @param what what is wrong with it
	 * @param instead what is allowed
	 */
	public record Problem(String place, String what, String instead) {

		@Override
		public String toString() {
			return this.place + " " + this.what + ". " + this.instead;
		}

	}

}
