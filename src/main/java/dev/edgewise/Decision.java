package dev.edgewise;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * What was decided about one generation, by which rule, and on what evidence. Every event
 * that could cut off a generation is decided about, and so is every moment at which
 * waiting for more is over; the generations that were spared are told like those that
 * were not. On the wire a duration is a number, named by its unit: {@code tookMicros},
 * {@code spokeForMillis}, {@code sinceInterruptionMillis}.
 *
 * @param sequence the number in the log of the event that was decided about; of a
 * decision that only time brought about, of the event that it began with
 * @param at when it was decided
 * @param generation the generation's id
 * @param route the id of its route
 * @param cause the name on the wire of that event
 * @param verdict what was decided
 * @param rule the rule that decided, by its name
 * @param policy the policy that was in force, by its name
 * @param evidence what was known
 * @param took how long it took to decide
 */
public record Decision(long sequence, Instant at, String generation, String route, String cause, Verdict verdict,
		String rule, String policy, Evidence evidence, Duration took) {

	public Decision {
		Objects.requireNonNull(verdict, "verdict");
		Objects.requireNonNull(rule, "rule");
		Objects.requireNonNull(evidence, "evidence");
	}

	/**
	 * What is done with a generation.
	 */
	public enum Verdict {

		/** It is cut off. */
		INTERRUPT,

		/** It stands still until more is known. */
		PAUSE,

		/** It stood still, and goes on. */
		RESUME,

		/** It goes on as if nothing had happened. */
		IGNORE

	}

}
