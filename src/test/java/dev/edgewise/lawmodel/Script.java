package dev.edgewise.lawmodel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.edgewise.Interruption.Reason;
import dev.edgewise.Overlap;
import dev.edgewise.event.AgentError;
import dev.edgewise.event.AgentGenerationComplete;
import dev.edgewise.event.AgentGenerationFailed;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.AgentGenerationStarted;
import dev.edgewise.event.AgentHandoff;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.CustomReceived;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.event.SessionClosed;
import dev.edgewise.event.UserEvent;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.event.UserUnknownInputReceived;
import org.jspecify.annotations.Nullable;

/**
 * What happens in one session, from outside and in its nodes: a few lines of text, and
 * the same text makes it again.
 *
 * @param shuffle the seed of the order of what is due at the same instant
 * @param frames how many frames the log holds
 * @param prefetch how many items nodes are asked for ahead of the fastest stream
 * @param routes the routes, in order
 * @param acts what happens, in order
 */
record Script(long shuffle, int frames, int prefetch, List<RouteLine> routes, List<Act> acts) {

	static final long GRACE = 250;

	static final long MAX_DURATION = 700;

	static final long HANDLER_TIMEOUT = 400;

	static final long IDLE_TIMEOUT = 900;

	static final int FEW = 6;

	static final int MANY = 100;

	static final int QUEUE = 2;

	static final int HOPS = 3;

	private static final Map<String, Class<?>> TYPES = Map.ofEntries(Map.entry("Start", UserStartedSpeaking.class),
			Map.entry("Stop", UserStoppedSpeaking.class), Map.entry("Text", UserTranscriptionReceived.class),
			Map.entry("Key", DTMFInput.class), Map.entry("Custom", CustomReceived.class),
			Map.entry("Unknown", UserUnknownInputReceived.class), Map.entry("Handoff", AgentHandoff.class),
			Map.entry("Emergency", EmergencyStop.class), Map.entry("Forged", SessionClosed.class),
			Map.entry("User", UserEvent.class), Map.entry("Response", AgentResponse.class),
			Map.entry("Error", AgentError.class), Map.entry("Started", AgentGenerationStarted.class),
			Map.entry("Complete", AgentGenerationComplete.class),
			Map.entry("Interrupted", AgentGenerationInterrupted.class),
			Map.entry("Failed", AgentGenerationFailed.class));

	Script {
		routes = List.copyOf(routes);
		acts = List.copyOf(acts);
	}

	static Script parse(String text) {
		List<RouteLine> routes = new ArrayList<>();
		List<Act> acts = new ArrayList<>();
		List<Long> head = new ArrayList<>();
		for (String line : text.strip().split("\n")) {
			List<String> words = List.of(line.strip().split("\\s+"));
			switch (words.get(0)) {
				case "shuffle" ->
					head.addAll(Stream.of(words.get(1), words.get(3), words.get(5)).map(Long::parseLong).toList());
				case "route" -> routes.add(RouteLine.parse(words));
				default -> acts.add(Act.parse(words));
			}
		}
		return new Script(head.get(0), head.get(1).intValue(), head.get(2).intValue(), routes, acts);
	}

	Script withActs(List<Act> others) {
		return new Script(this.shuffle, this.frames, this.prefetch, this.routes, others);
	}

	Script withRoutes(List<RouteLine> others) {
		return new Script(this.shuffle, this.frames, this.prefetch, others, this.acts);
	}

	Script withShuffle(long other) {
		return new Script(other, this.frames, this.prefetch, this.routes, this.acts);
	}

	boolean isLoose() {
		return this.routes.stream().anyMatch(RouteLine::isLoose);
	}

	/**
	 * How many generations a session may have.
	 */
	int perSession() {
		return isLoose() ? MANY : FEW;
	}

	@Override
	public String toString() {
		return Stream
			.concat(Stream.of("shuffle " + this.shuffle + " frames " + this.frames + " prefetch " + this.prefetch),
					Stream.concat(this.routes.stream(), this.acts.stream()).map(Object::toString))
			.collect(Collectors.joining("\n"));
	}

	private static Class<?> type(String name) {
		Class<?> type = TYPES.get(name);
		if (type == null) {
			throw new IllegalArgumentException(name);
		}
		return type;
	}

	private static boolean isOdd(Object event) {
		return !(event instanceof DTMFInput key) || Integer.parseInt(key.button()) % 2 == 1;
	}

