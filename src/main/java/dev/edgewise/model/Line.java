package dev.edgewise.model;

import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;
import reactor.netty.channel.ChannelOperations;

import org.springframework.http.client.reactive.ClientHttpRequest;

/**
 * The connection of one request, which is cut when that is cancelled. To cancel a
 * response of WebClient does so as well, but for one moment: between the response's head
 * and the subscription to its body it reads the body to its end instead, of a model that
 * may go on for a minute.
 */
final class Line {

	private volatile @Nullable ChannelOperations<?, ?> operations;

	private volatile boolean cut;

	/**
	 * Takes note of the connection that a request is sent by.
	 */
	void use(ClientHttpRequest request) {
		if (request.getNativeRequest() instanceof ChannelOperations<?, ?> operations) {
			this.operations = operations;
			// Each side writes before it reads, so one of them sees the other.
			if (this.cut) {
				close(operations);
			}
		}
	}

	/**
	 * Closes the connection, now or when there is one. Never blocks.
	 */
	void cut() {
		this.cut = true;
		ChannelOperations<?, ?> operations = this.operations;
		if (operations != null) {
			close(operations);
		}
	}

	private static void close(ChannelOperations<?, ?> operations) {
		Channel channel = operations.channel();
		channel.eventLoop().execute(() -> {
			// A response that has ended meanwhile has left its connection to another one.
			if (ChannelOperations.get(channel) == operations) {
				channel.close();
			}
		});
	}

}
