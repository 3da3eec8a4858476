package dev.edgewise.server;

import java.io.IOException;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.edgewise.server.SecurityProperties.Mode;
import dev.edgewise.server.SecurityProperties.Role;
import dev.edgewise.session.EngineSchedulers;
import dev.edgewise.session.SessionEngine;
import dev.edgewise.web.ApiDocs;
import dev.edgewise.web.Refusals;
import dev.edgewise.web.WebSettings;
import lombok.extern.slf4j.Slf4j;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.netty.ReactorNetty;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.security.autoconfigure.actuate.web.reactive.EndpointRequest;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.config.annotation.web.reactive.EnableWebFluxSecurity;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity.CsrfSpec;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.ServerAuthenticationEntryPoint;
import org.springframework.security.web.server.authentication.AuthenticationWebFilter;
import org.springframework.security.web.server.firewall.ServerExchangeRejectedHandler;
import org.springframework.security.web.server.savedrequest.NoOpServerRequestCache;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatcher.MatchResult;

/**
 * Who gets in. Told nothing, the service asks nobody who they are and listens on
 * loopback, and nowhere else; told how callers are known, it has Spring Security ask
 * them.
 */
@Slf4j
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(SecurityProperties.class)
class SecurityConfiguration {

	private static final String MODE = "edgewise.security.mode";

	private static final String JWT = "spring.security.oauth2.resourceserver.jwt.";

	private static final String WAYS = "it must be a loopback address until the service is told how callers are known: "
			+ "by JWT (" + JWT + "issuer-uri, .jwk-set-uri or .public-key-location), "
			+ "by API keys (edgewise.security.api-keys.<name>.hash or edgewise.security.api-keys-file), "
			+ "or not at all (" + MODE + "=none)";

	@Bean
	Refusals refusals(ObjectProvider<JsonMapper> mapper) {
		return new Refusals(mapper.getIfUnique());
	}

	@Bean
	Doorway doorway(SecurityProperties properties, Exposure exposure, Refusals refusals) {
		return new Doorway(properties.cors().allowedOrigins(), exposure.local(), refusals);
	}

	@Bean
	Errors errors(Refusals refusals) {
		return new Errors(refusals);
	}

	@Bean
	Exposure exposure(SecurityProperties properties, Environment environment) {
		boolean known = properties.hasApiKeys() || hasJwt(environment);
		if (properties.mode() == Mode.NONE) {
			if (known) {
				throw new InvalidConfigurationPropertyValueException(MODE, "none",
						"API keys or JWTs are configured, which nobody would be asked for");
			}
			log.warn("{}=none: whoever reaches the service may do everything", MODE);
			return new Exposure(false, false);
		}
		if (known) {
			return new Exposure(true, false);
		}
		InetAddress address = loopback(environment, "server.address");
		if (ManagementPortType.get(environment) == ManagementPortType.DIFFERENT) {
			loopback(environment, "management.server.address");
		}
		log.info("Nobody is asked who they are, so the service listens on {} alone; to change this, see {}",
				address.getHostAddress(), "edgewise.security in the reference");
		return new Exposure(false, true);
	}

	private static InetAddress loopback(Environment environment, String key) {
		InetAddress address = Binder.get(environment).bind(key, InetAddress.class).orElse(null);
		if (address == null || !address.isLoopbackAddress()) {
			throw new InvalidConfigurationPropertyValueException(key, environment.getProperty(key, ""), WAYS);
		}
		return address;
	}

	private static boolean hasJwt(Environment environment) {
		return Stream.of("issuer-uri", "jwk-set-uri", "public-key-location")
			.anyMatch((key) -> environment.containsProperty(JWT + key));
	}

	/**
	 * Whether callers are asked who they are. Made before the server starts, which it
	 * prevents if it must.
	 *
	 * @param guarded whether they are
	 * @param local whether they are not, because they must be on this machine
	 */
	record Exposure(boolean guarded, boolean local) {
	}

	/**
	 * Asks callers who they are.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableWebFluxSecurity
	@Conditional(OnKnownCallers.class)
	static class Guarded {

		@Bean
		Paths paths(ObjectProvider<WebSettings> settings) {
			return new Paths(settings.getIfAvailable(WebSettings::defaults).basePath());
		}

		@Bean
		Tickets tickets(SecurityProperties properties, EngineSchedulers schedulers) {
			return new Tickets(properties.ticket(), schedulers.timer());
		}

		@Bean
		Callers callers(SecurityProperties properties, EngineSchedulers schedulers) {
			return new Callers(properties.caller(), schedulers.timer());
		}

		@Bean
		ApiKeys apiKeys(SecurityProperties properties) {
			try {
				return new ApiKeys(properties.apiKeys(), properties.apiKeysFile());
			}
			catch (IOException | RuntimeException ex) {
				throw new InvalidConfigurationPropertyValueException("edgewise.security.api-keys-file",
						properties.apiKeysFile(), "it cannot be read: " + reason(ex), ex);
			}
		}

		private static String reason(Exception ex) {
			return (ex instanceof IllegalArgumentException && ex.getMessage() != null) ? ex.getMessage()
					: ex.getClass().getSimpleName();
		}

		/**
		 * What is to be done again and again: on a thread that may block, as files do.
		 */
		@Bean(destroyMethod = "dispose", defaultCandidate = false)
		Disposable securityChores(SecurityProperties properties, ApiKeys keys, Callers callers,
				EngineSchedulers schedulers) {
			long interval = properties.apiKeysInterval().toMillis();
			Disposable.Composite chores = Disposables.composite();
			if (properties.apiKeysFile() != null) {
				chores.add(schedulers.timer()
					.schedulePeriodically(() -> schedulers.control().schedule(keys::refresh), interval, interval,
							TimeUnit.MILLISECONDS));
			}
			chores.add(schedulers.timer().schedulePeriodically(callers::sweep, 1, 1, TimeUnit.MINUTES));
			return chores;
		}

