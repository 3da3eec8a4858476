package dev.edgewise.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.edgewise.RouteDefinition.Handler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What comes after the fence of a generation: its node is told and has its grace to end,
 * then its handlers run, and the next run of its route waits for both, within the grace.
 * For the session's writer alone.
 */
final class Cleanup {

	private static final Logger logger = LoggerFactory.getLogger(Cleanup.class);

	private final LiveSession session;

	private final Engine engine;

	private final List<Run> runs = new ArrayList<>(2);

	/** Those of them that something still waits for. */
	private int awaited;

	Cleanup(LiveSession session, Engine engine) {
		this.session = session;
		this.engine = engine;
	}

	/**
	 * The generations whose node has not ended, or whose handlers have not run.
	 */
	List<Run> runs() {
		return this.runs;
	}

	/**
	 * Whether nothing has to be waited for.
	 */
	boolean isOver() {
		return this.awaited == 0;
	}

	/**
	 * Has the node stopped, and gives it its grace.
	 */
	void begin(Run run) {
		slot(run).cleaning.add(run);
		this.awaited++;
		this.runs.add(run);
		run.execution.tell();
		if (run.nodeEnded) {
			this.session.execute(() -> this.session.generations().nodeEnded(run));
		}
		else {
			this.engine.schedulers().control().schedule(run.execution::stop);
		}
		if (run.timer != null) {
			run.timer.dispose();
		}
		run.timer = this.engine.schedulers()
			.timer()
			.schedule(() -> this.session.execute(() -> graceOver(run)),
					this.engine.settings().generation().grace().toNanos(), TimeUnit.NANOSECONDS);
	}

	/**
	 * Takes note that the node of a generation has ended that has had its last frame.
	 */
	void nodeEnded(Run run) {
		long latency = Math.max(0, this.engine.nanos() - run.fencedNanos);
		if (run.interruption != null) {
			this.engine.tell((listener) -> listener.cleanedUp(run.route(), Duration.ofNanos(latency)));
		}
		int late = run.execution.clear(this.session.tools()::strand);
		if (late > 0) {
			this.engine.tell((listener) -> listener.discarded(run.route(), late));
		}
		if (run.stuck) {
			run.stuck = false;
			this.engine.unstuck(run);
			forgetIfDone(run);
		}
		else {
			handle(run);
		}
	}

	private void graceOver(Run run) {
		release(run);
		if (!run.nodeEnded) {
			run.stuck = true;
			this.engine.stuck(run);
			run.around.stuck();
			run.warn(logger, "{} in {} has not ended within its grace", run, this.session);
			handle(run);
		}
	}

	private void handle(Run run) {
		if (run.interruption == null) {
			handled(run);
			return;
		}
		List<Handler> handlers = run.compiled.handlersFor(run.interruption);
		if (handlers.isEmpty()) {
			handled(run);
		}
		else {
			this.engine.handlersBegun();
			run.execution.handle(run.interruption, handlers, () -> {
				this.engine.handlersEnded();
				this.session.execute(() -> handled(run));
			});
		}
	}

	private void handled(Run run) {
		run.handled = true;
		if (run.timer != null) {
			run.timer.dispose();
		}
		release(run);
		this.session.closed(run);
		forgetIfDone(run);
	}

	private void forgetIfDone(Run run) {
		if (run.handled && run.nodeEnded) {
			this.runs.remove(run);
		}
	}

	/**
	 * Lets the next run of its route go on.
	 */
	private void release(Run run) {
		if (slot(run).cleaning.remove(run)) {
			this.awaited--;
		}
	}

	private RouteSlot slot(Run run) {
		return this.session.slot(run.compiled);
	}

}
