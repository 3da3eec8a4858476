package dev.edgewise.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.Phrases;
import dev.edgewise.simulation.Caller.Kind;
import dev.edgewise.simulation.Tally.Count;
import dev.edgewise.simulation.Tally.Samples;
import dev.edgewise.simulation.Tally.Total;

/**
 * What is told of the day, for somebody who has to choose a policy.
 */
final class Report {

	private static final List<Kind> MEANT = List.of(Kind.INTERRUPTION, Kind.STOP, Kind.CONTINUATION);

	private static final List<Kind> OTHER = List.of(Kind.BACKCHANNEL, Kind.COUGH, Kind.BACKGROUND);

	private static final int LAST_MILLIS = 2_000;

	private static final String TEXT = """
			# A day of 5,000 callers

			When a caller makes a sound while the agent speaks, somebody must decide whether that is an interruption. An
			agent that stops at once is stopped by every "uh-huh" and every cough; one that waits for words talks over a
			caller who means it. A policy is a choice between these faults. This report tells what six policies cost and
			gain, so that you can choose one.

			It is simulated: the real engine, in virtual time, plays {callers} made-up calls for each policy, the same
			calls for each. The build plays them again and fails if one figure here is another, so a change of the engine
			or of a policy is a difference in this file. What is made up, and what follows from that, is told
			[below](#what-is-assumed).

			## In short

			- **`immediate`** never misses an interruption, and every sound at all stops it: in 1,000 turns of these
			  callers, answers are cut off for nothing {false:immediate} times. For push-to-talk, for keys, and for rooms
			  where nobody but the caller is heard.
			- **`conversation`**, the policy of the built-in agent, falls silent just as soon, because it pauses first and
			  decides then. It halves the false stops ({per1000:conversation} of 1,000 sounds instead of 1,000) and misses
			  {missed:conversation} of 1,000 interruptions.
			- **`patient`** is `conversation` with twice the time to decide. Backchannels that stop it fall from
			  {backchannel:conversation} of 1,000 to {backchannel:patient}, coughs to {cough:patient}; it misses
			  {missed:patient} of 1,000 interruptions, nearly all of them a single word that is not in its list. **Begin
			  with this one**, with stop phrases and backchannels of your callers' language.
			- **`min-speech`** of 300 ms is hardly better than `immediate`, since a detector of speech adds its own delay
			  to every sound.
			- **`two-words`** is deaf to one-word commands: it misses {stops:two-words} of 1,000 stop phrases. And "uh-huh"
			  and "I see" are two words. A number of words is of use only together with both lists.
			- **`guarded`** stops for nearly everything that it should not, and is deaf where callers go on speaking
			  after a hesitation: it misses {goes:guarded} of 1,000 of those. Use back-off and a protected opening on top of
			  other gates and for a reason, not instead of them.

			All this is told of agents that are paced by their voice. One that has its words long before they are said is as
			soon silent if the device stands still when the stream says so: `conversation` after {ahead:conversation} ms instead
			of {day:conversation} in half of all cases ([see below](#if-the-agent-is-faster-than-its-voice)).

			No policy here tells talk in the background from the caller: these are words, and more than two. That takes a
			recogniser that says how sure it is (`min-confidence`), or one microphone for each speaker.

			## The policies

			```yaml
			edgewise.interruption.policies:
			  # immediate is built in, conversation is in the service's application.yml: two words, both lists, 500 ms
			  patient: # conversation with more time; its lists for other languages are left out here
			    min-words: {patient:words}
			    stop-phrases: [{patient:stops}]
			    backchannels: [{patient:backchannels}]
			    decide-within: 1s
			  min-speech:
			    min-speech: 300ms
			  two-words:
			    min-words: 2
			  guarded:
			    back-off: 1500ms
			    protect-first: 1s
			```

			## Does it stop, and how soon

			![How soon the agent is silent](simulation/silence.svg)

			Silence is the time from the caller's first sound to the last sound of the agent that the caller hears, in
			milliseconds. All of the way is in it: the detector, the network both ways, the decision. `never` means that the
			answer went on to its end; many seconds mean that only the caller's second try stopped it. Missed is what did not
			silence the agent within two seconds, of 1,000 of its kind. *Spoke again*: of 1,000 interruptions, how often the
			agent paused, went on, and stopped only then. *Said again*: of 1,000 turns of callers, how many were lost, so
			that the caller had to repeat them.

			{table:stops}
			A hump beyond half a second is there in every line: one caller in seven has a slow network.

			Where a policy pauses, the agent is silent as soon as with `immediate`, and what is decided later does not matter
			to the caller, if it is decided rightly. It *speaks again* where the pause ends between the end of the caller's
			speech and its final transcript: `decide-within` after the pause began, a caller who has stopped is no
			interruption, and when the words come a moment later they are one after all. Short commands meet this most: of
			1,000 stop phrases {again:conversation} with `conversation`, {again:patient} with `patient`.

			{notice} of the interruptions met words that must not be cut, and are not in this table. With `immediate`, half
			of them had to wait for up to {notice:p50} ms, 95 % of them for up to {notice:p95} ms.

			## What stops it that should not

			![False stops and missed stops](simulation/stops.svg)

			False stops are of 1,000 of a kind, and of 1,000 turns of callers, which have {soundsPerTurn} such sounds. A
			sound that does not stop the agent can make it pause; the pauses are in milliseconds.

			{table:sounds}
			An agent here that was cut off for nothing says it is sorry and goes on at the first word that was not heard, so
			a false stop costs a few seconds. Your agent may answer the cough.

			## What else it costs

			The time from the end of an interruption to the first item of the next answer, in milliseconds; half of it
			belongs to the agent, which takes 250 to 650 ms to its first item. `never`: it was not answered, because it did
			not count. Answers begun: the fewer, the less is paid to a model. Needless answers: of 1,000 sounds that were no
			interruption, how many outlasted an answer and were answered, since nothing was left that they could have cut.
			Wasted items have been produced and not heard; a paused node runs on for a moment.

			{table:costs}
			## If the detector is slower

			A detector of speech says that speech has ended when it has been silent for a while, its hang-over. Published
			defaults go from 100 to 750 ms; above it is {hangover} ms. Until then the caller "still speaks", and all gates of
			time count that. So `decide-within` must be longer than your longest backchannel and the hang-over together, or
			a caller who only listens is taken for one who goes on speaking. False stops of 1,000 of a kind, and how many of
			1,000 interruptions heard the agent once more, in {variants} calls:

			{table:hangovers}
			## If the agent is faster than its voice

			Above, an item comes when the one before has been said. Many models are faster than speech. Here the node has
			its items in a quarter of the time, the device has most of the answer before it is said, and the answer is
			complete for the service while it is still being spoken ({variants} calls):

			{table:ahead}
			A complete answer is decided about as before. The service has nothing left to hold back, so it is the device that
			must stand still at `AgentSpeechPaused`, as this one does; one that does not hears the agent until the decision,
			and policies that pause lose what they gain. A node that is paced (`delayElements`, or a voice that asks for text
			as it speaks) wastes less.

			## What is assumed

			Every call, every delay and every word comes from a seeded generator; there is no recording of anybody behind
			it. The orders of magnitude are those of telephone speech; the shares are the author's choice, and sounds are
			more frequent than in most calls, so that there are enough of each. A share of 1,000 of a kind does not depend on
			how frequent the kind is; *per 1,000 turns* does. Talk times are the weak point: with longer backchannels every
			figure about backchannels is worse.

			Another seed makes other callers. With three others, tried once, no share of 1,000 above moved by more than 21 (stop
			phrases are the fewest, and move most), and no median by more than 10 ms; a high quantile that lies where the
			misses begin moves by seconds.

			{table:heard}
			| what | how |
			|---|---|
			| a call | 3 to 6 questions |
			| times around a median | log-normal, sigma 0.5, from a table of 17 integers, cut off at 2.4 sigmas |
			| thinking before a question | around 0.9 s |
			| question | around 2.6 s; 8 of 100 hesitate for 0.6 to 1.4 s after about half of it: the agent is started, the caller goes on |
			| answer | 10 to 60 words, 180 words a minute, 1 to 3 words an item, the first after 250 to 650 ms |
			| protected notice | in 8 of 100 answers of 20 words or more, their first 6 to 12 words |
			| interruption | in 24 of 100 answers, at a random moment up to 2 s before the end; one of eight sentences of 2 to 8 words, 240 to 380 ms a word |
			| stop phrase | in 7 of 100 answers: 8 of 10 are "stop", "wait", "hold on" or "be quiet", the others are in no list ("enough", "not now", "that will do") |
			| other sounds | the next 2.5 s after the end of the last, and around 5 s more: 70 % backchannels, 17 % coughs, 13 % background; up to 0.3 s before the end of the answer |
			| backchannel | 250 to 500 ms; 85 % are in the list of `conversation`, the others are "sure", "oh really", "got it", "good" |
			| cough | 150 to 400 ms, no words |
			| talk in the background | around 1.5 s, a word in 320 ms; the detector takes it for the caller's |
			| detector | start after 60 to 140 ms, end {hangover} to {hangoverMax} ms after it |
			| recogniser | interim transcripts from 300 ms on, every 200 ms if there is a new word, which takes 250 ms; the final one 280 to 360 ms after the end; makes no mistakes |
			| network | each way 10 to 40 ms, up to 15 ms more for an event; of 15 of 100 callers 120 to 400 ms, up to 150 ms more, and 40 to 100 ms between two frames that the stream takes |
			| caller | says it again after 3 s without an answer (8 s if a notice was being said), up to two times |
			| device | stands still at `AgentGenerationPaused` and `AgentSpeechPaused`, drops all at the interrupted frame, acknowledges every item it has said |
			| processor | costs no time: sessions never wait for each other, and how long the engine takes under load is measured, not simulated |

			The agent has one route, that of the built-in one: `on = UserStoppedSpeaking`, `interruptOn =
			UserStartedSpeaking`. The sounds come when so much of an answer has been heard, so every policy meets the same
			sound at the same word, whatever happened before.

			## To repeat

			```
			./mvnw test -Dtest=SimulationReportTests -Dsimulation.write=true
			```

			writes this file and its plots; without the property, the test compares. The seed is {seed}. To try a policy of
			your own, add it to `Candidates` in `src/test/java/dev/edgewise/simulation`; to try it on a call that has
			happened, record it (`GET /v1/sessions/{id}/recording`) and use `dev.edgewise.test.Replay`.
			""";

