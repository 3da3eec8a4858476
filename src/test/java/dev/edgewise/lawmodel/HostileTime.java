package dev.edgewise.lawmodel;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.Exceptions;
import reactor.core.scheduler.Scheduler;

/**
 * A scheduler whose time passes only as fast as its tasks are done, on the thread that
 * calls {@link #runUntil}. Of the tasks that are due at the same instant any may be the
 * next, as a seed says; those of one worker keep their order, which is all that the
 * engine may rely on.
 */
final class HostileTime implements Scheduler {

	private static final long START = TimeUnit.SECONDS.toNanos(1_000_000);

	private final List<Task> tasks = new ArrayList<>();

	private final Random random;

	private long nanos = START;

	HostileTime(long seed) {
		this.random = new Random(seed);
	}

	/**
	 * Does all that is due up to a time, which is then the time.
	 * @param millis since the beginning
	 */
	void runUntil(long millis) {
		long end = START + TimeUnit.MILLISECONDS.toNanos(millis);
		Task next;
		while ((next = next(end)) != null) {
			this.tasks.remove(next);
			this.nanos = Math.max(this.nanos, next.dueNanos);
			if (!next.state.isDisposed()) {
				next.body.run();
			}
		}
		this.nanos = Math.max(this.nanos, end);
	}

	private @Nullable Task next(long end) {
		long due = Long.MAX_VALUE;
		for (Task task : this.tasks) {
			due = Math.min(due, task.dueNanos);
		}
		if (due > end) {
			return null;
		}
		List<Task> choice = new ArrayList<>();
		List<Worker> seen = new ArrayList<>();
		for (Task task : this.tasks) {
			if (task.dueNanos == due && (task.worker == null || !seen.contains(task.worker))) {
				choice.add(task);
				if (task.worker != null) {
					seen.add(task.worker);
				}
			}
		}
		return (choice.size() == 1) ? choice.get(0) : choice.get(this.random.nextInt(choice.size()));
	}

	/**
	 * The time in milliseconds since the beginning.
	 */
	long millis() {
		return TimeUnit.NANOSECONDS.toMillis(this.nanos - START);
	}

	static long millis(Instant at) {
		return at.toEpochMilli() - TimeUnit.NANOSECONDS.toMillis(START);
	}

	@Override
	public long now(TimeUnit unit) {
		return unit.convert(this.nanos, TimeUnit.NANOSECONDS);
	}

	@Override
	public Disposable schedule(Runnable task) {
		return add(0, null, task, Disposables.single());
	}

	@Override
	public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
		return add(unit.toNanos(Math.max(0, delay)), null, task, Disposables.single());
	}

	@Override
	public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
		Disposable state = Disposables.single();
		again(task, unit.toNanos(Math.max(0, initialDelay)), unit.toNanos(Math.max(1, period)), null, state);
		return state;
	}

	private void again(Runnable task, long delayNanos, long periodNanos, @Nullable Crew worker, Disposable state) {
		add(delayNanos, worker, () -> {
			task.run();
			if (!state.isDisposed()) {
				again(task, periodNanos, periodNanos, worker, state);
			}
		}, state);
	}

	private Disposable add(long delayNanos, @Nullable Crew worker, Runnable body, Disposable state) {
		this.tasks.add(new Task(this.nanos + delayNanos, worker, body, state));
		return state;
	}

	@Override
	public Worker createWorker() {
		return new Crew();
	}

	private static final class Task {

		private final long dueNanos;

		private final @Nullable Crew worker;

		private final Runnable body;

		private final Disposable state;

		Task(long dueNanos, @Nullable Crew worker, Runnable body, Disposable state) {
			this.dueNanos = dueNanos;
			this.worker = worker;
			this.body = body;
			this.state = state;
		}

	}

	/**
	 * Tasks that keep their order and are given up together.
	 */
	private final class Crew implements Worker {

		private boolean disposed;

		private final List<Disposable> kept = new ArrayList<>();

		@Override
		public Disposable schedule(Runnable task) {
			return keep(add(0, this, task, Disposables.single()));
		}

		@Override
		public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
			return keep(add(unit.toNanos(Math.max(0, delay)), this, task, Disposables.single()));
		}

		@Override
		public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
			Disposable state = Disposables.single();
			again(task, unit.toNanos(Math.max(0, initialDelay)), unit.toNanos(Math.max(1, period)), this, state);
			return keep(state);
		}

		private Disposable keep(Disposable state) {
			if (this.disposed) {
				state.dispose();
				throw Exceptions.failWithRejected();
			}
			this.kept.add(state);
			return state;
		}

		@Override
		public void dispose() {
			this.disposed = true;
			this.kept.forEach(Disposable::dispose);
			this.kept.clear();
		}

		@Override
		public boolean isDisposed() {
			return this.disposed;
		}

	}

}
