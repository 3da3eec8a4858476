package dev.edgewise.conversation;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;

import dev.edgewise.ConversationContext;
import dev.edgewise.ConversationContext.Message;
import dev.edgewise.ConversationContext.Role;
import dev.edgewise.Frame;
import dev.edgewise.event.ToolResult;
import dev.edgewise.event.UserTranscriptionReceived;
import org.jspecify.annotations.Nullable;

/**
 * The history of one session, bounded in messages and characters. For the session's
 * writer alone; the snapshots that it gives are immutable.
 * <p>
 * A snapshot costs the same however long the history is: settled messages stand in an
 * array whose used slots are never written again, so a snapshot shares it, and copies
 * only what is still being said.
 */
public final class Conversation {

	private final int maxMessages;

	private final int maxCharacters;

	private Object[] entries = new Object[0];

	private int from;

	private int to;

	/** Everything before this index is a {@link Message} and final. */
	private int settled;

	private long characters;

	public Conversation(int maxMessages, int maxCharacters) {
		this.maxMessages = maxMessages;
		this.maxCharacters = maxCharacters;
	}

	/**
	 * Takes note of a frame that says something by itself; what an agent says comes by
	 * its utterance.
	 * @param frame the frame
	 */
	public void append(Frame frame) {
		if (frame.event() instanceof UserTranscriptionReceived said && !Boolean.TRUE.equals(said.interim())) {
			add(new Message(Role.USER, said.content(), frame.at(), null, false));
		}
		else if (frame.event() instanceof ToolResult outcome) {
			String text = (outcome.error() != null) ? outcome.error() : String.valueOf(outcome.result());
			add(new Message(Role.TOOL, text, frame.at(), frame.generation(), false));
		}
	}

	/**
	 * Gives an utterance its place, which is where its first word stands.
	 * @param utterance the utterance
	 */
	public void begin(Utterance utterance) {
		add(utterance);
	}

	/**
	 * Takes note that an utterance has ended by itself.
	 * @param utterance the utterance
	 */
	public void complete(Utterance utterance) {
		settle(utterance, Utterance.State.WHOLE);
	}

	/**
	 * Takes note that an utterance was cut off.
	 * @param utterance the utterance
	 */
	public void interrupt(Utterance utterance) {
		settle(utterance, Utterance.State.CUT);
	}

	/**
	 * The history as it stands.
	 */
	public ConversationContext snapshot() {
		int open = 0;
		Message[] tail = new Message[this.to - this.settled];
		for (int i = this.settled; i < this.to; i++) {
			Message message = messageAt(i);
			if (message != null) {
				tail[open++] = message;
			}
		}
		return new Snapshot(new Messages(this.entries, this.from, this.settled, tail, open));
	}

	private @Nullable Message messageAt(int index) {
		return (this.entries[index] instanceof Utterance utterance) ? utterance.message()
				: (Message) this.entries[index];
	}

	private void add(Object entry) {
		if (this.to == this.entries.length) {
			Object[] larger = new Object[Math.max(8, (this.to - this.from) * 2)];
			System.arraycopy(this.entries, this.from, larger, 0, this.to - this.from);
			this.entries = larger;
			this.settled -= this.from;
			this.to -= this.from;
			this.from = 0;
		}
		this.entries[this.to++] = entry;
		if (entry instanceof Message message) {
			this.characters += message.text().length();
		}
		advance();
	}

	private void settle(Utterance utterance, Utterance.State state) {
		utterance.settle(state);
		for (int i = this.to - 1; i >= this.settled; i--) {
			if (this.entries[i] == utterance) {
				Message message = utterance.message();
				if (message != null) {
					this.entries[i] = message;
					this.characters += message.text().length();
				}
				else {
					System.arraycopy(this.entries, i + 1, this.entries, i, this.to - i - 1);
					this.to--;
				}
				break;
			}
		}
		advance();
	}

	private void advance() {
		while (this.settled < this.to && this.entries[this.settled] instanceof Message) {
			this.settled++;
		}
		while (this.from < this.settled
				&& (this.to - this.from > this.maxMessages || this.characters > this.maxCharacters)) {
			this.characters -= ((Message) this.entries[this.from++]).text().length();
		}
	}

	private record Snapshot(List<Message> messages) implements ConversationContext {
	}

	private static final class Messages extends AbstractList<Message> implements RandomAccess {

		private final Object[] shared;

		private final int from;

		private final int settled;

		private final Message[] tail;

		private final int tailSize;

		Messages(Object[] shared, int from, int settled, Message[] tail, int tailSize) {
			this.shared = shared;
			this.from = from;
			this.settled = settled;
			this.tail = tail;
			this.tailSize = tailSize;
		}

		@Override
		public Message get(int index) {
			if (index < 0 || index >= size()) {
				throw new IndexOutOfBoundsException(index);
			}
			int shared = this.settled - this.from;
			return (index < shared) ? (Message) this.shared[this.from + index] : this.tail[index - shared];
		}

		@Override
		public int size() {
			return this.settled - this.from + this.tailSize;
		}

	}

}