	private final Outcome outcome;

	Report(Outcome outcome) {
		this.outcome = outcome;
	}

	/**
	 * The files, by their names under {@code src/docs}.
	 */
	Map<String, String> files() {
		List<String> names = this.outcome.policies().stream().map(InterruptionPolicy::name).toList();
		Map<String, String> files = new LinkedHashMap<>();
		files.put("simulation.md", text());
		files.put("simulation/silence.svg", Plot.cumulative("How soon the agent is silent when it is interrupted",
				names, this.outcome.day().stream().map((tally) -> tally.silence).toList(), LAST_MILLIS));
		files.put("simulation/stops.svg",
				Plot.bars("False stops and missed stops", names,
						List.of("false stops, of 1,000 sounds that were no interruption",
								"missed stops, of 1,000 interruptions"),
						this.outcome.day().stream().map(Report::falseStops).toList(),
						this.outcome.day().stream().map(Report::missedStops).toList()));
		return files;
	}

	static int falseStops(Tally tally) {
		return Table.thousandths(sum(tally, OTHER, Count.FALSE_STOP), sum(tally, OTHER, Count.HEARD));
	}

	static int missedStops(Tally tally) {
		return Table.thousandths(sum(tally, MEANT, Count.MISSED), sum(tally, MEANT, Count.IN_QUESTION));
	}

