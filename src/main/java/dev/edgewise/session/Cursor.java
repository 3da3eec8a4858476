package dev.edgewise.session;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.edgewise.Frame;
import dev.edgewise.event.StreamGap;
import dev.edgewise.route.EventTypes;
import dev.edgewise.session.Takes.Take;
import org.jspecify.annotations.Nullable;

/**
 * The {@link LogReader} of a live session.
 */
final class Cursor implements LogReader {

	private static final Runnable NOTHING = () -> {
	};

	private final LiveSession session;

	private final FrameLog log;

	/** What the response waits for; empty for a plain stream. */
	private final List<Origin> origins;

	/** The last sequence of the log when this began: later fences find it open. */
	private final long openedAt;

	private final AtomicBoolean waiting = new AtomicBoolean();

	private final AtomicBoolean closed = new AtomicBoolean();

	private volatile long position;

	/** Whether it began beyond the end, and has not been told so; the reader's. */
	private boolean lost;

	private volatile boolean complete;

	private volatile Runnable signal = NOTHING;

	Cursor(LiveSession session, FrameLog log, long after, List<Origin> origins) {
		this.session = session;
		this.log = log;
		this.origins = origins;
		this.openedAt = log.last();
		this.lost = after > this.openedAt;
		this.position = (after < 0 || this.lost) ? this.openedAt : after;
	}

	@Override
	public void onReady(Runnable signal) {
		this.signal = signal;
	}

	@Override
	public long position() {
		return this.position;
	}

	@Override
	public boolean isComplete() {
		return this.complete || isBehindEverything(this.position);
	}

	@Override
	public void flush() {
		this.session.progress();
	}

	@Override
	public @Nullable Taken take() {
		while (!this.complete && !this.closed.get()) {
			long last = this.log.last();
			long at = this.position;
			if (this.lost) {
				this.lost = false;
				return gap(Math.min(1, at), at);
			}
			if (isBehindEverything(at)) {
				this.complete = true;
				return null;
			}
			if (at >= last) {
				this.waiting.set(true);
				// A frame appended between the look and the mark would signal nobody.
				if (this.log.last() == at && !isBehindEverything(at)) {
					return null;
				}
				this.waiting.set(false);
				continue;
			}
			long next = at + 1;
			long first = this.log.first();
			if (next < first) {
				return gap(next, first - 1);
			}
			LogEntry entry = this.log.get(next);
			if (entry == null) {
				continue;
			}
			Run run = entry.run;
			Take take = (run != null) ? run.takes.take(entry, this.openedAt) : Take.TAKEN;
			if (take == Take.HELD) {
				this.waiting.set(true);
				// A decision between the look and the mark would signal nobody.
				if (run != null && run.takes.holds(entry)) {
					return null;
				}
				this.waiting.set(false);
				continue;
			}
			boolean mine = take == Take.TAKEN || entry.isKept();
			this.position = next;
			if (mine) {
				return new Taken(entry.frame, entry.bytes, entry.claimWritten());
			}
		}
		return null;
	}

	/**
	 * Whether nothing more can come: the session's last frame has been taken, or that of
	 * all the generations that a response waits for.
	 */
	private boolean isBehindEverything(long at) {
		long end = this.session.endSequence();
		if (end > 0 && at >= end) {
			return true;
		}
		if (this.origins.isEmpty()) {
			return false;
		}
		for (Origin origin : this.origins) {
			long last = origin.end();
			if (last == 0 || at < last) {
				return false;
			}
		}
		return true;
	}

	private Taken gap(long from, long to) {
		this.position = to;
		StreamGap gap = new StreamGap(from, to);
		Frame frame = new Frame(to, this.session.now(), EventTypes.nameOf(StreamGap.class), null, null, gap);
		this.session.gap();
		return new Taken(frame, this.session.encode(frame), null);
	}

	@Override
	public void close() {
		if (this.closed.compareAndSet(false, true)) {
			this.session.closed(this);
		}
	}

	/**
	 * Ends it from the session's side: what it has not taken is not for it any more.
	 */
	void terminate() {
		this.complete = true;
		wake();
	}

	List<Origin> origins() {
		return this.origins;
	}

	/**
	 * Tells the reader that something has come. The writer's.
	 */
	void wakeIfWaiting() {
		boolean news = this.waiting.get() && (hasNext() || isComplete());
		if (news && this.waiting.compareAndSet(true, false)) {
			wake();
		}
	}

	/**
	 * Whether there is something behind its position that it need not stand still at.
	 */
	private boolean hasNext() {
		long at = this.position;
		if (at >= this.log.last()) {
			return false;
		}
		LogEntry next = this.log.get(at + 1);
		return next == null || next.run == null || !next.run.takes.holds(next);
	}

	private void wake() {
		this.signal.run();
	}

}
