package dev.edgewise.examples.fluent;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.edgewise.Frame;
import dev.edgewise.Interruption;
import dev.edgewise.Receipt;
import dev.edgewise.event.AgentGenerationComplete;
import dev.edgewise.event.AgentGenerationStarted;
import dev.edgewise.event.AgentHandoff;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.event.LogMetric;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
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
 * Tests of the {@link HotlineApplication}.
 */
@ExampleTest(HotlineApplication.class)
class HotlineApplicationIT {

	@LocalServerPort
	private int port;

	@Autowired
	private SupervisorDesk desk;

	@Autowired
	private Technician technician;

	@Autowired
	private MeterRegistry meters;

	@Test
	void theReceptionistFallsSilentWhenTheCallerSpeaks() {
		try (Caller caller = Caller.dial(this.port)) {
			String reception = caller.send(new UserStoppedSpeaking()).started().get(0);
			caller.next(AgentResponse.class);

			Receipt receipt = caller.send(new UserStartedSpeaking());

			assertThat(receipt.interrupted()).containsExactly(reception);
			assertThat(caller.interruptionOf(reception).data().path("cause").asLong()).isEqualTo(receipt.sequence());
			assertThat(caller.message(reception).path("text").asString()).isEqualTo(caller.words(reception));
			Interruption interruption = handled(this.desk.callers(), reception);
			assertThat(interruption.delivered()).isEqualTo(caller.words(reception));
			assertThat(this.desk.handoffs()).extracting(Interruption::generation).doesNotContain(reception);
			Heard metric = caller.next(LogMetric.class);
			assertThat(metric.text("name")).isEqualTo("cut off: reception");
			assertThat(metric.text("route")).isEqualTo("supervision");
		}
	}

	@Test
	void aHandoffCutsTheReceptionistAndStartsTheTechnicianWhoCannotBeStoppedBeforeTheFirstWord() {
		try (Caller caller = Caller.dial(this.port)) {
			caller.send(new UserTranscriptionReceived("My toaster is broken", null, null));
			String reception = caller.send(new UserStoppedSpeaking()).started().get(0);
			Heard cut = caller.interruptionOf(reception);
			assertThat(caller.life(reception)).as("the metric is not broadcast")
				.startsWith("AgentGenerationStarted")
				.endsWith("AgentGenerationInterrupted")
				.doesNotContain("LogMetric");
			Frame cause = handled(this.desk.handoffs(), reception).cause();
			assertThat(cause).isNotNull();
			assertThat(cause.event()).isInstanceOf(AgentHandoff.class);
			assertThat(cause.generation()).isEqualTo(reception);
			assertThat(cause.sequence()).isEqualTo(cut.data().path("cause").asLong());
			String workshop = caller
				.next(AgentGenerationStarted.class, (heard) -> heard.text("route").equals("workshop"))
				.generation();

			assertThat(caller.send(new UserStartedSpeaking()).ignored()).containsExactly(workshop);
			assertThat(count("ignore")).isEqualTo(1);

			this.technician.find("Page 1. ");
			caller.next(AgentResponse.class, (heard) -> heard.text("content").contains("Switch it off"));
			assertThat(caller.send(new UserStartedSpeaking()).interrupted()).containsExactly(workshop);
			caller.interruptionOf(workshop);
			assertThat(caller.words(workshop)).isEqualTo("Technician: Page 1. Technician: Switch it off and on. ");

			caller.send(new AgentHandoff("technician", null));
			caller.next(AgentResponse.class, (heard) -> heard.text("content").contains("As I said"));
			assertThat(caller.send(new AgentHandoff("nobody", null)).started()).isEmpty();
		}
	}

	@Test
	void buttonsAreConfirmedOneAfterTheOther() {
		try (Caller caller = Caller.dial(this.port)) {
			List<String> started = new ArrayList<>();
			for (String button : List.of("1", "2", "3")) {
				Receipt receipt = caller.send(new DTMFInput(button));
				assertThat(receipt.interrupted()).isEmpty();
				started.addAll(receipt.started());
			}
			for (String generation : started) {
				assertThat(caller.next(AgentGenerationStarted.class).generation()).isEqualTo(generation);
				assertThat(caller.next(AgentGenerationComplete.class).generation()).isEqualTo(generation);
			}
		}
	}

	@Test
	void anEmergencyCutsEverybody() {
		try (Caller caller = Caller.dial(this.port)) {
			String reception = caller.send(new UserStoppedSpeaking()).started().get(0);
			caller.next(AgentResponse.class);
			assertThat(caller.send(new EmergencyStop(null)).interrupted()).containsExactly(reception);
			assertThat(caller.interruptionOf(reception).text("reason")).isEqualTo("EMERGENCY");
			assertThat(this.desk.callers()).extracting(Interruption::generation).doesNotContain(reception);
		}
	}

	private static Interruption handled(List<Interruption> handled, String generation) {
		await().atMost(Duration.ofSeconds(10))
			.untilAsserted(() -> assertThat(handled).extracting(Interruption::generation).containsOnlyOnce(generation));
		return handled.stream()
			.filter((interruption) -> interruption.generation().equals(generation))
			.findFirst()
			.orElseThrow();
	}

	private double count(String verdict) {
		return this.meters.get("edgewise.decisions")
			.tags("route", "workshop", "cause", "UserStartedSpeaking", "verdict", verdict)
			.counters()
			.stream()
			.mapToDouble(Counter::count)
			.sum();
	}

}
