package dev.edgewise.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.edgewise.interruption.InterruptionPolicy;
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
				"items wasted, of 1,000", "minutes a call");
		each(this.outcome.day(), (policy, tally) -> {
			List<String> cells = start(policy, tally.answer);
			cells.add(Table.number(tally.get(Total.ANSWERS)));
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

	private String text() {
		return stops() + "\n" + sounds() + "\n" + costs() + "\n" + hangovers() + "\n" + ahead() + "\n" + heard();
	}

	/**
	 * Adds a row.
	 */
	@FunctionalInterface
	private interface Row {

		void add(InterruptionPolicy policy, Tally tally);

	}

}
