package dev.edgewise.model;

import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.netty.channel.ChannelOperations;

import org.springframework.http.client.reactive.ClientHttpRequest;

/**
 * The connection of one request, which is cut when that is cancelled. To cancel a
 * response of WebClient does so as well, but for one moment: between the response's head
 * and the subscription to its body it reads the body to its end instead, of a model that
 * may go on for a minute.
 */
final class Line {

	private static final Logger logger = LoggerFactory.getLogger(Line.class);

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
			if (ChannelOperations.get(channel) == operations) {
				operations.discard();
				channel.close();
			}
			else {
				// It has ended, and left its connection to another one: what has come of
				// it is read, if nobody has, to be released.
				operations.receive().subscribe((buffer) -> {
				}, (ex) -> logger.trace("The response has been read", ex));
			}
		});
	}

}
