package dev.edgewise.web;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import dev.edgewise.Frame;
import dev.edgewise.session.LogReader;
import org.jspecify.annotations.Nullable;

/**
 * A reader that gives what it is told.
 */
final class ScriptedReader implements LogReader {

	final AtomicInteger taken = new AtomicInteger();

	final AtomicInteger flushes = new AtomicInteger();

	final AtomicInteger written = new AtomicInteger();

	volatile boolean closed;

	private final Queue<Taken> ready = new ConcurrentLinkedQueue<>();

	private volatile boolean ended;

	private volatile Runnable signal = () -> {
	};

	void offer(int... sequences) {
		for (int sequence : sequences) {
			Frame frame = new Frame(sequence, Instant.EPOCH, "X", null, null, this);
			this.ready.add(new Taken(frame, ("id:" + sequence + "\n\n").getBytes(StandardCharsets.US_ASCII),
					this.written::incrementAndGet));
		}
		this.signal.run();
	}

	void end() {
		this.ended = true;
		this.signal.run();
	}

	@Override
	public void onReady(Runnable signal) {
		this.signal = signal;
	}

	@Override
	public @Nullable Taken take() {
		Taken next = this.ready.poll();
		if (next != null) {
			this.taken.incrementAndGet();
		}
		return next;
	}

	@Override
	public boolean isComplete() {
		return this.ended && this.ready.isEmpty();
	}

	@Override
	public long position() {
		return this.taken.get();
	}

	@Override
	public void flush() {
		this.flushes.incrementAndGet();
	}

	@Override
	public void close() {
		this.closed = true;
	}

}
