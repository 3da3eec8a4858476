package dev.edgewise.autoconfigure;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import dev.edgewise.Edgewise;
import dev.edgewise.Frame;
import dev.edgewise.Overlap;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.event.AgentGenerationComplete;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.observation.EdgewiseMeter;
import dev.edgewise.observation.GenerationObservationContext;
import dev.edgewise.session.Surroundings;
import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application whose generations are observed.
 */
class ObservedApplicationTests {

	private static final Queue<String> FOUND = new ConcurrentLinkedQueue<>();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withUserConfiguration(Application.class);

	@AfterEach
	void reset() {
		Hooks.disableAutomaticContextPropagation();
		FOUND.clear();
	}

	private static <T> T get(Mono<T> mono) {
		return mono.block(Duration.ofSeconds(10));
	}

	private static void found(String where) {
		FOUND.add(where + " " + MDC.get("session") + " " + MDC.get("generation"));
	}

	/**
	 * Starts a generation and waits for its end.
	 * @param cut what interrupts it; null if nothing shall
	 * @return its id
	 */
	private static String play(Edgewise edgewise, Object event, @Nullable Object cut) {
		String session = get(edgewise.open(null, Map.of())).id();
		Mono<Frame> end = edgewise.read(session, 0)
			.filter((frame) -> frame.event() instanceof AgentGenerationComplete
					|| frame.event() instanceof AgentGenerationInterrupted)
			.next();
		String generation = get(edgewise.publish(session, event)).started().get(0);
		if (cut != null) {
			get(edgewise.read(session, 0).filter((frame) -> frame.event() instanceof AgentResponse).next());
			get(edgewise.publish(session, cut));
		}
		assertThat(get(end).generation()).isEqualTo(generation);
		edgewise.close(session).block(Duration.ofSeconds(10));
		return session + " " + generation;
	}

	@Test
	void metersAreWhatTheyAreWithoutObservations() {
		this.runner.run((context) -> {
			play(context.getBean(Edgewise.class), new UserStoppedSpeaking(), new UserStartedSpeaking());
			play(context.getBean(Edgewise.class), new DTMFInput("1"), null);
			assertThat(context.getBean(Watcher.class).stopped).hasSizeGreaterThanOrEqualTo(2);
			Map<String, EdgewiseMeter> documented = Arrays.stream(EdgewiseMeter.values())
				.collect(Collectors.toMap(EdgewiseMeter::getName, (meter) -> meter));
			assertThat(context.getBean(MeterRegistry.class).getMeters())
				.filteredOn((meter) -> meter.getId().getName().startsWith("edgewise.")
						&& meter.getId().syntheticAssociation() == null)
				.isNotEmpty()
				.allSatisfy((meter) -> {
					EdgewiseMeter known = documented.get(meter.getId().getName());
					assertThat(known).as(meter.getId().toString()).isNotNull();
					assertThat(meter.getId().getType()).isEqualTo(known.getType());
					assertThat(meter.getId().getTags()).extracting(Tag::getKey)
						.containsExactlyInAnyOrderElementsOf(
								Arrays.stream(known.getKeyNames()).map(KeyName::asString).toList());
				});
			assertThat(context.getBean(MeterRegistry.class)
				.get("edgewise.generation")
				.tags("route", "talk", "outcome", "interrupted")
				.timer()
				.count()).isOne();
		});
	}

	@Test
	void threadsKeepNothing() {
		this.runner.run((context) -> {
			for (int i = 0; i < 20; i++) {
				play(context.getBean(Edgewise.class), new UserStoppedSpeaking(), new UserStartedSpeaking());
				play(context.getBean(Edgewise.class), new DTMFInput("1"), null);
			}
			assertThat(FOUND).hasSize(60).noneMatch((line) -> line.contains("null"));
			ObservationRegistry registry = context.getBean(ObservationRegistry.class);
			Queue<String> kept = new ConcurrentLinkedQueue<>();
			for (String name : List.of("edgewiseTimer", "edgewiseParallel", "edgewiseBlocking", "edgewiseControl")) {
				CountDownLatch looked = new CountDownLatch(8);
				for (int i = 0; i < 8; i++) {
					context.getBean(name, Scheduler.class).schedule(() -> {
						if (MDC.get("session") != null || MDC.get("generation") != null
								|| registry.getCurrentObservation() != null) {
							kept.add(Thread.currentThread().getName());
						}
						looked.countDown();
					});
				}
				assertThat(looked.await(10, TimeUnit.SECONDS)).isTrue();
			}
			assertThat(kept).isEmpty();
		});
	}

	@Test
	void reactiveCodeFindsTheIdsOnEveryThreadWhereTheApplicationHasThreadLocalsFollow() {
		this.runner.withPropertyValues("spring.reactor.context-propagation=auto").run((context) -> {
			String ids = play(context.getBean(Edgewise.class), new DTMFInput("2"), null);
			assertThat(FOUND).hasSizeGreaterThanOrEqualTo(9)
				.contains("source " + ids, "elsewhere " + ids, "later " + ids)
				.allMatch((line) -> line.endsWith(ids));
		});
	}

	@Test
	void anApplicationMayHaveItsOwnSurroundings() {
		this.runner.withBean("own", Surroundings.class, () -> Surroundings.NONE).run((context) -> {
			assertThat(context.getBean(Surroundings.class)).isSameAs(Surroundings.NONE);
			play(context.getBean(Edgewise.class), new DTMFInput("1"), null);
			assertThat(FOUND).containsExactly("blocking null null");
		});
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		MeterRegistry meters() {
			return new SimpleMeterRegistry();
		}

		@Bean
		Watcher watcher() {
			return new Watcher();
		}

		@Bean
		RouteDefinition talk() {
			return Routes.on(UserStoppedSpeaking.class)
				.id("talk")
				.interruptOn(UserStartedSpeaking.class)
				.onInterrupt((interruption) -> found("handler"))
				.stream((event) -> {
					found("method");
					return Flux.concat(Flux.just("Hello"), Flux.never());
				})
				.broadcast();
		}

		@Bean
		RouteDefinition type() {
			return Routes.on(DTMFInput.class)
				.filter((event) -> event.button().equals("1"))
				.id("type")
				.overlap(Overlap.PARALLEL)
				.run((event, generation) -> {
					found("blocking");
					generation.emit("one");
				})
				.broadcast();
		}

		@Bean
		RouteDefinition flow() {
			return Routes.on(DTMFInput.class)
				.filter((event) -> event.button().equals("2"))
				.id("flow")
				.stream((event) -> {
					Flux<String> source = Flux.generate(() -> 0, (count, sink) -> {
						found("source");
						if (count < 3) {
							sink.next("x" + count);
						}
						else {
							sink.complete();
						}
						return count + 1;
					});
					return source.publishOn(Schedulers.boundedElastic(), 1)
						.doOnNext((item) -> found("elsewhere"))
						.delayElements(Duration.ofMillis(1))
						.doOnNext((item) -> found("later"));
				})
				.broadcast();
		}

	}

	/**
	 * Sees what is observed.
	 */
	static final class Watcher implements ObservationHandler<GenerationObservationContext> {

		private final Queue<GenerationObservationContext> stopped = new ConcurrentLinkedQueue<>();

		@Override
		public void onStop(GenerationObservationContext context) {
			this.stopped.add(context);
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return context instanceof GenerationObservationContext;
		}

	}

}
