package dev.edgewise.session;

import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.edgewise.Frame;
import dev.edgewise.event.AgentTakesFloor;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.UserUtterance;
import dev.edgewise.route.CompiledRoute;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/**
 * Takes the floor from a user whose turn is too long, for the routes that
 * {@link AgentTakesFloor} starts and whose policies set a limit. For the session's writer
 * alone.
 */
final class Floor {

	private final LiveSession session;

	private final Engine engine;

	private final Deliberation deliberation;

	private @Nullable UserUtterance lostBy;

	private @Nullable Frame takenAt;

	private @Nullable Disposable timer;

	Floor(LiveSession session, Engine engine, Deliberation deliberation) {
		this.session = session;
		this.engine = engine;
		this.deliberation = deliberation;
	}

	/**
	 * Whether a generation took the floor from this utterance.
	 */
	boolean isTaken(Run run, @Nullable UserUtterance utterance) {
		return utterance != null && utterance == this.lostBy && run.trigger.frame == this.takenAt;
	}

	/**
	 * Takes the floor if it is time to, and else looks again when it is.
	 * @param utterance what the user is saying
	 * @param now the time, in milliseconds since the epoch
	 */
	void consider(@Nullable UserUtterance utterance, long now) {
		List<CompiledRoute> routes = this.engine.routes().match(AgentTakesFloor.class).starts();
		if (routes.isEmpty() || utterance == null) {
			return;
		}
		if (this.timer != null) {
			this.timer.dispose();
		}
		if (!utterance.isSpeaking() || utterance == this.lostBy || this.session.isClosing()) {
			return;
		}
		long due = Long.MAX_VALUE;
		for (CompiledRoute route : routes) {
			InterruptionPolicy policy = this.deliberation.policyOf(route);
			if (!this.session.admits(route) || this.session.slot(route).active() > 0) {
				continue;
			}
			if (policy.floorMaxWords() > 0 && utterance.words() >= policy.floorMaxWords()) {
				due = now;
			}
			if (!policy.floorMaxTime().isZero()) {
				due = Math.min(due, utterance.begunMillis() + policy.floorMaxTime().toMillis());
			}
		}
		if (due <= now) {
			this.lostBy = utterance;
			this.takenAt = this.session
				.appendFloor(new AgentTakesFloor(utterance.words(), utterance.spokeFor(now).toMillis()));
		}
		else if (due != Long.MAX_VALUE) {
			this.timer = this.engine.schedulers()
				.timer()
				.schedule(() -> this.session.execute(() -> consider(utterance, this.engine.millis())),
						Math.max(0, due * 1_000_000L - this.engine.nanos()), TimeUnit.NANOSECONDS);
		}
	}

	/**
	 * Takes nothing any more.
	 */
	void close() {
		if (this.timer != null) {
			this.timer.dispose();
		}
	}

}
