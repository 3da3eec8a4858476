package dev.edgewise.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.edgewise.Edgewise;
import dev.edgewise.EventRefusedException;
import dev.edgewise.EventRefusedException.Bound;
import dev.edgewise.Frame;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.actuate.EdgewiseHealthIndicator;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.UserStoppedSpeaking;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class EdgewiseEngineAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(AutoConfigurations
		.of(JacksonAutoConfiguration.class, EdgewiseAutoConfiguration.class, EdgewiseEngineAutoConfiguration.class,
				EdgewiseHealthAutoConfiguration.class, EdgewiseInterruptionAutoConfiguration.class,
				EdgewiseJsonAutoConfiguration.class, EdgewiseRouteAutoConfiguration.class,
				EdgewiseSchedulersAutoConfiguration.class, EdgewiseWebAutoConfiguration.class));

	private static <T> T get(Mono<T> mono) {
		return mono.block(Duration.ofSeconds(10));
	}

	@Test
	void anyApplicationHasTheFacadeAndOnlyAReactiveWebApplicationTheEdge() {
		this.runner.withUserConfiguration(Answering.class).run((context) -> {
			assertThat(context).hasSingleBean(Edgewise.class).doesNotHaveBean("edgewiseHttpEdge");
			Edgewise edgewise = context.getBean(Edgewise.class);
			get(edgewise.open("s", Map.of()));
			Mono<List<Frame>> frames = edgewise.read("s", 0).take(4).collectList();
			assertThat(get(edgewise.publish("s", new UserStoppedSpeaking())).started()).hasSize(1);
			assertThat(get(frames)).extracting(Frame::event).contains(new AgentResponse("hello"));
			get(edgewise.close("s"));
		});
	}

	@Test
	void healthSaysSoWhenEveryThreadForNodesThatBlockIsHeld() {
		this.runner.withUserConfiguration(Blocking.class)
			.withPropertyValues("edgewise.blocking.threads=1")
			.run((context) -> {
				EdgewiseHealthIndicator health = context.getBean(EdgewiseHealthIndicator.class);
				assertThat(health.health().getStatus()).isEqualTo(Status.UP);
				Edgewise edgewise = context.getBean(Edgewise.class);
				get(edgewise.open("s", Map.of()));
				get(edgewise.publish("s", new UserStoppedSpeaking()));
				assertThat(health.health().getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
				context.getBean(CountDownLatch.class).countDown();
				get(edgewise.read("s", 0).filter((frame) -> frame.type().equals("AgentGenerationComplete")).next());
				assertThat(health.health().getStatus()).isEqualTo(Status.UP);
				get(edgewise.close("s"));
			});
	}

	@Test
	void theEngineDrainsWhenTheContextStopsAndWorksAgainWhenItStarts() {
		this.runner.withUserConfiguration(Answering.class).run((context) -> {
			Edgewise edgewise = context.getBean(Edgewise.class);
			get(edgewise.open("s", Map.of()));
			context.getSourceApplicationContext().stop();
			assertThatExceptionOfType(EventRefusedException.class).isThrownBy(() -> get(edgewise.open("t", Map.of())))
				.satisfies((ex) -> assertThat(ex.bound()).isEqualTo(Bound.DRAINING));
			context.getSourceApplicationContext().start();
			assertThat(get(edgewise.open("t", Map.of())).id()).isEqualTo("t");
			get(edgewise.close("t"));
		});
	}

	@Configuration(proxyBeanMethods = false)
	static class Answering {

		@Bean
		RouteDefinition answer() {
			return Routes.on(UserStoppedSpeaking.class).stream((event) -> Flux.just("hello")).broadcast();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Blocking {

		@Bean
		CountDownLatch letGo() {
			return new CountDownLatch(1);
		}

		@Bean
		RouteDefinition blocking(CountDownLatch letGo) {
			return Routes.on(UserStoppedSpeaking.class)
				.run((event, generation) -> letGo.await(10, TimeUnit.SECONDS))
				.broadcast();
		}

	}

}
