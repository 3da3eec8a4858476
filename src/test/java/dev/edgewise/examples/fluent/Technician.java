package dev.edgewise.examples.fluent;

import java.util.concurrent.CompletableFuture;

import dev.edgewise.Generation;
import dev.edgewise.Interruption;
import dev.edgewise.event.AgentHandoff;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Component;

/**
 * Looks a repair up before saying a word, and knows when the last explanation was cut
 * off. Then waits on the line.
 */
@Component
class Technician {

	private final CompletableFuture<String> manual = new CompletableFuture<>();

	Publisher<String> explain(AgentHandoff handoff, Generation generation) {
		Interruption previous = generation.previous();
		return Flux.concat(Mono.fromFuture(this.manual, true), Mono.just(" "),
				Mono.just((previous == null) ? "Switch it off and on. " : "As I said, off and on. "), Mono.never());
	}

	/**
	 * Makes the manual available.
	 */
	void find(String page) {
		this.manual.complete(page);
	}

}
