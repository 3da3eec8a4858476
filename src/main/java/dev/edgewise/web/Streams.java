package dev.edgewise.web;

import dev.edgewise.session.LogReader;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseCookie;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.util.ClassUtils;
import org.springframework.util.CollectionUtils;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.ServerWebExchange;

/**
 * Answers with logs, by the writer that fits the server.
 */
final class Streams {

	private final StreamWriter any;

	private final StreamWriter channels;

	Streams(WebSettings settings, Scheduler timer) {
		StreamPulse pulse = new StreamPulse(timer, settings.heartbeat(), settings.stallTimeout());
		this.any = new FluxStreamWriter(pulse);
		this.channels = ClassUtils.isPresent("reactor.netty.http.server.HttpServerResponse",
				Streams.class.getClassLoader())
						? new ChannelStreamWriter(pulse, settings.sendBuffer(), settings.stallTimeout()) : this.any;
	}

	/**
	 * Makes the response of a reader, which is closed when the response has ended,
	 * however it ends.
	 */
	ServerResponse response(LogReader reader) {
		return new StreamResponse(reader);
	}

	private StreamWriter writer(ServerHttpResponse response) {
		Object server = server(response);
		return (server != null && ChannelStreamWriter.supports(server)) ? this.channels : this.any;
	}

	/**
	 * Whether the server itself has answered, as Reactor Netty does what it cannot
	 * decode.
	 */
	boolean isAnswered(ServerHttpResponse response) {
		Object server = server(response);
		return server != null && ChannelStreamWriter.isAnswered(server);
	}

	/**
	 * The response as the server has it; null if the server may not be Reactor Netty.
	 */
	private @Nullable Object server(ServerHttpResponse response) {
		if (this.channels == this.any) {
			return null;
		}
		try {
			return ServerHttpResponseDecorator.getNativeResponse(response);
		}
		catch (IllegalArgumentException | IllegalStateException ex) {
			return null;
		}
	}

	/**
	 * A response that streams. It has no headers of its own but sets them where they go
	 * out: what a builder makes would be held for as long as the stream is open.
	 */
	private final class StreamResponse implements ServerResponse {

		private final LogReader reader;

		StreamResponse(LogReader reader) {
			this.reader = reader;
		}

		@Override
		public HttpStatusCode statusCode() {
			return HttpStatus.OK;
		}

		@Override
		public HttpHeaders headers() {
			HttpHeaders headers = new HttpHeaders();
			EventStream.headers(headers);
			return HttpHeaders.readOnlyHttpHeaders(headers);
		}

		@Override
		public MultiValueMap<String, ResponseCookie> cookies() {
			return CollectionUtils.unmodifiableMultiValueMap(new LinkedMultiValueMap<>());
		}

		@Override
		public Mono<Void> writeTo(ServerWebExchange exchange, Context context) {
			ServerHttpResponse response = exchange.getResponse();
			response.setStatusCode(statusCode());
			EventStream.headers(response.getHeaders());
			return Mono.using(() -> this.reader, (open) -> writer(response).write(response, open), LogReader::close);
		}

	}

}
