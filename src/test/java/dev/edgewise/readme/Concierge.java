package dev.edgewise.readme;

import java.util.List;

import dev.edgewise.ConversationContext;
import dev.edgewise.Generation;
import dev.edgewise.Route;
import dev.edgewise.ToolPolicy;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.model.ModelTool;
import dev.edgewise.model.StreamingModel;
import reactor.core.publisher.Flux;

import org.springframework.stereotype.Component;

@Component
class Concierge {

	private final StreamingModel model;

	Concierge(StreamingModel model, Rooms rooms) {
		ModelTool free = ModelTool.blocking("free_rooms", "The rooms that are free on a date", """
				{"type": "object", "properties": {"date": {"type": "string"}}, "required": ["date"]}""",
				(arguments) -> rooms.freeOn((String) arguments.get("date")));
		this.model = model.withSystemPrompt("You are the concierge of a small hotel. Be brief.")
			.withTools(free.withPolicy(ToolPolicy.CANCEL));
	}

	@Route(on = UserStoppedSpeaking.class, interruptOn = UserStartedSpeaking.class)
	Flux<AgentResponse> answer(ConversationContext conversation, Generation generation) {
		return this.model.stream(conversation, generation);
	}

}
