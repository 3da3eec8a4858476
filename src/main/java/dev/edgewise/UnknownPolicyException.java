package dev.edgewise;

import java.util.List;

/**
 * There is no policy of that name.
 */
public final class UnknownPolicyException extends RuntimeException {

	private final String policy;

	private final List<String> known;

	public UnknownPolicyException(String policy, List<String> known) {
		super("No policy '" + policy + "'; there are " + String.join(", ", known));
		this.policy = policy;
		this.known = List.copyOf(known);
	}

	/**
	 * The name that was asked for.
	 */
	public String policy() {
		return this.policy;
	}

	/**
	 * The names that there are.
	 */
	public List<String> known() {
		return this.known;
	}

}
