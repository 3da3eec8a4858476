package dev.edgewise.interruption;

/**
 * What was decided about a generation, and by which rule.
 *
 * @param verdict what to do
 * @param rule which rule said so
 */
public record Decision(Verdict verdict, Rule rule) {

	/**
	 * What to do with the generation.
	 */
	public enum Verdict {

		/** Cut it off. */
		INTERRUPT,

		/** Let it speak on. */
		IGNORE

	}

	/**
	 * The rules, in the order in which they are asked.
	 */
	public enum Rule {

		/** The event cuts off everything, whatever the routes say. */
		FORCED,

		/** The route's condition said no. */
		CONDITION,

		/** Nothing spoke against it. */
		INTERRUPTED

	}

}
