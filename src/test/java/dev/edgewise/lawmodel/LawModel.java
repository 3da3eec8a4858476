package dev.edgewise.lawmodel;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.edgewise.Decision;
import dev.edgewise.Decision.Verdict;
import dev.edgewise.EventConflictException;
import dev.edgewise.Frame;
import dev.edgewise.InterruptCommand;
import dev.edgewise.InterruptReceipt;
import dev.edgewise.Interruption;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.Overlap;
import dev.edgewise.Receipt;
import dev.edgewise.SessionClosedException;
import dev.edgewise.UnknownGenerationException;
import dev.edgewise.event.AgentError;
import dev.edgewise.event.AgentGenerationComplete;
import dev.edgewise.event.AgentGenerationFailed;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.AgentGenerationPaused;
import dev.edgewise.event.AgentGenerationProtected;
import dev.edgewise.event.AgentGenerationResumed;
import dev.edgewise.event.AgentGenerationStarted;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.event.InterruptRequested;
import dev.edgewise.event.SessionClosed;
import dev.edgewise.event.StreamGap;
import dev.edgewise.lawmodel.Script.RouteLine;
import dev.edgewise.session.EngineListener.GenerationOutcome;
import dev.edgewise.session.Recording;
import dev.edgewise.session.Submission;
import org.jspecify.annotations.Nullable;

/**
 * The laws of one session, one sight after the other: who runs, who waits, who is silent
 * for good; what each event must cut off and start; and what everybody may see of it.
 * <p>
 * Where the laws say what must be, it must be so there and then, or at the latest when
 * time goes on: {@link #instantEnds()} is where nothing may be left undone. Where they
 * leave a choice (how much a node has produced, in which order things go that are due at
 * the same instant) it takes what it sees. Of routes with gates or shields it takes the
 * decisions and the starts as they come, for those have a model of their own; all else
 * holds for them as well.
 */
final class LawModel {

	private final Script script;

	private long now;

	/** The line of sequence n is at n - 1. */
	private final List<Line> log = new ArrayList<>();

	private final Map<Object, Line> lines = new IdentityHashMap<>();

	private final Map<String, Lane> lanes = new LinkedHashMap<>();

	private final Map<String, Gen> known = new HashMap<>();

	/** All that have not had their last frame, oldest first. */
	private final List<Gen> live = new ArrayList<>();

	private final List<Gen> gone = new ArrayList<>();

	/** What is to be applied as an event and has not been, in the order of numbers. */
	private final Deque<Line> derived = new ArrayDeque<>();

	/** What a recording knows, for the routes whose starts are taken as they come. */
	private Map<String, Recording.Begun> recorded = Map.of();

	/** Those of such routes that it was decided to cut off. */
	private final Set<Gen> doomed = new LinkedHashSet<>();

	/** Those that must be cut off before anything else happens. */
	private final Map<Gen, Cut> cuts = new LinkedHashMap<>();

	private final Map<String, Reader> readers = new LinkedHashMap<>();

	private final Map<String, Accepted> accepted = new HashMap<>();

	/** A Started frame of which it is not known yet whether the node is called. */
	private @Nullable Line opened;

	private @Nullable Applying applying;

	private @Nullable Call call;

	private boolean closing;

	private boolean closed;

	private long closedAt;

	/** When there was an event or a running generation last, if there is none now. */
	private long activeAt;

	/** The highest position that any stream has had. */
	private long fastestEver;

	LawModel(Script script) {
		this.script = script;
		script.routes().forEach((route) -> this.lanes.put(route.id(), new Lane(route)));
	}

	void recorded(Map<String, Recording.Begun> recorded) {
		this.recorded = recorded;
	}

	// Time.

	void at(long millis) {
		if (millis > this.now) {
			instantEnds();
			this.now = millis;
		}
	}

	/**
	 * Whatever has to follow from something follows at the same instant.
	 */
	private void instantEnds() {
		quiet();
		noteHarmless();
		for (Line line : this.derived) {
			require(line.harmless, "L12", "event " + line.sequence() + " has not been applied");
		}
		for (Lane lane : this.lanes.values()) {
			require(lane.route.isLoose() || !mayLaunch(lane), "L8",
					"the next run of " + lane.route.id() + " has not started");
		}
		for (Gen gen : this.live) {
			if (gen.launched) {
				require(gen.called, "L5", gen + " was not called");
				require(!mayComplete(gen), "L5", gen + " is not complete");
				require(gen.paused || !(gen.failing && gen.queue.isEmpty()), "L5", gen + " has not failed");
				require(!this.doomed.contains(gen), "L4", gen + " was not cut off");
				require(gen.paused || this.log.size() >= this.script.frames() - 1 || gen.queue.isEmpty(), "L13",
						gen + " has items without number");
				require(this.now < gen.startedAt + Script.MAX_DURATION, "L5", gen + " runs for too long");
			}
		}
		for (Gen gen : this.gone) {
			if (gen.launched && gen.interruption != null) {
				require(!gen.subscribed || gen.terminated || gen.cancelled, "L6", gen + " was not cancelled");
				require(gen.begun > 0 || gen.lane.route.handlers() == 0 || !isHandlerDue(gen), "L7",
						"the handler of " + gen + " has not run");
			}
		}
		require(!this.closing || this.closed || !mayEnd(), "L16", "the session has not ended");
		require(this.closed || !this.live.isEmpty() || this.now < this.activeAt + 2 * Script.IDLE_TIMEOUT, "L16",
				"the session has not expired");
		for (Reader reader : this.readers.values()) {
			if (reader.fast) {
				require(!reader.lost && nextFor(reader) == 0, "L13", reader.name + " has not taken " + nextFor(reader));
				require(!mayEnd(reader), "L16", reader.name + " has not ended");
			}
		}
	}

	void end() {
		instantEnds();
		require(this.closed, "L16", "the session has not ended");
		for (Gen gen : this.gone) {
			require(!gen.launched || gen.told == 1, "L5", "listeners were told " + gen.told + " ends of " + gen);
			require(gen.interruption == null || gen.fencesTold == 1, "L4", "listeners were not told of " + gen);
			require(!gen.called || hasEnded(gen), "L6", gen + " has not ended");
		}
		require(this.readers.isEmpty(), "L16", "streams are open: " + this.readers.keySet());
	}