	/**
	 * A route.
	 *
	 * @param id its id
	 * @param on the types that start it
	 * @param cut the types that cut it off
	 * @param overlap what a second start does
	 * @param max how many run side by side
	 * @param filter which events start it: all, odd keys, or none since it throws
	 * @param condition when it is cut off: always, odd keys, never, throws, or after so
	 * many milliseconds
	 * @param handler what its handler does: none, quick, two, fails, hangs, or slow and
	 * how many milliseconds
	 * @param cleanup whether its nodes have something to clean up
	 * @param policy immediate, gated (two words, or a stop word), reporting (the same,
	 * and tells what was said while it was protected), or shielded, which is immediate
	 * and not interruptible
	 * @param nodes what its runs do, one after the other, over and over
	 */
	record RouteLine(String id, List<String> on, List<String> cut, Overlap overlap, int max, String filter,
			String condition, String handler, boolean cleanup, String policy, List<NodeLine> nodes) {

		RouteLine {
			on = List.copyOf(on);
			cut = List.copyOf(cut);
			nodes = List.copyOf(nodes);
		}

		static RouteLine parse(List<String> words) {
			List<NodeLine> nodes = words.subList(19, words.size()).stream().map(NodeLine::parse).toList();
			return new RouteLine(words.get(1), list(words.get(3)), list(words.get(5)), Overlap.valueOf(words.get(6)),
					Integer.parseInt(words.get(7)), words.get(9), words.get(11), words.get(13),
					words.get(15).equals("true"), words.get(17), nodes);
		}

		private static List<String> list(String text) {
			return text.equals("-") ? List.of() : List.of(text.split(","));
		}

		RouteLine withNodes(List<NodeLine> others) {
			return new RouteLine(this.id, this.on, this.cut, this.overlap, this.max, this.filter, this.condition,
					this.handler, this.cleanup, this.policy, others);
		}

		RouteLine plain() {
			return new RouteLine(this.id, this.on, this.cut, this.overlap, this.max, "all", "always", "none", false,
					this.policy, this.nodes);
		}

		RouteLine with(List<String> on, List<String> cut) {
			return new RouteLine(this.id, on, cut, this.overlap, this.max, this.filter, this.condition, this.handler,
					this.cleanup, this.policy, this.nodes);
		}

		/**
		 * Whether the model takes its decisions and its starts as they come.
		 */
		boolean isLoose() {
			return !this.policy.equals("immediate");
		}

		List<Class<?>> starts() {
			return this.on.stream().<Class<?>>map(Script::type).toList();
		}

		List<Class<?>> causes() {
			return this.cut.stream().<Class<?>>map(Script::type).toList();
		}

		boolean startsOn(Object event) {
			return starts().stream().anyMatch((type) -> type.isInstance(event));
		}

		boolean isCutBy(Object event) {
			return causes().stream().anyMatch((type) -> type.isInstance(event));
		}

		boolean passes(Object event) {
			return switch (this.filter) {
				case "all" -> true;
				case "odd" -> isOdd(event);
				default -> throw new IllegalStateException("filter");
			};
		}

		boolean agrees(Object event, long elapsed) {
			return switch (this.condition) {
				case "always" -> true;
				case "odd" -> isOdd(event);
				case "never" -> false;
				case "throws" -> throw new IllegalStateException("condition");
				default -> elapsed >= Long.parseLong(this.condition.substring(1));
			};
		}

		int handlers() {
			return this.handler.equals("none") ? 0 : this.handler.equals("two") ? 2 : 1;
		}

		@Override
		public String toString() {
			return "route " + this.id + " on " + text(this.on) + " cut " + text(this.cut) + " " + this.overlap + " "
					+ this.max + " filter " + this.filter + " condition " + this.condition + " handler " + this.handler
					+ " cleanup " + this.cleanup + " policy " + this.policy + " nodes "
					+ this.nodes.stream().map(NodeLine::toString).collect(Collectors.joining(" "));
		}

		private static String text(List<String> names) {
			return names.isEmpty() ? "-" : String.join(",", names);
		}

	}

	/**
	 * What a node does.
	 *
	 * @param kind how
	 * @param items what it emits: t a text, p one that must not be cut, k a key, h a
	 * handoff, e an emergency, c something of the client's, x what it must not
	 * @param every the milliseconds before each
	 */
	record NodeLine(Kind kind, String items, int every) {

		static NodeLine parse(String word) {
			String[] parts = word.split(":");
			return new NodeLine(Kind.valueOf(parts[0]), parts[1].substring(1), Integer.parseInt(parts[2]));
		}

		@Override
		public String toString() {
			return this.kind + ":." + this.items + ":" + this.every;
		}

	}

	/**
	 * How a node goes about it.
	 */
	enum Kind {

		/** All at once, in the call of request. */
		SYNC,

		/** One after the other, with time between. */
		SLOW,

		/** A method that emits, on a thread of its own. */
		BLOCKING,

		/** A method that returns a list. */
		LIST,

		/** A future of its first item. */
		FUTURE,

		/** A future that ignores that it is cancelled. */
		STUBBORN,

		/** A source that runs whoever listens, and ignores demand. */
		HOT,

