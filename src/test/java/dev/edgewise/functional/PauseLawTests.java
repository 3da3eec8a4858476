package dev.edgewise.functional;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import dev.edgewise.Decision;
import dev.edgewise.Decision.Verdict;
import dev.edgewise.Frame;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.Overlap;
import dev.edgewise.Receipt;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.InterruptionPolicy.WhileProtected;
import dev.edgewise.interruption.Phrases;
import dev.edgewise.session.EngineListener.GenerationOutcome;
import dev.edgewise.session.EngineSettings.GenerationBounds;
import dev.edgewise.session.LogReader;
import dev.edgewise.session.LogReader.Taken;
import dev.edgewise.session.SessionView.GenerationView;
import dev.edgewise.session.SessionView.State;
import dev.edgewise.session.Submission;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the {@link PauseModelTests} cannot say well about pause, decide, resume: several
 * generations, routes, readers and speakers, nodes of each style, and what else may end a
 * pause.
 */
class PauseLawTests {

	private static final int PREFETCH = 32;

	private static InterruptionPolicy words(long decideWithin, long transcriptWait) {
		return new InterruptionPolicy("words", 2, Duration.ZERO, 0, new Phrases(List.of("stop"), Map.of()),
				new Phrases(List.of("mhm"), Map.of()), Duration.ZERO, Duration.ZERO, 0, 0, Duration.ofSeconds(10),
				Duration.ofMillis(decideWithin), Duration.ofMillis(transcriptWait), WhileProtected.KEEP, 0,
				Duration.ZERO);
	}

	private static Stage stage(RouteDefinition... routes) {
		return Stage.with(routes).policies(words(500, 300)).open();
	}

	private static Routes.Trigger<UserStoppedSpeaking> turn() {
		return Routes.on(UserStoppedSpeaking.class).interruptOn(UserStartedSpeaking.class).policy("words");
	}

	private static Receipt hear(Stage stage, String words, boolean interim, @Nullable String speaker) {
		return stage.publish(new UserTranscriptionReceived(words, interim, null, speaker));
	}

	private static Receipt hear(Stage stage, String words) {
		return hear(stage, words, false, null);
	}

	private static List<State> states(Stage stage) {
		return stage.view().generations().stream().map(GenerationView::state).toList();
	}

	private static List<String> verdicts(Stage stage) {
		return stage.spy.decisions.stream().map((decision) -> decision.verdict() + " " + decision.rule()).toList();
	}

