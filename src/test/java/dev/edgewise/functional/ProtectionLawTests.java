package dev.edgewise.functional;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import dev.edgewise.Decision.Verdict;
import dev.edgewise.Evidence.Shield;
import dev.edgewise.Frame;
import dev.edgewise.Generation;
import dev.edgewise.InterruptCommand;
import dev.edgewise.InterruptReceipt;
import dev.edgewise.Overlap;
import dev.edgewise.Protection;
import dev.edgewise.Receipt;
import dev.edgewise.Routes;
import dev.edgewise.UnknownGenerationException;
import dev.edgewise.event.AgentGenerationProtected;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.InterruptionPolicy.WhileProtected;
import dev.edgewise.session.LogReader;
import dev.edgewise.session.Submission;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What must not be cut is not cut, and what the user says meanwhile is not lost.
 */
class ProtectionLawTests {

	private static final InterruptionPolicy DROP = InterruptionPolicy.builder("drop")
		.whileProtected(WhileProtected.DROP)
		.build();

	private static final InterruptionPolicy REPORT = InterruptionPolicy.builder("report")
		.whileProtected(WhileProtected.REPORT)
		.build();

	private static final InterruptionPolicy TALK = InterruptionPolicy.builder("talk")
		.minWords(2)
		.backchannels("uhhuh")
		.stopPhrases("stop")
		.decideWithin(Duration.ofMillis(500))
		.build();

	private final AtomicReference<Generation> generation = new AtomicReference<>();

	private Routes.Trigger<UserStoppedSpeaking> turn() {
		return Routes.on(UserStoppedSpeaking.class).interruptOn(UserStartedSpeaking.class, DTMFInput.class);
	}

	private Flux<String> counting(UserStoppedSpeaking event, Generation running) {
		this.generation.set(running);
		return Nodes.counting("a", 9);
	}

	private static UserTranscriptionReceived said(String text) {
		return new UserTranscriptionReceived(text, null, null);
	}

	@Test
	void aProtectedSectionIsNotCutAndWhatTheUserSaidStartsTheNextTurnWhenItEnds() {
		try (Stage stage = Stage.of(turn().stream(this::counting).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			Protection section = this.generation.get().protect();
			stage.advanceMillis(150);
			Receipt start = stage.publish(new UserStartedSpeaking());
			assertThat(start.interrupted()).isEmpty();
			assertThat(start.ignored()).hasSize(1);
			assertThat(start.decisions()).singleElement().satisfies((decision) -> {
				assertThat(decision.verdict()).isEqualTo(Verdict.IGNORE);
				assertThat(decision.rule()).isEqualTo("PROTECTED");
				assertThat(decision.evidence().protection()).isEqualTo(Shield.SECTION);
			});
			stage.publish(said("no wait"));
			assertThat(stage.publish(new UserStoppedSpeaking()).started()).isEmpty();
			stage.advanceMillis(100);
			assertThat(Stage.tale(reader)).doesNotContain("!1");
			section.close();
			stage.advanceMillis(150);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:a1", "UserStartedSpeaking",
					"UserTranscriptionReceived", "UserStoppedSpeaking", "1:a2", "!1", "+2", "2:a1");
			assertThat(stage.said()).containsSubsequence("AGENT!:a1a2", "USER:no wait", "AGENT:a1");
		}
	}

	@Test
	void aUserWhoStillSpeaksWhenTheSectionEndsInterruptsThen() {
		try (Stage stage = Stage.of(turn().stream(this::counting).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			Protection section = this.generation.get().protect();
			stage.publish(new UserStartedSpeaking());
			section.close();
			section.close();
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "UserStartedSpeaking", "!1");
		}
	}

	@Test
	void sectionsAreNested() {
		try (Stage stage = Stage.of(turn().stream(this::counting).broadcast())) {
			stage.publish(new UserStoppedSpeaking());
			Protection outer = this.generation.get().protect();
			Protection inner = this.generation.get().protect();
			outer.close();
			outer.close();
			assertThat(stage.publish(new UserStartedSpeaking()).interrupted()).isEmpty();
			inner.close();
			assertThat(stage.publish(new DTMFInput("1")).interrupted()).isEmpty();
			assertThat(stage.spy.fences).hasSize(1);
		}
	}

