package dev.edgewise.server;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection on which a request takes too long to come, or too many wait for the
 * answer before theirs: the server queues what comes in one read, and serves it in tasks
 * that follow one another, which keeps the event loop from its other connections. All of
 * it happens there.
 */
final class RequestHandler extends ChannelDuplexHandler {

	private final int maxWaiting;

	private final long timeout;

	/** Requests that have come, at least in part, and are not answered in full. */
	private int unanswered;

	/** Whether the end of a request is still to come. */
	private boolean receiving;

	private boolean informs;

	private boolean closed;

	private @Nullable Future<?> deadline;

	/**
	 * Creates the handler of one channel.
	 * @param maxWaiting how many requests may wait behind the one that is answered
	 * @param timeout how long a request may take from its headers to its end
	 */
	RequestHandler(int maxWaiting, Duration timeout) {
		this.maxWaiting = maxWaiting;
		this.timeout = timeout.toMillis();
	}

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		if (!this.closed && message instanceof HttpRequest) {
			this.receiving = true;
			if (++this.unanswered > this.maxWaiting + 1) {
				close(context);
			}
		}
		if (message instanceof LastHttpContent) {
			this.receiving = false;
			forget();
		}
		if (this.closed) {
			ReferenceCountUtil.release(message);
		}
		else {
			context.fireChannelRead(message);
		}
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext context) {
		// most requests come in one read and need no timer
		if (this.receiving && this.deadline == null && !this.closed) {
			this.deadline = context.executor().schedule(() -> close(context), this.timeout, TimeUnit.MILLISECONDS);
		}
		context.fireChannelReadComplete();
	}

	@Override
	public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
		if (message instanceof HttpResponse response) {
			this.informs = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
		}
		if (message instanceof LastHttpContent && !this.informs && this.unanswered > 0) {
			this.unanswered--;
		}
		context.write(message, promise);
	}

	private void close(ChannelHandlerContext context) {
		this.closed = true;
		context.close();
	}

	private void forget() {
		if (this.deadline != null) {
			this.deadline.cancel(false);
			this.deadline = null;
		}
	}

	@Override
	public void handlerRemoved(ChannelHandlerContext context) {
		forget();
	}

}
