package dev.edgewise.functional;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import dev.edgewise.Decision;
import dev.edgewise.Frame;
import dev.edgewise.InterruptCommand;
import dev.edgewise.Receipt;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.SessionClosedException;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.AgentGenerationPaused;
import dev.edgewise.event.AgentGenerationResumed;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.functional.PauseModel.Gates;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.InterruptionPolicy.WhileProtected;
import dev.edgewise.interruption.Phrases;
import dev.edgewise.session.EngineSettings.SessionBounds;
import dev.edgewise.session.SessionView.GenerationView;
import dev.edgewise.session.SessionView.State;
import org.jspecify.annotations.Nullable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import org.reactivestreams.Subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Every path of pause, decide, resume: all sequences of what may happen, up to a length,
 * played on an engine and on the {@link PauseModel}, which must agree after every step
 * about the log, what the reader has got, the decisions, the receipts and the states.
 * Each sequence begins when a generation has said an item that the reader has taken, and
 * ends at rest: long after, when the node has ended and the reader has read all. A
 * sequence is over with the close of its session.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class PauseModelTests {

	private static final Gates WORDS = new Gates(false, false, 2, 0, 0, "stop", "mhm", 500, 300);

	private static final Gates TIME = new Gates(false, false, 0, 400, 0, "", "", 2_000, 300);

	private static final Gates CONFIDENCE = new Gates(false, false, 0, 0, 0.5, "", "", 500, 300);

	private static final Gates NONE = new Gates(true, false, 0, 0, 0, "", "", 2_000, 300);

	private static final Gates NAMED = new Gates(false, true, 2, 0, 0, "stop", "mhm", 500, 300);

	private static final Gates ALL = new Gates(false, false, 2, 200, 0.5, "stop", "mhm", 500, 300);

	private static final Set<Action> EIGHT = EnumSet.range(Action.START, Action.FORCE);

	@Test
	void everySixEventsWithWordsGoAsTheModelSays() {
		try (Play play = new Play(WORDS, "well", "please wait", 0.4, 0.9)) {
			assertThat(play.all(EIGHT, 6)).isEqualTo(leaves(7, 6));
		}
	}

	@Test
	void everySixEventsWithABackchannelGoAsTheModelSays() {
		try (Play play = new Play(WORDS, "mhm", "mhm", null, null)) {
			assertThat(play.all(EIGHT, 6)).isEqualTo(leaves(7, 6));
		}
	}

	@Test
	void everySixEventsWithAGateOnTimeGoAsTheModelSays() {
		try (Play play = new Play(TIME, "well", "please wait", null, null)) {
			assertThat(play.all(EIGHT, 6)).isEqualTo(leaves(7, 6));
		}
	}

	@Test
	void everySixEventsWithAGateOnConfidenceGoAsTheModelSays() {
		try (Play play = new Play(CONFIDENCE, "please", "please wait", 0.4, 0.9)) {
			assertThat(play.all(EIGHT, 6)).isEqualTo(leaves(7, 6));
		}
		try (Play play = new Play(CONFIDENCE, "please", "please wait", null, 0.4)) {
			assertThat(play.all(EIGHT, 4)).isEqualTo(leaves(7, 4));
		}
	}

	@Test
	void everySixEventsWithoutAGateGoAsTheModelSays() {
		try (Play play = new Play(NONE, "well", "please wait", null, null)) {
			assertThat(play.all(EIGHT, 6)).isEqualTo(leaves(7, 6));
		}
	}

	@Test
	void everySixEventsWithTranscriptsNamedGoAsTheModelSays() {
		try (Play play = new Play(NAMED, "well", "please wait", null, null)) {
			assertThat(play.all(EIGHT, 6)).isEqualTo(leaves(7, 6));
		}
		try (Play play = new Play(NAMED, "mhm", "mhm", null, null)) {
			assertThat(play.all(EIGHT, 4)).isEqualTo(leaves(7, 4));
		}
	}

	@Test
	void everyFourOfAllThatMayHappenGoAsTheModelSays() {
		Set<Action> all = EnumSet.allOf(Action.class);
		try (Play play = new Play(ALL, "well", "please wait", 0.4, 0.9)) {
			assertThat(play.all(all, 4)).isEqualTo(leaves(all.size() - 1, 4));
		}
		for (Gates gates : List.of(WORDS, TIME, CONFIDENCE, NAMED)) {
			try (Play play = new Play(gates, "well", "please wait", null, null)) {
				assertThat(play.all(all, 3)).isEqualTo(leaves(all.size() - 1, 3));
			}
		}
	}

	@Test
	void everyFiveEventsWithASlowReaderGoAsTheModelSays() {
		Set<Action> slow = EnumSet.copyOf(EIGHT);
		slow.remove(Action.ITEM);
		slow.add(Action.TAKE);
		try (Play play = new Play(WORDS, "well", "please wait", null, null)) {
			play.slow = true;
			assertThat(play.all(slow, 5)).isEqualTo(leaves(7, 5));
		}
		slow.add(Action.ITEM);
		try (Play play = new Play(NAMED, "mhm", "please wait", null, null)) {
			play.slow = true;
			assertThat(play.all(slow, 4)).isEqualTo(leaves(8, 4));
		}
	}

	/**
	 * How many sequences there are that end at a length or with a close before.
	 * @param others how many actions do not close
	 */
	private static long leaves(int others, int length) {
		long leaves = 0;
		long open = 1;
		for (int i = 0; i < length; i++) {
			leaves += open;
			open *= others;
		}
		return leaves + open;
	}

	/**
	 * What may happen.
	 */
	private enum Action {

		START, STOP, INTERIM, FINAL, ITEM, DEADLINE, CLOSE, FORCE,

		/** Takes one frame. */
		TAKE,

		/** Lets 300 ms pass. */
		WAIT,

		/** Lets more time pass than an utterance lasts after its end. */
		LATE,

		/** An interim transcript that is a backchannel. */
		MHM,

		/** A final transcript that is a backchannel. */
		MHM_FINAL,

		/** An interim transcript with a stop phrase. */
		STOP_WORD,

		/** A command that interrupts everything. */
		COMMAND

	}

	/**
	 * Plays sequences, each in a session of its own.
	 */
	private static final class Play implements AutoCloseable {

		private final Gates gates;

		private final String interim;

		private final String last;

		private final @Nullable Double low;

		private final @Nullable Double high;

		private final Stage stage;

		private final List<FluxSink<String>> nodes = new ArrayList<>();

		/** The generations in their order. */
		private final Map<String, Integer> numbers = new HashMap<>();

		/** What started each generation. */
		private final Map<String, Long> causes = new HashMap<>();

		private int[] items = new int[0];

		private boolean slow;

		private final List<Action> path = new ArrayList<>();

		private List<Action> before = List.of();

		private long count;

		Play(Gates gates, String interim, String last, @Nullable Double low, @Nullable Double high) {
			this.gates = gates;
			this.interim = interim;
			this.last = last;
			this.low = low;
			this.high = high;
			Routes.Trigger<UserStoppedSpeaking> turn = Routes.on(UserStoppedSpeaking.class)
				.interruptOn(UserStartedSpeaking.class)
				.policy(gates.none() ? InterruptionPolicy.IMMEDIATE_NAME : "p");
			if (gates.transcriptsNamed()) {
				turn.interruptOn(UserTranscriptionReceived.class);
			}
			RouteDefinition route = turn.stream((event, generation) -> {
				this.numbers.put(generation.id(), this.numbers.size() + 1);
				this.causes.put(generation.id(), generation.cause().sequence());
				return Flux.<String>create(this.nodes::add);
			}).broadcast();
			this.stage = Stage.with(route)
				.policies(policy(gates))
				.session((bounds) -> new SessionBounds(bounds.max(), Duration.ofDays(3_650), Duration.ofSeconds(1), 8,
						bounds.mailbox(), bounds.eventIds(), bounds.eventsPerSecond(), bounds.decisions()))
				.open();
		}

		private static InterruptionPolicy policy(Gates gates) {
			return new InterruptionPolicy("p", gates.minWords(), Duration.ofMillis(gates.minSpeech()),
					gates.minConfidence(), phrases(gates.stopPhrase()), phrases(gates.backchannel()), Duration.ZERO,
					Duration.ZERO, 0, 0, Duration.ofSeconds(10), Duration.ofMillis(gates.decideWithin()),
					Duration.ofMillis(gates.transcriptWait()), WhileProtected.KEEP, 0, Duration.ZERO);
		}

		private static Phrases phrases(String phrase) {
			return phrase.isEmpty() ? Phrases.NONE : new Phrases(List.of(phrase), Map.of());
		}

		/**
		 * Plays all sequences.
		 * @return how many
		 */
		long all(Set<Action> actions, int length) {
			this.count = 0;
			descend(List.copyOf(actions), length);
			return this.count;
		}

		/**
		 * How many actions the sequence begins with like the one before; -1 for the
		 * first.
		 */
		private int shared() {
			int shared = (this.count == 1) ? -1 : 0;
			while (shared >= 0 && this.path.get(shared) == this.before.get(shared)) {
				shared++;
			}
			this.before = List.copyOf(this.path);
			return shared;
		}

		private void descend(List<Action> actions, int length) {
			if (this.path.size() == length || this.path.contains(Action.CLOSE)) {
				Scene scene = new Scene(this, "p" + this.count++);
				try {
					scene.play();
				}
				catch (AssertionError ex) {
					throw new AssertionError("After " + scene.done + " of " + this.path + ": " + ex.getMessage(), ex);
				}
				return;
			}
			for (Action action : actions) {
				this.path.add(action);
				descend(actions, length);
				this.path.remove(this.path.size() - 1);
			}
		}

		@Override
		public void close() {
			this.stage.close();
		}

	}

	/**
	 * One sequence.
	 */
	private static final class Scene {

		private final Play play;

		private final Stage stage;

		private final String session;

		private final PauseModel model;

		private final Reader reader = new Reader();

		private final List<Action> done = new ArrayList<>();

		/**
		 * How many of the first actions the sequence before had, where they were checked.
		 */
		private final int shared;

		private int told;

		Scene(Play play, String session) {
			this.play = play;
			this.stage = play.stage;
			this.session = session;
			this.model = new PauseModel(play.gates, play.slow ? 3 : Long.MAX_VALUE);
			this.shared = play.shared();
		}

		void play() {
			Stage.Spy spy = this.stage.spy;
			List.of(spy.fences, spy.events, spy.outcomes, spy.silences, spy.cleanups).forEach(List::clear);
			this.play.nodes.clear();
			this.play.numbers.clear();
			this.play.causes.clear();
			Stage.get(this.stage.engine.open(this.session, Map.of()));
			this.reader.demand = this.play.slow ? 3 : Long.MAX_VALUE;
			this.stage.engine.read(this.session, 0).subscribe(this.reader);
			this.play.items = new int[this.play.path.size() + 3];
			act(Action.STOP);
			act(Action.ITEM);
			if (this.play.slow) {
				act(Action.ITEM);
				act(Action.ITEM);
			}
			assertThat(this.model.read()).as("one item has been taken").hasSize(3);
			for (Action action : this.play.path) {
				this.done.add(action);
				act(action);
				if (action == Action.CLOSE) {
					ended();
					return;
				}
				if (action == Action.COMMAND && this.model.isSpokenOver()) {
					// The turn that waited stands still before it has begun:
					// PauseLawTests.
					Stage.get(this.stage.engine.close(this.session));
					return;
				}
			}
			rest();
			Stage.get(this.stage.engine.close(this.session));
		}

		private void act(Action action) {
			this.stage.spy.decisions.clear();
			Receipt receipt = switch (action) {
				case START -> {
					this.model.userStarts();
					yield publish(new UserStartedSpeaking());
				}
				case STOP -> {
					this.model.userStops();
					yield publish(new UserStoppedSpeaking());
				}
				case INTERIM -> hear(this.play.interim, true, this.play.low);
				case FINAL -> hear(this.play.last, false, this.play.high);
				case MHM -> hear("mhm", true, null);
				case MHM_FINAL -> hear("mhm", false, null);
				case STOP_WORD -> hear("stop", true, null);
				case FORCE -> {
					this.model.emergency();
					yield publish(new EmergencyStop(null));
				}
				default -> {
					quietly(action);
					yield null;
				}
			};
			if (action != Action.COMMAND || !this.model.isSpokenOver()) {
				check(receipt);
			}
		}

		private void quietly(Action action) {
			switch (action) {
				case ITEM -> {
					this.model.nodeSays();
					int node = this.play.nodes.size() - 1;
					this.play.nodes.get(node).next(++this.play.items[node] + " ");
				}
				case TAKE -> {
					this.model.readerTakesOne();
					this.reader.request(1);
				}
				case DEADLINE -> {
					long wait = this.model.untilMoment();
					pass((wait < 0) ? 100 : wait);
				}
				case WAIT -> pass(300);
				case LATE -> pass(2_100);
				case COMMAND -> {
					this.model.command();
					Stage.get(this.stage.engine.interrupt(this.session, new InterruptCommand(null, null, true, null),
							null));
				}
				case CLOSE -> {
					this.model.close();
					Stage.get(this.stage.engine.close(this.session));
				}
				default -> throw new IllegalStateException(action.name());
			}
		}

		private Receipt hear(String words, boolean interim, @Nullable Double confidence) {
			this.model.userIsHeard(words, interim, confidence);
			return publish(new UserTranscriptionReceived(words, interim, confidence));
		}

		private Receipt publish(Object event) {
			return Stage.get(this.stage.engine.publish(this.session, event));
		}

		private void pass(long millis) {
			this.model.timePasses(millis);
			this.stage.advanceMillis(millis);
		}

		/**
		 * Brings all to an end, and looks at what has come of it as a whole.
		 */
		private void rest() {
			this.stage.spy.decisions.clear();
			pass(10_000);
			check(null);
			assertThat(this.model.state()).doesNotContain("PAUSED");
			this.stage.spy.decisions.clear();
			this.model.readerTakesAll();
			this.reader.request(Long.MAX_VALUE);
			check(null);
			this.model.nodeEnds();
			this.play.nodes.forEach(FluxSink::complete);
			check(null);
			assertThat(this.model.state()).isEmpty();
			Laws.check(this.reader.frames, this.play.numbers, this.play.items);
		}

		private void ended() {
			assertThatThrownBy(() -> publish(new UserStartedSpeaking())).isInstanceOf(SessionClosedException.class);
			int before = this.reader.frames.size();
			this.stage.advanceMillis(200);
			this.reader.request(Long.MAX_VALUE);
			this.model.readerTakesAll();
			this.play.nodes.forEach((node) -> node.next("late"));
			this.stage.advanceMillis(9_800);
			assertThat(this.reader.frames.size()).isGreaterThanOrEqualTo(before);
			frames();
			assertThat(this.reader.complete).isTrue();
			Laws.check(this.reader.frames, this.play.numbers, this.play.items);
		}

		private void check(@Nullable Receipt receipt) {
			if (this.done.size() <= this.shared) {
				return;
			}
			frames();
			List<String> decisions = this.stage.spy.decisions.stream().map(this::describe).toList();
			same("decisions", decisions, this.model.decisions());
			if (receipt != null) {
				same("receipt", describe(receipt), this.model.receipt());
				assertThat(receipt.decisions()).isEqualTo(this.stage.spy.decisions);
			}
			if (!this.done.contains(Action.CLOSE)) {
				var view = Stage.get(this.stage.engine.view(this.session));
				String state = view.generations()
					.stream()
					.filter((generation) -> generation.state() != State.CLEANING)
					.map(this::describe)
					.collect(Collectors.joining(", "));
				same("state", state, this.model.state());
				same("sequence", view.lastSequence(), (long) this.model.sequence());
			}
		}

		private void frames() {
			List<String> expected = this.model.read();
			List<Frame> frames = this.reader.frames;
			for (int i = this.told; i < Math.max(frames.size(), expected.size()); i++) {
				if (i >= frames.size() || i >= expected.size() || !describe(frames.get(i)).equals(expected.get(i))) {
					same("frames", frames.stream().map(this::describe).toList(), expected);
				}
			}
			this.told = frames.size();
		}

		private static void same(String what, Object actual, Object expected) {
			if (!actual.equals(expected)) {
				assertThat(actual).as(what).isEqualTo(expected);
			}
		}

		private String describe(Frame frame) {
			int who = (frame.generation() != null) ? number(frame.generation()) : 0;
			Object event = frame.event();
			String text = switch (frame.type()) {
				case "AgentGenerationStarted" -> "+" + who + " by " + this.play.causes.get(frame.generation());
				case "AgentGenerationComplete" -> "=" + who;
				case "AgentResponse" -> who + ":" + ((AgentResponse) event).content();
				case "AgentGenerationInterrupted" -> {
					AgentGenerationInterrupted end = (AgentGenerationInterrupted) event;
					yield "!" + who + " " + end.reason() + " by " + ((end.cause() != null) ? end.cause() : 0) + ", "
							+ end.discarded() + " discarded";
				}
				case "AgentGenerationPaused" -> {
					AgentGenerationPaused pause = (AgentGenerationPaused) event;
					yield "~" + who + " " + pause.rule() + " by " + pause.cause();
				}
				case "AgentGenerationResumed" -> {
					AgentGenerationResumed resume = (AgentGenerationResumed) event;
					yield "^" + who + " " + resume.rule() + " by " + resume.cause() + " after " + resume.pausedMillis();
				}
				default -> frame.type();
			};
			return frame.sequence() + " " + text;
		}

		private String describe(Decision decision) {
			return number(decision.generation()) + " " + decision.verdict() + " " + decision.rule() + " by "
					+ decision.sequence() + " " + decision.cause();
		}

		private String describe(Receipt receipt) {
			return "interrupted " + numbers(receipt.interrupted()) + " ignored " + numbers(receipt.ignored())
					+ " paused " + numbers(receipt.paused()) + " started " + numbers(receipt.started());
		}

		private Set<Integer> numbers(List<String> ids) {
			return ids.stream().map(this::number).collect(Collectors.toCollection(TreeSet::new));
		}

		private String describe(GenerationView view) {
			return number(view.id()) + " " + view.state();
		}

		private int number(String id) {
			return Objects.requireNonNull(this.play.numbers.get(id), id);
		}

	}

	/**
	 * What holds of a stream as a whole, without the model.
	 */
	private static final class Laws {

		private Laws() {
		}

		static void check(List<Frame> frames, Map<String, Integer> numbers, int[] items) {
			long before = 0;
			Map<String, String> states = new HashMap<>();
			Map<String, StringBuilder> texts = new HashMap<>();
			for (Frame frame : frames) {
				assertThat(frame.sequence()).isGreaterThan(before);
				before = frame.sequence();
				String id = frame.generation();
				if (id == null) {
					continue;
				}
				String state = states.getOrDefault(id, "NONE");
				states.put(id, switch (frame.type()) {
					case "AgentGenerationStarted" -> next(state, "NONE", "RUNNING");
					case "AgentGenerationPaused" -> next(state, "RUNNING", "PAUSED");
					case "AgentGenerationResumed" -> next(state, "PAUSED", "RUNNING");
					case "AgentGenerationComplete" -> next(state, "RUNNING", "COMPLETE");
					case "AgentGenerationInterrupted" -> next(state, "NONE RUNNING PAUSED", "INTERRUPTED");
					default -> next(state, "RUNNING", "RUNNING");
				});
				if (frame.event() instanceof AgentResponse response) {
					texts.computeIfAbsent(id, (any) -> new StringBuilder()).append(response.content());
				}
			}
			states.forEach((id, state) -> {
				StringBuilder undisturbed = new StringBuilder();
				for (int i = 1; i <= items[numbers.get(id) - 1]; i++) {
					undisturbed.append(i).append(' ');
				}
				String text = texts.getOrDefault(id, new StringBuilder()).toString();
				if (state.equals("COMPLETE")) {
					assertThat(text).isEqualTo(undisturbed.toString());
				}
				else {
					assertThat(state).isEqualTo("INTERRUPTED");
					assertThat(undisturbed.toString()).startsWith(text);
				}
			});
		}

		private static String next(String state, String allowed, String next) {
			if (!allowed.contains(state)) {
				assertThat(state).as("the state before " + next).isIn((Object[]) allowed.split(" "));
			}
			return next;
		}

	}

	private static final class Reader extends BaseSubscriber<Frame> {

		private final List<Frame> frames = new ArrayList<>();

		private long demand;

		private boolean complete;

		@Override
		protected void hookOnSubscribe(Subscription subscription) {
			subscription.request(this.demand);
		}

		@Override
		protected void hookOnNext(Frame frame) {
			this.frames.add(frame);
		}

		@Override
		protected void hookOnComplete() {
			this.complete = true;
		}

	}

}
