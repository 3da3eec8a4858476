package dev.edgewise.functional;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.edgewise.ConversationContext;
import dev.edgewise.ConversationContext.HeardBy;
import dev.edgewise.ConversationContext.Message;
import dev.edgewise.ConversationContext.Role;
import dev.edgewise.ConversationContext.Speech;
import dev.edgewise.Frame;
import dev.edgewise.InterruptCommand;
import dev.edgewise.Interruption;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.Overlap;
import dev.edgewise.Receipt;
import dev.edgewise.Routes;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.AgentSpeechInterrupted;
import dev.edgewise.event.AgentSpeechResumed;
import dev.edgewise.event.AgentSpeechSent;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.event.PlaybackProgress;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.interruption.InterruptionPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * What the user has heard, what follows from it, and who is told.
 */
class HearingLawTests {

	private static final String TEXT = "The sea is deep. It is cold, too.";

	private final List<Interruption> handled = new CopyOnWriteArrayList<>();

	private final List<Interruption> previous = new CopyOnWriteArrayList<>();

	private Routes.Trigger<UserStoppedSpeaking> turn() {
		return Routes.on(UserStoppedSpeaking.class)
			.interruptOn(UserStartedSpeaking.class)
			.onInterrupt(this.handled::add);
	}

	private Stage.Plan speaking(String... items) {
		return Stage.with(turn().stream((event, generation) -> {
			if (generation.previous() != null) {
				this.previous.add(generation.previous());
			}
			return Flux.just(items);
		}).broadcast());
	}

	/**
	 * Says its words, one each 100 ms.
	 */
	private Stage.Plan pacing(String text) {
		return Stage.with(turn().stream((event, generation) -> {
			if (generation.previous() != null) {
				this.previous.add(generation.previous());
			}
			return Flux.fromArray(text.split("(?<= )")).delayElements(Duration.ofMillis(100));
		}).broadcast());
	}

	private static void sent(Stage stage, String content) {
		stage.publish(new AgentSpeechSent(content));
	}

	private static Message agent(Stage stage) {
		return stage.conversation()
			.asGenerated()
			.stream()
			.filter((message) -> message.role() == Role.AGENT)
			.findFirst()
			.orElseThrow();
	}

	private static Speech speech(Stage stage) {
		return agent(stage).speech();
	}

	private static UserTranscriptionReceived said(String text) {
		return new UserTranscriptionReceived(text, null, null);
	}

