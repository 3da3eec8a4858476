package dev.edgewise.lawmodel;

import org.jspecify.annotations.Nullable;

/**
 * What a model says of a script that was played.
 */
final class Verdict {

	private Verdict() {
	}

	/**
	 * Plays a script.
	 * @return the law that it breaks and how; null if it breaks none
	 */
	static @Nullable String on(Script script) {
		try {
			Play.of(script).tell(new LawModel(script));
			return null;
		}
		catch (BrokenLawException ex) {
			return ex.getMessage();
		}
	}

	/**
	 * Shortens a script that breaks a law, and says how.
	 * @param seed the seed that it was made from
	 */
	static String explain(long seed) {
		Script whole = Scripts.of(seed);
		String law = law(whole);
		Script shortest = Shrinking.of(whole, (script) -> law.equals(law(script)));
		return "seed " + seed + ", shortened:\n" + shortest + "\n" + on(shortest);
	}

	private static String law(Script script) {
		String broken = on(script);
		return (broken != null) ? broken.split(" ")[0] : "";
	}

}
