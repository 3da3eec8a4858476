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
 * Entries stand in segments of {@value #SEGMENT}, and the segments in a ring that grows
 * with the log, because most sessions are idle. One ring of entries would do, but it
 * would be an old object that each item makes refer to a young one, and for each of these
 * the garbage collector looks at the ring anew: that was a fifth of all the work of a
 * server with a thousand speaking sessions. A segment is young while it is filled, and
 * grows old with its entries.
 */
final class FrameLog {

	/** Entries of a segment; a power of two. */
	private static final int SEGMENT = 32;

	private final int maxFrames;

	private final long maxBytes;

	private final Consumer<LogEntry> evicted;

	/** A sequence's segment is its number divided by two to the power of this. */
	private final int shift;

	private final int mask;

	/** The segments by their numbers, modulo its length: a power of two. */
	private volatile AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable LogEntry>> ring = new AtomicReferenceArray<>(
			2);

	private volatile long first = 1;

	private volatile long last;

	private long appendedBytes;

	private long evictedBytes;

	private long weight;

	FrameLog(int maxFrames, long maxBytes, Consumer<LogEntry> evicted) {
		this.evicted = evicted;
		this.maxFrames = maxFrames;
		this.maxBytes = maxBytes;
		int segment = Math.min(SEGMENT, Integer.highestOneBit(maxFrames));
		this.shift = Integer.numberOfTrailingZeros(segment);
		this.mask = segment - 1;
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
	 * About the memory that its entries take, in bytes.
	 */
	long weight() {
		return this.weight;
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
		this.appendedBytes += entry.bytes.length;
		this.weight += entry.weight;
		entry.endOffset = this.appendedBytes;
		AtomicReferenceArray<@Nullable LogEntry> segment = (slot(sequence) != 0) ? segment(sequence) : null;
		if (segment == null) {
			segment = begin(sequence);
		}
		segment.set(slot(sequence), entry);
		this.last = sequence;
	}

	private void evict() {
		long oldest = this.first;
		AtomicReferenceArray<@Nullable LogEntry> segment = segment(oldest);
		this.first = oldest + 1;
		if (segment == null) {
			return;
		}
		LogEntry entry = segment.getAndSet(slot(oldest), null);
		if (slot(this.first) == 0) {
			AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable LogEntry>> segments = this.ring;
			segments.set(place(oldest, segments.length()), null);
		}
		if (entry != null) {
			this.evictedBytes += entry.bytes.length;
			this.weight -= entry.weight;
			this.evicted.accept(entry);
		}
	}

	/**
	 * Begins a segment with a sequence. Its place in the ring is free: what stood there
	 * went with the last of its entries.
	 */
	private AtomicReferenceArray<@Nullable LogEntry> begin(long sequence) {
		AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable LogEntry>> segments = this.ring;
		if ((sequence >> this.shift) - (this.first >> this.shift) >= segments.length()) {
			segments = grow(segments, sequence);
		}
		AtomicReferenceArray<@Nullable LogEntry> segment = new AtomicReferenceArray<>(this.mask + 1);
		segments.set(place(sequence, segments.length()), segment);
		return segment;
	}

	private AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable LogEntry>> grow(
			AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable LogEntry>> segments, long sequence) {
		AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable LogEntry>> larger = new AtomicReferenceArray<>(
				segments.length() * 2);
		for (long i = this.first; i < sequence; i += this.mask + 1) {
			larger.set(place(i, larger.length()), segments.get(place(i, segments.length())));
		}
		this.ring = larger;
		return larger;
	}

	private @Nullable AtomicReferenceArray<@Nullable LogEntry> segment(long sequence) {
		AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable LogEntry>> segments = this.ring;
		return segments.get(place(sequence, segments.length()));
	}

	private int place(long sequence, int length) {
		return (int) (sequence >> this.shift) & (length - 1);
	}

	private int slot(long sequence) {
		return (int) sequence & this.mask;
	}

	/**
	 * Returns the entry of a sequence, or null if it has left the log or is not in it
	 * yet.
	 */
	@Nullable LogEntry get(long sequence) {
		AtomicReferenceArray<@Nullable LogEntry> segment = segment(sequence);
		LogEntry entry = (segment != null) ? segment.get(slot(sequence)) : null;
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
