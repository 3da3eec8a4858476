package dev.edgewise.examples.annotated;

import java.util.Map;

import dev.edgewise.Route;
import dev.edgewise.event.ToolCall;
import dev.edgewise.event.ToolResult;

import org.springframework.stereotype.Component;

/**
 * A tool: a plain method that may block, and whose result is an event.
 */
@Component
class Pantry {

	private final Map<String, Integer> stock = Map.of("onions", 4, "butter", 1);

	@Route(on = ToolCall.class, filter = "event.toolName == 'pantry'")
	ToolResult look(ToolCall call) {
		String item = String.valueOf(call.toolArgs().get("item"));
		Integer amount = this.stock.get(item);
		return new ToolResult(call.toolCallId(), call.toolName(), amount,
				(amount == null) ? "There are no " + item : null);
	}

}
