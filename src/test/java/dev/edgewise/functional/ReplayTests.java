package dev.edgewise.functional;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import dev.edgewise.Decision;
import dev.edgewise.Decision.Verdict;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.InterruptionPolicy.WhileProtected;
import dev.edgewise.interruption.Phrases;
import dev.edgewise.route.RouteTable;
import dev.edgewise.session.EngineSettings.SessionBounds;
import dev.edgewise.test.RecordingException;
import dev.edgewise.test.Replay;
import dev.edgewise.web.RecordingText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Tests of recording sessions and playing them again.
 */
class ReplayTests {

	private static final InterruptionPolicy EAGER = policy(0, List.of(), List.of(), 0);

	private static final InterruptionPolicy LISTENING = policy(2, List.of("stop"), List.of("uh-huh"), 0);

	private static final RouteDefinition ASSISTANT = Routes.on(UserStoppedSpeaking.class)
		.id("assistant")
		.policy("tuned")
		.interruptOn(UserStartedSpeaking.class, DTMFInput.class)
		.stream((event, generation) -> Nodes.counting("word ", 100))
		.broadcast();

	private static InterruptionPolicy policy(int words, List<String> stop, List<String> backchannels, int opening) {
		return new InterruptionPolicy("tuned", words, Duration.ZERO, 0, new Phrases(stop, Map.of()),
				new Phrases(backchannels, backchannels.isEmpty() ? Map.of() : Map.of("de", List.of("genau"))),
				Duration.ZERO, Duration.ofMillis(opening), 0, 0, Duration.ofSeconds(10), Duration.ofMillis(500),
				Duration.ofMillis(300), WhileProtected.KEEP, 0, Duration.ZERO);
	}

	static LongStream seeds() {
		return LongStream.range(0, 200);
	}

	@ParameterizedTest(name = "seed {0}")
	@MethodSource("seeds")
	void anUnchangedPolicyDecidesAsItDid(long seed) {
		RandomSession session = new RandomSession(seed);
		RouteDefinition[] routes = session.routes();
		try (Stage stage = Stage.with(routes)
			.policies(RandomSession.CONVERSATION, RandomSession.PATIENT)
			.session((bounds) -> decisions(bounds, 10_000))
			.json()
			.open()) {
			session.play(stage, 5 + (int) (seed % 40));
			if (seed % 4 == 0) {
				stage.engine.close(Stage.SESSION).subscribe();
			}
			stage.advanceMillis(10);
			Replay.Result result = Replay.of(record(stage)).with(Stage.table(List.of(routes))).run();
			assertThat(result.differences()).isEmpty();
			assertThat(result.decisions()).hasSameSizeAs(stage.spy.decisions);
		}
	}

	@ParameterizedTest(name = "seed {0}")
	@MethodSource("seeds")
	void agentsThatHandOverAreDecidedAboutAsTheyWere(long seed) {
		RandomSession session = new RandomSession(seed, true);
		RouteDefinition[] routes = session.routes();
		try (Stage stage = Stage.with(routes)
			.initialAgent("front")
			.policies(RandomSession.CONVERSATION, RandomSession.PATIENT)
			.session((bounds) -> decisions(bounds, 10_000))
			.json()
			.open()) {
			session.play(stage, 5 + (int) (seed % 40));
			stage.advanceMillis(10);
			RouteTable table = Stage.table(List.of(routes), "front");
			Replay.Result result = Replay.of(record(stage)).with(table).run();
			assertThat(result.differences()).isEmpty();
			assertThat(result.decisions()).hasSameSizeAs(stage.spy.decisions);
		}
	}

	@ParameterizedTest(name = "seed {0}")
	@MethodSource("seeds")
	void whatIsStillSpokenIsDecidedAboutAsItWas(long seed) {
		RandomSession session = new RandomSession(seed).acknowledging();
		RouteDefinition[] routes = session.routes();
		try (Stage stage = Stage.with(routes)
			.acknowledged()
			.policies(RandomSession.CONVERSATION, RandomSession.PATIENT)
			.session((bounds) -> decisions(bounds, 10_000))
			.json()
			.open()) {
			session.play(stage, 5 + (int) (seed % 40));
			stage.advanceMillis(10);
			Replay.Result result = Replay.of(record(stage)).with(Stage.table(List.of(routes))).run();
			assertThat(result.differences()).isEmpty();
			assertThat(result.decisions()).hasSameSizeAs(stage.spy.decisions);
		}
	}

