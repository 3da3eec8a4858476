package dev.edgewise.server;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection whose client has taken nothing for too long of what was written for
 * it. Streams have a watch of their own; this one is for answers, which may be large and
 * are held until the client has them. It has a timer only while something is left behind
 * by a flush, which is rare. All of it happens on the channel's event loop.
 */
final class StallHandler extends ChannelOutboundHandlerAdapter {

	private final long timeout;

	private @Nullable Future<?> check;

	private long writes;

	/**
	 * How many writes had been taken whole at the last look, and how much of the next.
	 */
	private long taken;

	private long begun;

	/**
	 * Creates the handler of one channel.
	 * @param timeout how long nothing may be taken
	 */
	StallHandler(Duration timeout) {
		this.timeout = timeout.toMillis();
	}

	@Override
	public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
		this.writes++;
		context.write(message, promise);
	}

	@Override
	public void flush(ChannelHandlerContext context) {
		context.flush();
		if (this.check == null && left(context) > 0) {
			moved(context);
			schedule(context);
		}
	}

	private void schedule(ChannelHandlerContext context) {
		this.check = context.executor().schedule(() -> check(context), this.timeout, TimeUnit.MILLISECONDS);
	}

	private void check(ChannelHandlerContext context) {
		this.check = null;
		if (left(context) == 0) {
			return;
		}
		if (moved(context)) {
			schedule(context);
		}
		else {
			context.close();
		}
	}

	private static int left(ChannelHandlerContext context) {
		ChannelOutboundBuffer buffer = context.channel().unsafe().outboundBuffer();
		return (buffer != null) ? buffer.size() : 0;
	}

	private boolean moved(ChannelHandlerContext context) {
		ChannelOutboundBuffer buffer = context.channel().unsafe().outboundBuffer();
		long taken = this.writes - left(context);
		long begun = (buffer != null) ? buffer.currentProgress() : 0;
		boolean moved = taken != this.taken || begun != this.begun;
		this.taken = taken;
		this.begun = begun;
		return moved;
	}

	@Override
	public void handlerRemoved(ChannelHandlerContext context) {
		if (this.check != null) {
			this.check.cancel(false);
			this.check = null;
		}
	}

}
