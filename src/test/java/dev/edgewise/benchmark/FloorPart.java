package dev.edgewise.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

import dev.edgewise.benchmark.Load.Used;
import dev.edgewise.benchmark.Page.Target;

import static dev.edgewise.benchmark.Page.number;

/**
 * What Edgewise costs beside an endpoint that streams the same items with no engine.
 */
final class FloorPart implements Part {

	private static final int ROUNDS = 3;

	private static final int READERS = 1_000;

	private static final int FAST_READERS = 100;

	private static final double RATIO = 0.95;

	private static final double GARBAGE = 0.1;

	private static final double FAST = 200_000;

	private final Load load;

	FloorPart(Load load) {
		this.load = load;
	}

	@Override
	public String title() {
		return "Against the floor";
	}

	@Override
	public void measure(Page page) {
		page.paragraph("""
				The floor is what people write without Edgewise: a controller of the same server that returns a
				`Flux<ServerSentEvent>` of records with the members of a frame, each flushed. Source, payload, meters,
				machine and client are the same; the two take turns. What is in parentheses behind a median is the least
				and the most of the rounds, and a ratio is that of the two runs of one round.""");
		paced(page);
		unpaced(page);
	}

	private void paced(Page page) {
		List<Used> engine = new ArrayList<>();
		List<Used> plain = new ArrayList<>();
		for (int round = 0; round < ROUNDS; round++) {
			engine.add(this.load.listen(READERS, Load.ENGINE, 20, 3, 5));
			plain.add(this.load.listen(READERS, Load.PLAIN, 20, 3, 5));
		}
		page.paragraph("### Paced: %s readers, fifty items a second each".formatted(number(READERS, 0)));
		page.table(List.of("", "Edgewise", "plain", "ratio"),
				List.of(row("items a second", engine, plain, Used::itemsPerSecond, 0),
						row("processor time of the server an item, µs", engine, plain,
								(used) -> used.nanosPerItem() / 1e3, 1),
						row("processors busy", engine, plain, Used::cores, 2),
						row("bytes allocated an item", engine, plain, Used::bytesPerItem, 0),
						row("an item's way, median, ms", engine, plain, (used) -> used.millis("item", "50"), 2),
						row("an item's way, 99 %, ms", engine, plain, (used) -> used.millis("item", "99"), 2)));
		double ratio = ratio(engine, plain, Used::nanosPerItem).median();
		page.target(new Target("processor time an item, beside the plain endpoint's", "", "≤ " + number(RATIO, 2),
				number(ratio, 2), ratio <= RATIO,
				"""
						Half of the time of an item is the system call that sends it, which both make. What the engine saves
						in Java it spends in part on the log: a frame that is kept for readers that come back outlives the
						young generation, and the garbage collector moves it."""));
		double garbage = ratio(engine, plain, Used::bytesPerItem).median();
		page.target(new Target("garbage an item, beside the plain endpoint's", "", "≤ " + number(GARBAGE, 2),
				number(garbage, 2), garbage <= GARBAGE,
				"""
						What is left are the text of an item and the event around it, which the node makes, its frame and
						bytes in the log, and the chunk that HTTP puts around what is written; the target was measured with a
						node that makes no text."""));
	}

	private void unpaced(Page page) {
		List<List<String>> rows = new ArrayList<>();
		Used engine = this.load.listen(FAST_READERS, Load.ENGINE, 0, 3, 5);
		rows.add(row("Edgewise", engine));
		rows.add(row("plain", this.load.listen(FAST_READERS, Load.PLAIN, 0, 3, 5)));
		rows.add(row("plain, items made on other threads", this.load.listen(FAST_READERS, Load.ELSEWHERE, 0, 3, 5)));
		page.paragraph("### Unpaced: %s readers, agents that are always ready".formatted(number(FAST_READERS, 0)));
		page.paragraph(
				"""
						The client is the other half of the machine, so this is what both can do together. *Served* are the
						readers that got anything at all; the last columns are the items that one reader got in five seconds.""");
		page.table(List.of("", "items a second", "served", "least", "median", "most"), rows);
		boolean met = engine.itemsPerSecond() > FAST && engine.client().get("served") == FAST_READERS;
		page.target(new Target("items a second, unpaced, all %s readers served".formatted(number(FAST_READERS, 0)),
				"6,300 a core", "> " + number(FAST, 0),
				"%s, %s served".formatted(number(engine.itemsPerSecond(), 0), number(engine.client().get("served"), 0)),
				met, "The client, which reads and checks each item, has the other core."));
	}

	private static List<String> row(String name, List<Used> engine, List<Used> plain, ToDoubleFunction<Used> figure,
			int digits) {
		return List.of(name, Spread.of(engine.stream().mapToDouble(figure).toArray()).format(digits),
				Spread.of(plain.stream().mapToDouble(figure).toArray()).format(digits),
				ratio(engine, plain, figure).format(2));
	}

	private static Spread ratio(List<Used> engine, List<Used> plain, ToDoubleFunction<Used> figure) {
		double[] ratios = new double[engine.size()];
		for (int i = 0; i < ratios.length; i++) {
			ratios[i] = figure.applyAsDouble(engine.get(i)) / figure.applyAsDouble(plain.get(i));
		}
		return Spread.of(ratios);
	}

	private static List<String> row(String name, Used used) {
		return List.of(name, number(used.itemsPerSecond(), 0), number(used.client().get("served"), 0),
				number(used.client().get("least"), 0), number(used.client().get("middle"), 0),
				number(used.client().get("most"), 0));
	}

}
