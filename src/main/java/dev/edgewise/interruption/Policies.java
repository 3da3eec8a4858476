package dev.edgewise.interruption;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.edgewise.UnknownPolicyException;
import dev.edgewise.interruption.InvalidPoliciesException.Problem;
import org.jspecify.annotations.Nullable;

/**
 * The policies of an application, by name. {@code immediate} is always among them.
 */
public final class Policies {

	private final Map<String, InterruptionPolicy> byName = new TreeMap<>();

	private final int memory;

	/**
	 * Creates the registry.
	 * @param policies those beside {@code immediate}
	 * @throws InvalidPoliciesException if two have one name
	 */
	public Policies(Collection<InterruptionPolicy> policies) {
		this.byName.put(InterruptionPolicy.IMMEDIATE_NAME, InterruptionPolicy.IMMEDIATE);
		for (InterruptionPolicy policy : policies) {
			if (this.byName.putIfAbsent(policy.name(), policy) != null) {
				throw new InvalidPoliciesException(List.of(new Problem("policy '" + policy.name() + "'",
						policy.name().equals(InterruptionPolicy.IMMEDIATE_NAME) ? "is built in" : "is there twice",
						"Give it another name; taken are " + names())));
			}
		}
		this.memory = 1 + this.byName.values().stream().mapToInt(InterruptionPolicy::flappingMax).max().orElse(0);
	}

	/**
	 * The names, in alphabetical order.
	 */
	public List<String> names() {
		return List.copyOf(this.byName.keySet());
	}

	/**
	 * How many interruptions have to be remembered for the one that looks back furthest,
	 * its own included.
	 */
	public int memory() {
		return this.memory;
	}

	/**
	 * Finds a policy.
	 * @param name its name; null for the default
	 * @throws UnknownPolicyException if there is none
	 */
	public InterruptionPolicy get(@Nullable String name) {
		InterruptionPolicy found = this.byName.get((name != null) ? name : InterruptionPolicy.IMMEDIATE_NAME);
		if (found == null) {
			throw new UnknownPolicyException(String.valueOf(name), names());
		}
		return found;
	}

}
