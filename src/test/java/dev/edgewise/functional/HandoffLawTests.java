package dev.edgewise.functional;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import dev.edgewise.Decision;
import dev.edgewise.Decision.Verdict;
import dev.edgewise.Frame;
import dev.edgewise.Generation;
import dev.edgewise.Interruption;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.Overlap;
import dev.edgewise.Protection;
import dev.edgewise.Receipt;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.event.AgentError;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.AgentGenerationStarted;
import dev.edgewise.event.AgentHandoff;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.AgentSpeechSent;
import dev.edgewise.event.AgentTakesFloor;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.session.LogReader;
import dev.edgewise.session.Recording;
import dev.edgewise.session.SessionView.GenerationView;
import dev.edgewise.session.Submission;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One agent of several is active in a session, and a handoff lets another take over.
 */
class HandoffLawTests {

	private static final InterruptionPolicy TALK = InterruptionPolicy.builder("talk")
		.minWords(2)
		.decideWithin(Duration.ofMillis(500))
		.build();

	private static final AgentHandoff TO_BILLING = new AgentHandoff("billing", null);

	private static final AgentHandoff TO_GREETER = new AgentHandoff("greeter", null);

	private final Sinks.Many<Object> items = Sinks.many().unicast().onBackpressureBuffer();

	private static Routes.Trigger<UserStoppedSpeaking> turnOf(String agent) {
		return Routes.on(UserStoppedSpeaking.class).id(agent).agent(agent).interruptOn(UserStartedSpeaking.class);
	}

	private static RouteDefinition talking(String agent) {
		return turnOf(agent).stream((event) -> Nodes.counting(agent.substring(0, 1), 9)).broadcast();
	}

	private static RouteDefinition saying(Routes.Trigger<?> trigger, Object... items) {
		return trigger.stream((event) -> Flux.just(items)).broadcast();
	}

	/**
	 * A greeter that says what the test wants it to say.
	 */
	private RouteDefinition greeter() {
		return turnOf("greeter").stream((event) -> this.items.asFlux()).broadcast();
	}

	private void say(Object item) {
		this.items.tryEmitNext(item).orThrow();
	}

	private static Stage.Plan with(RouteDefinition... routes) {
		return Stage.with(routes).initialAgent("greeter").policies(TALK);
	}

	private static String agentOf(Stage stage) {
		return stage.view().agent();
	}

	private static AgentGenerationInterrupted interruptionIn(TestSubscriber<Frame> reader) {
		return reader.getReceivedOnNext()
			.stream()
			.map(Frame::event)
			.filter(AgentGenerationInterrupted.class::isInstance)
			.map(AgentGenerationInterrupted.class::cast)
			.reduce((first, second) -> second)
			.orElseThrow();
	}

	private static List<Frame> taken(LogReader reader) {
		List<Frame> frames = new ArrayList<>();
		for (LogReader.Taken taken = reader.take(); taken != null; taken = reader.take()) {
			frames.add(taken.frame());
		}
		return frames;
	}

	@Test
	void aRouteStartsOnlyWhileItsAgentIsActive() {
		try (Stage stage = with(talking("greeter"), talking("billing"),
				saying(Routes.on(UserStoppedSpeaking.class).id("log"), "noted"))
			.open()) {
			assertThat(agentOf(stage)).isEqualTo("greeter");
			assertThat(stage.publish(new UserStoppedSpeaking()).started()).hasSize(2);
			assertThat(stage.view().generations()).extracting(GenerationView::route).contains("greeter");
			stage.publish(TO_BILLING);
			assertThat(agentOf(stage)).isEqualTo("billing");
			stage.publish(new UserStoppedSpeaking());
			assertThat(stage.view().generations()).extracting(GenerationView::route)
				.contains("billing")
				.doesNotContain("greeter");
		}
	}

	@Test
	void noAgentIsActiveBeforeTheFirstHandoffIfNoneIsInitial() {
		try (Stage stage = Stage.of(talking("greeter"), saying(Routes.on(UserStoppedSpeaking.class), "noted"))) {
			assertThat(agentOf(stage)).isNull();
			assertThat(stage.publish(new UserStoppedSpeaking()).started()).hasSize(1);
			stage.publish(TO_GREETER);
			assertThat(agentOf(stage)).isEqualTo("greeter");
			assertThat(stage.publish(new UserStoppedSpeaking()).started()).hasSize(2);
		}
	}

