package dev.edgewise.examples.fluent;

import java.time.Duration;
import java.util.List;

import dev.edgewise.ConversationContext;
import dev.edgewise.ConversationContext.Message;
import dev.edgewise.ConversationContext.Role;
import dev.edgewise.event.AgentHandoff;
import dev.edgewise.event.LogMetric;
import reactor.core.publisher.Flux;

import org.springframework.stereotype.Component;

/**
 * Talks to callers, and hands over those whose machine is broken. Goes on talking until
 * stopped.
 */
@Component
class Receptionist {

	private static final Duration BREATH = Duration.ofMillis(200);

	Flux<Object> answer(ConversationContext conversation) {
		Flux<Object> talk = Flux.range(1, 100_000)
			.delayElements(Duration.ofMillis(10))
			.map((minute) -> "You are caller number " + minute + ". ");
		if (lastWords(conversation).contains("broken")) {
			Flux<Object> handover = Flux.just(new LogMetric("broken", 1),
					new AgentHandoff("technician", "a machine is broken"));
			return Flux.concat(Flux.just("I shall put you through. "), handover.delaySubscription(BREATH), talk);
		}
		return talk;
	}

	private static String lastWords(ConversationContext conversation) {
		List<Message> words = conversation.messages()
			.stream()
			.filter((message) -> message.role() == Role.USER)
			.toList();
		return words.isEmpty() ? "" : words.get(words.size() - 1).text();
	}

}
