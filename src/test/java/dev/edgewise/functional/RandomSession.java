package dev.edgewise.functional;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

import dev.edgewise.Generation;
import dev.edgewise.InterruptCommand;
import dev.edgewise.Overlap;
import dev.edgewise.Protection;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.UnknownGenerationException;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.AgentHandoff;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.AgentSpeechSent;
import dev.edgewise.event.AgentTakesFloor;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.event.PlaybackProgress;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.InterruptionPolicy.WhileProtected;
import dev.edgewise.interruption.Phrases;
import dev.edgewise.session.SessionView.GenerationView;
import dev.edgewise.session.Submission;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A session of random events, the same for the same seed.
 */
final class RandomSession {

	static final InterruptionPolicy CONVERSATION = new InterruptionPolicy("conversation", 2, Duration.ZERO, 0,
			new Phrases(List.of("stop"), Map.of()), new Phrases(List.of("uh-huh", "yes"), Map.of()), Duration.ZERO,
			Duration.ZERO, 0, 3, Duration.ofSeconds(5), Duration.ofMillis(500), Duration.ofMillis(300),
			WhileProtected.KEEP, 0, Duration.ZERO);

	static final InterruptionPolicy PATIENT = new InterruptionPolicy("patient", 0, Duration.ofMillis(400), 0.5,
			Phrases.NONE, Phrases.NONE, Duration.ofMillis(700), Duration.ofMillis(150), 3, 0, Duration.ofSeconds(10),
			Duration.ofSeconds(2), Duration.ofMillis(300), WhileProtected.REPORT, 5, Duration.ofMillis(1_300));

	private static final List<String> WORDS = List.of("uh-huh", "yes", "stop", "wait a moment", "no", "hm hm hm");

	private static final int[] GAPS = { 0, 0, 20, 100, 150, 300, 400, 500, 1_300, 2_000 };

	private final Random random;

	private final boolean agents;

	private boolean acknowledges;

	/** One that ran lately; null if none did. */
	private @Nullable String generation;

	RandomSession(long seed) {
		this(seed, false);
	}

	/**
	 * Has the client acknowledge some of what it is given, and no node open a section,
	 * which replays take to begin with its first numbered item.
	 */
	RandomSession acknowledging() {
		this.acknowledges = true;
		return this;
	}

	/**
	 * Begins one.
	 * @param agents whether routes belong to agents, which hand over to each other
	 */
	RandomSession(long seed, boolean agents) {
		this.random = new Random(seed);
		this.agents = agents;
	}

	RouteDefinition[] routes() {
		return Stream.of(unnamed()).map((route) -> switch (String.valueOf(route.id())) {
			case "assistant", "menu" -> ofAgent("front", route);
			case "colleague" -> ofAgent("colleague", route);
			default -> route;
		}).toArray(RouteDefinition[]::new);
	}

	private RouteDefinition ofAgent(String agent, RouteDefinition route) {
		return new RouteDefinition(route.id(), route.on(), route.filter(), route.interruptOn(), route.condition(),
				route.overlap(), route.maxConcurrency(), route.handlers(), route.node(), route.output(), route.policy(),
				route.interruptible(), this.agents ? agent : null);
	}

	private RouteDefinition[] unnamed() {
		return new RouteDefinition[] {
				Routes.on(UserStoppedSpeaking.class, UserTranscriptionReceived.class)
					.id("assistant")
					.policy("conversation")
					.filter((event) -> !(event instanceof UserTranscriptionReceived heard)
							|| heard.content().length() > 5)
					.interruptOn(UserStartedSpeaking.class, DTMFInput.class)
					.stream((event, generation) -> talk(generation, true))
					.broadcast(),
				Routes.on(DTMFInput.class)
					.id("menu")
					.policy("patient")
					.overlap(Overlap.QUEUE)
					.interruptOn(UserStartedSpeaking.class, UserTranscriptionReceived.class)
					.condition((event, generation) -> generation.spokenFor().toMillis() > 200)
					.stream((event, generation) -> talk(generation, false))
					.broadcast(),
				Routes.on(AgentHandoff.class)
					.id("colleague")
					.overlap(Overlap.PARALLEL)
					.maxConcurrency(2)
					.interruptOn(UserStartedSpeaking.class)
					.stream((event, generation) -> talk(generation, false))
					.broadcast(),
				Routes.on(AgentGenerationInterrupted.class, AgentTakesFloor.class)
					.id("epilogue")
					.policy("patient")
					.overlap(Overlap.IGNORE)
					.interruptible(this.random.nextBoolean())
					.interruptOn(UserStoppedSpeaking.class)
					.stream((event, generation) -> talk(generation, false))
					.broadcast() };
	}