	@Test
	void whatWasDeliveredCountsAsHeardInATextChat() {
		try (Stage stage = pacing(TEXT).open()) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(250);
			stage.publish(new UserStartedSpeaking());
			assertThat(stage.said()).containsExactly("AGENT!:The sea ");
			assertThat(speech(stage)).isEqualTo(new Speech("The sea ", "The sea ", "The sea ", HeardBy.ASSUMED, false));
			assertThat(stage.conversation().interrupted()).isTrue();
		}
	}

	@Test
	void anAcknowledgementIsBetterEvidenceThanDelivery() {
		try (Stage stage = speaking(TEXT).open()) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			assertThat(speech(stage)).isEqualTo(new Speech(TEXT, TEXT, TEXT, HeardBy.ASSUMED, true));
			sent(stage, "The sea");
			assertThat(speech(stage)).isEqualTo(new Speech(TEXT, TEXT, "The sea", HeardBy.ACKNOWLEDGED, false));
			assertThat(stage.said()).containsExactly("AGENT:The sea");
		}
	}

	@Test
	void nothingCountsAsHeardWithoutAnAcknowledgementWherePlaybackIsAcknowledged() {
		try (Stage stage = speaking(TEXT).acknowledged().open()) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			assertThat(stage.said()).isEmpty();
			assertThat(speech(stage)).isEqualTo(new Speech(TEXT, TEXT, "", HeardBy.NONE, false));
			assertThat(agent(stage).text()).isEqualTo(TEXT);
			sent(stage, "");
			sent(stage, "  ");
			assertThat(speech(stage).evidence()).isEqualTo(HeardBy.NONE);
			sent(stage, "The sea ");
			sent(stage, "is deep.");
			assertThat(stage.said()).containsExactly("AGENT:The sea is deep.");
			sent(stage, " It is cold, too.");
			assertThat(speech(stage)).isEqualTo(new Speech(TEXT, TEXT, TEXT, HeardBy.ACKNOWLEDGED, true));
		}
	}

	@Test
	void anInterruptionTellsWhatWasHeardAndWhatIsLeft() {
		try (Stage stage = pacing(TEXT).acknowledged().open()) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(450);
			sent(stage, "The sea ");
			stage.publish(new UserStartedSpeaking());
			stage.advanceMillis(1);
			assertThat(this.handled).singleElement().satisfies((interruption) -> {
				assertThat(interruption.generated()).isEqualTo("The sea is deep. ");
				assertThat(interruption.delivered()).isEqualTo("The sea is deep. ");
				assertThat(interruption.heard()).isEqualTo("The sea ");
				assertThat(interruption.remainder()).isEqualTo("is deep. ");
			});
			assertThat(stage.said()).containsExactly("AGENT!:The sea ");
		}
	}

	@Test
	void whatIsAcknowledgedLateExtendsTheCutMessageAndTheNextRunKnowsIt() {
		try (Stage stage = pacing(TEXT).acknowledged().open()) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(450);
			sent(stage, "The ");
			stage.publish(new UserStartedSpeaking());
			sent(stage, "sea ");
			stage.publish(said("Wait."));
			sent(stage, "is ");
			assertThat(stage.said()).containsExactly("AGENT!:The sea is ", "USER:Wait.");
			assertThat(this.handled).extracting(Interruption::heard).containsExactly("The ");
			stage.publish(new UserStoppedSpeaking());
			assertThat(this.previous).extracting(Interruption::heard, Interruption::remainder)
				.containsExactly(tuple("The sea is ", "deep. "));
		}
	}

	@Test
	void theUnheardRestOfACutMessageNeverLeaksIntoTheNext() {
		try (Stage stage = pacing("One two three four.").acknowledged().open()) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(350);
			sent(stage, "One ");
			stage.publish(new UserStartedSpeaking());
			stage.publish(said("Again!"));
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(250);
			sent(stage, "One ");
			assertThat(stage.said()).containsExactly("AGENT!:One ", "USER:Again!", "AGENT:One ");
			sent(stage, "two ");
			assertThat(stage.said()).containsExactly("AGENT!:One ", "USER:Again!", "AGENT:One two ");
			assertThat(stage.spy.unmatched).hasValue(0);
		}
	}

	@Test
	void aCompleteMessageThatIsStillSpokenIsCutByACauseOfItsRoute() {
		try (Stage stage = speaking(TEXT).acknowledged().json().open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			String generation = stage.publish(new UserStoppedSpeaking()).started().get(0);
			sent(stage, "The sea is ");
			Receipt receipt = stage.publish(new UserStartedSpeaking());
			assertThat(receipt.interrupted()).containsExactly(generation);
			stage.advanceMillis(1);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:" + TEXT, "=1",
					"AgentSpeechSent", "UserStartedSpeaking", "AgentSpeechInterrupted");
			Frame last = reader.getReceivedOnNext().get(6);
			assertThat(last.generation()).isNull();
			assertThat(last.event()).isEqualTo(new AgentSpeechInterrupted(generation, "The sea is "));
			assertThat(this.handled).extracting(Interruption::generation, Interruption::reason, Interruption::heard)
				.containsExactly(tuple(generation, Reason.EVENT, "The sea is "));
			assertThat(stage.said()).containsExactly("AGENT!:The sea is ");
			assertThat(stage.spy.silences).hasSize(1);
			stage.publish(new UserStartedSpeaking());
			assertThat(this.handled).hasSize(1);
			stage.publish(new UserStoppedSpeaking());
			assertThat(this.previous).extracting(Interruption::remainder).containsExactly("deep. It is cold, too.");
		}
	}

	@Test
	void aMessageThatWasHeardInFullIsNotCut() {
		try (Stage stage = speaking(TEXT).acknowledged().open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			sent(stage, TEXT);
			assertThat(stage.publish(new UserStartedSpeaking()).interrupted()).isEmpty();
			assertThat(Stage.tale(reader)).doesNotContain("AgentSpeechInterrupted");
			assertThat(stage.said()).containsExactly("AGENT:" + TEXT);
		}
	}

	@Test
	void inATextChatACompleteMessageIsNotSpokenAnyMore() {
		try (Stage stage = speaking(TEXT).open()) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			sent(stage, "The sea ");
			assertThat(stage.publish(new UserStartedSpeaking()).interrupted()).isEmpty();
		}
	}

	@Test
	void theConditionIsAskedBeforeSpeechIsCut() {
		try (Stage stage = Stage
			.with(turn().condition((event, generation) -> generation.elapsed().toMillis() >= 500)
				.stream((event) -> Flux.just(TEXT))
				.broadcast())
			.acknowledged()
			.open()) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(300);
			Receipt early = stage.publish(new UserStartedSpeaking());
			assertThat(early.interrupted()).isEmpty();
			assertThat(early.ignored()).hasSize(1);
			stage.advanceMillis(300);
			assertThat(stage.publish(new UserStartedSpeaking()).interrupted()).hasSize(1);
		}
	}

	@Test
	void aSignOfListeningNeitherCutsWhatIsSpokenNorStartsATurn() {
		InterruptionPolicy policy = InterruptionPolicy.builder("talk").backchannels("uh-huh").build();
		try (Stage stage = Stage.with(turn().policy("talk").stream((event) -> Flux.just(TEXT)).broadcast())
			.policies(policy)
			.acknowledged()
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			String generation = stage.publish(new UserStoppedSpeaking()).started().get(0);
			stage.publish(new UserStartedSpeaking());
			stage.publish(said("Uh-huh."));
			assertThat(stage.publish(new UserStoppedSpeaking()).started()).isEmpty();
			stage.advance(Duration.ofSeconds(5));
			assertThat(stage.said()).containsExactly("USER:Uh-huh.");
			stage.publish(new UserStartedSpeaking());
			assertThat(stage.publish(said("No, wait.")).interrupted()).hasSize(1);
			assertThat(stage.publish(new UserStoppedSpeaking()).started()).hasSize(1);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:" + TEXT, "=1",
					"UserStartedSpeaking", "AgentSpeechPaused", "UserTranscriptionReceived", "AgentSpeechResumed",
					"UserStoppedSpeaking", "UserStartedSpeaking", "AgentSpeechPaused", "UserTranscriptionReceived",
					"AgentSpeechInterrupted", "UserStoppedSpeaking", "+2", "2:" + TEXT, "=2");
			assertThat(reader.getReceivedOnNext().get(7).event())
				.isEqualTo(new AgentSpeechResumed(generation, 5, "BACKCHANNEL", 0));
		}
	}

	@Test
	void aTurnThatWaitsForADecisionStartsWhenSpeechIsCut() {
		InterruptionPolicy policy = InterruptionPolicy.builder("talk").minWords(2).build();
		try (Stage stage = Stage.with(turn().policy("talk").stream((event) -> Flux.just(TEXT)).broadcast())
			.policies(policy)
			.acknowledged()
			.open()) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			assertThat(stage.publish(new UserStoppedSpeaking()).started()).isEmpty();
			stage.advanceMillis(100);
			Receipt words = stage.publish(said("Stop there"));
			assertThat(words.interrupted()).hasSize(1);
			assertThat(words.started()).hasSize(1);
		}
	}

	@Test
	void whatMustNotBeCutIsSpokenToItsEnd() {
		try (Stage stage = Stage
			.with(turn().stream((event) -> Flux.just(new AgentResponse("This call is recorded. ", false),
					new AgentResponse("Hello.")))
				.broadcast())
			.acknowledged()
			.open()) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			sent(stage, "This call ");
			Receipt receipt = stage.publish(new UserStartedSpeaking());
			assertThat(receipt.interrupted()).isEmpty();
			assertThat(receipt.ignored()).hasSize(1);
			assertThat(this.handled).isEmpty();
			sent(stage, "is recorded. ");
			stage.advanceMillis(1);
			assertThat(this.handled).extracting(Interruption::heard).containsExactly("This call is recorded. ");
		}
	}

	@Test
	void protectedTextWasHeardInFullWhenAnythingAfterItWas() {
		try (Stage stage = Stage
			.with(turn().stream((event) -> Flux.just(new AgentResponse("This call is recorded. ", false),
					new AgentResponse("Hello.")))
				.broadcast())
			.acknowledged()
			.open()) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			sent(stage, "This ");
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new PlaybackProgress(null, 25, null, null));
			assertThat(speech(stage).heard()).isEqualTo("This call is recorded. He");
		}
	}

	@Test
	void emergenciesAndCommandsCutWhatIsSpokenToo() {
		try (Stage stage = Stage.with(Routes.on(DTMFInput.class).stream((event) -> Flux.just(TEXT)).broadcast())
			.acknowledged()
			.open()) {
			stage.read(0);
			String first = stage.publish(new DTMFInput("1")).started().get(0);
			assertThat(stage.publish(new EmergencyStop(null)).interrupted()).containsExactly(first);
			String second = stage.publish(new DTMFInput("1")).started().get(0);
			assertThat(Stage
				.get(stage.engine.interrupt(Stage.SESSION, new InterruptCommand(second, null, false, null), null))
				.stopped()).extracting((stopped) -> stopped.generation()).containsExactly(second);
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			7  |    |      | 'The sea'
			0  |    |      | ''
			-5 |    |      | ''
			99 |    |      | 'The sea is deep.'
			   | 0  |      | ''
			   | 1  |      | 'The '
			   | 2  |      | 'The sea '
			   | 9  |      | 'The sea is deep.'
			   | -1 |      | ''
			   |    | 500  | 'The sea'
			   |    | 100  | ''
			   |    | -100 | ''
			   |    | 9999 | 'The sea is deep.'
			""")
	void aPositionIsClampedToTheMessage(Integer characters, Integer items, Long millis, String heard) {
		try (Stage stage = speaking("The ", "sea ", "is ", "deep.").acknowledged().open()) {
			stage.read(0);
			String generation = stage.publish(new UserStoppedSpeaking()).started().get(0);
			stage.publish(new PlaybackProgress(generation, characters, items, millis));
			assertThat(speech(stage).heard().stripTrailing()).isEqualTo(heard.stripTrailing());
			stage.publish(new PlaybackProgress(null, 1, null, null));
			assertThat(speech(stage).heard()).startsWith(heard.isEmpty() ? "T" : heard.stripTrailing());
		}
	}

	@Test
	void aPositionInAMessageThatIsNotKnownIsCounted() {
		try (Stage stage = speaking(TEXT).acknowledged().open()) {
			stage.publish(new PlaybackProgress("other", 3, null, null));
			stage.publish(new PlaybackProgress(null, 3, null, null));
			assertThat(stage.spy.unmatched).hasValue(2);
			assertThat(stage.said()).isEmpty();
		}
	}

	@Test
	void anAcknowledgementThatMatchesNothingIsKeptAsSaidAndCorruptsNothing() {
		try (Stage stage = speaking(TEXT).acknowledged().open()) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			sent(stage, "The sea ");
			sent(stage, "One moment,");
			sent(stage, "please.");
			sent(stage, "is deep.");
			assertThat(stage.said()).containsExactly("AGENT:The sea is deep.", "AGENT:One moment, please.");
			assertThat(stage.spy.unmatched).hasValue(2);
		}
	}

	@Test
	void anAcknowledgementMayNameItsGeneration() {
		try (Stage stage = Stage
			.with(turn().overlap(Overlap.QUEUE).stream((event) -> Flux.just("Hello. ", "Hello. ")).broadcast())
			.acknowledged()
			.open()) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			String second = stage.publish(new UserStoppedSpeaking()).started().get(0);
			stage.publish(new AgentSpeechSent("Hello. "), null, second);
			assertThat(stage.conversation().messages()).extracting(Message::generation, Message::text)
				.containsExactly(tuple(second, "Hello. "));
		}
	}

	@Test
	void theCutMessageStandsBeforeTheWordsThatCutIt() {
		try (Stage stage = Stage
			.with(Routes.on(UserTranscriptionReceived.class)
				.interruptOn(UserTranscriptionReceived.class)
				.stream((event) -> Nodes.counting("a", 9))
				.broadcast())
			.open()) {
			stage.read(0);
			stage.publish(said("Go."));
			stage.advanceMillis(150);
			stage.publish(said("No."));
			stage.advanceMillis(150);
			assertThat(stage.said()).containsExactly("USER:Go.", "AGENT!:a1", "USER:No.", "AGENT:a1");
		}
	}

	@Test
	void theContextRendersWhatWasHeardInALineIfItShall() {
		List<ConversationContext> contexts = new ArrayList<>();
		try (Stage stage = Stage.with(turn().streamContext((context) -> {
			contexts.add(context);
			return Flux.fromArray(TEXT.split("(?<= )")).delayElements(Duration.ofMillis(100));
		}).broadcast()).acknowledged().heardNote().open()) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(450);
			stage.publish(new UserStartedSpeaking());
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(450);
			sent(stage, "The sea ");
			stage.publish(new UserStartedSpeaking());
			stage.publish(new UserStoppedSpeaking());
			assertThat(contexts).extracting(ConversationContext::interrupted, ConversationContext::heardNote)
				.containsExactly(tuple(false, null),
						tuple(true, "The user interrupted your last answer and heard nothing of it."),
						tuple(true, "The user interrupted your last answer and heard only: \"The sea\""));
		}
	}

	@Test
	void whatIsLeftUnspokenEndsWithTheSession() {
		try (Stage stage = speaking(TEXT).acknowledged().open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.engine.close(Stage.SESSION).subscribe();
			stage.advance(Duration.ofSeconds(1));
			assertThat(Stage.tale(reader)).endsWith("=1", "SessionClosed");
			assertThat(this.handled).isEmpty();
		}
	}

	@Test
	void whatIsUndecidedAboutSpeechEndsWithTheSession() {
		InterruptionPolicy policy = InterruptionPolicy.builder("talk").minWords(2).build();
		try (Stage stage = Stage.with(turn().policy("talk").stream((event) -> Flux.just(TEXT)).broadcast())
			.policies(policy)
			.acknowledged()
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			assertThat(stage.publish(new UserStartedSpeaking()).paused()).hasSize(1);
			stage.engine.close(Stage.SESSION).subscribe();
			stage.advance(Duration.ofSeconds(9));
			assertThat(Stage.tale(reader)).endsWith("UserStartedSpeaking", "AgentSpeechPaused", "SessionClosed");
		}
	}

	@Test
	void theDeadlineDecidesAboutSpeechTooWhileTheUserGoesOn() {
		InterruptionPolicy policy = InterruptionPolicy.builder("talk")
			.minWords(2)
			.decideWithin(Duration.ofMillis(500))
			.build();
		try (Stage stage = Stage.with(turn().policy("talk").stream((event) -> Flux.just(TEXT)).broadcast())
			.policies(policy)
			.acknowledged()
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			stage.advanceMillis(499);
			assertThat(Stage.tale(reader)).doesNotContain("AgentSpeechInterrupted");
			stage.advanceMillis(1);
			assertThat(Stage.tale(reader)).endsWith("AgentSpeechInterrupted");
			assertThat(stage.spy.decisions).extracting((decision) -> decision.rule()).endsWith("DEADLINE");
		}
	}

	@Test
	void whatIsHeardToItsEndWhileItIsUndecidedIsNotCut() {
		InterruptionPolicy policy = InterruptionPolicy.builder("talk")
			.minWords(2)
			.decideWithin(Duration.ofMillis(500))
			.build();
		try (Stage stage = Stage.with(turn().policy("talk").stream((event) -> Flux.just(TEXT)).broadcast())
			.policies(policy)
			.acknowledged()
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			sent(stage, TEXT);
			assertThat(stage.publish(new UserStoppedSpeaking()).started()).isEmpty();
			stage.advanceMillis(1_000);
			assertThat(this.handled).isEmpty();
			assertThat(Stage.tale(reader)).contains("AgentSpeechPaused").endsWith("AgentSpeechResumed");
			assertThat(stage.said()).containsExactly("AGENT:" + TEXT);
			assertThat(stage.publish(said("So, well, tell me")).started()).hasSize(1);
		}
	}

	@Test
	void aMessageIsNotSpokenForEver() {
		try (Stage stage = speaking(TEXT).acknowledged().open()) {
			stage.read(0);
			for (int i = 0; i < 20; i++) {
				stage.publish(new UserStoppedSpeaking());
			}
			assertThat(stage.publish(new UserStartedSpeaking()).interrupted()).hasSize(8);
			assertThat(stage.said()).isEmpty();
			assertThat(stage.conversation().asGenerated()).hasSize(20);
		}
	}

}
