package dev.edgewise.session;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.edgewise.EventConflictException;
import dev.edgewise.EventRefusedException;
import dev.edgewise.EventRefusedException.Bound;
import dev.edgewise.event.AgentGenerationComplete;
import dev.edgewise.event.AgentGenerationFailed;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.AgentGenerationStarted;
import dev.edgewise.event.AgentGenerationPaused;
import dev.edgewise.event.AgentGenerationProtected;
import dev.edgewise.event.AgentGenerationResumed;
import dev.edgewise.event.AgentTakesFloor;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.event.InterruptRequested;
import dev.edgewise.event.SessionClosed;
import dev.edgewise.event.StreamGap;
import dev.edgewise.route.EventTypes;
import dev.edgewise.session.AcceptedEvents.Accepted;
import dev.edgewise.session.EngineListener.EventOutcome;
import org.jspecify.annotations.Nullable;

/**
 * What a session lets in: events that clients may write, at the rate that is allowed, and
 * each only once. For the session's writer alone.
 */
final class Intake {

	private final Engine engine;

	private @Nullable AcceptedEvents accepted;

	private @Nullable TokenBucket bucket;

	Intake(Engine engine) {
		this.engine = engine;
	}

	/**
	 * Checks all events before any is applied.
	 * @param events the events
	 * @param digests takes the digest of each event that has an id
	 * @param limited whether the session's rate counts
	 * @param now the time
	 * @return how many are not duplicates
	 */
	int check(List<Submission> events, byte[][] digests, boolean limited, long now) {
		int fresh = 0;
		Map<String, Integer> here = new HashMap<>();
		for (int i = 0; i < events.size(); i++) {
			Submission submission = events.get(i);
			if (submission.id() == null) {
				fresh++;
				continue;
			}
			byte[] digest = this.engine.encoder().digest(submission.event());
			digests[i] = digest;
			Accepted before = find(submission.id());
			Integer sibling = here.putIfAbsent(submission.id(), i);
			if ((before != null && !before.isOf(digest, submission.generation()))
					|| (sibling != null && !(Arrays.equals(digests[sibling], digest)
							&& Objects.equals(events.get(sibling).generation(), submission.generation())))) {
				throw new EventConflictException(submission.id());
			}
			if (before == null && sibling == null) {
				fresh++;
			}
		}
		if (fresh > 0 && !isEmergency(events)) {
			admit(fresh, limited, now);
		}
		return fresh;
	}

	/**
	 * Refuses what only the engine may write.
	 */
	static void checkWriter(List<Submission> events) {
		for (Submission submission : events) {
			if (isReserved(submission.event())) {
				throw new IllegalArgumentException(
						EventTypes.nameOf(submission.event().getClass()) + " is written by the engine only");
			}
		}
	}

	private void admit(int count, boolean limited, long now) {
		if (this.engine.isLogMemoryFull() && !this.engine.relieve()) {
			throw new EventRefusedException(Bound.LOG_MEMORY, Duration.ofSeconds(1));
		}
		if (!limited) {
			return;
		}
		if (this.bucket == null) {
			this.bucket = new TokenBucket(this.engine.settings().session().eventsPerSecond(), now);
		}
		if (!this.bucket.take(count, now)) {
			throw new EventRefusedException(Bound.EVENT_RATE, this.bucket.wait(count));
		}
	}

	@Nullable Accepted find(@Nullable String id) {
		return (id != null && this.accepted != null) ? this.accepted.find(id) : null;
	}

	void remember(String id, Accepted event) {
		if (this.accepted == null) {
			this.accepted = new AcceptedEvents(this.engine.settings().session().eventIds());
		}
		this.accepted.remember(id, event);
	}

	/**
	 * Tells listeners what became of events. Any thread's.
	 */
	void tell(List<Submission> events, EventOutcome outcome) {
		for (Submission submission : events) {
			String type = EventTypes.nameOf(submission.event().getClass());
			this.engine.tell((listener) -> listener.event(type, outcome));
		}
	}

	/**
	 * Whether these are emergencies, which no bound refuses.
	 */
	static boolean isEmergency(List<Submission> events) {
		return events.stream().allMatch((submission) -> submission.event() instanceof EmergencyStop);
	}

	/**
	 * Whether only the engine may write such an event.
	 */
	static boolean isReserved(Object event) {
		return event instanceof AgentGenerationStarted || event instanceof AgentGenerationComplete
				|| event instanceof AgentGenerationInterrupted || event instanceof AgentGenerationFailed
				|| event instanceof AgentGenerationPaused || event instanceof AgentGenerationResumed
				|| event instanceof AgentGenerationProtected || event instanceof AgentTakesFloor
				|| event instanceof InterruptRequested || event instanceof SessionClosed || event instanceof StreamGap;
	}

}