	/**
	 * What must be done at once is done.
	 */
	private void quiet() {
		noneOpened();
		finish();
		require(this.cuts.isEmpty(), "L4", "not cut off: " + this.cuts);
	}

	private void noneOpened() {
		require(this.opened == null, "L5", "started, and neither called nor cut off: " + this.opened);
	}

	// The log.

	void frame(Frame frame) {
		require(!this.closed, "L16", "a frame behind SessionClosed: " + frame);
		require(frame.sequence() == this.log.size() + 1, "L1", "no next number: " + frame);
		require(HostileTime.millis(frame.at()) == this.now, "L18", "another time than " + this.now + ": " + frame);
		Line line = new Line(frame);
		Object event = frame.event();
		if (event instanceof AgentGenerationInterrupted interrupted) {
			interrupted(line, interrupted);
		}
		else {
			noneOpened();
			if (frame.generation() == null) {
				fromOutside(line);
			}
			else if (event instanceof AgentGenerationStarted) {
				this.opened = line;
			}
			else if (event instanceof AgentGenerationPaused || event instanceof AgentGenerationResumed
					|| event instanceof AgentGenerationProtected) {
				pause(line);
			}
			else {
				quiet();
				Gen gen = this.known.get(frame.generation());
				require(gen != null && gen.launched, "L5", "a frame of a generation that has not begun: " + frame);
				require(!gen.over, gen.interruption != null ? "L4" : "L5", "a frame behind the last one: " + frame);
				line.of(gen, false);
				if (event instanceof AgentGenerationComplete) {
					complete(gen);
				}
				else if (event instanceof AgentGenerationFailed failed) {
					fail(gen, failed);
				}
				else {
					item(gen, line);
				}
			}
		}
		this.log.add(line);
		this.lines.put(event, line);
		if (frame.generation() != null && line != this.opened) {
			derive(line);
		}
		noteHarmless();
	}

	private void pause(Line line) {
		Gen gen = gen(Objects.requireNonNull(line.frame.generation()));
		boolean pauses = line.frame.event() instanceof AgentGenerationPaused;
		require(gen.launched && !gen.over && gen.lane.route.isLoose(), "L5", "not to be paused: " + line.frame);
		line.of(gen, true);
		if (!(line.frame.event() instanceof AgentGenerationProtected)) {
			require(gen.paused != pauses, "L5", "paused twice: " + line.frame);
			gen.paused = pauses;
			gen.pausedAt = line.sequence();
		}
	}

	private void derive(Line line) {
		Object event = line.frame.event();
		if (event instanceof EmergencyStop
				|| this.script.routes().stream().anyMatch((route) -> route.startsOn(event) || route.isCutBy(event))) {
			this.derived.add(line);
		}
	}

	private void fromOutside(Line line) {
		Object event = line.frame.event();
		Applying before = this.applying;
		if (event instanceof AgentError error && "hop-limit".equals(error.code()) && before != null
				&& before.hopError != null) {
			before.hopError = null;
			return;
		}
		if (event instanceof AgentError error && "hop-limit".equals(error.code()) && this.script.isLoose()) {
			return;
		}
		quiet();
		if (event instanceof SessionClosed end) {
			require((this.closing || this.now >= this.activeAt + Script.IDLE_TIMEOUT) && mayEnd(), "L16",
					"the session ends too early");
			require(end.reason() == (this.closing ? Reason.SESSION_CLOSED : Reason.SESSION_EXPIRED), "L16",
					"ends with " + end);
			this.closing = true;
			this.closed = true;
			this.closedAt = this.now;
			return;
		}
		Call from = this.call;
		require(from != null && from.failure == null, "L1", "nobody has posted " + line.frame);
		if (from.next == 0) {
			// Between the events of an array nothing else is applied.
			this.derived.forEach((waiting) -> require(waiting.harmless, "L1",
					"event " + waiting.sequence() + " was not applied before " + line.sequence()));
			this.derived.clear();
		}
		Applying now = new Applying(line);
		line.origin = from.origin;
		this.applying = now;
		if (from.command != null) {
			require(event instanceof InterruptRequested && from.next == 0, "L1", "not the command: " + line.frame);
			from.next++;
			targets(from.command).stream()
				.filter((gen) -> !gen.lane.route.isLoose())
				.forEach((gen) -> now.toDecide.put(gen, true));

		}
		else {
			require(from.next < from.fresh.size() && from.fresh.get(from.next).event() == event, "L14",
					"not what was posted next: " + line.frame);
			Submission submission = from.fresh.get(from.next++);
			decideAndStart(now, submission.generation(), submission.force());
		}
		this.activeAt = this.now;
		from.origin.lines.add(line);
		from.applied.add(now);
	}

	private void interrupted(Line line, AgentGenerationInterrupted event) {
		Frame frame = line.frame;
		Line begun = this.opened;
		Gen gen = (begun != null) ? unborn(frame) : this.known.get(frame.generation());
		require(gen != null, "L5", "interrupted without a beginning: " + frame);
		require(!gen.over, "L5", "a second end: " + frame);
		Cut cut = this.cuts.remove(gen);
		if (cut == null && gen.lane.route.isLoose() && event.reason() != Reason.TIMEOUT) {
			cut = looseCut(gen, line, event);
		}
		if (cut == null) {
			require(event.reason() == Reason.TIMEOUT && gen.launched && this.now == gen.startedAt + Script.MAX_DURATION,
					"L2", "nothing cuts it off: " + frame);
			quiet();
			cut = new Cut(Reason.TIMEOUT, null);
		}
		require(event.reason() == cut.reason, "L10", "another reason than " + cut + ": " + frame);
		require(Objects.equals(event.cause(), (cut.cause != null) ? cut.cause.sequence() : null), "L10",
				"another cause than " + cut + ": " + frame);
		line.of(gen, false);
		if (begun != null) {
			require(!gen.launched && event.elapsedMillis() == 0 && event.discarded() == 0, "L8",
					"not unborn: " + frame);
			begun.of(gen, false);
			this.opened = null;
			derive(begun);
		}
		else {
			require(gen.launched, "L5", "never started: " + frame);
			if (cut.cause != null && cut.cause.gen == gen) {
				// What cuts off its own emitter is to be seen by everybody.
				cut.cause.kept = true;
				cut.cause.either = gen.lane.route.isLoose();
				cut.cause.takenInTime = true;
			}
			require(event.elapsedMillis() == this.now - gen.startedAt, "L5", "elapsed otherwise: " + frame);
			long kept = gen.produced - gen.delivered().count();
			// Nobody sees whether the item of a future has been asked for.
			boolean unasked = gen.isFuture && event.discarded() == kept - gen.queue.size();
			boolean either = cut.cause != null && cut.cause.either && event.discarded() == kept + 1;
			require(event.discarded() == kept || unasked || either, "L4",
					"of " + gen.produced + " items delivered " + gen.delivered().count() + ": " + frame);
			gen.lane.last = gen;
			gen.lane.cleaning.add(gen);
		}
		gen.fenceSequence = line.sequence();
		gen.cause = cut.cause;
		gen.interruption = event;
		over(gen);
	}