	private static int sum(Tally tally, List<Kind> kinds, Count count) {
		return kinds.stream().mapToInt((kind) -> tally.get(kind, count)).sum();
	}

	private static int turns(Tally tally) {
		return tally.get(Kind.QUESTION, Count.HEARD) + sum(tally, MEANT, Count.HEARD);
	}

	private static String rate(Tally tally, Kind kind, Count count, Count of) {
		return String.valueOf(Table.thousandths(tally.get(kind, count), tally.get(kind, of)));
	}

	private String stops() {
		Table table = new Table("policy", "silent after, p50", "p95", "p99", "max", "missed: interruption",
				"missed: stop phrase", "missed: caller goes on", "spoke again", "said again");
		each(this.outcome.day(), (policy, tally) -> {
			List<String> cells = start(policy, tally.silence);
			MEANT.forEach((kind) -> cells.add(rate(tally, kind, Count.MISSED, Count.IN_QUESTION)));
			cells.add(String.valueOf(
					Table.thousandths(sum(tally, MEANT, Count.SPOKE_AGAIN), sum(tally, MEANT, Count.IN_QUESTION))));
			cells.add(String.valueOf(Table
				.thousandths(sum(tally, MEANT, Count.LOST) + tally.get(Kind.QUESTION, Count.LOST), turns(tally))));
			table.row(cells);
		});
		return table.toString();
	}

