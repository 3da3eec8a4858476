package dev.edgewise.route;

import java.util.List;

import dev.edgewise.Agent;
import dev.edgewise.ConversationContext;
import dev.edgewise.EventType;
import dev.edgewise.Frame;
import dev.edgewise.Generation;
import dev.edgewise.OnInterrupt;
import dev.edgewise.Overlap;
import dev.edgewise.Route;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.Session;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.UserEvent;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.route.InvalidRoutesException.Problem;
import org.aopalliance.intercept.MethodInterceptor;
import org.assertj.core.api.ListAssert;
import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.SimpleThreadScope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

class InvalidRoutesTests {

	@Test
	void reportsAParameterThatNothingIsKnownFor() {
		assertProblems(UnknownParameter.class).singleElement().satisfies((problem) -> {
			assertThat(problem.bean()).isEqualTo("unknownParameter");
			assertThat(problem.method()).isEqualTo("node(String)");
			assertThat(problem.attribute()).isEqualTo("parameter 'text'");
			assertThat(problem.what()).contains("nothing is known to pass as String");
			assertThat(problem.instead()).contains("the event by its type, ConversationContext");
		});
	}

	static class UnknownParameter {

		@Route(UserStoppedSpeaking.class)
		String node(String text) {
			return text;
		}

	}

	@Test
	void reportsAnEventParameterThatCannotTakeEveryEvent() {
		assertProblems(NarrowParameter.class).extracting(Problem::what)
			.containsExactly("a UserStoppedSpeaking cannot take every event of 'on': not UserTranscriptionReceived",
					"a UserTranscriptionReceived cannot take every event of 'on': not UserEvent");
	}

	static class NarrowParameter {

		@Route({ UserStoppedSpeaking.class, UserTranscriptionReceived.class })
		String a(UserStoppedSpeaking event) {
			return "x";
		}

		@Route(UserEvent.class)
		String b(UserTranscriptionReceived event) {
			return "x";
		}

	}

	@Test
	void reportsARouteThatNothingStarts() {
		assertProblems(NoEvent.class).singleElement().satisfies((problem) -> {
			assertThat(problem.attribute()).isEqualTo("on");
			assertThat(problem.what()).isEqualTo("the route names no event, so nothing starts it");
		});
	}

	static class NoEvent {

		@Route(interruptOn = UserStartedSpeaking.class)
		String node() {
			return "x";
		}

	}

	@Test
	void reportsNamesThatNoAgentCanHave() {
		assertProblems(BlankAgent.class, LongAgent.class, UnprintableAgent.class)
			.extracting(Problem::bean, Problem::method, Problem::attribute, Problem::what, Problem::instead)
			.containsExactly(
					tuple("blankAgent", null, "@Agent", "its name is blank", "Write 1 to 128 printable characters"),
					tuple("longAgent", null, "@Agent", "its name has 130 characters",
							"Write 1 to 128 printable characters"),
					tuple("unprintableAgent", null, "@Agent", "its name has characters that cannot be printed",
							"Write 1 to 128 printable characters"));
	}

	@Agent(" ")
	static class BlankAgent {

		@Route(UserStoppedSpeaking.class)
		void node() {
		}

		@Route(UserStartedSpeaking.class)
		void other() {
		}

	}

	@Agent("0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
			+ "012345678901234567890123456789")
	static class LongAgent {

		@Route(UserStoppedSpeaking.class)
		void node() {
		}

	}

	@Agent("bil\nling")
	static class UnprintableAgent {

		@Route(UserStoppedSpeaking.class)
		void node() {
		}

	}

	@Test
	void reportsTheNameOfAFluentRoutesAgent() {
		try (Scan scan = Scan.of((context) -> context.registerBean("fluent", RouteDefinition.class,
				() -> Routes.on(UserStoppedSpeaking.class).agent("").stream((event) -> "x").broadcast()))) {
			assertThat(scan.problems()).singleElement().satisfies((problem) -> {
				assertThat(problem.place()).isEqualTo("fluent");
				assertThat(problem.attribute()).isEqualTo("agent");
				assertThat(problem.what()).isEqualTo("its name is blank");
			});
		}
	}

