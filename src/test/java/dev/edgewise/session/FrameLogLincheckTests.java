package dev.edgewise.session;

import java.time.Instant;

import dev.edgewise.Frame;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/**
 * Every interleaving of the writer of a log and its readers: a reader that sees that an
 * entry has come finds it, or that it has left the log.
 */
public class FrameLogLincheckTests {

	private final FrameLog log = new FrameLog(2, 1 << 20, (entry) -> {
	});

	@Operation(nonParallelGroup = "writer")
	public void append() {
		Frame frame = new Frame(this.log.last() + 1, Instant.EPOCH, "E", null, null, "");
		this.log.append(new LogEntry(frame, new byte[1], null, 0, false, 0, null), 1 << 20);
	}

	@Operation
	public void readFirst() {
		read(1);
	}

	@Operation
	public void readThird() {
		read(3);
	}

	@Operation
	public void readLast() {
		read(this.log.last());
	}

	private void read(long sequence) {
		if (sequence > 0 && sequence <= this.log.last() && this.log.get(sequence) == null
				&& this.log.first() <= sequence) {
			throw new IllegalStateException("Entry " + sequence + " is neither in the log nor gone");
		}
	}

	@Test
	void hasWhatItSaysThatItHas() {
		new ModelCheckingOptions().threads(3)
			.actorsPerThread(3)
			.actorsBefore(2)
			.actorsAfter(2)
			.iterations(10)
			.invocationsPerIteration(300)
			.check(FrameLogLincheckTests.class);
	}

}
