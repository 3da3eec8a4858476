package dev.edgewise.route;

import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import dev.edgewise.Agent;
import dev.edgewise.ConversationContext;
import dev.edgewise.EventType;
import dev.edgewise.Frame;
import dev.edgewise.Generation;
import dev.edgewise.Interruption;
import dev.edgewise.OnInterrupt;
import dev.edgewise.Overlap;
import dev.edgewise.ReasoningNode;
import dev.edgewise.Route;
import dev.edgewise.RouteDefinition;
import dev.edgewise.RouteDefinition.Handler;
import dev.edgewise.RouteDefinition.Style;
import dev.edgewise.Routes;
import dev.edgewise.Session;
import dev.edgewise.event.AgentGenerationComplete;
import dev.edgewise.event.AgentHandoff;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.event.UserEvent;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanDefinitionCustomizer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.core.annotation.AliasFor;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class RouteScannerTests {

	private final UserStoppedSpeaking stopped = new UserStoppedSpeaking();

	private final UserStartedSpeaking started = new UserStartedSpeaking();

	@Test
	void compilesAMethodWithAllThatItsAnnotationSays() {
		try (Scan scan = Scan.of(Assistant.class)) {
			assertThat(scan.problems()).isEmpty();
			CompiledRoute route = scan.route("assistant.generate");
			assertThat(route.on()).containsExactly(UserStoppedSpeaking.class);
			assertThat(route.interruptOn()).containsExactly(UserStartedSpeaking.class);
			assertThat(route.conditionText()).isEqualTo("generation.elapsed.toMillis() > 300");
			assertThat(route.condition().test(this.started, GivenGeneration.startedBy(this.stopped))).isTrue();
			assertThat(route.overlap()).isEqualTo(Overlap.PARALLEL);
			assertThat(route.maxConcurrency()).isEqualTo(2);
			assertThat(route.handlers()).extracting(Handler::description)
				.containsExactly("assistant.onInterruptGenerate");
			assertThat(route.source()).isEqualTo("assistant.generate(ConversationContext, Generation)");
			assertThat(route.node().style()).isEqualTo(Style.REACTIVE);
			assertThat(route.output().apply("x")).isEqualTo("x");
		}
	}

	@Test
	void passesArgumentsByTheirKind() throws Exception {
		try (Scan scan = Scan.of(AllKinds.class)) {
			assertThat(scan.problems()).isEmpty();
			GivenGeneration generation = GivenGeneration.startedBy(this.stopped);
			Interruption previous = GivenGeneration.interruptedBy(this.started);
			assertThat(invoke(scan.route("allKinds.node"), generation, previous)).isEqualTo(List.of(previous,
					this.stopped, generation.cause(), generation.session(), generation, GivenGeneration.CONVERSATION));
			assertThat(invoke(scan.route("allKinds.previous"), generation, null)).isEqualTo("none");
		}
	}

	@Test
	void passesTheEventToAParameterOfACommonType() throws Exception {
		try (Scan scan = Scan.of(CommonType.class)) {
			assertThat(scan.problems()).isEmpty();
			GivenGeneration generation = GivenGeneration.startedBy(this.stopped);
			assertThat(invoke(scan.route("commonType.node"), generation, null)).isSameAs(this.stopped);
			assertThat(invoke(scan.route("commonType.any"), generation, null)).isSameAs(this.stopped);
		}
	}

	@Test
	void resolvesTypeVariablesOfSuperclasses() throws Exception {
		try (Scan scan = Scan.of(Concrete.class)) {
			assertThat(scan.problems()).isEmpty();
			CompiledRoute route = scan.route("concrete.node");
			assertThat(route.node().style()).isEqualTo(Style.REACTIVE);
			assertThat(invoke(route, GivenGeneration.startedBy(this.stopped), null)).isInstanceOf(Mono.class);
		}
	}

	@Test
	void tellsTheStyleByTheDeclaredResult() {
		try (Scan scan = Scan.of(Styles.class)) {
			assertThat(scan.problems()).isEmpty();
			assertThat(Stream.of("flux", "mono", "publisher", "flowPublisher", "stage", "future"))
				.allSatisfy((method) -> assertThat(style(scan, method)).isEqualTo(Style.REACTIVE));
			assertThat(style(scan, "undeclared")).isEqualTo(Style.UNDECLARED);
			assertThat(Stream.of("stream", "iterable", "value", "nothing"))
				.allSatisfy((method) -> assertThat(style(scan, method)).isEqualTo(Style.BLOCKING));
		}
	}

	@Test
	void throwsWhatTheMethodThrows() {
		try (Scan scan = Scan.of(Throwing.class)) {
			assertThatExceptionOfType(IOException.class)
				.isThrownBy(() -> invoke(scan.route("throwing.node"), GivenGeneration.startedBy(this.stopped), null))
				.withMessage("gone");
		}
	}

	@Test
	void keepsTheOverridesOfComposedAnnotations() {
		try (Scan scan = Scan.of(Composed.class)) {
			assertThat(scan.problems()).isEmpty();
			CompiledRoute route = scan.route("composed.node");
			assertThat(route.on()).containsExactly(UserTranscriptionReceived.class);
			assertThat(route.interruptOn()).containsExactly(UserStartedSpeaking.class, EmergencyStop.class);
			assertThat(route.overlap()).isEqualTo(Overlap.QUEUE);
			assertThat(route.policy()).isEqualTo("immediate");
			assertThat(route.interruptible()).isFalse();
			CompiledRoute plain = scan.route("composed.plain");
			assertThat(plain.on()).containsExactly(UserStoppedSpeaking.class);
			assertThat(plain.policy()).isEqualTo("conversation");
			assertThat(plain.interruptible()).isTrue();
		}
	}

	@Test
	void findsAnnotationsOnInterfaceMethods() throws Exception {
		try (Scan scan = Scan.of(Implementation.class)) {
			assertThat(scan.problems()).isEmpty();
			assertThat(invoke(scan.route("implementation.node"), GivenGeneration.startedBy(this.stopped), null))
				.isEqualTo("implementation");
		}
	}

	@Test
	void makesARouteOfAnAnnotatedReasoningNode() throws Exception {
		try (Scan scan = Scan.of(Reasoner.class)) {
			assertThat(scan.problems()).isEmpty();
			CompiledRoute route = scan.route("reasoner");
			assertThat(route.node().style()).isEqualTo(Style.REACTIVE);
			assertThat(invoke(route, GivenGeneration.startedBy(this.stopped), null)).isInstanceOf(Flux.class);
			assertThat(route.handlers()).hasSize(1);
			Interruption interruption = GivenGeneration.interruptedBy(this.started);
			run(route, interruption);
			assertThat(scan.context().getBean(Reasoner.class).interruptions).containsExactly(interruption);
		}
	}

	@Test
	void leavesOutTheHandlerThatAReasoningNodeDoesNotHave() {
		try (Scan scan = Scan.of(PlainReasoner.class)) {
			assertThat(scan.route("plainReasoner").handlers()).isEmpty();
		}
	}

	@Test
	void callsAnAnnotatedOnInterruptGenerateOnce() {
		try (Scan scan = Scan.of(TwiceReasoner.class)) {
			assertThat(scan.route("twiceReasoner").handlers()).extracting(Handler::description)
				.containsExactly("twiceReasoner.onInterruptGenerate");
		}
	}

	@Test
	void makesARouteOfAFluentBean() throws Exception {
		try (Scan scan = Scan.configuredBy(FluentRoutes.class)) {
			assertThat(scan.problems()).isEmpty();
			CompiledRoute route = scan.route("fluent");
			assertThat(route.filter().test(this.stopped, GivenGeneration.startedBy(this.stopped).session())).isTrue();
			assertThat(route.condition().test(this.started, GivenGeneration.startedBy(this.stopped))).isFalse();
			assertThat(route.filterText()).isEqualTo("session.id == 's'");
			assertThat(route.conditionText()).isEqualTo("code");
			assertThat(invoke(route, GivenGeneration.startedBy(this.stopped), null)).isEqualTo(this.stopped.toString());
			assertThat(scan.route("named").on()).containsExactly(UserEvent.class);
		}
	}

	@Test
	void putsRoutesInOrderThenByBeanAndMethod() {
		try (Scan scan = Scan.configuredBy(Ordered.class)) {
			assertThat(scan.problems()).isEmpty();
			assertThat(scan.table().routes()).extracting(CompiledRoute::id)
				.containsExactly("late.first", "fluentSecond", "early.node", "bean.a", "bean.b", "late.x");
			assertThat(scan.table().routes()).extracting(CompiledRoute::index).containsExactly(0, 1, 2, 3, 4, 5);
		}
	}

	@Test
	void passesToHandlersWhatTheyTake() throws Exception {
		try (Scan scan = Scan.of(Handlers.class)) {
			assertThat(scan.problems()).isEmpty();
			CompiledRoute route = scan.route("handlers.node");
			Interruption byStart = GivenGeneration.interruptedBy(this.started);
			run(route, byStart);
			List<Object> seen = scan.context().getBean(Handlers.class).seen;
			assertThat(seen).containsExactly("first", this.started, List.of(byStart, GivenGeneration.CONVERSATION, "s"),
					"none");
			seen.clear();
			run(route, GivenGeneration.interruptedBy(null));
			assertThat(seen).containsExactly("first", "null cause", "none");
		}
	}

	@Test
	void givesTheEngineAPublisherWhateverReactiveTypeAHandlerReturns() throws Exception {
		try (Scan scan = Scan.of(FutureHandler.class)) {
			Handler handler = scan.route("futureHandler.node").handlers().get(0);
			assertThat(handler.action()
				.invoke(GivenGeneration.interruptedBy(null), GivenGeneration.startedBy(this.stopped).session()))
				.isInstanceOf(Publisher.class);
		}
	}

	@Test
	void bindsHandlersToTheRoutesOfTheirBeanOrToThoseTheyName() {
		try (Scan scan = Scan.configuredBy(CrossHandlers.class)) {
			assertThat(scan.problems()).isEmpty();
			assertThat(scan.route("assistant.generate").handlers()).extracting(Handler::description)
				.containsExactly("assistant.onInterruptGenerate", "watcher.watch");
			assertThat(scan.route("fluent").handlers()).extracting(Handler::description)
				.containsExactly("handler", "watcher.watch");
			assertThat(scan.route("other").handlers()).isEmpty();
		}
	}

	@Test
	void createsNoBeanWithRoutesWhileTheTableIsMade() throws Exception {
		try (Scan scan = Scan.of((context) -> context.registerBean("needy", Needy.class))) {
			assertThat(scan.problems()).isEmpty();
			assertThat(invoke(scan.route("needy.node"), GivenGeneration.startedBy(this.stopped), null))
				.isSameAs(scan.table());
		}
	}

	@Test
	void createsALazyBeanWhenItIsFirstCalled() throws Exception {
		Counted.created.set(0);
		try (Scan scan = Scan.of((context) -> context.registerBean("counted", Counted.class, lazy()))) {
			assertThat(Counted.created).hasValue(0);
			CompiledRoute route = scan.route("counted.node");
			Object first = invoke(route, GivenGeneration.startedBy(this.stopped), null);
			assertThat(invoke(route, GivenGeneration.startedBy(this.stopped), null)).isSameAs(first);
			assertThat(Counted.created).hasValue(1);
		}
	}

	@Test
	void takesANewPrototypeForEachCall() throws Exception {
		try (Scan scan = Scan.of((context) -> context.registerBean("counted", Counted.class, prototype()))) {
			CompiledRoute route = scan.route("counted.node");
			Object first = invoke(route, GivenGeneration.startedBy(this.stopped), null);
			assertThat(invoke(route, GivenGeneration.startedBy(this.stopped), null)).isNotSameAs(first);
		}
	}

	@Test
	void callsAScopedBeanThroughItsProxyAndListsItOnce() throws Exception {
		try (Scan scan = Scan.of((context) -> {
			context.getBeanFactory().registerScope("thread", new SimpleThreadScope());
			((AnnotationConfigApplicationContext) context).register(ScopedConfiguration.class);
		})) {
			assertThat(scan.problems()).isEmpty();
			assertThat(scan.table().routes()).extracting(CompiledRoute::id).containsExactly("scoped.node");
			CompiledRoute route = scan.route("scoped.node");
			Object here = invoke(route, GivenGeneration.startedBy(this.stopped), null);
			Object there = CompletableFuture.supplyAsync(() -> {
				try {
					return invoke(route, GivenGeneration.startedBy(this.stopped), null);
				}
				catch (Exception ex) {
					throw new IllegalStateException(ex);
				}
			}).get();
			assertThat(invoke(route, GivenGeneration.startedBy(this.stopped), null)).isEqualTo(here);
			assertThat(there).isNotEqualTo(here);
		}
	}

	@Test
	void readsTheAgentOfAClassOfItsParentsAndOfItsAnnotations() {
		try (Scan scan = Scan.of(Greeter.class, GreetersChild.class, GreetersNode.class, BillingClerk.class,
				Assistant.class)) {
			assertThat(scan.problems()).isEmpty();
			assertThat(scan.route("greeter.hello").agent()).isEqualTo("greeter");
			assertThat(scan.route("greetersChild.hello").agent()).isEqualTo("greeter");
			assertThat(scan.route("greetersNode").agent()).isEqualTo("greeter");
			assertThat(scan.route("billingClerk.hello").agent()).isEqualTo("billing");
			assertThat(scan.route("assistant.generate").agent()).isNull();
			assertThat(scan.table().agents()).containsExactlyInAnyOrder("greeter", "billing");
			assertThat(scan.table().initialAgent()).isEqualTo("greeter");
		}
	}

	@Test
	void readsTheAgentBehindProxies() {
		for (boolean ofClass : List.of(true, false)) {
			try (Scan scan = Scan.of((context) -> {
				context.registerBean("interceptor", CountingInterceptor.class);
				context.registerBean("assistant", Greeter.class);
				context.registerBean("creator", BeanNameAutoProxyCreator.class, () -> proxies(ofClass));
			})) {
				assertThat(scan.problems()).isEmpty();
				assertThat(scan.route("assistant.hello").agent()).isEqualTo("greeter");
			}
		}
	}

	@Test
	void readsTheAgentOfAFluentRoute() {
		try (Scan scan = Scan.of((context) -> context.registerBean("fluent", RouteDefinition.class,
				() -> Routes.on(UserEvent.class).agent("billing").stream((event) -> "x").broadcast()))) {
			assertThat(scan.problems()).isEmpty();
			assertThat(scan.route("fluent").agent()).isEqualTo("billing");
			assertThat(scan.table().initialAgent()).isNull();
		}
	}

	@Test
	void takesTheInitialAgentThatIsChosenBeforeTheAnnotated() {
		try (Scan scan = Scan.withInitialAgent("billing", Greeter.class, BillingClerk.class)) {
			assertThat(scan.problems()).isEmpty();
			assertThat(scan.table().initialAgent()).isEqualTo("billing");
		}
		try (Scan scan = Scan.withInitialAgent("", Greeter.class, BillingClerk.class)) {
			assertThat(scan.table().initialAgent()).isEqualTo("greeter");
		}
	}

	@Test
	void isNotInterestedInAnAgentWithoutRoutes() {
		try (Scan scan = Scan.of(Idle.class, BillingClerk.class)) {
			assertThat(scan.problems()).isEmpty();
			assertThat(scan.table().agents()).containsExactly("billing");
			assertThat(scan.table().initialAgent()).isNull();
		}
	}

	@Test
	void givesTheHandoffToHandlersOfAnAgent() {
		try (Scan scan = Scan.of(Told.class)) {
			assertThat(scan.problems()).isEmpty();
		}
	}

	interface Greeting {

		String hello();

	}

	@Agent(value = "greeter", initial = true)
	static class Greeter implements Greeting {

		@Override
		@Route(UserStoppedSpeaking.class)
		public String hello() {
			return "hello";
		}

	}

	static class GreetersChild extends Greeter {

	}

	@Route(UserStoppedSpeaking.class)
	static class GreetersNode extends Greeter implements ReasoningNode {

		@Override
		public Publisher<?> processContext(ConversationContext context) {
			return Flux.empty();
		}

	}

	@Agent("billing")
	@Retention(RetentionPolicy.RUNTIME)
	@Target(ElementType.TYPE)
	@interface Billing {

	}

	@Billing
	static class BillingClerk {

		@Route(UserStoppedSpeaking.class)
		String hello() {
			return "hello";
		}

	}

	@Agent(value = "idle", initial = true)
	static class Idle {

	}

	@Agent("billing")
	static class Told {

		@Route(UserStoppedSpeaking.class)
		String hello() {
			return "hello";
		}

		@OnInterrupt
		void gone(AgentHandoff cause) {
		}

	}

	@Test
	void callsThroughClassProxies() throws Exception {
		try (Scan scan = Scan.of((context) -> {
			context.registerBean("interceptor", CountingInterceptor.class);
			context.registerBean("assistant", PackagePrivate.class);
			context.registerBean("creator", BeanNameAutoProxyCreator.class, () -> proxies(true));
		})) {
			assertThat(scan.problems()).isEmpty();
			assertThat(invoke(scan.route("assistant.node"), GivenGeneration.startedBy(this.stopped), null))
				.isEqualTo("spoken");
			assertThat(scan.context().getBean(CountingInterceptor.class).calls).hasValue(1);
		}
	}

	@Test
	void callsThroughInterfaceProxies() throws Exception {
		try (Scan scan = Scan.of((context) -> {
			context.registerBean("interceptor", CountingInterceptor.class);
			context.registerBean("assistant", Implementation.class);
			context.registerBean("creator", BeanNameAutoProxyCreator.class, () -> proxies(false));
		})) {
			assertThat(scan.problems()).isEmpty();
			assertThat(invoke(scan.route("assistant.node"), GivenGeneration.startedBy(this.stopped), null))
				.isEqualTo("implementation");
			assertThat(scan.context().getBean(CountingInterceptor.class).calls).hasValue(1);
		}
	}

	@Test
	void findsRoutesOfSingletonsThatWereRegisteredAsInstances() {
		try (Scan scan = Scan.of((context) -> {
			context.getBeanFactory().registerSingleton("instance", new Assistant());
			ProxyFactory proxy = new ProxyFactory(new PackagePrivate());
			proxy.setProxyTargetClass(true);
			context.getBeanFactory().registerSingleton("proxied", proxy.getProxy());
		})) {
			assertThat(scan.problems()).isEmpty();
			assertThat(scan.table().routes()).extracting(CompiledRoute::id)
				.containsExactly("instance.generate", "proxied.node");
		}
	}

	@Test
	void leavesRoutesOfParentContextsToThem() {
		try (Scan parent = Scan.of(Assistant.class);
				Scan child = Scan.of((context) -> context.setParent(parent.context()))) {
			assertThat(child.table().routes()).isEmpty();
		}
	}

	@Test
	void knowsEveryClassNamedInARouteAndTheBuiltInOnes() {
		try (Scan scan = Scan.of(OwnEvents.class)) {
			assertThat(scan.problems()).isEmpty();
			assertThat(scan.table().eventTypes().names())
				.contains("OrderPlaced", "shipped", "OrderPaid", "DTMFInput", "AgentHandoff", "EmergencyStop")
				.doesNotContain("UserEvent", "Order");
			assertThat(scan.table().eventTypes().find("shipped")).isEqualTo(OwnEvents.OrderShipped.class);
		}
	}

	@Test
	void letsEventsOfTheEngineStartAndCutRoutes() {
		try (Scan scan = Scan.of(OnComplete.class)) {
			assertThat(scan.problems()).isEmpty();
			assertThat(scan.table().match(AgentGenerationComplete.class).starts()).hasSize(1);
		}
	}

	private static Style style(Scan scan, String method) {
		return scan.route("styles." + method).node().style();
	}

	private static Object invoke(CompiledRoute route, Generation generation, Interruption previous) throws Exception {
		return route.node().call().invoke(generation, previous);
	}

	private static void run(CompiledRoute route, Interruption interruption) throws Exception {
		for (Handler handler : route.handlersFor(interruption)) {
			handler.action().invoke(interruption, GivenGeneration.startedBy("x").session());
		}
	}

	private static BeanNameAutoProxyCreator proxies(boolean ofClass) {
		BeanNameAutoProxyCreator creator = new BeanNameAutoProxyCreator();
		creator.setBeanNames("assistant");
		creator.setInterceptorNames("interceptor");
		creator.setProxyTargetClass(ofClass);
		return creator;
	}

	private static BeanDefinitionCustomizer lazy() {
		return (definition) -> definition.setLazyInit(true);
	}

	private static BeanDefinitionCustomizer prototype() {
		return (definition) -> definition.setScope(BeanDefinition.SCOPE_PROTOTYPE);
	}

	static final class CountingInterceptor implements MethodInterceptor {

		final AtomicInteger calls = new AtomicInteger();

		@Override
		public Object invoke(MethodInvocation invocation) throws Throwable {
			this.calls.incrementAndGet();
			return invocation.proceed();
		}

	}

	static class Assistant {

		@Route(on = UserStoppedSpeaking.class, interruptOn = UserStartedSpeaking.class,
				condition = "generation.elapsed.toMillis() > 300", overlap = Overlap.PARALLEL, maxConcurrency = 2)
		Flux<String> generate(ConversationContext conversation, Generation generation) {
			return Flux.just("hello");
		}

		@OnInterrupt
		void onInterruptGenerate(Interruption interruption) {
		}

	}

	static class AllKinds {

		@Route(UserStoppedSpeaking.class)
		List<Object> node(Interruption previous, UserStoppedSpeaking event, Frame frame, Session session,
				Generation generation, ConversationContext conversation) {
			return List.of(previous, event, frame, session, generation, conversation);
		}

		@Route(UserStoppedSpeaking.class)
		String previous(Interruption previous) {
			return (previous != null) ? "some" : "none";
		}

	}

	static class CommonType {

		@Route({ UserStoppedSpeaking.class, UserTranscriptionReceived.class })
		UserEvent node(UserEvent event) {
			return event;
		}

		@Route({ UserStoppedSpeaking.class, EmergencyStop.class })
		Object any(Object event) {
			return event;
		}

	}

	abstract static class Generic<E, R> {

		@Route(UserStoppedSpeaking.class)
		abstract R node(E event);

	}

	static class Concrete extends Generic<UserStoppedSpeaking, Mono<String>> {

		@Override
		Mono<String> node(UserStoppedSpeaking event) {
			return Mono.just("x");
		}

	}

	static class Styles {

		@Route(UserStoppedSpeaking.class)
		Flux<String> flux() {
			return Flux.empty();
		}

		@Route(UserStoppedSpeaking.class)
		Mono<String> mono() {
			return Mono.empty();
		}

		@Route(UserStoppedSpeaking.class)
		Publisher<String> publisher() {
			return Mono.empty();
		}

		@Route(UserStoppedSpeaking.class)
		Flow.Publisher<String> flowPublisher() {
			return (subscriber) -> {
			};
		}

		@Route(UserStoppedSpeaking.class)
		CompletionStage<String> stage() {
			return CompletableFuture.completedFuture("x");
		}

		@Route(UserStoppedSpeaking.class)
		CompletableFuture<String> future() {
			return CompletableFuture.completedFuture("x");
		}

		@Route(UserStoppedSpeaking.class)
		Object undeclared() {
			return "x";
		}

		@Route(UserStoppedSpeaking.class)
		Stream<String> stream() {
			return Stream.empty();
		}

		@Route(UserStoppedSpeaking.class)
		Iterable<String> iterable() {
			return List.of();
		}

		@Route(UserStoppedSpeaking.class)
		String value() {
			return "x";
		}

		@Route(UserStoppedSpeaking.class)
		void nothing() {
		}

	}

	static class Throwing {

		@Route(UserStoppedSpeaking.class)
		String node() throws IOException {
			throw new IOException("gone");
		}

	}

	@Route(interruptOn = { UserStartedSpeaking.class, EmergencyStop.class }, overlap = Overlap.QUEUE)
	@Retention(RetentionPolicy.RUNTIME)
	@Target(ElementType.METHOD)
	@interface Speaks {

		@AliasFor(annotation = Route.class, attribute = "on")
		Class<?>[] after() default UserStoppedSpeaking.class;

		@AliasFor(annotation = Route.class)
		String policy() default "conversation";

		@AliasFor(annotation = Route.class, attribute = "interruptible")
		boolean maybeCut() default true;

	}

	static class Composed {

		@Speaks(after = UserTranscriptionReceived.class, policy = "immediate", maybeCut = false)
		String node() {
			return "x";
		}

		@Speaks
		String plain() {
			return "x";
		}

	}

	interface Contract {

		@Route(UserStoppedSpeaking.class)
		String node(UserStoppedSpeaking event);

	}

	static class Implementation implements Contract {

		@Override
		public String node(UserStoppedSpeaking event) {
			return "implementation";
		}

	}

	static class PackagePrivate {

		private final String word = "spoken";

		@Route(UserStoppedSpeaking.class)
		String node() {
			return this.word;
		}

	}

	@Route(on = UserStoppedSpeaking.class)
	static class PlainReasoner implements ReasoningNode {

		@Override
		public Publisher<?> processContext(ConversationContext context) {
			return Flux.just("x");
		}

	}

	static class Reasoner extends PlainReasoner {

		final List<Interruption> interruptions = new ArrayList<>();

		@Override
		public void onInterruptGenerate(Interruption interruption) {
			this.interruptions.add(interruption);
		}

	}

	static class TwiceReasoner extends PlainReasoner {

		@Override
		@OnInterrupt
		public void onInterruptGenerate(Interruption interruption) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FluentRoutes {

		@Bean
		RouteDefinition fluent() {
			return Routes.on(UserStoppedSpeaking.class)
				.filter("session.id == 's'")
				.interruptOn(UserStartedSpeaking.class)
				.condition((event, generation) -> false)
				.stream((event) -> event.toString())
				.broadcast();
		}

		@Bean
		RouteDefinition another() {
			return Routes.on(UserEvent.class).id("named").run((event, generation) -> {
			}).broadcast();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Ordered {

		@Bean
		Late late() {
			return new Late();
		}

		@Bean
		Early early() {
			return new Early();
		}

		@Bean
		@Order(2)
		RouteDefinition fluentSecond() {
			return Routes.on(UserEvent.class).stream((event) -> "x").broadcast();
		}

		@Bean
		Plain bean() {
			return new Plain();
		}

	}

	static class Late {

		@Route(UserStoppedSpeaking.class)
		@Order(1)
		String first() {
			return "x";
		}

		@Route(UserStoppedSpeaking.class)
		String x() {
			return "x";
		}

	}

	@Order(3)
	static class Early {

		@Route(UserStoppedSpeaking.class)
		String node() {
			return "x";
		}

	}

	static class Plain {

		@Route(UserStoppedSpeaking.class)
		String b() {
			return "x";
		}

		@Route(UserStoppedSpeaking.class)
		String a() {
			return "x";
		}

	}

	static class Handlers {

		final List<Object> seen = new ArrayList<>();

		@Route(on = UserStoppedSpeaking.class, interruptOn = UserEvent.class)
		String node() {
			return "x";
		}

		@OnInterrupt(UserStartedSpeaking.class)
		void some(Interruption interruption, ConversationContext conversation, Session session) {
			this.seen.add(List.of(interruption, conversation, session.id()));
		}

		@OnInterrupt
		void zero() {
			this.seen.add("none");
		}

		@OnInterrupt
		void cause(UserStartedSpeaking cause) {
			this.seen.add((cause != null) ? cause : "null cause");
		}

		@OnInterrupt
		@Order(1)
		void theFirst() {
			this.seen.add("first");
		}

	}

	static class FutureHandler {

		@Route(UserStoppedSpeaking.class)
		String node() {
			return "x";
		}

		@OnInterrupt
		CompletableFuture<String> handler() {
			return CompletableFuture.completedFuture("done");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class CrossHandlers {

		@Bean
		Assistant assistant() {
			return new Assistant();
		}

		@Bean
		Watcher watcher() {
			return new Watcher();
		}

		@Bean
		RouteDefinition fluent() {
			return Routes.on(UserEvent.class).onInterrupt((interruption) -> {
			}).stream((event) -> "x").broadcast();
		}

		@Bean
		RouteDefinition other() {
			return Routes.on(UserEvent.class).stream((event) -> "x").broadcast();
		}

	}

	static class Watcher {

		@OnInterrupt(routes = { "assistant.generate", "fluent" })
		void watch() {
		}

	}

	static class Needy {

		private final RouteTable table;

		Needy(RouteTable table) {
			this.table = table;
		}

		@Route(UserStoppedSpeaking.class)
		Object node() {
			return this.table;
		}

	}

	static class Counted {

		static final AtomicInteger created = new AtomicInteger();

		Counted() {
			created.incrementAndGet();
		}

		@Route(UserStoppedSpeaking.class)
		Object node() {
			return this;
		}

	}

	static class ScopedNode {

		@Route(UserStoppedSpeaking.class)
		Object node() {
			return System.identityHashCode(this);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ScopedConfiguration {

		@Bean
		@Lazy
		@Scope(scopeName = "thread", proxyMode = ScopedProxyMode.TARGET_CLASS)
		ScopedNode scoped() {
			return new ScopedNode();
		}

	}

	static class OwnEvents {

		@Route(on = OrderPlaced.class, interruptOn = { OrderShipped.class, Order.class })
		String node(OrderPlaced event) {
			return event.number();
		}

		record OrderPlaced(String number, String id) {
		}

		@EventType("shipped")
		record OrderShipped(String number) {
		}

		sealed interface Order permits OrderPaid {

		}

		record OrderPaid() implements Order {
		}

	}

	static class OnComplete {

		@Route(on = AgentGenerationComplete.class, interruptOn = AgentGenerationComplete.class)
		String node(AgentGenerationComplete event) {
			return "x";
		}

	}

}
