package dev.edgewise.event;

import java.util.Objects;

/**
 * Text that has been spoken to the user, as a speech engine reports it: posted by a
 * client, or emitted by a node that speaks. It is looked for in what the agents have
 * said, from where the one before ended; so each tells what is new, in the order in which
 * it was spoken, in pieces of any size, be they parts of an item or of several messages.
 * <p>
 * The words must be the same, one after the other. What may differ is what speech does
 * not have or says otherwise: white space, which may be missing; punctuation, upper and
 * lower case, forms of the same letter; emoji, Markdown and tags, which may be left out;
 * and what is read out, that is numbers, amounts, times, dates, units, symbols, addresses
 * and abbreviations ("$100" as "one hundred dollars"), in the language of the session's
 * attribute {@code language}, or without one in those that are written like what is
 * heard. A number that is read out in a way that nobody knows counts as heard when the
 * words behind it come. The last word may be the beginning of one. What was protected and
 * stands before words that were spoken was heard as well.
 * <p>
 * If a word differs, nothing of the acknowledgement moves what was heard. It is kept as
 * what it is, something that the user has heard, in a message of an agent without a
 * generation, and is counted ({@code edgewise.speech.unmatched}), and so are words that
 * go on beyond the end of what has been said; the next one is looked for as if it had not
 * been there. If that fits a little further on, and the words before were much the same
 * as what was passed over, they count as heard after all.
 * <p>
 * Late words extend a message that was cut off, until one after it has been acknowledged.
 * Posted with a {@code generation}, they are looked for in that one's message alone.
 *
 * @param content the text; may be empty
 */
public record AgentSpeechSent(String content) implements AgentEvent {

	public AgentSpeechSent {
		Objects.requireNonNull(content, "content");
	}

}
