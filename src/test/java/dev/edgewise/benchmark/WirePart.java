package dev.edgewise.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import dev.edgewise.benchmark.Chart.Series;
import dev.edgewise.benchmark.Load.Talk;
import dev.edgewise.benchmark.Load.Used;
import dev.edgewise.benchmark.Page.Target;

import static dev.edgewise.benchmark.Page.number;

/**
 * What an interruption takes over real sockets, from the client's clock to the client's
 * clock.
 */
final class WirePart implements Part {

	private static final List<String> RANKS = List.of("50", "99", "99.9", "max");

	/** By sessions, in milliseconds: the median and the 99th percentile. */
	private static final Map<Integer, double[]> TARGETS = Map.of(1, new double[] { 0.5, 2 }, 100, new double[] { 1, 5 },
			1_000, new double[] { 3, 20 });

	/** What Cartesia Line takes, on a machine of this size. */
	private static final Map<Integer, String> PEER = Map.of(1, "1.0 / 3.4 ms", 100, "4 to 15 / 56 to 213 ms", 1_000,
			"1.9 to 3.9 / 2.9 to 7.9 s");

	/** So many of two cores are all that server and client can have in turn. */
	private static final double NEARLY_ALL = 1.7;

	private static final String SATURATED = """
			Server and client together keep nearly both cores busy (the table has the figures), and what is ready waits for
			a core, whoever has made it: median and 99 %% of the answers to a post that does nothing were %s.""";

	private static final String STACK = """
			Most of it is the way there and back. In the same seconds the same client posted the same to an endpoint of the
			same server that reads it and does nothing else, with no engine and no stream: median and 99 %% of its answers
			were %s. What an idle core takes to wake up, for the server's thread and then for the client's, is in both, and
			so is all that WebFlux does for a request.""";

	private final Load load;

	WirePart(Load load) {
		this.load = load;
	}

	@Override
	public String title() {
		return "Over the wire";
	}

	@Override
	public void measure(Page page) {
		this.load.warmUp(200, 400, 40);
		Map<Integer, Talk> talks = new LinkedHashMap<>();
		// one session cannot wait for two seconds: it would be interrupted three times
		talks.put(1, this.load.talk(1, 40, 1, 12));
		talks.put(100, this.load.talk(100, 2_000, 3, 12));
		for (int sessions : List.of(1_000, 2_000)) {
			talks.put(sessions, this.load.talk(sessions, 2_000, 3, 6));
		}
		page.paragraph(
				"""
						Every session has a connection for its stream and one for its posts, on the loopback of the machine. Its
						agent speaks fifty items a second, its user interrupts every two seconds and has it begin anew a fifth of a
						second later (with one session alone: every 40 ms, so that there is something to count). Times are in
						milliseconds, from the moment at which an interruption was *due* by the client's plan, whether the client
						was late or the server, until the node had been *cancelled*, the post was *answered*, and the
						interrupted *frame* had arrived. Half a turn apart from each interruption, the same client posts the same to
						an endpoint of the same server that reads it and does nothing: *a bare post* is the floor of what a post can
						take here. Before that, 200 sessions have talked for 40 s, five times as fast, so that all is compiled.""");
		page.table(List.of("sessions", "until", "median", "99 %", "99.9 %", "most", "measured"), latencies(talks));
		page.picture("wire", "From the interruption to its frame, by the number of sessions", Chart.lines(
				"From the interruption to its frame, by the number of sessions", "sessions",
				"milliseconds until the frame",
				RANKS.stream()
					.map((rank) -> new Series(rank.equals("max") ? "most" : rank + " %", sessions(talks),
							talks.values().stream().mapToDouble((talk) -> talk.used().millis("frame", rank)).toArray()))
					.toList()));
		page.paragraph(
				"""
						In the same seconds: the items that arrived, how long they were on their way from the node's hands to the
						client's, how many were *lost* (their number did not follow the one before), how many came *late* (behind
						the interrupted frame of their generation), and how many interruptions had no frame or no answer after ten
						seconds; the processors that the server and the client kept busy, and the server's memory, of which 4 GB
						is a heap of fixed size.""");
		page.table(List.of("sessions", "items a second", "an item's way, median", "99 %", "lost", "late", "unanswered",
				"server's cores", "client's cores", "server's memory, MB"), loads(talks));
		targets(page, talks);
	}

