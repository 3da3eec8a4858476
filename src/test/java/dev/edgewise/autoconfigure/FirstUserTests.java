package dev.edgewise.autoconfigure;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.stream.Stream;

import dev.edgewise.ConversationContext;
import dev.edgewise.Edgewise;
import dev.edgewise.Frame;
import dev.edgewise.Generation;
import dev.edgewise.Interruption;
import dev.edgewise.OnInterrupt;
import dev.edgewise.ReasoningNode;
import dev.edgewise.Route;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.event.AgentError;
import dev.edgewise.event.AgentGenerationComplete;
import dev.edgewise.event.AgentGenerationFailed;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.CustomReceived;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.session.FrameEncoder;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.core.annotation.AliasFor;
import org.springframework.stereotype.Component;
import org.springframework.stereotype.Service;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a user tries first: all kinds of beans and all kinds of results, in a whole
 * application.
 */
class FirstUserTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withUserConfiguration(Host.class);

	private static <T> T get(Mono<T> mono) {
		return mono.block(Duration.ofSeconds(10));
	}

	/**
	 * The events of the generation that a key starts, without those of the engine but
	 * with a failure.
	 */
	private static List<Object> press(Edgewise edgewise, String key) {
		String session = get(edgewise.open(null, Map.of())).id();
		Mono<List<Frame>> frames = edgewise.read(session, 0)
			.takeUntil((frame) -> frame.event() instanceof AgentGenerationComplete
					|| frame.event() instanceof AgentGenerationFailed)
			.collectList();
		assertThat(get(edgewise.publish(session, new DTMFInput(key))).started()).as(key).hasSize(1);
		List<Object> events = get(frames).stream()
			.filter((frame) -> frame.generation() != null)
			.map(Frame::event)
			.filter((event) -> event instanceof AgentResponse || event instanceof AgentGenerationFailed
					|| event instanceof Map || event instanceof AgentError)
			.toList();
		edgewise.close(session).block(Duration.ofSeconds(10));
		return events;
	}

	@ParameterizedTest
	@ValueSource(strings = { "component", "service", "bean", "record", "inherited", "generic", "default", "composed",
			"class", "prototype", "lazy", "scoped", "factory", "proxied", "jdkProxied", "injected", "provider",
			"static" })
	void everyKindOfBeanSpeaks(String kind) {
		this.runner.withUserConfiguration(Beans.class)
			.run((context) -> assertThat(press(context.getBean(Edgewise.class), kind))
				.containsExactly(new AgentResponse(kind)));
	}

	@Test
	void aConditionalBeanHasItsRoutesOnlyWhenItIsThere() {
		ApplicationContextRunner conditional = this.runner.withUserConfiguration(Conditional.class);
		conditional.run((context) -> {
			Edgewise edgewise = context.getBean(Edgewise.class);
			get(edgewise.open("s", Map.of()));
			assertThat(get(edgewise.publish("s", new DTMFInput("conditional"))).started()).isEmpty();
		});
		conditional.withPropertyValues("demo.on=true")
			.run((context) -> assertThat(press(context.getBean(Edgewise.class), "conditional"))
				.containsExactly(new AgentResponse("conditional")));
	}

	@ParameterizedTest
	@ValueSource(strings = { "flow", "future", "flux", "stream", "iterable", "value", "emit", "object", "objectFlux" })
	void everyKindOfResultIsSpoken(String kind) {
		this.runner.withUserConfiguration(Results.class)
			.run((context) -> assertThat(press(context.getBean(Edgewise.class), kind))
				.containsExactly(new AgentResponse(kind)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "monoVoid", "null", "futureVoid", "empty" })
	void aResultThatSaysNothingCompletes(String kind) {
		this.runner.withUserConfiguration(Results.class)
			.run((context) -> assertThat(press(context.getBean(Edgewise.class), kind)).isEmpty());
	}

	@ParameterizedTest
	@ValueSource(strings = { "number", "array", "optional", "list" })
	void anItemThatIsNoObjectFailsItsGenerationAloneAndSaysWhy(String kind) {
		this.runner.withUserConfiguration(Results.class)
			.withPropertyValues("edgewise.generation.expose-error-messages=true")
			.run((context) -> {
				Edgewise edgewise = context.getBean(Edgewise.class);
				assertThat(press(edgewise, kind)).singleElement().isInstanceOf(AgentGenerationFailed.class);
				assertThat(press(edgewise, "value")).containsExactly(new AgentResponse("value"));
			});
	}

	@Test
	void aMapIsAnEventLikeAnyOther() {
		this.runner.withUserConfiguration(Results.class).run((context) -> {
			List<Object> events = press(context.getBean(Edgewise.class), "map");
			assertThat(events).containsExactly(Map.of("a", 1));
		});
	}

	@Test
	void severalHandlersAreCalledInTheirOrder() {
		this.runner.withUserConfiguration(Handled.class).run((context) -> {
			Edgewise edgewise = context.getBean(Edgewise.class);
			get(edgewise.open("s", Map.of()));
			Mono<List<Frame>> frames = edgewise.read("s", 0).collectList();
			get(edgewise.publish("s", new UserStoppedSpeaking()));
			get(edgewise.read("s", 0).filter((frame) -> frame.event() instanceof AgentResponse).next());
			assertThat(get(edgewise.publish("s", new UserStartedSpeaking())).interrupted()).hasSize(1);
			edgewise.close("s").block(Duration.ofSeconds(10));
			assertThat(context.getBean(Handled.class).calls).containsExactly("any", "cause", "publisher");
			assertThat(get(frames)).extracting(Frame::event)
				.hasAtLeastOneElementOfType(AgentGenerationInterrupted.class);
		});
	}

	@Test
	void twoApplicationsLiveInOneProcess() {
		this.runner.withUserConfiguration(Beans.class)
			.run((first) -> this.runner.withUserConfiguration(Results.class).run((second) -> {
				assertThat(press(first.getBean(Edgewise.class), "bean")).hasSize(1);
				assertThat(press(second.getBean(Edgewise.class), "value")).hasSize(1);
				Edgewise other = second.getBean(Edgewise.class);
				get(other.open("s", Map.of()));
				assertThat(get(other.publish("s", new DTMFInput("bean"))).started()).isEmpty();
			}));
	}

	@Test
	void aChildContextRunsItsOwnRoutes() {
		this.runner.withUserConfiguration(Results.class)
			.run((parent) -> this.runner.withParent(parent).withUserConfiguration(Beans.class).run((child) -> {
				assertThat(press(child.getBean(Edgewise.class), "bean")).containsExactly(new AgentResponse("bean"));
				assertThat(press(parent.getBean(Edgewise.class), "value")).containsExactly(new AgentResponse("value"));
			}));
	}

	@Test
	void anEncoderOfTheApplicationIsTheOneThatIsUsed() {
		List<Object> encoded = new CopyOnWriteArrayList<>();
		FrameEncoder own = new FrameEncoder() {

			@Override
			public byte[] encode(Frame frame) {
				encoded.add(frame.event());
				return new byte[] { '{', '}' };
			}

			@Override
			public byte[] digest(Object event) {
				return new byte[0];
			}

		};
		this.runner.withUserConfiguration(Results.class).withBean(FrameEncoder.class, () -> own).run((context) -> {
			assertThat(press(context.getBean(Edgewise.class), "value")).hasSize(1);
			assertThat(encoded).contains(new DTMFInput("value"), new AgentResponse("value"));
		});
	}

	@Test
	void fluentBeansMayBeLazyOrMadeByAFactory() {
		this.runner.withUserConfiguration(Fluent.class).run((context) -> {
			Edgewise edgewise = context.getBean(Edgewise.class);
			assertThat(press(edgewise, "lazyFluent")).containsExactly(new AgentResponse("lazyFluent"));
			assertThat(press(edgewise, "madeFluent")).containsExactly(new AgentResponse("madeFluent"));
		});
	}

	@Test
	void aReactiveWebApplicationHasTheEdgeBesides() {
		new ReactiveWebApplicationContextRunner().withUserConfiguration(Host.class, Beans.class)
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(Edgewise.class)
				.hasBean("edgewiseHttpEdge"));
	}

	@Test
	void virtualThreadsSpeakToo() {
		this.runner.withUserConfiguration(Results.class)
			.withPropertyValues("spring.threads.virtual.enabled=true")
			.run((context) -> {
				for (String kind : List.of("emit", "stream", "value", "flux")) {
					assertThat(press(context.getBean(Edgewise.class), kind)).containsExactly(new AgentResponse(kind));
				}
			});
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Host {

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ AComponent.class, AService.class, Inherits.class, Specific.class, WithDefault.class, ComposedUser.class,
			ClassLevel.class, APrototype.class, ALazy.class, AScoped.class, Injected.class })
	static class Beans {

		@Bean
		Plain plain() {
			return new Plain("bean");
		}

		@Bean
		Valued valued() {
			return new Valued("record");
		}

		@Bean
		FactoryBean<Made> made() {
			return new FactoryBean<>() {

				@Override
				public Made getObject() {
					return new Made();
				}

				@Override
				public Class<?> getObjectType() {
					return Made.class;
				}

			};
		}

		@Bean
		Proxied proxied() {
			ProxyFactory factory = new ProxyFactory(new Proxied());
			factory.setProxyTargetClass(true);
			factory.addAdvice((MethodInterceptor) (invocation) -> invocation.proceed());
			return (Proxied) factory.getProxy();
		}

		@Bean
		Talks jdkProxied() {
			ProxyFactory factory = new ProxyFactory(new TalksWell());
			factory.addAdvice((MethodInterceptor) (invocation) -> invocation.proceed());
			return (Talks) factory.getProxy();
		}

		@Bean
		RouteDefinition provider(ObjectProvider<Edgewise> edgewise) {
			return Routes.on(DTMFInput.class)
				.filter((event) -> event.button().equals("provider"))
				.stream((event) -> (edgewise.getIfAvailable() != null) ? event.button() : "none")
				.broadcast();
		}

		@Bean
		static RouteDefinition fluent() {
			return Routes.on(DTMFInput.class)
				.filter("event.button == 'static'")
				.stream(DTMFInput::button)
				.map((item) -> new AgentResponse(item.toString()))
				.broadcast(AgentResponse.class);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Fluent {

		@Bean
		@Lazy
		RouteDefinition lazyFluent() {
			return speaking("lazyFluent");
		}

		@Bean
		FactoryBean<RouteDefinition> madeFluent() {
			return new FactoryBean<>() {

				@Override
				public RouteDefinition getObject() {
					return speaking("madeFluent");
				}

				@Override
				public Class<?> getObjectType() {
					return RouteDefinition.class;
				}

			};
		}

		private static RouteDefinition speaking(String kind) {
			return Routes.on(DTMFInput.class)
				.filter((event) -> event.button().equals(kind))
				.stream((event) -> kind)
				.broadcast();
		}

	}

	@Component
	static class AComponent {

		@Route(on = DTMFInput.class, filter = "event.button == 'component'")
		Flux<String> speak(DTMFInput event) {
			return Flux.just(event.button());
		}

	}

	@Service
	static class AService {

		@Route(on = DTMFInput.class, filter = "event.button == 'service'")
		String speak(DTMFInput event) {
			return event.button();
		}

	}

	static class Plain {

		private final String text;

		Plain(String text) {
			this.text = text;
		}

		@Route(on = DTMFInput.class, filter = "event.button == 'bean'")
		String speak() {
			return this.text;
		}

	}

	record Valued(String text) {

		@Route(on = DTMFInput.class, filter = "event.button == 'record'")
		String speak(DTMFInput event) {
			return this.text;
		}

	}

	static class Parent {

		@Route(on = DTMFInput.class, filter = "event.button == 'inherited'")
		String speak(DTMFInput event) {
			return event.button();
		}

	}

	static class Inherits extends Parent {

	}

	abstract static class Generic<E, R> {

		@Route(on = DTMFInput.class, filter = "event.button == 'generic'")
		abstract R speak(E event, Generation generation);

	}

	static class Specific extends Generic<DTMFInput, Flux<String>> {

		@Override
		Flux<String> speak(DTMFInput event, Generation generation) {
			return Flux.just(event.button());
		}

	}

	interface Default {

		@Route(on = DTMFInput.class, filter = "event.button == 'default'")
		default String speak(DTMFInput event) {
			return event.button();
		}

	}

	static class WithDefault implements Default {

	}

	@Route(interruptOn = UserStartedSpeaking.class)
	@Retention(RetentionPolicy.RUNTIME)
	@Target(ElementType.METHOD)
	@interface OnKey {

		@AliasFor(annotation = Route.class, attribute = "on")
		Class<?>[] value() default DTMFInput.class;

		@AliasFor(annotation = Route.class)
		String filter() default "";

	}

	static class ComposedUser {

		@OnKey(filter = "event.button == 'composed'")
		String speak(DTMFInput event) {
			return event.button();
		}

	}

	@Route(on = DTMFInput.class, filter = "event.button == 'class'")
	static class ClassLevel implements ReasoningNode {

		@Override
		public Publisher<?> processContext(ConversationContext context) {
			return Flux.just("class");
		}

	}

	@Scope("prototype")
	static class APrototype {

		@Route(on = DTMFInput.class, filter = "event.button == 'prototype'")
		String speak(DTMFInput event) {
			return event.button();
		}

	}

	@Lazy
	static class ALazy {

		@Route(on = DTMFInput.class, filter = "event.button == 'lazy'")
		String speak(DTMFInput event) {
			return event.button();
		}

	}

	@Scope(scopeName = "prototype", proxyMode = ScopedProxyMode.TARGET_CLASS)
	static class AScoped {

		@Route(on = DTMFInput.class, filter = "event.button == 'scoped'")
		String speak(DTMFInput event) {
			return event.button();
		}

	}

	static class Injected {

		private final Edgewise edgewise;

		Injected(Edgewise edgewise) {
			this.edgewise = edgewise;
		}

		@Route(on = DTMFInput.class, filter = "event.button == 'injected'")
		Flux<String> speak(DTMFInput event, Generation generation) {
			return this.edgewise.publish(generation.session().id(), new CustomReceived(Map.of()))
				.thenMany(Flux.just(event.button()));
		}

	}

	static class Made {

		@Route(on = DTMFInput.class, filter = "event.button == 'factory'")
		String speak(DTMFInput event) {
			return event.button();
		}

	}

	static class Proxied {

		@Route(on = DTMFInput.class, filter = "event.button == 'proxied'")
		public String speak(DTMFInput event) {
			return event.button();
		}

	}

	interface Talks {

		@Route(on = DTMFInput.class, filter = "event.button == 'jdkProxied'")
		String speak(DTMFInput event);

	}

	static class TalksWell implements Talks {

		@Override
		public String speak(DTMFInput event) {
			return event.button();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnProperty("demo.on")
	static class Conditional {

		@Bean
		ConditionalNode conditionalNode() {
			return new ConditionalNode();
		}

	}

	static class ConditionalNode {

		@Route(on = DTMFInput.class, filter = "event.button == 'conditional'")
		String speak(DTMFInput event) {
			return event.button();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Handled {

		final List<String> calls = new CopyOnWriteArrayList<>();

		@Route(on = UserStoppedSpeaking.class, interruptOn = UserStartedSpeaking.class)
		Flux<String> speak() {
			return Flux.just("a").concatWith(Flux.never());
		}

		@OnInterrupt(UserStartedSpeaking.class)
		@org.springframework.core.annotation.Order(2)
		void cause(UserStartedSpeaking cause) {
			this.calls.add("cause");
		}

		@OnInterrupt
		@org.springframework.core.annotation.Order(1)
		void any() {
			this.calls.add("any");
		}

		@OnInterrupt
		@org.springframework.core.annotation.Order(3)
		Mono<Void> publisher(Interruption interruption) {
			return Mono.fromRunnable(() -> this.calls.add("publisher"));
		}

		@OnInterrupt(DTMFInput.class)
		void other(DTMFInput cause) {
			this.calls.add("other");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Results {

		@Route(on = DTMFInput.class, filter = "event.button == 'flow'")
		Flow.Publisher<String> flow(DTMFInput event) {
			return JdkFlowAdapter.publisherToFlowPublisher(Flux.just(event.button()));
		}

		@Route(on = DTMFInput.class, filter = "event.button == 'future'")
		CompletableFuture<String> future(DTMFInput event) {
			return CompletableFuture.completedFuture(event.button());
		}

		@Route(on = DTMFInput.class, filter = "event.button == 'futureVoid'")
		CompletableFuture<Void> futureVoid() {
			return CompletableFuture.completedFuture(null);
		}

		@Route(on = DTMFInput.class, filter = "event.button == 'flux'")
		Flux<AgentResponse> flux(DTMFInput event) {
			return Flux.just(new AgentResponse(event.button()));
		}

		@Route(on = DTMFInput.class, filter = "event.button == 'stream'")
		Stream<String> stream(DTMFInput event) {
			return Stream.of(event.button());
		}

		@Route(on = DTMFInput.class, filter = "event.button == 'iterable'")
		Iterable<String> iterable(DTMFInput event) {
			return List.of(event.button());
		}

		@Route(on = DTMFInput.class, filter = "event.button == 'value'")
		StringBuilder value(DTMFInput event) {
			return new StringBuilder(event.button());
		}

		@Route(on = DTMFInput.class, filter = "event.button == 'emit'")
		void emit(DTMFInput event, Generation generation) {
			generation.emit(event.button());
		}

		@Route(on = DTMFInput.class, filter = "event.button == 'object'")
		Object object(DTMFInput event) {
			return event.button();
		}

		@Route(on = DTMFInput.class, filter = "event.button == 'objectFlux'")
		Object objectFlux(DTMFInput event) {
			return Flux.just(event.button());
		}

		@Route(on = DTMFInput.class, filter = "event.button == 'monoVoid'")
		Mono<Void> monoVoid() {
			return Mono.empty();
		}

		@Route(on = DTMFInput.class, filter = "event.button == 'null'")
		String nothing() {
			return null;
		}

		@Route(on = DTMFInput.class, filter = "event.button == 'empty'")
		Stream<String> empty() {
			return Stream.empty();
		}

		@Route(on = DTMFInput.class, filter = "event.button == 'number'")
		int number() {
			return 1;
		}

		@Route(on = DTMFInput.class, filter = "event.button == 'array'")
		String[] array() {
			return new String[] { "a" };
		}

		@Route(on = DTMFInput.class, filter = "event.button == 'optional'")
		java.util.Optional<String> optional() {
			return java.util.Optional.of("a");
		}

		@Route(on = DTMFInput.class, filter = "event.button == 'list'")
		Flux<List<String>> list() {
			return Flux.just(List.of("a"));
		}

		@Route(on = DTMFInput.class, filter = "event.button == 'map'")
		Map<String, Object> map() {
			return Map.of("a", 1);
		}

	}

}
