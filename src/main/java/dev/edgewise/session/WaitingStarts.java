package dev.edgewise.session;

import java.util.ArrayList;
import java.util.List;

import dev.edgewise.Overlap;
import dev.edgewise.interruption.UserUtterance;
import dev.edgewise.session.RouteSlot.Held;
import org.jspecify.annotations.Nullable;

/**
 * The starts of one session that wait in the slots of their routes until it has been
 * decided whether they start anything: those of the ends of utterances that are still in
 * question, and what was said to a generation that is protected. The responses to them
 * stay open meanwhile. For the session's writer alone.
 */
final class WaitingStarts {

	private final LiveSession session;

	private int count;

	WaitingStarts(LiveSession session) {
		this.session = session;
	}

	/**
	 * Lets a start wait. Of those that wait already only the ones stay whose own
	 * utterance is still in question: this one may be dropped before they are.
	 */
	void hold(RouteSlot slot, LogEntry entry, @Nullable UserUtterance utterance) {
		for (Held before : List.copyOf(slot.held)) {
			if (before.utterance() == utterance || !isInQuestion(slot, before.utterance())) {
				drop(slot, before);
			}
		}
		slot.held.add(new Held(slot.route.index(), entry, utterance, entry.cause()));
		this.count++;
		if (entry.origin != null) {
			entry.origin.open++;
		}
	}

	private static boolean isInQuestion(RouteSlot slot, @Nullable UserUtterance utterance) {
		return utterance != null && slot.audible().stream().anyMatch((run) -> run.asksAbout(utterance));
	}

	/**
	 * Forgets the starts that wait.
	 */
	void drop(RouteSlot slot) {
		List.copyOf(slot.held).forEach((waiting) -> drop(slot, waiting));
	}

	void drop(RouteSlot slot, Held waiting) {
		slot.held.remove(waiting);
		this.count--;
		if (waiting.entry().origin != null) {
			this.session.closed(waiting.entry().origin);
		}
	}

	/**
	 * Forgets the starts that wait and whose responses are closed.
	 */
	void drop(List<RouteSlot> slots, Origin origin) {
		for (RouteSlot slot : slots) {
			for (Held waiting : List.copyOf(slot.held)) {
				if (waiting.entry().origin == origin) {
					drop(slot, waiting);
				}
			}
		}
	}

	/**
	 * Whether any start waits.
	 */
	boolean isAny() {
		return this.count > 0;
	}

	/**
	 * The starts that need not wait any longer; they are not held any more.
	 */
	List<Held> released(List<RouteSlot> slots) {
		if (!isAny()) {
			return List.of();
		}
		List<Held> released = new ArrayList<>(1);
		for (RouteSlot slot : slots) {
			if (!slot.held.isEmpty()
					&& slot.audible().stream().noneMatch((run) -> run.pause != null || run.isWithheldFrom())) {
				List<Held> waiting = List.copyOf(slot.held);
				drop(slot);
				boolean last = slot.route.overlap() == Overlap.REPLACE;
				released.addAll(last ? waiting.subList(waiting.size() - 1, waiting.size()) : waiting);
			}
		}
		return released;
	}

	static LogEntry again(LogEntry entry, @Nullable Origin origin) {
		return new LogEntry(entry.frame, entry.bytes, null, 0, false, entry.hop, origin);
	}

}
