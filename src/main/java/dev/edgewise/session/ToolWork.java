package dev.edgewise.session;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import dev.edgewise.session.Surroundings.Enclosure;
import dev.edgewise.session.Surroundings.Scope;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * What a tool does: user code, which runs on the thread that suits its form, and says
 * once what came of it. It may be cancelled, and say so all the same.
 */
abstract sealed class ToolWork {

	private static final Logger logger = LoggerFactory.getLogger(ToolWork.class);

	private final AtomicBoolean over = new AtomicBoolean();

	private volatile @Nullable End end;

	/**
	 * Has it begun. The writer's.
	 * @param engine whose threads it takes
	 * @param around what is around the generation that asks for it
	 * @param end told once, on any thread, what came of it
	 * @return false if it needs a thread that may block and all of them are held
	 */
	boolean start(Engine engine, Enclosure around, End end) {
		this.end = end;
		return start(engine, around);
	}

	abstract boolean start(Engine engine, Enclosure around);

	/**
	 * Cancels it, where that may block.
	 */
	abstract void cancel();

	void returned(@Nullable Object value) {
		over((told) -> told.returned(value));
	}

	void failed(Throwable failure) {
		over((told) -> told.failed(failure));
	}

	private void over(Consumer<End> what) {
		End told = this.end;
		if (told != null && this.over.compareAndSet(false, true)) {
			this.end = null;
			what.accept(told);
		}
	}

	static ToolWork of(Publisher<?> publisher) {
		return new Published(publisher);
	}

	static ToolWork of(Callable<?> callable) {
		return new Called(callable);
	}

	/**
	 * Who wants to know what came of it.
	 */
	interface End {

		/** It has returned something, or nothing. */
		void returned(@Nullable Object value);

		/** It has failed. */
		void failed(Throwable failure);

	}

	/**
	 * Work that is subscribed; its last item is what it returns.
	 */
	private static final class Published extends ToolWork implements CoreSubscriber<Object> {

		private final AtomicReference<@Nullable Subscription> upstream = new AtomicReference<>();

		private volatile @Nullable Engine engine;

		private volatile Enclosure around = Enclosure.NONE;

		private @Nullable Publisher<?> publisher;

		/** The publisher's signals come one after the other. */
		private @Nullable Object last;

		Published(Publisher<?> publisher) {
			this.publisher = Objects.requireNonNull(publisher, "work");
		}

		@Override
		boolean start(Engine engine, Enclosure around) {
			this.around = around;
			this.engine = engine;
			engine.schedulers().parallel().schedule(() -> around.run(this::subscribe));
			return true;
		}

		@Override
		public Context currentContext() {
			return this.around.context();
		}

		private void subscribe() {
			Publisher<?> work = this.publisher;
			this.publisher = null;
			if (work != null && this.upstream.get() == null) {
				try {
					Execution.subscribe(work, this);
				}
				catch (Throwable ex) {
					failed(ex);
				}
			}
		}

		@Override
		public void onSubscribe(Subscription subscription) {
			Engine known = this.engine;
			if (this.upstream.compareAndSet(null, subscription)) {
				subscription.request(Long.MAX_VALUE);
			}
			else if (known != null) {
				// Cancelled meanwhile, or one too many.
				known.schedulers().control().schedule(() -> cancelNow(subscription));
			}
		}

		@Override
		public void onNext(Object item) {
			this.last = item;
		}

		@Override
		public void onError(Throwable failure) {
			failed(Exceptions.unwrap(failure));
		}

		@Override
		public void onComplete() {
			returned(this.last);
		}

		@Override
		void cancel() {
			Subscription subscription = this.upstream.getAndSet(Operators.cancelledSubscription());
			if (subscription != null) {
				cancelNow(subscription);
			}
		}

		private void cancelNow(Subscription subscription) {
			this.around.run(() -> {
				try {
					subscription.cancel();
				}
				catch (Throwable ex) {
					Engine known = this.engine;
					logger.warn("Cancelling a tool failed", (known != null) ? known.loggable(ex) : ex);
				}
			});
		}

	}

	/**
	 * Work that is called where it may block.
	 */
	private static final class Called extends ToolWork {

		private static final int BEFORE = 0;

		private static final int ON_THREAD = 1;

		private static final int INTERRUPTING = 2;

		private static final int INTERRUPTED = 3;

		private static final int OVER = 4;

		private final AtomicInteger place = new AtomicInteger(BEFORE);

		private volatile @Nullable Callable<?> callable;

		private volatile @Nullable Thread thread;

		Called(Callable<?> callable) {
			this.callable = Objects.requireNonNull(callable, "work");
		}

		@Override
		boolean start(Engine engine, Enclosure around) {
			if (!engine.holdThread(true)) {
				return false;
			}
			try {
				engine.schedulers().blocking().schedule(() -> run(engine, around));
			}
			catch (RejectedExecutionException ex) {
				engine.releaseThread();
				return false;
			}
			return true;
		}

		private void run(Engine engine, Enclosure around) {
			Callable<?> work = this.callable;
			this.callable = null;
			this.thread = Thread.currentThread();
			if (work == null || !this.place.compareAndSet(BEFORE, ON_THREAD)) {
				engine.releaseThread();
				return;
			}
			Object value = null;
			Throwable failure = null;
			Scope scope = around.enter();
			try {
				value = work.call();
			}
			catch (Throwable ex) {
				failure = ex;
			}
			finally {
				scope.close();
			}
			leaveThread();
			this.thread = null;
			engine.releaseThread();
			if (failure != null) {
				failed(failure);
			}
			else {
				returned(value);
			}
		}

		/**
		 * Makes sure that no interrupt reaches the thread any more once it goes on to
		 * other work.
		 */
		private void leaveThread() {
			while (true) {
				int at = this.place.get();
				if (at != INTERRUPTING && this.place.compareAndSet(at, OVER)) {
					if (at == INTERRUPTED) {
						Thread.interrupted();
					}
					return;
				}
				Thread.onSpinWait();
			}
		}

		@Override
		void cancel() {
			if (this.place.compareAndSet(BEFORE, OVER)) {
				this.callable = null;
			}
			else if (this.place.compareAndSet(ON_THREAD, INTERRUPTING)) {
				Thread blocked = this.thread;
				if (blocked != null) {
					blocked.interrupt();
				}
				this.place.set(INTERRUPTED);
			}
		}

	}

}
