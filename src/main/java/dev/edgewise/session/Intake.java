package dev.edgewise.session;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.edgewise.EventConflictException;
import dev.edgewise.EventRefusedException;
import dev.edgewise.EventRefusedException.Bound;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.route.EventTypes;
import dev.edgewise.session.AcceptedEvents.Accepted;
import dev.edgewise.session.EngineListener.EventOutcome;
import org.jspecify.annotations.Nullable;

/**
 * What a session lets in: events that clients may write, at the rate that is allowed, and
 * each only once. For the session's writer alone.
 */
final class Intake {

	/** About what an accepted event with an id takes, in bytes. */
	private static final int OF_AN_ID = 768;

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
			Accepted before = find(submission, digest);
			Integer sibling = here.putIfAbsent(submission.id(), i);
			if (sibling != null
					&& !(Arrays.equals(digests[sibling], digest) && submission.isAddressedAs(events.get(sibling)))) {
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
			if (EventTypes.isReserved(submission.event().getClass())) {
				throw new IllegalArgumentException(
						EventTypes.nameOf(submission.event().getClass()) + " is written by the engine only");
			}
		}
	}

	/**
	 * Refuses what a bound forbids.
	 * @param count how many events there are
	 * @param limited whether the session's rate counts
	 * @param now the time
	 */
	void admit(int count, boolean limited, long now) {
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

	/**
	 * Finds what was accepted with the id of an event; other content is a conflict.
	 */
	@Nullable Accepted find(Submission submission, byte[] digest) {
		String id = submission.id();
		Accepted before = find(id);
		if (id != null && before != null && !before.isOf(digest, submission)) {
			throw new EventConflictException(id);
		}
		return before;
	}

	void remember(String id, Accepted event) {
		if (this.accepted == null) {
			this.accepted = new AcceptedEvents(this.engine.settings().session().eventIds());
		}
		this.accepted.remember(id, event);
	}

	/**
	 * About the memory that it takes, in bytes.
	 */
	long footprint() {
		return (this.accepted != null) ? OF_AN_ID * (long) this.accepted.size() : 0;
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

}
