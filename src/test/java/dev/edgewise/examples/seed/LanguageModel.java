package dev.edgewise.examples.seed;

import java.util.List;

import dev.edgewise.ConversationContext.Message;
import reactor.core.publisher.Flux;

/**
 * A model that answers in pieces and falls silent when its subscription is cancelled.
 */
interface LanguageModel {

	/**
	 * Goes on with a conversation.
	 * @param messages what has been said
	 */
	Flux<String> generateStream(List<Message> messages);

}
