package dev.edgewise.functional;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;

import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Flux;

/**
 * Nodes under test.
 */
final class Nodes {

	private Nodes() {
	}

	/**
	 * Says {@code <name>1}, {@code <name>2} and so on, one in a hundred milliseconds.
	 */
	static Flux<String> counting(String name, int count) {
		return Flux.range(1, count).map((i) -> name + i).delayElements(Duration.ofMillis(100));
	}

	/**
	 * Never says anything, and never ends by itself.
	 */
	static <A, B> BiFunction<A, B, Flux<String>> silent() {
		return (event, generation) -> Flux.never();
	}

	/**
	 * A publisher whose cancel does not return before it is let go.
	 */
	static final class Stubborn implements Publisher<String> {

		final AtomicInteger cancels = new AtomicInteger();

		final CompletableFuture<String> cancelledOn = new CompletableFuture<>();

		private final CountDownLatch go = new CountDownLatch(1);

		private volatile Subscriber<? super String> subscriber;

		@Override
		public void subscribe(Subscriber<? super String> subscriber) {
			this.subscriber = subscriber;
			subscriber.onSubscribe(new Subscription() {
				@Override
				public void request(long count) {
				}

				@Override
				public void cancel() {
					Stubborn.this.cancels.incrementAndGet();
					Stubborn.this.cancelledOn.complete(Thread.currentThread().getName());
					try {
						Stubborn.this.go.await(30, TimeUnit.SECONDS);
					}
					catch (InterruptedException ex) {
						Thread.currentThread().interrupt();
					}
				}
			});
		}

		void say(String text) {
			this.subscriber.onNext(text);
		}

		void letGo() {
			this.go.countDown();
		}

	}

	/**
	 * A publisher that does not mind being cancelled.
	 */
	static final class Deaf implements Publisher<String> {

		private volatile Subscriber<? super String> subscriber;

		@Override
		public void subscribe(Subscriber<? super String> subscriber) {
			this.subscriber = subscriber;
			subscriber.onSubscribe(new Subscription() {
				@Override
				public void request(long count) {
				}

				@Override
				public void cancel() {
				}
			});
		}

		void say(String text) {
			this.subscriber.onNext(text);
		}

	}

}
