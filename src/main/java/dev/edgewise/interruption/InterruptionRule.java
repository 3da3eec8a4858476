package dev.edgewise.interruption;

import dev.edgewise.Decision.Verdict;
import dev.edgewise.Evidence;
import org.jspecify.annotations.Nullable;

/**
 * A rule of an application's own. A bean of this type is asked about every generation
 * that an event could cut off, with every policy, at its place among the {@linkplain Rule
 * built-in ones}; one that has the name of a built-in rule takes that rule's place. Not
 * asked about commands to interrupt, against which protection alone speaks.
 * {@link Rule#FORCED}, before which nothing is asked, {@link Rule#INTERRUPTED} and
 * {@link Rule#DEADLINE} cannot be replaced. Called by the session's writer: must be pure
 * and must not block. One that fails has no verdict; that is logged and counted.
 */
public interface InterruptionRule {

	/**
	 * Its name in decisions and meters: 1 to 64 of {@code A-Z 0-9 _}.
	 */
	String name();

	/**
	 * The built-in rule before which it is asked. Not looked at if it takes a built-in
	 * rule's place. Several before the same one are asked in {@code @Order}.
	 */
	default Rule before() {
		return Rule.CONDITION;
	}

	/**
	 * Judges.
	 * @param evidence what is known
	 * @param policy the policy that is in force
	 * @return {@code INTERRUPT}; {@code IGNORE}; {@code PAUSE} to wait for more, which
	 * means {@code IGNORE} when nothing more is to be expected and counts as no verdict
	 * once the time to decide is over and the user still speaks; or null to leave it to
	 * the next rule
	 */
	@Nullable Verdict judge(Evidence evidence, InterruptionPolicy policy);

}
