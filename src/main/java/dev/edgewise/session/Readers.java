package dev.edgewise.session;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

import dev.edgewise.session.Run.Phase;

/**
 * The open streams of one session, and what follows from how far they are: how much nodes
 * are asked for, which items find room in the log, and what has been delivered.
 * <p>
 * The fastest open stream sets the pace. What streams have passed is entered into the
 * books of the generations by walking over each entry of the log once, as the fastest
 * passes it; an entry that it passed without taking (it had begun behind it) is a hole,
 * which a slower stream may still fill, and is looked at again when it matters.
 * <p>
 * Opening and closing may come from any thread, all else from the session's writer.
 */
final class Readers {

	private final Engine engine;

	private final FrameLog log;

	private final AtomicReference<Cursor[]> open = new AtomicReference<>(new Cursor[0]);

	/** Up to here the passing of streams is in the books. */
	private long scanned;

	/** The highest position of the streams that have been closed. */
	private long highWater;

	Readers(Engine engine, FrameLog log) {
		this.engine = engine;
		this.log = log;
	}

	private Cursor[] all() {
		return Objects.requireNonNull(this.open.get());
	}

	int count() {
		return all().length;
	}

	/**
	 * Adds a stream. Any thread's.
	 */
	void add(Cursor cursor) {
		this.open.updateAndGet((before) -> {
			Cursor[] after = Arrays.copyOf(before, before.length + 1);
			after[before.length] = cursor;
			return after;
		});
		this.engine.streamOpened();
	}

	/**
	 * Removes a stream.
	 * @return whether it was open
	 */
	boolean remove(Cursor cursor) {
		if (!Arrays.asList(all()).contains(cursor)) {
			return false;
		}
		this.highWater = Math.max(this.highWater, Math.min(cursor.position(), this.log.last()));
		this.open
			.updateAndGet((before) -> Arrays.stream(before).filter((each) -> each != cursor).toArray(Cursor[]::new));
		this.engine.streamClosed();
		return true;
	}

	void wake() {
		for (Cursor cursor : all()) {
			cursor.wakeIfWaiting();
		}
	}

	/**
	 * Ends all streams, whatever they have not taken. Any thread's.
	 */
	void terminate() {
		for (Cursor cursor : all()) {
			cursor.terminate();
		}
	}

	/**
	 * The position of the fastest open stream, or -1 if none is open.
	 */
	private long frontier() {
		long fastest = -1;
		for (Cursor cursor : all()) {
			fastest = Math.max(fastest, Math.min(cursor.position(), this.log.last()));
		}
		return fastest;
	}

	/**
	 * Whether the fastest open stream has come this far, or none is open.
	 */
	boolean havePassed(long sequence) {
		long frontier = frontier();
		return frontier < 0 || frontier >= sequence;
	}

	/**
	 * Behind which sequence items must find room in the log: the fastest stream's
	 * position; with none open, where the last one was, but not before what the oldest
	 * generation came of.
	 */
	private long base(long frontier, List<Run> live) {
		if (frontier >= 0) {
			return frontier;
		}
		long cause = live.isEmpty() ? this.log.last() : live.get(0).trigger.frame.sequence() - 1;
		return Math.max(this.highWater, cause);
	}

	/**
	 * Whether the log has room for an item.
	 * @param live the generations that have not ended, oldest first
	 * @param bytes how large it is, as far as that is known
	 */
	boolean haveRoom(List<Run> live, int bytes) {
		long base = base(frontier(), live);
		long ahead = this.log.last() - base;
		return ahead <= 0 || (ahead < this.log.maxFrames()
				&& this.log.bytesAfter(base) + bytes <= this.engine.byteLimit(this.log));
	}

	/**
	 * Asks nodes for what the fastest stream has made room for.
	 * @param live the generations that have not ended, oldest first
	 */
	void pace(List<Run> live) {
		long frontier = frontier();
		scan(frontier);
		int prefetch = this.engine.settings().generation().prefetch();
		long free = Math.max(0, this.log.maxFrames() - (this.log.last() - base(frontier, live)));
		for (int i = 0; i < live.size(); i++) {
			Run run = live.get(i);
			if (run.phase == Phase.RUNNING && run.pause == null) {
				long dropped = run.execution.dropped();
				long allowed = dropped
						+ ((frontier >= 0) ? run.passedItems + prefetch : run.items + Math.min(prefetch, free));
				long more = allowed - run.requested;
				boolean idle = run.requested <= run.items + dropped;
				if (more > 0 && (idle || more >= prefetch - prefetch / 4)) {
					run.requested += more;
					run.execution.grant(more, dropped);
				}
			}
		}
	}

	/**
	 * Enters into the books what streams have passed.
	 */
	void scan() {
		scan(frontier());
	}

	private void scan(long frontier) {
		while (this.scanned < frontier) {
			LogEntry entry = this.log.get(++this.scanned);
			if (entry != null) {
				pass(entry);
			}
		}
	}

	private static void pass(LogEntry entry) {
		Run run = entry.run;
		if (run != null && entry.item) {
			run.passedItems++;
			run.passedGuarded = entry.isGuarded();
			if (run.takes.hasTaken(entry)) {
				run.countDelivered(entry);
			}
			else if (run.firstHole == 0) {
				run.firstHole = entry.frame.sequence();
			}
		}
	}

	/**
	 * Takes note that an entry leaves the log: nobody can take it any more.
	 */
	void evicted(LogEntry entry) {
		if (entry.frame.sequence() > this.scanned) {
			this.scanned = entry.frame.sequence();
			pass(entry);
		}
		else if (entry.run != null && entry.run.takes.hasTaken(entry)) {
			entry.run.countDelivered(entry);
		}
	}

	/**
	 * Enters into the books what streams had taken of a generation that has been fenced.
	 * @param run the generation
	 * @param highest the highest index that a stream had taken
	 */
	void settle(Run run, long highest) {
		scan(frontier());
		for (long i = this.scanned + 1; i <= this.log.last(); i++) {
			LogEntry entry = this.log.get(i);
			if (entry != null && entry.run == run) {
				if (entry.index > highest) {
					break;
				}
				settle(run, entry);
			}
		}
		if (run.firstHole > 0) {
			for (long i = Math.max(run.firstHole, this.log.first()); i <= this.scanned; i++) {
				LogEntry entry = this.log.get(i);
				if (entry != null && entry.run == run && entry.index <= highest) {
					settle(run, entry);
				}
			}
		}
	}

	private static void settle(Run run, LogEntry entry) {
		if (entry.takenOrDropped()) {
			run.countDelivered(entry);
		}
	}

}
