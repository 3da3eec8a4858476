package dev.edgewise.session;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.edgewise.InterruptedGenerationException;
import dev.edgewise.Protection;
import dev.edgewise.ToolPolicy;
import dev.edgewise.ToolPolicy.OnInterruption;
import dev.edgewise.event.ToolCall;
import dev.edgewise.event.ToolResult;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * One call of a tool, from its node's asking to its outcome. What becomes of it is for
 * the {@link Tools} of its session to say; the rest is any thread's.
 */
final class ToolRun {

	private static final Logger logger = LoggerFactory.getLogger(ToolRun.class);

	/** More than any tool will be given, and yet not beyond the clock. */
	private static final Duration LONGEST = Duration.ofDays(36_500);

	final Run run;

	final ToolCall call;

	final ToolPolicy policy;

	/** Whether its node was asked for the call, as for an item. */
	final boolean paced;

	private final AtomicBoolean begun = new AtomicBoolean();

	private final Sinks.One<ToolResult> answer = Sinks.one();

	private final Semaphore gate = new Semaphore(0);

	private volatile @Nullable Protection protection;

	private volatile @Nullable ToolResult answered;

	private volatile @Nullable RuntimeException refused;

	// From here on: the writer's alone.

	Phase phase = Phase.ASKED;

	/** Null once it is not needed any more. */
	@Nullable ToolWork work;

	/** What it has in common with calls of the same key; null before its number. */
	@Nullable Deed deed;

	@Nullable ToolOutcome outcome;

	@Nullable Disposable timer;

	/** How deep its call stands in a chain of events that start one another. */
	int hop;

	long startedNanos;

	/** Where the generation's text ended when the outcome was numbered. */
	int textEnd;

	/** Whether the generation was cut before what it said after the outcome was heard. */
	boolean cut;

	private @Nullable ToolResult result;

	ToolRun(Run run, ToolCall call, ToolWork work, ToolPolicy policy, boolean paced) {
		this.run = run;
		this.call = Objects.requireNonNull(call, "call");
		this.work = work;
		this.policy = Objects.requireNonNull(policy, "policy");
		this.paced = paced;
	}

	boolean is(OnInterruption onInterruption) {
		return this.policy.onInterruption() == onInterruption;
	}

	/**
	 * Its one outcome, for reactive code.
	 */
	Mono<ToolResult> answer() {
		return Mono.defer(() -> {
			if (this.begun.compareAndSet(false, true)) {
				try {
					ask();
				}
				catch (RuntimeException ex) {
					this.answer.tryEmitError(ex);
				}
			}
			return this.answer.asMono();
		});
	}

	/**
	 * Its one outcome, for imperative code. Blocks until it is there.
	 */
	ToolResult await() {
		Execution.checkMayBlock("tool");
		ask();
		return this.run.execution.awaitOutcome(this);
	}

	private void ask() {
		if (this.run.startedAt() == null) {
			throw new MisuseException(this.run + " has not started");
		}
		if (is(OnInterruption.PROTECT)) {
			this.protection = this.run.protect();
		}
		try {
			if (this.paced) {
				this.run.execution.awaitDemand();
			}
			this.run.execution.offerCall(this);
		}
		catch (RuntimeException ex) {
			unprotect();
			throw ex;
		}
	}

	/**
	 * Waits until something has become of it or its generation.
	 */
	void pass() throws InterruptedException {
		this.gate.acquire();
	}

	/**
	 * Has its caller look again.
	 */
	void open() {
		this.gate.release();
	}

	/**
	 * The outcome that has been numbered; null if there is none.
	 */
	@Nullable ToolResult answered() {
		RuntimeException refused = this.refused;
		if (refused != null) {
			throw refused;
		}
		return this.answered;
	}

	/**
	 * Decides what came of it. The writer's.
	 */
	void decide(ToolOutcome outcome) {
		this.phase = Phase.DECIDED;
		this.outcome = outcome;
		this.result = outcome.answer(this);
	}

	/**
	 * The outcome. The writer's, when it has been decided.
	 */
	ToolResult result() {
		return Objects.requireNonNull(this.result);
	}

	/**
	 * Gives its caller the outcome, which has been numbered. The writer's.
	 */
	void tell(Engine engine) {
		ToolResult told = result();
		this.run.execution.emitted(told);
		this.answered = told;
		over(engine, () -> this.answer.tryEmitValue(told));
	}

	/**
	 * Tells its caller that there was no call. The writer's.
	 * @param why null if its generation has ended
	 */
	void refuse(Engine engine, @Nullable RuntimeException why) {
		RuntimeException told = (why != null) ? why : this.run.isInterrupted()
				? new InterruptedGenerationException(this.run.id) : Execution.ended(this.run);
		this.phase = Phase.OVER;
		this.work = null;
		this.refused = told;
		over(engine, () -> this.answer.tryEmitError(told));
	}

	private void over(Engine engine, Runnable signal) {
		this.phase = Phase.OVER;
		unprotect();
		this.gate.release();
		if (!this.paced) {
			// Never on the writer: what is subscribed to it is the node's code.
			try {
				engine.schedulers().parallel().schedule(() -> this.run.around.run(signal));
			}
			catch (RejectedExecutionException ex) {
				this.run.debug(logger, "Nobody is left to tell {} of {}", this.call.toolName(), this.run, ex);
			}
		}
	}

	private void unprotect() {
		Protection section = this.protection;
		if (section != null) {
			section.close();
		}
	}

	/**
	 * How long it may run.
	 */
	Duration deadline() {
		Duration deadline = this.policy.deadline();
		return (deadline.compareTo(LONGEST) < 0) ? deadline : LONGEST;
	}

	/**
	 * Where it stands.
	 */
	enum Phase {

		/** The call has no number. */
		ASKED,

		/** It has no outcome. */
		RUNNING,

		/** The outcome has no number. */
		DECIDED,

		/** The outcome has been told, or there was no call. */
		OVER

	}

}
