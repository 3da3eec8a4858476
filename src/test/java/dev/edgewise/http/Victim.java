package dev.edgewise.http;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.benchmark.Census;
import dev.edgewise.benchmark.Jvm;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.server.EdgewiseServer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The service in a JVM of its own, to be treated badly: as it is delivered, with a polite
 * agent and a talkative one in place of its own. What it is configured with are the JVM's
 * system properties.
 */
public final class Victim {

	private final ConfigurableApplicationContext context;

	private final MeterRegistry meters;

	private final AtomicInteger connections;

	private final AtomicInteger errors = new AtomicInteger();

	private Victim(ConfigurableApplicationContext context) {
		this.context = context;
		this.meters = context.getBean(MeterRegistry.class);
		this.connections = context.getBean(Agents.class).connections;
		countErrors();
	}

	private void countErrors() {
		Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
		AppenderBase<ILoggingEvent> counter = new AppenderBase<>() {

			@Override
			protected void append(ILoggingEvent event) {
				if (event.getLevel().isGreaterOrEqual(Level.ERROR)) {
					Victim.this.errors.incrementAndGet();
				}
			}

		};
		counter.start();
		root.addAppender(counter);
	}

	public static void main(String[] arguments) throws Exception {
		Jvm.answer(
				() -> new Victim(new SpringApplicationBuilder(EdgewiseServer.class, Agents.class).run("--server.port=0",
						"--management.server.port=0", "--management.server.address=127.0.0.1",
						"--edgewise.agent.enabled=false"))::answer);
	}

	private List<String> answer(String[] question) throws Exception {
		return switch (question[0]) {
			case "ports" -> List.of("service " + port("server"), "management " + port("management"));
			case "open" -> open();
			case "census" -> Census.take();
			default -> throw new IllegalArgumentException(question[0]);
		};
	}

	private String port(String server) {
		return this.context.getEnvironment().getRequiredProperty("local." + server + ".port");
	}

	/**
	 * What clients have open, and what they have left.
	 */
	private List<String> open() {
		return List.of("connections " + this.connections.get(), "sessions " + gauge("edgewise.sessions"),
				"streams " + gauge("edgewise.streams"), "meters " + this.meters.getMeters().size(),
				"errors " + this.errors.get());
	}

	private int gauge(String name) {
		return (int) this.meters.get(name).gauges().stream().mapToDouble(Gauge::value).sum();
	}

	@Configuration(proxyBeanMethods = false)
	static class Agents {

		private final AtomicInteger connections = new AtomicInteger();

		/**
		 * Begins at once, goes on in its time, and stops when the user speaks.
		 */
		@Bean
		RouteDefinition polite() {
			return Routes.on(UserStoppedSpeaking.class)
				.interruptOn(UserStartedSpeaking.class)
				.stream((event) -> Flux.concat(Flux.just("Well, "),
						Flux.just("and so on ").repeat().delayElements(Duration.ofMillis(20))))
				.broadcast();
		}

		/**
		 * Has always something to say.
		 */
		@Bean
		RouteDefinition talkative() {
			String words = "blah ".repeat(200);
			return Routes.on(DTMFInput.class).stream((event) -> Flux.just(words).repeat()).broadcast();
		}

		@Bean
		NettyServerCustomizer countedConnections() {
			return (server) -> server.doOnChannelInit((observer, channel, address) -> {
				this.connections.incrementAndGet();
				channel.closeFuture().addListener((closed) -> this.connections.decrementAndGet());
			});
		}

	}

}
