package dev.edgewise.functional;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.edgewise.Routes;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.observation.GenerationSurroundings;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What log lines carry, and what they must not say.
 */
class LogLineTests {

	private static final String SAID = "my card is 4711";

	private static final org.slf4j.Logger logger = LoggerFactory.getLogger(LogLineTests.class);

	private final Lines lines = new Lines();

	private final Logger watched = (Logger) LoggerFactory.getLogger("dev.edgewise");

	private Level before = Level.INFO;

	@BeforeEach
	void watch() {
		this.before = this.watched.getLevel();
		this.watched.setLevel(Level.DEBUG);
		this.watched.setAdditive(false);
		this.lines.setContext((LoggerContext) LoggerFactory.getILoggerFactory());
		this.lines.start();
		this.watched.addAppender(this.lines);
	}

	@AfterEach
	void stop() {
		this.watched.detachAppender(this.lines);
		this.watched.setAdditive(true);
		this.watched.setLevel(this.before);
		MDC.clear();
	}

	private static Stage.Plan with(dev.edgewise.RouteDefinition... routes) {
		return Stage.with(routes).surroundings(new GenerationSurroundings(ObservationRegistry.NOOP, false));
	}

	@Test
	void linesOfNodesAndHandlersCarryTheIdsAndThreadsDoNotKeepThem() {
		try (Stage stage = with(Routes.on(UserStoppedSpeaking.class)
			.interruptOn(UserStartedSpeaking.class)
			.onInterrupt((interruption) -> logger.info("handler"))
			.stream((event, generation) -> {
				logger.info("method");
				return Flux.never()
					.doOnSubscribe((subscription) -> logger.info("subscription"))
					.doOnCancel(() -> logger.info("cancel"));
			})
			.broadcast(), Routes.on(DTMFInput.class).run((event, generation) -> logger.info("blocking")).broadcast())
			.open()) {
			String reactive = stage.publish(new UserStoppedSpeaking()).started().get(0);
			String blocking = stage.publish(new DTMFInput("1")).started().get(0);
			stage.advanceMillis(10);
			stage.publish(new UserStartedSpeaking());
			stage.advanceMillis(10);
			for (String line : List.of("method", "subscription", "cancel", "handler")) {
				assertThat(this.lines.mdcOf(line)).isEqualTo(Map.of("session", Stage.SESSION, "generation", reactive));
			}
			assertThat(this.lines.mdcOf("blocking"))
				.isEqualTo(Map.of("session", Stage.SESSION, "generation", blocking));
			assertThat(this.lines.mdcOf("Interrupted"))
				.isEqualTo(Map.of("session", Stage.SESSION, "generation", reactive));
			assertThat(MDC.getCopyOfContextMap()).isNullOrEmpty();
		}
	}

	@Test
	void keysOfTheSameNameThatAreNotEdgewisesComeBack() {
		MDC.put("session", "mine");
		MDC.put("other", "stays");
		try (Stage stage = with(
				Routes.on(UserStoppedSpeaking.class).run((event, generation) -> logger.info("node")).broadcast())
			.open()) {
			String generation = stage.publish(new UserStoppedSpeaking()).started().get(0);
			stage.advanceMillis(10);
			assertThat(this.lines.mdcOf("node")).containsEntry("session", Stage.SESSION)
				.containsEntry("generation", generation)
				.containsEntry("other", "stays");
			assertThat(MDC.getCopyOfContextMap()).isEqualTo(Map.of("session", "mine", "other", "stays"));
		}
	}

	@Test
	void theEnginesOwnLinesCarryTheIdsOfTheGenerationThatTheyAreAbout() {
		try (Stage stage = with(Routes.on(UserStoppedSpeaking.class)
			.interruptOn(UserStartedSpeaking.class)
			.condition((event, generation) -> {
				throw new IllegalStateException(SAID);
			})
			.stream((event) -> rude())
			.broadcast(), Routes.on(DTMFInput.class).filter((event) -> {
				throw new IllegalStateException(SAID);
			}).stream((event) -> Flux.never()).broadcast()).open()) {
			String generation = stage.publish(new UserStoppedSpeaking()).started().get(0);
			stage.advanceMillis(10);
			stage.publish(new UserStartedSpeaking());
			stage.publish(new DTMFInput("1"));
			stage.advanceMillis(10);
			Map<String, String> ids = Map.of("session", Stage.SESSION, "generation", generation);
			assertThat(this.lines.mdcOf("Deciding about")).isEqualTo(ids);
			assertThat(this.lines.mdcOf("Cancelling")).isEqualTo(ids);
			assertThat(this.lines.mdcOf("The filter")).isEqualTo(Map.of("session", Stage.SESSION));
			assertThat(this.lines.text()).doesNotContain(SAID);
		}
	}

