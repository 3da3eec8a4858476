package dev.edgewise.autoconfigure;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import dev.edgewise.Decision.Verdict;
import dev.edgewise.Edgewise;
import dev.edgewise.Evidence;
import dev.edgewise.Receipt;
import dev.edgewise.Route;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.event.AgentHandoff;
import dev.edgewise.event.CustomReceived;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.InterruptionRule;
import dev.edgewise.interruption.Rule;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.AliasFor;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a user configures about interruptions, in a whole application: properties,
 * annotations, fluent routes and beans.
 */
class DecidingUserTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withUserConfiguration(Host.class)
		.withPropertyValues("edgewise.interruption.policies.call.min-words=2",
				"edgewise.interruption.policies.call.languages.de.backchannels=ach so gut",
				"edgewise.interruption.policies.call.stop-phrases=stop");

	private static <T> T get(Mono<T> mono) {
		return mono.block(Duration.ofSeconds(10));
	}

	private static List<String> decided(Edgewise edgewise, String session, Object event) {
		Receipt receipt = get(edgewise.publish(session, event));
		return receipt.decisions()
			.stream()
			.map((decision) -> decision.verdict() + " " + decision.rule() + " by " + decision.policy())
			.toList();
	}

	private static UserTranscriptionReceived said(String words) {
		return new UserTranscriptionReceived(words, null, null);
	}

	@Test
	void aRouteFollowsThePolicyThatItNames() {
		this.runner.run((context) -> {
			Edgewise edgewise = context.getBean(Edgewise.class);
			get(edgewise.open("s", Map.of("language", "de-AT")));
			get(edgewise.publish("s", new UserStoppedSpeaking()));
			assertThat(decided(edgewise, "s", new UserStartedSpeaking())).containsExactly("PAUSE BACKCHANNEL by call");
			assertThat(decided(edgewise, "s", said("Ach so, gut!"))).containsExactly("RESUME BACKCHANNEL by call");
			assertThat(decided(edgewise, "s", new UserStartedSpeaking())).containsExactly("PAUSE BACKCHANNEL by call");
			assertThat(decided(edgewise, "s", said("stop"))).containsExactly("INTERRUPT STOP_PHRASE by call");
		});
	}

	@Test
	void anAnnotationOfItsOwnChoosesAnotherPolicy() {
		this.runner.run((context) -> {
			Edgewise edgewise = context.getBean(Edgewise.class);
			get(edgewise.open("s", Map.of()));
			get(edgewise.publish("s", new DTMFInput("1")));
			assertThat(decided(edgewise, "s", new UserStartedSpeaking()))
				.containsExactly("PAUSE TOO_FEW_WORDS by made");
			assertThat(decided(edgewise, "s", said("three words now")))
				.containsExactly("INTERRUPT INTERRUPTED by made");
		});
	}

	@Test
	void aFluentRouteFollowsThePolicyThatItNamesOrCannotBeInterrupted() {
		this.runner.run((context) -> {
			Edgewise edgewise = context.getBean(Edgewise.class);
			get(edgewise.open("s", Map.of()));
			get(edgewise.publish("s", new AgentHandoff("other", null)));
			get(edgewise.publish("s", new CustomReceived(Map.of())));
			assertThat(decided(edgewise, "s", new UserStartedSpeaking()))
				.containsExactlyInAnyOrder("PAUSE TOO_FEW_WORDS by made", "IGNORE PROTECTED by immediate");
		});
	}

	@Test
	void rulesOfTheApplicationAreAskedAtTheirPlacesInTheirOrder() {
		this.runner.withUserConfiguration(Rules.class).run((context) -> {
			Edgewise edgewise = context.getBean(Edgewise.class);
			get(edgewise.open("s", Map.of()));
			get(edgewise.publish("s", new UserStoppedSpeaking()));
			get(edgewise.publish("s", new UserStartedSpeaking()));
			assertThat(decided(edgewise, "s", said("please"))).containsExactly("INTERRUPT SECOND by call");
			get(edgewise.publish("s", new UserStoppedSpeaking()));
			get(edgewise.publish("s", new UserStartedSpeaking()));
			assertThat(decided(edgewise, "s", said("please, darling"))).containsExactly("RESUME FIRST by call");
		});
	}

	@Test
	void aSessionFollowsThePolicyThatItIsGiven() {
		this.runner.run((context) -> {
			Edgewise edgewise = context.getBean(Edgewise.class);
			get(edgewise.open("s", Map.of()));
			get(edgewise.publish("s", new UserStoppedSpeaking()));
			edgewise.policy("s", "immediate").block(Duration.ofSeconds(10));
			assertThat(decided(edgewise, "s", new UserStartedSpeaking()))
				.containsExactly("INTERRUPT INTERRUPTED by immediate");
		});
	}

	@Retention(RetentionPolicy.RUNTIME)
	@Route(on = DTMFInput.class, interruptOn = UserStartedSpeaking.class)
	@interface OnKey {

		@AliasFor(annotation = Route.class, attribute = "policy")
		String decidedBy() default "call";

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Host {

		@Bean
		Agent agent() {
			return new Agent();
		}

		@Bean
		InterruptionPolicy made() {
			return InterruptionPolicy.builder("made").minWords(3).build();
		}

		@Bean
		RouteDefinition fluent() {
			return Routes.on(AgentHandoff.class)
				.interruptOn(UserStartedSpeaking.class)
				.policy("made")
				.stream((event) -> Flux.never())
				.broadcast();
		}

		@Bean
		RouteDefinition notice() {
			return Routes.on(CustomReceived.class)
				.interruptOn(UserStartedSpeaking.class)
				.interruptible(false)
				.stream((event) -> Flux.never())
				.broadcast();
		}

	}

	static class Agent {

		@Route(on = UserStoppedSpeaking.class, interruptOn = UserStartedSpeaking.class, policy = "call")
		Flux<String> talk() {
			return Flux.never();
		}

		@OnKey(decidedBy = "made")
		Flux<String> key() {
			return Flux.never();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Rules {

		@Bean
		@Order(2)
		InterruptionRule second() {
			return new Hearing("SECOND", "please", Verdict.INTERRUPT);
		}

		@Bean
		@Order(1)
		InterruptionRule first() {
			return new Hearing("FIRST", "darling", Verdict.IGNORE);
		}

	}

	record Hearing(String name, String word, Verdict verdict) implements InterruptionRule {

		@Override
		public Rule before() {
			return Rule.BACKCHANNEL;
		}

		@Override
		public @Nullable Verdict judge(Evidence evidence, InterruptionPolicy policy) {
			return evidence.user().transcript().contains(this.word) ? this.verdict : null;
		}

	}

}
