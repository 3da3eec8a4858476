package dev.edgewise.model;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import dev.edgewise.ConversationContext.Role;
import dev.edgewise.Edgewise;
import dev.edgewise.Frame;
import dev.edgewise.LeakWatch;
import dev.edgewise.Receipt;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.event.AgentGenerationFailed;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.session.SessionEngine;
import org.awaitility.Awaitility;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;

/**
 * An application with the library and one route that a model answers, and the session of
 * somebody who talks to it. Real threads, real time, real HTTP.
 */
final class Talk implements AutoCloseable {

	static final String SESSION = "s";

	final ConfigurableApplicationContext context;

	final Edgewise edgewise;

	final List<Frame> frames = new CopyOnWriteArrayList<>();

	private Talk(Setup setup) {
		this.context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.initializers((context) -> setup.register((GenericApplicationContext) context))
			.run(setup.arguments());
		this.edgewise = this.context.getBean(Edgewise.class);
		open(SESSION);
		this.edgewise.read(SESSION, 0).subscribe(this.frames::add);
	}

	/**
	 * Talks to a model by the two properties that it takes, and quickly.
	 */
	static Setup to(FakeModel model) {
		return new Setup().property("edgewise.agent.model.base-url", model.url())
			.property("edgewise.agent.model.name", "fake");
	}

	void open(String session) {
		this.edgewise.open(session, Map.of()).block(Duration.ofSeconds(10));
	}

	Receipt publish(Object event) {
		return publish(SESSION, event);
	}

	Receipt publish(String session, Object event) {
		return Objects.requireNonNull(this.edgewise.publish(session, event).block(Duration.ofSeconds(10)));
	}

	/**
	 * Says something and is silent.
	 */
	Receipt say(String text) {
		publish(new UserTranscriptionReceived(text, null, null));
		return publish(new UserStoppedSpeaking());
	}

	Receipt interrupt() {
		return publish(new UserStartedSpeaking());
	}

	/**
	 * Waits for a frame.
	 * @param number which one of its type, from 1
	 */
	<E> E await(Class<E> type, int number) {
		Awaitility.await()
			.pollInterval(Duration.ofMillis(1))
			.atMost(Duration.ofSeconds(30))
			.until(() -> all(type).size(), (size) -> size >= number);
		return all(type).get(number - 1);
	}

	/**
	 * Waits until nothing has been said for half a second.
	 */
	void awaitSilence() {
		int[] before = { -1 };
		Awaitility.await().pollInterval(Duration.ofMillis(500)).until(this.frames::size, (size) -> {
			boolean same = size == before[0];
			before[0] = size;
			return same;
		});
	}

	<E> List<E> all(Class<E> type) {
		return this.frames.stream().map(Frame::event).filter(type::isInstance).map(type::cast).toList();
	}

	String said() {
		return String.join("", all(AgentResponse.class).stream().map(AgentResponse::content).toList());
	}

	/**
	 * How much the agent has said in a session, heard or not.
	 */
	int generated(String session) {
		return Objects.requireNonNull(this.engine().conversation(session).block(Duration.ofSeconds(10)))
			.asGenerated()
			.stream()
			.filter((message) -> message.role() == Role.AGENT)
			.mapToInt((message) -> message.text().length())
			.sum();
	}

	private SessionEngine engine() {
		return this.context.getBean(SessionEngine.class);
	}

	AgentGenerationFailed failure() {
		return await(AgentGenerationFailed.class, 1);
	}

	@Override
	public void close() {
		LeakWatch watch = this.context.getBean(LeakWatch.class);
		this.context.close();
		watch.assertNothingIsLeft();
	}

	/**
	 * The beans of the application.
	 */
	record Beans(ConfigurableApplicationContext context) {

		StreamingModel model() {
			return this.context.getBean(StreamingModel.class);
		}

	}

	/**
	 * A talk that has not begun.
	 */
	static final class Setup {

		private final Map<String, Object> properties = new LinkedHashMap<>(Map.of("spring.main.banner-mode", "off",
				"spring.config.name", "none", "edgewise.session.events-per-second", 100_000));

		private final Map<String, Function<Beans, RouteDefinition>> routes = new LinkedHashMap<>();

		private final List<Consumer<GenericApplicationContext>> beans = new ArrayList<>();

		Setup property(String name, Object value) {
			this.properties.put(name, value);
			return this;
		}

		Setup route(String name, Function<Beans, RouteDefinition> route) {
			this.routes.put(name, route);
			return this;
		}

		/**
		 * With a bean that has routes, in place of the usual one.
		 */
		<B> Setup bean(Class<B> type, Supplier<B> bean) {
			this.beans.add((context) -> context.registerBean(type, bean));
			return this;
		}

		private void register(GenericApplicationContext context) {
			this.routes.forEach((name, route) -> context.registerBean(name, RouteDefinition.class,
					() -> route.apply(new Beans(context))));
			this.beans.forEach((bean) -> bean.accept(context));
		}

		Setup tools(ModelTool... tools) {
			return route("chat", (beans) -> chat(beans.model().withTools(tools)));
		}

		Talk begin() {
			if (this.routes.isEmpty() && this.beans.isEmpty()) {
				tools();
			}
			return new Talk(this);
		}

		static RouteDefinition chat(StreamingModel model) {
			return Routes.on(UserStoppedSpeaking.class)
				.interruptOn(UserStartedSpeaking.class)
				.streamContext(model::stream)
				.broadcast();
		}

		private String[] arguments() {
			List<String> arguments = new ArrayList<>();
			this.properties.forEach((name, value) -> arguments.add("--" + name + "=" + value));
			return arguments.toArray(String[]::new);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		LeakWatch leakWatch() {
			return new LeakWatch();
		}

	}

}
