package dev.edgewise.conversation;

import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;

import dev.edgewise.ConversationContext.HeardBy;
import dev.edgewise.ConversationContext.Message;
import dev.edgewise.ConversationContext.Role;
import dev.edgewise.ConversationContext.Speech;
import dev.edgewise.Playback;
import org.jspecify.annotations.Nullable;

/**
 * What one generation says: its text as it grows, which parts of it were delivered, and
 * how far it was heard. Text is bounded: what exceeds the bound is not kept. Safe from
 * any thread.
 */
public final class Utterance {

	private final String generation;

	private final int bound;

	private final Playback playback;

	private final @Nullable Locale language;

	/** Null as long as nobody asks: where all is assumed, nobody does. */
	private @Nullable Playhead playhead;

	private final StringBuilder text = new StringBuilder();

	/** Where its items end. */
	private int[] ends = new int[4];

	private int endsUsed;

	/** Delivered ranges as pairs of offsets, ascending and apart. Nearly always one. */
	private int[] ranges = new int[2];

	private int rangesUsed;

	/** Protected ranges as pairs of offsets, ascending and apart. Nearly always none. */
	private int[] guarded = {};

	private int guardedUsed;

	private @Nullable Instant begunAt;

	private State state = State.SPEAKING;

	/** Whether anything was acknowledged. */
	private boolean acknowledged;

	/** Whether acknowledgements are not for it any more. */
	private boolean closed;

	private @Nullable Line line;

	public Utterance(String generation, int bound, Playback playback, @Nullable Locale language) {
		this.generation = generation;
		this.bound = bound;
		this.playback = playback;
		this.language = language;
	}

	String generation() {
		return this.generation;
	}

	/**
	 * Adds an item's text.
	 * @param content the text
	 * @param at when it was produced
	 * @param guarded whether it must not be cut
	 * @return the offset at which it ends
	 */
	public synchronized int append(String content, Instant at, boolean guarded) {
		if (this.begunAt == null) {
			this.begunAt = at;
		}
		int from = this.text.length();
		int room = Math.min(content.length(), this.bound - from);
		this.text.append(content, 0, Math.max(room, 0));
		int to = this.text.length();
		if (this.endsUsed == this.ends.length) {
			this.ends = Arrays.copyOf(this.ends, this.endsUsed * 2);
		}
		if (this.endsUsed == 0 || to > from || this.endsUsed < this.bound) {
			this.ends[this.endsUsed++] = to;
		}
		if (guarded && to > from) {
			guard(from, to);
		}
		this.line = null;
		return to;
	}

	private void guard(int from, int to) {
		if (this.guardedUsed > 0 && this.guarded[this.guardedUsed - 1] == from) {
			this.guarded[this.guardedUsed - 1] = to;
			return;
		}
		if (this.guardedUsed == this.guarded.length) {
			this.guarded = Arrays.copyOf(this.guarded, Math.max(2, this.guardedUsed * 2));
		}
		this.guarded[this.guardedUsed++] = from;
		this.guarded[this.guardedUsed++] = to;
	}

	/**
	 * Marks a part as delivered.
	 * @param from its first offset
	 * @param to the offset behind its last
	 */
	public synchronized void deliver(int from, int to) {
		if (from >= to) {
			return;
		}
		this.line = null;
		int at = this.rangesUsed;
		while (at > 0 && this.ranges[at - 2] > from) {
			at -= 2;
		}
		if (at > 0 && this.ranges[at - 1] == from) {
			this.ranges[at - 1] = to;
			if (at < this.rangesUsed && this.ranges[at] == to) {
				this.ranges[at - 1] = this.ranges[at + 1];
				System.arraycopy(this.ranges, at + 2, this.ranges, at, this.rangesUsed - at - 2);
				this.rangesUsed -= 2;
			}
		}
		else if (at < this.rangesUsed && this.ranges[at] == to) {
			this.ranges[at] = from;
		}
		else {
			int[] larger = new int[Math.max(this.ranges.length, this.rangesUsed + 2)];
			System.arraycopy(this.ranges, 0, larger, 0, at);
			larger[at] = from;
			larger[at + 1] = to;
			System.arraycopy(this.ranges, at, larger, at + 2, this.rangesUsed - at);
			this.ranges = larger;
			this.rangesUsed += 2;
		}
	}

	private Playhead playhead() {
		Playhead known = this.playhead;
		if (known == null) {
			known = new Playhead(this.language);
			this.playhead = known;
		}
		return known;
	}

	/**
	 * Looks whether something that was spoken is the next of it; changes nothing.
	 */
	synchronized Playhead.Match match(String said) {
		return playhead().match(this.text, this.guarded, this.guardedUsed, said);
	}

	/**
	 * Takes note that something was spoken.
	 */
	synchronized void accept(Playhead.Match match) {
		playhead().accept(match);
		acknowledge();
	}

	/**
	 * Takes note that something was spoken that is not, or not yet, known to be of it.
	 */
	synchronized void remember(Playhead.Match match) {
		playhead().accept(match);
	}

	/**
	 * Takes note of a position that was told in characters.
	 */
	synchronized void heardCharacters(int characters) {
		playhead().moveTo(this.text, characters);
		acknowledge();
	}

	/**
	 * Takes note of a position that was told in items.
	 */
	synchronized void heardItems(int items) {
		int known = Math.min(items, this.endsUsed);
		heardCharacters((known > 0) ? this.ends[known - 1] : 0);
	}

	/**
	 * Takes note of a position that was estimated, in characters.
	 */
	synchronized void heardAbout(int characters) {
		playhead().moveToWord(this.text, characters);
		acknowledge();
	}

	private void acknowledge() {
		this.acknowledged = true;
		this.line = null;
	}

