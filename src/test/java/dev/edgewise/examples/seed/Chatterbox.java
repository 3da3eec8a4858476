package dev.edgewise.examples.seed;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import dev.edgewise.ConversationContext.Message;
import reactor.core.publisher.Flux;

/**
 * A model that never stops by itself.
 */
class Chatterbox implements LanguageModel {

	private final AtomicInteger connections = new AtomicInteger();

	@Override
	public Flux<String> generateStream(List<Message> messages) {
		return Flux.using(this.connections::incrementAndGet, (connection) -> words(),
				(connection) -> this.connections.decrementAndGet());
	}

	/**
	 * How many answers are under way.
	 */
	int connections() {
		return this.connections.get();
	}

	private static Flux<String> words() {
		return Flux.range(1, Integer.MAX_VALUE).map((word) -> "word" + word + " ").delayElements(Duration.ofMillis(10));
	}

}
