package dev.edgewise.interruption;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;

import dev.edgewise.Decision.Verdict;
import dev.edgewise.Evidence;
import dev.edgewise.Evidence.Answer;
import dev.edgewise.interruption.InvalidPoliciesException.Problem;
import org.jspecify.annotations.Nullable;

/**
 * Decides: asks the rules in order, and the first that has a verdict decides. Pure but
 * for the route's condition, which it asks last. Safe from any thread.
 */
public final class Evaluator {

	private static final Pattern NAME = Pattern.compile("[A-Z0-9_]{1,64}");

	private static final Set<Rule> FIXED = EnumSet.of(Rule.FORCED, Rule.INTERRUPTED, Rule.DEADLINE);

	private final List<Step> steps;

	/**
	 * Creates the evaluator.
	 * @param rules the application's own rules, in order
	 * @throws InvalidPoliciesException if two rules have one name, or a name is malformed
	 * or cannot be replaced
	 */
	public Evaluator(List<InterruptionRule> rules) {
		check(rules);
		List<Step> steps = new ArrayList<>();
		for (Rule rule : Rule.values()) {
			for (InterruptionRule own : rules) {
				if (replaced(own) == null && own.before() == rule) {
					steps.add(new Step(own.name(), null, own));
				}
			}
			InterruptionRule replacement = rules.stream()
				.filter((own) -> replaced(own) == rule)
				.findFirst()
				.orElse(null);
			steps.add(new Step(rule.name(), rule, replacement));
		}
		this.steps = List.copyOf(steps);
	}

	private static void check(List<InterruptionRule> rules) {
		List<Problem> problems = new ArrayList<>();
		Set<String> names = new HashSet<>();
		for (InterruptionRule own : rules) {
			String name = own.name();
			String place = "rule '%s' (%s)".formatted(name, own.getClass().getName());
			Rule replaced = replaced(own);
			if (name == null || !NAME.matcher(name).matches()) {
				problems.add(new Problem(place, "has a malformed name", "Name it by 1 to 64 of A-Z 0-9 _"));
			}
			else if (!names.add(name)) {
				problems.add(new Problem(place, "has the name of another rule", "Give one of them another name"));
			}
			else if (replaced != null && FIXED.contains(replaced)) {
				problems.add(new Problem(place, "takes the place of a rule that cannot be replaced",
						"Name it otherwise; replaced can be " + Rule.PROTECTED + " to " + Rule.CONDITION));
			}
			else if (replaced == null && own.before() == null) {
				problems.add(new Problem(place, "does not say before which rule it is asked",
						"Return a Rule from before(), or leave it to the default"));
			}
			else if (replaced == null && own.before() == Rule.FORCED) {
				problems.add(new Problem(place, "would be asked before " + Rule.FORCED + ", which nothing may overrule",
						"Have it asked before " + Rule.PROTECTED + " or a later rule"));
			}
		}
		if (!problems.isEmpty()) {
			throw new InvalidPoliciesException(problems);
		}
	}

	private static @Nullable Rule replaced(InterruptionRule own) {
		for (Rule rule : Rule.values()) {
			if (rule.name().equals(own.name())) {
				return rule;
			}
		}
		return null;
	}

	/**
	 * Decides.
	 * @param policy the policy that is in force
	 * @param evidence what is known
	 * @param condition asks the route's condition; called at most once
	 * @param failed told of a rule that failed, by its name
	 */
	public Outcome decide(InterruptionPolicy policy, Evidence evidence, Supplier<Answer> condition,
			BiConsumer<String, Throwable> failed) {
		// Not a final transcript that was posted in time and waited for its turn: it
		// closes the question as if it had not had to.
		boolean late = evidence.user().overdue() && evidence.user().speaking() && evidence.user().open();
		boolean waived = false;
		Evidence known = evidence;
		for (Step step : this.steps) {
			Verdict verdict = null;
			if (step.own != null) {
				verdict = judged(step.own, known, policy, failed);
			}
			else if (step.rule == Rule.CONDITION) {
				known = known.with(condition.get());
				verdict = (known.condition() == Answer.NO) ? Verdict.IGNORE : null;
			}
			else if (step.rule == Rule.INTERRUPTED) {
				verdict = waived ? null : Verdict.INTERRUPT;
			}
			else if (step.rule == Rule.DEADLINE) {
				verdict = Verdict.INTERRUPT;
			}
			else if (step.rule != null) {
				verdict = judge(step.rule, known, policy);
			}
			if (verdict == Verdict.PAUSE) {
				if (late) {
					waived = true;
					continue;
				}
				return new Outcome(known.user().open() && !known.user().overdue() ? Verdict.PAUSE : Verdict.IGNORE,
						step.name, known);
			}
			if (verdict != null) {
				return new Outcome(verdict, step.name, known);
			}
		}
		throw new IllegalStateException("No rule has decided");
	}

