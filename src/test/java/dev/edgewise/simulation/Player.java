package dev.edgewise.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * The loudspeaker of a caller's device: says item by item, stands still while the agent
 * is paused, and drops what an interruption drops.
 */
final class Player {

	private final Scheduler time;

	private final Ear ear;

	private final Deque<Item> queue = new ArrayDeque<>();

	private @Nullable Item current;

	/** Milliseconds of the current item that have been heard. */
	private int heard;

	private long since;

	private boolean frozen;

	private long lastSound;

	private @Nullable Disposable timer;

	Player(Scheduler time, Ear ear) {
		this.time = time;
		this.ear = ear;
	}

	private long now() {
		return this.time.now(TimeUnit.MILLISECONDS);
	}

	void add(Item item) {
		this.queue.add(item);
		if (this.current == null) {
			next();
		}
	}

	private void next() {
		this.current = this.queue.poll();
		this.heard = 0;
		if (this.current != null && !this.frozen) {
			go(this.current);
		}
	}

	private void go(Item item) {
		this.since = now();
		int until = item.millis();
		int mark = this.ear.mark();
		if (item.offset() >= 0 && mark >= item.offset() + this.heard && mark < item.offset() + item.millis()) {
			until = mark - item.offset();
		}
		this.timer = this.time.schedule(this::tick, until - this.heard, TimeUnit.MILLISECONDS);
	}

	private void tick() {
		Item item = this.current;
		if (item == null) {
			return;
		}
		listen();
		if (this.heard < item.millis()) {
			this.ear.marked();
			go(item);
			return;
		}
		this.current = null;
		this.ear.finished(item);
		next();
		if (this.current == null) {
			this.ear.drained();
		}
	}

	/**
	 * Takes note of what has been heard up to now.
	 */
	private void listen() {
		if (this.current != null && !this.frozen) {
			long now = now();
			this.heard += (int) (now - this.since);
			this.since = now;
			this.lastSound = now;
		}
	}

	void freeze() {
		listen();
		stopTimer();
		this.frozen = true;
	}

	void thaw() {
		if (this.frozen) {
			this.frozen = false;
			if (this.current != null) {
				go(this.current);
			}
		}
	}

	/**
	 * Drops what is left of a generation.
	 * @return how many items of it nobody has heard anything of
	 */
	int drop(String generation) {
		listen();
		int before = this.queue.size();
		this.queue.removeIf((item) -> item.generation().equals(generation));
		int dropped = before - this.queue.size();
		this.frozen = false;
		Item item = this.current;
		if (item != null && item.generation().equals(generation)) {
			stopTimer();
			dropped += (this.heard == 0) ? 1 : 0;
			this.ear.cut(item, this.heard);
			next();
		}
		return dropped;
	}

	private void stopTimer() {
		if (this.timer != null) {
			this.timer.dispose();
		}
	}

	/**
	 * The item that is being said, or stands still.
	 */
	@Nullable Item current() {
		return this.current;
	}

	/**
	 * How much of the current item has been heard, in milliseconds.
	 */
	int heard() {
		listen();
		return this.heard;
	}

	/**
	 * When something was heard last.
	 */
	long lastSound() {
		return this.lastSound;
	}

	/**
	 * A piece of what the agent says.
	 *
	 * @param generation whose it is
	 * @param number its number in the generation, from 0
	 * @param millis how long it takes to say
	 * @param offset where in the answer it is, in milliseconds; -1 if it is not of one
	 * that sounds are waiting for
	 */
	record Item(String generation, int number, int millis, int offset) {
	}

	/**
	 * Who hears it.
	 */
	interface Ear {

		/**
		 * The place in the answer to be told of next, in milliseconds; -1 for none.
		 */
		int mark();

		void marked();

		void finished(Item item);

		void cut(Item item, int heard);

		void drained();

	}

}
