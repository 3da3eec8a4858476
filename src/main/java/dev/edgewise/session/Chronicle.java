package dev.edgewise.session;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

import dev.edgewise.Frame;
import dev.edgewise.route.EventTypes;
import org.jspecify.annotations.Nullable;

/**
 * Writes one session's log: gives events their numbers and times, and keeps those of them
 * that are events for the routes as well until they are applied. For the session's writer
 * alone.
 */
final class Chronicle {

	private final Engine engine;

	private final FrameLog log;

	/** Frames that are to be applied as events, in order. */
	private final Deque<LogEntry> derived = new ArrayDeque<>(2);

	private long millisOfNow;

	Chronicle(Engine engine, FrameLog log) {
		this.engine = engine;
		this.log = log;
	}

	/**
	 * The time of the last frame that was made.
	 */
	Instant now() {
		return Instant.ofEpochMilli(this.millisOfNow);
	}

	long last() {
		return this.log.last();
	}

	long maxBytes() {
		return this.log.maxBytes();
	}

	/**
	 * Makes the next frame. It is not in the log before it is appended.
	 */
	Frame frame(Object event, @Nullable Run run) {
		this.millisOfNow = this.engine.millis();
		return new Frame(this.log.last() + 1, now(), EventTypes.nameOf(event.getClass()), (run != null) ? run.id : null,
				(run != null) ? run.route() : null, event);
	}

	byte[] encode(Frame frame) {
		return this.engine.encoder().encode(frame);
	}

	void append(LogEntry entry) {
		long before = this.log.weight();
		this.log.append(entry, this.engine.byteLimit(this.log));
		this.engine.holds(this.log.weight() - before);
	}

	/**
	 * Appends an event that belongs to no generation.
	 * @param hop how deep in a chain of events that start one another
	 * @param origin whose responses wait for what comes of it
	 */
	LogEntry append(Object event, int hop, @Nullable Origin origin) {
		Frame frame = frame(event, null);
		LogEntry entry = new LogEntry(frame, encode(frame), null, 0, false, hop, origin);
		append(entry);
		return entry;
	}

	/**
	 * Appends a frame of the session that the engine writes about the speech of a
	 * generation, as an event for the routes too.
	 * @param written called when it has first been written to a stream
	 */
	void appendAbout(Run run, Object event, @Nullable Runnable written) {
		Frame frame = frame(event, null);
		LogEntry entry = new LogEntry(frame, encode(frame), null, 0, false, run.trigger.hop + 1, null);
		entry.written = written;
		append(entry);
		deriveAbout(run, entry);
	}

	/**
	 * Appends a frame that the engine writes about a generation.
	 */
	void append(Run run, Object event, boolean skipped, @Nullable Runnable written) {
		Frame frame = frame(event, run);
		LogEntry entry = new LogEntry(frame, encode(frame), skipped ? run : null, skipped ? ++run.frames : 0, false,
				run.trigger.hop + 1, run.trigger.origin);
		entry.written = written;
		append(entry);
		deriveAbout(run, entry);
	}

	private void deriveAbout(Run run, LogEntry entry) {
		if (this.engine.routes().match(entry.frame.event().getClass()).any()) {
			entry.about = run;
			derive(entry);
		}
	}

	/**
	 * Has a frame applied as an event.
	 */
	void derive(LogEntry entry) {
		this.derived.add(entry);
	}

	boolean hasDerived() {
		return !this.derived.isEmpty();
	}

	/**
	 * The next frame to be applied as an event; null if there is none.
	 */
	@Nullable LogEntry nextDerived() {
		return this.derived.poll();
	}

}
