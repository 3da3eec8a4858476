package dev.edgewise.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.scheduler.Scheduler;
import reactor.util.concurrent.Queues;

/**
 * Makes one writer of many threads.
 * <p>
 * There are no locks. Whoever has something to be done puts it into the queue and counts
 * it; who finds the count at zero is the writer until it has brought it back to zero. So
 * a thread of a client, of a node or of a timer does the work of others for a while, but
 * never for long: after a turn of bounded length the writer goes on as a task of its own.
 * <p>
 * Commands go before content, always: the owner numbers items only while no command
 * waits. So how long an interruption takes does not depend on how much is queued.
 * <p>
 * Answers, which run code of others, are given when the writer has stopped writing.
 */
final class Mailbox {

	private static final Logger logger = LoggerFactory.getLogger(Mailbox.class);

	/** Steps after which the writer goes on as a task of its own. */
	private static final int TURN = 256;

	private final Owner owner;

	private final Runnable settle;

	private final Runnable wake;

	private final Runnable rest;

	private final Scheduler relay;

	private final Queue<Runnable> commands = Queues.<Runnable>unboundedMultiproducer().get();

	private final AtomicInteger work = new AtomicInteger();

	/** The writer's. */
	private List<Runnable> answers = List.of();

	Mailbox(Owner owner, Scheduler relay) {
		this.owner = owner;
		this.settle = owner::settle;
		this.wake = owner::wake;
		this.rest = owner::rest;
		this.relay = relay;
	}

	/**
	 * Has something done by the writer, before any content. Any thread's.
	 * @param command what to do
	 */
	void execute(Runnable command) {
		this.commands.offer(command);
		drain();
	}

	/**
	 * Has done what there is to do, here unless another thread is at it. Any thread's.
	 */
	void drain() {
		if (this.work.getAndIncrement() == 0) {
			turn();
		}
	}

	/**
	 * Whether a command waits. The writer's.
	 */
	boolean hasCommands() {
		return !this.commands.isEmpty();
	}

	/**
	 * Has code of others called when the writer has stopped writing. The writer's.
	 * @param answer the call
	 */
	void answer(Runnable answer) {
		if (this.answers.isEmpty()) {
			this.answers = new ArrayList<>(2);
		}
		this.answers.add(answer);
	}

	private void turn() {
		int missed = this.work.get();
		int steps = 0;
		List<Runnable> answers = List.of();
		while (missed != 0) {
			boolean more = true;
			while (more) {
				steps += runCommands(Math.max(1, TURN - steps));
				int numbered = number();
				steps += numbered;
				more = numbered > 0 || hasCommands();
				if (more && steps >= TURN) {
					guarded(this.wake);
					answers = takeAnswers(answers);
					if (handOver()) {
						give(answers);
						return;
					}
					steps = 0;
				}
			}
			guarded(this.rest);
			answers = takeAnswers(answers);
			missed = this.work.addAndGet(-missed);
		}
		give(answers);
	}

	private void give(List<Runnable> answers) {
		if (!answers.isEmpty()) {
			this.owner.outside(() -> answers.forEach(this::guarded));
		}
	}

	private boolean handOver() {
		try {
			this.relay.schedule(this::turn);
			return true;
		}
		catch (RejectedExecutionException ex) {
			logger.debug("The writer stays on its thread", ex);
			return false;
		}
	}

	private int runCommands(int max) {
		int count = 0;
		Runnable command;
		while (count < max && (command = this.commands.poll()) != null) {
			count++;
			guarded(command);
			guarded(this.settle);
		}
		if (count == 0) {
			guarded(this.settle);
		}
		return count;
	}

	private int number() {
		try {
			return this.owner.number();
		}
		catch (Throwable ex) {
			failed(ex);
			return 0;
		}
	}

	/**
	 * Keeps an error, of whatever kind, from ending the writer: nobody else could become
	 * it.
	 */
	private void guarded(Runnable step) {
		try {
			step.run();
		}
		catch (Throwable ex) {
			failed(ex);
		}
	}

	private void failed(Throwable ex) {
		logger.error("A step of {} failed", this.owner, this.owner.loggable(ex));
	}

	private List<Runnable> takeAnswers(List<Runnable> before) {
		List<Runnable> taken = this.answers;
		this.answers = List.of();
		if (before.isEmpty()) {
			return taken;
		}
		if (taken.isEmpty()) {
			return before;
		}
		before.addAll(taken);
		return before;
	}

	/**
	 * Whose work it is. Called by the writer.
	 */
	interface Owner {

		/**
		 * Applies what has come of a command.
		 */
		void settle();

		/**
		 * Numbers some content, until a command waits.
		 * @return how much
		 */
		int number();

		/**
		 * Tells readers that something has come.
		 */
		void wake();

		/**
		 * Takes note that there is nothing more to do for now.
		 */
		void rest();

		/**
		 * Runs code of others, on the thread that was the writer.
		 */
		default void outside(Runnable code) {
			code.run();
		}

		/**
		 * What a log line may show of a failure.
		 */
		default Throwable loggable(Throwable failure) {
			return failure;
		}

	}

}
