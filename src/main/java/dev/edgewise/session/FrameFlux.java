package dev.edgewise.session;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

import dev.edgewise.Frame;
import dev.edgewise.session.LogReader.Taken;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;

/**
 * A reader as a Flux: takes a frame when it is requested, not before. Subscribers are
 * called on a thread of the parallel scheduler, so that a slow one keeps no writer.
 */
final class FrameFlux extends Flux<Frame> {

	private static final Logger logger = LoggerFactory.getLogger(FrameFlux.class);

	private final Supplier<LogReader> readers;

	private final Scheduler scheduler;

	private final UnaryOperator<Throwable> loggable;

	FrameFlux(Supplier<LogReader> readers, Scheduler scheduler, UnaryOperator<Throwable> loggable) {
		this.readers = readers;
		this.scheduler = scheduler;
		this.loggable = loggable;
	}

	@Override
	public void subscribe(CoreSubscriber<? super Frame> actual) {
		LogReader reader;
		try {
			reader = this.readers.get();
		}
		catch (RuntimeException ex) {
			Operators.error(actual, ex);
			return;
		}
		Reading reading = new Reading(actual, reader, this.scheduler.createWorker(), this.loggable);
		reader.onReady(reading::wake);
		actual.onSubscribe(reading);
		reading.wake();
	}

	private static final class Reading implements Subscription {

		private final CoreSubscriber<? super Frame> actual;

		private final LogReader reader;

		private final Scheduler.Worker worker;

		private final UnaryOperator<Throwable> loggable;

		private final AtomicInteger wakes = new AtomicInteger();

		private final AtomicLong requested = new AtomicLong();

		private volatile boolean cancelled;

		Reading(CoreSubscriber<? super Frame> actual, LogReader reader, Scheduler.Worker worker,
				UnaryOperator<Throwable> loggable) {
			this.actual = actual;
			this.reader = reader;
			this.worker = worker;
			this.loggable = loggable;
		}

		@Override
		public void request(long count) {
			if (Operators.validate(count)) {
				this.requested.accumulateAndGet(count, Operators::addCap);
				wake();
			}
		}

		@Override
		public void cancel() {
			this.cancelled = true;
			this.reader.close();
			this.worker.dispose();
		}

		void wake() {
			if (!this.cancelled && this.wakes.getAndIncrement() == 0) {
				try {
					this.worker.schedule(this::drain);
				}
				catch (RejectedExecutionException ex) {
					this.reader.close();
				}
			}
		}

		private void drain() {
			int missed = this.wakes.get();
			while (missed != 0) {
				boolean any = false;
				while (!this.cancelled && this.requested.get() > 0) {
					Taken taken = this.reader.take();
					if (taken == null) {
						break;
					}
					any = true;
					this.requested.accumulateAndGet(1, (now, one) -> (now == Long.MAX_VALUE) ? now : now - one);
					try {
						this.actual.onNext(taken.frame());
					}
					catch (Throwable ex) {
						cancel();
						logger.warn("A reader failed", this.loggable.apply(ex));
						return;
					}
					wrote(taken.written());
				}
				if (any) {
					this.reader.flush();
				}
				if (!this.cancelled && this.reader.isComplete()) {
					cancel();
					this.actual.onComplete();
					return;
				}
				missed = this.wakes.addAndGet(-missed);
			}
		}

		private static void wrote(@Nullable Runnable written) {
			if (written != null) {
				written.run();
			}
		}

	}

}