	@Test
	void aSectionHoldsUntilWhatWasProducedInItHasBeenTaken() {
		try (Stage stage = Stage.of(
				turn()
					.stream((event, running) -> Flux.just("notice 1 ", "notice 2 ")
						.doOnSubscribe((subscription) -> this.generation.set(running))
						.concatWith(Flux.never()))
					.broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0, 2);
			stage.publish(new UserStoppedSpeaking());
			Protection section = this.generation.get().protect();
			stage.advanceMillis(1);
			section.close();
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1");
			assertThat(stage.publish(new UserStartedSpeaking()).interrupted()).isEmpty();
			reader.request(2);
			stage.advanceMillis(1);
			assertThat(Stage.tale(reader)).endsWith("1:notice 1 ", "1:notice 2 ");
			reader.request(9);
			assertThat(Stage.tale(reader)).endsWith("UserStartedSpeaking", "!1");
		}
	}

	@Test
	void anItemThatMustNotBeCutProtectsUntilTheNextOneIsTaken() {
		try (Stage stage = Stage.of(
				turn()
					.stream((event) -> Flux
						.just(new AgentResponse("a"), new AgentResponse("notice", false), new AgentResponse("b"))
						.delayElements(Duration.ofMillis(100))
						.concatWith(Flux.never()))
					.broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(250);
			Receipt key = stage.publish(new DTMFInput("1"));
			assertThat(key.interrupted()).isEmpty();
			assertThat(key.decisions().get(0).evidence().protection()).isEqualTo(Shield.ITEM);
			assertThat(key.decisions().get(0).evidence().user().keys()).isEqualTo("1");
			stage.advanceMillis(100);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:a", "1:notice", "DTMFInput",
					"1:b", "!1");
		}
	}

	@Test
	void aRouteThatCannotBeInterruptedEndsFirstAndThenTheNextTurnBegins() {
		try (Stage stage = Stage
			.of(turn().interruptible(false).stream((event) -> Nodes.counting("a", 2)).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			Receipt second = stage.publish(new UserStoppedSpeaking());
			assertThat(second.started()).isEmpty();
			assertThat(second.decisions()).singleElement()
				.satisfies((decision) -> assertThat(decision.evidence().protection()).isEqualTo(Shield.ROUTE));
			stage.advanceMillis(1_000);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "UserStoppedSpeaking", "1:a1",
					"1:a2", "=1", "+2", "2:a1", "2:a2", "=2");
		}
	}

	@Test
	void ofSeveralTurnsThatWereKeptTheLastOneStarts() {
		try (Stage stage = Stage.of(turn().interruptible(false)
			.stream((event, running) -> Flux.just(running.cause().sequence() + "").delayElements(Duration.ofMillis(50)))
			.broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStoppedSpeaking());
			Receipt last = stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(1_000);
			assertThat(Stage.tale(reader)).endsWith("1:1", "=1", "+2", "2:" + last.sequence(), "=2");
		}
	}

	@Test
	void aSignOfListeningToAProtectedReplyStartsNothingWhenItEnds() {
		try (Stage stage = Stage
			.with(turn().interruptible(false).policy("talk").stream((event) -> Nodes.counting("a", 2)).broadcast())
			.policies(TALK)
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			stage.publish(said("uhhuh"));
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(2_000);
			assertThat(Stage.tale(reader)).endsWith("1:a1", "1:a2", "=1");
		}
	}

	@Test
	void aSignOfListeningDoesNotMakeUpForTheTurnThatWasKeptBefore() {
		try (Stage stage = Stage
			.with(turn().interruptible(false).policy("talk").stream((event) -> Nodes.counting("a", 3)).broadcast())
			.policies(TALK)
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			stage.publish(said("what about fish"));
			Receipt end = stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(50);
			stage.publish(new UserStartedSpeaking());
			stage.publish(said("uhhuh"));
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(350);
			assertThat(Stage.tale(reader)).contains("1:a3", "=1", "+2");
			assertThat(stage.view().generations()).singleElement()
				.satisfies((view) -> assertThat(view.cause()).isEqualTo(end.sequence()));
		}
	}

