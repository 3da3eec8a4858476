package dev.edgewise.web;

import java.util.concurrent.atomic.AtomicInteger;

import dev.edgewise.session.LogReader;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.http.server.reactive.ServerHttpResponse;

/**
 * Writes streams on any server, a frame at a time as the server asks for it. How late
 * that is, is the server's.
 */
final class FluxStreamWriter implements StreamWriter {

	private static final Log logger = LogFactory.getLog(FluxStreamWriter.class);

	private final StreamPulse pulse;

	FluxStreamWriter(StreamPulse pulse) {
		this.pulse = pulse;
	}

	@Override
	public Mono<Void> write(ServerHttpResponse response, LogReader reader) {
		DataBufferFactory buffers = response.bufferFactory();
		Flux<byte[]> frames = Flux.create((sink) -> new Stream(reader, sink).start(), FluxSink.OverflowStrategy.ERROR);
		Flux<Publisher<DataBuffer>> body = frames.map((bytes) -> Mono.fromSupplier(() -> buffers.wrap(bytes)));
		return response.writeAndFlushWith(body);
	}

	/**
	 * One stream. Whoever brings news or demand drains it, one thread at a time.
	 */
	private final class Stream extends StreamPulse.Stream {

		private final LogReader reader;

		private final FluxSink<byte[]> sink;

		private final AtomicInteger work = new AtomicInteger();

		private boolean begun;

		private volatile boolean beat;

		private volatile long progress;

		Stream(LogReader reader, FluxSink<byte[]> sink) {
			this.reader = reader;
			this.sink = sink;
		}

		void start() {
			FluxStreamWriter.this.pulse.add(this);
			this.sink.onDispose(() -> FluxStreamWriter.this.pulse.remove(this));
			this.sink.onRequest((demand) -> drain());
			this.reader.onReady(this::drain);
			drain();
		}

		private void drain() {
			if (this.work.getAndIncrement() != 0) {
				return;
			}
			int missed = 1;
			do {
				try {
					work();
				}
				catch (RuntimeException ex) {
					logger.error("A stream was ended by an error", ex);
					this.sink.error(ex);
				}
				missed = this.work.addAndGet(-missed);
			}
			while (missed != 0);
		}

		private void work() {
			boolean taken = false;
			while (!this.sink.isCancelled() && this.sink.requestedFromDownstream() > 0) {
				byte[] bytes = next();
				if (bytes == null) {
					break;
				}
				taken = true;
			}
			if (taken) {
				this.reader.flush();
			}
			if (this.begun && this.reader.isComplete()) {
				this.sink.complete();
			}
		}

		private byte @Nullable [] next() {
			if (!this.begun) {
				this.begun = true;
				return emit(EventStream.prelude());
			}
			LogReader.Taken taken = this.reader.take();
			if (taken != null) {
				emit(taken.bytes());
				if (taken.written() != null) {
					taken.written().run();
				}
				return taken.bytes();
			}
			if (this.beat) {
				this.beat = false;
				return emit(EventStream.heartbeat());
			}
			return null;
		}

		private byte[] emit(byte[] bytes) {
			this.progress++;
			this.sink.next(bytes);
			return bytes;
		}

		@Override
		long progress() {
			return this.progress;
		}

		@Override
		boolean isBlocked() {
			return this.sink.requestedFromDownstream() == 0;
		}

		@Override
		void heartbeat() {
			this.beat = true;
			drain();
		}

		@Override
		void stalled() {
			this.sink.complete();
		}

	}

}