	private Cut looseCut(Gen gen, Line line, AgentGenerationInterrupted event) {
		Long cause = event.cause();
		if (cause == null) {
			require(this.closing && !gen.launched && event.reason() == Reason.SESSION_CLOSED, "L10",
					"without a cause: " + line.frame);
			return new Cut(Reason.SESSION_CLOSED, null);
		}
		require(cause < line.sequence() && event.reason() != Reason.SESSION_CLOSED
				&& event.reason() != Reason.CLIENT_DISCONNECTED, "L10", "not that cause: " + line.frame);
		require(this.doomed.remove(gen) || event.reason() == Reason.REPLACED, "L2", "not decided: " + line.frame);
		Line by = this.log.get(cause.intValue() - 1);
		require((event.reason() == Reason.EMERGENCY) == (by.frame.event() instanceof EmergencyStop), "L10",
				"not that reason: " + line.frame);
		require(by.sequence() != gen.startedBy, "L3", "cut off by what started it: " + line.frame);
		return new Cut(event.reason(), by);
	}

	/**
	 * A generation of a route whose starts are taken as they come, or null.
	 */
	private @Nullable Gen loose(@Nullable String id) {
		Recording.Begun begun = this.recorded.get(id);
		if (begun == null || !lane(begun.route()).route.isLoose()) {
			return null;
		}
		Gen gen = this.known.get(id);
		if (gen == null) {
			Lane lane = lane(begun.route());
			require(begun.cause() <= this.log.size(), "L2", "begun before its cause: " + begun);
			Line cause = this.log.get((int) begun.cause() - 1);
			require(lane.route.startsOn(cause.frame.event()) && !this.closed, "L2", "not to be begun: " + begun);
			gen = new Gen(lane, cause);
			bind(gen, begun.id());
			lane.waiting.add(gen);
			this.live.add(gen);
		}
		return gen;
	}

	/**
	 * The generation that is cut off before its node was called.
	 */
	private @Nullable Gen unborn(Frame frame) {
		Frame begun = Objects.requireNonNull(this.opened).frame;
		require(begun.generation() != null && begun.generation().equals(frame.generation()), "L5",
				"behind a beginning of " + begun.generation() + ": " + frame);
		Gen loose = loose(begun.generation());
		return (loose != null) ? loose : find(this.cuts.keySet(), begun.generation(), begun.route());
	}

	/**
	 * Finds a generation by its id, or the first of its route whose id has not been seen.
	 */
	private @Nullable Gen find(Iterable<Gen> among, @Nullable String id, @Nullable String route) {
		Gen found = this.known.get(id);
		if (found != null) {
			return found;
		}
		for (Gen gen : among) {
			if (gen.id == null && gen.lane.route.id().equals(route)) {
				bind(gen, Objects.requireNonNull(id));
				return gen;
			}
		}
		return null;
	}

	private void bind(Gen gen, String id) {
		require(gen.id == null || gen.id.equals(id), "L5", gen + " and not " + id);
		require(this.known.getOrDefault(id, gen) == gen, "L5", id + " is that of another");
		gen.id = id;
		this.known.put(id, gen);
	}

	private void complete(Gen gen) {
		require(mayComplete(gen), "L5", gen + " is complete too early");
		over(gen);
	}

	private boolean mayComplete(Gen gen) {
		return hasEnded(gen) && gen.called && !gen.paused && !gen.failing && gen.queue.isEmpty()
				&& hasPassed(gen.lastItem);
	}

	private boolean hasPassed(long sequence) {
		return this.readers.isEmpty()
				|| this.readers.values().stream().anyMatch((reader) -> reader.position >= sequence);
	}

	private void fail(Gen gen, AgentGenerationFailed failed) {
		boolean forged = gen.queue.peek() instanceof SessionClosed;
		require(forged ? failed.code().equals("reserved-event")
				: gen.failing && gen.queue.isEmpty() && failed.code().equals("node-failed"), "L5",
				gen + " has no reason for " + failed);
		if (!hasEnded(gen)) {
			gen.lane.cleaning.add(gen);
		}
		over(gen);
	}

	private void item(Gen gen, Line line) {
		require(!gen.paused, "L4", "said while it stands still: " + line.frame);
		require(gen.queue.peek() == line.frame.event(), "L1", "not the next item of its node: " + line.frame);
		require(!(line.frame.event() instanceof SessionClosed), "L12", "written by a node: " + line.frame);
		long fastest = this.readers.values().stream().mapToLong((reader) -> reader.position).max().orElse(-1);
		require(fastest < 0 || this.log.size() - fastest < this.script.frames(), "L13", "no room for " + line.frame);
		gen.queue.remove();
		gen.lastItem = line.sequence();
		line.of(gen, true);
		gen.items.add(line);
	}

	private void over(Gen gen) {
		gen.over = true;
		gen.paused = false;
		this.doomed.remove(gen);
		gen.overAt = this.now;
		this.activeAt = this.now;
		this.live.remove(gen);
		this.gone.add(gen);
		gen.lane.running.remove(gen);
		gen.lane.waiting.remove(gen);
	}