	@Test
	void reportsDifferentAgentsThatAreInitial() {
		assertProblems(FirstAgent.class, FirstAgentToo.class, SecondAgent.class).singleElement()
			.satisfies((problem) -> {
				assertThat(problem.place()).isEqualTo("secondAgent");
				assertThat(problem.attribute()).isEqualTo("@Agent");
				assertThat(problem.what()).isEqualTo("'second' is initial, and so is 'first' of firstAgent");
				assertThat(problem.instead()).isEqualTo("Leave 'initial = true' to one of them");
			});
	}

	@Agent(value = "first", initial = true)
	static class FirstAgent {

		@Route(UserStoppedSpeaking.class)
		void node() {
		}

	}

	@Agent(value = "first", initial = true)
	static class FirstAgentToo {

		@Route(UserStoppedSpeaking.class)
		void node() {
		}

	}

	@Agent(value = "second", initial = true)
	static class SecondAgent {

		@Route(UserStoppedSpeaking.class)
		void node() {
		}

	}

	@Test
	void reportsAnInitialAgentThatIsNotThere() {
		try (Scan scan = Scan.withInitialAgent("frist", FirstAgent.class)) {
			assertThat(scan.problems()).singleElement().satisfies((problem) -> {
				assertThat(problem.place()).isEqualTo("edgewise.agents.initial");
				assertThat(problem.what()).isEqualTo("there is no agent 'frist'");
				assertThat(problem.instead()).isEqualTo("Name one of them; there are first");
			});
		}
		try (Scan scan = Scan.withInitialAgent("frist")) {
			assertThat(scan.problems()).singleElement()
				.satisfies((problem) -> assertThat(problem.instead()).isEqualTo("Leave it out: no route has an agent"));
		}
	}

	@Test
	void reportsAnAgentThatCannotBeSeenBeforeTheBeanExists() {
		try (Scan scan = Scan.configuredBy(HiddenAgent.class)) {
			assertThat(scan.problems()).singleElement().satisfies((problem) -> {
				assertThat(problem.place()).isEqualTo("answering");
				assertThat(problem.what()).contains("@Agent of the class");
				assertThat(problem.instead()).isEqualTo("Declare the bean method's result as AnsweringAgent");
			});
		}
	}

	interface Answering {

		@Route(UserStoppedSpeaking.class)
		void node();

	}

	@Agent("hidden")
	static class AnsweringAgent implements Answering {

		@Override
		public void node() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class HiddenAgent {

		@Bean
		Answering answering() {
			return new AnsweringAgent();
		}

	}

	@Test
	void reportsAPolicyThatIsNotThere() {
		assertProblems(NoPolicy.class).singleElement().satisfies((problem) -> {
			assertThat(problem.attribute()).isEqualTo("policy");
			assertThat(problem.what()).isEqualTo("there is no policy 'conversatoin'");
			assertThat(problem.instead()).isEqualTo("Name one of them; there are conversation, immediate");
		});
	}

	static class NoPolicy {

		@Route(on = UserStoppedSpeaking.class, policy = "conversatoin")
		String wrong() {
			return "x";
		}

		@Route(on = UserStoppedSpeaking.class, policy = "conversation")
		String right() {
			return "x";
		}

		@Route(on = UserStoppedSpeaking.class, policy = " ")
		String none() {
			return "x";
		}

	}

	@Test
	void reportsDifferentEventsInAliases() {
		assertProblems(TwoAliases.class).singleElement()
			.satisfies((problem) -> assertThat(problem.instead()).isEqualTo("Write 'on' or 'value', not both"));
	}

	static class TwoAliases {

		@Route(value = UserStartedSpeaking.class, on = UserStoppedSpeaking.class)
		String node() {
			return "x";
		}

	}

