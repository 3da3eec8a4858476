package dev.edgewise.functional;

import java.time.Duration;
import java.util.stream.LongStream;

import dev.edgewise.session.EngineSettings.SessionBounds;
import dev.edgewise.test.Replay;
import dev.edgewise.web.RecordingText;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of recording sessions and playing them again.
 */
class ReplayTests {

	static LongStream seeds() {
		return LongStream.range(0, 2000);
	}

	@ParameterizedTest(name = "seed {0}")
	@MethodSource("seeds")
	void anUnchangedPolicyDecidesAsItDid(long seed) {
		RandomSession session = new RandomSession(seed);
		var routes = session.routes();
		try (Stage stage = Stage.with(routes)
			.policies(RandomSession.CONVERSATION, RandomSession.PATIENT)
			.session((bounds) -> new SessionBounds(bounds.max(), bounds.idleTimeout(), bounds.tombstone(),
					bounds.maxTombstones(), bounds.mailbox(), bounds.eventIds(), bounds.eventsPerSecond(), 10_000))
			.json()
			.open()) {
			session.play(stage, 5 + (int) (seed % 40));
			if (seed % 4 == 0) {
				stage.engine.close(Stage.SESSION).subscribe();
				stage.advance(Duration.ofSeconds(1));
			}
			String recording = RecordingText.of(Stage.get(stage.engine.recording(Stage.SESSION)));
			Replay.Result result = Replay.of(recording).with(Stage.table(java.util.List.of(routes))).run();
			assertThat(result.differences()).as(recording).isEmpty();
			assertThat(result.decisions()).as("decisions").hasSameSizeAs(stage.spy.decisions);
		}
	}

}
