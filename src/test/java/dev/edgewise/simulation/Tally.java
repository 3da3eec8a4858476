package dev.edgewise.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import dev.edgewise.simulation.Caller.Kind;

/**
 * What came of calls. Times are in milliseconds.
 */
final class Tally {

	/** The time that something took which never came about. */
	static final int NEVER = Integer.MAX_VALUE;

	/** Of each sound that was meant to interrupt: until the agent was silent. */
	final Samples silence = new Samples();

	/** The same where a notice was being said that must not be cut. */
	final Samples silenceInNotice = new Samples();

	/** Of each sound that was not meant to interrupt and did not: the pause. */
	final Samples pause = new Samples();

	/** Of each interruption: from its end to the first item of what it started. */
	final Samples answer = new Samples();

	private final Map<Kind, int[]> counts = new EnumMap<>(Kind.class);

	private final int[] totals = new int[Total.values().length];

	long callMillis;

	void count(Kind kind, Count count) {
		this.counts.computeIfAbsent(kind, (key) -> new int[Count.values().length])[count.ordinal()]++;
	}

	int get(Kind kind, Count count) {
		int[] known = this.counts.get(kind);
		return (known != null) ? known[count.ordinal()] : 0;
	}

	void add(Total total, int more) {
		this.totals[total.ordinal()] += more;
	}

	int get(Total total) {
		return this.totals[total.ordinal()];
	}

	/**
	 * Adds what came of other calls.
	 */
	void add(Tally other) {
		this.silence.values.addAll(other.silence.values);
		this.silenceInNotice.values.addAll(other.silenceInNotice.values);
		this.pause.values.addAll(other.pause.values);
		this.answer.values.addAll(other.answer.values);
		for (Kind kind : Kind.values()) {
			int[] more = other.counts.get(kind);
			if (more != null) {
				int[] mine = this.counts.computeIfAbsent(kind, (key) -> new int[Count.values().length]);
				Arrays.setAll(mine, (i) -> mine[i] + more[i]);
			}
		}
		Arrays.setAll(this.totals, (i) -> this.totals[i] + other.totals[i]);
		this.callMillis += other.callMillis;
	}

	/**
	 * All of it in a line, to compare.
	 */
	@Override
	public String toString() {
		StringBuilder text = new StringBuilder();
		for (Kind kind : Kind.values()) {
			for (Count count : Count.values()) {
				text.append(kind).append(' ').append(count).append(' ').append(get(kind, count)).append(' ');
			}
		}
		return text + Arrays.toString(this.totals) + this.callMillis + this.silence.values + this.silenceInNotice.values
				+ this.pause.values + this.answer.values;
	}

	/**
	 * What is counted of a kind of speech.
	 */
	enum Count {

		/** How often it was heard. */
		HEARD,

		/** How often it cut an answer though it was not meant to. */
		FALSE_STOP,

		/** How often it met words that must not be cut. */
		IN_NOTICE,

		/** How often it met other words. */
		IN_QUESTION,

		/** How often the agent spoke again before it was silent for good. */
		SPOKE_AGAIN,

		/** How often it did not silence the agent within two seconds. */
		MISSED,

		/**
		 * How often it was answered though it was not meant to be, and had cut nothing.
		 */
		NEEDLESS_ANSWER,

		/** How often the caller had to say it again. */
		LOST

	}

	/**
	 * What is counted of calls.
	 */
	enum Total {

		/** Answers that the agent has begun. */
		ANSWERS,

		/** Items that nodes produced. */
		ITEMS,

		/** Items that nodes produced and nobody heard. */
		WASTED,

		/** Answers that a sound has cut and that were never finished. */
		UNFINISHED

	}

	/**
	 * How long something took, over and over.
	 */
	static final class Samples {

		private final List<Integer> values = new ArrayList<>();

		void add(int millis) {
			this.values.add(millis);
		}

		int count() {
			return this.values.size();
		}

		int[] sorted() {
			return this.values.stream().mapToInt(Integer::intValue).sorted().toArray();
		}

		/**
		 * The least value that so many thousandths of all do not exceed.
		 */
		int quantile(int thousandths) {
			int[] sorted = sorted();
			if (sorted.length == 0) {
				return 0;
			}
			int rank = (int) (((long) sorted.length * thousandths + 999) / 1_000);
			return sorted[Math.max(0, rank - 1)];
		}

		long sum() {
			return this.values.stream().filter((value) -> value != NEVER).mapToLong(Integer::longValue).sum();
		}

		int countAbove(int millis) {
			return (int) this.values.stream().filter((value) -> value > millis).count();
		}

	}

}