	@Test
	void reportsAnExpressionThatCannotBeReadWithItsPosition() {
		assertProblems(Unreadable.class)
			.extracting(Problem::attribute, (problem) -> problem.what().contains("position"))
			.containsExactly(tuple("filter", true), tuple("condition", true));
	}

	static class Unreadable {

		@Route(on = UserStoppedSpeaking.class, interruptOn = UserStartedSpeaking.class, filter = "event ==",
				condition = "generation.elapsed >> 3")
		String node() {
			return "x";
		}

	}

	@Test
	void reportsAConditionWithoutCauses() {
		assertProblems(NoCauses.class).singleElement().satisfies((problem) -> {
			assertThat(problem.attribute()).isEqualTo("condition");
			assertThat(problem.instead()).contains("filter");
		});
		assertFluent(
				Routes.on(UserEvent.class).condition((event, generation) -> true).stream((event) -> "x").broadcast())
			.extracting(Problem::attribute)
			.containsExactly("condition");
	}

	static class NoCauses {

		@Route(on = UserStoppedSpeaking.class, condition = "true")
		String node() {
			return "x";
		}

	}

	@Test
	void reportsDuplicateIds() {
		assertProblems(Overloaded.class).singleElement().satisfies((problem) -> {
			assertThat(problem.attribute()).isEqualTo("id");
			assertThat(problem.what()).isEqualTo("'overloaded.node' is also the id of overloaded.node()");
		});
		assertThat(Scan.of(OneId.class, SameId.class).problems()).singleElement()
			.satisfies((problem) -> assertThat(problem.what()).isEqualTo("'voice' is also the id of oneId.node()"));
	}

	static class Overloaded {

		@Route(UserStoppedSpeaking.class)
		String node() {
			return "x";
		}

		@Route(UserStoppedSpeaking.class)
		String node(UserStoppedSpeaking event) {
			return "x";
		}

	}

	static class OneId {

		@Route(on = UserStoppedSpeaking.class, id = "voice")
		String node() {
			return "x";
		}

	}

	static class SameId {

		@Route(on = UserStoppedSpeaking.class, id = "voice")
		String node() {
			return "x";
		}

	}

	@Test
	void reportsTheSameCauseTwice() {
		assertProblems(Twice.class).extracting(Problem::attribute, Problem::what)
			.containsExactly(tuple("on", "UserStoppedSpeaking is named twice"),
					tuple("interruptOn", "UserStartedSpeaking is named twice"));
		assertFluent(Routes.on(UserEvent.class).interruptOn(DTMFInput.class, (interruption) -> {
		}).interruptOn(DTMFInput.class, (interruption) -> {
		}).stream((event) -> "x").broadcast()).extracting(Problem::what).containsExactly("DTMFInput is named twice");
	}

	static class Twice {

		@Route(on = { UserStoppedSpeaking.class, UserStoppedSpeaking.class },
				interruptOn = { UserStartedSpeaking.class, UserStartedSpeaking.class })
		String node() {
			return "x";
		}

	}

	@Test
	void reportsEventsWithTheSameName() {
		assertProblems(Clashing.class).extracting(Problem::what)
			.satisfiesExactly(
					(what) -> assertThat(what)
						.endsWith("Clashing$AgentResponse are both called 'AgentResponse' on the wire"),
					(what) -> assertThat(what).contains("Clashing$One", "Clashing$Two", "are both called 'one'"));
	}

	static class Clashing {

		@Route(AgentResponse.class)
		String a() {
			return "x";
		}

		@Route(on = One.class, interruptOn = Two.class)
		String b() {
			return "x";
		}

		record AgentResponse(String content) {
		}

		@EventType("one")
		record One() {
		}

		@EventType("one")
		record Two() {
		}

	}

