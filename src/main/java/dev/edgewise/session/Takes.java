package dev.edgewise.session;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What streams have taken of one generation, and whether they may take more. Any
 * thread's; fenced and held by the session's writer.
 * <p>
 * It is one word: the highest index that any stream has taken, and two bits, that it is
 * fenced and that it is held. A stream takes an entry by raising the index while neither
 * bit forbids it, and the writer fences by setting the bit; so what it finds in the word
 * then is exactly what was taken. Entries below the index that nobody has taken, since a
 * stream had begun behind them, carry a mark of their own, which is set before the index
 * is raised.
 */
final class Takes {

	private static final VarHandle WORD;

	static {
		try {
			WORD = MethodHandles.lookup().findVarHandle(Takes.class, "word", long.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private static final long FENCED = 1;

	private static final long HELD = 2;

	private static final int INDEX = 2;

	@SuppressWarnings("unused")
	private volatile long word;

	private volatile long fenceSequence;

	private volatile long heldAt;

	/**
	 * Takes an entry for a stream, unless a fence forbids it or a pause puts it off.
	 * @param entry an entry of the generation
	 * @param openedAt the last sequence when the stream was opened
	 * @return whether the stream gets it
	 */
	Take take(LogEntry entry, long openedAt) {
		boolean marked = false;
		while (true) {
			long seen = this.word;
			long highest = seen >> INDEX;
			if (marked && entry.index <= highest) {
				// Raised past the mark by another stream: the books have it as taken.
				return Take.TAKEN;
			}
			if ((seen & FENCED) != 0) {
				return (openedAt >= this.fenceSequence && entry.index <= highest && entry.isTaken()) ? Take.TAKEN
						: Take.SKIPPED;
			}
			// A pause between the mark and the index comes too late for this entry.
			if (!marked && (seen & HELD) != 0 && entry.frame.sequence() < this.heldAt) {
				return Take.HELD;
			}
			// The mark comes first: whoever sees the index must find it.
			boolean mine = entry.isTaken() || entry.takeFirst();
			if (mine && entry.index <= highest) {
				return Take.TAKEN;
			}
			if (mine && WORD.compareAndSet(this, seen, ((long) entry.index << INDEX) | (seen & HELD))) {
				return Take.TAKEN;
			}
			marked = mine;
		}
	}

	/**
	 * Whether a pause puts an entry off.
	 */
	boolean holds(LogEntry entry) {
		return (this.word & (FENCED | HELD)) == HELD && entry.frame.sequence() < this.heldAt;
	}

	/**
	 * Whether a stream has taken an entry. The mark alone does not say so: a fence may
	 * have come before the index was raised.
	 */
	boolean hasTaken(LogEntry entry) {
		return entry.index <= (this.word >> INDEX) && entry.isTaken();
	}

	/**
	 * Lets streams take nothing any more.
	 * @param sequence that of the frame that will say so
	 * @return the highest index that a stream has taken
	 */
	long fence(long sequence) {
		this.fenceSequence = sequence;
		return (long) WORD.getAndBitwiseOr(this, FENCED) >> INDEX;
	}

	/**
	 * Makes streams stand still at its frames.
	 * @param sequence that of the frame that will say so, which is the first they may
	 * take
	 */
	void hold(long sequence) {
		this.heldAt = sequence;
		WORD.getAndBitwiseOr(this, HELD);
	}

	/**
	 * Lets streams go on.
	 */
	void unhold() {
		WORD.getAndBitwiseAnd(this, ~HELD);
	}

	/**
	 * What becomes of an entry that a stream has come to.
	 */
	enum Take {

		/** It gets it. */
		TAKEN,

		/** It is not for it. */
		SKIPPED,

		/** Not yet. */
		HELD

	}

}
