package dev.edgewise.benchmark;

import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import dev.edgewise.Receipt;
import dev.edgewise.Route;
import dev.edgewise.event.AgentGenerationComplete;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.UserStoppedSpeaking;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A session whose agent says a great deal as fast as it is let, to one stream that takes
 * everything.
 */
@State(Scope.Benchmark)
public class Recital {

	/** How many items a recital has. */
	static final int ITEMS = 10_000;

	private static final String SESSION = "recital";

	private Stage stage;

	private final Semaphore complete = new Semaphore(0);

	private Mono<Receipt> begin;

	@Setup
	public void open() {
		this.stage = new Stage(Agent.class, Map.of());
		this.stage.engine().open(SESSION, Map.of()).block();
		this.begin = this.stage.engine().publish(SESSION, new UserStoppedSpeaking());
		this.stage.engine()
			.read(SESSION, 0)
			.filter((frame) -> frame.event() instanceof AgentGenerationComplete)
			.subscribe((frame) -> this.complete.release());
	}

	@TearDown
	public void close() {
		this.stage.close();
	}

	/**
	 * Has all items said, and waits until the stream has taken the last.
	 */
	Receipt recite() throws InterruptedException {
		Receipt receipt = this.begin.block();
		if (!this.complete.tryAcquire(10, TimeUnit.SECONDS)) {
			throw new IllegalStateException("The recital does not end");
		}
		return receipt;
	}

	/**
	 * Recites.
	 */
	static class Agent {

		@Route(on = UserStoppedSpeaking.class)
		Flux<AgentResponse> recite() {
			return Flux.range(0, ITEMS).map((number) -> new AgentResponse("word " + number + " "));
		}

	}

}
