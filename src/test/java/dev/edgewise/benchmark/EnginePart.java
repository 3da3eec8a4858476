package dev.edgewise.benchmark;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

import dev.edgewise.benchmark.Chart.Series;
import dev.edgewise.benchmark.Page.Target;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.util.Statistics;

import static dev.edgewise.benchmark.Page.number;

/**
 * What the engine takes in one process, without a network: runs {@link EngineBenchmarks}.
 */
final class EnginePart implements Part {

	/**
	 * By how many sessions there are: within how many microseconds 99 of 100 nodes shall
	 * be cancelled.
	 */
	private static final Map<Integer, Double> TARGETS = new TreeMap<>(Map.of(1, 300.0, 100, 400.0, 1_000, 2_000.0));

	/** What Cartesia Line takes, on a machine of this size. */
	private static final Map<Integer, String> PEER = Map.of(1, "0.41 ms", 100, "0.52 ms", 1_000, "11 to 55 ms");

	private static final String CACHES = """
			By its code, nothing in the engine walks over what is queued or said, so this should not grow. What has made it
			grow in this run has not been found.""";

	private static final String HAND_OVER = """
			A node is cancelled on a thread of its own, since a cancel may block (L6), and to hand something to a thread
			that waits takes its time on this machine: of a hundred tasks that a plain executor of the JDK was handed in the
			same seconds, 99 had begun within %s. The fence, which is when the agent is silent, does not wait for it: see
			its line in the table.""";

	/** What grows by no more than this factor is flat. */
	private static final double FLAT = 1.5;

	@Override
	public String title() {
		return "In process";
	}

	@Override
	public void measure(Page page) throws RunnerException {
		Collection<RunResult> results = new Runner(
				new OptionsBuilder().include(EngineBenchmarks.class.getName() + "\\.")
					.addProfiler(Marks.class)
					.addProfiler(GCProfiler.class)
					.shouldFailOnError(true)
					.build())
			.run();
		page.paragraph(
				"""
						Measured by JMH in JVMs of their own with 1 GB of heap, touched before, without a network. Times are in microseconds
						unless it is said, and reach from the call of `publish` with the event that interrupts. Where a figure
						is followed by two in parentheses, it is the median of the iterations, and those are the least and the
						most.""");
		sessions(page, of(results, "amongOthers", "sessions"));
		queued(page, of(results, "behindItems", "queued"));
		messages(page, of(results, "turn", "messages"));
		costs(page, results);
	}

	private static void sessions(Page page, Map<Integer, RunResult> runs) {
		page.paragraph("### While other sessions speak");
		page.paragraph(
				"""
						In every session an agent speaks fifty items a second, and a stream takes them. A thousand times a
						second one session, each in its turn, is interrupted: *fence* is when `publish` has given the receipt,
						*cancelled* when the subscription of the node has been cancelled, on another thread. *Handed over* is how
						long a plain executor of one thread, which has nothing else to do, takes to begin with a task that it is
						handed as often: the floor of everything that another thread does.""");
		List<List<String>> rows = new ArrayList<>();
		List<String> verdicts = new ArrayList<>();
		String reason = HAND_OVER.formatted(runs.entrySet()
			.stream()
			.map((entry) -> "%s ms with %s".formatted(
					number(new Times(entry.getValue(), Crowd.WOKEN).percentile(99) / 1_000, 2),
					number(entry.getKey(), 0)))
			.collect(Collectors.joining(", ")));
		runs.forEach((sessions, run) -> {
			Times cancelled = new Times(run, Voice.CANCELLED);
			rows.add(row(sessions, "fence", new Times(run, null)));
			rows.add(row(sessions, "cancelled", cancelled));
			rows.add(row(sessions, "handed over", new Times(run, Crowd.WOKEN)));
			double target = TARGETS.get(sessions);
			double reached = cancelled.percentile(99);
			page.target(new Target(
					"event → node cancelled, in process, %s session%s, 99 %%".formatted(number(sessions, 0),
							(sessions == 1) ? "" : "s"),
					PEER.get(sessions), "< " + number(target / 1_000, 1) + " ms", number(reached / 1_000, 2) + " ms",
					reached < target, reason));
			verdicts.add("within %s with %s (the target is %s: %s)".formatted(number(reached, 0),
					number(sessions, 0) + ((sessions == 1) ? " session" : " sessions"), number(target, 0),
					(reached < target) ? "met" : "**missed**"));
		});
		page.table(List.of("sessions", "until", "median", "99 %", "99.9 %", "most", "measured"), rows);
		page.paragraph("Of a hundred nodes 99 are cancelled " + String.join(", ", verdicts) + ".");
		List<String> stops = runs.entrySet()
			.stream()
			.map((entry) -> "%s and %s with %s".formatted(number(secondary(entry.getValue(), "gc.count"), 0),
					number(secondary(entry.getValue(), "gc.time"), 0), number(entry.getKey(), 0)))
			.toList();
		page.paragraph("The garbage collector, with its defaults, has stopped the process so many times and for so many"
				+ " milliseconds in all: " + String.join(", ", stops)
				+ ". No event is published while the process stands still, so that shows mostly behind it.");
	}

