package dev.edgewise.interruption;

import dev.edgewise.interruption.Decision.Rule;
import dev.edgewise.interruption.Decision.Verdict;
import dev.edgewise.interruption.Evidence.Answer;

/**
 * Decides whether a generation is cut off. Pure: the same evidence gives the same
 * decision.
 */
@FunctionalInterface
public interface InterruptionPolicy {

	/**
	 * Interrupts at once unless the route's condition says no. A condition that failed
	 * interrupts: to stop an agent is recoverable, to lose the user's turn is not.
	 */
	InterruptionPolicy IMMEDIATE = (evidence) -> {
		if (evidence.forced()) {
			return new Decision(Verdict.INTERRUPT, Rule.FORCED);
		}
		if (evidence.condition() == Answer.NO) {
			return new Decision(Verdict.IGNORE, Rule.CONDITION);
		}
		return new Decision(Verdict.INTERRUPT, Rule.INTERRUPTED);
	};

	/**
	 * Decides.
	 * @param evidence what is known
	 */
	Decision decide(Evidence evidence);

}