	@Test
	void aHandoffIsAnEventLikeAnyOtherWhereThereAreNoAgents() {
		try (Stage stage = Stage.of(saying(Routes.on(AgentHandoff.class), "hello"))) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(TO_BILLING);
			stage.advanceMillis(1);
			assertThat(Stage.tale(reader)).containsExactly("AgentHandoff", "+1", "1:hello", "=1");
			assertThat(agentOf(stage)).isNull();
		}
	}

	@Test
	void theFilterOfAnAgentThatIsNotActiveIsNotAsked() {
		AtomicInteger asked = new AtomicInteger();
		try (Stage stage = with(talking("greeter"),
				turnOf("billing").filter((event) -> asked.incrementAndGet() > 0)
					.stream((event) -> Flux.just("b"))
					.broadcast())
			.open()) {
			stage.publish(new UserStoppedSpeaking());
			assertThat(asked).hasValue(0);
			stage.publish(TO_BILLING);
			stage.publish(new UserStoppedSpeaking());
			assertThat(asked).hasValue(1);
		}
	}

	@Test
	void theOldAgentIsCutOffBeforeTheNewOneStarts() {
		AtomicReference<Interruption> seen = new AtomicReference<>();
		RouteDefinition greeter = turnOf("greeter").onInterrupt(seen::set)
			.stream((event) -> Nodes.counting("g", 9))
			.broadcast();
		try (Stage stage = with(greeter, saying(Routes.on(AgentHandoff.class).id("welcome").agent("billing"), "b"),
				Routes.on(UserStoppedSpeaking.class).id("music").stream((event) -> Nodes.counting("m", 9)).broadcast())
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			List<String> started = stage.publish(new UserStoppedSpeaking()).started();
			stage.advanceMillis(150);
			Receipt receipt = stage.publish(TO_BILLING);
			assertThat(receipt.interrupted()).containsExactly(started.get(0));
			assertThat(receipt.started()).hasSize(1);
			assertThat(receipt.decisions()).isEmpty();
			stage.advanceMillis(100);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "+2", "1:g1", "2:m1",
					"AgentHandoff", "!1", "+3", "3:b", "=3", "2:m2");
			assertThat(interruptionIn(reader).reason()).isEqualTo(Reason.EVENT);
			assertThat(interruptionIn(reader).cause()).isEqualTo(receipt.sequence());
			assertThat(seen.get().cause().event()).isEqualTo(TO_BILLING);
			assertThat(stage.spy.fences).containsExactly(Reason.EVENT);
			assertThat(stage.said()).contains("AGENT!:g1", "AGENT:b");
		}
	}

	@Test
	void whatWaitsAndWhatIsQueuedIsCutOffToo() {
		Nodes.Deaf deaf = new Nodes.Deaf();
		RouteDefinition queueing = Routes.on(UserStoppedSpeaking.class)
			.id("greeter")
			.agent("greeter")
			.overlap(Overlap.QUEUE)
			.stream((event) -> deaf)
			.broadcast();
		try (Stage stage = with(queueing, talking("billing")).open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStoppedSpeaking());
			assertThat(stage.publish(TO_BILLING).interrupted()).hasSize(2);
			stage.advanceMillis(1_000);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "UserStoppedSpeaking",
					"AgentHandoff", "!1", "+2", "!2");
		}
	}

	@Test
	void aStartThatWaitsForADecisionIsForgotten() {
		RouteDefinition greeter = turnOf("greeter").policy("talk")
			.stream((event) -> Nodes.counting("g", 9))
			.broadcast();
		try (Stage stage = with(greeter, talking("billing")).open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(150);
			stage.publish(new UserStartedSpeaking());
			Receipt turn = stage.publish(new UserStoppedSpeaking());
			assertThat(turn.started()).isEmpty();
			stage.publish(TO_BILLING);
			stage.publish(new UserTranscriptionReceived("and now this", false, null));
			stage.advanceMillis(1_000);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:g1", "UserStartedSpeaking",
					"~1", "UserStoppedSpeaking", "AgentHandoff", "!1", "UserTranscriptionReceived");
		}
	}

	@Test
	void aStartThatWaitsForTheEndOfAProtectionIsForgotten() {
		AtomicReference<Generation> running = new AtomicReference<>();
		RouteDefinition greeter = turnOf("greeter").stream((event, generation) -> {
			running.set(generation);
			return Nodes.counting("g", 9);
		}).broadcast();
		try (Stage stage = with(greeter, talking("billing")).open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			Protection section = running.get().protect();
			stage.publish(new UserStartedSpeaking());
			stage.publish(new UserStoppedSpeaking());
			stage.publish(TO_BILLING);
			stage.publish(TO_GREETER);
			section.close();
			stage.advanceMillis(500);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "UserStartedSpeaking",
					"UserStoppedSpeaking", "AgentHandoff", "AgentHandoff", "!1");
		}
	}

	@Test
	void aTurnThatCouldStillStartLateIsForgotten() {
		RouteDefinition greeter = turnOf("greeter").policy("talk")
			.stream((event) -> Flux.concat(Flux.just("g1"), Flux.never()))
			.broadcast();
		try (Stage stage = with(greeter, talking("billing")).open()) {
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(100);
			stage.publish(new UserStartedSpeaking());
			stage.publish(new UserTranscriptionReceived("well", true, null));
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(600);
			stage.publish(TO_BILLING);
			stage.publish(TO_GREETER);
			Receipt words = stage.publish(new UserTranscriptionReceived("well I never", false, null));
			assertThat(words.started()).isEmpty();
			assertThat(stage.view().generations()).isEmpty();
		}
	}

	@Test
	void lateWordsCutOffTheOneThatHandsOverAndStartNothing() {
		RouteDefinition greeter = turnOf("greeter").policy("talk").stream((event) -> this.items.asFlux()).broadcast();
		try (Stage stage = with(greeter, talking("billing")).open()) {
			stage.publish(new UserStoppedSpeaking());
			say("One moment. ");
			stage.publish(new UserStartedSpeaking());
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(500);
			say(TO_BILLING);
			Receipt words = stage.publish(new UserTranscriptionReceived("well I never", false, null));
			assertThat(words.interrupted()).hasSize(1);
			assertThat(words.started()).isEmpty();
			assertThat(stage.view().generations()).isEmpty();
		}
	}

	@ParameterizedTest(name = "seed {0}")
	@MethodSource("seeds")
	void nothingOfAnAgentStartsWhileAnotherIsActive(long seed) {
		RandomSession session = new RandomSession(seed, true);
		RouteDefinition[] routes = session.routes();
		Map<String, String> agents = new HashMap<>();
		Stream.of(routes).forEach((route) -> agents.put(route.id(), route.agent()));
		try (Stage stage = Stage.with(routes)
			.initialAgent("front")
			.policies(RandomSession.CONVERSATION, RandomSession.PATIENT)
			.open()) {
			session.play(stage, 30);
			List<Frame> frames = Stage.get(stage.engine.recording(Stage.SESSION))
				.lines()
				.stream()
				.filter(Recording.Framed.class::isInstance)
				.map((line) -> ((Recording.Framed) line).frame())
				.toList();
			String active = "front";
			for (int i = 0; i < frames.size(); i++) {
				Frame frame = frames.get(i);
				String agent = agents.get(frame.route());
				if (frame.event() instanceof AgentHandoff handoff && (agent == null || agent.equals(active))
						&& agents.containsValue(handoff.targetAgent())) {
					active = handoff.targetAgent();
				}
				else if (frame.event() instanceof AgentGenerationStarted && agent != null && !isOverAt(i + 1, frames)) {
					assertThat(agent).as("the agent of frame %d", frame.sequence()).isEqualTo(active);
				}
			}
			assertThat(agentOf(stage)).isEqualTo(active);
		}
	}

	/**
	 * Whether a generation was cut off before it was called.
	 */
	private static boolean isOverAt(int index, List<Frame> frames) {
		return index < frames.size() && frames.get(index).event() instanceof AgentGenerationInterrupted
				&& Objects.equals(frames.get(index).generation(), frames.get(index - 1).generation());
	}

	static LongStream seeds() {
		return LongStream.range(0, 100);
	}

	@Test
	void theLastWordsOfTheOneThatHandsOverReachASlowReader() {
		try (Stage stage = with(greeter(), saying(Routes.on(AgentHandoff.class).agent("billing"), "Billing here."))
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0, 2);
			stage.publish(new UserStoppedSpeaking());
			say("Transferring ");
			say("you. ");
			say(TO_BILLING);
			say("and");
			this.items.tryEmitComplete().orThrow();
			assertThat(agentOf(stage)).isEqualTo("billing");
			stage.advanceMillis(100);
			assertThat(stage.spy.fences).isEmpty();
			reader.request(2);
			stage.advanceMillis(100);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:Transferring ", "1:you. ");
			assertThat(stage.spy.fences).isEmpty();
			reader.request(Long.MAX_VALUE);
			stage.advanceMillis(100);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:Transferring ", "1:you. ",
					"1:AgentHandoff", "+2", "2:Billing here.", "=2", "!1");
			assertThat(interruptionIn(reader).cause()).isEqualTo(5);
			assertThat(stage.said()).contains("AGENT!:Transferring you. ");
		}
	}

	@Test
	void theOneThatHandsOverEndsByItselfIfItSaysNoMore() {
		try (Stage stage = with(saying(turnOf("greeter"), "Transferring you. ", TO_BILLING),
				saying(Routes.on(AgentHandoff.class).agent("billing"), "Billing here."))
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(100);
			assertThat(Stage.tale(reader)).containsExactlyInAnyOrder("UserStoppedSpeaking", "+1",
					"1:Transferring you. ", "1:AgentHandoff", "=1", "+2", "2:Billing here.", "=2");
			assertThat(stage.spy.fences).isEmpty();
			assertThat(stage.said()).contains("AGENT:Transferring you. ", "AGENT:Billing here.");
		}
	}

	@Test
	void theOneThatHandsOverAndGoesOnIsCutOffAtOnceIfNobodyReads() {
		try (Stage stage = with(greeter(), talking("billing")).open()) {
			stage.publish(new UserStoppedSpeaking());
			say("Transferring you. ");
			say(TO_BILLING);
			assertThat(stage.spy.fences).isEmpty();
			say("Or shall I?");
			assertThat(stage.spy.fences).containsExactly(Reason.EVENT);
			TestSubscriber<Frame> late = stage.read(0);
			assertThat(Stage.tale(late)).doesNotContain("1:Or shall I?").endsWith("1:AgentHandoff", "!1");
		}
	}

	@Test
	void theOneThatHandsOverIsCutOffWhenItsOnlyReaderLeaves() {
		try (Stage stage = with(greeter(), talking("billing")).open()) {
			TestSubscriber<Frame> reader = stage.read(0, 1);
			stage.publish(new UserStoppedSpeaking());
			say(TO_BILLING);
			say("more");
			assertThat(stage.spy.fences).isEmpty();
			reader.cancel();
			assertThat(stage.spy.fences).containsExactly(Reason.EVENT);
		}
	}

	@Test
	void theOneThatHandsOverFailsIfItsNodeFails() {
		try (Stage stage = with(turnOf("greeter")
			.stream((event) -> Flux.concat(Flux.just(TO_BILLING), Flux.error(new IllegalStateException("on purpose"))))
			.broadcast(), talking("billing")).open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(10);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:AgentHandoff", "x1");
			assertThat(agentOf(stage)).isEqualTo("billing");
		}
	}

	@Test
	void aHandoffThatHasHappenedIsSeenEvenIfItsGenerationIsCutOffThen() {
		try (Stage stage = with(greeter(), talking("billing")).open()) {
			LogReader reader = stage.engine.reader(Stage.SESSION, 0);
			stage.publish(new UserStoppedSpeaking());
			say("Transferring you. ");
			say(TO_BILLING);
			stage.publish(new UserStartedSpeaking());
			List<Frame> frames = taken(reader);
			assertThat(Stage.tale(frames)).containsExactly("UserStoppedSpeaking", "1:AgentHandoff",
					"UserStartedSpeaking", "!1");
			assertThat(((AgentGenerationInterrupted) frames.get(3).event()).discarded()).isEqualTo(1);
			reader.close();
		}
	}

	@Test
	void aHandoffOfAGenerationThatIsCutOffBeforeDoesNotHappen() {
		try (Stage stage = with(greeter(), talking("billing")).log(4, 1 << 20, 1 << 30).open()) {
			LogReader reader = stage.engine.reader(Stage.SESSION, 0);
			stage.publish(new UserStoppedSpeaking());
			for (int i = 0; i < 4; i++) {
				say("word ");
			}
			say(TO_BILLING);
			assertThat(agentOf(stage)).isEqualTo("greeter");
			stage.publish(new UserStartedSpeaking());
			stage.advanceMillis(100);
			assertThat(agentOf(stage)).isEqualTo("greeter");
			assertThat(stage.view().generations()).isEmpty();
			reader.close();
		}
	}

	@Test
	void aHandoffWaitsWhileItsGenerationStandsStill() {
		RouteDefinition greeter = turnOf("greeter").policy("talk").stream((event) -> this.items.asFlux()).broadcast();
		try (Stage stage = with(greeter, talking("billing")).open()) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			say("One moment. ");
			stage.advanceMillis(100);
			stage.publish(new UserStartedSpeaking());
			say(TO_BILLING);
			assertThat(agentOf(stage)).isEqualTo("greeter");
			stage.publish(new UserTranscriptionReceived("uh", false, null));
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(500);
			assertThat(agentOf(stage)).isEqualTo("billing");
		}
	}

	@Test
	void aPauseAfterItsHandoffLetsAGenerationWait() {
		RouteDefinition greeter = turnOf("greeter").policy("talk").stream((event) -> this.items.asFlux()).broadcast();
		try (Stage stage = with(greeter, talking("billing")).open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			say("One moment. ");
			say(TO_BILLING);
			stage.advanceMillis(100);
			stage.publish(new UserStartedSpeaking());
			say("more");
			assertThat(stage.spy.fences).isEmpty();
			stage.publish(new UserTranscriptionReceived("uh", false, null));
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(500);
			assertThat(Stage.tale(reader)).doesNotContain("1:more").contains("~1", "!1");
			assertThat(stage.spy.decisions).extracting(Decision::verdict).endsWith(Verdict.RESUME);
			assertThat(interruptionIn(reader).cause()).isEqualTo(4);
		}
	}

	@Test
	void anUnknownAgentIsAnErrorAndTheOldOneGoesOn() {
		try (Stage stage = with(talking("greeter"), talking("billing"),
				saying(Routes.on(AgentHandoff.class).id("log"), "noted"),
				saying(Routes.on(AgentError.class).id("excuse"), "Sorry."))
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			Receipt receipt = stage.publish(new AgentHandoff("biling", null));
			assertThat(receipt.interrupted()).isEmpty();
			assertThat(receipt.started()).hasSize(1);
			stage.advanceMillis(100);
			assertThat(agentOf(stage)).isEqualTo("greeter");
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "AgentHandoff", "AgentError",
					"+2", "+3", "2:noted", "3:Sorry.", "=2", "=3", "1:g1");
			assertThat(reader.getReceivedOnNext().get(3).event())
				.isEqualTo(new AgentError("There is no agent 'biling'; there are greeter, billing", "unknown-agent"));
		}
	}

	@Test
	void theErrorOfAnUnknownAgentIsPartOfTheResponse() {
		try (Stage stage = with(talking("greeter")).open()) {
			LogReader reader = Stage
				.get(stage.engine.publishAndRead(Stage.SESSION, List.of(new Submission(TO_BILLING, null, null))));
			List<Frame> frames = taken(reader);
			assertThat(reader.isComplete()).isTrue();
			assertThat(Stage.tale(frames)).containsExactly("AgentHandoff", "AgentError");
			reader.close();
		}
	}

	@Test
	void anUnknownNameIsNotRepeatedAtLength() {
		try (Stage stage = with(talking("greeter")).json().open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new AgentHandoff("x" + "\uD83C\uDF0A".repeat(10_000), null));
			AgentError error = (AgentError) reader.getReceivedOnNext().get(1).event();
			assertThat(error.error()).hasSizeLessThan(400).contains("\uD83C\uDF0A...'");
		}
	}

	@Test
	void errorsThatHandOverToNobodyEndAtTheHopLimit() {
		try (Stage stage = with(saying(Routes.on(AgentError.class).overlap(Overlap.PARALLEL), TO_BILLING),
				talking("greeter"))
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(TO_BILLING);
			stage.advanceMillis(100);
			List<Object> errors = reader.getReceivedOnNext()
				.stream()
				.map(Frame::event)
				.filter(AgentError.class::isInstance)
				.toList();
			assertThat(((AgentError) errors.get(errors.size() - 1)).code()).isEqualTo("hop-limit");
			assertThat(errors).hasSize(6);
		}
	}

	@Test
	void aHandoffToTheActiveAgentDoesNothing() {
		try (Stage stage = with(greeter(), talking("billing")).open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			assertThat(stage.publish(TO_GREETER).interrupted()).isEmpty();
			say("still ");
			say(TO_GREETER);
			say("here");
			stage.advanceMillis(100);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "AgentHandoff", "1:still ",
					"1:AgentHandoff", "1:here");
		}
	}

	@Test
	void anAlwaysActiveRouteMayHandOverAndIsNotCutOff() {
		try (Stage stage = with(talking("greeter"), talking("billing"),
				Routes.on(DTMFInput.class)
					.id("operator")
					.stream((event) -> Flux.concat(Flux.just(TO_BILLING), Nodes.counting("o", 2)))
					.broadcast())
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new DTMFInput("0"));
			stage.advanceMillis(250);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "DTMFInput", "+2",
					"2:AgentHandoff", "!1", "2:o1", "2:o2", "=2");
			assertThat(agentOf(stage)).isEqualTo("billing");
		}
	}

	@Test
	void twoHandoffsInOneArrayAreAppliedInTurn() {
		try (Stage stage = with(talking("greeter"),
				Routes.on(AgentHandoff.class).agent("billing").stream((event) -> Nodes.counting("b", 9)).broadcast(),
				saying(Routes.on(AgentHandoff.class).agent("sales"), "s"))
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			List<Receipt> receipts = stage.publishAll(TO_BILLING, new AgentHandoff("sales", null));
			assertThat(receipts.get(0).interrupted()).hasSize(1);
			assertThat(receipts.get(1).interrupted()).isEqualTo(receipts.get(0).started());
			stage.advanceMillis(300);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "AgentHandoff", "!1",
					"AgentHandoff", "+2", "!2", "+3", "3:s", "=3");
			assertThat(agentOf(stage)).isEqualTo("sales");
		}
	}

	@Test
	void ofTwoHandoffsOfOneGenerationTheFirstHolds() {
		try (Stage stage = with(saying(turnOf("greeter"), TO_BILLING, new AgentHandoff("sales", null)),
				talking("billing"), talking("sales"))
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(10);
			assertThat(agentOf(stage)).isEqualTo("billing");
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:AgentHandoff", "!1");
		}
	}

	@Test
	void agentsThatHandOverToEachOtherEndAtTheHopLimit() {
		try (Stage stage = with(
				saying(Routes.on(UserStoppedSpeaking.class, AgentHandoff.class).id("greeter").agent("greeter"), "g",
						TO_BILLING),
				saying(Routes.on(AgentHandoff.class).id("billing").agent("billing"), "b", TO_GREETER))
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(1_000);
			List<String> tale = Stage.tale(reader);
			assertThat(tale).filteredOn((word) -> word.endsWith(":AgentHandoff")).hasSize(8);
			assertThat(tale).filteredOn((word) -> word.equals("AgentError")).hasSize(1);
			assertThat(stage.view().generations()).isEmpty();
			assertThat(agentOf(stage)).isEqualTo("greeter");
		}
	}

	@Test
	void aProtectedGenerationOfTheOldAgentIsCutOffWhenItsProtectionEnds() {
		AtomicReference<Generation> running = new AtomicReference<>();
		RouteDefinition greeter = turnOf("greeter").stream((event, generation) -> {
			running.set(generation);
			return Nodes.counting("g", 9);
		}).broadcast();
		try (Stage stage = with(greeter, saying(Routes.on(AgentHandoff.class).agent("billing"), "b")).open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			Protection section = running.get().protect();
			stage.advanceMillis(150);
			Receipt handoff = stage.publish(TO_BILLING);
			assertThat(handoff.interrupted()).isEmpty();
			assertThat(agentOf(stage)).isEqualTo("billing");
			stage.advanceMillis(100);
			section.close();
			stage.advanceMillis(200);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:g1", "AgentHandoff", "+2",
					"2:b", "=2", "1:g2", "!1");
			assertThat(interruptionIn(reader).cause()).isEqualTo(handoff.sequence());
		}
	}

	@Test
	void aForcedHandoffCutsOffWhatIsProtectedToo() {
		RouteDefinition notice = turnOf("greeter").interruptible(false)
			.stream((event) -> Nodes.counting("g", 9))
			.broadcast();
		try (Stage stage = with(notice, talking("billing")).open()) {
			stage.publish(new UserStoppedSpeaking());
			List<Receipt> receipts = Stage
				.get(stage.engine.publishAll(Stage.SESSION, List.of(new Submission(TO_BILLING, null, null, true))));
			assertThat(receipts.get(0).interrupted()).hasSize(1);
		}
	}

	@Test
	void whatCannotBeInterruptedRunsToItsEndAndIsSucceededByNobody() {
		RouteDefinition notice = turnOf("greeter").interruptible(false)
			.overlap(Overlap.QUEUE)
			.stream((event) -> Nodes.counting("g", 2))
			.broadcast();
		try (Stage stage = with(notice, talking("billing")).open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(50);
			stage.publish(TO_BILLING);
			stage.advanceMillis(500);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "UserStoppedSpeaking",
					"AgentHandoff", "+2", "!2", "1:g1", "1:g2", "=1");
		}
	}

	@Test
	void aHandoffOfAGenerationThatIsLeavingIsNotHeeded() {
		RouteDefinition notice = turnOf("greeter").interruptible(false)
			.stream((event) -> this.items.asFlux())
			.broadcast();
		try (Stage stage = with(notice, talking("billing"), talking("sales")).open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(TO_BILLING);
			say(new AgentHandoff("sales", null));
			say(new AgentHandoff("nobody", null));
			assertThat(agentOf(stage)).isEqualTo("billing");
			assertThat(Stage.tale(reader)).endsWith("1:AgentHandoff", "1:AgentHandoff");
		}
	}

	@Test
	void whatIsProtectedAfterItsOwnHandoffIsStillSaidAndNoMore() {
		AtomicReference<Generation> running = new AtomicReference<>();
		RouteDefinition greeter = turnOf("greeter").stream((event, generation) -> {
			running.set(generation);
			return this.items.asFlux();
		}).broadcast();
		try (Stage stage = with(greeter, talking("billing")).open()) {
			TestSubscriber<Frame> reader = stage.read(0, 2);
			stage.publish(new UserStoppedSpeaking());
			Protection section = running.get().protect();
			say("This call ");
			say(TO_BILLING);
			say("is recorded. ");
			section.close();
			say("Bye");
			stage.advanceMillis(10);
			assertThat(stage.spy.fences).isEmpty();
			reader.request(2);
			stage.advanceMillis(10);
			assertThat(stage.spy.fences).isEmpty();
			reader.request(Long.MAX_VALUE);
			stage.advanceMillis(10);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:This call ",
					"1:AgentHandoff", "1:is recorded. ", "!1");
		}
	}

	@Test
	void whatTheOldAgentIsStillHeardToSayIsCutOff() {
		try (Stage stage = with(saying(turnOf("greeter"), "Our opening hours are"), talking("billing")).acknowledged()
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			List<String> started = stage.publish(new UserStoppedSpeaking()).started();
			stage.advanceMillis(10);
			stage.publish(new AgentSpeechSent("Our opening"));
			assertThat(stage.publish(TO_BILLING).interrupted()).isEqualTo(started);
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "1:Our opening hours are", "=1",
					"AgentSpeechSent", "AgentHandoff", "AgentSpeechInterrupted");
			assertThat(stage.said()).containsExactly("AGENT!:Our opening");
		}
	}

	@Test
	void whatAnAgentHasSaidInFullBeforeItHandsOverItselfIsStillSpoken() {
		try (Stage stage = with(saying(turnOf("greeter"), "Hello. "),
				saying(Routes.on(DTMFInput.class).agent("greeter"), "Transferring you. ", TO_BILLING),
				saying(Routes.on(AgentHandoff.class).agent("billing"), "Billing here."))
			.acknowledged()
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new DTMFInput("1"));
			stage.advanceMillis(10);
			assertThat(Stage.tale(reader)).doesNotContain("AgentSpeechInterrupted").contains("=1", "=2", "=3");
			assertThat(agentOf(stage)).isEqualTo("billing");
		}
	}

	@Test
	void anAimedHandoffInterruptsTheOneAlone() {
		RouteDefinition parallel = turnOf("greeter").overlap(Overlap.PARALLEL)
			.stream((event) -> Nodes.counting("g", 9))
			.broadcast();
		try (Stage stage = with(parallel, talking("billing")).open()) {
			String first = stage.publish(new UserStoppedSpeaking()).started().get(0);
			String second = stage.publish(new UserStoppedSpeaking()).started().get(0);
			assertThat(stage.publish(TO_BILLING, null, second).interrupted()).containsExactly(second);
			assertThat(agentOf(stage)).isEqualTo("billing");
			assertThat(stage.view().generations()).extracting(GenerationView::id).contains(first);
		}
	}

	@Test
	void aHandoffToAllSessionsIsAppliedInEach() {
		try (Stage stage = with(talking("greeter"), talking("billing")).open()) {
			Stage.get(stage.engine.open("other", Map.of()));
			stage.publish(new UserStoppedSpeaking());
			Stage.get(stage.engine.publishToAll(TO_BILLING));
			assertThat(agentOf(stage)).isEqualTo("billing");
			assertThat(Stage.get(stage.engine.view("other")).agent()).isEqualTo("billing");
			assertThat(stage.spy.fences).containsExactly(Reason.EVENT);
			Stage.get(stage.engine.close("other"));
		}
	}

	@Test
	void theAgentIsKnownToNodesAndFilters() {
		List<@Nullable String> seen = new ArrayList<>();
		RouteDefinition log = Routes.on(DTMFInput.class).id("log").stream((event, generation) -> {
			seen.add(generation.session().agent());
			return Flux.empty();
		}).broadcast();
		try (Stage stage = with(talking("greeter"), talking("billing"), log).open()) {
			stage.publish(new DTMFInput("1"));
			stage.advanceMillis(1);
			stage.publish(TO_BILLING);
			stage.publish(new DTMFInput("1"));
			stage.advanceMillis(1);
			assertThat(seen).containsExactly("greeter", "billing");
		}
	}

	@Test
	void theFloorIsNotTakenForAnAgentThatIsNotActive() {
		InterruptionPolicy eager = InterruptionPolicy.builder("eager").floor(3, Duration.ZERO).build();
		RouteDefinition billing = Routes.on(AgentTakesFloor.class)
			.agent("billing")
			.policy("eager")
			.stream((event) -> Flux.just("If I may"))
			.broadcast();
		try (Stage stage = with(talking("greeter"), billing).policies(eager).open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStartedSpeaking());
			stage.publish(new UserTranscriptionReceived("one two three four", false, null));
			assertThat(Stage.tale(reader)).doesNotContain("AgentTakesFloor");
			stage.publish(TO_BILLING);
			stage.publish(new UserTranscriptionReceived("one two three four five", false, null));
			assertThat(Stage.tale(reader)).contains("AgentTakesFloor");
		}
	}

	@Test
	void aClosedSessionHandsOverToNobody() {
		try (Stage stage = with(greeter(), saying(Routes.on(AgentHandoff.class).agent("billing"), "b")).open()) {
			TestSubscriber<Frame> reader = stage.read(0, 2);
			stage.publish(new UserStoppedSpeaking());
			say("Transferring you. ");
			say(TO_BILLING);
			say("more");
			stage.engine.close(Stage.SESSION).subscribe();
			reader.request(Long.MAX_VALUE);
			stage.advanceMillis(1_000);
			assertThat(Stage.tale(reader)).containsSubsequence("+1", "!1", "SessionClosed").doesNotContain("1:more");
			assertThat(interruptionIn(reader).reason()).isEqualTo(Reason.SESSION_CLOSED);
		}
	}

	@Test
	void theNextRunOfTheOldAgentIsGivenWhatItHadSaid() {
		List<@Nullable Interruption> previous = new ArrayList<>();
		RouteDefinition greeter = turnOf("greeter").stream((event, generation) -> {
			previous.add(generation.previous());
			return Flux.concat(Flux.just(new AgentResponse("hello")), Flux.never());
		}).broadcast();
		try (Stage stage = with(greeter, talking("billing")).open()) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(10);
			stage.publish(TO_BILLING);
			stage.publish(TO_GREETER);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(10);
			assertThat(previous.get(1).delivered()).isEqualTo("hello");
			assertThat(stage.said()).containsSubsequence("AGENT!:hello", "AGENT:hello");
		}
	}

}