	/**
	 * The node of the generation that has just had its first frame is being called.
	 */
	void started(String route) {
		Line line = this.opened;
		require(line != null, "L5", "a start without a frame");
		this.opened = null;
		quiet();
		Lane lane = lane(route);
		require(lane.route.id().equals(line.frame.route()), "L5", "another route: " + line.frame);
		Gen loose = loose(line.frame.generation());
		require(mayLaunch(lane), "L8", "starts too early or without a cause: " + line.frame);
		Gen gen = (loose != null) ? loose : lane.waiting.getFirst();
		require(!gen.launched && !gen.over, "L5", "starts again: " + line.frame);
		bind(gen, Objects.requireNonNull(line.frame.generation()));
		lane.waiting.remove(gen);
		lane.running.add(gen);
		gen.launched = true;
		gen.sinceLine = line.sequence();
		gen.startedAt = this.now;
		gen.previous = lane.last;
		gen.alone = this.readers.isEmpty();
		lane.last = null;
		line.of(gen, true);
		derive(line);
		noteHarmless();
	}

	private boolean mayLaunch(Lane lane) {
		return !lane.waiting.isEmpty() && (lane.running.isEmpty() || lane.route.overlap() == Overlap.PARALLEL)
				&& lane.cleaning.stream().allMatch(this::isReleased);
	}

	private boolean isReleased(Gen gen) {
		boolean handled = gen.interruption == null || gen.handled == gen.lane.route.handlers();
		return (hasEnded(gen) && handled) || this.now >= gen.overAt + Script.GRACE;
	}

	/**
	 * Whether the node of a generation has ended, as far as it can be seen.
	 */
	private static boolean hasEnded(Gen gen) {
		return gen.called ? (gen.cleans ? gen.cleaned : gen.terminated || gen.cancelled) : gen.over;
	}

	private boolean isHandlerDue(Gen gen) {
		return hasEnded(gen) || this.now >= gen.overAt + Script.GRACE;
	}

	private boolean mayEnd() {
		return this.live.isEmpty()
				&& this.lanes.values().stream().flatMap((lane) -> lane.cleaning.stream()).allMatch(this::isReleased);
	}

	// What an event does.

	/**
	 * Takes note of events that could do nothing just now: for them it is all the same
	 * when they are applied.
	 */
	private void noteHarmless() {
		for (Line line : this.derived) {
			Object event = line.frame.event();
			boolean starts = !this.closing
					&& this.script.routes().stream().anyMatch((route) -> !route.isLoose() && route.startsOn(event));
			line.harmless |= !starts && this.live.stream()
				.filter((gen) -> !gen.lane.route.isLoose())
				.noneMatch((gen) -> event instanceof EmergencyStop || gen.lane.route.isCutBy(event));
			if (!line.harmless) {
				return;
			}
		}
	}

	private void begin(@Nullable Line line) {
		noneOpened();
		require(line != null, "L2", "applied, but not in the log");
		Applying current = this.applying;
		if (current != null && current.line == line) {
			return;
		}
		quiet();
		require(this.derived.contains(line), "L1", "event " + line.sequence() + " is applied again, or too late");
		noteHarmless();
		Line next;
		while ((next = this.derived.remove()) != line) {
			require(next.harmless, "L1", "event " + line.sequence() + " is applied before " + next.sequence());
		}
		Applying now = new Applying(line);
		this.applying = now;
		decideAndStart(now, null, false);
	}

	private void decideAndStart(Applying now, @Nullable String aim, boolean force) {
		now.isAimed = aim != null;
		Object event = now.line.frame.event();
		boolean forced = force || event instanceof EmergencyStop;
		for (Gen gen : this.live) {
			RouteLine route = gen.lane.route;
			if (!route.isLoose() && (event instanceof EmergencyStop || route.isCutBy(event))
					&& (aim == null || aim.equals(gen.id))) {
				boolean asks = gen.launched && !forced && !route.condition().equals("always");
				now.toDecide.put(gen, !asks || agrees(route, event, this.now - gen.startedAt));
				if (asks) {
					now.toQuestion.add(gen);
				}
			}
		}
		this.script.routes()
			.stream()
			.filter((route) -> !route.isLoose() && route.startsOn(event))
			.forEach(now.starts::add);
	}

	private static boolean agrees(RouteLine route, Object event, long elapsed) {
		try {
			return route.agrees(event, elapsed);
		}
		catch (IllegalStateException ex) {
			return true;
		}
	}

	private static boolean passes(RouteLine route, Object event) {
		try {
			return route.passes(event);
		}
		catch (IllegalStateException ex) {
			return false;
		}
	}

	/**
	 * A condition is asked.
	 */
	void questioned(String generation, Object event) {
		if (loose(generation) != null) {
			return;
		}
		begin(this.lines.get(event));
		Gen gen = this.known.get(generation);
		require(Objects.requireNonNull(this.applying).toQuestion.remove(gen), "L9", "asked for no reason: " + gen);
	}

	/**
	 * The listener is told of a decision.
	 */
	void decided(Decision decision) {
		Gen loose = loose(decision.generation());
		if (loose != null) {
			boolean shielded = loose.lane.route.policy().equals("shielded") && !decision.rule().equals("FORCED");
			require(!loose.over, "L2", "decided about when it is over: " + loose);
			require(!shielded || decision.verdict() == Verdict.IGNORE, "L9", "not shielded: " + loose);
			if (decision.verdict() == Verdict.INTERRUPT) {
				this.doomed.add(loose);
			}
			return;
		}
		begin(this.log.get((int) decision.sequence() - 1));
		Applying now = Objects.requireNonNull(this.applying);
		Gen gen = find(now.toDecide.keySet(), decision.generation(), decision.route());
		Boolean cut = now.toDecide.remove(gen);
		require(gen != null && cut != null, "L2", "decided about for no reason: " + decision.generation());
		require(!now.toQuestion.contains(gen), "L9", "not asked: the condition of " + gen);
		require(decision.verdict() == (cut ? Verdict.INTERRUPT : Verdict.IGNORE), "L9",
				decision.verdict() + " for " + gen);
		if (cut) {
			boolean emergency = now.line.frame.event() instanceof EmergencyStop;
			this.cuts.put(gen, new Cut(emergency ? Reason.EMERGENCY : Reason.EVENT, now.line));
			now.interrupted.add(gen);
		}
		else {
			now.ignored.add(gen);
		}
	}

