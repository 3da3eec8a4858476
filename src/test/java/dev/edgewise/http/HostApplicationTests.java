package dev.edgewise.http;

import java.lang.reflect.Proxy;

import dev.edgewise.http.TestServer.Answer;
import dev.edgewise.session.SessionEngine;
import dev.edgewise.web.HttpEdge;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.WebExceptionHandler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of the edge as a guest in an application.
 */
class HostApplicationTests {

	@Test
	void leavesTheApplicationItsOwnPathsAndErrors() {
		try (TestServer server = TestServer.with().source(Host.class).start()) {
			assertThat(server.get("/v1/own").body()).isEqualTo("own");
			assertThat(server.get("/v1/function").body()).isEqualTo("function");
			assertThat(server.get("/v1/broken").body()).isEqualTo("handled by the host");
			assertThat(server.get("/elsewhere").body()).isEqualTo("handled by the host");
			Answer none = server.get("/v1/none");
			assertThat(none.status()).isEqualTo(404);
			assertThat(none.problem()).isEqualTo("not-found");
			assertThat(server.get("/v1/sessions/none").problem()).isEqualTo("unknown-session");
		}
	}

	@Test
	void livesUnderAnotherPath() {
		try (TestServer server = TestServer.with().property("edgewise.web.base-path", "/talk/v2").start()) {
			Answer opened = server.post("/talk/v2/sessions", "{\"id\":\"a\"}");
			assertThat(opened.header("Location")).isEqualTo("/talk/v2/sessions/a");
			assertThat(server.get(opened.header("Location")).status()).isEqualTo(200);
			assertThat(server.get("/v1/sessions/a").status()).isEqualTo(404);
			assertThat(server.get("/v1/sessions/a").header("Content-Type")).isNotEqualTo("application/problem+json");
		}
	}

	@Test
	void livesBelowTheApplicationsBasePath() {
		try (TestServer server = TestServer.with().property("spring.webflux.base-path", "/app").start()) {
			Answer opened = server.post("/app/v1/sessions", "{\"id\":\"a\"}");
			assertThat(opened.header("Location")).isEqualTo("/app/v1/sessions/a");
			assertThat(server.get(opened.header("Location")).status()).isEqualTo(200);
		}
	}

	@Test
	void staysAwayWhenItIsNotWanted() {
		try (TestServer server = TestServer.with().property("edgewise.web.enabled", "false").start()) {
			assertThat(server.context.getBeansOfType(HttpEdge.class)).isEmpty();
			assertThat(server.post("/v1/sessions", "{}").status()).isEqualTo(404);
		}
	}

	@Test
	void isNotChangedByTheApplicationsTasteInJson() {
		try (TestServer server = TestServer.with()
			.property("spring.jackson.property-naming-strategy", "SNAKE_CASE")
			.property("spring.jackson.serialization.indent-output", "true")
			.property("spring.jackson.default-property-inclusion", "non_empty")
			.start()) {
			Answer opened = server.post("/v1/sessions", "{\"id\":\"a\"}");
			assertThat(opened.body()).startsWith("{\"id\":\"a\",\"createdAt\":")
				.endsWith("\"attributes\":{},\"generations\":[]}");
			try (Wire wire = server.stream("/v1/sessions/a/stream")) {
				assertThat(server
					.post("/v1/sessions/a/events",
							"{\"type\":\"ToolCall\",\"toolCallId\":\"1\",\"toolName\":\"t\",\"toolArgs\":{}}")
					.body()).contains("\"interrupted\":[]");
				assertThat(wire.event().data()).endsWith("\"toolCallId\":\"1\",\"toolName\":\"t\",\"toolArgs\":{}}");
			}
		}
	}

	@Test
	void answersWhatItDidNotExpectWithoutWords() {
		SessionEngine engine = (SessionEngine) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { SessionEngine.class }, (proxy, method, arguments) -> {
					if (method.getName().equals("loggable")) {
						return arguments[0];
					}
					throw new IllegalStateException("a secret");
				});
		try (TestServer server = TestServer.with().engine(engine).start()) {
			Answer answer = server.get("/v1/sessions/a");
			assertThat(answer.status()).isEqualTo(500);
			assertThat(answer.problem()).isEqualTo("internal-error");
			assertThat(answer.body()).doesNotContain("secret", "Exception");
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Host {

		@Bean
		OwnController ownController() {
			return new OwnController();
		}

		@Bean
		RouterFunction<ServerResponse> ownFunction() {
			return RouterFunctions.route()
				.GET("/v1/function", (request) -> ServerResponse.ok().bodyValue("function"))
				.build();
		}

		@Bean
		@Order(-10)
		WebExceptionHandler ownErrors() {
			return (exchange, error) -> {
				exchange.getResponse().setStatusCode(HttpStatus.BAD_GATEWAY);
				exchange.getResponse().getHeaders().setContentType(MediaType.TEXT_PLAIN);
				return exchange.getResponse()
					.writeWith(Mono.fromSupplier(
							() -> exchange.getResponse().bufferFactory().wrap("handled by the host".getBytes())));
			};
		}

	}

	@RestController
	static class OwnController {

		@GetMapping("/v1/own")
		String own() {
			return "own";
		}

		@GetMapping("/v1/broken")
		String broken() {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST);
		}

	}

}
