package dev.edgewise.http;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import dev.edgewise.RouteDefinition;
import dev.edgewise.event.AgentEvent;
import dev.edgewise.event.SystemEvent;
import dev.edgewise.event.UserEvent;
import dev.edgewise.route.CompiledRoute;
import dev.edgewise.route.EventTypes;
import dev.edgewise.route.RouteTable;
import dev.edgewise.session.DefaultSessionEngine;
import dev.edgewise.session.EngineListener;
import dev.edgewise.session.EngineSchedulers;
import dev.edgewise.session.EngineSettings;
import dev.edgewise.session.FrameEncoder;
import dev.edgewise.session.SessionEngine;
import dev.edgewise.web.WebSettings;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.http.client.ReactorResourceFactory;

/**
 * The whole server on a port of its own, and a client for it.
 */
final class TestServer implements AutoCloseable {

	final ConfigurableApplicationContext context;

	final int port;

	private final HttpClient client = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.connectTimeout(Duration.ofSeconds(5))
		.build();

	private TestServer(Setup setup) {
		this.context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.REACTIVE)
			.sources(setup.sources.toArray(Class<?>[]::new))
			.properties(setup.properties)
			.initializers((context) -> setup.register((GenericApplicationContext) context))
			.run();
		this.port = ((WebServerApplicationContext) this.context).getWebServer().getPort();
	}

	static Setup with(RouteDefinition... routes) {
		return new Setup(List.of(routes));
	}

	SessionEngine engine() {
		return this.context.getBean(SessionEngine.class);
	}

	Answer get(String path, String... headers) {
		return send("GET", path, null, headers);
	}

	Answer post(String path, String body, String... headers) {
		return send("POST", path, body, headers);
	}

	Answer send(String method, String path, @Nullable String body, String... headers) {
		HttpRequest.Builder request = HttpRequest.newBuilder(uri(path))
			.timeout(Duration.ofSeconds(20))
			.method(method,
					(body != null) ? HttpRequest.BodyPublishers.ofString(body) : HttpRequest.BodyPublishers.noBody());
		if (headers.length > 0) {
			request.headers(headers);
		}
		if (body != null && !List.of(headers).contains("Content-Type")) {
			request.header("Content-Type", "application/json");
		}
		return send(request.build());
	}

	Answer send(HttpRequest request) {
		try {
			HttpResponse<String> response = this.client.send(request, HttpResponse.BodyHandlers.ofString());
			return new Answer(response.statusCode(), response, response.body());
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new AssertionError(ex);
		}
	}

	URI uri(String path) {
		return URI.create("http://127.0.0.1:" + this.port + path);
	}

	/**
	 * Opens a session and returns its path.
	 */
	String session() {
		return post("/v1/sessions", "{}").header("Location");
	}

	Wire stream(String path, String... headers) {
		return Wire.send(this.port, "GET", path, null, headers);
	}

	/**
	 * Posts events for a stream of their own.
	 */
	Wire converse(String session, String body) {
		return Wire.send(this.port, "POST", session + "/events", body, "Accept: text/event-stream",
				"Content-Type: application/json");
	}

	@Override
	public void close() {
		this.context.close();
	}

	/**
	 * An answer that has come to its end.
	 */
	record Answer(int status, HttpResponse<String> response, String body) {

		JsonNode json() {
			return JsonMapper.shared().readTree(this.body);
		}

		String header(String name) {
			return this.response.headers().firstValue(name).orElse("");
		}

		/**
		 * The last part of a problem's type.
		 */
		String problem() {
			if (!header("Content-Type").equals("application/problem+json")) {
				throw new AssertionError(this.status + " " + header("Content-Type") + " " + this.body);
			}
			return json().get("type").asString().replace("urn:edgewise:problem:", "");
		}

	}

	/**
	 * A server to be started.
	 */
	static final class Setup {

		private final List<RouteDefinition> routes;

		private final List<Class<?>> sources = new ArrayList<>();

		private final List<Class<?>> types = new ArrayList<>();

		private final Map<String, Object> properties = new LinkedHashMap<>(
				Map.of("server.port", "0", "spring.main.banner-mode", "off", "logging.level.root", "warn"));

		private EngineSettings settings = EngineSettings.defaults(1 << 30);

		private WebSettings web = WebSettings.defaults();

		private boolean defaultWeb = true;

		private EngineListener listener = new EngineListener() {
		};

		Setup(List<RouteDefinition> routes) {
			this.routes = routes;
		}

		Setup settings(EngineSettings settings) {
			this.settings = settings;
			return this;
		}

		Setup web(WebSettings web) {
			this.web = web;
			this.defaultWeb = false;
			return this;
		}

		Setup listener(EngineListener listener) {
			this.listener = listener;
			return this;
		}

		Setup property(String name, Object value) {
			this.properties.put(name, value);
			return this;
		}

		Setup source(Class<?> source) {
			this.sources.add(source);
			return this;
		}

		Setup types(Class<?>... types) {
			this.types.addAll(List.of(types));
			return this;
		}

		TestServer start() {
			return new TestServer(this);
		}

		private void register(GenericApplicationContext context) {
			Scheduler timer = Schedulers.newSingle("timer", true);
			Scheduler parallel = Schedulers.newParallel("nodes", 2, true);
			Scheduler blocking = Schedulers.newBoundedElastic(50, 1_000, "blocking", 60, true);
			Scheduler control = Schedulers.newBoundedElastic(50, 1_000, "control", 60, true);
			context.registerBean(RouteTable.class, this::table);
			context.registerBean(EngineSettings.class, () -> this.settings);
			context.registerBean(EngineSchedulers.class,
					() -> new EngineSchedulers(timer, parallel, blocking, control));
			context.registerBean(SessionEngine.class,
					() -> new DefaultSessionEngine(context.getBean(RouteTable.class), this.settings,
							context.getBean(EngineSchedulers.class), context.getBean(FrameEncoder.class),
							List.of(this.listener)));
			if (!this.defaultWeb) {
				context.registerBean(WebSettings.class, () -> this.web);
			}
		}

		private RouteTable table() {
			List<CompiledRoute> compiled = new ArrayList<>();
			Set<Class<?>> known = new LinkedHashSet<>(this.types);
			Stream.of(UserEvent.class, AgentEvent.class, SystemEvent.class)
				.forEach((parent) -> known.addAll(List.of(parent.getPermittedSubclasses())));
			for (RouteDefinition definition : this.routes) {
				int index = compiled.size();
				String id = (definition.id() != null) ? definition.id() : "route" + index;
				CompiledRoute.Filter filter = (definition.filter() instanceof RouteDefinition.Filter.Code code)
						? (event, session) -> code.predicate().test(event) : null;
				CompiledRoute.Condition condition = (definition
					.condition() instanceof RouteDefinition.Condition.Code code) ? code.predicate()::test : null;
				compiled.add(new CompiledRoute(index, id, id, definition.on(), definition.interruptOn(), filter,
						condition, definition.overlap(), definition.maxConcurrency(), definition.handlers(),
						definition.node(), definition.output()));
			}
			return new RouteTable(compiled, new EventTypes(known));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		/**
		 * Loops of its own: those that servers share would end with the first of them.
		 */
		@Bean
		ReactorResourceFactory resources() {
			ReactorResourceFactory resources = new ReactorResourceFactory();
			resources.setUseGlobalResources(false);
			resources.setShutdownQuietPeriod(Duration.ZERO);
			return resources;
		}

	}

}