	/**
	 * A filter is asked, which is the beginning of a start.
	 */
	void asked(String route, Object event) {
		if (lane(route).route.isLoose()) {
			return;
		}
		begin(this.lines.get(event));
		Applying now = Objects.requireNonNull(this.applying);
		require(now.toDecide.isEmpty() && this.cuts.isEmpty(), "L2",
				"starts " + route + " before the cuts: " + now.toDecide.keySet() + this.cuts);
		require(!now.isHopErrorDue(), "L12", "no error at the hop limit");
		RouteLine next = now.starts.poll();
		require(next != null && next.id().equals(route), "L2", "asks " + route + " and not " + next);
		if (passes(next, event) && !this.closing) {
			start(now, lane(route));
		}
		noteHarmless();
	}

	private void start(Applying now, Lane lane) {
		Line cause = now.line;
		RouteLine route = lane.route;
		List<Gen> active = this.live.stream().filter((gen) -> gen.lane == lane).toList();
		boolean spares = !active.isEmpty() && route.overlap() == Overlap.IGNORE;
		if (cause.hop() >= Script.HOPS) {
			// What would have started nothing anyway may be told of or not.
			now.hopError = spares;
			return;
		}
		boolean replaces = !active.isEmpty() && route.overlap() == Overlap.REPLACE;
		boolean evicts = route.overlap() == Overlap.PARALLEL && active.size() >= route.max();
		if (spares) {
			return;
		}
		int queued = lane.waiting.size() - (lane.running.isEmpty() ? 1 : 0);
		boolean queueIsFull = route.overlap() == Overlap.QUEUE && !active.isEmpty() && queued >= Script.QUEUE;
		if (queueIsFull || (this.live.size() >= this.script.perSession() && !replaces && !evicts)) {
			now.refused.add(route.id());
			return;
		}
		for (Gen victim : replaces ? active : evicts ? active.subList(0, 1) : List.<Gen>of()) {
			this.cuts.put(victim, new Cut(Reason.REPLACED, cause));
			now.interrupted.add(victim);
		}
		Gen begun = new Gen(lane, cause);
		lane.waiting.add(begun);
		this.live.add(begun);
		now.started.add(begun);
	}

	private void finish() {
		Applying now = this.applying;
		if (now != null) {
			require(now.toDecide.isEmpty(), "L2",
					"event " + now.line.sequence() + " left undecided: " + now.toDecide.keySet());
			require(now.starts.isEmpty(), "L2", "event " + now.line.sequence() + " has not started " + now.starts);
			require(!now.isHopErrorDue(), "L12", "no error at the hop limit");
			require(this.cuts.isEmpty(), "L4", "not cut off: " + this.cuts);
			require(now.isAimed || !(now.line.frame.event() instanceof EmergencyStop)
					|| this.live.stream().noneMatch((gen) -> gen.launched && gen.sinceLine < now.line.sequence()),
					"L10", "survives an emergency: " + this.live);
			this.applying = null;
			noteHarmless();
			Call from = this.call;
			if (from != null && from.failure == null && from.next == from.fresh.size()) {
				openResponse(from);
			}
		}
	}

	// Calls from outside.

	void posting(List<Submission> submissions, @Nullable String reader, boolean fast) {
		quiet();
		Call begun = new Call();
		begun.submissions = submissions;
		begun.reader = reader;
		begun.fast = fast;
		Map<String, Submission> ids = new HashMap<>();
		for (Submission submission : submissions) {
			String id = submission.id();
			Accepted before = (id != null) ? this.accepted.get(id) : null;
			Submission first = (before != null) ? before.submission : ids.get(id);
			if (first == null) {
				begun.fresh.add(submission);
				if (id != null) {
					ids.put(id, submission);
				}
			}
			else if (!first.equals(submission)) {
				begun.failure = EventConflictException.class;
			}
			if (before != null) {
				begun.origins.add(before.origin);
			}
			else {
				begun.origins.add(begun.origin);
			}
		}
		if (submissions.stream().anyMatch((submission) -> submission.event() instanceof SessionClosed)) {
			begun.failure = IllegalArgumentException.class;
		}
		if (this.closing) {
			begun.failure = SessionClosedException.class;
		}
		this.call = begun;
		if (begun.failure == null && begun.fresh.isEmpty()) {
			openResponse(begun);
		}
	}

	private void openResponse(Call from) {
		String name = from.reader;
		if (name != null && !this.readers.containsKey(name)) {
			long first = Long.MAX_VALUE;
			int fresh = 0;
			for (Submission submission : from.submissions) {
				Accepted before = (submission.id() != null) ? this.accepted.get(submission.id()) : null;
				long sequence = (before != null) ? before.sequence
						: (fresh < from.applied.size()) ? from.applied.get(fresh++).line.sequence() : first;
				first = Math.min(first, sequence);
			}
			Reader response = new Reader(name, first - 1, this.log.size(), from.fast);
			response.origins.addAll(from.origins);
			from.origins.forEach((origin) -> origin.responses++);
			add(response);
		}
	}

	void answered(@Nullable List<Receipt> receipts) {
		quiet();
		Call from = Objects.requireNonNull(this.call);
		require(from.failure == null, "L14", "not refused");
		require(from.next == from.fresh.size(), "L14", "answered, and not applied: " + from.fresh);
		openResponse(from);
		from.answered = true;
		int fresh = 0;
		for (int i = 0; i < from.submissions.size(); i++) {
			Submission submission = from.submissions.get(i);
			Accepted before = (submission.id() != null) ? this.accepted.get(submission.id()) : null;
			Applying done = (before != null) ? before.done : from.applied.get(fresh++);
			if (receipts != null) {
				check(receipts.get(i), done, before != null);
			}
			if (submission.id() != null && before == null) {
				this.accepted.put(submission.id(), new Accepted(submission, from.origin, done, done.line.sequence()));
			}
		}
		noteHarmless();
	}

