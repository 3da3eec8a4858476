package dev.edgewise.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import dev.edgewise.Decision;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.InterruptionRule;
import dev.edgewise.interruption.Policies;
import dev.edgewise.route.RouteTable;
import dev.edgewise.session.EngineSettings;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A recorded session to be played again in virtual time, with other policies: it tells
 * which decisions differ. With the policies of the recording, none does, within the
 * limits that are named here.
 * <p>
 * The real engine decides, with the application's routes, their filters and conditions;
 * only their nodes are replaced. What came from outside comes again at its recorded
 * times. A generation says what the recorded generation of its route said that was
 * started by the same event, each item as long after its start as recorded, and ends as
 * recorded. One that was cut off in the recording and now is not falls silent there and
 * does not end; one that the recording does not know is silent from the start and does
 * not end: nobody knows what it would have said. Handlers are not run, so a successor
 * starts as soon as its predecessor is silent.
 * <p>
 * Times are exact to the millisecond. When a session's readers took what was said is not
 * recorded: here there is one reader, which takes everything at once. So decisions that
 * count delivered words ({@code protect-first-words}), or wait for the end of what was
 * said in a protected section, are those of a reader without delay; and of a message that
 * is still being spoken, a section protects what was numbered in it. A timer and an event
 * that fell into the same millisecond may change places, and so may the items that a
 * pause had held back and what was decided as they went out. What the application's own
 * filters, conditions and rules find elsewhere than in their arguments is as it is now.
 * <p>
 * Immutable; safe from any thread.
 */
public final class Replay {

	private static final EngineSettings DEFAULTS = EngineSettings.defaults(1L << 30);

	private final Setup setup;

	private Replay(Setup setup) {
		this.setup = setup;
	}

