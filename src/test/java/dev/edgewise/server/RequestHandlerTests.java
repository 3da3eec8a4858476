package dev.edgewise.server;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RequestHandlerTests {

	private static final int TIMEOUT = 1_000;

	private final EmbeddedChannel channel = new EmbeddedChannel(new RequestHandler(2, Duration.ofMillis(TIMEOUT)));

	@BeforeEach
	void freeze() {
		this.channel.freezeTime();
	}

	@AfterEach
	void release() {
		this.channel.finishAndReleaseAll();
	}

	@Test
	void closesAConnectionOnWhichTooManyRequestsWait() {
		assertThat(ask()).isTrue();
		assertThat(ask()).isTrue();
		assertThat(ask()).isTrue();
		FullHttpRequest tooMany = request();
		this.channel.writeInbound(tooMany);
		assertThat(this.channel.isOpen()).isFalse();
		assertThat(tooMany.refCnt()).isZero();
		assertThat(this.channel.inboundMessages()).hasSize(3);
	}

	@Test
	void countsOnlyThoseThatAreNotAnswered() {
		for (int i = 0; i < 10; i++) {
			assertThat(ask()).isTrue();
			this.channel.writeOutbound(answer(HttpResponseStatus.OK));
		}
		for (int i = 0; i < 10; i++) {
			assertThat(ask()).isTrue();
			this.channel.writeOutbound(new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK),
					LastHttpContent.EMPTY_LAST_CONTENT);
		}
	}

	@Test
	void doesNotTakeThePromiseOfAnAnswerForOne() {
		for (int i = 0; i < 3; i++) {
			assertThat(ask()).isTrue();
			this.channel.writeOutbound(answer(HttpResponseStatus.CONTINUE));
		}
		assertThat(ask()).isFalse();
	}

	@Test
	void closesAConnectionWhoseRequestTakesTooLong() {
		this.channel.writeInbound(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/"));
		for (int i = 0; i < 9; i++) {
			pass(TIMEOUT / 10);
			this.channel.writeInbound(new DefaultHttpContent(Unpooled.copiedBuffer("x", StandardCharsets.US_ASCII)));
			assertThat(this.channel.isOpen()).isTrue();
		}
		pass(TIMEOUT / 10);
		assertThat(this.channel.isOpen()).isFalse();
	}

	@Test
	void givesEachRequestItsTime() {
		for (int i = 0; i < 3; i++) {
			this.channel.writeInbound(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/"));
			pass(TIMEOUT - 1);
			this.channel.writeInbound(LastHttpContent.EMPTY_LAST_CONTENT);
			// the answer may take what it takes
			pass(10 * TIMEOUT);
			this.channel.writeOutbound(answer(HttpResponseStatus.OK));
			assertThat(this.channel.isOpen()).isTrue();
		}
	}

	@Test
	void hasNoTimerForARequestThatComesAtOnce() {
		assertThat(ask()).isTrue();
		assertThat(this.channel.runScheduledPendingTasks()).isEqualTo(-1);
	}

	private void pass(int millis) {
		this.channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
		this.channel.runScheduledPendingTasks();
	}

	/**
	 * Sends a request and tells whether the connection is still open.
	 */
	private boolean ask() {
		this.channel.writeInbound(request());
		return this.channel.isOpen();
	}

	private static FullHttpRequest request() {
		return new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
	}

	private static DefaultFullHttpResponse answer(HttpResponseStatus status) {
		return new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status);
	}

}