	private void check(Receipt receipt, Applying done, boolean duplicate) {
		require(receipt.sequence() == done.line.sequence() && receipt.duplicate() == duplicate, "L14",
				"the receipt of " + done.line.sequence() + " is " + receipt.sequence() + ", " + receipt.duplicate());
		List<String> started = strict(receipt.started());
		require(started.size() == done.started.size(), "L2",
				"started by " + receipt.sequence() + ": " + receipt.started() + " and not " + done.started);
		for (int i = 0; i < done.started.size(); i++) {
			bind(done.started.get(i), started.get(i));
		}
		require(Set.copyOf(strict(receipt.interrupted())).equals(ids(done.interrupted)), "L2",
				"told as interrupted: " + receipt.interrupted() + " and not " + done.interrupted);
		require(Set.copyOf(strict(receipt.ignored())).equals(ids(done.ignored)), "L2",
				"told as ignored: " + receipt.ignored() + " and not " + done.ignored);
		List<String> refused = receipt.refused().stream().filter((route) -> !lane(route).route.isLoose()).toList();
		require(refused.equals(done.refused), "L2", "told as refused: " + receipt.refused());
	}

	/**
	 * Those of routes of which the model knows what they start. The others are known from
	 * now on.
	 */
	private List<String> strict(List<String> told) {
		return told.stream().filter((id) -> loose(id) == null).toList();
	}

	private static Set<String> ids(Set<Gen> gens) {
		return gens.stream().map((gen) -> String.valueOf(gen.id)).collect(Collectors.toSet());
	}

	void commanding(InterruptCommand command) {
		quiet();
		Call begun = new Call();
		begun.command = command;
		boolean unknown = command.generation() != null && targets(command).isEmpty();
		begun.failure = this.closing ? SessionClosedException.class
				: (unknown && !isKnownToBeOver(command.generation())) ? UnknownGenerationException.class : null;
		begun.mayBeUnknown = unknown;
		this.call = begun;
	}

	private boolean isKnownToBeOver(@Nullable String id) {
		Gen gen = this.known.get(id);
		return gen != null && gen.over;
	}

	private List<Gen> targets(InterruptCommand command) {
		return this.live.stream()
			.filter((gen) -> command.generation() == null || command.generation().equals(gen.id))
			.filter((gen) -> command.route() == null || command.route().equals(gen.lane.route.id()))
			.toList();
	}

	void commanded(InterruptReceipt receipt) {
		quiet();
		Call from = Objects.requireNonNull(this.call);
		require(from.failure == null && from.applied.size() == 1, "L14", "carried out: " + receipt);
		from.answered = true;
		Applying done = from.applied.get(0);
		Set<String> stopped = Set.copyOf(strict(receipt.stopped().stream().map((gen) -> gen.generation()).toList()));
		require(stopped.equals(ids(done.interrupted)) && receipt.sequence() == done.line.sequence(), "L2",
				receipt + " and not " + done.interrupted);
	}

	void failed(Throwable failure) {
		quiet();
		Call from = Objects.requireNonNull(this.call);
		boolean over = from.mayBeUnknown && failure instanceof UnknownGenerationException && from.applied.isEmpty();
		require(over || (from.failure != null && from.failure.isInstance(failure)), "L14",
				"refused with " + failure + " and not " + from.failure);
		from.answered = true;
	}

	void closing() {
		quiet();
		Call begun = new Call();
		begun.answered = true;
		this.call = begun;
		if (!this.closing) {
			this.closing = true;
			this.live.forEach((gen) -> this.cuts.put(gen, new Cut(Reason.SESSION_CLOSED, null)));
			noteHarmless();
		}
	}

	void closeAnswered() {
		quiet();
		require(this.closed, "L16", "answered before the end");
	}

	/**
	 * A call has returned: on one thread, what it asked for is done by then.
	 */
	void returned() {
		quiet();
		Call from = this.call;
		require(from == null || from.answered, "L1", "not answered");
		this.call = null;
	}

	// Readers.

	void opening(String name, long after, boolean fast) {
		quiet();
		long last = this.log.size();
		Call begun = new Call();
		begun.failure = (this.closed && (after < 0 || after >= last)) ? SessionClosedException.class : null;
		begun.answered = begun.failure == null;
		this.call = begun;
		if (begun.failure == null) {
			Reader reader = new Reader(name, (after < 0) ? last : Math.min(after, last), last, fast);
			reader.lost = after > last;
			add(reader);
		}
	}

	private void add(Reader reader) {
		this.readers.put(reader.name, reader);
		this.fastestEver = Math.max(this.fastestEver, reader.position);
	}

	private long first() {
		return Math.max(1, this.log.size() - this.script.frames() + 1);
	}

	void taken(String name, Frame frame) {
		quiet();
		Reader reader = this.readers.get(name);
		require(reader != null, "L16", name + " is closed and takes " + frame);
		if (frame.event() instanceof StreamGap gap) {
			long to = reader.lost ? reader.position : first() - 1;
			long from = reader.lost ? Math.min(1, to) : reader.position + 1;
			require(gap.equals(new StreamGap(from, to)) && frame.sequence() == to && (reader.lost || from <= to), "L13",
					name + " gets " + frame);
			reader.lost = false;
			reader.position = to;
			return;
		}
		require(!reader.lost && frame.sequence() > reader.position, "L4", name + " goes back to " + frame);
		require(frame.sequence() <= this.log.size(), "L4", name + " takes what is not in the log: " + frame);
		for (long skipped = reader.position + 1; skipped < frame.sequence(); skipped++) {
			Line line = this.log.get((int) skipped - 1);
			require(line.either || !isFor(reader, line), "L13", name + " has not got " + line.frame);
		}
		Line line = this.log.get((int) frame.sequence() - 1);
		require(line.frame == frame, "L4", name + " takes another frame: " + frame);
		require(isFor(reader, line), "L4", name + " takes behind the fence: " + frame);
		require(!isHeld(line), "L4", name + " takes what stands still: " + frame);
		line.takenInTime |= line.gen == null || !line.gen.over;
		reader.position = frame.sequence();
		this.fastestEver = Math.max(this.fastestEver, reader.position);
	}