	static Stream<Arguments> changes() {
		UserStartedSpeaking start = new UserStartedSpeaking(null);
		UserStoppedSpeaking stop = new UserStoppedSpeaking(null);
		List<Object> listening = List.of(start, 200, said("uh-huh"), 100, stop);
		List<Object> stopping = List.of(start, 200, said("please stop"), 100, stop);
		List<Object> keys = List.of(new DTMFInput("1"), 500);
		return Stream.of(
				arguments("a sign of listening pauses and resumes, and its end starts nothing", EAGER, LISTENING,
						listening,
						List.of("UserStartedSpeaking assistant: INTERRUPT by INTERRUPTED -> PAUSE by BACKCHANNEL",
								"UserTranscriptionReceived assistant: nothing -> RESUME by BACKCHANNEL",
								"UserStoppedSpeaking assistant: nothing -> IGNORE by BACKCHANNEL")),
				arguments("a sign of listening interrupts", LISTENING, EAGER, listening,
						List.of("UserStartedSpeaking assistant: PAUSE by BACKCHANNEL -> INTERRUPT by INTERRUPTED",
								"UserTranscriptionReceived assistant: RESUME by BACKCHANNEL -> nothing",
								"UserStoppedSpeaking assistant: IGNORE by BACKCHANNEL -> nothing")),
				arguments("a stop phrase interrupts later", EAGER, LISTENING, stopping,
						List.of("UserStartedSpeaking assistant: INTERRUPT by INTERRUPTED -> PAUSE by BACKCHANNEL",
								"UserTranscriptionReceived assistant: nothing -> INTERRUPT by STOP_PHRASE")),
				arguments("what is no stop phrase any more has words enough", LISTENING,
						policy(2, List.of(), List.of("uh-huh"), 0), stopping,
						List.of("UserTranscriptionReceived assistant: INTERRUPT by STOP_PHRASE "
								+ "-> INTERRUPT by INTERRUPTED")),
				arguments("a key is no speech", EAGER, LISTENING, keys, List.of()),
				arguments("an opening is spared from keys too", EAGER, policy(0, List.of(), List.of(), 2_000), keys,
						List.of("DTMFInput assistant: INTERRUPT by INTERRUPTED -> IGNORE by OPENING")));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("changes")
	void aChangedPolicyTellsWhichDecisionsDiffer(String name, InterruptionPolicy before, InterruptionPolicy after,
			List<Object> tale, List<String> differences) {
		String recording = tell(before, tale);
		Replay replay = Replay.of(recording).with(table());
		assertThat(replay.run().differences()).isEmpty();
		assertThat(replay.policy(after).run().differences())
			.extracting((difference) -> difference.toString().replaceFirst("^\\d+ ", ""))
			.isEqualTo(differences);
	}

	@Test
	void whatIsSparedGoesOnAsFarAsItIsKnownAndThenIsSilent() {
		List<Object> tale = List.of(new DTMFInput("1"), 3_000, new DTMFInput("2"), 100);
		Replay.Result result = Replay.of(tell(EAGER, tale))
			.with(table())
			.policy(policy(0, List.of(), List.of(), 2_000))
			.run();
		assertThat(result.decisions()).extracting(Decision::verdict).containsExactly(Verdict.IGNORE, Verdict.INTERRUPT);
		assertThat(result.decisions()).extracting((decision) -> decision.evidence().agent().spokeFor())
			.containsExactly(Duration.ofMillis(900), Duration.ofMillis(3_900));
	}

	@Test
	void aPolicyCanBeChosenForTheWholeSession() {
		Replay.Result result = Replay.of(tell(LISTENING, List.of(new UserStartedSpeaking(null), 100)))
			.with(table())
			.sessionPolicy(InterruptionPolicy.IMMEDIATE_NAME)
			.run();
		assertThat(result.decisions()).extracting(Decision::policy).containsExactly("immediate");
		assertThat(result.differences()).hasSize(1);
	}

	@Test
	void differencesCarryBothDecisionsWithTheirEvidence() {
		Replay.Result result = Replay.of(tell(EAGER, List.of(new UserStartedSpeaking("Ann"), 100)))
			.with(table())
			.policy(LISTENING)
			.run();
		Replay.Difference difference = result.differences().get(0);
		assertThat(difference.recorded()).isNotNull();
		assertThat(difference.replayed()).isNotNull();
		assertThat(difference.replayed().sequence()).isEqualTo(difference.recorded().sequence());
		assertThat(difference.replayed().generation()).isEqualTo(difference.recorded().generation());
		assertThat(difference.replayed().at()).isEqualTo(difference.recorded().at());
		assertThat(difference.replayed().evidence()).isEqualTo(difference.recorded().evidence());
		assertThat(difference.recorded().evidence().user().speaker()).isEqualTo("Ann");
	}

	@Test
	void aRecordingThatLacksItsFirstDecisionsIsComparedFromThereOn() {
		try (Stage stage = Stage.with(ASSISTANT)
			.policies(LISTENING)
			.session((bounds) -> decisions(bounds, 2))
			.json()
			.open()) {
			play(stage, List.of(new UserStartedSpeaking(null), 100, said("uh-huh"), 100, new UserStoppedSpeaking(null),
					100, new DTMFInput("1"), 100));
			String recording = record(stage);
			assertThat(recording).contains("{\"gap\":{\"decisions\":2}}");
			Replay replay = Replay.of(recording).with(table());
			assertThat(replay.run().decisions()).hasSize(4);
			assertThat(replay.run().differences()).isEmpty();
			assertThat(replay.policy(EAGER).run().differences()).hasSize(3);
		}
	}

	@Test
	void whatCannotBeReplayedSaysWhy() {
		String recording = tell(EAGER, List.of(new UserStartedSpeaking(null), 100));
		refuse("", "The recording is empty");
		refuse("{\"frame\":{}}", "Line 1 is not the header of a recording");
		refuse("nonsense", "Line 1 is no JSON object");
		refuse(recording.replaceFirst("\"recording\":1", "\"recording\":2"), "version 2; this reads 1");
		refuse(recording.replace("\"type\":\"UserStartedSpeaking\"", "\"type\":\"Sneezed\""), "type 'Sneezed'");
		refuse(recording.replace("\"route\":\"assistant\"", "\"route\":\"butler\""), "route 'butler'");
		refuse(recording + "{\"surprise\":{}}\n", "there are no lines 'surprise'");
	}

	@Test
	void aRecordingWithoutItsFirstFramesIsRefused() {
		try (Stage stage = Stage.with(ASSISTANT).policies(EAGER).log(16, 1 << 20, 1L << 30).json().open()) {
			play(stage, List.of(2_000));
			String recording = record(stage);
			assertThat(recording.lines().skip(1).findFirst().orElseThrow()).startsWith("{\"gap\":{\"from\":1,\"to\":");
			refuse(recording, "had left the session's log");
		}
	}

	@Test
	void aSessionInWhichNothingHappenedIsItsHeader() {
		try (Stage stage = Stage.with(ASSISTANT).policies(EAGER).json().open()) {
			assertThat(record(stage).lines()).hasSize(1);
		}
	}

	private static void refuse(String recording, String message) {
		assertThatExceptionOfType(RecordingException.class).isThrownBy(() -> Replay.of(recording).with(table()).run())
			.withMessageContaining(message);
	}

	private static SessionBounds decisions(SessionBounds bounds, int decisions) {
		return new SessionBounds(bounds.max(), bounds.idleTimeout(), bounds.tombstone(), bounds.maxTombstones(),
				bounds.mailbox(), bounds.eventIds(), bounds.eventsPerSecond(), decisions);
	}

	private static UserTranscriptionReceived said(String words) {
		return new UserTranscriptionReceived(words, null, null, null);
	}

	private static RouteTable table() {
		return Stage.table(List.of(ASSISTANT));
	}

	/**
	 * Records what comes a second after the assistant has begun to speak.
	 */
	private static String tell(InterruptionPolicy policy, List<Object> tale) {
		try (Stage stage = Stage.with(ASSISTANT).policies(policy).json().open()) {
			play(stage, tale);
			return record(stage);
		}
	}

	private static void play(Stage stage, List<Object> tale) {
		stage.read(0);
		stage.publish(new UserStoppedSpeaking(null));
		stage.advanceMillis(1_000);
		for (Object step : tale) {
			if (step instanceof Integer millis) {
				stage.advanceMillis(millis);
			}
			else {
				stage.publish(step);
			}
		}
	}

	private static String record(Stage stage) {
		return RecordingText.of(Stage.get(stage.engine.recording(Stage.SESSION)));
	}

}
