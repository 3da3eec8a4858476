package dev.edgewise.benchmark;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/**
 * Speaks for all agents, each at its own pace, on few threads and with little garbage, so
 * that what is measured is the way of the words and not their making. An item is its
 * number and the time when it was said, by the clock that the JVMs of one machine share.
 */
final class Pacer {

	private static final int THREADS = 2;

	/** Paces divide it, in milliseconds. */
	private static final int ROUND = 20;

	private static final long TICK = 1_000_000;

	private final List<Wheel> wheels = IntStream.range(0, THREADS).mapToObj((i) -> new Wheel()).toList();

	private final AtomicInteger voices = new AtomicInteger();

	private final LongAdder said = new LongAdder();

	Pacer() {
		for (Wheel wheel : this.wheels) {
			Thread thread = new Thread(wheel, "pacer");
			thread.setDaemon(true);
			thread.start();
		}
	}

	/**
	 * What an agent says, who holds back while nothing is requested.
	 * @param every milliseconds between two items, a divisor of 20, or 0 for an agent
	 * that is always ready
	 */
	Flux<String> items(int every) {
		if (every == 0) {
			return Flux.generate(() -> 0, (index, sink) -> {
				sink.next(item(index));
				return index + 1;
			});
		}
		return Flux.push((sink) -> {
			int number = this.voices.getAndIncrement();
			Voice voice = new Voice(sink);
			List<List<Voice>> slots = this.wheels.get(number % THREADS).slots(number / THREADS, every);
			slots.forEach((slot) -> slot.add(voice));
			sink.onDispose(() -> slots.forEach((slot) -> slot.remove(voice)));
		}, FluxSink.OverflowStrategy.DROP);
	}

	/**
	 * How many items have been said.
	 */
	long said() {
		return this.said.sum();
	}

	private String item(int index) {
		this.said.increment();
		return index + " " + System.nanoTime() + " ";
	}

	/**
	 * An agent that speaks.
	 */
	private final class Voice {

		private final FluxSink<String> sink;

		private int index;

		Voice(FluxSink<String> sink) {
			this.sink = sink;
		}

		void speak() {
			if (this.sink.requestedFromDownstream() > 0) {
				this.sink.next(item(this.index++));
			}
		}

	}

	/**
	 * A thread that has agents speak, some of them at each millisecond.
	 */
	private static final class Wheel implements Runnable {

		private final List<List<Voice>> slots = IntStream.range(0, ROUND)
			.<List<Voice>>mapToObj((i) -> new CopyOnWriteArrayList<>())
			.toList();

		List<List<Voice>> slots(int first, int every) {
			return IntStream.range(0, ROUND / every)
				.mapToObj((i) -> this.slots.get((first + i * every) % ROUND))
				.toList();
		}

		@Override
		public void run() {
			long next = System.nanoTime();
			for (int slot = 0;; slot = (slot + 1) % ROUND) {
				this.slots.get(slot).forEach(Voice::speak);
				next += TICK;
				for (long left = next - System.nanoTime(); left > 0; left = next - System.nanoTime()) {
					LockSupport.parkNanos(left);
				}
			}
		}

	}

}
