package dev.edgewise.session;

import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * Actions that are due at some time, on one timer for all: an idle session has none of
 * its own. Safe from any thread.
 */
final class Deadlines {

	private static final Logger logger = LoggerFactory.getLogger(Deadlines.class);

	private final Scheduler timer;

	private final TreeMap<Key, Runnable> actions = new TreeMap<>();

	private long keys;

	private @Nullable Disposable armed;

	private long armedFor = Long.MAX_VALUE;

	Deadlines(Scheduler timer) {
		this.timer = timer;
	}

	/**
	 * Adds an action.
	 * @param atNanos when it is due
	 * @param action run on the timer's thread; must not block
	 * @return for {@link #remove}
	 */
	synchronized Key add(long atNanos, Runnable action) {
		Key key = new Key(atNanos, this.keys++);
		this.actions.put(key, action);
		arm();
		return key;
	}

	synchronized void remove(Key key) {
		this.actions.remove(key);
		if (this.actions.isEmpty()) {
			disarm();
		}
	}

	private void arm() {
		if (this.actions.isEmpty() || this.actions.firstKey().atNanos >= this.armedFor) {
			return;
		}
		disarm();
		this.armedFor = this.actions.firstKey().atNanos;
		long delay = Math.max(0, this.armedFor - this.timer.now(TimeUnit.NANOSECONDS));
		this.armed = this.timer.schedule(this::fire, delay, TimeUnit.NANOSECONDS);
	}

	private void disarm() {
		if (this.armed != null) {
			this.armed.dispose();
			this.armed = null;
		}
		this.armedFor = Long.MAX_VALUE;
	}

	private void fire() {
		synchronized (this) {
			this.armed = null;
			this.armedFor = Long.MAX_VALUE;
		}
		Runnable due;
		while ((due = poll()) != null) {
			guarded(due);
		}
		synchronized (this) {
			arm();
		}
	}

	private static void guarded(Runnable action) {
		try {
			action.run();
		}
		catch (Throwable ex) {
			logger.error("An action that was due failed", ex);
		}
	}

	private synchronized @Nullable Runnable poll() {
		boolean due = !this.actions.isEmpty()
				&& this.actions.firstKey().atNanos <= this.timer.now(TimeUnit.NANOSECONDS);
		return due ? this.actions.pollFirstEntry().getValue() : null;
	}

	/**
	 * The place of an action.
	 *
	 * @param atNanos when it is due
	 * @param number for the order among those due at once
	 */
	record Key(long atNanos, long number) implements Comparable<Key> {

		@Override
		public int compareTo(Key other) {
			int byTime = Long.compare(this.atNanos, other.atNanos);
			return (byTime != 0) ? byTime : Long.compare(this.number, other.number);
		}

	}

}
