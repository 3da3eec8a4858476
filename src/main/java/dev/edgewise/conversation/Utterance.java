package dev.edgewise.conversation;

import java.time.Instant;

import dev.edgewise.ConversationContext.Message;
import dev.edgewise.ConversationContext.Role;
import org.jspecify.annotations.Nullable;

/**
 * What one generation says: its text as it grows, and which parts of it were delivered.
 * Text is bounded: what exceeds the bound is not kept. Safe from any thread.
 */
public final class Utterance {

	private final String generation;

	private final int bound;

	private final StringBuilder text = new StringBuilder();

	/** Delivered ranges as pairs of offsets, ascending and apart. Nearly always one. */
	private int[] ranges = new int[2];

	private int rangesUsed;

	private @Nullable Instant begunAt;

	private State state = State.SPEAKING;

	public Utterance(String generation, int bound) {
		this.generation = generation;
		this.bound = bound;
	}

	/**
	 * Adds text.
	 * @param content the text
	 * @param at when it was produced
	 * @return the offset at which it ends
	 */
	public synchronized int append(String content, Instant at) {
		if (this.begunAt == null) {
			this.begunAt = at;
		}
		int room = Math.min(content.length(), this.bound - this.text.length());
		this.text.append(content, 0, Math.max(room, 0));
		return this.text.length();
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

	synchronized void settle(State state) {
		this.state = state;
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
	 * The message as it stands, or null if there is nothing to show.
	 */
	synchronized @Nullable Message message() {
		String shown = (this.state == State.WHOLE) ? generated() : delivered();
		if (shown.isEmpty() || this.begunAt == null) {
			return null;
		}
		return new Message(Role.AGENT, shown, this.begunAt, this.generation, this.state == State.CUT);
	}

	/**
	 * How far an utterance has come.
	 */
	enum State {

		/** It may go on; what was delivered counts. */
		SPEAKING,

		/** It ended by itself, or failed; all of it is or will be delivered. */
		WHOLE,

		/** It was cut off; what was delivered counts. */
		CUT

	}

}
