package dev.edgewise.autoconfigure;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import dev.edgewise.model.ChatCompletions;
import dev.edgewise.model.ModelListener;
import dev.edgewise.model.StreamingModel;
import dev.edgewise.observation.ModelMeters;
import dev.edgewise.session.EngineSchedulers;
import dev.edgewise.session.FrameEncoder;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.ChannelOption;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.util.StringUtils;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * {@linkplain AutoConfiguration Auto-configuration} of a language model, where there is
 * WebClient, once {@code edgewise.agent.model.base-url} is set. An application's
 * {@code WebClient.Builder}, if it has one, gives its filters and its observations; the
 * connection is of the model's own, since it must close when it is told to.
 */
@AutoConfiguration(after = { EdgewiseSchedulersAutoConfiguration.class, EdgewiseJsonAutoConfiguration.class },
		afterName = {
				"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
				"org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration",
				"org.springframework.boot.reactor.netty.autoconfigure.ReactorNettyConfigurations",
				"org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration" })
@ConditionalOnClass({ WebClient.class, HttpClient.class })
@EnableConfigurationProperties(ModelProperties.class)
public final class EdgewiseModelAutoConfiguration {

	private static final String PREFIX = "edgewise.agent.model.";

	/**
	 * Whoever has Boot show all values does not mean this one.
	 */
	@Bean
	SanitizingFunction edgewiseModelKeySanitizing() {
		return SanitizingFunction.sanitizeValue()
			// an environment variable has the same name in other letters
			.ifKeyMatches((String key) -> key.replaceAll("[._-]", "").equalsIgnoreCase("edgewiseagentmodelapikey"));
	}

	/**
	 * What keeps connections to the model's server. Waiting for one is timed by the
	 * engine's clock.
	 */
	@Bean(defaultCandidate = false, destroyMethod = "dispose")
	@Conditional(OnBaseUrl.class)
	@ConditionalOnMissingBean(StreamingModel.class)
	ConnectionProvider edgewiseModelConnections(ModelProperties properties, EngineSchedulers schedulers) {
		return ConnectionProvider.builder("edgewise-model")
			.maxConnections(properties.maxConnections())
			.pendingAcquireMaxCount(-1)
			.pendingAcquireTimeout(properties.firstChunkTimeout())
			.pendingAcquireTimer(
					(task, delay) -> schedulers.timer().schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS))
			.maxIdleTime(Duration.ofSeconds(30))
			.lifo()
			.build();
	}

	@Bean
	@Conditional(OnBaseUrl.class)
	@ConditionalOnMissingBean(StreamingModel.class)
	ChatCompletions edgewiseModel(ModelProperties properties, EngineSchedulers schedulers, FrameEncoder encoder,
			@Qualifier("edgewiseModelConnections") ConnectionProvider connections,
			ObjectProvider<WebClient.Builder> builders, ObjectProvider<ReactorResourceFactory> resources,
			ObjectProvider<ModelListener> listener) {
		HttpClient transport = HttpClient.create(connections)
			.proxyWithSystemProperties()
			.option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) properties.connectTimeout().toMillis());
		ReactorResourceFactory shared = resources.getIfUnique();
		WebClient.Builder builder = builders.getIfAvailable(WebClient::builder)
			.clone()
			.baseUrl(properties.endpoint())
			.clientConnector(new ReactorClientHttpConnector(
					(shared != null) ? transport.runOn(shared.getLoopResources()) : transport));
		if (!properties.apiKey().isEmpty()) {
			builder.defaultHeaders((headers) -> headers.setBearerAuth(properties.apiKey().reveal()));
		}
		return new ChatCompletions(builder.build(), properties.settings(), schedulers, encoder,
				listener.getIfAvailable(() -> ModelListener.NONE));
	}

	/**
	 * The meters of the model.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterRegistry.class)
	@ConditionalOnBean(MeterRegistry.class)
	@Conditional(OnBaseUrl.class)
	static class Meters {

		@Bean
		@ConditionalOnMissingBean(ModelListener.class)
		ModelListener edgewiseModelMeters(MeterRegistry registry) {
			ModelMeters meters = new ModelMeters(registry);
			return new ModelListener() {

				@Override
				public void first(String model, Duration elapsed) {
					meters.first(model, elapsed);
				}

				@Override
				public void ended(String model, String outcome, Duration elapsed) {
					meters.ended(model, outcome, elapsed);
				}

				@Override
				public void used(String model, long input, long output) {
					meters.used(model, input, output);
				}

			};
		}

	}

	/**
	 * Whether it is said where the model is.
	 */
	static class OnBaseUrl implements Condition {

		@Override
		public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
			return StringUtils.hasText(context.getEnvironment().getProperty(PREFIX + "base-url"));
		}

	}

}