	private static List<List<String>> latencies(Map<Integer, Talk> talks) {
		List<List<String>> rows = new ArrayList<>();
		talks.forEach((sessions, talk) -> {
			String count = number(talk.cancels().getTotalCount(), 0);
			rows.add(List.of(number(sessions, 0), "cancelled", number(talk.cancelled(50), 2),
					number(talk.cancelled(99), 2), number(talk.cancelled(99.9), 2), number(talk.cancelled(100), 2),
					count));
			rows.add(row(sessions, "answered", talk.used(), "answer"));
			rows.add(row(sessions, "frame", talk.used(), "frame"));
			rows.add(row(sessions, "a bare post, answered", talk.used(), "bare"));
		});
		return rows;
	}

	private static List<String> row(int sessions, String until, Used used, String what) {
		List<String> row = new ArrayList<>(List.of(number(sessions, 0), until));
		RANKS.forEach((rank) -> row.add(number(used.millis(what, rank), 2)));
		row.add(number(used.client().get(what + "-count"), 0));
		return row;
	}

	private static List<List<String>> loads(Map<Integer, Talk> talks) {
		List<List<String>> rows = new ArrayList<>();
		talks.forEach((sessions, talk) -> {
			Used used = talk.used();
			rows.add(List.of(number(sessions, 0), number(used.itemsPerSecond(), 0),
					number(used.millis("item", "50"), 2), number(used.millis("item", "99"), 2),
					number(used.client().get("lost"), 0), number(used.client().get("late"), 0),
					number(used.client().get("missing"), 0), number(used.cores(), 2), number(used.clientCores(), 2),
					number(used.after().get("memory") / (1 << 20), 0)));
		});
		return rows;
	}

	private static String bare(Map<Integer, Talk> talks, boolean saturated) {
		return talks.entrySet()
			.stream()
			.filter((entry) -> TARGETS.containsKey(entry.getKey()) && isSaturated(entry.getValue()) == saturated)
			.map((entry) -> "%s / %s ms with %s".formatted(number(entry.getValue().used().millis("bare", "50"), 2),
					number(entry.getValue().used().millis("bare", "99"), 2), number(entry.getKey(), 0)))
			.collect(Collectors.joining(", "));
	}

	private static boolean isSaturated(Talk talk) {
		return talk.used().cores() + talk.used().clientCores() > NEARLY_ALL;
	}

	private static double[] sessions(Map<Integer, Talk> talks) {
		return talks.keySet().stream().mapToDouble(Integer::doubleValue).toArray();
	}

	private static void targets(Page page, Map<Integer, Talk> talks) {
		talks.forEach((sessions, talk) -> {
			double[] target = TARGETS.get(sessions);
			if (target != null) {
				boolean saturated = isSaturated(talk);
				double median = talk.used().millis("frame", "50");
				double most = talk.used().millis("frame", "99");
				page.target(new Target(
						"from the wire to the frame, %s session%s, median / 99 %%".formatted(number(sessions, 0),
								(sessions == 1) ? "" : "s"),
						PEER.get(sessions), "< %s / %s ms".formatted(number(target[0], 1), number(target[1], 0)),
						"%s / %s ms".formatted(number(median, 2), number(most, 2)),
						median < target[0] && most < target[1],
						(saturated ? SATURATED : STACK).formatted(bare(talks, saturated))));
			}
		});
		double lost = talks.values()
			.stream()
			.mapToDouble((talk) -> talk.used().client().get("lost") + talk.used().client().get("late")
					+ talk.used().client().get("missing"))
			.sum();
		page.target(new Target("items lost or late, interruptions without an answer", "", "0", number(lost, 0),
				lost == 0, "That must not be."));
	}

}