		@Bean
		Turnstile turnstile() {
			return new Turnstile();
		}

		@Bean
		WebServerFactoryCustomizer<NettyReactiveWebServerFactory> accessLog() {
			boolean enabled = Boolean.getBoolean(ReactorNetty.ACCESS_LOG_ENABLED);
			return (factory) -> factory.addServerCustomizers((server) -> server.accessLog(enabled, Turnstile::line));
		}

		@Bean
		@ConditionalOnProperty("edgewise.web.api-docs")
		ApiDocs apiDocs(ObjectProvider<WebSettings> settings) {
			return new ApiDocs(settings.getIfAvailable(WebSettings::defaults), true);
		}

		@Bean
		ServerExchangeRejectedHandler rejected(Refusals refusals) {
			return (exchange, rejection) -> refusals.status(exchange, HttpStatus.BAD_REQUEST.value());
		}

		@Bean
		SecurityWebFilterChain security(ServerHttpSecurity http, SecurityProperties properties, ApiKeys keys,
				ObjectProvider<ReactiveJwtDecoder> decoder, Tickets tickets, Callers callers, Paths paths,
				Refusals refusals, SessionEngine engine, EngineSchedulers schedulers) {
			ReactiveJwtDecoder jwts = decoder.getIfAvailable();
			ServerAuthenticationEntryPoint unknown = (exchange, error) -> {
				exchange.getResponse()
					.getHeaders()
					.set(HttpHeaders.WWW_AUTHENTICATE, (jwts != null) ? "Bearer" : Credentials.SCHEME);
				return refusals.unauthenticated(exchange);
			};
			Credentials credentials = new Credentials(properties.hasApiKeys() ? keys : null, jwts,
					properties.jwt().rolesClaim(), tickets, paths, schedulers.timer());
			AuthenticationWebFilter authentication = new AuthenticationWebFilter(credentials);
			authentication.setServerAuthenticationConverter(credentials);
			authentication.setAuthenticationFailureHandler((filter, error) -> {
				if (error instanceof AuthenticationServiceException) {
					log.warn("No token can be verified: {}",
							NestedExceptionUtils.getMostSpecificCause(error).toString());
					return refusals.unverifiable(filter.getExchange());
				}
				return unknown.commence(filter.getExchange(), error);
			});
			return http.csrf(CsrfSpec::disable)
				.cors(ServerHttpSecurity.CorsSpec::disable)
				.headers(ServerHttpSecurity.HeaderSpec::disable)
				.httpBasic(ServerHttpSecurity.HttpBasicSpec::disable)
				.formLogin(ServerHttpSecurity.FormLoginSpec::disable)
				.logout(ServerHttpSecurity.LogoutSpec::disable)
				.requestCache((cache) -> cache.requestCache(NoOpServerRequestCache.getInstance()))
				.exceptionHandling((errors) -> errors.authenticationEntryPoint(unknown)
					.accessDeniedHandler((exchange, error) -> refusals.forbidden(exchange, "role")))
				.addFilterAt(authentication, SecurityWebFiltersOrder.AUTHENTICATION)
				.authorizeExchange((requests) -> requests.matchers(EndpointRequest.to("health"))
					.permitAll()
					.matchers(EndpointRequest.to("prometheus"))
					.hasAnyRole(Role.OPERATOR.name(), Role.METRICS.name())
					.matchers(EndpointRequest.toAnyEndpoint(), EndpointRequest.toLinks())
					.hasRole(Role.OPERATOR.name())
					.pathMatchers(Console.SETUP)
					.hasAnyRole(Role.CALLER.name(), Role.OPERATOR.name())
					.pathMatchers(Console.PATH, Console.PATH + "/*")
					.permitAll()
					.matchers((exchange) -> paths.isEvents(exchange) ? MatchResult.match() : MatchResult.notMatch())
					.hasRole(Role.OPERATOR.name())
					.anyExchange()
					.hasAnyRole(Role.CALLER.name(), Role.OPERATOR.name()))
				.addFilterAfter(new Guard(engine, callers, tickets, paths, refusals),
						SecurityWebFiltersOrder.AUTHORIZATION)
				.build();
		}

	}

	/**
	 * Whether it is told how callers are known.
	 */
	static class OnKnownCallers implements Condition {

		@Override
		public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
			Environment environment = context.getEnvironment();
			return !"none".equalsIgnoreCase(environment.getProperty(MODE))
					&& (hasJwt(environment) || environment.containsProperty("edgewise.security.api-keys-file")
							|| Binder.get(environment)
								.bind("edgewise.security.api-keys", Bindable.mapOf(String.class, Object.class))
								.isBound());
		}

	}

}
