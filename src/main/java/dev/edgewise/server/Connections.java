package dev.edgewise.server;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import dev.edgewise.web.WebSettings;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;
import reactor.netty.ConnectionObserver;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;

import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.stereotype.Component;

/**
 * Bounds what the service's connections may cost: how many there are, how many requests
 * wait on one, how long a request's body may take, and how long a client may take nothing
 * of an answer.
 */
@Component
final class Connections implements NettyServerCustomizer {

	private final int max;

	private final int pipelined;

	private final Duration requestTimeout;

	private final Duration stallTimeout;

	private final AtomicInteger open = new AtomicInteger();

	Connections(ConnectionProperties properties, WebSettings settings) {
		this.max = properties.max();
		this.pipelined = properties.pipelined();
		this.requestTimeout = properties.requestTimeout();
		this.stallTimeout = settings.stallTimeout();
	}

	@Override
	public HttpServer apply(HttpServer server) {
		return server.doOnChannelInit(this::opened);
	}

	private void opened(ConnectionObserver observer, Channel channel, @Nullable SocketAddress remote) {
		channel.closeFuture().addListener((closed) -> this.open.decrementAndGet());
		if (this.open.incrementAndGet() > this.max) {
			channel.close();
			return;
		}
		channel.pipeline().addFirst(new StallHandler(this.stallTimeout));
		// HTTP/2, if it is enabled, has bounds of its own
		if (channel.pipeline().get(NettyPipeline.HttpCodec) != null) {
			channel.pipeline()
				.addAfter(NettyPipeline.HttpCodec, null, new RequestHandler(this.pipelined, this.requestTimeout));
		}
	}

}
