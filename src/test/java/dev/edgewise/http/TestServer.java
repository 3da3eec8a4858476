package dev.edgewise.http;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.edgewise.LeakWatch;
import dev.edgewise.LogWatch;
import dev.edgewise.RouteDefinition;
import dev.edgewise.session.SessionEngine;
import org.jspecify.annotations.Nullable;
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
			.initializers((context) -> setup.register((GenericApplicationContext) context))
			.run(setup.arguments());
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
		LogWatch.body((body != null) ? body : "");
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
			LogWatch.body(response.body());
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

	/**
	 * Waits until the log does not grow any more, as its only reader takes nothing.
	 */
	long awaitStandstill(String session) {
		long last = -1;
		int same = 0;
		while (same < 20) {
			long now = get(session).json().get("lastSequence").asLong();
			same = (now == last) ? same + 1 : 0;
			last = now;
		}
		return last;
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

	/**
	 * Stops the server and checks that it has left nothing open.
	 */
	@Override
	public void close() {
		LeakWatch watch = this.context.getBean(LeakWatch.class);
		this.context.close();
		watch.assertNothingIsLeft();
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

		private final Map<String, Object> properties = new LinkedHashMap<>(
				Map.of("server.port", "0", "spring.main.banner-mode", "off", "spring.config.name", "none"));

		private @Nullable SessionEngine engine;

		Setup(List<RouteDefinition> routes) {
			this.routes = routes;
		}

		Setup property(String name, Object value) {
			this.properties.put(name, value);
			return this;
		}

		Setup source(Class<?> source) {
			this.sources.add(source);
			return this;
		}

		Setup engine(SessionEngine engine) {
			this.engine = engine;
			return this;
		}

		TestServer start() {
			return new TestServer(this);
		}

		private String[] arguments() {
			return this.properties.entrySet()
				.stream()
				.map((property) -> "--" + property.getKey() + "=" + property.getValue())
				.toArray(String[]::new);
		}

		private void register(GenericApplicationContext context) {
			for (RouteDefinition route : this.routes) {
				context.registerBean("route" + this.routes.indexOf(route), RouteDefinition.class, () -> route);
			}
			if (this.engine != null) {
				context.registerBean(SessionEngine.class, () -> this.engine);
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		LeakWatch leakWatch() {
			return new LeakWatch();
		}

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