	/**
	 * Whether a frame that a reader has not taken is for it.
	 */
	private static boolean isFor(Reader reader, Line line) {
		Gen gen = line.gen;
		if (gen == null || gen.interruption == null || !line.skippable || line.kept) {
			return true;
		}
		return reader.openedAt >= gen.fenceSequence && line.takenInTime;
	}

	/**
	 * Whether a pause makes every reader stand still at a frame.
	 */
	private static boolean isHeld(Line line) {
		return line.gen != null && line.gen.paused && line.skippable && line.sequence() < line.gen.pausedAt;
	}

	/**
	 * The next frame that a reader must take; 0 if there is none.
	 */
	private long nextFor(Reader reader) {
		for (long next = Math.max(reader.position + 1, first()); next <= this.log.size(); next++) {
			Line line = this.log.get((int) next - 1);
			if (isHeld(line)) {
				return 0;
			}
			if (isFor(reader, line) && !line.either) {
				return next;
			}
		}
		return 0;
	}

	void completed(String name) {
		quiet();
		Reader reader = this.readers.get(name);
		require(reader != null && mayEnd(reader), "L16", name + " ends too early");
		forget(reader);
		this.call = null;
	}

	private boolean mayEnd(Reader reader) {
		if (this.closed && (nextFor(reader) == 0 || this.now >= this.closedAt + Script.GRACE)) {
			return true;
		}
		if (reader.origins.isEmpty() || reader.lost || !this.derived.stream().allMatch((line) -> line.harmless)) {
			return false;
		}
		for (Origin origin : reader.origins) {
			if (this.live.stream().anyMatch((gen) -> gen.origin == origin)) {
				return false;
			}
		}
		for (long next = reader.position + 1; next <= this.log.size(); next++) {
			Line line = this.log.get((int) next - 1);
			if (line.origin != null && reader.origins.contains(line.origin) && isFor(reader, line)) {
				return false;
			}
		}
		return true;
	}

	void leaving(String name) {
		quiet();
		Reader reader = Objects.requireNonNull(this.readers.get(name));
		forget(reader);
		for (Origin origin : reader.origins) {
			if (origin.responses == 0) {
				this.live.stream()
					.filter((gen) -> gen.origin == origin)
					.forEach((gen) -> this.cuts.put(gen, new Cut(Reason.CLIENT_DISCONNECTED, null)));
			}
		}
	}

	private void forget(Reader reader) {
		this.readers.remove(reader.name);
		reader.origins.forEach((origin) -> origin.responses--);
		if (this.readers.isEmpty()) {
			this.live.forEach((gen) -> gen.alone = true);
		}
	}

	// Nodes.

	private Gen gen(String id) {
		Gen gen = this.known.get(id);
		require(gen != null, "L5", "never heard of " + id);
		return gen;
	}

	private Lane lane(String route) {
		return Objects.requireNonNull(this.lanes.get(route));
	}

	void called(String id, @Nullable String previous, boolean cleans, boolean isFuture) {
		quiet();
		Gen gen = gen(id);
		require(gen.launched && !gen.called, "L5", gen + " is called without its frame, or again");
		require(!gen.over, "L6", gen + " is called behind its fence");
		require(Objects.equals(previous, (gen.previous != null) ? gen.previous.id : null), "L8",
				gen + " is given " + previous + " and not " + gen.previous);
		gen.called = true;
		gen.cleans = cleans;
		gen.isFuture = isFuture;
	}

	void subscribed(String id) {
		quiet();
		Gen gen = gen(id);
		require(gen.called && !gen.subscribed, "L6", gen + " is subscribed to again");
		gen.subscribed = true;
	}

	void requested(String id, long count) {
		quiet();
		Gen gen = gen(id);
		long passed = gen.items.stream()
			.filter((line) -> gen.alone || line.sequence() <= this.fastestEver || line.sequence() < first())
			.count();
		gen.requested += count;
		require(gen.over || gen.requested <= passed + this.script.prefetch(), "L13",
				gen + " is asked for " + gen.requested + " when " + passed + " have been passed");
	}

	void produced(String id, Object item) {
		// The writer may be at work: a node produces in the call of request too.
		Gen gen = gen(id);
		if (!gen.over) {
			gen.queue.add(item);
			gen.produced++;
		}
	}

	void terminated(String id, boolean failed) {
		Gen gen = gen(id);
		gen.terminated = true;
		gen.failing |= failed;
	}

	void cancelled(String id) {
		quiet();
		Gen gen = gen(id);
		require(gen.over, "L6", gen + " is cancelled before its frame");
		require(!gen.cancelled, "L6", gen + " is cancelled again");
		gen.cancelled = true;
	}

	void cleaned(String id) {
		quiet();
		Gen gen = gen(id);
		require(!gen.cleaned, "L6", gen + " is cleaned up again");
		require(gen.terminated || gen.over, "L6", gen + " is cleaned up before its end");
		gen.cleaned = true;
	}

	// Handlers and listeners.

	void handling(String id, int place, Interruption told) {
		quiet();
		Gen gen = gen(id);
		AgentGenerationInterrupted frame = gen.interruption;
		require(frame != null && gen.launched, "L7", "a handler of " + gen + ", which was not interrupted");
		require(place == gen.begun && gen.handled >= place, "L7", "handler " + place + " of " + gen + " again");
		require(isHandlerDue(gen), "L7", "a handler of " + gen + " before its node has ended");
		gen.begun++;
		Frame cause = told.cause();
		require(told.reason() == frame.reason() && told.discarded() == frame.discarded()
				&& Objects.equals(frame.cause(), (cause != null) ? cause.sequence() : null)
				&& told.route().equals(gen.lane.route.id()), "L7", told + " and not " + frame);
		String text = gen.delivered()
			.map((line) -> (line.frame.event() instanceof AgentResponse said) ? said.content() : "")
			.collect(Collectors.joining());
		require(told.delivered().equals(text) || (gen.cause != null && gen.cause.either), "L7",
				"delivered '" + told.delivered() + "' and not '" + text + "'");
	}

	void handled(String id, int place) {
		quiet();
		Gen gen = gen(id);
		require(gen.begun == place + 1 && gen.handled == place, "L7", "handler " + place + " of " + gen + " ends");
		gen.handled++;
	}

