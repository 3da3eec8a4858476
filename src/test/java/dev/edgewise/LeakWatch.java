package dev.edgewise;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.edgewise.session.EngineListener;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Counts what an engine has open, so that a suite can see that it leaves nothing behind.
 */
public final class LeakWatch implements EngineListener {

	private final AtomicInteger sessions = new AtomicInteger();

	private final AtomicInteger streams = new AtomicInteger();

	private final AtomicInteger generations = new AtomicInteger();

	private final AtomicInteger stuck = new AtomicInteger();

	@Override
	public void sessions(int change) {
		this.sessions.addAndGet(change);
	}

	@Override
	public void streams(int change) {
		this.streams.addAndGet(change);
	}

	@Override
	public void started(String route) {
		this.generations.incrementAndGet();
	}

	@Override
	public void ended(String route, GenerationOutcome outcome, Duration elapsed) {
		this.generations.decrementAndGet();
	}

	@Override
	public void stuck(String route, int change) {
		this.stuck.addAndGet(change);
	}

	/**
	 * Generations that run.
	 */
	public int generations() {
		return this.generations.get();
	}

	/**
	 * Checks that nothing is left, when all has been closed. Other threads may be about
	 * to notice.
	 */
	public void assertNothingIsLeft() {
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
		while (!open().equals(NOTHING) && System.nanoTime() < deadline) {
			Thread.onSpinWait();
		}
		assertThat(open()).isEqualTo(NOTHING);
	}

	private static final Map<String, Integer> NOTHING = Map.of("sessions", 0, "streams", 0, "generations", 0, "stuck",
			0);

	private Map<String, Integer> open() {
		return Map.of("sessions", this.sessions.get(), "streams", this.streams.get(), "generations",
				this.generations.get(), "stuck", this.stuck.get());
	}

}
