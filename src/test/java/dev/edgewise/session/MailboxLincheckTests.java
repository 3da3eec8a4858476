package dev.edgewise.session;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;

/**
 * Every interleaving of a few threads at a mailbox: it has one writer at any moment, and
 * no command is lost, whoever does the work.
 */
public class MailboxLincheckTests {

	private final AtomicBoolean writing = new AtomicBoolean();

	private final AtomicInteger overlaps = new AtomicInteger();

	private final AtomicInteger asked = new AtomicInteger();

	/** The writer's. */
	private int done;

	private final Mailbox mailbox = new Mailbox(new Mailbox.Owner() {

		@Override
		public void settle() {
			enter();
			leave();
		}

		@Override
		public int number() {
			enter();
			leave();
			return 0;
		}

		@Override
		public void wake() {
		}

		@Override
		public void rest() {
			enter();
			leave();
		}

	}, Schedulers.immediate());

	private void enter() {
		if (!this.writing.compareAndSet(false, true)) {
			this.overlaps.incrementAndGet();
		}
	}

	private void leave() {
		this.writing.set(false);
	}

	@Operation
	public void execute() {
		this.asked.incrementAndGet();
		this.mailbox.execute(() -> {
			enter();
			this.done++;
			leave();
		});
	}

	@Operation
	public void drain() {
		this.mailbox.drain();
	}

	@Validate
	public void everythingIsDoneByOneWriter() {
		if (this.done != this.asked.get() || this.overlaps.get() > 0) {
			throw new IllegalStateException(
					"%d of %d done, %d overlaps".formatted(this.done, this.asked.get(), this.overlaps.get()));
		}
	}

	@Test
	void hasOneWriterAndLosesNothing() {
		new ModelCheckingOptions().threads(3)
			.actorsPerThread(2)
			.actorsBefore(0)
			.actorsAfter(1)
			.iterations(10)
			.invocationsPerIteration(300)
			.check(MailboxLincheckTests.class);
	}

}
