package dev.edgewise.benchmark;

import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import dev.edgewise.Edgewise;
import dev.edgewise.Receipt;
import dev.edgewise.Route;
import dev.edgewise.Session;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;

/**
 * One session of an application in which the agent speaks and the user cuts it off, over
 * and over, while one stream takes every frame. Its interfaces are the JDK's, so that who
 * measures it need not share a class loader with it, and it uses nothing that the engine
 * did not have before it decided by policies.
 */
public final class FenceScenario implements Runnable, BooleanSupplier, AutoCloseable {

	private static final String SESSION = "measured";

	/**
	 * No rate limit, and a conversation so short that a copy of it hides nothing.
	 */
	private static final Map<String, Object> PROPERTIES = Map.of("edgewise.session.events-per-second", 1_000_000,
			"edgewise.session.conversation.messages", 20);

	private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

	private final Semaphore spoken = new Semaphore(0);

	private final Mono<Receipt> stopped;

	private final Mono<Receipt> started;

	private final Disposable stream;

	/**
	 * Starts the application, opens the session and its stream.
	 */
	public FenceScenario() {
		this.context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("benchmark", PROPERTIES));
		this.context.register(Application.class);
		this.context.refresh();
		Edgewise edgewise = this.context.getBean(Edgewise.class);
		Session session = edgewise.open(SESSION, Map.of()).block();
		this.stopped = edgewise.publish(session.id(), new UserStoppedSpeaking());
		this.started = edgewise.publish(session.id(), new UserStartedSpeaking());
		this.stream = edgewise.read(session.id(), 0)
			.filter((frame) -> frame.event() instanceof AgentResponse)
			.subscribe((frame) -> this.spoken.release());
	}

	/**
	 * Starts a generation, and waits until its first word has left by the stream.
	 */
	@Override
	public void run() {
		try {
			if (this.stopped.block().started().size() != 1 || !this.spoken.tryAcquire(5, TimeUnit.SECONDS)) {
				throw new IllegalStateException("The agent does not speak");
			}
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException("Interrupted while the agent began to speak", ex);
		}
	}

	/**
	 * Cuts the generation off, and waits for the receipt: then the fence stands.
	 * @return whether it was cut off
	 */
	@Override
	public boolean getAsBoolean() {
		return this.started.block().interrupted().size() == 1;
	}

	@Override
	public void close() {
		this.stream.dispose();
		this.context.close();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Agent agent() {
			return new Agent();
		}

	}

	/**
	 * Says one word, and has not finished.
	 */
	static class Agent {

		@Route(on = UserStoppedSpeaking.class, interruptOn = UserStartedSpeaking.class)
		Flux<AgentResponse> speak() {
			return Flux.concat(Flux.just(new AgentResponse("Well, ")), Flux.never());
		}

	}

}
