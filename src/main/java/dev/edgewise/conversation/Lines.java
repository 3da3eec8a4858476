package dev.edgewise.conversation;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;

import dev.edgewise.ConversationContext.Message;
import org.jspecify.annotations.Nullable;

/**
 * Messages that are final, in order. Added at the end and dropped at the beginning; a
 * slot that was used is never written again, so a view of them shares the array.
 */
final class Lines {

	private static final Message[] NONE = {};

	private @Nullable Message[] messages = NONE;

	private int from;

	private int to;

	void add(Message message) {
		if (this.to == this.messages.length) {
			move(size() * 2);
		}
		this.messages[this.to++] = message;
	}

	@Nullable Message first() {
		return (this.from < this.to) ? this.messages[this.from] : null;
	}

	/**
	 * Drops the first one. Its slot holds it for views that are out, but not for long:
	 * when more are dropped than there are, the rest moves to slots of its own.
	 */
	void removeFirst() {
		this.from++;
		if (this.from > Math.max(8, size())) {
			move(size() * 2);
		}
	}

	private void move(int room) {
		int size = size();
		@Nullable Message[] slots = new @Nullable Message[Math.max(8, room)];
		System.arraycopy(this.messages, this.from, slots, 0, size);
		this.messages = slots;
		this.from = 0;
		this.to = size;
	}

	/**
	 * How many slots there are.
	 */
	int slots() {
		return this.messages.length;
	}

	int size() {
		return this.to - this.from;
	}

	/**
	 * These and others behind them, as they are now.
	 */
	List<Message> and(List<Message> tail) {
		return new View(this.messages, this.from, this.to, tail);
	}

	private static final class View extends AbstractList<Message> implements RandomAccess {

		private final @Nullable Message[] shared;

		private final int from;

		private final int to;

		private final List<Message> tail;

		View(@Nullable Message[] shared, int from, int to, List<Message> tail) {
			this.shared = shared;
			this.from = from;
			this.to = to;
			this.tail = tail;
		}

		@Override
		public Message get(int index) {
			int behind = index - (this.to - this.from);
			Message message = (index >= 0 && behind < 0) ? this.shared[this.from + index] : null;
			return (message != null) ? message : this.tail.get(behind);
		}

		@Override
		public int size() {
			return this.to - this.from + this.tail.size();
		}

	}

}