	private static List<String> row(int sessions, String until, Times times) {
		return List.of(number(sessions, 0), until, number(times.percentile(50), 0), number(times.percentile(99), 0),
				number(times.percentile(99.9), 0), number(times.percentile(100), 0),
				number(times.statistics().getN(), 0));
	}

	private static void queued(Page page, Map<Integer, RunResult> runs) {
		page.paragraph("### Behind items that nobody has taken");
		page.paragraph("""
				The items stand in the log of the session, and a stream that is open stands before them; none of them is
				taken after the fence. Before each interruption the process has dealt with a thousand items in all, the
				rest of them in another session, so that the processor's caches are the same.""");
		List<List<String>> rows = new ArrayList<>();
		runs.forEach((queued, run) -> {
			Times fence = new Times(run, null);
			rows.add(List.of(number(queued, 0), fence.spread(50).format(0), fence.spread(99).format(0)));
		});
		page.table(List.of("items queued", "fence, median", "fence, 99 %"), rows);
		double growth = growth(runs, (run) -> new Times(run, null).spread(50).median());
		page.target(new Target("the fence behind 1,000 items that are queued, beside 1", "grows with the backlog",
				"flat", number(growth, 2) + " times", growth <= FLAT, CACHES));
		page.paragraph(flat("The fence", "items", runs, (run) -> new Times(run, null).spread(50).median()));
		page.picture("engine-queued", "The time until the fence by the number of items that are queued",
				Chart.lines("The time until the fence by the number of items that are queued", "items queued",
						"microseconds until the fence",
						List.of(series("median", runs, (run) -> new Times(run, null).spread(50).median()),
								series("99 %", runs, (run) -> new Times(run, null).spread(99).median()))));
	}

	private static void messages(Page page, Map<Integer, RunResult> runs) {
		page.paragraph("### With a long conversation");
		page.paragraph("""
				A turn: the user says something and stops, the agent is called with the whole history and says a word,
				which a stream takes, and the user cuts it off. The history is at its bound, so each turn adds two
				messages and drops two.""");
		List<List<String>> rows = new ArrayList<>();
		runs.forEach((messages, run) -> {
			Times fence = new Times(run, History.FENCE);
			Times turn = new Times(run, null);
			rows.add(List.of(number(messages, 0), fence.spread(50).format(0), fence.spread(99).format(0),
					turn.spread(50).format(0), turn.spread(99).format(0)));
		});
		page.table(List.of("messages", "fence, median", "fence, 99 %", "turn, median", "turn, 99 %"), rows);
		double growth = growth(runs, (run) -> new Times(run, History.FENCE).spread(50).median());
		page.target(new Target("the fence after 10,000 messages, beside 10", "1.2 → 36 ms over 1,400 turns (v0.2.17)",
				"flat", number(growth, 2) + " times", growth <= FLAT, CACHES));
		page.paragraph(flat("The fence", "messages", runs, (run) -> new Times(run, History.FENCE).spread(50).median())
				+ " " + flat("The turn", "messages", runs, (run) -> new Times(run, null).spread(50).median()));
		page.picture("engine-messages", "The time of a turn and of its fence by the length of the conversation", Chart
			.lines("The time of a turn and of its fence by the length of the conversation",
					"messages in the conversation", "microseconds, median",
					List.of(series("a whole turn", runs, (run) -> new Times(run, null).spread(50).median()),
							series("its fence", runs, (run) -> new Times(run, History.FENCE).spread(50).median()))));
	}

