package dev.edgewise.session;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;

import dev.edgewise.Frame;
import dev.edgewise.session.Takes.Take;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/**
 * Every interleaving of two streams, one of which began behind the first entry, and the
 * writer that holds and fences: what the writer then finds taken is what streams have
 * taken, no more and no less, and a stream that is opened later gets just that.
 */
public class TakesLincheckTests {

	private static final int ENTRIES = 3;

	private static final long FENCE = 10;

	private final List<LogEntry> entries = IntStream.rangeClosed(1, ENTRIES)
		.mapToObj((index) -> new LogEntry(new Frame(index, Instant.EPOCH, "E", null, null, ""), new byte[0], null,
				index, true, 0, null))
		.toList();

	private final Takes takes = new Takes();

	/** How many streams have taken each. */
	private final AtomicIntegerArray taken = new AtomicIntegerArray(ENTRIES + 1);

	private int early;

	private int late = 1;

	/** The writer's. */
	private boolean fenced;

	private final Set<Integer> books = new HashSet<>();

	@Operation(nonParallelGroup = "early")
	public void takeEarly() {
		this.early = take(this.early);
	}

	@Operation(nonParallelGroup = "late")
	public void takeLate() {
		this.late = take(this.late);
	}

	private int take(int position) {
		if (position == ENTRIES) {
			return position;
		}
		Take take = this.takes.take(this.entries.get(position), ENTRIES);
		if (take == Take.TAKEN) {
			this.taken.incrementAndGet(position + 1);
		}
		return (take == Take.HELD) ? position : position + 1;
	}

	@Operation(nonParallelGroup = "writer")
	public void hold() {
		this.takes.hold(ENTRIES + 1);
	}

	@Operation(nonParallelGroup = "writer")
	public void unhold() {
		this.takes.unhold();
	}

	@Operation(nonParallelGroup = "writer")
	public void fence() {
		if (!this.fenced) {
			this.fenced = true;
			long highest = this.takes.fence(FENCE);
			for (LogEntry entry : this.entries) {
				if (entry.index <= highest && entry.takenOrDropped()) {
					this.books.add(entry.index);
				}
			}
		}
	}

	@Validate
	public void theBooksSayWhatWasTaken() {
		for (LogEntry entry : this.entries) {
			boolean byStream = this.taken.get(entry.index) > 0;
			boolean inBooks = this.fenced ? this.books.contains(entry.index) : this.takes.hasTaken(entry);
			boolean afterwards = !this.fenced || this.takes.take(entry, FENCE) == Take.TAKEN;
			if (byStream != inBooks || (this.fenced && afterwards != inBooks)) {
				throw new IllegalStateException(
						"Entry %d: taken by a stream %s, in the books %s, by one opened later %s".formatted(entry.index,
								byStream, inBooks, afterwards));
			}
		}
	}

	@Test
	void whatIsFoundTakenIsWhatWasTaken() {
		new ModelCheckingOptions().threads(3)
			.actorsPerThread(3)
			.actorsBefore(1)
			.actorsAfter(2)
			.iterations(25)
			.invocationsPerIteration(400)
			.check(TakesLincheckTests.class);
	}

}
