package dev.edgewise.examples.seed;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.edgewise.Receipt;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.AgentGenerationStarted;
import dev.edgewise.event.AgentHandoff;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.examples.Caller;
import dev.edgewise.examples.Caller.Heard;
import dev.edgewise.examples.ExampleTest;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests of {@link AdvancedPatterns}.
 */
@ExampleTest(AdvancedPatterns.class)
class AdvancedPatternsIT {

	@LocalServerPort
	private int port;

	@Autowired
	private MeterRegistry meters;

	@Autowired
	private Chatterbox model;

	@Test
	void theConditionSparesTheAgentUntilItHasSpokenForAWhile() {
		try (Caller caller = Caller.dial(this.port)) {
			Map<String, String> generations = start(caller);
			String conditional = generations.get("conditional");
			String silent = generations.get("conditionalByExpression");
			double spared = ignored("conditionalByExpression");

			Receipt first = caller.send(new UserStartedSpeaking());
			assertThat(first.interrupted()).contains(generations.get("several"));
			assertThat(first.ignored()).contains(silent);
			assertThat(ignored("conditionalByExpression")).isEqualTo(spared + 1);

			if (!first.interrupted().contains(conditional)) {
				assertThat(first.ignored()).contains(conditional);
				await().atMost(Duration.ofSeconds(10))
					.until(() -> caller.send(new UserStartedSpeaking()).interrupted().equals(List.of(conditional)));
			}
			Heard cut = caller.interruptionOf(conditional);
			assertThat(cut.data().path("elapsedMillis").asLong())
				.isGreaterThan(AdvancedPatterns.MIN_SPEAK_TIME.toMillis());
			assertThat(caller.life(silent)).as("spared for good, for it has not said a word")
				.containsExactly("AgentGenerationStarted");
		}
		assertThat(this.model.connections()).isZero();
	}

	@Test
	void aHandoffCutsThoseThatNameIt() {
		try (Caller caller = Caller.dial(this.port)) {
			Map<String, String> generations = start(caller);

			Receipt receipt = caller.send(new AgentHandoff("billing", null));

			assertThat(receipt.interrupted()).containsExactly(generations.get("several"));
			assertThat(receipt.ignored()).isEmpty();
			assertThat(caller.interruptionOf(generations.get("several")).text("reason")).isEqualTo("EVENT");
		}
	}

	@Test
	void anEmergencyStopCutsEverybody() {
		try (Caller caller = Caller.dial(this.port)) {
			Map<String, String> generations = start(caller);

			Receipt receipt = caller.send(new EmergencyStop("fire"));

			assertThat(receipt.interrupted()).containsExactlyInAnyOrderElementsOf(generations.values());
			for (int i = 0; i < generations.size(); i++) {
				Heard cut = caller.next(AgentGenerationInterrupted.class);
				assertThat(cut.text("reason")).isEqualTo("EMERGENCY");
			}
		}
	}

	private static Map<String, String> start(Caller caller) {
		List<String> started = caller.send(new UserStoppedSpeaking()).started();
		assertThat(started).hasSize(3);
		Map<String, String> generations = new HashMap<>();
		while (generations.size() < 3) {
			Heard heard = caller.next(AgentGenerationStarted.class);
			generations.put(heard.text("route"), heard.generation());
		}
		assertThat(generations.values()).containsExactlyInAnyOrderElementsOf(started);
		caller.next(AgentResponse.class);
		return generations;
	}

	private double ignored(String route) {
		return this.meters.find("edgewise.decisions")
			.tags("route", route, "cause", "UserStartedSpeaking", "verdict", "ignore")
			.counters()
			.stream()
			.mapToDouble(Counter::count)
			.sum();
	}

}
