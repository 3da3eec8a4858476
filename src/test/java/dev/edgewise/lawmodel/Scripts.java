package dev.edgewise.lawmodel;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import dev.edgewise.Overlap;
import dev.edgewise.lawmodel.Script.Act;
import dev.edgewise.lawmodel.Script.Ask;
import dev.edgewise.lawmodel.Script.Close;
import dev.edgewise.lawmodel.Script.Command;
import dev.edgewise.lawmodel.Script.Event;
import dev.edgewise.lawmodel.Script.Kind;
import dev.edgewise.lawmodel.Script.Leave;
import dev.edgewise.lawmodel.Script.NodeLine;
import dev.edgewise.lawmodel.Script.Post;
import dev.edgewise.lawmodel.Script.Read;
import dev.edgewise.lawmodel.Script.RouteLine;
import org.jspecify.annotations.Nullable;

/**
 * Makes scripts at random, the same one for the same seed.
 */
final class Scripts {

	private static final String[] OUTSIDE = { "Start", "Start", "Start", "Stop", "Stop", "Stop", "Text", "Key", "Key",
			"Custom", "Handoff", "Unknown", "Emergency" };

	private static final String[] SPEECH = { "Start", "Start", "Stop", "Stop", "Text", "Text", "Text" };

	private static final String[] STARTS = { "Stop", "Stop", "Key", "Text", "Custom", "Handoff", "User" };

	private static final String[] CHAINS = { "Interrupted", "Complete", "Started", "Failed", "Response", "Key",
			"Handoff", "Error" };

	private static final String[] CAUSES = { "Start", "Start", "Start", "Text", "Key", "Stop", "User", "Handoff" };

	private static final String[] FILTERS = { "all", "all", "all", "odd", "throws" };

	private static final String[] CONDITIONS = { "always", "always", "always", "odd", "never", "throws", ">0", ">1",
			">60" };

	private static final String[] HANDLERS = { "none", "quick", "quick", "two", "fails", "slow60", "slow300", "hangs" };

	private static final String[] PACES = { "fast", "fast", "flux", "10", "40", "200", "-1", "-3" };

	private static final int[] GAPS = { 0, 0, 0, 0, 1, 5, 10, 20, 40, 60, 100, 250, 400 };

	private static final int[] DELAYS = { 0, 0, 1, 5, 10, 20, 40, 100 };

	private final Random random;

	private boolean loose;

	private Scripts(long seed) {
		this.random = new Random(seed);
	}

	static Script of(long seed) {
		return new Scripts(seed * 0x9E3779B97F4A7C15L + 1).make();
	}

	private Script make() {
		boolean small = this.random.nextInt(6) == 0;
		List<RouteLine> routes = new ArrayList<>();
		int count = 1 + this.random.nextInt(4);
		this.loose = !small && this.random.nextInt(3) == 0;
		for (int i = 0; i < count; i++) {
			routes.add(route(String.valueOf((char) ('a' + i)), i > 0 && this.random.nextInt(3) > 0, small));
		}
		return new Script(this.random.nextInt(), small ? 16 : this.loose ? 16_384 : 1_024,
				4 + this.random.nextInt(3) * 4, routes, acts());
	}

	private RouteLine route(String id, boolean chained, boolean small) {
		List<String> on = some(chained ? CHAINS : STARTS, 1, 2);
		List<String> cut = some(CAUSES, 0, 2);
		if (this.random.nextInt(6) == 0) {
			cut.add(pick(CHAINS));
		}
		cut = cut.stream().distinct().toList();
		Overlap overlap = Overlap.values()[this.random.nextInt(4)];
		String policy = (this.loose && this.random.nextBoolean())
				? pick(new String[] { "gated", "gated", "reporting", "shielded" }) : "immediate";
		if (policy.equals("gated") || policy.equals("reporting")) {
			// Else there is hardly anything to be decided.
			on = List.of("Stop");
			cut = List.of("Start", pick(CAUSES)).stream().distinct().toList();
		}
		List<NodeLine> nodes = new ArrayList<>();
		int count = 1 + this.random.nextInt(3);
		for (int i = 0; i < count; i++) {
			nodes.add(node(small, !policy.equals("immediate")));
		}
		String condition = cut.isEmpty() ? "always" : pick(CONDITIONS);
		return new RouteLine(id, on, cut, overlap, 1 + this.random.nextInt(3), pick(FILTERS), condition, pick(HANDLERS),
				this.random.nextBoolean(), policy, nodes);
	}

