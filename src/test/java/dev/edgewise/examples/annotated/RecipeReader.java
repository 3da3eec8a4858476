package dev.edgewise.examples.annotated;

import java.time.Duration;
import java.util.List;

import dev.edgewise.ConversationContext;
import dev.edgewise.Interruption;
import dev.edgewise.OnInterrupt;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.UserStartedSpeaking;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Reads a recipe aloud, word by word. Whoever speaks stops it, and it goes on with the
 * step that it was stopped in.
 */
@Component
class RecipeReader {

	static final List<String> STEPS = List.of("Peel four onions. ", "Cut them into thin rings. ",
			"Melt the butter in a heavy pan. ", "Let the onions sweat in it until they are soft and golden. ",
			"Dust them with flour, and stir. ", "Pour in a glass of white wine and a litre of stock. ",
			"Let the soup simmer for half an hour. ", "Toast some bread, and grate the cheese. ",
			"Fill the bowls, float the bread on the soup, and strew the cheese over it. ",
			"Bake them until the cheese is brown, and serve at once. ");

	private final Journal journal;

	private final Duration pace;

	RecipeReader(Journal journal, @Value("${kitchen.pace:300ms}") Duration pace) {
		this.journal = journal;
		this.pace = pace;
	}

	@Reply("recipe")
	Flux<AgentResponse> read(@Nullable Interruption previous) {
		int done = (previous != null) ? stepsIn(previous.conversation()) : 0;
		return Flux.fromIterable(STEPS)
			.skip(done)
			.concatMapIterable((step) -> List.of(step.split("(?<= )")))
			.delayElements(this.pace)
			.map(AgentResponse::new);
	}

	@OnInterrupt(UserStartedSpeaking.class)
	void bookmark(Interruption interruption) {
		this.journal.note("stopped after: " + interruption.delivered());
	}

	/**
	 * How many steps the user has heard to their end.
	 */
	private static int stepsIn(ConversationContext conversation) {
		StringBuilder said = new StringBuilder();
		conversation.messages().forEach((message) -> said.append(message.text()));
		int done = 0;
		while (done < STEPS.size() && said.indexOf(STEPS.get(done)) >= 0) {
			done++;
		}
		return done;
	}

}
