package dev.edgewise.benchmark;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import dev.edgewise.Generation;
import dev.edgewise.Route;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.route.CompiledRoute;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import reactor.core.publisher.Flux;

/**
 * The condition of a route, an expression, and a generation that it is asked about.
 */
@State(Scope.Benchmark)
public class Condition {

	/** The expression. */
	static final String TEXT = "generation.elapsed.toMillis() > 300";

	private static final String SESSION = "condition";

	private static final UserStartedSpeaking EVENT = new UserStartedSpeaking();

	private Stage stage;

	private Generation generation;

	private CompiledRoute.Condition condition;

	@Setup
	public void open() throws Exception {
		this.stage = new Stage(Agent.class, Map.of());
		CompletableFuture<Generation> speaking = new CompletableFuture<>();
		this.stage.engine().open(SESSION, Map.of(Agent.SPEAKING, speaking)).block();
		this.stage.engine().publish(SESSION, new UserStoppedSpeaking()).block();
		this.generation = speaking.get(5, TimeUnit.SECONDS);
		this.condition = this.stage.routes().routes().get(0).condition();
	}

	@TearDown
	public void close() {
		this.stage.close();
	}

	boolean ask() {
		return this.condition.test(EVENT, this.generation);
	}

	/**
	 * Speaks, and has not finished.
	 */
	static class Agent {

		static final String SPEAKING = "speaking";

		@Route(on = UserStoppedSpeaking.class, interruptOn = UserStartedSpeaking.class, condition = TEXT)
		@SuppressWarnings("unchecked")
		Flux<AgentResponse> speak(Generation generation) {
			((CompletableFuture<Generation>) generation.session().attributes().get(SPEAKING)).complete(generation);
			return Flux.never();
		}

	}

}
