package dev.edgewise.lawmodel;

import java.util.function.BiFunction;

/**
 * What the model says of a script that was played on the engine of this class loader,
 * with one bug turned on: the law that it breaks and how, or nothing. Made by name, in
 * another class loader.
 */
public final class BuggyVerdict implements BiFunction<String, Long, String> {

	@Override
	public String apply(String bug, Long seed) {
		Bug.turnOn(bug.isEmpty() ? null : Bug.valueOf(bug));
		String broken = Verdict.on(Scripts.of(seed));
		return (broken != null) ? broken : "";
	}

}
