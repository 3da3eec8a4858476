package dev.edgewise.interruption;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import org.jspecify.annotations.Nullable;

/**
 * Hears which of the user's events belong to one utterance.
 * <p>
 * {@code UserStartedSpeaking} begins one, unless its speaker speaks already and nothing
 * final has been heard: detectors stutter. What comes without a speaker belongs to the
 * last one; what comes with one to that speaker's last, or to the last that has no
 * speaker yet. A transcript that nothing began, or that comes long after a settled
 * utterance was over, begins one of its own, which its final one ends. Not safe from
 * several threads.
 */
public final class Utterances {

	/** Speakers that are told apart at a time. */
	private static final int MAX = 8;

	/** After this time the words behind a final transcript are another utterance's. */
	private static final long LATE_MILLIS = 2_000;

	/** After this time no transcript is expected any more. */
	private static final long VERY_LATE_MILLIS = 10_000;

	/** Latest first. */
	private final Deque<UserUtterance> known = new ArrayDeque<>(2);

	private long count;

	/**
	 * Hears an event.
	 * @param event any event
	 * @param millis its time, in milliseconds since the epoch
	 * @return the utterance that it belongs to, or null
	 */
	public @Nullable UserUtterance hear(Object event, long millis) {
		if (event instanceof UserStartedSpeaking started) {
			UserUtterance known = find(started.speaker());
			if (known != null && known.isDetected() && known.isSpeaking() && !known.isSettled()) {
				known.by(started.speaker());
				return known;
			}
			return begin(started.speaker(), millis, true);
		}
		if (event instanceof UserTranscriptionReceived transcript) {
			UserUtterance known = find(transcript.speaker());
			UserUtterance utterance = (known != null && !isOver(known, millis)) ? known
					: begin(transcript.speaker(), millis, false);
			utterance.hear(transcript.content(), Boolean.TRUE.equals(transcript.interim()), transcript.confidence(),
					transcript.speaker(), millis);
			return utterance;
		}
		if (event instanceof UserStoppedSpeaking stopped) {
			UserUtterance known = find(stopped.speaker());
			if (known != null) {
				known.end(millis);
			}
			// A late one without a start is a turn of its own, of which nothing is known.
			return (known != null && millis - known.stoppedMillis() <= LATE_MILLIS) ? known : null;
		}
		if (event instanceof DTMFInput input) {
			UserUtterance last = this.known.peekFirst();
			if (last != null) {
				last.press(input.button());
			}
		}
		return null;
	}

	private static boolean isOver(UserUtterance utterance, long millis) {
		if (utterance.isSpeaking()) {
			return false;
		}
		long since = millis - utterance.stoppedMillis();
		return utterance.isSettled() ? !utterance.isDetected() || since > LATE_MILLIS : since > VERY_LATE_MILLIS;
	}

	private @Nullable UserUtterance find(@Nullable String speaker) {
		if (speaker == null) {
			return this.known.peekFirst();
		}
		UserUtterance anonymous = null;
		for (UserUtterance utterance : this.known) {
			if (speaker.equals(utterance.speaker())) {
				return utterance;
			}
			if (utterance.speaker() == null && anonymous == null) {
				anonymous = utterance;
			}
		}
		return anonymous;
	}

	private UserUtterance begin(@Nullable String speaker, long millis, boolean detected) {
		UserUtterance begun = new UserUtterance(++this.count, speaker, millis, detected);
		Iterator<UserUtterance> others = this.known.iterator();
		while (others.hasNext()) {
			UserUtterance other = others.next();
			if (speaker == null || other.speaker() == null || speaker.equals(other.speaker())) {
				others.remove();
			}
		}
		this.known.addFirst(begun);
		if (this.known.size() > MAX) {
			this.known.removeLast();
		}
		return begun;
	}

}
