package dev.edgewise.functional;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import dev.edgewise.Decision.Verdict;
import dev.edgewise.Evidence;
import dev.edgewise.Frame;
import dev.edgewise.Generation;
import dev.edgewise.Receipt;
import dev.edgewise.Routes;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.InterruptionRule;
import dev.edgewise.interruption.Rule;
import dev.edgewise.session.EngineSettings.SessionBounds;
import dev.edgewise.session.LogReader;
import dev.edgewise.session.LogReader.Taken;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import reactor.core.publisher.Flux;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Decisions under conditions that nobody would wish for: rules that disagree with
 * protection, users without end, streams that take in the wrong moment.
 */
class HostileDecisionTests {

	private static final InterruptionPolicy TWO_WORDS = InterruptionPolicy.builder("two-words")
		.minWords(2)
		.decideWithin(Duration.ofSeconds(2))
		.build();

	private final AtomicReference<Generation> generation = new AtomicReference<>();

	private Routes.Trigger<UserStoppedSpeaking> turn() {
		return Routes.on(UserStoppedSpeaking.class).policy("two-words").interruptOn(UserStartedSpeaking.class);
	}

	private Flux<String> endless(UserStoppedSpeaking event, Generation running) {
		this.generation.set(running);
		return Flux.concat(Flux.just("a", "b", "c"), Flux.never());
	}

	@Test
	@Timeout(value = 20, threadMode = ThreadMode.SEPARATE_THREAD)
	void aStartThatARuleOfOnesOwnIgnoresBeforeProtectionIsDroppedAndDoesNotComeBackForEver() {
		InterruptionRule mute = new Own("MUTE", Rule.PROTECTED) {
			@Override
			public Verdict judge(Evidence evidence, InterruptionPolicy policy) {
				return Verdict.IGNORE;
			}
		};
		try (Stage stage = Stage.with(turn().stream(this::endless).broadcast())
			.policies(TWO_WORDS)
			.rules(mute)
			.open()) {
			stage.publish(new UserStoppedSpeaking());
			this.generation.get().protect();
			stage.publish(new UserStartedSpeaking());
			Receipt end = stage.publish(new UserStoppedSpeaking());
			assertThat(end.started()).isEmpty();
			assertThat(end.decisions()).extracting("rule").containsExactly("MUTE");
			stage.advance(Duration.ofSeconds(1));
			assertThat(stage.publish(new UserTranscriptionReceived("go on", null, null)).started()).isEmpty();
		}
	}

	@Test
	@Timeout(value = 20, threadMode = ThreadMode.SEPARATE_THREAD)
	void aRuleThatTakesThePlaceOfProtectionAndIgnoresWithoutAnyIsAskedOncePerEvent() {
		InterruptionRule always = new Own("PROTECTED", Rule.PROTECTED) {
			@Override
			public Verdict judge(Evidence evidence, InterruptionPolicy policy) {
				return Verdict.IGNORE;
			}
		};
		try (Stage stage = Stage.with(turn().stream(this::endless).broadcast())
			.policies(TWO_WORDS)
			.rules(always)
			.open()) {
			stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			stage.publish(new DTMFInput("1"));
			stage.publish(new DTMFInput("2"));
			assertThat(stage.spy.decisions).extracting("rule").containsExactly("PROTECTED");
			assertThat(stage.publish(new UserStoppedSpeaking()).started()).isEmpty();
			stage.advance(Duration.ofSeconds(1));
			assertThat(stage.spy.decisions).hasSize(2);
		}
	}

	@Test
	void whatStandsStillDoesNotSlipOutWhileItIsCutOff() {
		AtomicReference<LogReader> reader = new AtomicReference<>();
		List<Frame> slipped = new ArrayList<>();
		List<Boolean> watching = new ArrayList<>();
		InterruptionRule probe = new Own("PROBE", Rule.PROTECTED) {
			@Override
			public @Nullable Verdict judge(Evidence evidence, InterruptionPolicy policy) {
				if (!watching.isEmpty() && evidence.protection() == null) {
					watching.clear();
					for (Taken taken = reader.get().take(); taken != null; taken = reader.get().take()) {
						slipped.add(taken.frame());
					}
				}
				return null;
			}
		};
		try (Stage stage = Stage.with(turn().stream(this::endless).broadcast())
			.policies(TWO_WORDS)
			.rules(probe)
			.open()) {
			stage.publish(new UserStoppedSpeaking());
			reader.set(stage.engine.reader(Stage.SESSION, 0));
			assertThat(stage.publish(new UserStartedSpeaking("Ann")).paused()).hasSize(1);
			this.generation.get().protect();
			stage.publish(new UserStartedSpeaking("Bob"));
			stage.publish(new UserStoppedSpeaking("Bob"));
			watching.add(true);
			stage.publish(new EmergencyStop(null));
			assertThat(watching).isEmpty();
			assertThat(slipped).isNotEmpty().noneMatch((frame) -> frame.event() instanceof AgentResponse);
			reader.get().close();
		}
	}

	@Test
	void aUserWithoutEndDoesNotFillTheMemoryWithDecisions() {
		try (Stage stage = Stage.with(turn().stream(this::endless).broadcast())
			.policies(TWO_WORDS.mutate("two-words").minWords(1_000_000).decideWithin(Duration.ofHours(1)).build())
			.open()) {
			stage.publish(new UserStoppedSpeaking());
			stage.publish(new UserStartedSpeaking());
			String flood = "word ".repeat(12_000);
			for (int i = 0; i < 200; i++) {
				stage.publish(new UserTranscriptionReceived(flood + i, true, null));
			}
			int characters = Stage.get(stage.engine.decisions(Stage.SESSION))
				.stream()
				.mapToInt((decision) -> decision.evidence().user().transcript().length())
				.sum();
			assertThat(characters).isPositive().isLessThan(400_000);
		}
	}

	@Test
	void thousandsOfStartsAndOfSpeakersLeaveNothingPausedAndNothingWaiting() {
		try (Stage stage = Stage
			.with(turn().stream((event) -> Flux.just("a", "b").delayElements(Duration.ofMillis(100))).broadcast())
			.policies(TWO_WORDS)
			.session((bounds) -> new SessionBounds(bounds.max(), bounds.idleTimeout(), bounds.tombstone(),
					bounds.maxTombstones(), bounds.mailbox(), bounds.eventIds(), 1_000_000, bounds.decisions()))
			.open()) {
			TestSubscriber<Frame> reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			for (int i = 0; i < 10_000; i++) {
				stage.publish(new UserStartedSpeaking((i % 2 == 0) ? "speaker " + i % 1_000 : null));
			}
			for (int i = 0; i < 1_000; i++) {
				stage.publish(new UserStoppedSpeaking("speaker " + i));
			}
			stage.advance(Duration.ofSeconds(30));
			assertThat(stage.view().generations()).isEmpty();
			List<String> tale = Stage.tale(reader);
			assertThat(tale.stream().filter((word) -> word.startsWith("+")).count()).isEqualTo(tale.stream()
				.filter((word) -> word.startsWith("=") || word.startsWith("!") || word.startsWith("x"))
				.count());
		}
	}

	private abstract static class Own implements InterruptionRule {

		private final String name;

		private final Rule before;

		Own(String name, Rule before) {
			this.name = name;
			this.before = before;
		}

		@Override
		public String name() {
			return this.name;
		}

		@Override
		public Rule before() {
			return this.before;
		}

	}

}
