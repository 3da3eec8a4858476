package dev.edgewise.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.edgewise.session.LogReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpVersion;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.netty.http.server.HttpServerResponse;
import reactor.util.context.Context;

import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;

/**
 * Writes streams straight to the channels of Reactor Netty, on their event loops.
 * <p>
 * WebFlux commits the response with the prelude; when that is written, what the reader
 * has ready is taken into one small buffer and flushed, and the next batch is chosen only
 * when the channel's outbound buffer is empty again: until then an interruption may still
 * overtake everything that has not been taken. After each batch the loop looks after its
 * sockets and other streams, so that readers share it and events are heard. A publisher
 * of buffers would not do: operators and the server ask it for dozens of frames ahead.
 * <p>
 * What the kernel may hold besides is bounded where it can be: unsent bytes on the native
 * transport, else the send buffer. A client that has vanished acknowledges nothing, and
 * the kernel would go on sending for a quarter of an hour; on the native transport it
 * gives up after the time that a stream may stall. All are set on connections that
 * stream, and put back when the stream has ended.
 */
final class ChannelStreamWriter implements StreamWriter {

	private static final Log logger = LogFactory.getLog(ChannelStreamWriter.class);

	private static final int BATCH_FRAMES = 32;

	private static final int BATCH_BYTES = 4 << 10;

	/**
	 * The same constants as those of the native transports, which need not be there.
	 */
	private static final List<ChannelOption<Long>> UNSENT_LOW_WATER = List.of(
			ChannelOption.valueOf("io.netty.channel.epoll.EpollChannelOption#TCP_NOTSENT_LOWAT"),
			ChannelOption.valueOf("io.netty.channel.uring.IoUringChannelOption#TCP_NOTSENT_LOWAT"));

	private static final List<ChannelOption<Integer>> UNACKNOWLEDGED = List.of(
			ChannelOption.valueOf("io.netty.channel.epoll.EpollChannelOption#TCP_USER_TIMEOUT"),
			ChannelOption.valueOf("io.netty.channel.uring.IoUringChannelOption#TCP_USER_TIMEOUT"));

	private final StreamPulse pulse;

	private final int sendBuffer;

	private final int stallMillis;

	ChannelStreamWriter(StreamPulse pulse, int sendBuffer, Duration stallTimeout) {
		this.pulse = pulse;
		this.sendBuffer = sendBuffer;
		this.stallMillis = (int) stallTimeout.toMillis();
	}

	static boolean supports(Object server) {
		return server instanceof HttpServerResponse;
	}

	static boolean isAnswered(Object server) {
		return server instanceof HttpServerResponse response && response.hasSentHeaders();
	}

	@Override
	public Mono<Void> write(ServerHttpResponse response, LogReader reader) {
		HttpServerResponse server = ServerHttpResponseDecorator.getNativeResponse(response);
		if (HttpVersion.HTTP_1_0.equals(server.version())) {
			// it knows no chunks: the end of the connection is that of the stream
			server.chunkedTransfer(false);
		}
		return Mono.create((sink) -> response
			.writeAndFlushWith(Mono.just(Mono.fromSupplier(() -> response.bufferFactory().wrap(EventStream.prelude()))))
			.subscribe(new Prelude(server, reader, sink)));
	}

	/**
	 * Waits until the prelude has been written, then begins the stream. By then it has
	 * let go of the operators that wrote it, which a chain would hold.
	 */
	private final class Prelude extends BaseSubscriber<Void> {

		private final HttpServerResponse server;

		private final LogReader reader;

		private final MonoSink<Void> sink;

		Prelude(HttpServerResponse server, LogReader reader, MonoSink<Void> sink) {
			this.server = server;
			this.reader = reader;
			this.sink = sink;
		}

		@Override
		public Context currentContext() {
			return Context.of(this.sink.contextView());
		}

		@Override
		protected void hookOnSubscribe(Subscription subscription) {
			this.sink.onCancel(this);
			requestUnbounded();
		}

		@Override
		protected void hookOnComplete() {
			this.server
				.withConnection((connection) -> new Stream(connection.channel(), this.reader, this.sink).start());
		}

		@Override
		protected void hookOnError(Throwable error) {
			this.sink.error(error);
		}

	}

	/**
	 * One stream. All but the wake-ups happens on the channel's event loop.
	 */
	private final class Stream extends StreamPulse.Stream implements Runnable, ChannelFutureListener {

		private final Channel channel;

		private final LogReader reader;

		private final MonoSink<Void> sink;

		private final AtomicBoolean scheduled = new AtomicBoolean();

		private final List<Runnable> restore = new ArrayList<>(2);

		private @Nullable List<Runnable> written;

		/** Whether the reader had nothing more and will give a signal; the loop's. */
		private boolean dry;

		/** Whether a signal came while bytes were being written; the loop's. */
		private boolean signalled;

		private volatile boolean writing;

		private volatile boolean ended;

		private volatile long progress;

		Stream(Channel channel, LogReader reader, MonoSink<Void> sink) {
			this.channel = channel;
			this.reader = reader;
			this.sink = sink;
		}

