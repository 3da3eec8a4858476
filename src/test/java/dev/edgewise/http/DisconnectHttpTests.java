package dev.edgewise.http;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Mono;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.HttpHandlerDecoratorFactory;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of clients that go away in the middle of what they say.
 */
@ExtendWith(OutputCaptureExtension.class)
class DisconnectHttpTests {

	@Test
	void isNoFailureOfTheServiceThatAClientGoesInTheMiddleOfItsBody(CapturedOutput output) throws Exception {
		try (TestServer server = TestServer.with().source(Ends.class).start()) {
			Ends ends = server.context.getBean(Ends.class);
			try (Wire wire = Wire.connect(server.port, 0)) {
				wire.write("POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
						+ "Content-Length: 20\r\n\r\n{\"id\":");
				assertThat(ends.begun.poll(5, TimeUnit.SECONDS)).isNotNull();
			}
			assertThat(ends.ended.poll(5, TimeUnit.SECONDS)).isNotNull();
			assertThat(output.getAll()).doesNotContain("AbortedException");
		}
	}

	static final class Ends implements HttpHandlerDecoratorFactory {

		final BlockingQueue<String> begun = new LinkedBlockingQueue<>();

		final BlockingQueue<String> ended = new LinkedBlockingQueue<>();

		@Override
		public HttpHandler apply(HttpHandler handler) {
			return new HttpHandler() {
				@Override
				public Mono<Void> handle(ServerHttpRequest request, ServerHttpResponse response) {
					return handler.handle(request, response)
						.doOnSubscribe((subscription) -> Ends.this.begun.add(request.getId()))
						.doFinally((signal) -> Ends.this.ended.add(signal.name()));
				}
			};
		}

	}

}