	private String sounds() {
		Table table = new Table("policy", "false stops: backchannel", "cough", "background", "per 1,000 turns",
				"pause, p50", "p95", "p99", "max", "paused, s a call");
		each(this.outcome.day(), (policy, tally) -> {
			List<String> cells = new ArrayList<>(List.of(name(policy)));
			OTHER.forEach((kind) -> cells.add(rate(tally, kind, Count.FALSE_STOP, Count.HEARD)));
			cells.add(Table.number(Table.thousandths(sum(tally, OTHER, Count.FALSE_STOP), turns(tally))));
			quantiles(cells, tally.pause);
			cells.add(tenths(tally.pause.sum(), 1_000L * Outcome.CALLERS));
			table.row(cells);
		});
		return table.toString();
	}

	private String costs() {
		Table table = new Table("policy", "next answer after, p50", "p95", "p99", "max", "answers begun",
				"needless, of 1,000", "items wasted, of 1,000", "minutes a call");
		each(this.outcome.day(), (policy, tally) -> {
			List<String> cells = start(policy, tally.answer);
			cells.add(Table.number(tally.get(Total.ANSWERS)));
			cells.add(String
				.valueOf(Table.thousandths(sum(tally, OTHER, Count.NEEDLESS_ANSWER), sum(tally, OTHER, Count.HEARD))));
			cells.add(String.valueOf(Table.thousandths(tally.get(Total.WASTED), tally.get(Total.ITEMS))));
			cells.add(tenths(tally.callMillis, 60_000L * Outcome.CALLERS));
			table.row(cells);
		});
		return table.toString();
	}

	private String hangovers() {
		List<String> headings = new ArrayList<>(List.of("hang-over"));
		for (String name : Outcome.TIMED) {
			headings.add("`" + name + "`: backchannel");
			headings.add("cough");
			headings.add("spoke again");
		}
		Table table = new Table(headings.toArray(String[]::new));
		this.outcome.byHangover().forEach((hangover, tallies) -> {
			List<String> cells = new ArrayList<>(List.of(hangover + " ms"));
			for (Tally tally : tallies) {
				cells.add(rate(tally, Kind.BACKCHANNEL, Count.FALSE_STOP, Count.HEARD));
				cells.add(rate(tally, Kind.COUGH, Count.FALSE_STOP, Count.HEARD));
				cells.add(String.valueOf(
						Table.thousandths(sum(tally, MEANT, Count.SPOKE_AGAIN), sum(tally, MEANT, Count.IN_QUESTION))));
			}
			table.row(cells);
		});
		return table.toString();
	}

	private String ahead() {
		Table table = new Table("policy", "silent after, p50", "p95", "p99", "max", "missed stops, of 1,000",
				"false stops, of 1,000", "items wasted, of 1,000");
		each(this.outcome.ahead(), (policy, tally) -> {
			List<String> cells = start(policy, tally.silence);
			cells.add(String.valueOf(missedStops(tally)));
			cells.add(String.valueOf(falseStops(tally)));
			cells.add(String.valueOf(Table.thousandths(tally.get(Total.WASTED), tally.get(Total.ITEMS))));
			table.row(cells);
		});
		return table.toString();
	}

	private String heard() {
		Tally first = this.outcome.day().get(0);
		Table table = new Table("what was heard", "how often");
		for (Kind kind : Kind.values()) {
			table.row(List.of(kind.label(), Table.number(first.get(kind, Count.HEARD))));
		}
		return table.toString();
	}