	void fenced(String id, Reason reason, @Nullable String cause) {
		Gen gen = gen(id);
		AgentGenerationInterrupted frame = gen.interruption;
		Line by = gen.cause;
		require(frame != null && frame.reason() == reason && gen.fencesTold == 0
				&& Objects.equals(cause, (by != null) ? by.frame.type() : null), "L4", "listeners are told of " + gen);
		gen.fencesTold++;
	}

	void ended(String route, GenerationOutcome outcome) {
		Gen found = null;
		for (Gen gen : this.gone) {
			GenerationOutcome expected = (gen.interruption != null) ? GenerationOutcome.INTERRUPTED
					: gen.failing || gen.queue.peek() instanceof SessionClosed ? GenerationOutcome.FAILED
							: GenerationOutcome.COMPLETED;
			if (gen.launched && gen.told == 0 && gen.lane.route.id().equals(route) && expected == outcome) {
				found = gen;
			}
		}
		require(found != null, "L5", "listeners are told of an end of " + route + ": " + outcome);
		found.told++;
	}

	private static void require(boolean holds, String law, String otherwise) {
		if (!holds) {
			throw new BrokenLawException(law + " " + otherwise);
		}
	}

	/**
	 * A frame in the log.
	 */
	private static final class Line {

		private final Frame frame;

		private @Nullable Gen gen;

		private @Nullable Origin origin;

		/** Whether a fence makes streams skip it. */
		private boolean skippable;

		private boolean kept;

		/** Whether streams may take it or skip it. */
		private boolean either;

		/** Whether a stream has taken it before the fence. */
		private boolean takenInTime;

		private boolean harmless;

		Line(Frame frame) {
			this.frame = frame;
		}

		void of(Gen gen, boolean skippable) {
			this.gen = gen;
			this.origin = gen.origin;
			this.skippable = skippable;
		}

		long sequence() {
			return this.frame.sequence();
		}

		int hop() {
			return (this.gen != null) ? this.gen.hop : 0;
		}

		@Override
		public String toString() {
			return this.frame.sequence() + " " + this.frame.type();
		}

	}

	/**
	 * A generation.
	 */
	private static final class Gen {

		private final Lane lane;

		private final int hop;

		private final @Nullable Origin origin;

		/** Null until it has been told. */
		private @Nullable String id;

		private boolean launched;

		private long startedAt;

		private @Nullable Gen previous;

		/** What its node has produced and has no number. */
		private final Deque<Object> queue = new ArrayDeque<>();

		private int produced;

		private final List<Line> items = new ArrayList<>();

		private long lastItem;

		private boolean alone;

		private long requested;

		private boolean paused;

		private long pausedAt;

		private long sinceLine;

		private final long startedBy;

		private boolean over;

		private long overAt;

		private @Nullable AgentGenerationInterrupted interruption;

		private @Nullable Line cause;

		private long fenceSequence;

		private boolean called;

		private boolean cleans;

		private boolean isFuture;

		private boolean subscribed;

		private boolean terminated;

		private boolean failing;

		private boolean cancelled;

		private boolean cleaned;

		private int begun;

		private int handled;

		private int told;

		private int fencesTold;

		Gen(Lane lane, Line cause) {
			this.lane = lane;
			this.hop = cause.hop() + 1;
			this.startedBy = cause.sequence();
			this.origin = cause.origin;
		}

		Stream<Line> delivered() {
			return this.items.stream().filter((line) -> line.takenInTime);
		}

		@Override
		public String toString() {
			return "generation " + this.id + " of " + this.lane.route.id();
		}

	}

	/**
	 * A route: who runs, who waits, and whose clean-up those wait for.
	 */
	private static final class Lane {

		private final RouteLine route;

		private final List<Gen> running = new ArrayList<>();

		private final Deque<Gen> waiting = new ArrayDeque<>();

		private final List<Gen> cleaning = new ArrayList<>();

		private @Nullable Gen last;

		Lane(RouteLine route) {
			this.route = route;
		}

	}

	private record Cut(Reason reason, @Nullable Line cause) {
	}

	private record Accepted(Submission submission, Origin origin, Applying done, long sequence) {
	}

	/**
	 * What comes of one call.
	 */
	private static final class Origin {

		private final List<Line> lines = new ArrayList<>();

		private int responses;

	}

	/**
	 * An event that is being applied.
	 */
	private static final class Applying {

		private final Line line;

		/** Those to be decided about, and whether they are to be cut off. */
		private final Map<Gen, Boolean> toDecide = new LinkedHashMap<>();

		private final Set<Gen> toQuestion = new LinkedHashSet<>();

		private final Deque<RouteLine> starts = new ArrayDeque<>();

		/** Whether the error at the hop limit may be left out; null if there is none. */
		private @Nullable Boolean hopError;

		private boolean isAimed;

		private final Set<Gen> interrupted = new LinkedHashSet<>();

		private final Set<Gen> ignored = new LinkedHashSet<>();

		private final List<Gen> started = new ArrayList<>();

		private final List<String> refused = new ArrayList<>();

		Applying(Line line) {
			this.line = line;
		}

		boolean isHopErrorDue() {
			return Boolean.FALSE.equals(this.hopError);
		}

	}

	/**
	 * A call from outside.
	 */
	private static final class Call {

		private List<Submission> submissions = List.of();

		private final List<Submission> fresh = new ArrayList<>();

		private final List<Applying> applied = new ArrayList<>();

		private final Origin origin = new Origin();

		private final Set<Origin> origins = new LinkedHashSet<>();

		private int next;

		private @Nullable String reader;

		private boolean fast;

		private @Nullable InterruptCommand command;

		private @Nullable Class<? extends Exception> failure;

		private boolean mayBeUnknown;

		private boolean answered;

	}

	/**
	 * A stream.
	 */
	private static final class Reader {

		private final String name;

		private final long openedAt;

		private final boolean fast;

		private final Set<Origin> origins = new LinkedHashSet<>();

		private long position;

		/** Whether it began beyond the end and has not been told so. */
		private boolean lost;

		Reader(String name, long position, long openedAt, boolean fast) {
			this.name = name;
			this.position = position;
			this.openedAt = openedAt;
			this.fast = fast;
		}

	}

}
