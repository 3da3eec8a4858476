package dev.edgewise.autoconfigure;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * A scheduler whose time is that of the wall when it was made, and from then on rises
 * evenly whatever becomes of the wall clock.
 */
final class MonotonicTimer implements Scheduler {

	private final Scheduler delegate;

	private final long origin;

	MonotonicTimer(Scheduler delegate) {
		this.delegate = delegate;
		Instant now = Instant.now();
		this.origin = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano() - System.nanoTime();
	}

	@Override
	public long now(TimeUnit unit) {
		return unit.convert(this.origin + System.nanoTime(), TimeUnit.NANOSECONDS);
	}

	@Override
	public Disposable schedule(Runnable task) {
		return this.delegate.schedule(task);
	}

	@Override
	public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
		return this.delegate.schedule(task, delay, unit);
	}

	@Override
	public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
		return this.delegate.schedulePeriodically(task, initialDelay, period, unit);
	}

	@Override
	public Worker createWorker() {
		return this.delegate.createWorker();
	}

	@Override
	public boolean isDisposed() {
		return this.delegate.isDisposed();
	}

	@Override
	public void dispose() {
		this.delegate.dispose();
	}

}
