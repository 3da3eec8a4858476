package dev.edgewise.model;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.publisher.TestPublisher;
import reactor.test.scheduler.VirtualTimeScheduler;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The watchdog of a response, in virtual time.
 */
class WatchedTests {

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final TestPublisher<String> chunks = TestPublisher.create();

	private final AtomicBoolean whole = new AtomicBoolean();

	private final TestSubscriber<String> reader = TestSubscriber.builder().initialRequest(0).build();

	private void watch() {
		new Watched(this.chunks.flux(), Duration.ofSeconds(30), Duration.ofSeconds(10), this.whole::get, this.time)
			.subscribe(this.reader);
	}

	@Test
	void failsWhatDoesNotBeginInTime() {
		watch();
		this.reader.request(1);
		this.time.advanceTimeBy(Duration.ofMillis(29_999));
		assertThat(this.reader.isTerminated()).isFalse();
		this.time.advanceTimeBy(Duration.ofMillis(1));
		assertFailedWith("model-timeout");
	}

	@Test
	void failsWhatDoesNotGoOnInTime() {
		watch();
		this.reader.request(Long.MAX_VALUE);
		for (int i = 0; i < 10; i++) {
			this.time.advanceTimeBy(Duration.ofMillis(9_999));
			this.chunks.next("chunk");
		}
		this.time.advanceTimeBy(Duration.ofMillis(10_000));
		assertFailedWith("model-stalled");
		assertThat(this.reader.getReceivedOnNext()).hasSize(10);
	}

	@Test
	void doesNotTakeAReaderThatWaitsForAModelThatDoes() {
		watch();
		this.reader.request(1);
		this.chunks.next("chunk");
		this.time.advanceTimeBy(Duration.ofHours(1));
		assertThat(this.reader.isTerminated()).isFalse();
		this.reader.request(1);
		this.time.advanceTimeBy(Duration.ofMillis(9_999));
		assertThat(this.reader.isTerminated()).isFalse();
		this.time.advanceTimeBy(Duration.ofMillis(10_000));
		assertFailedWith("model-stalled");
	}

	@Test
	void takesWhatIsFinishedForWholeWhenNothingElseComes() {
		watch();
		this.reader.request(5);
		this.chunks.next("chunk");
		this.whole.set(true);
		this.time.advanceTimeBy(Duration.ofSeconds(10));
		assertThat(this.reader.isTerminatedComplete()).isTrue();
		this.chunks.assertCancelled();
	}

	@Test
	void endsSoonAfterTheLastChunkWhetherTheResponseDoesOrNot() {
		watch();
		this.reader.request(5);
		this.chunks.next(Watched.DONE);
		this.chunks.next("behind it");
		assertThat(this.reader.isTerminated()).isFalse();
		this.chunks.assertNotCancelled();
		this.time.advanceTimeBy(Duration.ofMillis(100));
		assertThat(this.reader.isTerminatedComplete()).isTrue();
		assertThat(this.reader.getReceivedOnNext()).containsExactly(Watched.DONE);
		this.chunks.assertCancelled();
	}

	@Test
	void leavesAResponseThatEndsItsConnection() {
		watch();
		this.reader.request(5);
		this.chunks.next(Watched.DONE).complete();
		assertThat(this.reader.isTerminatedComplete()).isTrue();
		this.chunks.assertWasNotCancelled();
		assertNothingElseHappens();
	}

	@Test
	void cancelsOnceAndForgetsItsAlarm() {
		AtomicInteger cancels = new AtomicInteger();
		Flux<String> source = this.chunks.flux().doOnCancel(cancels::incrementAndGet);
		new Watched(source, Duration.ofSeconds(30), Duration.ofSeconds(10), this.whole::get, this.time)
			.subscribe(this.reader);
		this.reader.request(1);
		this.reader.cancel();
		this.reader.cancel();
		assertThat(cancels).hasValue(1);
		assertNothingElseHappens();
	}

	private void assertFailedWith(String code) {
		assertThat(this.reader.expectTerminalError()).isInstanceOfSatisfying(ModelException.class,
				(failure) -> assertThat(failure.code()).isEqualTo(code));
		this.chunks.assertCancelled();
		assertNothingElseHappens();
	}

	private void assertNothingElseHappens() {
		this.time.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(this.reader.getProtocolErrors()).isEmpty();
	}

}
