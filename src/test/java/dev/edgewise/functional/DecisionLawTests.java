package dev.edgewise.functional;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import dev.edgewise.Decision;
import dev.edgewise.Decision.Verdict;
import dev.edgewise.Evidence;
import dev.edgewise.Frame;
import dev.edgewise.Receipt;
import dev.edgewise.Routes;
import dev.edgewise.UnknownPolicyException;
import dev.edgewise.event.AgentTakesFloor;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.UserEvent;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.InterruptionRule;
import dev.edgewise.session.EngineSettings.SessionBounds;
import dev.edgewise.session.Submission;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * When speech is an interruption, and when it is not: each rule as a user meets it.
 */
class DecisionLawTests {

	private static final InterruptionPolicy TALK = InterruptionPolicy.builder("talk")
		.minWords(2)
		.backchannels("uhhuh")
		.stopPhrases("stop")
		.decideWithin(Duration.ofMillis(500))
		.build();

	private static Routes.Trigger<UserStoppedSpeaking> turn() {
		return Routes.on(UserStoppedSpeaking.class).interruptOn(UserStartedSpeaking.class);
	}

	private static Stage stage(InterruptionPolicy policy) {
		return Stage.with(turn().policy(policy.name()).stream((event) -> Nodes.counting("a", 99)).broadcast())
			.policies(policy)
			.open();
	}

	private static UserTranscriptionReceived interim(String text) {
		return new UserTranscriptionReceived(text, true, null);
	}

	private static UserTranscriptionReceived said(String text) {
		return new UserTranscriptionReceived(text, null, null);
	}

	private static List<String> judged(Receipt receipt) {
		return receipt.decisions().stream().map((decision) -> decision.verdict() + " " + decision.rule()).toList();
	}