	@Test
	void reportsNamesThatBrowsersKeep() {
		assertProblems(Reserved.class).hasSize(4)
			.extracting(Problem::what)
			.anyMatch((what) -> what.contains("called 'open'"))
			.anyMatch((what) -> what.contains("called 'error'"))
			.anyMatch((what) -> what.contains("called 'message'"))
			.anyMatch((what) -> what.contains("no name that could stand on a line"));
	}

	static class Reserved {

		@Route(on = { Open.class, Failure.class }, interruptOn = { Message.class, Blank.class })
		String node() {
			return "x";
		}

		@EventType("open")
		record Open() {
		}

		@EventType("error")
		record Failure() {
		}

		@EventType("message")
		record Message() {
		}

		@EventType("two\nlines")
		record Blank() {
		}

	}

	@Test
	void reportsFieldsThatBelongToTheEnvelope() {
		assertProblems(Envelope.class).extracting(Problem::what)
			.satisfiesExactly((what) -> assertThat(what).contains("Typed has a field 'at'"),
					(what) -> assertThat(what).contains("Typed has a field 'type'"),
					(what) -> assertThat(what).contains("BeanLike has a field 'route'"),
					(what) -> assertThat(what).contains("BeanLike has a field 'sequence'"));
	}

	static class Envelope {

		@Route(on = Typed.class, interruptOn = BeanLike.class)
		String node() {
			return "x";
		}

		record Typed(String type, String at, String id, String generation) {
		}

		public static class BeanLike {

			public final long sequence = 1;

			public String getRoute() {
				return "x";
			}

		}

	}

	@Test
	void reportsPrivateAndStaticMethods() {
		assertProblems(Unreachable.class).extracting(Problem::method, Problem::what)
			.containsExactly(tuple("a()", "it is private, so no proxy of the bean could pass the call on"),
					tuple("b()", "it is static"),
					tuple("c()", "it is private, so no proxy of the bean could pass the call on"));
	}

	static class Unreachable {

		@Route(UserStoppedSpeaking.class)
		private String a() {
			return "x";
		}

		@Route(UserStoppedSpeaking.class)
		static String b() {
			return "x";
		}

		@OnInterrupt
		private void c() {
		}

	}

	@Test
	void reportsAMethodThatAnInterfaceProxyHides() {
		assertThat(proxied(Hidden.class, false).problems()).singleElement().satisfies((problem) -> {
			assertThat(problem.method()).isEqualTo("node()");
			assertThat(problem.what()).contains("JDK proxy", "(Greeter)");
			assertThat(problem.instead()).contains("proxyTargetClass = true");
		});
	}

	@Test
	void reportsAMethodThatAScopedInterfaceProxyHides() {
		assertThat(Scan.of((context) -> {
			context.getBeanFactory().registerScope("thread", new SimpleThreadScope());
			((AnnotationConfigApplicationContext) context).register(ScopedByInterface.class);
		}).problems()).extracting(Problem::bean, Problem::attribute).containsExactly(tuple("scoped", "method"));
	}

	@Configuration(proxyBeanMethods = false)
	static class ScopedByInterface {

		@Bean
		@Scope(scopeName = "thread", proxyMode = ScopedProxyMode.INTERFACES)
		Hidden scoped() {
			return new Hidden();
		}

	}

	@Test
	void reportsAFinalMethodOfABeanThatIsProxiedByItsClass() {
		assertThat(proxied(FinalMethod.class, true).problems()).singleElement()
			.satisfies((problem) -> assertThat(problem.what()).startsWith("it is final"));
		assertThat(Scan.of(FinalMethod.class).problems()).isEmpty();
	}

	private static Scan proxied(Class<?> type, boolean ofClass) {
		return Scan.of((context) -> {
			context.registerBean("assistant", type);
			context.registerBean("interceptor", MethodInterceptor.class, () -> (invocation) -> invocation.proceed());
			context.registerBean("creator", BeanNameAutoProxyCreator.class, () -> {
				BeanNameAutoProxyCreator creator = new BeanNameAutoProxyCreator();
				creator.setBeanNames("assistant");
				creator.setInterceptorNames("interceptor");
				creator.setProxyTargetClass(ofClass);
				return creator;
			});
		});
	}