		/** Goes on and on. */
		ENDLESS,

		/** Fails behind its items. */
		FAILING,

		/** The call itself fails. */
		THROWING,

		/** Says nothing and does not end. */
		SILENT

	}

	/**
	 * What happens from outside.
	 */
	sealed interface Act {

		/** When, in milliseconds from the beginning. */
		int at();

		static Act parse(List<String> words) {
			int at = Integer.parseInt(words.get(0));
			return switch (words.get(1)) {
				case "post" -> new Post(at, events(words.subList(2, words.size())));
				case "ask" -> new Ask(at, words.get(2), words.get(3), events(words.subList(4, words.size())));
				case "read" -> new Read(at, words.get(2), words.get(3), words.get(4));
				case "leave" -> new Leave(at, words.get(2));
				case "command" -> new Command(at, words.get(2), words.size() > 3);
				case "close" -> new Close(at);
				default -> throw new IllegalArgumentException(words.toString());
			};
		}

		private static List<Event> events(List<String> words) {
			return words.stream().map(Event::parse).toList();
		}

	}

	/**
	 * Events are posted, without another in between.
	 */
	record Post(int at, List<Event> events) implements Act {

		Post {
			events = List.copyOf(events);
		}

		@Override
		public String toString() {
			return this.at + " post " + Event.text(this.events);
		}

	}

	/**
	 * Events are posted and what comes of them is read.
	 */
	record Ask(int at, String reader, String pace, List<Event> events) implements Act {

		Ask {
			events = List.copyOf(events);
		}

		@Override
		public String toString() {
			return this.at + " ask " + this.reader + " " + this.pace + " " + Event.text(this.events);
		}

	}

	/**
	 * A stream is opened.
	 *
	 * @param from start, now, again (behind what was read last under this name) or beyond
	 * @param pace fast, flux, or a number: so many milliseconds between two frames; with
	 * a minus, so many frames and no more
	 */
	record Read(int at, String reader, String from, String pace) implements Act {

		@Override
		public String toString() {
			return this.at + " read " + this.reader + " " + this.from + " " + this.pace;
		}

	}

	/**
	 * A stream is closed by its reader.
	 */
	record Leave(int at, String reader) implements Act {

		@Override
		public String toString() {
			return this.at + " leave " + this.reader;
		}

	}

	/**
	 * A program interrupts.
	 *
	 * @param target all, a route, or a generation as events aim at one
	 */
	record Command(int at, String target, boolean force) implements Act {

		@Override
		public String toString() {
			return this.at + " command " + this.target + (this.force ? " !" : "");
		}

	}

	/**
	 * The session is closed.
	 */
	record Close(int at) implements Act {

		@Override
		public String toString() {
			return this.at + " close";
		}

	}

	/**
	 * An event from outside.
	 *
	 * @param type its type
	 * @param number tells it from others of its type
	 * @param id its id; null if it has none
	 * @param aim live or over and a number, unknown; null if it is not aimed
	 * @param force whether nothing can speak against it
	 */
	record Event(String type, int number, @Nullable String id, @Nullable String aim, boolean force) {

		static Event parse(String word) {
			boolean force = word.endsWith("!");
			List<String> parts = Arrays
				.asList((force ? word.substring(0, word.length() - 1) : word).split("[:=>]", -1));
			return new Event(parts.get(0), Integer.parseInt(parts.get(1)), orNull(parts.get(2)), orNull(parts.get(3)),
					force);
		}

		private static @Nullable String orNull(String text) {
			return text.isEmpty() ? null : text;
		}

		static String text(List<Event> events) {
			return events.stream().map(Event::toString).collect(Collectors.joining(" "));
		}

		Object make() {
			return switch (this.type) {
				case "Start" -> new UserStartedSpeaking();
				case "Stop" -> new UserStoppedSpeaking();
				case "Text" ->
					new UserTranscriptionReceived(List.of("well", "wait a moment", "stop", "mhm").get(this.number % 4),
							(this.number % 2 == 0) ? true : null, null);
				case "Key" -> new DTMFInput(String.valueOf(this.number % 10));
				case "Custom" -> new CustomReceived(Map.of("n", this.number));
				case "Unknown" -> new UserUnknownInputReceived("x" + this.number);
				case "Handoff" -> new AgentHandoff("b" + this.number, null);
				case "Emergency" -> new EmergencyStop("r" + this.number);
				case "Forged" -> new SessionClosed(Reason.SESSION_CLOSED);
				default -> throw new IllegalArgumentException(this.type);
			};
		}

		@Override
		public String toString() {
			return this.type + ":" + this.number + "=" + ((this.id != null) ? this.id : "") + ">"
					+ ((this.aim != null) ? this.aim : "") + (this.force ? "!" : "");
		}

	}

}
