package dev.edgewise.web;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.server.reactive.AbstractServerHttpResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link FluxStreamWriter}.
 */
class FluxStreamWriterTests {

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final ScriptedReader reader = new ScriptedReader();

	private final Response response = new Response();

	private final Mono<Void> written = new FluxStreamWriter(
			new StreamPulse(this.time, Duration.ofSeconds(15), Duration.ofSeconds(60)))
		.write(this.response, this.reader);

	@Test
	void writesAPreludeAndThenFrameByFrame() {
		this.reader.offer(1, 2);
		StepVerifier.create(body())
			.expectNext("retry:1000\n:\n", "id:1\n\n", "id:2\n\n")
			.then(() -> this.reader.offer(3))
			.expectNext("id:3\n\n")
			.then(this.reader::end)
			.expectComplete()
			.verify(Duration.ofSeconds(5));
		assertThat(this.reader.written).hasValue(3);
		assertThat(this.reader.flushes).hasValueGreaterThan(0);
	}

	@Test
	void takesAFrameOnlyWhenTheServerAsksForIt() {
		this.reader.offer(1, 2, 3);
		StepVerifier.create(body(), 1)
			.expectNext("retry:1000\n:\n")
			.then(() -> assertThat(this.reader.taken).hasValue(0))
			.thenRequest(1)
			.expectNext("id:1\n\n")
			.then(() -> assertThat(this.reader.taken).hasValue(1))
			.thenCancel()
			.verify(Duration.ofSeconds(5));
	}

	@Test
	void beatsWhenIdle() {
		StepVerifier.create(body())
			.expectNext("retry:1000\n:\n")
			.then(() -> this.time.advanceTimeBy(Duration.ofSeconds(17)))
			.expectNext(": \n")
			.then(() -> this.reader.offer(1))
			.expectNext("id:1\n\n")
			.then(() -> this.time.advanceTimeBy(Duration.ofSeconds(14)))
			.then(() -> this.reader.offer(2))
			.expectNext("id:2\n\n")
			.thenCancel()
			.verify(Duration.ofSeconds(5));
	}

	@Test
	void endsWhenTheServerAsksForNothing() {
		StepVerifier.create(body(), 1)
			.expectNext("retry:1000\n:\n")
			.then(() -> this.reader.offer(1))
			.then(() -> this.time.advanceTimeBy(Duration.ofSeconds(62)))
			.expectComplete()
			.verify(Duration.ofSeconds(5));
		assertThat(this.reader.taken).hasValue(0);
	}

	@Test
	void keepsNoTimerWhenNoStreamIsOpen() {
		StepVerifier.create(body())
			.expectNextCount(1)
			.then(() -> assertThat(this.time.getScheduledTaskCount()).isEqualTo(1))
			.thenCancel()
			.verify(Duration.ofSeconds(5));
		this.time.advanceTimeBy(Duration.ofSeconds(2));
		this.reader.offer(1);
		assertThat(this.reader.taken).hasValue(0);
	}

	private Flux<String> body() {
		StepVerifier.create(this.written).expectComplete().verify(Duration.ofSeconds(5));
		return this.response.body.map((group) -> Mono.<DataBuffer>from(group).toFuture().join())
			.map((buffer) -> buffer.toString(StandardCharsets.UTF_8));
	}

	/**
	 * A response that does not read its body itself.
	 */
	private static final class Response extends AbstractServerHttpResponse {

		private Flux<? extends Publisher<? extends DataBuffer>> body = Flux.empty();

		Response() {
			super(DefaultDataBufferFactory.sharedInstance);
		}

		@Override
		public <T> T getNativeResponse() {
			throw new IllegalStateException();
		}

		@Override
		protected Mono<Void> writeWithInternal(Publisher<? extends DataBuffer> body) {
			throw new UnsupportedOperationException();
		}

		@Override
		protected Mono<Void> writeAndFlushWithInternal(Publisher<? extends Publisher<? extends DataBuffer>> body) {
			this.body = Flux.from(body);
			return Mono.empty();
		}

		@Override
		protected void applyStatusCode() {
		}

		@Override
		protected void applyHeaders() {
		}

		@Override
		protected void applyCookies() {
		}

	}

}
