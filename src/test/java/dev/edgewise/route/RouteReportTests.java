package dev.edgewise.route;

import dev.edgewise.Agent;
import dev.edgewise.Interruption;
import dev.edgewise.OnInterrupt;
import dev.edgewise.Overlap;
import dev.edgewise.Route;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.event.UserEvent;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

class RouteReportTests {

	@Test
	void alignsTheRoutesInColumns() {
		try (Scan scan = Scan.of((context) -> {
			context.registerBean("assistant", Assistant.class);
			context.registerBean("music", RouteDefinition.class,
					() -> Routes.on(UserEvent.class)
						.overlap(Overlap.PARALLEL)
						.interruptOn(UserStartedSpeaking.class, (interruption) -> {
						})
						.condition((event, generation) -> true)
						.stream((event) -> "x")
						.broadcast());
			context.registerBean("notice", RouteDefinition.class,
					() -> Routes.on(UserEvent.class)
						.interruptOn(UserStartedSpeaking.class)
						.condition((event, generation) -> true)
						.policy("conversation")
						.interruptible(false)
						.stream((event) -> "x")
						.broadcast());
		})) {
			assertThat(new RouteReport().render(scan.table()).lines()).containsExactly(
					"ROUTE               ON                   INTERRUPTED BY                      DECIDES                                                             OVERLAP      STYLE       HANDLERS",
					"assistant.generate  UserStoppedSpeaking  UserStartedSpeaking, EmergencyStop  starts if session.id != 'x'; cut if generation.elapsed.seconds > 1  replace      reactive    assistant.gone(EmergencyStop)",
					"assistant.log       UserStoppedSpeaking  -                                   -                                                                   replace      blocking    assistant.gone(EmergencyStop)",
					"music               UserEvent            UserStartedSpeaking                 cut if code                                                         parallel(4)  undeclared  handler(UserStartedSpeaking)",
					"notice              UserEvent            UserStartedSpeaking                 not interruptible; by policy conversation; cut if code              replace      undeclared  -");
		}
	}

	@Test
	void showsTheAgentsOfRoutesAndWhichIsInitial() {
		try (Scan scan = Scan.of(Greeter.class, Billing.class, Log.class)) {
			assertThat(new RouteReport().render(scan.table()).lines()).containsExactly(
					"ROUTE           AGENT              ON                   INTERRUPTED BY  DECIDES  OVERLAP  STYLE     HANDLERS",
					"billing.answer  billing            UserStoppedSpeaking  -               -        replace  blocking  -",
					"greeter.answer  greeter (initial)  UserStoppedSpeaking  -               -        replace  blocking  -",
					"log.note        -                  UserStoppedSpeaking  -               -        replace  blocking  -");
		}
	}

	@Test
	void saysSoIfNoAgentIsInitial() {
		try (Scan scan = Scan.of(Billing.class)) {
			assertThat(new RouteReport().render(scan.table()).lines()).hasSize(3)
				.last()
				.isEqualTo("No agent is active before the first AgentHandoff");
		}
	}

	@Agent(value = "greeter", initial = true)
	static class Greeter {

		@Route(UserStoppedSpeaking.class)
		String answer() {
			return "hello";
		}

	}

	@Agent("billing")
	static class Billing {

		@Route(UserStoppedSpeaking.class)
		String answer() {
			return "that will be";
		}

	}

	static class Log {

		@Route(UserStoppedSpeaking.class)
		void note() {
		}

	}

	@Test
	void saysWhatToDoWhenThereAreNoRoutes() {
		try (Scan scan = Scan.of()) {
			assertThat(new RouteReport().render(scan.table())).startsWith("No routes: annotate a method");
		}
	}

	static class Assistant {

		@Route(on = UserStoppedSpeaking.class, interruptOn = { UserStartedSpeaking.class, EmergencyStop.class },
				filter = "session.id != 'x'", condition = "generation.elapsed.seconds > 1")
		Flux<String> generate() {
			return Flux.just("hello");
		}

		@Route(UserStoppedSpeaking.class)
		void log() {
		}

		@OnInterrupt(EmergencyStop.class)
		void gone(Interruption interruption) {
		}

	}

}
