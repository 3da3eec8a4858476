package dev.edgewise.model;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.Context;

/**
 * The chunks of one response, watched: it must begin in time, and go on in time. Only
 * time in which it was asked for a chunk counts, so a reader that takes nothing for a
 * while, or a generation that stands still, is not taken for a model that does. (Flux's
 * own {@code timeout} counts all time.)
 * <p>
 * Ends soon after the last chunk, {@code [DONE]}, whether the response does or not. To
 * cancel it there would cost the connection, which can be used again.
 */
final class Watched extends FluxOperator<String, String> {

	static final String DONE = "[DONE]";

	/** How long a response that is done may take to end. */
	private static final Duration LINGER = Duration.ofMillis(100);

	private final Duration first;

	private final Duration next;

	private final BooleanSupplier whole;

	private final Scheduler timer;

	/**
	 * Watches a response.
	 * @param source its chunks
	 * @param first how long the first one may take
	 * @param next how long any other may take
	 * @param whole whether nothing is missing if no other comes
	 * @param timer the clock
	 */
	Watched(Flux<String> source, Duration first, Duration next, BooleanSupplier whole, Scheduler timer) {
		super(source);
		this.first = first;
		this.next = next;
		this.whole = whole;
		this.timer = timer;
	}

	@Override
	public void subscribe(CoreSubscriber<? super String> actual) {
		// The timer signals beside the source.
		this.source.subscribe(new Watch(Operators.serialize(actual)));
	}

	private final class Watch implements CoreSubscriber<String>, Subscription {

		private final CoreSubscriber<? super String> actual;

		private final AtomicReference<@Nullable Subscription> upstream = new AtomicReference<>();

		private final Disposable.Swap alarm = Disposables.swap();

		private final AtomicBoolean over = new AtomicBoolean();

		/** Chunks it has been asked for and has not given. Guarded by this. */
		private long owed;

		/** Since when it owes what it owes. Guarded by this. */
		private long since;

		private volatile boolean begun;

		private volatile boolean done;

		Watch(CoreSubscriber<? super String> actual) {
			this.actual = actual;
		}

		@Override
		public Context currentContext() {
			return this.actual.currentContext();
		}

		@Override
		public void onSubscribe(Subscription subscription) {
			if (!this.upstream.compareAndSet(null, subscription)) {
				subscription.cancel();
				return;
			}
			this.actual.onSubscribe(this);
			watch(limit());
		}

		@Override
		public void request(long n) {
			synchronized (this) {
				if (this.owed == 0) {
					this.since = now();
				}
				this.owed = Operators.addCap(this.owed, n);
			}
			Subscription subscription = this.upstream.get();
			if (subscription != null) {
				subscription.request(n);
			}
		}

		@Override
		public void cancel() {
			if (this.over.compareAndSet(false, true)) {
				this.alarm.dispose();
				cancelUpstream();
			}
		}

		private void cancelUpstream() {
			Subscription subscription = this.upstream.get();
			if (subscription != null) {
				subscription.cancel();
			}
		}

		@Override
		public void onNext(String chunk) {
			if (this.done || this.over.get()) {
				return;
			}
			synchronized (this) {
				this.owed = (this.owed == Long.MAX_VALUE) ? this.owed : this.owed - 1;
				this.since = now();
			}
			if (!this.begun) {
				this.begun = true;
				watch(Watched.this.next);
			}
			if (chunk.equals(DONE)) {
				this.done = true;
			}
			this.actual.onNext(chunk);
			if (this.done) {
				// Nothing else is wanted, but that the response ends.
				Subscription subscription = this.upstream.get();
				if (subscription != null) {
					subscription.request(Long.MAX_VALUE);
				}
				watch(LINGER);
			}
		}

		@Override
		public void onError(Throwable failure) {
			if (end()) {
				if (this.done) {
					this.actual.onComplete();
				}
				else {
					this.actual.onError(failure);
				}
			}
		}

		@Override
		public void onComplete() {
			if (end()) {
				this.actual.onComplete();
			}
		}

		private boolean end() {
			this.alarm.dispose();
			return this.over.compareAndSet(false, true);
		}

		private Duration limit() {
			return this.done ? LINGER : this.begun ? Watched.this.next : Watched.this.first;
		}

		private synchronized void watch(Duration wait) {
			// The look that is under way when the last chunk comes must not wait for
			// long.
			Duration delay = this.done ? LINGER : wait;
			this.alarm.update(Watched.this.timer.schedule(this::look, delay.toNanos(), TimeUnit.NANOSECONDS));
		}

		private void look() {
			Duration limit = limit();
			Duration left = this.done ? Duration.ZERO : limit.minus(waited());
			if (left.compareTo(Duration.ZERO) > 0) {
				watch(left);
			}
			else if (this.over.compareAndSet(false, true)) {
				cancelUpstream();
				if (this.done || Watched.this.whole.getAsBoolean()) {
					this.actual.onComplete();
				}
				else {
					this.actual.onError(this.begun
							? new ModelException("model-stalled", "The model has said nothing for " + text(limit))
							: new ModelException("model-timeout", "The model has not answered within " + text(limit)));
				}
			}
		}

		private synchronized Duration waited() {
			return (this.owed == 0) ? Duration.ZERO : Duration.ofNanos(now() - this.since);
		}

		private long now() {
			return Watched.this.timer.now(TimeUnit.NANOSECONDS);
		}

		private static String text(Duration duration) {
			return duration.toMillis() + " ms";
		}

	}

}