	private static void costs(Page page, Collection<RunResult> results) {
		page.paragraph("### Costs");
		RunResult item = only(results, "item");
		Spread nanos = average(item);
		List<List<String>> rows = new ArrayList<>();
		rows.add(List.of("an item, from the node into the log and out by a stream", nanos.format(0)));
		for (Matter.Said said : Matter.Said.values()) {
			RunResult run = results.stream()
				.filter((result) -> isOf(result, "decision"))
				.filter((result) -> result.getParams().getParam("said").equals(said.name()))
				.findFirst()
				.orElseThrow();
			rows.add(List.of("a decision by a policy: " + said.name().toLowerCase(Locale.ROOT).replace('_', ' '),
					average(run).format(0)));
		}
		rows.add(List.of("the condition `" + Condition.TEXT + "`", average(only(results, "condition")).format(0)));
		page.table(List.of("what", "nanoseconds"), rows);
		page.paragraph("""
				An item is one of %s that a node returns as fast as it is asked, each written as JSON once, to one
				session with one stream: that is %s items a second, and %s bytes are allocated for each. The policy
				knows five phrases that stop and seven that do not, wants two words and some confidence.""".formatted(
				number(Recital.ITEMS, 0), number(1e9 / nanos.median(), 0),
				number(secondary(item, "gc.alloc.rate.norm"), 0)));
	}

	/**
	 * Says how a time goes with a quantity, and whether that is flat.
	 */
	private static String flat(String what, String unit, Map<Integer, RunResult> runs,
			ToDoubleFunction<RunResult> figure) {
		TreeMap<Integer, RunResult> sorted = new TreeMap<>(runs);
		double growth = growth(runs, figure);
		return "%s takes %s with %s and %s with %s %s: %s times as long, which is %s.".formatted(what,
				number(figure.applyAsDouble(sorted.firstEntry().getValue()), 0), number(sorted.firstKey(), 0),
				number(figure.applyAsDouble(sorted.lastEntry().getValue()), 0), number(sorted.lastKey(), 0), unit,
				number(growth, 2),
				(growth <= FLAT) ? "flat" : "**not flat** (a factor of " + number(FLAT, 1) + " is allowed)");
	}

	/**
	 * How many times the time with the least quantity the one with the most is.
	 */
	private static double growth(Map<Integer, RunResult> runs, ToDoubleFunction<RunResult> figure) {
		TreeMap<Integer, RunResult> sorted = new TreeMap<>(runs);
		return figure.applyAsDouble(sorted.lastEntry().getValue())
				/ figure.applyAsDouble(sorted.firstEntry().getValue());
	}

	private static Series series(String name, Map<Integer, RunResult> runs, ToDoubleFunction<RunResult> figure) {
		return new Series(name, runs.keySet().stream().mapToDouble(Integer::doubleValue).toArray(),
				runs.values().stream().mapToDouble(figure).toArray());
	}

	/**
	 * The runs of a benchmark, by the value of its parameter.
	 */
	private static Map<Integer, RunResult> of(Collection<RunResult> results, String benchmark, String parameter) {
		Map<Integer, RunResult> runs = new TreeMap<>();
		results.stream()
			.filter((result) -> isOf(result, benchmark))
			.forEach((result) -> runs.put(Integer.valueOf(result.getParams().getParam(parameter)), result));
		return runs;
	}

	private static RunResult only(Collection<RunResult> results, String benchmark) {
		return results.stream().filter((result) -> isOf(result, benchmark)).findFirst().orElseThrow();
	}

	private static boolean isOf(RunResult result, String benchmark) {
		return result.getParams().getBenchmark().endsWith("." + benchmark);
	}

	private static Spread average(RunResult run) {
		return spread(run, (iteration) -> iteration.getPrimaryResult().getScore());
	}

	private static Spread spread(RunResult run, ToDoubleFunction<IterationResult> figure) {
		return Spread.of(run.getBenchmarkResults()
			.stream()
			.map(BenchmarkResult::getIterationResults)
			.flatMap(Collection::stream)
			.mapToDouble(figure)
			.toArray());
	}

	private static double secondary(RunResult run, String label) {
		Result<?> result = run.getSecondaryResults().get(label);
		return (result != null) ? result.getScore() : 0;
	}

	/**
	 * How long something took.
	 *
	 * @param run the run of a benchmark
	 * @param mark what {@link Marks} call it; null for the benchmark itself
	 */
	private record Times(RunResult run, @Nullable String mark) {

		Statistics statistics() {
			return ((this.mark != null) ? this.run.getSecondaryResults().get(this.mark) : this.run.getPrimaryResult())
				.getStatistics();
		}

		double percentile(double rank) {
			return statistics().getPercentile(rank);
		}

		/**
		 * A percentile of each iteration.
		 */
		Spread spread(double rank) {
			return EnginePart.spread(this.run,
					(iteration) -> ((this.mark != null) ? iteration.getSecondaryResults().get(this.mark)
							: iteration.getPrimaryResult())
						.getStatistics()
						.getPercentile(rank));
		}

	}

}
