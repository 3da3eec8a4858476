package dev.edgewise.benchmark;

import java.time.Duration;
import java.util.List;

import dev.edgewise.Evidence;
import dev.edgewise.Evidence.Answer;
import dev.edgewise.interruption.Evaluator;
import dev.edgewise.interruption.Evaluator.Outcome;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.Rule;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What a user has said while an agent speaks, to be decided about by a policy that knows
 * phrases and counts words.
 */
@State(Scope.Benchmark)
public class Matter {

	private static final InterruptionPolicy POLICY = InterruptionPolicy.builder("measured")
		.stopPhrases("stop", "wait", "hold on", "shut up", "enough")
		.backchannels("uh-huh", "mhm", "yeah", "okay", "right", "I see", "go on")
		.minWords(2)
		.minConfidence(0.4)
		.build();

	/** What the user has said. */
	@Param
	public Said said;

	private final Evaluator evaluator = new Evaluator(List.of());

	private Evidence evidence;

	@Setup
	public void open() {
		Evidence.User user = new Evidence.User(true, null, null, true, true, false, Duration.ofMillis(700),
				this.said.words, this.said.words.split(" ").length, 0.9, "");
		this.evidence = new Evidence(false, null, user, new Evidence.Agent(true, Duration.ofMillis(2_500), null, false),
				new Evidence.Past(1, Duration.ofSeconds(12)), Answer.NOT_ASKED);
		if (!decide().rule().equals(this.said.rule.name())) {
			throw new IllegalStateException("'" + this.said.words + "' was decided by " + decide().rule());
		}
	}

	Outcome decide() {
		return this.evaluator.decide(POLICY, this.evidence, () -> Answer.NOT_ASKED, (rule, failure) -> {
			throw new IllegalStateException(rule, failure);
		});
	}

	/**
	 * What users say.
	 */
	public enum Said {

		/** What interrupts by the first rule that looks at words. */
		STOP_PHRASE("no please stop", Rule.STOP_PHRASE),

		/** What interrupts when all rules have been asked. */
		SENTENCE("could you tell me first what that will cost me in the end", Rule.INTERRUPTED);

		private final String words;

		private final Rule rule;

		Said(String words, Rule rule) {
			this.words = words;
			this.rule = rule;
		}

	}

}
