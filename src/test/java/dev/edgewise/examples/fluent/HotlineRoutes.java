package dev.edgewise.examples.fluent;

import java.util.concurrent.TimeUnit;

import dev.edgewise.Generation;
import dev.edgewise.Overlap;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.AgentHandoff;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.DTMFOutput;
import dev.edgewise.event.LogMetric;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Who answers, and who is cut off by what.
 */
@Configuration(proxyBeanMethods = false)
class HotlineRoutes {

	/**
	 * Answers the caller until the caller speaks, or until somebody else takes over.
	 */
	@Bean
	RouteDefinition reception(Receptionist receptionist, SupervisorDesk desk) {
		return Routes.on(UserStoppedSpeaking.class)
			.interruptOn(UserStartedSpeaking.class, desk::callerSpoke)
			.interruptOn(AgentHandoff.class, desk::handedOver)
			.streamContext(receptionist::answer)
			.broadcast(AgentResponse.class, AgentHandoff.class);
	}

	/**
	 * Takes over from the receptionist, and is not stopped before having said a word.
	 */
	@Bean
	RouteDefinition workshop(Technician technician) {
		return Routes.on(AgentHandoff.class)
			.filter((handoff) -> handoff.targetAgent().equals("technician"))
			.interruptOn(UserStartedSpeaking.class)
			.condition((event, generation) -> !generation.generated().isEmpty())
			.stream(technician::explain)
			.filter((sentence) -> !sentence.toString().isBlank())
			.map((sentence) -> new AgentResponse("Technician: " + sentence))
			.broadcast();
	}

	/**
	 * Confirms one button after the other, however fast they are pressed.
	 */
	@Bean
	RouteDefinition keypad() {
		return Routes.on(DTMFInput.class).overlap(Overlap.QUEUE).run(HotlineRoutes::confirm).broadcast();
	}

	/**
	 * Listens to what the engine says about the others.
	 */
	@Bean
	RouteDefinition supervisor() {
		return Routes.on(AgentGenerationInterrupted.class)
			.id("supervision")
			.overlap(Overlap.QUEUE)
			.stream((AgentGenerationInterrupted cut, Generation generation) -> new LogMetric(
					"cut off: " + generation.cause().route(), cut.elapsedMillis()))
			.broadcast();
	}

	private static void confirm(DTMFInput input, Generation generation) throws InterruptedException {
		for (int beep = 0; beep < 3; beep++) {
			generation.emit(new DTMFOutput(input.button()));
			TimeUnit.MILLISECONDS.sleep(10);
		}
	}

}