	interface Greeter {

		String greet();

	}

	static class Hidden implements Greeter {

		@Override
		public String greet() {
			return "hello";
		}

		@Route(UserStoppedSpeaking.class)
		public String node() {
			return "x";
		}

	}

	static class FinalMethod {

		@Route(UserStoppedSpeaking.class)
		final String node() {
			return "x";
		}

	}

	@Test
	void reportsRoutesOfABeanThatIsDeclaredAsSomethingElse() {
		assertThat(Scan.configuredBy(DeclaredAsInterface.class).problems()).extracting(Problem::bean, Problem::what)
			.containsExactly(tuple("definition",
					"its routes cannot be seen before it is created (a RouteDefinition), since it is declared as Object"),
					tuple("greeter",
							"its routes cannot be seen before it is created (node), since it is declared as Greeter"),
					tuple("proxy",
							"its routes cannot be seen before it is created (node), since it is declared as Greeter"));
	}

	@Test
	void tellsWhatToWriteForABeanThatIsDeclaredAsSomethingElse() {
		assertThat(Scan.configuredBy(DeclaredAsInterface.class).problems()).extracting(Problem::instead)
			.containsExactly("Declare the bean method's result as RouteDefinition",
					"Declare the bean method's result as Hidden",
					"Put the annotation on a method of one of its interfaces, or let the bean be proxied by its class (proxyTargetClass = true)");
	}

	@Configuration(proxyBeanMethods = false)
	static class DeclaredAsInterface {

		@Bean
		static BeanPostProcessor makesTheTableFirst(ObjectProvider<RouteTable> table) {
			return new BeanPostProcessor() {
				@Override
				public Object postProcessBeforeInitialization(Object bean, String beanName) {
					if (beanName.equals("greeter")) {
						table.getObject();
					}
					return bean;
				}
			};
		}

		@Bean
		Greeter greeter() {
			return new Hidden();
		}

		@Bean
		Greeter proxy() {
			return (Greeter) new ProxyFactory(new Hidden()).getProxy();
		}

		@Bean
		Object definition() {
			return Routes.on(UserEvent.class).stream((event) -> "x").broadcast();
		}

	}

	@Test
	void reportsAnAnnotatedClassThatIsNoReasoningNode() {
		assertProblems(NoReasoner.class).singleElement().satisfies((problem) -> {
			assertThat(problem.method()).isNull();
			assertThat(problem.what()).isEqualTo("the class NoReasoner is a route but no ReasoningNode");
		});
	}

	@Route(UserStoppedSpeaking.class)
	static class NoReasoner {

		@OnInterrupt
		void handler() {
		}

	}

	@Test
	void reportsHandlersThatNothingCalls() {
		assertThat(Scan.of(LostHandlers.class, Assistant.class).problems()).extracting(Problem::method, Problem::what)
			.containsExactly(tuple("a()", "the bean has no route, so nothing would ever call it"),
					tuple("b()", "there is no route 'assistant.speak'"));
	}

	static class LostHandlers {

		@OnInterrupt
		void a() {
		}

		@OnInterrupt(routes = { "assistant.node", "assistant.speak" })
		void b() {
		}

	}

	static class Assistant {

		@Route(on = UserStoppedSpeaking.class, interruptOn = UserStartedSpeaking.class)
		String node(Generation generation) {
			return "x";
		}

	}

	@Test
	void reportsParametersThatAHandlerCannotTake() {
		assertProblems(HandlerParameters.class).extracting(Problem::attribute)
			.containsExactly("parameter 'frame'", "parameter 'text'", "parameter 'dtmf'", "parameter 'dtmf'", "value");
	}

	static class HandlerParameters {

		@Route(on = UserStoppedSpeaking.class, interruptOn = UserStartedSpeaking.class)
		String node() {
			return "x";
		}