	private void each(List<Tally> tallies, Row row) {
		for (int i = 0; i < tallies.size(); i++) {
			row.add(this.outcome.policies().get(i), tallies.get(i));
		}
	}

	private static List<String> start(InterruptionPolicy policy, Samples samples) {
		List<String> cells = new ArrayList<>(List.of(name(policy)));
		quantiles(cells, samples);
		return cells;
	}

	private static void quantiles(List<String> cells, Samples samples) {
		for (int thousandths : List.of(500, 950, 990, 1_000)) {
			cells.add(Table.quantile(samples, thousandths));
		}
	}

	private static String name(InterruptionPolicy policy) {
		return "`" + policy.name() + "`";
	}

	private static String tenths(long value, long unit) {
		long tenths = (value * 20 + unit) / (2 * unit);
		return Table.number(tenths / 10) + "." + tenths % 10;
	}

	private static String quoted(Phrases phrases) {
		return '"' + String.join("\", \"", phrases.all()) + '"';
	}

	private String text() {
		Tally immediate = this.outcome.day(InterruptionPolicy.IMMEDIATE_NAME);
		Map<String, String> values = new LinkedHashMap<>();
		values.put("table:stops", stops());
		values.put("table:sounds", sounds());
		values.put("table:costs", costs());
		values.put("table:hangovers", hangovers());
		values.put("table:ahead", ahead());
		values.put("table:heard", heard());
		InterruptionPolicy patient = this.outcome.policy(Candidates.PATIENT);
		values.put("patient:words", String.valueOf(patient.minWords()));
		values.put("patient:stops", quoted(patient.stopPhrases()));
		values.put("patient:backchannels", quoted(patient.backchannels()));
		values.put("callers", Table.number(Outcome.CALLERS));
		values.put("variants", Table.number(Outcome.CALLERS_OF_VARIANTS));
		values.put("hangover", String.valueOf(Outcome.HANGOVER));
		values.put("hangoverMax", String.valueOf(Outcome.HANGOVER + Call.HANGOVER_JITTER));
		values.put("seed", String.valueOf(Outcome.SEED));
		values.put("notice", Table.number(immediate.silenceInNotice.count()));
		values.put("notice:p50", Table.quantile(immediate.silenceInNotice, 500));
		values.put("notice:p95", Table.quantile(immediate.silenceInNotice, 950));
		values.put("soundsPerTurn", tenths(sum(immediate, OTHER, Count.HEARD), turns(immediate)));
		for (InterruptionPolicy policy : this.outcome.policies()) {
			Tally tally = this.outcome.day(policy.name());
			values.put("false:" + policy.name(),
					String.valueOf(Table.thousandths(sum(tally, OTHER, Count.FALSE_STOP), turns(tally))));
			values.put("per1000:" + policy.name(), String.valueOf(falseStops(tally)));
			values.put("missed:" + policy.name(), String.valueOf(missedStops(tally)));
			values.put("backchannel:" + policy.name(), rate(tally, Kind.BACKCHANNEL, Count.FALSE_STOP, Count.HEARD));
			values.put("cough:" + policy.name(), rate(tally, Kind.COUGH, Count.FALSE_STOP, Count.HEARD));
			values.put("day:" + policy.name(), Table.quantile(tally.silence, 500));
			values.put("ahead:" + policy.name(), Table.quantile(this.outcome.ahead(policy.name()).silence, 500));
			values.put("again:" + policy.name(), rate(tally, Kind.STOP, Count.SPOKE_AGAIN, Count.IN_QUESTION));
			values.put("stops:" + policy.name(), rate(tally, Kind.STOP, Count.MISSED, Count.IN_QUESTION));
			values.put("goes:" + policy.name(), rate(tally, Kind.CONTINUATION, Count.MISSED, Count.IN_QUESTION));
		}
		String text = TEXT;
		for (Map.Entry<String, String> value : values.entrySet()) {
			text = text.replace("{" + value.getKey() + "}", value.getValue());
		}
		return text;
	}

	/**
	 * Adds a row.
	 */
	@FunctionalInterface
	private interface Row {

		void add(InterruptionPolicy policy, Tally tally);

	}

}
