package dev.edgewise.event;

import org.jspecify.annotations.Nullable;

/**
 * How far what an agent says has been spoken to the user, as a position from the
 * beginning of one message: for a client that knows what it has played, but not which
 * words that were. A position beyond the end means the end, one before the beginning the
 * beginning, one behind what is known already changes nothing, and one in a message that
 * is not there, or not to be heard any more, is counted
 * ({@code edgewise.speech.unmatched}). Exactly one of the three units is given.
 *
 * @param generation whose message; null for the one that is being spoken
 * @param characters how many characters (UTF-16 units) of its text
 * @param items how many of its {@code AgentResponse} items
 * @param millis how many milliseconds; taken for as many characters as
 * {@code edgewise.session.conversation.characters-per-second} says, back to a whole word
 */
public record PlaybackProgress(@Nullable String generation, @Nullable Integer characters, @Nullable Integer items,
		@Nullable Long millis) implements AgentEvent {

	public PlaybackProgress {
		int given = ((characters != null) ? 1 : 0) + ((items != null) ? 1 : 0) + ((millis != null) ? 1 : 0);
		if (given != 1) {
			throw new IllegalArgumentException("exactly one of characters, items and millis");
		}
	}

}
