package dev.edgewise.functional;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

import dev.edgewise.ConversationContext.Message;
import dev.edgewise.ConversationContext.Role;
import dev.edgewise.Frame;
import dev.edgewise.Interruption;
import dev.edgewise.Receipt;
import dev.edgewise.Routes;
import dev.edgewise.ToolPolicy;
import dev.edgewise.event.AgentGenerationComplete;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.AgentSpeechSent;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.ToolCall;
import dev.edgewise.event.ToolResult;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.session.LogReader;
import dev.edgewise.session.Submission;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * What is heard, what tools do and who speaks, all at once.
 */
class SurvivalLawTests {

	private static final String TEXT = "The sea is deep. It is cold, too.";

	private final List<Interruption> handled = new CopyOnWriteArrayList<>();

	private Routes.Trigger<UserStoppedSpeaking> turn() {
		return Routes.on(UserStoppedSpeaking.class)
			.interruptOn(UserStartedSpeaking.class)
			.onInterrupt(this.handled::add);
	}

	private static void assertNotCut(Stage stage, TestSubscriber<Frame> reader) {
		assertThat(Stage.tale(reader)).doesNotContain("AgentSpeechInterrupted");
		assertThat(stage.conversation().asGenerated()).extracting(Message::interrupted).doesNotContain(true);
		assertThat(stage.conversation().interrupted()).isFalse();
	}

	@Test
	void whatIsHeardToItsEndIsNotCutByAnEventOfTheSameArray() {
		try (Stage stage = Stage.with(turn().stream((event) -> Flux.just(TEXT)).broadcast()).acknowledged().open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			List<Receipt> receipts = stage.publishAll(new AgentSpeechSent(TEXT), new UserStartedSpeaking());
			stage.advanceMillis(1);
			assertThat(receipts.get(1).interrupted()).isEmpty();
			assertNotCut(stage, reader);
			assertThat(this.handled).isEmpty();
		}
	}

