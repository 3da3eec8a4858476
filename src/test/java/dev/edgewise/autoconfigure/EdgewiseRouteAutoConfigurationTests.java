package dev.edgewise.autoconfigure;

import java.util.List;

import dev.edgewise.Interruption;
import dev.edgewise.OnInterrupt;
import dev.edgewise.Route;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.event.UserEvent;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.route.CompiledRoute;
import dev.edgewise.route.EventTypes;
import dev.edgewise.route.InvalidRoutesException;
import dev.edgewise.route.RouteTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Flux;

import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.beans.factory.BeanDefinitionStoreException;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.AnnotationConfigurationException;
import org.springframework.core.io.support.SpringFactoriesLoader;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class EdgewiseRouteAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EdgewiseRouteAutoConfiguration.class));

	@Test
	void isFoundByApplications() {
		assertThat(ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader()))
			.contains(EdgewiseRouteAutoConfiguration.class.getName());
	}

	@Test
	void makesAnEmptyTableWithoutRoutes() {
		this.runner.run((context) -> {
			assertThat(context.getBean(RouteTable.class).routes()).isEmpty();
			assertThat(context.getBean(RouteTable.class).eventTypes().names()).contains("UserStartedSpeaking");
		});
	}

	@Test
	void findsAnnotatedAndFluentBeans() {
		this.runner.withBean("assistant", Assistant.class)
			.withUserConfiguration(Fluent.class)
			.run((context) -> assertThat(context.getBean(RouteTable.class).routes()).extracting(CompiledRoute::id)
				.containsExactly("assistant.generate", "fluent"));
	}

	@Test
	void givesAFluentRouteWithAnEmptyIdTheNameOfItsBean() {
		this.runner
			.withBean("unnamed", RouteDefinition.class,
					() -> Routes.on(UserEvent.class).id("").stream((event) -> "x").broadcast())
			.run((context) -> assertThat(context.getBean(RouteTable.class).routes()).extracting(CompiledRoute::id)
				.containsExactly("unnamed"));
	}

	@Test
	void givesTheTableToBeansThatHaveRoutesThemselves() {
		this.runner.withBean("outspoken", Outspoken.class)
			.run((context) -> assertThat(context.getBean(Outspoken.class).table.routes()).extracting(CompiledRoute::id)
				.containsExactly("outspoken.generate"));
	}

	@Test
	void logsTheRoutesOnce(CapturedOutput output) {
		this.runner.withBean("assistant", Assistant.class)
			.run((context) -> assertThat(output.toString()).containsOnlyOnce("INTERRUPTED BY")
				.containsOnlyOnce("assistant.generate  UserStoppedSpeaking  UserStartedSpeaking"));
	}

	@Test
	void checksTheRoutesOfAnApplicationThatInitializesLazily() {
		this.runner
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.withBean("broken", Broken.class)
			.run((context) -> assertThat(context).hasFailed());
	}

	@Test
	void standsBackForATableOfTheApplication() {
		RouteTable own = new RouteTable(List.of(), new EventTypes(List.of()));
		this.runner.withBean(RouteTable.class, () -> own)
			.withBean("broken", Broken.class)
			.run((context) -> assertThat(context.getBean(RouteTable.class)).isSameAs(own));
	}

	@Test
	void failsTheStartWithEverythingThatIsWrong() {
		this.runner.withBean("broken", Broken.class).run((context) -> {
			assertThat(context).hasFailed();
			assertThat(context.getStartupFailure()).isInstanceOf(InvalidRoutesException.class);
			FailureAnalysis analysis = analyze(context.getStartupFailure());
			assertThat(analysis.getDescription().lines()).containsExactly("3 things are wrong with the routes:", "",
					"    broken.generate(String)",
					"        parameter 'text': nothing is known to pass as String; the route starts on UserStoppedSpeaking",
					"        filter: UserStoppedSpeaking has no property 'content'", "", "    broken.lost()",
					"        routes: there is no route 'assistant.generate'");
			assertThat(analysis.getAction().lines()).containsExactly("broken.generate(String):",
					"    parameter 'text': A route method takes the event by its type, ConversationContext, Generation, Session, Frame and Interruption",
					"    filter: UserStoppedSpeaking has speaker", "broken.lost():",
					"    routes: Name one of them; there are broken.generate");
		});
	}

	@Test
	void failsTheStartWithAPolicyThatIsNotThereAndEverythingElse() {
		this.runner
			.withConfiguration(
					AutoConfigurations.of(EdgewiseAutoConfiguration.class, EdgewiseInterruptionAutoConfiguration.class))
			.withPropertyValues("edgewise.interruption.policies.call.min-words=2")
			.withBean("broken", Broken.class)
			.withBean("lost", RouteDefinition.class,
					() -> Routes.on(UserEvent.class).policy("cal").stream((event) -> "x").broadcast())
			.withBean("found", RouteDefinition.class,
					() -> Routes.on(UserEvent.class).policy("call").stream((event) -> "x").broadcast())
			.run((context) -> {
				FailureAnalysis analysis = analyze(context.getStartupFailure());
				assertThat(analysis.getDescription()).startsWith("4 things are wrong with the routes:")
					.contains("    lost%n        policy: there is no policy 'cal'".formatted());
				assertThat(analysis.getAction())
					.contains("lost:%n    policy: Name one of them; there are call, immediate".formatted());
			});
	}

	@Test
	void knowsTheBuiltInPolicyAlways() {
		this.runner
			.withBean("immediate", RouteDefinition.class,
					() -> Routes.on(UserEvent.class).policy("immediate").stream((event) -> "x").broadcast())
			.run((context) -> assertThat(context.getBean(RouteTable.class).routes()).singleElement()
				.satisfies((route) -> assertThat(route.policy()).isEqualTo("immediate")));
	}

	@Test
	void takesTheInitialAgentFromAProperty() {
		ApplicationContextRunner agents = this.runner
			.withConfiguration(AutoConfigurations.of(EdgewiseAutoConfiguration.class))
			.withBean("one", RouteDefinition.class,
					() -> Routes.on(UserEvent.class).agent("one").stream((event) -> "x").broadcast())
			.withBean("two", RouteDefinition.class,
					() -> Routes.on(UserEvent.class).agent("two").stream((event) -> "x").broadcast());
		agents.run((context) -> assertThat(context.getBean(RouteTable.class).initialAgent()).isNull());
		agents.withPropertyValues("edgewise.agents.initial=two")
			.run((context) -> assertThat(context.getBean(RouteTable.class).initialAgent()).isEqualTo("two"));
		agents.withPropertyValues("edgewise.agents.initial=three").run((context) -> {
			FailureAnalysis analysis = analyze(context.getStartupFailure());
			assertThat(analysis.getDescription().lines()).containsExactly("One thing is wrong with the routes:", "",
					"    edgewise.agents.initial", "        value: there is no agent 'three'");
			assertThat(analysis.getAction().lines()).containsExactly("edgewise.agents.initial:",
					"    value: Name one of them; there are one, two");
		});
	}

	@Test
	void tellsOfDifferentAliasesThatAComponentScanFindsFirst() {
		AnnotationConfigurationException found = new AnnotationConfigurationException(
				"Different @AliasFor mirror values for annotation [dev.edgewise.Route] declared on node()");
		FailureAnalysis analysis = analyze(new BeanDefinitionStoreException("Failed to read a class", found),
				DifferentAliasesFailureAnalyzer.class);
		assertThat(analysis.getDescription()).isEqualTo(found.getMessage());
		assertThat(analysis.getAction()).isEqualTo("Write 'on' or 'value' of @Route, not both");
		assertThat(analyze(new AnnotationConfigurationException("Different values for annotation [other.Route]"),
				DifferentAliasesFailureAnalyzer.class))
			.isNull();
	}

	private static FailureAnalysis analyze(Throwable failure) {
		return analyze(failure, InvalidRoutesFailureAnalyzer.class);
	}

	private static FailureAnalysis analyze(Throwable failure, Class<? extends FailureAnalyzer> analyzer) {
		return SpringFactoriesLoader.forDefaultResourceLocation().load(FailureAnalyzer.class, (type, name, ex) -> {
		}).stream().filter(analyzer::isInstance).findFirst().orElseThrow().analyze(failure);
	}

	static class Assistant {

		@Route(on = UserStoppedSpeaking.class, interruptOn = UserStartedSpeaking.class)
		Flux<String> generate() {
			return Flux.just("hello");
		}

		@OnInterrupt
		void onInterruptGenerate(Interruption interruption) {
		}

	}

	static class Outspoken {

		private final RouteTable table;

		Outspoken(RouteTable table) {
			this.table = table;
		}

		@Route(on = UserStoppedSpeaking.class)
		Flux<String> generate() {
			return Flux.just("hello");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Fluent {

		@Bean
		RouteDefinition fluent() {
			return Routes.on(UserEvent.class).stream((event) -> "x").broadcast();
		}

	}

	static class Broken {

		@Route(on = UserStoppedSpeaking.class, filter = "event.content != null")
		Flux<String> generate(String text) {
			return Flux.just(text);
		}

		@OnInterrupt(routes = "assistant.generate")
		void lost() {
		}

	}

}
