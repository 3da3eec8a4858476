package dev.edgewise.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

import dev.edgewise.Frame;
import dev.edgewise.Generation;
import dev.edgewise.Playback;
import dev.edgewise.Receipt;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.event.AgentEvent;
import dev.edgewise.event.SystemEvent;
import dev.edgewise.event.UserEvent;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.Policies;
import dev.edgewise.route.CompiledRoute;
import dev.edgewise.route.EventTypes;
import dev.edgewise.route.RouteTable;
import dev.edgewise.session.DefaultSessionEngine;
import dev.edgewise.session.EngineSchedulers;
import dev.edgewise.session.EngineSettings;
import dev.edgewise.session.FrameEncoder;
import dev.edgewise.session.LogReader;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * An engine in virtual time with the route of the built-in agent, on which calls are
 * played one after the other. For one thread.
 */
final class Stand {

	private static final Duration STEP = Duration.ofSeconds(10);

	private static final Duration LONGEST = Duration.ofHours(1);

	/** Speaks English, so that the phrases of other languages do not hold. */
	private static final Map<String, Object> ATTRIBUTES = Map.of("language", "en");

	final Conditions conditions;

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final DefaultSessionEngine engine;

	private @Nullable Call call;

	private @Nullable Throwable failure;

	Stand(InterruptionPolicy policy, Conditions conditions) {
		this.conditions = conditions;
		List<InterruptionPolicy> policies = (policy == InterruptionPolicy.IMMEDIATE) ? List.of() : List.of(policy);
		this.engine = new DefaultSessionEngine(routes(policy.name()), EngineSettings.defaults(1L << 30),
				new EngineSchedulers(this.time, this.time, this.time, this.time), new Blank(), new Policies(policies),
				List.of(), List.of());
	}

	private RouteTable routes(String policy) {
		RouteDefinition route = Routes.on(UserStoppedSpeaking.class)
			.id("assistant")
			.interruptOn(UserStartedSpeaking.class)
			.policy(policy)
			.stream((event, generation) -> answer(generation))
			.broadcast();
		List<Class<?>> types = new ArrayList<>();
		Stream.of(UserEvent.class, AgentEvent.class, SystemEvent.class)
			.forEach((parent) -> types.addAll(List.of(parent.getPermittedSubclasses())));
		return new RouteTable(List.of(new CompiledRoute(0, "assistant", "assistant", route.on(), route.interruptOn(),
				null, null, route.overlap(), route.maxConcurrency(), route.handlers(), route.node(), route.output(),
				null, null, route.policy(), route.interruptible(), null)), new EventTypes(types), null);
	}

	private Flux<Object> answer(Generation generation) {
		return Objects.requireNonNull(this.call).answer(generation);
	}

	/**
	 * Plays a call to its end.
	 */
	void play(Caller caller, Tally tally) {
		String session = "caller-" + caller.number();
		this.engine.open(session, ATTRIBUTES, Playback.ACKNOWLEDGED).subscribe((opened) -> {
		}, this::fail);
		Call call = new Call(caller, session, this, tally);
		this.call = call;
		call.begin();
		long limit = now() + LONGEST.toMillis();
		while (!call.isOver() && this.failure == null && now() < limit) {
			this.time.advanceTimeBy(STEP);
		}
		if (this.failure != null || !call.isOver()) {
			throw new IllegalStateException("Caller " + caller.number() + " finds no end", this.failure);
		}
		this.engine.close(session).subscribe((nothing) -> {
		}, this::fail);
		this.time.advanceTimeBy(STEP);
	}

	private void fail(Throwable failure) {
		this.failure = (this.failure != null) ? this.failure : failure;
	}

	VirtualTimeScheduler time() {
		return this.time;
	}

	long now() {
		return this.time.now(TimeUnit.MILLISECONDS);
	}

	Disposable after(long millis, Runnable what) {
		return this.time.schedule(() -> {
			try {
				what.run();
			}
			catch (Throwable ex) {
				fail(ex);
			}
		}, millis, TimeUnit.MILLISECONDS);
	}

	Mono<Long> delay(int millis) {
		return Mono.delay(Duration.ofMillis(millis), this.time);
	}

	void publish(String session, Object event, Consumer<Receipt> receipt) {
		this.engine.publish(session, event).subscribe(receipt, this::fail);
	}

	LogReader reader(String session) {
		return this.engine.reader(session, 0);
	}

	/**
	 * What holds for all calls.
	 *
	 * @param hangover milliseconds of silence after which a detector says that speech has
	 * ended
	 * @param pace how many thousandths of the time that an item takes to be said pass
	 * before the node has the next one
	 */
	record Conditions(int hangover, int pace) {
	}

	/**
	 * Encodes nothing: nobody reads the bytes.
	 */
	private static final class Blank implements FrameEncoder {

		private static final byte[] NOTHING = new byte[0];

		@Override
		public byte[] encode(Frame frame) {
			return NOTHING;
		}

		@Override
		public byte[] digest(Object event) {
			return NOTHING;
		}

	}

}