	/**
	 * Takes a recording from a file.
	 * @param file what {@code GET /v1/sessions/{id}/recording} has answered
	 */
	public static Replay of(Path file) {
		try {
			return of(Files.readAllLines(file).stream());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Takes a recording as text.
	 * @param recording what {@code GET /v1/sessions/{id}/recording} has answered
	 */
	public static Replay of(String recording) {
		return of(recording.lines());
	}

	/**
	 * Takes a recording line by line.
	 * @param lines what {@code GET /v1/sessions/{id}/recording} has answered
	 */
	public static Replay of(Stream<String> lines) {
		return new Replay(new Setup(lines.toList(), null, null, Map.of(), null, List.of(), DEFAULTS,
				JsonMapper.builder().build()));
	}

	/**
	 * Plays it with these routes; their nodes are not called.
	 * @param routes the routes of an application: the bean of that type
	 */
	public Replay with(RouteTable routes) {
		Setup s = this.setup;
		return new Replay(
				new Setup(s.lines, routes, s.policies, s.changed, s.sessionPolicy, s.rules, s.settings, s.mapper));
	}

	/**
	 * Plays it with these policies instead of the recorded ones.
	 * @param policies the policies of an application: the bean of that type
	 */
	public Replay policies(Policies policies) {
		Setup s = this.setup;
		return new Replay(
				new Setup(s.lines, s.routes, policies, s.changed, s.sessionPolicy, s.rules, s.settings, s.mapper));
	}

	/**
	 * Plays it with another policy in the place of the one of that name.
	 * @param policy the policy
	 */
	public Replay policy(InterruptionPolicy policy) {
		Setup s = this.setup;
		Map<String, InterruptionPolicy> changed = new LinkedHashMap<>(s.changed);
		changed.put(policy.name(), policy);
		return new Replay(
				new Setup(s.lines, s.routes, s.policies, changed, s.sessionPolicy, s.rules, s.settings, s.mapper));
	}

	/**
	 * Plays it as if the session had chosen a policy for all of its time, whatever it
	 * chose in the recording.
	 * @param name the policy's name
	 */
	public Replay sessionPolicy(String name) {
		Setup s = this.setup;
		return new Replay(new Setup(s.lines, s.routes, s.policies, s.changed, name, s.rules, s.settings, s.mapper));
	}

	/**
	 * Plays it with rules of the application's own. None are recorded.
	 * @param rules the rules, in order
	 */
	public Replay rules(InterruptionRule... rules) {
		Setup s = this.setup;
		return new Replay(new Setup(s.lines, s.routes, s.policies, s.changed, s.sessionPolicy, List.of(rules),
				s.settings, s.mapper));
	}

	/**
	 * Plays it with an application's bounds of generations, which say what a full session
	 * refuses. Without, with the defaults. Bounds of logs, rates and time do not apply.
	 * @param settings the bounds of an application: the bean of that type
	 */
	public Replay settings(EngineSettings settings) {
		Setup s = this.setup;
		return new Replay(
				new Setup(s.lines, s.routes, s.policies, s.changed, s.sessionPolicy, s.rules, settings, s.mapper));
	}

	/**
	 * Reads the application's own events with its mapper. Without, with a plain one.
	 * @param mapper the mapper of an application: the bean of that type
	 */
	public Replay mapper(JsonMapper mapper) {
		Setup s = this.setup;
		return new Replay(
				new Setup(s.lines, s.routes, s.policies, s.changed, s.sessionPolicy, s.rules, s.settings, mapper));
	}

	/**
	 * Plays it.
	 * @return what was decided now, and where that differs
	 * @throws RecordingException if the recording cannot be replayed: it is none, or a
	 * newer one, frames are missing, or it has an event or a route that the application
	 * does not know
	 */
	public Result run() {
		RouteTable routes = this.setup.routes;
		if (routes == null) {
			throw new IllegalStateException("A replay needs routes: with(routeTable)");
		}
		RecordedSession recorded = new RecordingReader(this.setup.mapper, routes).read(this.setup.lines.stream());
		Map<String, InterruptionPolicy> policies = new LinkedHashMap<>();
		Policies given = this.setup.policies;
		if (given != null) {
			given.names().forEach((name) -> policies.put(name, given.get(name)));
		}
		else {
			recorded.policies().forEach((policy) -> policies.put(policy.name(), policy));
		}
		policies.remove(InterruptionPolicy.IMMEDIATE_NAME);
		policies.putAll(this.setup.changed);
		Performance performance = new Performance(recorded, routes, new Policies(policies.values()),
				this.setup.sessionPolicy, this.setup.rules, this.setup.settings);
		return new Comparison(recorded, performance).result();
	}

	/**
	 * What came of a replay.
	 *
	 * @param decisions every decision, in order. Sequences and ids are those of the
	 * recording, where it has the event and the generation; else the sequence is 0 and
	 * the id begins with {@code replay-}
	 * @param differences where they differ from those of the recording, in order of time
	 */
	public record Result(List<Decision> decisions, List<Difference> differences) {

		public Result {
			decisions = List.copyOf(decisions);
			differences = List.copyOf(differences);
		}

	}

	/**
	 * A decision that is not the same: one is missing, or the verdict or the rule is
	 * another.
	 *
	 * @param recorded the decision of the recording; null if there was none
	 * @param replayed the decision of the replay; null if there was none
	 */
	public record Difference(@Nullable Decision recorded, @Nullable Decision replayed) {

		/**
		 * Says it in a line: {@code 4 UserStartedSpeaking assistant: INTERRUPT by
		 * INTERRUPTED -> PAUSE by BACKCHANNEL}.
		 */
		@Override
		public String toString() {
			Decision either = (this.recorded != null) ? this.recorded : this.replayed;
			return (either == null) ? "nothing" : either.sequence() + " " + either.cause() + " " + either.route() + ": "
					+ told(this.recorded) + " -> " + told(this.replayed);
		}

		private static String told(@Nullable Decision decision) {
			return (decision != null) ? decision.verdict() + " by " + decision.rule() : "nothing";
		}

	}

	/**
	 * What a replay is made of.
	 */
	private record Setup(List<String> lines, @Nullable RouteTable routes, @Nullable Policies policies,
			Map<String, InterruptionPolicy> changed, @Nullable String sessionPolicy, List<InterruptionRule> rules,
			EngineSettings settings, JsonMapper mapper) {
	}

}