	@Test
	void anArrayMayCutWhatItHasAcknowledgedInPart() {
		try (Stage stage = Stage.with(turn().stream((event) -> Flux.just(TEXT)).broadcast()).acknowledged().open()) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publishAll(new AgentSpeechSent("The sea"), new UserStartedSpeaking(), new AgentSpeechSent(" is"));
			stage.advanceMillis(1);
			assertThat(this.handled).extracting(Interruption::heard).containsExactly("The sea");
			assertThat(stage.said()).containsExactly("AGENT!:The sea is");
		}
	}

	@Test
	void protectedTextThatIsHeardToItsEndIsNotCutByWhatWasWithheldMeanwhile() {
		InterruptionPolicy policy = InterruptionPolicy.builder("talk").minWords(1).build();
		try (Stage stage = Stage
			.with(turn().policy("talk").stream((event) -> Flux.just(new AgentResponse(TEXT, false))).broadcast())
			.policies(policy)
			.acknowledged()
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			stage.publish(new UserTranscriptionReceived("What?", null, null));
			stage.publish(new AgentSpeechSent(TEXT));
			stage.advanceMillis(1);
			assertNotCut(stage, reader);
			assertThat(this.handled).isEmpty();
		}
	}

	@Test
	void whatIsHeardToItsEndWhileItIsUndecidedIsNotCutByTheVerdict() {
		InterruptionPolicy policy = InterruptionPolicy.builder("talk").minWords(2).build();
		try (Stage stage = Stage.with(turn().policy("talk").stream((event) -> Flux.just(TEXT)).broadcast())
			.policies(policy)
			.acknowledged()
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			assertThat(stage.publish(new UserStoppedSpeaking()).started()).isEmpty();
			stage.publish(new AgentSpeechSent(TEXT));
			stage.advanceMillis(100);
			assertThat(stage.publish(new UserTranscriptionReceived("Stop there", null, null)).started()).hasSize(1);
			stage.advanceMillis(1);
			assertNotCut(stage, reader);
			assertThat(this.handled).isEmpty();
		}
	}

	@Test
	void theEndOfAGenerationDoesNotCutWhatItHasSaid() {
		try (Stage stage = Stage
			.with(turn().interruptOn(AgentGenerationComplete.class).stream((event) -> Flux.just(TEXT)).broadcast())
			.acknowledged()
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			assertNotCut(stage, reader);
			stage.publish(new UserStoppedSpeaking());
			assertThat(Stage.tale(reader)).endsWith("=2", "AgentSpeechInterrupted");
		}
	}

	@Test
	void theTimeThatAGenerationMayRunDoesNotCutWhatItHasSaid() {
		AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> {
		});
		try (Stage stage = Stage
			.with(turn().stream((event) -> Flux.just(TEXT)).broadcast(), Routes.on(DTMFInput.class).filter((event) -> {
				meanwhile.get().run();
				return false;
			}).stream((event) -> Flux.empty()).broadcast())
			.acknowledged()
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0, 2);
			stage.publish(new UserStoppedSpeaking());
			meanwhile.set(() -> {
				reader.request(10);
				stage.advance(Duration.ofMinutes(5));
			});
			stage.publish(new DTMFInput("1"));
			stage.advanceMillis(1);
			assertThat(Stage.tale(reader)).contains("=1");
			assertNotCut(stage, reader);
		}
	}

	@Test
	void protectedTextIsProtectedFromTheWordBeforeIt() {
		try (Stage stage = Stage
			.with(turn().stream((event) -> Flux.just(new AgentResponse("Hi. "),
					new AgentResponse("This call is recorded. ", false), new AgentResponse("Bye.")))
				.broadcast())
			.acknowledged()
			.open()) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new AgentSpeechSent("Hi."));
			assertThat(stage.publish(new UserStartedSpeaking()).ignored()).hasSize(1);
			stage.publish(new AgentSpeechSent("This call is recorded."));
			// What was withheld cuts it now.
			assertThat(stage.said()).containsExactly("AGENT!:Hi. This call is recorded.");
		}
	}

	@Test
	void aTurnDoesNotWaitForEverForSpeechThatNobodyAcknowledges() {
		InterruptionPolicy policy = InterruptionPolicy.builder("talk").minWords(1).build();
		try (Stage stage = Stage
			.with(turn().policy("talk")
				.stream((event) -> Flux.just(new AgentResponse("This call is recorded. ", false))
					.concatWith(Mono.<AgentResponse>empty().delaySubscription(Duration.ofMillis(100))))
				.broadcast())
			.policies(policy)
			.acknowledged()
			.open()) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			stage.publish(new UserTranscriptionReceived("What did you say?", null, null));
			LogReader response = Stage.get(stage.engine.publishAndRead(Stage.SESSION,
					List.of(new Submission(new UserStoppedSpeaking(), null, null))));
			stage.advance(Duration.ofMinutes(4));
			drain(response);
			assertThat(response.isComplete()).isFalse();
			stage.advance(Duration.ofMinutes(2));
			drain(response);
			assertThat(response.isComplete()).isTrue();
			response.close();
		}
	}

	@Test
	void speechThatIsAcknowledgedGoesOnForAsLongAsItTakes() {
		try (Stage stage = Stage.with(turn().stream((event) -> Flux.just(TEXT)).broadcast()).acknowledged().open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			for (String word : List.of("The", "sea", "is", "deep.")) {
				stage.advance(Duration.ofMinutes(4));
				stage.publish(new AgentSpeechSent(word));
			}
			stage.publish(new UserStartedSpeaking());
			assertThat(Stage.tale(reader)).contains("AgentSpeechInterrupted");
		}
	}

	static List<Frame> drain(LogReader reader) {
		List<Frame> frames = new CopyOnWriteArrayList<>();
		LogReader.Taken taken;
		while ((taken = reader.take()) != null) {
			frames.add(taken.frame());
		}
		reader.flush();
		return frames;
	}

	@Test
	void whatANodeKeepsWhenItLearnsOfTheFenceIsNotWhatItHadKept() {
		try (Stage stage = Stage.of(turn().stream((event, generation) -> {
			generation.state("step", 1);
			return Flux.just("hm").concatWith(Flux.never()).doOnCancel(() -> generation.state("step", 2));
		}).broadcast())) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			stage.advanceMillis(1);
			assertThat(this.handled).extracting(Interruption::state).containsExactly(Map.of("step", 1));
		}
	}

	@Test
	void nobodyElseAnswersTheCallOfAToolThatRuns() {
		Sinks.One<String> work = Sinks.one();
		try (Stage stage = Stage.of(
				turn()
					.stream((event, generation) -> generation.tool(new ToolCall("c", "book", Map.of("seat", 1)),
							work.asMono(), ToolPolicy.FINISH))
					.broadcast())) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new ToolCall("c", "book", Map.of()));
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new ToolResult("c", "book", "forged", null));
			work.tryEmitValue("seat 1");
			stage.advanceMillis(1);
			assertThat(Stage.tale(reader)).contains("1:c=seat 1", "=1");
			assertThat(stage.conversation().messages()).filteredOn((message) -> message.role() == Role.TOOL)
				.extracting(Message::text, (message) -> message.call().toolArgs())
				.containsExactly(tuple("seat 1", Map.of("seat", 1)));
		}
	}

	@Test
	void aReaderSeesTheCallAndTheResultOfAToolWhereverItStandsAtTheFence() {
		for (int demand = 2; demand < 6; demand++) {
			try (Stage stage = Stage.of(turn()
				.stream((event,
						generation) -> Flux.concat(generation.tool(new ToolCall("c", "book", Map.of()),
								Mono.just("done"), ToolPolicy.FINISH), Mono.just("booked"), Mono.never()))
				.broadcast())) {
				stage.read(0);
				TestSubscriber<Frame> slow = stage.read(0, demand);
				stage.publish(new UserStoppedSpeaking());
				stage.publish(new UserStartedSpeaking());
				stage.advanceMillis(1);
				slow.request(10);
				stage.advanceMillis(1);
				assertThat(Stage.tale(slow)).contains("1:c()", "1:c=done").endsWith("UserStartedSpeaking", "!1");
				assertThat(stage.spy.discarded).hasValue(0);
			}
		}
	}

}