	private static Publisher<String> rude() {
		return (subscriber) -> subscriber.onSubscribe(new Subscription() {
			@Override
			public void request(long count) {
			}

			@Override
			public void cancel() {
				throw new IllegalStateException(SAID);
			}
		});
	}

	@Test
	void whatAPublisherDoesWithTheAnswerIsNotOfTheGenerationThatHappensToGiveIt() {
		CompletableFuture<Void> inside = new CompletableFuture<>();
		List<Map<String, String>> found = new ArrayList<>();
		try (Stage stage = with(Routes.on(UserStoppedSpeaking.class).run((event, generation) -> {
			inside.join();
		}).broadcast()).realThreads().open()) {
			stage.publish(new UserStoppedSpeaking());
			stage.engine.publish(Stage.SESSION, new DTMFInput("1"))
				.doOnNext((receipt) -> found.add(MDC.getCopyOfContextMap()))
				.subscribe();
			inside.complete(null);
			Stage.until(() -> stage.spy.outcomes.size() == 1);
		}
		assertThat(found).singleElement().satisfies((map) -> assertThat(map).isNullOrEmpty());
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void whatWasSaidIsInNoLineUnlessThatIsAllowed(boolean allowed) {
		Stage.Plan plan = with(
				Routes.on(UserTranscriptionReceived.class)
					.stream((event) -> Flux.error(new IllegalStateException("no answer to " + event.content(),
							new IllegalArgumentException(event.content()))))
					.broadcast(),
				Routes.on(UserStoppedSpeaking.class).interruptOn(UserStartedSpeaking.class, (interruption) -> {
					throw new IllegalStateException(interruption.generated());
				}).stream((event) -> Flux.concat(Flux.just(SAID), Flux.never())).broadcast());
		try (Stage stage = (allowed ? plan.logText() : plan).open()) {
			stage.publish(new UserTranscriptionReceived(SAID, null, null));
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(10);
			stage.publish(new UserStartedSpeaking());
			stage.advanceMillis(10);
			String text = this.lines.text();
			assertThat(text).contains("java.lang.IllegalStateException", "java.lang.IllegalArgumentException",
					"LogLineTests.java", "failed");
			assertThat(text.contains(SAID)).isEqualTo(allowed);
		}
	}

	@Test
	void whatTheEngineSaysOfAMisuseIsSaid() {
		try (Stage stage = with(Routes.on(UserStoppedSpeaking.class).run((event, generation) -> {
			generation.onCleanup(() -> generation.emit("late"));
		}).broadcast()).open()) {
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(10);
			assertThat(this.lines.text()).contains("A cleanup callback").contains("has ended");
		}
	}

	/**
	 * Keeps what is logged.
	 */
	private static final class Lines extends AppenderBase<ILoggingEvent> {

		private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();

		@Override
		protected void append(ILoggingEvent event) {
			event.prepareForDeferredProcessing();
			this.events.add(event);
		}

		Map<String, String> mdcOf(String beginning) {
			return this.events.stream()
				.filter((event) -> event.getFormattedMessage().startsWith(beginning))
				.findFirst()
				.orElseThrow(() -> new AssertionError(beginning + " is not in " + text()))
				.getMDCPropertyMap();
		}

		String text() {
			ThrowableProxyConverter failures = new ThrowableProxyConverter();
			failures.start();
			StringBuilder text = new StringBuilder();
			for (ILoggingEvent event : this.events) {
				text.append(event.getFormattedMessage()).append('\n').append(failures.convert(event));
			}
			return text.toString();
		}

	}

}
