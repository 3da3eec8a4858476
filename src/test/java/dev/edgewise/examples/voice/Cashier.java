package dev.edgewise.examples.voice;

import java.util.Map;

import dev.edgewise.Agent;
import dev.edgewise.Generation;
import dev.edgewise.Protection;
import dev.edgewise.Route;
import dev.edgewise.ToolPolicy;
import dev.edgewise.event.AgentHandoff;
import dev.edgewise.event.ToolCall;
import dev.edgewise.event.ToolResult;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;

import org.springframework.stereotype.Component;

/**
 * Takes the money, once. Imperative code, which nobody interrupts before it has told what
 * came of it: the tool's own protection ends with the result.
 */
@Component
@Agent("cashier")
class Cashier {

	private final Theatre theatre;

	Cashier(Theatre theatre) {
		this.theatre = theatre;
	}

	@Route(on = AgentHandoff.class)
	String welcome() {
		return "Cashier speaking.";
	}

	@Route(on = UserStoppedSpeaking.class, interruptOn = UserStartedSpeaking.class)
	void charge(Generation generation) {
		ToolCall call = new ToolCall(generation.id() + "-charge", "charge", Map.of("amount", 24));
		try (Protection receipt = generation.protect()) {
			ToolResult result = generation.tool(call, () -> this.theatre.charge(24),
					ToolPolicy.PROTECT.withIdempotencyKey("order-1"));
			generation.emit(Boolean.TRUE.equals(result.result()) ? "Thank you." : "That did not work.");
			generation.emit(new AgentHandoff("clerk", "paid"));
		}
	}

}