	/**
	 * Takes note that something after it was spoken: what is protected and next was heard
	 * before that, and no acknowledgement is for it any more unless it goes on.
	 */
	synchronized void pass() {
		for (int i = 0; i < this.guardedUsed; i += 2) {
			int at = playhead().next(this.text);
			if (this.guarded[i] <= at && at < this.guarded[i + 1]) {
				playhead().moveTo(this.text, this.guarded[i + 1]);
				acknowledge();
			}
		}
		if (this.state != State.SPEAKING) {
			this.closed = true;
		}
	}

	/**
	 * Takes no acknowledgement any more if there is nothing left that one could be for.
	 * @return whether that is so
	 */
	synchronized boolean closeIfHeardOut() {
		if (this.acknowledged && this.state != State.SPEAKING && playhead().isAtEnd(this.text)) {
			this.closed = true;
		}
		return this.closed;
	}

	/**
	 * Takes no acknowledgement any more.
	 */
	synchronized void close() {
		this.closed = true;
	}

	synchronized boolean isClosed() {
		return this.closed;
	}

	/**
	 * Whether it was cut off.
	 */
	synchronized boolean isCut() {
		return this.state == State.CUT;
	}

	/**
	 * Whether it does not go on.
	 */
	synchronized boolean isOver() {
		return this.state != State.SPEAKING;
	}

	/**
	 * Whether it is complete and some of it may yet be spoken.
	 */
	public synchronized boolean isBeingSpoken() {
		return this.playback == Playback.ACKNOWLEDGED && this.state == State.WHOLE && !this.closed
				&& !playhead().isAtEnd(this.text);
	}

	/**
	 * Whether what is to be heard next must not be cut.
	 */
	public synchronized boolean isGuarded() {
		int at = (this.guardedUsed > 0) ? playhead().next(this.text) : 0;
		for (int i = 0; i < this.guardedUsed; i += 2) {
			if (this.guarded[i] <= at && at < this.guarded[i + 1]) {
				return true;
			}
		}
		return false;
	}

	/**
	 * How many characters it holds.
	 */
	synchronized int length() {
		return this.text.length();
	}

	/**
	 * About the memory that it takes, in bytes.
	 */
	synchronized long footprint() {
		return Conversation.OF_A_MESSAGE + this.text.capacity() + Integer.BYTES * (long) this.ends.length
				+ ((this.line != null) ? 2L * this.text.length() : 0);
	}

	synchronized void settle(State state) {
		this.state = state;
		this.line = null;
	}

	/**
	 * The text that was produced.
	 */
	public synchronized String generated() {
		return this.text.toString();
	}

	/**
	 * The text that was delivered.
	 */
	public synchronized String delivered() {
		if (this.rangesUsed == 2) {
			return this.text.substring(this.ranges[0], this.ranges[1]);
		}
		StringBuilder result = new StringBuilder();
		for (int i = 0; i < this.rangesUsed; i += 2) {
			result.append(this.text, this.ranges[i], this.ranges[i + 1]);
		}
		return result.toString();
	}

	/**
	 * The text that the user has heard, as far as that is known.
	 */
	public synchronized String heard() {
		if (this.acknowledged) {
			return this.text.substring(0, playhead().position());
		}
		return (this.playback == Playback.ASSUMED) ? delivered() : "";
	}

	/**
	 * How long the text is that the user has heard.
	 */
	public synchronized int heardLength() {
		return this.acknowledged ? playhead().position()
				: (this.playback == Playback.ASSUMED && this.rangesUsed > 0) ? this.ranges[this.rangesUsed - 1] : 0;
	}

	/**
	 * What the history says of it as it stands; null if it has said nothing.
	 */
	synchronized @Nullable Line line() {
		Instant at = this.begunAt;
		if (at == null || this.text.isEmpty()) {
			return null;
		}
		Line known = this.line;
		if (known == null) {
			known = line(at);
			this.line = known;
		}
		return known;
	}

	private Line line(Instant at) {
		String generated = generated();
		String delivered = isWhole(this.ranges, this.rangesUsed) ? generated : delivered();
		boolean assumed = this.playback == Playback.ASSUMED && !this.acknowledged;
		String heard = assumed ? delivered : heard();
		HeardBy evidence = heard.isEmpty() ? HeardBy.NONE : assumed ? HeardBy.ASSUMED : HeardBy.ACKNOWLEDGED;
		boolean whole = this.state == State.WHOLE;
		boolean inFull = whole && (assumed ? delivered.length() == generated.length()
				: this.acknowledged && playhead().isAtEnd(this.text));
		Speech speech = new Speech(generated, delivered, heard, evidence, inFull);
		// What is not delivered yet waits in the log for the stream to come back.
		String shown = (assumed && whole) ? generated : heard;
		boolean cut = this.state == State.CUT;
		Message audited = new Message(Role.AGENT, generated, at, this.generation, cut, speech, null, null);
		Message seen = shown.isEmpty() ? null : shown.length() == generated.length() ? audited
				: new Message(Role.AGENT, shown, at, this.generation, cut, speech, null, null);
		return new Line(seen, audited);
	}

	private boolean isWhole(int[] ranges, int used) {
		return used == 2 && ranges[0] == 0 && ranges[1] == this.text.length();
	}

	/**
	 * How far an utterance has come.
	 */
	enum State {

		/** It may go on. */
		SPEAKING,

		/** It ended by itself, or failed; all of it is or will be delivered. */
		WHOLE,

		/** It was cut off. */
		CUT

	}

	/**
	 * What the history says of one thing that was said.
	 *
	 * @param seen as a model sees it; null if it does not
	 * @param audited as it was generated
	 */
	record Line(@Nullable Message seen, Message audited) {
	}

}