	@Test
	void delaysAReplyOfWhichNothingHasBeenTakenAndThenDeliversItWhole() {
		try (Stage stage = stage(turn().stream((event) -> Flux.just("a", "b", "c")).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0, 1);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			reader.request(Long.MAX_VALUE);
			stage.advanceMillis(100);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking");
			hear(stage, "mhm");
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:a", "1:b", "1:c",
					"UserStartedSpeaking", "~1", "UserTranscriptionReceived", "^1", "=1");
			assertThat(reader.getReceivedOnNext()).extracting(Frame::sequence).isSorted();
		}
	}

	@Test
	void neverDeliversAReplyOfWhichNothingHadBeenTakenWhenItIsInterruptedInstead() {
		try (Stage stage = stage(turn().stream((event) -> Flux.just("a", "b", "c")).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0, 1);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			reader.request(Long.MAX_VALUE);
			stage.advanceMillis(500);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "UserStartedSpeaking", "!1");
			assertThat(stage.said()).isEmpty();
		}
	}

	@Test
	void delaysAQueuedGenerationAndThenStartsIt() {
		try (Stage stage = stage(turn().overlap(Overlap.QUEUE).stream((event) -> Nodes.counting("a", 2)).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(150);
			Receipt asked = stage.publish(new UserStartedSpeaking());
			assertThat(asked.paused()).hasSize(2);
			stage.advanceMillis(300);
			assertThat(states(stage)).containsExactly(State.PAUSED, State.WAITING);
			hear(stage, "mhm");
			stage.advanceMillis(1_000);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "UserStoppedSpeaking", "1:a1",
					"UserStartedSpeaking", "~1", "UserTranscriptionReceived", "^1", "1:a2", "=1", "+2", "2:a1", "2:a2",
					"=2");
		}
	}

	@Test
	void launchesAWaitingGenerationAloneAfterItsOwnAnswer() {
		try (Stage stage = stage(turn().overlap(Overlap.QUEUE).stream((event) -> Nodes.counting("a", 2)).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			Receipt queued = stage.publish(new UserStoppedSpeaking());
			Receipt aimed = stage.publish(new UserStartedSpeaking(), null, queued.started().get(0));
			assertThat(aimed.paused()).isEqualTo(queued.started());
			stage.advanceMillis(250);
			assertThat(Stage.tale(reader)).endsWith("=1");
			assertThat(states(stage)).containsExactly(State.WAITING);
			hear(stage, "mhm");
			stage.advanceMillis(250);
			assertThat(Stage.tale(reader)).endsWith("=1", "UserTranscriptionReceived", "+2", "2:a1", "2:a2", "=2")
				.doesNotContain("~2", "^2");
		}
	}

	@Test
	void decidesAboutTheGenerationsOfTwoRoutesByThePolicyOfEach() {
		try (Stage stage = stage(turn().stream((event) -> Nodes.counting("a", 4)).broadcast(),
				Routes.on(UserStoppedSpeaking.class)
					.interruptOn(UserStartedSpeaking.class)
					.stream((event) -> Nodes.counting("b", 4))
					.broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			List<String> both = stage.publish(new UserStoppedSpeaking()).started();
			stage.advanceMillis(150);
			Receipt asked = stage.publish(new UserStartedSpeaking());
			assertThat(asked.paused()).containsExactly(both.get(0));
			assertThat(asked.interrupted()).containsExactly(both.get(1));
			assertThat(asked.decisions()).extracting(Decision::policy).containsExactly("words", "immediate");
			hear(stage, "mhm");
			stage.advanceMillis(1_000);
			assertThat(Stage.tale(reader)).endsWith("~1", "!2", "UserTranscriptionReceived", "^1", "1:a2", "1:a3",
					"1:a4", "=1");
		}
	}

	@Test
	void holdsUpNobodyElsesFramesForAStreamThatHasTakenAllOfThePausedOne() {
		try (Stage stage = stage(turn().stream((event) -> Nodes.counting("a", 4)).broadcast(),
				Routes.on(DTMFInput.class).stream((event) -> Nodes.counting("b", 2)).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(150);
			stage.publish(new UserStartedSpeaking());
			stage.publish(new DTMFInput("1"));
			stage.advanceMillis(250);
			assertThat(Stage.tale(reader)).endsWith("~1", "DTMFInput", "+2", "2:b1", "2:b2", "=2");
		}
	}

	@Test
	void aStreamThatIsOpenedDuringThePauseStandsStillWhereTheReplyBeginsAndThenGetsItAll() {
		try (Stage stage = stage(turn().stream((event) -> Nodes.counting("a", 2)).broadcast())) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(150);
			stage.publish(new UserStartedSpeaking());
			TestSubscriber<Frame> whole = stage.read(0);
			TestSubscriber<Frame> fromNow = stage.read(-1);
			assertThat(Stage.tale(whole)).containsExactly("UserStoppedSpeaking");
			hear(stage, "mhm");
			stage.advanceMillis(200);
			assertThat(Stage.tale(whole)).containsExactly("UserStoppedSpeaking", "+1", "1:a1", "UserStartedSpeaking",
					"~1", "UserTranscriptionReceived", "^1", "1:a2", "=1");
			assertThat(Stage.tale(fromNow)).containsExactly("UserTranscriptionReceived", "^1", "1:a2", "=1");
		}
	}

	@Test
	void aStreamThatIsOpenedDuringThePauseGetsNothingOfAReplyThatIsInterruptedThen() {
		try (Stage stage = stage(turn().stream((event) -> Nodes.counting("a", 2)).broadcast())) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(150);
			stage.publish(new UserStartedSpeaking());
			TestSubscriber<Frame> late = stage.read(0);
			hear(stage, "please wait");
			assertThat(Stage.tale(late)).containsExactly("UserStoppedSpeaking", "UserStartedSpeaking",
					"UserTranscriptionReceived", "!1");
		}
	}

	@Test
	void aStreamTakesNoMoreThanItAskedForWhenItGoesOn() {
		try (Stage stage = stage(turn().stream((event) -> Flux.range(1, 9).map(String::valueOf)).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0, 3);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			reader.request(2);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:1");
			hear(stage, "mhm");
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:1", "1:2", "1:3");
			reader.request(100);
			assertThat(Stage.tale(reader)).endsWith("1:9", "UserStartedSpeaking", "~1", "UserTranscriptionReceived",
					"^1", "=1");
		}
	}

	@Test
	void holdsBackAReactiveNode() {
		AtomicInteger said = new AtomicInteger();
		heldBack(turn().stream((event) -> Flux.generate((sink) -> sink.next(said.incrementAndGet() + " "))).broadcast(),
				said);
	}

	@Test
	void holdsBackANodeThatEmits() {
		AtomicInteger said = new AtomicInteger();
		heldBack(turn().run((event, generation) -> {
			while (!generation.isInterrupted()) {
				generation.emit((said.get() + 1) + " ");
				said.incrementAndGet();
			}
		}).broadcast(), said);
	}

	@Test
	void holdsBackANodeThatReturnsAStream() {
		AtomicInteger said = new AtomicInteger();
		heldBack(turn().stream((event) -> Stream.generate(() -> said.incrementAndGet() + " ")).broadcast(), said);
	}

	private static void heldBack(RouteDefinition route, AtomicInteger said) {
		try (Stage stage = Stage.with(route).policies(words(500, 300)).realThreads().open()) {
			TestSubscriber<Frame> reader = stage.read(0, 7);
			stage.publish(new UserStoppedSpeaking());
			Stage.until(() -> said.get() >= PREFETCH && reader.getReceivedOnNext().size() == 7);
			stage.publish(new UserStartedSpeaking());
			reader.request(200);
			stage.advanceMillis(100);
			assertThat(Stage.tale(reader)).hasSize(7).doesNotContain("~1");
			assertThat(said.get()).isBetween(PREFETCH, 5 + PREFETCH + 1);
			hear(stage, "mhm");
			Stage.until(() -> reader.getReceivedOnNext().size() == 207);
			List<String> items = Stage.tale(reader).stream().filter((word) -> word.startsWith("1:")).toList();
			for (int i = 0; i < items.size(); i++) {
				assertThat(items.get(i)).isEqualTo("1:" + (i + 1) + " ");
			}
			stage.publish(new UserStartedSpeaking());
			hear(stage, "stop");
			Stage.until(() -> stage.view().generations().isEmpty());
		}
	}

	@Test
	void aHotSourceThatOverflowsWhileItIsPausedFailsAndTheTurnThatWaitedStarts() {
		List<FluxSink<String>> nodes = new ArrayList<>();
		try (Stage stage = stage(
				turn().stream((event) -> Flux.<String>push(nodes::add, FluxSink.OverflowStrategy.IGNORE))
					.broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			nodes.get(0).next("a");
			stage.publish(new UserStartedSpeaking());
			stage.publish(new UserStoppedSpeaking());
			for (int i = 0; i < 1_000; i++) {
				nodes.get(0).next("b");
			}
			stage.advanceMillis(1_000);
			assertThat(stage.spy.outcomes).containsExactly(GenerationOutcome.FAILED);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:a", "UserStartedSpeaking",
					"~1", "UserStoppedSpeaking", "x1", "+2");
		}
	}

	@Test
	void theLongestDurationEndsAPausedGenerationAndTheTurnThatWaitedStarts() {
		try (Stage stage = Stage.with(turn().stream((event) -> Nodes.counting("a", 9)).broadcast())
			.policies(words(5_000, 5_000))
			.generation((bounds) -> new GenerationBounds(bounds.prefetch(), bounds.grace(), Duration.ofMillis(1_000),
					bounds.perSession(), bounds.queue(), bounds.hops(), bounds.handlerTimeout()))
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(150);
			stage.publish(new UserStartedSpeaking());
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(900);
			assertThat(stage.spy.fences).containsExactly(Reason.TIMEOUT);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:a1", "UserStartedSpeaking",
					"~1", "UserStoppedSpeaking", "!1", "+2");
			stage.advanceMillis(5_000);
			assertThat(Stage.tale(reader)).doesNotContain("^1", "~2");
		}
	}

	@Test
	void answersAQuestionAlsoWhenThePolicyIsChangedMeanwhile() {
		try (Stage stage = stage(turn().stream((event) -> Nodes.counting("a", 9)).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(150);
			stage.publish(new UserStartedSpeaking());
			Stage.get(stage.engine.policy(Stage.SESSION, InterruptionPolicy.IMMEDIATE_NAME));
			stage.advanceMillis(500);
			assertThat(Stage.tale(reader)).endsWith("~1", "!1");
			assertThat(stage.spy.decisions.get(1).policy()).as("the new one is in force from the next event on")
				.isEqualTo(stage.spy.decisions.get(0).policy());
		}
	}

	@Test
	void aTurnThatEndsAfterThePolicyWasChangedIsAnsweredByTheNewOne() {
		try (Stage stage = stage(turn().stream((event) -> Nodes.counting("a", 9)).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(150);
			stage.publish(new UserStartedSpeaking());
			Stage.get(stage.engine.policy(Stage.SESSION, InterruptionPolicy.IMMEDIATE_NAME));
			stage.publish(new UserStoppedSpeaking());
			assertThat(Stage.tale(reader)).endsWith("~1", "UserStoppedSpeaking", "!1", "+2");
		}
	}

	@Test
	void waitsForBothOfTwoSpeakersAndAnswersEach() {
		try (Stage stage = stage(turn().stream((event) -> Nodes.counting("a", 9)).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(150);
			stage.publish(new UserStartedSpeaking("ann"));
			stage.publish(new UserStartedSpeaking("bob"));
			hear(stage, "mhm", false, "ann");
			assertThat(states(stage)).containsExactly(State.PAUSED);
			hear(stage, "mhm", false, "bob");
			assertThat(states(stage)).containsExactly(State.RUNNING);
			assertThat(verdicts(stage)).containsExactly("PAUSE BACKCHANNEL", "PAUSE BACKCHANNEL", "IGNORE BACKCHANNEL",
					"RESUME BACKCHANNEL");
			assertThat(Stage.tale(reader)).containsOnlyOnce("~1").containsOnlyOnce("^1");
		}
	}

	@Test
	void theTurnOfOneSpeakerIsNotLostToThatOfAnotherWhoIsIgnored() {
		try (Stage stage = stage(turn().stream((event) -> Nodes.counting("a", 9)).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(150);
			stage.publish(new UserStartedSpeaking("ann"));
			stage.publish(new UserStartedSpeaking("bob"));
			Receipt ann = stage.publish(new UserStoppedSpeaking("ann"));
			stage.publish(new UserStoppedSpeaking("bob"));
			hear(stage, "mhm", false, "bob");
			assertThat(hear(stage, "please wait", false, "ann").started()).hasSize(1);
			assertThat(Stage.tale(reader)).endsWith("!1", "+2");
			assertThat(stage.view().generations()).extracting(GenerationView::cause).containsExactly(ann.sequence());
		}
	}

	@Test
	void theLaterOfTwoTurnsThatWaitStartsWhereTurnsReplaceEachOther() {
		try (Stage stage = stage(turn().stream((event) -> Nodes.counting("a", 9)).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(150);
			stage.publish(new UserStartedSpeaking("ann"));
			stage.publish(new UserStartedSpeaking("bob"));
			stage.publish(new UserStoppedSpeaking("ann"));
			Receipt bob = stage.publish(new UserStoppedSpeaking("bob"));
			assertThat(hear(stage, "please wait", false, "ann").started()).hasSize(1);
			assertThat(Stage.tale(reader)).endsWith("!1", "+2");
			assertThat(stage.view().generations()).extracting(GenerationView::cause).containsExactly(bob.sequence());
		}
	}

	@Test
	void aTurnThatWasIgnoredWhileAnotherIsInQuestionStartsNothingLater() {
		try (Stage stage = stage(turn().stream((event) -> Nodes.counting("a", 9)).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(150);
			stage.publish(new UserStartedSpeaking());
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			stage.advanceMillis(300);
			assertThat(verdicts(stage)).contains("IGNORE BACKCHANNEL");
			hear(stage, "mhm");
			stage.advanceMillis(2_000);
			assertThat(Stage.tale(reader)).contains("^1").endsWith("1:a9", "=1").doesNotContain("+2", "!1");
		}
	}

	@Test
	void aTurnThatWaitsDoesNotTalkOverTheUserWhoHasInterruptedAndSpeaksOn() {
		try (Stage stage = stage(turn().stream((event) -> Nodes.counting("a", 9)).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(150);
			stage.publish(new UserStartedSpeaking());
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			Receipt cut = hear(stage, "please wait", true, null);
			assertThat(cut.interrupted()).hasSize(1);
			assertThat(cut.started()).isEmpty();
			assertThat(stage.publish(new UserStoppedSpeaking()).started()).hasSize(1);
			assertThat(Stage.tale(reader)).endsWith("!1", "UserStoppedSpeaking", "+2");
		}
	}

	@Test
	void resumesAtTheDeadlineIfTheUserHasStopped() {
		try (Stage stage = Stage.with(turn().stream((event) -> Nodes.counting("a", 9)).broadcast())
			.policies(words(500, 2_000))
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(150);
			stage.publish(new UserStartedSpeaking());
			hear(stage, "well", true, null);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(499);
			assertThat(Stage.tale(reader)).endsWith("UserStoppedSpeaking");
			stage.advanceMillis(1);
			assertThat(Stage.tale(reader)).contains("^1").doesNotContain("!1", "+2");
			assertThat(verdicts(stage)).endsWith("RESUME TOO_FEW_WORDS");
			assertThat(stage.spy.decisions.get(3).evidence().user().overdue()).isTrue();
		}
	}

	@Test
	void aLateFinalThatInterruptsStartsTheTurnThatWasDropped() {
		try (Stage stage = stage(turn().stream((event) -> Nodes.counting("a", 9)).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(150);
			stage.publish(new UserStartedSpeaking());
			Receipt ended = stage.publish(new UserStoppedSpeaking());
			assertThat(ended.started()).isEmpty();
			stage.advanceMillis(350);
			assertThat(Stage.tale(reader)).containsSequence("UserStoppedSpeaking", "^1", "1:a2");
			Receipt late = hear(stage, "please wait");
			assertThat(late.interrupted()).hasSize(1);
			assertThat(late.started()).hasSize(1);
			assertThat(stage.view().generations()).extracting(GenerationView::cause).containsExactly(ended.sequence());
		}
	}

	@Test
	void aFinalTakesNothingBackOfWhatItsInterimHasDecided() {
		try (Stage stage = stage(turn().stream((event) -> Nodes.counting("a", 9)).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(150);
			stage.publish(new UserStartedSpeaking());
			hear(stage, "please wait", true, null);
			Receipt taken = hear(stage, "mhm");
			assertThat(taken.decisions()).isEmpty();
			assertThat(stage.publish(new UserStoppedSpeaking()).started()).hasSize(1);
			assertThat(Stage.tale(reader)).endsWith("~1", "UserTranscriptionReceived", "!1",
					"UserTranscriptionReceived", "UserStoppedSpeaking", "+2");
		}
	}

	@Test
	void theResponseToATurnThatWaitsEndsWhenItIsDropped() {
		try (Stage stage = stage(turn().stream((event) -> Nodes.counting("a", 9)).broadcast())) {
			LogReader response = waiting(stage);
			stage.advanceMillis(299);
			assertThat(taken(response)).containsExactly("UserStoppedSpeaking");
			assertThat(response.isComplete()).isFalse();
			stage.advanceMillis(1);
			taken(response);
			assertThat(response.isComplete()).isTrue();
			response.close();
			stage.advanceMillis(1);
			assertThat(stage.spy.fences).isEmpty();
		}
	}

	@Test
	void theResponseToATurnThatWaitsStreamsWhatItStartsThen() {
		try (Stage stage = stage(turn().stream((event) -> Nodes.counting("a", 2)).broadcast())) {
			LogReader response = waiting(stage);
			assertThat(taken(response)).containsExactly("UserStoppedSpeaking");
			hear(stage, "please wait");
			stage.advanceMillis(500);
			assertThat(taken(response)).containsExactly("UserTranscriptionReceived", "!1", "+2", "2:a1", "2:a2");
			stage.advanceMillis(1);
			assertThat(taken(response)).containsExactly("=2");
			assertThat(response.isComplete()).isTrue();
			response.close();
			stage.advanceMillis(1);
			assertThat(stage.spy.fences).containsExactly(Reason.EVENT);
		}
	}

	@Test
	void whatOthersSayMeanwhileDoesNotCloseAQuestion() {
		InterruptionPolicy policy = words(2_000, 300);
		try (Stage stage = Stage
			.with(turn().policy(policy.name()).stream((event) -> Nodes.counting("a", 99)).broadcast())
			.policies(policy)
			.open()) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(150);
			stage.publish(new UserStartedSpeaking("caller"));
			for (int i = 0; i < 20; i++) {
				String speaker = "guest";
				stage.publish(new UserStartedSpeaking(speaker));
				hear(stage, "well", false, speaker);
				stage.publish(new UserStoppedSpeaking(speaker));
			}
			assertThat(states(stage)).containsExactly(State.PAUSED);
			assertThat(hear(stage, "wait a moment", false, "caller").interrupted()).hasSize(1);
			assertThat(stage.publish(new UserStoppedSpeaking("caller")).started()).hasSize(1);
		}
	}

	private final List<Frame> seen = new ArrayList<>();

	private static LogReader waiting(Stage stage) {
		stage.publish(new UserStoppedSpeaking());
		stage.advanceMillis(150);
		stage.publish(new UserStartedSpeaking());
		return Stage.get(stage.engine.publishAndRead(Stage.SESSION,
				List.of(new Submission(new UserStoppedSpeaking(), null, null))));
	}

	private List<String> taken(LogReader reader) {
		int before = this.seen.size();
		Taken taken;
		while ((taken = reader.take()) != null) {
			this.seen.add(taken.frame());
		}
		reader.flush();
		return Stage.tale(this.seen).subList(before, this.seen.size());
	}

}