		void start() {
			this.sink.onDispose(this::end);
			ChannelStreamWriter.this.pulse.add(this);
			if (this.ended) {
				// ended before it was added
				ChannelStreamWriter.this.pulse.remove(this);
				return;
			}
			execute(this::bound);
			this.reader.onReady(this::wake);
			wake();
		}

		private void end() {
			this.ended = true;
			ChannelStreamWriter.this.pulse.remove(this);
			execute(() -> {
				this.restore.forEach(Runnable::run);
				this.restore.clear();
			});
		}

		/**
		 * Bounds what the kernel may hold, and for how long.
		 */
		private void bound() {
			if (!setFirst(UNSENT_LOW_WATER, ChannelStreamWriter.this.sendBuffer / 4L)) {
				set(ChannelOption.SO_SNDBUF, ChannelStreamWriter.this.sendBuffer);
			}
			setFirst(UNACKNOWLEDGED, ChannelStreamWriter.this.stallMillis);
		}

		private <T> boolean setFirst(List<ChannelOption<T>> options, T value) {
			return options.stream().anyMatch((option) -> set(option, value));
		}

		/**
		 * Sets an option.
		 * @return whether the channel has it
		 */
		private <T> boolean set(ChannelOption<T> option, T value) {
			try {
				T before = this.channel.config().getOption(option);
				if (before != null && this.channel.config().setOption(option, value)) {
					this.restore.add(() -> restore(option, before));
					return true;
				}
			}
			catch (ChannelException ex) {
				// closed meanwhile
			}
			return false;
		}

		private <T> void restore(ChannelOption<T> option, T before) {
			try {
				this.channel.config().setOption(option, before);
			}
			catch (ChannelException ex) {
				// closed meanwhile
			}
		}

		private void wake() {
			if (!this.ended && this.scheduled.compareAndSet(false, true)) {
				execute(this);
			}
		}

		/**
		 * Goes on in the next round of the loop. A task that queues itself again would
		 * keep the loop from its sockets for up to a second: it polls them only when its
		 * queue is empty, and what is due is not put there before.
		 */
		private void proceed() {
			if (!this.ended && this.scheduled.compareAndSet(false, true)) {
				submit(() -> this.channel.eventLoop().schedule(this, 0, TimeUnit.NANOSECONDS));
			}
		}

		private void execute(Runnable task) {
			submit(() -> this.channel.eventLoop().execute(task));
		}

		private void submit(Runnable submission) {
			try {
				submission.run();
			}
			catch (RejectedExecutionException ex) {
				// the loop has gone, and the channel with it
			}
		}

		@Override
		public void run() {
			// first this, then the look at the log: what comes in between wakes again
			this.scheduled.set(false);
			if (this.writing || this.ended) {
				this.signalled = true;
				return;
			}
			this.signalled = false;
			try {
				ByteBuf batch = batch();
				if (batch != null) {
					flush(batch);
					this.reader.flush();
				}
				else if (this.reader.isComplete()) {
					this.sink.success();
				}
			}
			catch (RuntimeException ex) {
				logger.error("A stream was ended by an error", ex);
				this.channel.close();
			}
		}

		/**
		 * Takes what is ready, within the bounds of a batch.
		 */
		private @Nullable ByteBuf batch() {
			LogReader.Taken taken = take();
			if (taken == null) {
				return null;
			}
			ByteBuf batch = this.channel.alloc().ioBuffer(Math.max(BATCH_BYTES, taken.bytes().length));
			for (int frames = 1;; frames++) {
				batch.writeBytes(taken.bytes());
				if (taken.written() != null) {
					this.written = (this.written != null) ? this.written : new ArrayList<>(1);
					this.written.add(taken.written());
				}
				if (frames == BATCH_FRAMES || batch.readableBytes() >= BATCH_BYTES) {
					return batch;
				}
				taken = take();
				if (taken == null) {
					return batch;
				}
			}
		}

		private LogReader.@Nullable Taken take() {
			LogReader.Taken taken = this.reader.take();
			this.dry = taken == null && !this.reader.isComplete();
			return taken;
		}

		private void flush(ByteBuf bytes) {
			this.writing = true;
			ChannelFuture flushed;
			if (this.channel instanceof SocketChannel) {
				// chunked encoding would combine three promises; an empty write behind
				// has one
				this.channel.write(bytes, this.channel.voidPromise());
				flushed = this.channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
			}
			else {
				// on a stream of HTTP/2 an empty write would be a frame
				flushed = this.channel.writeAndFlush(bytes);
			}
			flushed.addListener(this);
		}

		@Override
		public void operationComplete(ChannelFuture flushed) {
			this.writing = false;
			this.progress++;
			List<Runnable> written = this.written;
			this.written = null;
			if (!flushed.isSuccess()) {
				this.channel.close();
				return;
			}
			if (written != null) {
				written.forEach(Runnable::run);
			}
			if (!this.dry || this.signalled) {
				proceed();
			}
		}

		@Override
		long progress() {
			return this.progress;
		}

		@Override
		boolean isBlocked() {
			return this.writing;
		}

		@Override
		void heartbeat() {
			execute(() -> {
				if (!this.writing && !this.ended) {
					flush(Unpooled.wrappedBuffer(EventStream.heartbeat()));
				}
			});
		}

		@Override
		void stalled() {
			execute(this.channel::close);
		}

	}

}
