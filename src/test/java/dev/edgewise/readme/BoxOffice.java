package dev.edgewise.readme;

import java.util.Map;

import dev.edgewise.Agent;
import dev.edgewise.Generation;
import dev.edgewise.Route;
import dev.edgewise.ToolPolicy;
import dev.edgewise.event.AgentHandoff;
import dev.edgewise.event.ToolCall;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import reactor.core.publisher.Flux;

import org.springframework.stereotype.Component;

@Component
@Agent(value = "box office", initial = true)
class BoxOffice {

	private final Theatre theatre;

	BoxOffice(Theatre theatre) {
		this.theatre = theatre;
	}

	@Route(on = UserStoppedSpeaking.class, interruptOn = UserStartedSpeaking.class)
	Flux<?> book(Generation generation) {
		ToolCall call = new ToolCall(generation.id() + "-book", "book", Map.of("seats", 2));
		ToolPolicy policy = ToolPolicy.FINISH.withCompensation((result) -> this.theatre.cancel(result.result()));
		return generation.tool(call, this.theatre.book(2), policy)
			.flatMapMany((result) -> (result.error() == null)
					? Flux.just("You have two seats in ", "row " + result.result() + ".")
					: Flux.just("A colleague will help you.", new AgentHandoff("manager", result.error())));
	}

}
