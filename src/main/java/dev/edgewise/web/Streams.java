package dev.edgewise.web;

import dev.edgewise.session.LogReader;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.util.ClassUtils;
import org.springframework.web.reactive.function.server.ServerResponse;

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
				Streams.class.getClassLoader()) ? new ChannelStreamWriter(pulse, settings.sendBuffer()) : this.any;
	}

	/**
	 * Makes the response of a reader, which is closed when the response has ended,
	 * however it ends.
	 */
	Mono<ServerResponse> response(LogReader reader) {
		return ServerResponse.ok()
			.headers(EventStream::headers)
			.body((response, context) -> Mono.using(() -> reader, (open) -> writer(response).write(response, open),
					LogReader::close));
	}

	private StreamWriter writer(ServerHttpResponse response) {
		if (this.channels == this.any) {
			return this.any;
		}
		try {
			Object server = ServerHttpResponseDecorator.getNativeResponse(response);
			return ChannelStreamWriter.supports(server) ? this.channels : this.any;
		}
		catch (IllegalArgumentException | IllegalStateException ex) {
			return this.any;
		}
	}

}
