package dev.edgewise.session;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * The bounded, ordered record of one session's frames.
 * <p>
 * It has one writer and any number of readers, and no locks. Readers hold a sequence, not
 * a place: they look an entry up by its number and check that it has that number. The
 * writer publishes an entry in this order: slot, then {@code last}; and withdraws one in
 * this: {@code first}, then slot. So a reader that sees {@code last} finds the entry, or
 * finds that {@code first} has passed it, and then it has lost frames.
 * <p>
 * What keeps a fence exact is not here but in the race between a reader that takes an
 * entry and the writer that fences its generation. Both go through the {@link Takes} of
 * the generation.
 * <p>
 * The ring begins small and grows to its bound, because most sessions are idle.
 */
final class FrameLog {

	private final int maxFrames;

	private final long maxBytes;

	private final Consumer<LogEntry> evicted;

	private volatile AtomicReferenceArray<@Nullable LogEntry> ring = new AtomicReferenceArray<>(8);

	private volatile long first = 1;

	private volatile long last;

	private long appendedBytes;

	private long evictedBytes;

	FrameLog(int maxFrames, long maxBytes, Consumer<LogEntry> evicted) {
		this.evicted = evicted;
		this.maxFrames = maxFrames;
		this.maxBytes = maxBytes;
	}

	long first() {
		return this.first;
	}

	long last() {
		return this.last;
	}

	long bytes() {
		return this.appendedBytes - this.evictedBytes;
	}

	/**
	 * Appends an entry, whose frame has the next sequence, and evicts what no longer
	 * fits.
	 * @param entry the entry
	 * @param byteLimit the bytes that the log may hold, at most its bound
	 */
	void append(LogEntry entry, long byteLimit) {
		long sequence = this.last + 1;
		long limit = Math.min(byteLimit, this.maxBytes);
		while (this.first < sequence
				&& (sequence - this.first >= this.maxFrames || bytes() + entry.bytes.length > limit)) {
			evict();
		}
		AtomicReferenceArray<@Nullable LogEntry> slots = this.ring;
		if (sequence - this.first >= slots.length()) {
			slots = grow(slots, sequence);
		}
		this.appendedBytes += entry.bytes.length;
		entry.endOffset = this.appendedBytes;
		slots.set((int) (sequence & (slots.length() - 1)), entry);
		this.last = sequence;
	}

	private void evict() {
		long oldest = this.first;
		AtomicReferenceArray<@Nullable LogEntry> slots = this.ring;
		int slot = (int) (oldest & (slots.length() - 1));
		LogEntry entry = slots.get(slot);
		this.first = oldest + 1;
		slots.set(slot, null);
		if (entry != null) {
			this.evictedBytes += entry.bytes.length;
			this.evicted.accept(entry);
		}
	}

	private AtomicReferenceArray<@Nullable LogEntry> grow(AtomicReferenceArray<@Nullable LogEntry> slots,
			long sequence) {
		AtomicReferenceArray<@Nullable LogEntry> larger = new AtomicReferenceArray<>(slots.length() * 2);
		for (long i = this.first; i < sequence; i++) {
			larger.set((int) (i & (larger.length() - 1)), slots.get((int) (i & (slots.length() - 1))));
		}
		this.ring = larger;
		return larger;
	}

	/**
	 * Returns the entry of a sequence, or null if it has left the log or is not in it
	 * yet.
	 */
	@Nullable LogEntry get(long sequence) {
		AtomicReferenceArray<@Nullable LogEntry> slots = this.ring;
		LogEntry entry = slots.get((int) (sequence & (slots.length() - 1)));
		return (entry != null && entry.frame.sequence() == sequence) ? entry : null;
	}

	/**
	 * The encoded bytes behind a sequence.
	 */
	long bytesAfter(long sequence) {
		if (sequence >= this.last) {
			return 0;
		}
		LogEntry entry = get(sequence);
		return (entry != null) ? this.appendedBytes - entry.endOffset : bytes();
	}

	int maxFrames() {
		return this.maxFrames;
	}

	long maxBytes() {
		return this.maxBytes;
	}

}