	private static @Nullable Verdict judged(InterruptionRule rule, Evidence evidence, InterruptionPolicy policy,
			BiConsumer<String, Throwable> failed) {
		try {
			Verdict verdict = rule.judge(evidence, policy);
			if (verdict == Verdict.RESUME) {
				throw new IllegalStateException("A rule cannot say RESUME: what is ignored goes on by itself");
			}
			return verdict;
		}
		catch (Throwable ex) {
			failed.accept(rule.name(), ex);
			return null;
		}
	}

	private static @Nullable Verdict judge(Rule rule, Evidence evidence, InterruptionPolicy policy) {
		Evidence.User user = evidence.user();
		Evidence.Agent agent = evidence.agent();
		return switch (rule) {
			case FORCED -> evidence.forced() ? Verdict.INTERRUPT : null;
			case PROTECTED -> (evidence.protection() != null) ? Verdict.IGNORE : null;
			case STOP_PHRASE ->
				(!user.transcript().isEmpty() && policy.stopPhrases().anyIn(user.transcript(), user.language()))
						? Verdict.INTERRUPT : null;
			case FLAPPING -> (policy.flappingMax() > 0 && evidence.past().interruptions() >= policy.flappingMax())
					? Verdict.IGNORE : null;
			case BACK_OFF -> (evidence.past().sinceInterruption() != null
					&& evidence.past().sinceInterruption().compareTo(policy.backOff()) < 0) ? Verdict.IGNORE : null;
			case OPENING ->
				(agent.tookFloor() || (agent.started() && (isWithin(agent.words(), policy.protectFirstWords())
						|| agent.spokeFor().compareTo(policy.protectFirst()) < 0))) ? Verdict.IGNORE : null;
			case BACKCHANNEL -> isBackchannel(user, policy) ? Verdict.PAUSE : null;
			case LOW_CONFIDENCE -> (user.speech() && policy.minConfidence() > 0
					&& (user.words() == 0 || (user.confidence() != null && user.confidence() < policy.minConfidence())))
							? Verdict.PAUSE : null;
			case TOO_FEW_WORDS -> (user.speech() && user.words() < policy.minWords()) ? Verdict.PAUSE : null;
			case TOO_SHORT ->
				(user.speech() && user.spokeFor().compareTo(policy.minSpeech()) < 0) ? Verdict.PAUSE : null;
			case CONDITION, INTERRUPTED, DEADLINE -> null;
		};
	}

	private static boolean isWithin(@Nullable Integer words, int first) {
		return words != null && words < first;
	}

	/**
	 * A policy that knows backchannels cannot tell before it has heard a word.
	 */
	private static boolean isBackchannel(Evidence.User user, InterruptionPolicy policy) {
		if (policy.backchannels().isEmpty()) {
			return false;
		}
		return (user.words() == 0) ? user.speech() : policy.backchannels().anyIs(user.transcript(), user.language());
	}

	/**
	 * What was decided.
	 *
	 * @param verdict INTERRUPT, PAUSE or IGNORE
	 * @param rule the rule that decided
	 * @param evidence what was known, with the condition's answer if it was asked
	 */
	public record Outcome(Verdict verdict, String rule, Evidence evidence) {
	}

	private record Step(String name, @Nullable Rule rule, @Nullable InterruptionRule own) {
	}

}
