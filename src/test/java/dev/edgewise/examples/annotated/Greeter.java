package dev.edgewise.examples.annotated;

import java.util.Locale;

import dev.edgewise.ConversationContext;
import dev.edgewise.ReasoningNode;
import dev.edgewise.Route;
import dev.edgewise.event.UserTranscriptionReceived;
import reactor.core.publisher.Flux;

import org.springframework.stereotype.Component;

/**
 * Returns a greeting: a node as a class, which only some of the user's words start.
 */
@Component
@Route(on = UserTranscriptionReceived.class, filter = "@greeter.isGreeting(event.content)")
class Greeter implements ReasoningNode {

	@Override
	public Flux<String> processContext(ConversationContext context) {
		return Flux.just("Good evening! ", "What shall we cook?");
	}

	public boolean isGreeting(String words) {
		return words.toLowerCase(Locale.ROOT).startsWith("hello");
	}

}
