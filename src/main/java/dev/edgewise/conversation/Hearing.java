package dev.edgewise.conversation;

import java.util.ArrayList;
import java.util.List;

import dev.edgewise.conversation.Playhead.Match;
import dev.edgewise.event.PlaybackProgress;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which of the agents' messages an acknowledgement is for. For the session's
 * writer alone.
 * <p>
 * Messages are spoken in the order of the talk, so what is said after one closes it: no
 * acknowledgement is for it any more. One that was cut off takes those that come late,
 * until a message after it has had one; where the words would fit both, they are of the
 * later one. So each is counted once.
 */
final class Hearing {

	/** Messages that are over and may still be heard. */
	private static final int MAX_OVER = 8;

	/** Those that may still be heard, in the order of the talk. */
	private final List<Utterance> open = new ArrayList<>(2);

	private final int charactersPerSecond;

	Hearing(int charactersPerSecond) {
		this.charactersPerSecond = charactersPerSecond;
	}

	void begin(Utterance utterance) {
		this.open.add(utterance);
	}

	/**
	 * Takes note that a message is over, which closes the oldest of too many.
	 */
	void over() {
		forget();
		long over = this.open.stream().filter(Utterance::isOver).count();
		for (int i = 0; over > MAX_OVER; i++) {
			if (this.open.get(i).isOver()) {
				this.open.get(i).close();
				over--;
			}
		}
		forget();
	}

	private void forget() {
		this.open.removeIf((utterance) -> utterance.isClosed() || utterance.closeIfHeardOut());
	}

	/**
	 * Whether anything may still be heard of a generation's message.
	 */
	boolean isOpen(String generation) {
		return this.open.stream().anyMatch((utterance) -> utterance.generation().equals(generation));
	}

	/**
	 * Hears that something was spoken.
	 * @param said what was spoken
	 * @param generation whose message it was; null if that is not known
	 * @return what of it is in no message
	 */
	Heard said(String said, @Nullable String generation) {
		String rest = said;
		boolean covers = false;
		List<Utterance> candidates = candidates(generation);
		while (!rest.isEmpty()) {
			Fit fit = fit(candidates, rest);
			if (fit == null) {
				return new Heard(rest, covers);
			}
			if (fit.match.consumed() == 0) {
				fit.utterance.remember(fit.match);
				return new Heard(rest, covers);
			}
			covers |= fit.match.covers();
			// White space that is not the message's own says nothing.
			if (!rest.isBlank() || fit.match.position() > fit.utterance.heardLength()) {
				fit.utterance.accept(fit.match);
				passed(fit.utterance);
			}
			rest = rest.substring(fit.match.consumed());
			candidates = candidates.subList(candidates.indexOf(fit.utterance) + 1, candidates.size());
		}
		return new Heard("", covers);
	}

	/**
	 * Where words fit: a message that they fit whole rather than one that they go beyond;
	 * if they fit none, the first, which may find out later what they were.
	 */
	private static @Nullable Fit fit(List<Utterance> candidates, String said) {
		Fit best = null;
		for (Utterance utterance : candidates) {
			Match match = utterance.match(said);
			if (match.consumed() == said.length()) {
				return new Fit(utterance, match);
			}
			if (best == null || (match.consumed() > 0 && best.match.consumed() == 0)) {
				best = new Fit(utterance, match);
			}
		}
		return best;
	}

	/**
	 * The messages that words may be of, likeliest first.
	 */
	private List<Utterance> candidates(@Nullable String generation) {
		List<Utterance> candidates = new ArrayList<>(this.open.size());
		for (Utterance utterance : this.open) {
			if (generation == null ? !utterance.isCut() : generation.equals(utterance.generation())) {
				candidates.add(utterance);
			}
		}
		if (generation == null) {
			for (int i = this.open.size() - 1; i >= 0; i--) {
				if (this.open.get(i).isCut()) {
					candidates.add(this.open.get(i));
				}
			}
		}
		return candidates;
	}

	/**
	 * Hears how far a message has been spoken.
	 * @return whether there is such a message
	 */
	boolean progress(PlaybackProgress progress, @Nullable String generation) {
		List<Utterance> candidates = candidates(generation);
		if (candidates.isEmpty()) {
			return false;
		}
		Utterance utterance = candidates.get(0);
		if (progress.characters() != null) {
			utterance.heardCharacters(Math.max(0, progress.characters()));
		}
		else if (progress.items() != null) {
			utterance.heardItems(Math.max(0, progress.items()));
		}
		else if (progress.millis() != null) {
			double characters = Math.max(0, progress.millis()) / 1_000.0 * this.charactersPerSecond;
			utterance.heardAbout((int) Math.min(Integer.MAX_VALUE, characters));
		}
		passed(utterance);
		return true;
	}

	/**
	 * Takes note of what follows from a message being heard.
	 */
	private void passed(Utterance heard) {
		for (Utterance utterance : this.open) {
			if (utterance == heard) {
				break;
			}
			utterance.pass();
		}
		forget();
	}

	/**
	 * What was heard.
	 *
	 * @param rest the words that are in no message
	 * @param covers whether it shows that the words before, which were in none, are in
	 * one after all
	 */
	record Heard(String rest, boolean covers) {
	}

	/**
	 * A message and how words fit it.
	 */
	private record Fit(Utterance utterance, Match match) {
	}

}