	@Test
	void aSignOfListeningDoesNotStopTheAgent() {
		try (Stage stage = stage(TALK)) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(150);
			Receipt start = stage.publish(new UserStartedSpeaking());
			assertThat(judged(start)).containsExactly("PAUSE BACKCHANNEL");
			assertThat(start.paused()).hasSize(1);
			stage.advanceMillis(300);
			Receipt words = stage.publish(said("uhhuh"));
			assertThat(judged(words)).containsExactly("RESUME BACKCHANNEL");
			assertThat(words.ignored()).hasSize(1);
			Receipt end = stage.publish(new UserStoppedSpeaking());
			assertThat(judged(end)).containsExactly("IGNORE BACKCHANNEL");
			assertThat(end.started()).isEmpty();
			stage.advanceMillis(100);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:a1", "UserStartedSpeaking",
					"~1", "UserTranscriptionReceived", "^1", "1:a2", "1:a3", "1:a4", "UserStoppedSpeaking", "1:a5");
		}
	}

	@Test
	void aStopPhraseStopsItAtOnceAndIsTheNextTurn() {
		try (Stage stage = stage(TALK)) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			Receipt start = stage.publish(new UserStartedSpeaking());
			Receipt stop = stage.publish(interim("stop"));
			assertThat(judged(stop)).containsExactly("INTERRUPT STOP_PHRASE");
			assertThat(stop.interrupted()).hasSize(1);
			stage.publish(said("stop"));
			assertThat(stage.publish(new UserStoppedSpeaking()).started()).hasSize(1);
			assertThat(Stage.tale(reader)).endsWith("~1", "UserTranscriptionReceived", "!1",
					"UserTranscriptionReceived", "UserStoppedSpeaking", "+2");
			assertThat(reader.getReceivedOnNext()).filteredOn((frame) -> frame.type().endsWith("Interrupted"))
				.first()
				.extracting((frame) -> frame.event().toString())
				.asString()
				.as("the cause is the event that the route names")
				.contains("cause=" + start.sequence());
		}
	}

	@Test
	void anEndThatIsStillUndecidedWaitsForTheDecisionAndThenStarts() {
		try (Stage stage = stage(TALK)) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			Receipt end = stage.publish(new UserStoppedSpeaking());
			assertThat(judged(end)).containsExactly("PAUSE BACKCHANNEL");
			assertThat(end.started()).isEmpty();
			stage.advanceMillis(200);
			Receipt words = stage.publish(said("what about fish"));
			assertThat(judged(words)).containsExactly("INTERRUPT INTERRUPTED");
			assertThat(words.started()).hasSize(1);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "UserStartedSpeaking", "~1",
					"UserStoppedSpeaking", "UserTranscriptionReceived", "!1", "+2");
			assertThat(stage.view().generations()).singleElement()
				.satisfies((view) -> assertThat(view.cause()).isEqualTo(end.sequence()));
		}
	}

	@Test
	void aCoughKillsNothing() {
		try (Stage stage = stage(TALK)) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			stage.advanceMillis(50);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(299);
			assertThat(Stage.tale(reader)).doesNotContain("^1");
			stage.advanceMillis(1);
			assertThat(Stage.tale(reader)).contains("^1").doesNotContain("!1", "+2");
			Receipt late = stage.publish(said("I want fish"));
			assertThat(judged(late)).containsExactly("INTERRUPT INTERRUPTED");
			assertThat(late.started()).as("the turn that was dropped").hasSize(1);
		}
	}

	@Test
	void wordsThatComeWhenTheAgentHasEndedStartTheTurnThatWasTakenForACough() {
		try (Stage stage = Stage.with(turn().policy("talk").stream((event) -> Nodes.counting("a", 4)).broadcast())
			.policies(TALK)
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			Receipt end = stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(450);
			assertThat(Stage.tale(reader)).endsWith("1:a4", "=1");
			assertThat(stage.publish(interim("what about")).started()).as("not final").isEmpty();
			Receipt words = stage.publish(said("what about fish"));
			assertThat(words.started()).hasSize(1);
			assertThat(stage.view().generations()).singleElement()
				.satisfies((view) -> assertThat(view.cause()).isEqualTo(end.sequence()));
			assertThat(stage.publish(said("or bread")).started()).as("once").isEmpty();
		}
	}

	@Test
	void wordsThatAreNothingStartNothingWhenTheAgentHasEnded() {
		try (Stage stage = Stage.with(turn().policy("talk").stream((event) -> Nodes.counting("a", 4)).broadcast())
			.policies(TALK)
			.open()) {
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(450);
			assertThat(stage.publish(said("uhhuh")).started()).isEmpty();
		}
	}

	@Test
	void aUserWhoStillSpeaksAtTheDeadlineInterrupts() {
		try (Stage stage = stage(TALK)) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			Receipt start = stage.publish(new UserStartedSpeaking());
			stage.advanceMillis(499);
			assertThat(Stage.tale(reader)).doesNotContain("!1");
			stage.advanceMillis(1);
			assertThat(Stage.tale(reader)).endsWith("~1", "!1");
			Decision last = stage.spy.decisions.get(1);
			assertThat(last.rule()).isEqualTo("DEADLINE");
			assertThat(last.sequence()).isEqualTo(start.sequence());
			assertThat(last.cause()).isEqualTo("UserStartedSpeaking");
			assertThat(last.evidence().user().spokeFor()).isEqualTo(Duration.ofMillis(500));
			assertThat(Stage.get(stage.engine.decisions(Stage.SESSION))).isEqualTo(stage.spy.decisions);
		}
	}

	@Test
	void timeOfSpeechIsReachedWithoutAnotherEvent() {
		try (Stage stage = stage(InterruptionPolicy.builder("long").minSpeech(Duration.ofMillis(400)).build())) {
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			stage.advanceMillis(399);
			assertThat(stage.spy.fences).isEmpty();
			stage.advanceMillis(1);
			assertThat(stage.spy.decisions).last()
				.satisfies((decision) -> assertThat(decision.rule()).isEqualTo("INTERRUPTED"));
			assertThat(stage.spy.fences).hasSize(1);
		}
	}

	@Test
	void otherCausesAreNotSpeechAndInterruptAtOnce() {
		try (Stage stage = Stage
			.with(turn().interruptOn(DTMFInput.class)
				.policy("talk")
				.stream((event) -> Nodes.counting("a", 9))
				.broadcast())
			.policies(TALK)
			.open()) {
			stage.publish(new UserStoppedSpeaking());
			assertThat(judged(stage.publish(new DTMFInput("1")))).containsExactly("INTERRUPT INTERRUPTED");
		}
	}

	@Test
	void anAgentThatIsInterruptedTooOftenSpeaksOn() {
		try (Stage stage = stage(InterruptionPolicy.builder("calm").flapping(2, Duration.ofSeconds(5)).build())) {
			for (int i = 0; i < 2; i++) {
				stage.publish(new UserStoppedSpeaking());
				assertThat(judged(stage.publish(new UserStartedSpeaking()))).containsExactly("INTERRUPT INTERRUPTED");
			}
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(300);
			Receipt third = stage.publish(new UserStartedSpeaking());
			assertThat(judged(third)).containsExactly("IGNORE FLAPPING");
			assertThat(third.decisions().get(0).evidence().past().interruptions()).isEqualTo(2);
			Receipt end = stage.publish(new UserStoppedSpeaking());
			assertThat(judged(end)).containsExactly("IGNORE FLAPPING");
			assertThat(end.started()).isEmpty();
			stage.advanceMillis(5_000);
			assertThat(judged(stage.publish(new UserStartedSpeaking()))).containsExactly("INTERRUPT INTERRUPTED");
		}
	}

	@Test
	void flappingCountsUtterancesAndNotTheGenerationsTheyInterrupt() {
		InterruptionPolicy calm = InterruptionPolicy.builder("calm").flapping(2, Duration.ofSeconds(5)).build();
		try (Stage stage = Stage
			.with(turn().policy("calm").stream((event) -> Nodes.counting("a", 9)).broadcast(),
					turn().policy("calm").stream((event) -> Nodes.counting("b", 9)).broadcast())
			.policies(calm)
			.open()) {
			stage.publish(new UserStoppedSpeaking());
			assertThat(stage.publish(new UserStartedSpeaking()).interrupted()).hasSize(2);
			stage.publish(new UserStoppedSpeaking());
			assertThat(stage.publish(new UserStartedSpeaking()).interrupted()).hasSize(2);
			stage.publish(new UserStoppedSpeaking());
			assertThat(stage.publish(new UserStartedSpeaking()).ignored()).hasSize(2);
		}
	}

	@Test
	void flappingForgetsNoUtteranceForTheKeysThatInterruptBetween() {
		InterruptionPolicy calm = InterruptionPolicy.builder("calm").flapping(2, Duration.ofSeconds(5)).build();
		try (Stage stage = Stage
			.with(turn().interruptOn(DTMFInput.class)
				.policy("calm")
				.stream((event) -> Nodes.counting("a", 99))
				.broadcast())
			.policies(calm)
			.open()) {
			List<UserEvent> causes = List.of(new UserStartedSpeaking(), new DTMFInput("1"), new DTMFInput("2"),
					new DTMFInput("3"), new UserStartedSpeaking());
			for (UserEvent cause : causes) {
				stage.publish(new UserStoppedSpeaking());
				assertThat(judged(stage.publish(cause))).containsExactly("INTERRUPT INTERRUPTED");
			}
			stage.publish(new UserStoppedSpeaking());
			assertThat(judged(stage.publish(new UserStartedSpeaking()))).containsExactly("IGNORE FLAPPING");
		}
	}

	@Test
	void aPolicyBacksOffAlsoWhereTheSameUtteranceInterruptsAnother() {
		InterruptionPolicy slow = InterruptionPolicy.builder("slow").backOff(Duration.ofSeconds(1)).build();
		try (Stage stage = Stage
			.with(turn().id("a").stream((event) -> Nodes.counting("a", 99)).broadcast(),
					turn().id("b").policy("slow").stream((event) -> Nodes.counting("b", 99)).broadcast())
			.policies(slow)
			.open()) {
			stage.publish(new UserStoppedSpeaking());
			assertThat(judged(stage.publish(new UserStartedSpeaking()))).containsExactly("INTERRUPT INTERRUPTED",
					"INTERRUPT INTERRUPTED");
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(500);
			assertThat(judged(stage.publish(new UserStartedSpeaking()))).containsExactly("INTERRUPT INTERRUPTED",
					"IGNORE BACK_OFF");
		}
	}

	@Test
	void afterAnInterruptionTheNextOneHasToWait() {
		try (Stage stage = stage(InterruptionPolicy.builder("slow").backOff(Duration.ofSeconds(1)).build())) {
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(999);
			Receipt soon = stage.publish(new UserStartedSpeaking());
			assertThat(judged(soon)).containsExactly("IGNORE BACK_OFF");
			assertThat(soon.decisions().get(0).evidence().past().sinceInterruption()).isEqualTo(Duration.ofMillis(999));
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(1);
			assertThat(judged(stage.publish(new UserStartedSpeaking()))).containsExactly("INTERRUPT INTERRUPTED");
		}
	}

	@Test
	void theFirstWordsOfAReplyAreProtected() {
		InterruptionPolicy opening = InterruptionPolicy.builder("opening").protectFirstWords(2).build();
		try (Stage stage = Stage.with(turn().policy("opening").stream((event) -> Nodes.counting(" a", 9)).broadcast())
			.policies(opening)
			.open()) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(150);
			Receipt early = stage.publish(new UserStartedSpeaking());
			assertThat(judged(early)).containsExactly("IGNORE OPENING");
			assertThat(early.decisions().get(0).evidence().agent().words()).isOne();
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(100);
			assertThat(judged(stage.publish(new UserStartedSpeaking()))).containsExactly("INTERRUPT INTERRUPTED");
		}
	}

	@Test
	void theFirstTimeOfAReplyIsProtected() {
		try (Stage stage = stage(InterruptionPolicy.builder("opening").protectFirst(Duration.ofMillis(250)).build())) {
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(349);
			assertThat(judged(stage.publish(new UserStartedSpeaking()))).containsExactly("IGNORE OPENING");
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(1);
			assertThat(judged(stage.publish(new UserStartedSpeaking()))).containsExactly("INTERRUPT INTERRUPTED");
		}
	}

	@Test
	void theRoutesConditionIsAskedWhenAllGatesArePassed() {
		try (Stage stage = Stage
			.with(turn().policy("talk")
				.condition((event, generation) -> event instanceof UserStartedSpeaking
						&& generation.elapsed().toMillis() > 200)
				.stream((event) -> Nodes.counting("a", 9))
				.broadcast())
			.policies(TALK)
			.open()) {
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(100);
			stage.publish(new UserStartedSpeaking());
			Receipt words = stage.publish(said("two words"));
			assertThat(judged(words)).containsExactly("RESUME CONDITION");
			assertThat(words.decisions().get(0).evidence().condition()).isEqualTo(Evidence.Answer.NO);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(101);
			stage.publish(new UserStartedSpeaking());
			assertThat(judged(stage.publish(said("two words")))).containsExactly("INTERRUPT INTERRUPTED");
		}
	}

	@Test
	void anEventThatIsForcedInterruptsWhateverSpeaksAgainstIt() {
		try (Stage stage = stage(TALK)) {
			stage.publish(new UserStoppedSpeaking());
			List<Receipt> receipts = Stage.get(stage.engine.publishAll(Stage.SESSION,
					List.of(new Submission(new UserStartedSpeaking(), null, null, true))));
			assertThat(judged(receipts.get(0))).containsExactly("INTERRUPT FORCED");
		}
	}

	@Test
	void aSessionFollowsThePolicyThatItIsGivenFromTheNextEventOn() {
		try (Stage stage = Stage.with(turn().stream((event) -> Nodes.counting("a", 9)).broadcast())
			.policies(TALK)
			.open()) {
			stage.publish(new UserStoppedSpeaking());
			Stage.get(stage.engine.policy(Stage.SESSION, "talk").thenReturn(1));
			assertThat(stage.view().policy()).isEqualTo("talk");
			assertThat(judged(stage.publish(new UserStartedSpeaking()))).containsExactly("PAUSE BACKCHANNEL");
			Stage.get(stage.engine.policy(Stage.SESSION, null).thenReturn(1));
			assertThat(judged(stage.publish(interim("oh")))).containsExactly("INTERRUPT INTERRUPTED");
			assertThatThrownBy(() -> Stage.get(stage.engine.policy(Stage.SESSION, "tlak"))).isInstanceOfSatisfying(
					UnknownPolicyException.class, (ex) -> assertThat(ex.known()).containsExactly("immediate", "talk"));
		}
	}

	@Test
	void aRouteThatTranscriptsStartIsNotReplacedByASignOfListening() {
		try (Stage stage = Stage
			.with(Routes.on(UserTranscriptionReceived.class)
				.filter((event) -> !Boolean.TRUE.equals(event.interim()))
				.policy("talk")
				.stream((event) -> Nodes.counting("a", 9))
				.broadcast())
			.policies(TALK)
			.open()) {
			assertThat(stage.publish(said("tell me about the sea")).started()).hasSize(1);
			stage.advanceMillis(150);
			Receipt sign = stage.publish(said("uhhuh"));
			assertThat(judged(sign)).containsExactly("IGNORE BACKCHANNEL");
			assertThat(sign.started()).isEmpty();
			Receipt question = stage.publish(said("and the fish"));
			assertThat(judged(question)).containsExactly("INTERRUPT INTERRUPTED");
			assertThat(question.interrupted()).hasSize(1);
			assertThat(question.started()).hasSize(1);
		}
	}

	@Test
	void aRuleOfTheApplicationsOwnIsAskedAtItsPlace() {
		InterruptionRule quiet = new InterruptionRule() {

			@Override
			public String name() {
				return "QUIET_HOURS";
			}

			@Override
			public @Nullable Verdict judge(Evidence evidence, InterruptionPolicy policy) {
				return Verdict.IGNORE;
			}

		};
		try (Stage stage = Stage.with(turn().stream((event) -> Nodes.counting("a", 9)).broadcast())
			.rules(quiet)
			.open()) {
			stage.publish(new UserStoppedSpeaking());
			assertThat(judged(stage.publish(new UserStartedSpeaking()))).containsExactly("IGNORE QUIET_HOURS");
		}
	}

	@Test
	void aRuleThatFailsHasNoVerdictAndIsCounted() {
		InterruptionRule broken = new InterruptionRule() {

			@Override
			public String name() {
				return "BROKEN";
			}

			@Override
			public @Nullable Verdict judge(Evidence evidence, InterruptionPolicy policy) {
				throw new IllegalStateException("broken");
			}

		};
		try (Stage stage = Stage.with(turn().stream((event) -> Nodes.counting("a", 9)).broadcast())
			.rules(broken)
			.open()) {
			stage.publish(new UserStoppedSpeaking());
			assertThat(judged(stage.publish(new UserStartedSpeaking()))).containsExactly("INTERRUPT INTERRUPTED");
			assertThat(stage.spy.conditionFailures).hasValue(1);
		}
	}

	@Test
	void decisionsAreKeptInABoundedRing() {
		try (Stage stage = Stage
			.with(turn().condition((event, generation) -> false).stream((event) -> Nodes.counting("a", 9)).broadcast())
			.session((s) -> new SessionBounds(s.max(), s.idleTimeout(), s.tombstone(), s.maxTombstones(), s.mailbox(),
					s.eventIds(), s.eventsPerSecond(), 2))
			.open()) {
			stage.publish(new UserStoppedSpeaking());
			List<Long> sequences = Stream.of(1, 2, 3)
				.map((i) -> stage.publish(new UserStartedSpeaking()).sequence())
				.toList();
			assertThat(Stage.get(stage.engine.decisions(Stage.SESSION))).extracting(Decision::sequence)
				.isEqualTo(sequences.subList(1, 3));
		}
	}

	@Test
	void theAgentTakesTheFloorFromAUserWhoNeverStops() {
		InterruptionPolicy firm = InterruptionPolicy.builder("firm").floor(4, Duration.ofSeconds(3)).build();
		try (Stage stage = Stage
			.with(Routes.on(UserStoppedSpeaking.class, AgentTakesFloor.class)
				.interruptOn(UserStartedSpeaking.class, UserTranscriptionReceived.class)
				.policy("firm")
				.stream((event) -> Flux.just("a").concatWith(Flux.never()))
				.broadcast())
			.policies(firm)
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStartedSpeaking());
			stage.publish(interim("one two three"));
			assertThat(Stage.tale(reader)).doesNotContain("AgentTakesFloor");
			stage.publish(interim("one two three four"));
			assertThat(Stage.tale(reader)).endsWith("AgentTakesFloor", "+1", "1:a");
			assertThat(judged(stage.publish(interim("one two three four five")))).containsExactly("IGNORE OPENING");
			Receipt end = stage.publish(new UserStoppedSpeaking());
			assertThat(judged(end)).containsExactly("IGNORE OPENING");
			assertThat(end.started()).isEmpty();
			assertThat(judged(stage.publish(new UserStartedSpeaking()))).as("another utterance")
				.containsExactly("INTERRUPT INTERRUPTED");
			stage.advanceMillis(2_999);
			assertThat(Stage.tale(reader)).endsWith("!1");
			stage.advanceMillis(1);
			assertThat(Stage.tale(reader)).endsWith("!1", "AgentTakesFloor", "+2", "2:a");
		}
	}

}
