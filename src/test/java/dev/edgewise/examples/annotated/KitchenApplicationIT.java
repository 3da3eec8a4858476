package dev.edgewise.examples.annotated;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import dev.edgewise.Receipt;
import dev.edgewise.event.AgentGenerationComplete;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.ToolCall;
import dev.edgewise.event.ToolResult;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.examples.Caller;
import dev.edgewise.examples.Caller.Heard;
import dev.edgewise.examples.ExampleTest;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests of the {@link KitchenApplication}.
 */
@ExampleTest(KitchenApplication.class)
@TestPropertySource(properties = "kitchen.pace=25ms")
class KitchenApplicationIT {

	@LocalServerPort
	private int port;

	@Autowired
	private Journal journal;

	@Autowired
	private MeterRegistry meters;

	@Test
	void readsTheRecipeOnFromTheStepInWhichTheUserSpoke() {
		try (Caller caller = Caller.dial(this.port)) {
			long interruptions = interruptions();
			String first = caller.send(new UserStoppedSpeaking()).started().get(0);
			caller.next(AgentResponse.class, (heard) -> heard.text("content").equals("thin "));
			Receipt receipt = caller.send(new UserStartedSpeaking());
			assertThat(receipt.interrupted()).containsExactly(first);

			Heard cut = caller.interruptionOf(first);
			assertThat(cut.text("reason")).isEqualTo("EVENT");
			assertThat(cut.text("route")).isEqualTo("recipe");
			String delivered = caller.words(first);
			assertThat(delivered).startsWith("Peel four onions. Cut them into thin ");
			await().atMost(Duration.ofSeconds(10)).until(() -> noted("stopped after: " + delivered) == 1);
			assertThat(caller.message(first).path("text").asString()).isEqualTo(delivered);
			assertThat(caller.message(first).path("interrupted").asBoolean()).isTrue();
			assertThat(interruptions()).isEqualTo(interruptions + 1);

			String second = caller.send(new UserStoppedSpeaking()).started().get(0);
			caller.next(AgentGenerationComplete.class, (heard) -> heard.generation().equals(second));
			assertThat(caller.words(second)).isEqualTo(remainder(delivered));
			assertThat(caller.life(second)).containsExactly("AgentGenerationStarted", "AgentResponse",
					"AgentGenerationComplete");
			assertThat(caller.message(second).path("interrupted").asBoolean()).isFalse();
		}
	}

	@Test
	void answersAGreetingAndLeavesOtherWordsAlone() {
		try (Caller caller = Caller.dial(this.port)) {
			assertThat(caller.send(new UserTranscriptionReceived("Onions", null, null)).started()).isEmpty();
			String greeting = caller.send(new UserTranscriptionReceived("Hello there", false, 0.9)).started().get(0);
			assertThat(caller.next(AgentGenerationComplete.class).generation()).isEqualTo(greeting);
			assertThat(caller.words(greeting)).isEqualTo("Good evening! What shall we cook?");
		}
	}

	@Test
	void looksIntoThePantry() {
		try (Caller caller = Caller.dial(this.port)) {
			caller.send(new ToolCall("1", "pantry", Map.of("item", "onions")));
			assertThat(caller.next(ToolResult.class).data().path("result").asInt()).isEqualTo(4);
			caller.send(new ToolCall("2", "pantry", Map.of("item", "truffles")));
			assertThat(caller.next(ToolResult.class).text("error")).isEqualTo("There are no truffles");
			assertThat(caller.send(new ToolCall("3", "oven", Map.of())).started()).isEmpty();
		}
	}

	@Test
	void cancelsTheTimerThatIsNamedAndNoOther() {
		try (Caller caller = Caller.dial(this.port)) {
			String eggs = caller.send(new TimerSet("eggs", 10_000)).started().get(0);
			String soup = caller.send(new TimerSet("soup", 10_000)).started().get(0);
			tick(caller, eggs);
			tick(caller, soup);

			Receipt receipt = caller.send(new TimerCancelled("eggs"));

			assertThat(receipt.interrupted()).containsExactly(eggs);
			assertThat(receipt.ignored()).containsExactly(soup);
			caller.interruptionOf(eggs);
			await().atMost(Duration.ofSeconds(10)).until(() -> noted("cancelled the timer for the eggs") == 1);
			assertThat(noted("put away the timer for the eggs")).isOne();
			tick(caller, soup);
			assertThat(caller.generations()).hasSize(1);
		}
		await().atMost(Duration.ofSeconds(10)).until(() -> noted("lost a timer") >= 1);
		assertThat(noted("put away the timer for the soup")).isOne();
	}

	@Test
	void aTimerThatIsOneTooManyTakesTheOldestOnesPlace() {
		try (Caller caller = Caller.dial(this.port)) {
			String rice = caller.send(new TimerSet("rice", 10_000)).started().get(0);
			caller.send(new TimerSet("beans", 10_000));
			Receipt third = caller.send(new TimerSet("bread", 1));
			assertThat(third.interrupted()).containsExactly(rice);
			assertThat(caller.next(AgentGenerationInterrupted.class).text("reason")).isEqualTo("REPLACED");
			assertThat(caller.next(AgentResponse.class).text("content")).isEqualTo("The bread is ready.");
			caller.next(AgentGenerationComplete.class);
			assertThat(caller.life(third.started().get(0))).containsExactly("AgentGenerationStarted", "tick",
					"AgentResponse", "AgentGenerationComplete");
		}
	}

	private static void tick(Caller caller, String generation) {
		caller.next("tick", (heard) -> heard.generation().equals(generation));
	}

	private static String remainder(String delivered) {
		int done = 0;
		String said = delivered;
		List<String> steps = RecipeReader.STEPS;
		while (done < steps.size() && said.startsWith(steps.get(done))) {
			said = said.substring(steps.get(done++).length());
		}
		return String.join("", steps.subList(done, steps.size()));
	}

	private long noted(String note) {
		return this.journal.notes().stream().filter(note::equals).count();
	}

	private long interruptions() {
		return this.meters.find("edgewise.interruption")
			.tags("route", "recipe", "reason", "event", "cause", "UserStartedSpeaking")
			.timers()
			.stream()
			.mapToLong(Timer::count)
			.sum();
	}

}
