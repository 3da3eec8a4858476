package dev.edgewise.web;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import dev.edgewise.Decision;
import dev.edgewise.Evidence;
import org.jspecify.annotations.Nullable;

/**
 * The form that decisions have on the wire: durations in milliseconds, and what is not
 * known left out.
 */
final class DecisionJson {

	private DecisionJson() {
	}

	/**
	 * Returns the members of a decision.
	 */
	static Map<String, Object> describe(Decision decision) {
		Map<String, Object> members = new LinkedHashMap<>();
		members.put("sequence", decision.sequence());
		put(members, "at", Json.time(decision.at()));
		members.put("generation", decision.generation());
		members.put("route", decision.route());
		members.put("cause", decision.cause());
		members.put("verdict", decision.verdict());
		members.put("rule", decision.rule());
		members.put("policy", decision.policy());
		members.put("tookMicros", decision.took().toNanos() / 1_000);
		members.put("evidence", describe(decision.evidence()));
		return members;
	}

	private static Map<String, Object> describe(Evidence evidence) {
		Map<String, Object> members = new LinkedHashMap<>();
		members.put("forced", evidence.forced());
		put(members, "protection", evidence.protection());
		members.put("user", describe(evidence.user()));
		members.put("agent", describe(evidence.agent()));
		members.put("past", describe(evidence.past()));
		members.put("condition", evidence.condition());
		return members;
	}

	private static Map<String, Object> describe(Evidence.User user) {
		Map<String, Object> members = new LinkedHashMap<>();
		members.put("speech", user.speech());
		put(members, "speaker", user.speaker());
		put(members, "language", user.language());
		members.put("speaking", user.speaking());
		members.put("open", user.open());
		members.put("overdue", user.overdue());
		members.put("spokeForMillis", user.spokeFor().toMillis());
		members.put("transcript", user.transcript());
		members.put("words", user.words());
		put(members, "confidence", user.confidence());
		members.put("keys", user.keys());
		return members;
	}

	private static Map<String, Object> describe(Evidence.Agent agent) {
		Map<String, Object> members = new LinkedHashMap<>();
		members.put("started", agent.started());
		members.put("spokeForMillis", agent.spokeFor().toMillis());
		put(members, "words", agent.words());
		members.put("tookFloor", agent.tookFloor());
		return members;
	}

	private static Map<String, Object> describe(Evidence.Past past) {
		Map<String, Object> members = new LinkedHashMap<>();
		members.put("interruptions", past.interruptions());
		Duration since = past.sinceInterruption();
		put(members, "sinceInterruptionMillis", (since != null) ? since.toMillis() : null);
		return members;
	}

	private static void put(Map<String, Object> members, String name, @Nullable Object value) {
		if (value != null) {
			members.put(name, value);
		}
	}

}