	@Test
	void aQueueWaitsAsItAlwaysDoesBehindAProtectedReply() {
		try (Stage stage = Stage.of(turn().interruptible(false)
			.overlap(Overlap.QUEUE)
			.stream((event) -> Nodes.counting("a", 1))
			.broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			assertThat(stage.publish(new UserStoppedSpeaking()).started()).hasSize(1);
			assertThat(stage.publish(new UserStoppedSpeaking()).started()).hasSize(1);
			stage.advanceMillis(1_000);
			assertThat(Stage.tale(reader)).endsWith("=1", "+2", "2:a1", "=2", "+3", "3:a1", "=3");
		}
	}

	@Test
	void parallelGenerationsMakeRoomByTheOldestThatIsNotProtected() {
		try (Stage stage = Stage.of(turn().overlap(Overlap.PARALLEL).maxConcurrency(2).stream((event, running) -> {
			this.generation.compareAndSet(null, running);
			return Flux.never();
		}).broadcast())) {
			stage.publish(new UserStoppedSpeaking());
			Protection section = this.generation.get().protect();
			String second = stage.publish(new UserStoppedSpeaking()).started().get(0);
			Receipt third = stage.publish(new UserStoppedSpeaking());
			assertThat(third.interrupted()).containsExactly(second);
			assertThat(third.started()).hasSize(1);
			section.close();
		}
	}

	@Test
	void whatIsDroppedEntersNoConversationAndStartsNothing() {
		try (Stage stage = Stage.with(turn().policy("drop").stream(this::counting).broadcast()).policies(DROP).open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			Protection section = this.generation.get().protect();
			stage.publish(new UserStartedSpeaking());
			stage.publish(said("hello"));
			stage.publish(new UserStoppedSpeaking());
			section.close();
			stage.advanceMillis(150);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "UserStartedSpeaking",
					"UserTranscriptionReceived", "UserStoppedSpeaking", "1:a1");
			stage.publish(said("again"));
			assertThat(stage.said()).containsExactly("AGENT:a1", "USER:again");
		}
	}

	@Test
	void whatIsReportedIsForTheApplicationToActUpon() {
		try (Stage stage = Stage
			.with(turn().policy("report").stream(this::counting).broadcast(),
					Routes.on(AgentGenerationProtected.class)
						.stream((event) -> Flux.just("Heard you: " + event.content()))
						.broadcast())
			.policies(REPORT)
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			Protection section = this.generation.get().protect();
			stage.publish(new UserStartedSpeaking());
			stage.publish(said("my order"));
			Receipt end = stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(1);
			section.close();
			assertThat(Stage.tale(reader)).doesNotContain("!1").contains("2:Heard you: my order");
			assertThat(reader.getReceivedOnNext())
				.filteredOn((frame) -> frame.type().equals("AgentGenerationProtected"))
				.singleElement()
				.satisfies((frame) -> assertThat(frame.event())
					.isEqualTo(new AgentGenerationProtected(end.sequence(), "my order")));
			assertThat(stage.said()).contains("USER:my order");
		}
	}

	@Test
	void forceGoesThroughProtection() {
		try (Stage stage = Stage
			.of(turn().interruptible(false).stream((event) -> Nodes.counting("a", 9)).broadcast())) {
			stage.publish(new UserStoppedSpeaking());
			Receipt stop = stage.publish(new EmergencyStop(null));
			assertThat(stop.interrupted()).hasSize(1);
			assertThat(stop.decisions().get(0).rule()).isEqualTo("FORCED");
			stage.publish(new UserStoppedSpeaking());
			InterruptReceipt spared = Stage
				.get(stage.engine.interrupt(Stage.SESSION, new InterruptCommand(null, null, false, null), null));
			assertThat(spared.stopped()).isEmpty();
			assertThat(spared.spared()).singleElement().satisfies((each) -> {
				assertThat(each.rule()).isEqualTo("PROTECTED");
				assertThat(each.protection()).isEqualTo(Shield.ROUTE);
			});
			InterruptReceipt forced = Stage
				.get(stage.engine.interrupt(Stage.SESSION, new InterruptCommand(null, null, true, "now"), null));
			assertThat(forced.stopped()).hasSize(1);
		}
	}

	@Test
	void anEmergencyForgetsTheTurnsThatWereKept() {
		try (Stage stage = Stage
			.of(turn().interruptible(false).stream((event) -> Nodes.counting("a", 9)).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new EmergencyStop(null));
			stage.advanceMillis(1_000);
			assertThat(Stage.tale(reader)).endsWith("EmergencyStop", "!1");
		}
	}

