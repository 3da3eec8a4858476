package dev.edgewise.test;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;

import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/**
 * A scheduler whose time passes only as fast as its tasks are done, on the thread that
 * calls {@link #runUntil}. Tasks that are due at the same time are done by rank, then in
 * the order in which they came. Not safe from several threads.
 */
final class VirtualTime implements Scheduler {

	/** What is to be done at once goes before what was to be done by now. */
	private static final long AT_ONCE = -1;

	private static final long TIMERS = 0;

	private final PriorityQueue<Task> tasks = new PriorityQueue<>(
			Comparator.comparingLong(Task::dueNanos).thenComparingLong(Task::rank).thenComparingLong(Task::number));

	private long nanos;

	private long count;

	VirtualTime(long startMillis) {
		this.nanos = TimeUnit.MILLISECONDS.toNanos(startMillis);
	}

	/**
	 * Does all that is due up to a time, which is then the time.
	 */
	void runUntil(long millis) {
		long end = TimeUnit.MILLISECONDS.toNanos(millis);
		Task next = this.tasks.peek();
		while (next != null && next.dueNanos <= end) {
			this.tasks.remove();
			this.nanos = Math.max(this.nanos, next.dueNanos);
			if (!next.state.isDisposed()) {
				next.body.run();
			}
			next = this.tasks.peek();
		}
		this.nanos = Math.max(this.nanos, end);
	}

	/**
	 * Has something done at a time, behind what is due then and has a lower rank; what
	 * the engine itself schedules has the lowest.
	 */
	void at(long millis, long rank, Runnable body) {
		add(Math.max(this.nanos, TimeUnit.MILLISECONDS.toNanos(millis)), rank, body, Disposables.single());
	}

	long millis() {
		return TimeUnit.NANOSECONDS.toMillis(this.nanos);
	}

	@Override
	public long now(TimeUnit unit) {
		return unit.convert(this.nanos, TimeUnit.NANOSECONDS);
	}

	@Override
	public Disposable schedule(Runnable task) {
		return add(this.nanos, AT_ONCE, task, Disposables.single());
	}

	@Override
	public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
		return add(this.nanos + unit.toNanos(Math.max(0, delay)), TIMERS, task, Disposables.single());
	}

	@Override
	public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
		Disposable state = Disposables.single();
		again(task, this.nanos + unit.toNanos(Math.max(0, initialDelay)), unit.toNanos(Math.max(1, period)), state);
		return state;
	}

	private void again(Runnable task, long dueNanos, long periodNanos, Disposable state) {
		add(dueNanos, TIMERS, () -> {
			task.run();
			again(task, dueNanos + periodNanos, periodNanos, state);
		}, state);
	}

	private Disposable add(long dueNanos, long rank, Runnable body, Disposable state) {
		this.tasks.add(new Task(dueNanos, rank, ++this.count, body, state));
		return state;
	}

	@Override
	public Worker createWorker() {
		return new Crew();
	}

	private record Task(long dueNanos, long rank, long number, Runnable body, Disposable state) {
	}

	/**
	 * Tasks that are given up together.
	 */
	private final class Crew implements Worker {

		private final Disposable.Composite all = Disposables.composite();

		@Override
		public Disposable schedule(Runnable task) {
			return kept(VirtualTime.this.schedule(task));
		}

		@Override
		public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
			return kept(VirtualTime.this.schedule(task, delay, unit));
		}

		private Disposable kept(Disposable state) {
			this.all.add(state);
			return state;
		}

		@Override
		public void dispose() {
			this.all.dispose();
		}

		@Override
		public boolean isDisposed() {
			return this.all.isDisposed();
		}

	}

}