		@OnInterrupt
		void a(Frame frame, Session session, ConversationContext conversation) {
		}

		@OnInterrupt
		void b(String text) {
		}

		@OnInterrupt
		void c(DTMFInput dtmf, UserEvent event) {
		}

		@OnInterrupt(UserStartedSpeaking.class)
		void d(DTMFInput dtmf) {
		}

		@OnInterrupt(String.class)
		void e() {
		}

	}

	@Test
	void reportsConcurrencyThatMeansNothing() {
		assertProblems(Concurrency.class).extracting(Problem::method, Problem::attribute, Problem::what)
			.containsExactly(tuple("a()", "maxConcurrency", "it is 0"),
					tuple("b()", "maxConcurrency", "it says nothing with overlap = REPLACE"));
	}

	static class Concurrency {

		@Route(on = UserStoppedSpeaking.class, overlap = Overlap.PARALLEL, maxConcurrency = 0)
		String a() {
			return "x";
		}

		@Route(on = UserStoppedSpeaking.class, maxConcurrency = 2)
		String b() {
			return "x";
		}

	}

	@Test
	void refusesTypesThatAreNoEvents() {
		assertProblems(NoEvents.class).extracting(Problem::what)
			.containsExactly("int cannot be an event: it is no JSON object",
					"String[] cannot be an event: it is no JSON object",
					"String cannot be an event: it is no JSON object",
					"Overlap cannot be an event: it is no JSON object", "List cannot be an event: it is no JSON object",
					"Frame cannot be an event: it is what Edgewise passes to nodes");
	}

	static class NoEvents {

		@Route(on = { int.class, String[].class, String.class },
				interruptOn = { Overlap.class, List.class, Frame.class })
		String node() {
			return "x";
		}

	}

	@Test
	void reportsAFluentBeanThatWaitsForTheTable() {
		Scan scan = Scan.configuredBy(Circular.class);
		assertThat(scan.problems()).singleElement().satisfies((problem) -> {
			assertThat(problem.bean()).isEqualTo("fluent");
			assertThat(problem.instead()).contains("ObjectProvider<Edgewise>");
		});
	}

	@Test
	void reportsAFluentBeanThatWaitsForTheTableWhicheverIsMadeFirst() {
		Scan scan = Scan.of((context) -> {
			context.registerBean("aFirst", Needy.class);
			((AnnotationConfigApplicationContext) context).register(Circular.class);
		});
		assertThat(scan.problems()).extracting(Problem::bean).containsExactly("fluent");
	}

	record Needy(RouteTable table) {
	}

	@Configuration(proxyBeanMethods = false)
	static class Circular {

		@Bean
		RouteDefinition fluent(RouteTable table) {
			return Routes.on(UserEvent.class).stream((event) -> table).broadcast();
		}

	}

	@Test
	void reportsEverythingAtOnce() {
		List<Problem> problems = Scan
			.of(UnknownParameter.class, NoEvent.class, Unreadable.class, NoReasoner.class, Concurrency.class)
			.problems();
		assertThat(problems).hasSize(7).extracting(Problem::bean).isSorted();
		assertThat(new InvalidRoutesException(problems)).hasMessageContaining("unknownParameter.node(String)")
			.hasMessageContaining("concurrency.b()");
	}

	@Test
	void leavesInvalidRoutesOutOfTheTable() {
		assertThat(Scan.of(UnknownParameter.class, Assistant.class).table().routes()).extracting(CompiledRoute::id)
			.containsExactly("assistant.node");
	}

	private static ListAssert<Problem> assertProblems(Class<?>... beans) {
		return assertThat(Scan.of(beans).problems());
	}

	private static ListAssert<Problem> assertFluent(RouteDefinition route) {
		return assertThat(
				Scan.of((context) -> context.registerBean("fluent", RouteDefinition.class, () -> route)).problems());
	}

}