	@Test
	void aTerminalFrameIsNeverSwallowed() {
		try (Stage stage = Stage.of(turn().stream((event, running) -> {
			running.protect();
			return Flux.just("a").concatWith(Flux.error(new IllegalStateException("broken")));
		}).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(1);
			assertThat(Stage.tale(reader)).endsWith("+1", "1:a", "x1");
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(1);
			assertThat(Stage.tale(reader)).endsWith("+2", "2:a", "x2");
		}
	}

	@Test
	void theResponseToAKeptTurnStaysOpenUntilTheTurnHasEnded() {
		try (Stage stage = Stage
			.of(turn().interruptible(false).stream((event) -> Nodes.counting("a", 2)).broadcast())) {
			stage.publish(new UserStoppedSpeaking());
			LogReader reader = Stage.get(stage.engine.publishAndRead(Stage.SESSION,
					List.of(new Submission(new UserStoppedSpeaking(), null, null))));
			while (reader.take() != null) {
				assertThat(reader.isComplete()).isFalse();
			}
			stage.advanceMillis(350);
			while (reader.take() != null) {
				assertThat(reader.position()).isPositive();
			}
			assertThat(reader.isComplete()).isFalse();
			stage.advanceMillis(1_000);
			List<String> taken = new ArrayList<>();
			for (int i = 0; i < 20; i++) {
				stage.advanceMillis(50);
				LogReader.Taken next = reader.take();
				taken.add((next != null) ? next.frame().type() : "none");
				reader.flush();
			}
			assertThat(reader.isComplete()).as("complete after %s", taken).isTrue();
			assertThat(reader.position()).as("the last frame").isEqualTo(stage.view().lastSequence());
			reader.close();
		}
	}

	@Test
	void aKeptTurnIsVoidWhenTheUserGoesOnToSpeakAndInterrupts() {
		try (Stage stage = Stage.of(turn().stream(this::counting).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			Protection section = this.generation.get().protect();
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			section.close();
			stage.advanceMillis(500);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "UserStoppedSpeaking",
					"UserStartedSpeaking", "!1");
		}
	}

	@Test
	void aTurnThatWaitedStandsStillIfTheUserHasGoneOnToSpeak() {
		try (Stage stage = Stage.with(turn().policy("talk").stream((event) -> Nodes.counting("a", 9)).broadcast())
			.policies(TALK)
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			Stage.get(stage.engine.interrupt(Stage.SESSION, new InterruptCommand(null, null, true, null), null));
			stage.advanceMillis(200);
			assertThat(Stage.tale(reader)).endsWith("InterruptRequested", "!1");
			stage.publish(said("uhhuh"));
			stage.advanceMillis(150);
			assertThat(Stage.tale(reader)).endsWith("UserTranscriptionReceived", "+2", "2:a1");
		}
	}

	@Test
	void aKeptTurnWhoseResponseIsClosedIsForgotten() {
		try (Stage stage = Stage
			.of(turn().interruptible(false).stream((event) -> Nodes.counting("a", 1)).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			LogReader response = Stage.get(stage.engine.publishAndRead(Stage.SESSION,
					List.of(new Submission(new UserStoppedSpeaking(), null, null))));
			response.close();
			stage.advanceMillis(1_000);
			assertThat(Stage.tale(reader)).endsWith("1:a1", "=1");
		}
	}

	@Test
	void aCommandIsCarriedOutOnceAndAllOrNothing() {
		try (Stage stage = Stage.of(turn().id("a").stream((event) -> Nodes.counting("a", 9)).broadcast(),
				turn().id("b").stream((event) -> Nodes.counting("b", 9)).broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			List<String> started = stage.publish(new UserStoppedSpeaking()).started();
			stage.advanceMillis(150);
			InterruptCommand unknown = new InterruptCommand("nobody", null, false, null);
			assertThatThrownBy(() -> Stage.get(stage.engine.interrupt(Stage.SESSION, unknown, "c1")))
				.isInstanceOf(UnknownGenerationException.class);
			assertThat(stage.spy.fences).isEmpty();
			InterruptCommand one = new InterruptCommand(null, "b", false, "enough");
			InterruptReceipt first = Stage.get(stage.engine.interrupt(Stage.SESSION, one, "c1"));
			InterruptReceipt again = Stage.get(stage.engine.interrupt(Stage.SESSION, one, "c1"));
			assertThat(first.duplicate()).isFalse();
			assertThat(first.stopped()).singleElement().satisfies((each) -> {
				assertThat(each.generation()).isEqualTo(started.get(1));
				assertThat(each.delivered()).isEqualTo("b1");
			});
			assertThat(again).isEqualTo(first.asDuplicate());
			assertThat(Stage.tale(reader)).endsWith("InterruptRequested", "!2");
			InterruptCommand late = new InterruptCommand(started.get(1), null, false, null);
			assertThatThrownBy(() -> Stage.get(stage.engine.interrupt(Stage.SESSION, late, null))).as("it is over")
				.isInstanceOf(UnknownGenerationException.class);
		}
	}

}
