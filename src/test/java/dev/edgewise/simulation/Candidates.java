package dev.edgewise.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import dev.edgewise.autoconfigure.EdgewiseAutoConfiguration;
import dev.edgewise.autoconfigure.EdgewiseInterruptionAutoConfiguration;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.Policies;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.io.ClassPathResource;

/**
 * The policies that are compared.
 */
final class Candidates {

	static final String CONVERSATION = "conversation";

	static final String PATIENT = "patient";

	static final String MIN_SPEECH = "min-speech";

	static final String TWO_WORDS = "two-words";

	static final String GUARDED = "guarded";

	private Candidates() {
	}

	/**
	 * All of them, in the order of the report.
	 */
	static List<InterruptionPolicy> all() {
		InterruptionPolicy conversation = ofTheService();
		return List.of(InterruptionPolicy.IMMEDIATE, conversation,
				conversation.mutate(PATIENT).decideWithin(Duration.ofSeconds(1)).build(),
				InterruptionPolicy.builder(MIN_SPEECH).minSpeech(Duration.ofMillis(300)).build(),
				InterruptionPolicy.builder(TWO_WORDS).minWords(2).build(),
				InterruptionPolicy.builder(GUARDED)
					.backOff(Duration.ofMillis(1_500))
					.protectFirst(Duration.ofSeconds(1))
					.build());
	}

	/**
	 * The policy of the built-in agent, as it is in the service's configuration.
	 */
	private static InterruptionPolicy ofTheService() {
		AtomicReference<InterruptionPolicy> found = new AtomicReference<>();
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(EdgewiseAutoConfiguration.class, EdgewiseInterruptionAutoConfiguration.class))
			.withInitializer((context) -> {
				try {
					new YamlPropertySourceLoader().load("service", new ClassPathResource("application.yml"))
						.forEach(context.getEnvironment().getPropertySources()::addFirst);
				}
				catch (IOException ex) {
					throw new UncheckedIOException(ex);
				}
			})
			.run((context) -> found.set(context.getBean(Policies.class).get(CONVERSATION)));
		return found.get();
	}

}