	private NodeLine node(boolean small, boolean guards) {
		Kind kind;
		do {
			kind = (this.random.nextInt(guards ? 2 : 3) == 0) ? Kind.SLOW
					: Kind.values()[this.random.nextInt(Kind.values().length)];
		}
		// On one thread a node that waits for room in the log would wait for ever.
		while (small && (kind == Kind.BLOCKING || kind == Kind.LIST));
		int most = (kind == Kind.BLOCKING || kind == Kind.LIST) ? 4 : small ? 30 : 8;
		StringBuilder items = new StringBuilder();
		int count = this.random.nextInt(most) + (kind == Kind.ENDLESS ? 1 : 0);
		for (int i = 0; i < count; i++) {
			int letter = this.random.nextInt(40);
			items.append((letter < 6) ? "kkhcex".charAt(letter) : (guards && letter < 12) ? 'p' : 't');
		}
		int every = (kind == Kind.ENDLESS) ? 20 + this.random.nextInt(3) * 30
				: (kind == Kind.FUTURE || kind == Kind.STUBBORN) ? this.random.nextInt(5) * 100
						: DELAYS[this.random.nextInt(DELAYS.length)];
		return new NodeLine(kind, items.toString(), every);
	}

	private List<String> some(String[] names, int least, int more) {
		List<String> some = new ArrayList<>();
		int count = least + this.random.nextInt(more + 1);
		for (int i = 0; i < count; i++) {
			some.add(pick(names));
		}
		return new ArrayList<>(some.stream().distinct().toList());
	}

	private List<Act> acts() {
		List<Act> acts = new ArrayList<>();
		int at = 0;
		int count = 3 + this.random.nextInt(16);
		if (this.random.nextInt(4) > 0) {
			acts.add(new Read(0, "r0", "start", pick(PACES)));
		}
		for (int i = 0; i < count; i++) {
			at += (this.random.nextInt(50) == 0) ? 2_500 : GAPS[this.random.nextInt(GAPS.length)];
			Act act = act(at, i, count);
			acts.add(act);
			if (act instanceof Ask ask && this.random.nextInt(2) == 0) {
				acts.add(new Leave(at + this.random.nextInt(60), ask.reader()));
			}
		}
		return acts;
	}

	private Act act(int at, int place, int count) {
		String reader = "r" + this.random.nextInt(3);
		return switch (this.random.nextInt(26)) {
			case 0 -> new Command(at, pick(new String[] { "all", "a", "b", "live0", "live1", "over0", "unknown" }),
					this.random.nextBoolean());
			case 1, 2, 11 -> new Leave(at, reader);
			case 3, 4, 5 ->
				new Read(at, reader, pick(new String[] { "start", "now", "again", "again", "beyond" }), pick(PACES));
			case 6, 7, 9, 10 -> this.loose ? new Post(at, events()) : new Ask(at, reader, pick(PACES), events());
			case 8 -> (place > count / 2) ? new Close(at) : new Post(at, events());
			default -> new Post(at, events());
		};
	}

	private List<Event> events() {
		List<Event> events = new ArrayList<>();
		int count = (this.random.nextInt(6) == 0) ? 2 + this.random.nextInt(3) : 1;
		for (int i = 0; i < count; i++) {
			events.add(event());
		}
		return events;
	}

	private Event event() {
		String type = (this.random.nextInt(60) == 0) ? "Forged"
				: pick((this.loose && this.random.nextInt(4) > 0) ? SPEECH : OUTSIDE);
		boolean named = this.random.nextInt(6) == 0;
		// Few ids and few contents, so that some are the same.
		String id = named ? "i" + this.random.nextInt(3) : null;
		return new Event(named && this.random.nextBoolean() ? "Stop" : type, this.random.nextInt(4), id, aim(named),
				this.random.nextInt(20) == 0);
	}

	private @Nullable String aim(boolean named) {
		return (named || this.random.nextInt(8) > 0) ? null
				: pick(new String[] { "live0", "live1", "live2", "over0", "over1", "unknown" });
	}

	private String pick(String[] names) {
		return names[this.random.nextInt(names.length)];
	}

}
