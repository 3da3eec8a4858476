package dev.edgewise.autoconfigure;

import java.util.Collection;
import java.util.concurrent.atomic.AtomicInteger;

import dev.edgewise.ConversationContext;
import dev.edgewise.Generation;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.model.ChatCompletions;
import dev.edgewise.model.ModelListener;
import dev.edgewise.model.ModelTool;
import dev.edgewise.model.StreamingModel;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.Environment;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The language model of an application.
 */
class EdgewiseModelAutoConfigurationTests {

	private static final String URL = "edgewise.agent.model.base-url=http://127.0.0.1:1";

	private static final String SECRET = "sk-very-secret";

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(EdgewiseAutoConfiguration.class, EdgewiseSchedulersAutoConfiguration.class,
					EdgewiseJsonAutoConfiguration.class, EdgewiseModelAutoConfiguration.class));

	@Test
	void isOffUntilABaseUrlIsSet() {
		this.runner.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(StreamingModel.class));
		this.runner.withPropertyValues("edgewise.agent.model.base-url=", "edgewise.agent.model.name=x")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(StreamingModel.class));
		this.runner.withPropertyValues(URL).run((context) -> assertThat(context).hasSingleBean(ChatCompletions.class));
	}

	@Test
	void isOffWithoutWebClient() {
		this.runner.withPropertyValues(URL)
			.withClassLoader(new FilteredClassLoader(WebClient.class))
			.run((context) -> assertThat(context).hasFailed().getFailure().isInstanceOf(UnknownKeysException.class));
	}

	@Test
	void givesWayToAModelOfTheApplication() {
		this.runner.withPropertyValues(URL)
			.withBean(StreamingModel.class, Own::new)
			.run((context) -> assertThat(context).hasSingleBean(StreamingModel.class).hasSingleBean(Own.class));
	}

	@Test
	void isBuiltByTheApplicationsBuilderAndLeavesThatAsItIs() {
		AtomicInteger filters = new AtomicInteger();
		WebClient.Builder builder = WebClient.builder().filters((all) -> filters.incrementAndGet());
		this.runner.withPropertyValues(URL)
			.withBean(WebClient.Builder.class, () -> builder)
			.run((context) -> assertThat(context).hasSingleBean(ChatCompletions.class));
		assertThat(filters).hasValue(1);
	}

	@Test
	void isMeasuredWhereThereIsARegistry() {
		this.runner.withPropertyValues(URL).withBean(MeterRegistry.class, SimpleMeterRegistry::new).run((context) -> {
			context.getBean(ModelListener.class).used("m", 3, 4);
			assertThat(context.getBean(MeterRegistry.class)
				.get("edgewise.model.tokens")
				.tags("model", "m", "side", "output")
				.counter()
				.count()).isEqualTo(4);
		});
		this.runner.withPropertyValues(URL).run((context) -> assertThat(context).doesNotHaveBean(ModelListener.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "localhost:11434", "ftp://host/v1", "http://", "http:///v1", "https://user:key@host/v1",
			"https://host/v1?key=x", "https://host/v1#x", "https://a b/v1" })
	void refusesABaseUrlThatIsNone(String url) {
		this.runner.withPropertyValues("edgewise.agent.model.base-url=" + url).run((context) -> {
			assertThat(context).hasFailed();
			assertThat(validation(context.getStartupFailure())).hasMessageContaining("baseUrl")
				.hasMessageContaining("must be an http or https URL");
		});
	}

	@Nested
	@ExtendWith(OutputCaptureExtension.class)
	class TheKey {

		@Test
		void isNeitherInThePropertiesNorInTheLogNorInTheModel(CapturedOutput output) {
			EdgewiseModelAutoConfigurationTests.this.runner
				.withPropertyValues(URL, "edgewise.agent.model.api-key=" + SECRET, "debug=true")
				.run((context) -> {
					assertThat(context.getBean(ModelProperties.class).toString()).doesNotContain(SECRET);
					assertThat(context.getBean(ModelProperties.class).apiKey().reveal()).isEqualTo(SECRET);
					assertThat(context.getBean(ChatCompletions.class).toString()).doesNotContain(SECRET);
				});
			assertThat(output).doesNotContain(SECRET);
		}

		@Test
		void isNotShownWhenItIsRefused() {
			EdgewiseModelAutoConfigurationTests.this.runner
				.withPropertyValues(URL, "edgewise.agent.model.api-key=" + SECRET + " and more")
				.run((context) -> {
					assertThat(context).hasFailed();
					Throwable failure = context.getStartupFailure();
					assertThat(validation(failure)).hasMessageContaining("must have only visible ASCII characters");
					for (Throwable current = failure; current != null; current = current.getCause()) {
						assertThat(String.valueOf(current.getMessage())).doesNotContain(SECRET);
					}
					FailureAnalysis analysis = analyze(failure,
							new MockEnvironment().withProperty("edgewise.agent.model.api-key", SECRET + " and more"));
					assertThat(analysis.getDescription()).contains("edgewise.agent.model.api", "visible ASCII")
						.doesNotContain(SECRET);
				});
		}

		@Test
		void isNotShownByEndpointsThatShowEverything() {
			EdgewiseModelAutoConfigurationTests.this.runner.run((context) -> {
				SanitizingFunction function = context.getBean(SanitizingFunction.class);
				for (String key : new String[] { "edgewise.agent.model.api-key", "edgewise.agent.model.apiKey",
						"EDGEWISE_AGENT_MODEL_API_KEY", "EDGEWISE_AGENT_MODEL_APIKEY" }) {
					assertThat(function.applyUnlessFiltered(new SanitizableData(null, key, SECRET)).getValue()).as(key)
						.isNotEqualTo(SECRET);
				}
				assertThat(function.applyUnlessFiltered(new SanitizableData(null, "other.api-key", "x")).getValue())
					.isEqualTo("x");
			});
		}

	}

	private static BindValidationException validation(Throwable failure) {
		Throwable current = failure;
		while (current != null && !(current instanceof BindValidationException)) {
			current = current.getCause();
		}
		assertThat(current).isInstanceOf(BindValidationException.class);
		return (BindValidationException) current;
	}

	private static FailureAnalysis analyze(Throwable failure, Environment environment) {
		return SpringFactoriesLoader.forDefaultResourceLocation()
			.load(FailureAnalyzer.class,
					ArgumentResolver.of(Environment.class, environment)
						.and(BeanFactory.class, new DefaultListableBeanFactory()))
			.stream()
			.map((analyzer) -> analyzer.analyze(failure))
			.filter((analysis) -> analysis != null)
			.findFirst()
			.orElseThrow();
	}

	/**
	 * A model of an application.
	 */
	private static final class Own implements StreamingModel {

		@Override
		public Flux<AgentResponse> stream(ConversationContext conversation, Generation generation) {
			return Flux.empty();
		}

		@Override
		public StreamingModel withSystemPrompt(String systemPrompt) {
			return this;
		}

		@Override
		public StreamingModel withTools(Collection<ModelTool> tools) {
			return this;
		}

	}

}
