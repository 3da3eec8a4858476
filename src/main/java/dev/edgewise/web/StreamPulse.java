package dev.edgewise.web;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * One timer for all streams: tells each when it has been quiet for so long that it needs
 * a heartbeat, or stalled for so long that it has to end. Runs only while streams are
 * open, so that an idle stream has no timer of its own and none reads the clock.
 */
final class StreamPulse {

	private static final long MAX_TICK = 1_000;

	private final Scheduler timer;

	private final long tick;

	private final long heartbeat;

	private final long stall;

	private final Set<Stream> streams = ConcurrentHashMap.newKeySet();

	private @Nullable Disposable sweep;

	StreamPulse(Scheduler timer, Duration heartbeat, Duration stallTimeout) {
		this.timer = timer;
		this.tick = Math.max(1, Math.min(MAX_TICK, Math.min(heartbeat.toMillis(), stallTimeout.toMillis()) / 4));
		this.heartbeat = heartbeat.toMillis();
		this.stall = stallTimeout.toMillis();
	}

	void add(Stream stream) {
		this.streams.add(stream);
		synchronized (this) {
			if (this.sweep == null) {
				this.sweep = this.timer.schedulePeriodically(this::sweep, this.tick, this.tick, TimeUnit.MILLISECONDS);
			}
		}
	}

	void remove(Stream stream) {
		this.streams.remove(stream);
		synchronized (this) {
			if (this.sweep != null && this.streams.isEmpty()) {
				this.sweep.dispose();
				this.sweep = null;
			}
		}
	}

	private void sweep() {
		for (Stream stream : this.streams) {
			long progress = stream.progress();
			if (progress != stream.seen) {
				stream.seen = progress;
				stream.quiet = 0;
				continue;
			}
			stream.quiet += this.tick;
			if (stream.isBlocked()) {
				if (stream.quiet >= this.stall) {
					stream.quiet = 0;
					stream.stalled();
				}
			}
			else if (stream.quiet >= this.heartbeat) {
				stream.quiet = 0;
				stream.heartbeat();
			}
		}
	}

	/**
	 * A stream as the pulse sees it. Its own methods are called on the timer's thread and
	 * must not block.
	 */
	abstract static class Stream {

		/**
		 * What the sweep remembers; touched by nobody else.
		 */
		private long seen = -1;

		private long quiet;

		/**
		 * A number that changes with everything that is written.
		 */
		abstract long progress();

		/**
		 * Whether something is ready that cannot be written.
		 */
		abstract boolean isBlocked();

		/**
		 * Writes a comment.
		 */
		abstract void heartbeat();

		/**
		 * Ends the stream.
		 */
		abstract void stalled();

	}

}
