package dev.edgewise.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.simulation.Stand.Conditions;

/**
 * What came of all that is played for the report.
 *
 * @param policies the policies
 * @param day the day for each policy
 * @param byHangover calls with detectors that take longer or shorter to say that speech
 * has ended, by that time, for each of the policies of {@link #TIMED}
 * @param ahead calls with an agent that is faster than its voice, for each policy
 */
record Outcome(List<InterruptionPolicy> policies, List<Tally> day, Map<Integer, List<Tally>> byHangover,
		List<Tally> ahead) {

	static final long SEED = 20_261_124;

	static final int CALLERS = 5_000;

	static final int CALLERS_OF_VARIANTS = 500;

	static final int HANGOVER = 200;

	private static final List<Integer> HANGOVERS = List.of(100, HANGOVER, 400);

	private static final int PACE = 1_000;

	private static final int PACE_AHEAD = 250;

	/** The policies in which time is a gate or ends a pause. */
	static final List<String> TIMED = List.of(Candidates.MIN_SPEECH, Candidates.CONVERSATION, Candidates.PATIENT);

	static Outcome play() {
		List<InterruptionPolicy> policies = Candidates.all();
		Day day = new Day(SEED);
		List<InterruptionPolicy> timed = new ArrayList<>();
		for (String name : TIMED) {
			policies.stream().filter((policy) -> policy.name().equals(name)).forEach(timed::add);
		}
		Map<Integer, List<Tally>> byHangover = new TreeMap<>();
		for (int hangover : HANGOVERS) {
			byHangover.put(hangover, day.play(timed, CALLERS_OF_VARIANTS, new Conditions(hangover, PACE)));
		}
		return new Outcome(policies, day.play(policies, CALLERS, conditions()), byHangover,
				day.play(policies, CALLERS_OF_VARIANTS, new Conditions(HANGOVER, PACE_AHEAD)));
	}

	static Conditions conditions() {
		return new Conditions(HANGOVER, PACE);
	}

	InterruptionPolicy policy(String name) {
		return this.policies.get(indexOf(name));
	}

	Tally day(String policy) {
		return this.day.get(indexOf(policy));
	}

	Tally ahead(String policy) {
		return this.ahead.get(indexOf(policy));
	}

	private int indexOf(String policy) {
		for (int i = 0; i < this.policies.size(); i++) {
			if (this.policies.get(i).name().equals(policy)) {
				return i;
			}
		}
		throw new IllegalArgumentException(policy);
	}

}