	/**
	 * Says something at random times, some of it protected.
	 */
	private Flux<Object> talk(Generation generation, boolean handsOver) {
		List<Mono<Object>> items = new ArrayList<>();
		List<Protection> open = new ArrayList<>();
		int count = this.random.nextInt(12);
		for (int i = 0; i < count; i++) {
			int kind = this.random.nextInt(12);
			Object item = ((handsOver || this.agents) && kind == 0) ? handoff()
					: new AgentResponse("word " + i, (kind == 1) ? false : null);
			boolean section = this.random.nextInt(6) == 0 && !this.acknowledges;
			int delay = 1 + this.random.nextInt(400);
			items.add(Mono.just(item).delayElement(Duration.ofMillis(delay)).doOnNext((next) -> {
				if (section) {
					open.add(generation.protect());
				}
				else if (!open.isEmpty()) {
					open.remove(0).close();
				}
			}));
		}
		Flux<Object> said = Flux.concat(items);
		return switch (this.random.nextInt(8)) {
			case 0 -> said.concatWith(Mono.error(new IllegalStateException("on purpose")));
			case 1 -> said.concatWith(Mono.never());
			default -> said;
		};
	}

	/**
	 * Has it played on a stage.
	 */
	void play(Stage stage, int events) {
		stage.read(0);
		for (int i = 0; i < events; i++) {
			if (this.acknowledges) {
				String running = generation(stage);
				this.generation = (running != null) ? running : this.generation;
			}
			stage.advanceMillis(GAPS[this.random.nextInt(GAPS.length)] + this.random.nextInt(2));
			act(stage);
		}
	}

	private void act(Stage stage) {
		switch (this.random.nextInt(24)) {
			case 0 -> command(stage);
			case 1 -> Stage.get(stage.engine.policy(Stage.SESSION,
					List.of("conversation", "patient", "immediate").get(this.random.nextInt(3))));
			case 2 -> Stage.get(stage.engine.policy(Stage.SESSION, null));
			case 3 -> stage.publish(event(), null, generation(stage));
			case 4 -> stage.publishAll(event(), event());
			case 5 -> Stage.get(stage.engine.publishAll(Stage.SESSION,
					List.of(new Submission(event(), null, null, this.random.nextBoolean()))));
			case 6 -> stage.publish((this.random.nextInt(4) == 0) ? new EmergencyStop("enough") : event());
			default -> stage.publish(event());
		}
	}

	private void command(Stage stage) {
		String generation = this.random.nextBoolean() ? generation(stage) : null;
		String route = (generation == null && this.random.nextBoolean()) ? "assistant" : null;
		try {
			Stage.get(stage.engine.interrupt(Stage.SESSION,
					new InterruptCommand(generation, route, this.random.nextBoolean(), "because"), null));
		}
		catch (UnknownGenerationException ex) {
			// one that has ended
		}
	}

	private String generation(Stage stage) {
		List<GenerationView> generations = stage.view().generations();
		return generations.isEmpty() ? null : generations.get(this.random.nextInt(generations.size())).id();
	}

	private AgentHandoff handoff() {
		String target = this.agents ? List.of("colleague", "front", "nobody").get(this.random.nextInt(3)) : "colleague";
		return new AgentHandoff(target, null);
	}

	private Object acknowledgement() {
		return switch (this.random.nextInt(4)) {
			case 0 -> new PlaybackProgress(this.generation, this.random.nextInt(80), null, null);
			case 1 -> new PlaybackProgress(null, null, this.random.nextInt(12), null);
			case 2 -> new PlaybackProgress(null, null, null, (long) this.random.nextInt(6_000));
			default -> new AgentSpeechSent("word " + this.random.nextInt(12));
		};
	}

	private Object event() {
		if (this.agents && this.random.nextInt(8) == 0) {
			return handoff();
		}
		if (this.acknowledges && this.random.nextInt(3) == 0) {
			return acknowledgement();
		}
		String speaker = (this.random.nextInt(4) == 0) ? "Ann" : null;
		return switch (this.random.nextInt(10)) {
			case 0, 1, 2 -> new UserStartedSpeaking(speaker);
			case 3, 4, 5 -> new UserStoppedSpeaking(speaker);
			case 6 -> new DTMFInput("7");
			default -> new UserTranscriptionReceived(WORDS.get(this.random.nextInt(WORDS.size())),
					this.random.nextBoolean() ? true : null,
					this.random.nextBoolean() ? (double) Math.round(this.random.nextDouble() * 10) / 10 : null,
					speaker);
		};
	}

}
