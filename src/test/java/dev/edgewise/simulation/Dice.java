package dev.edgewise.simulation;

import java.util.List;

/**
 * Random integers that are the same everywhere: SplitMix64, written out so that they
 * depend on no library's version.
 */
final class Dice {

	/**
	 * A log-normal distribution of median 1 and sigma 0.5, as thousandths at every
	 * sixteenth of its mass; cut off at 2.4 sigmas.
	 */
	private static final int[] LOG_NORMAL = { 301, 464, 563, 642, 714, 783, 853, 924, 1_000, 1_082, 1_173, 1_277, 1_401,
			1_558, 1_777, 2_153, 3_320 };

	private static final int STEPS = 1 << 12;

	private long state;

	Dice(long seed) {
		this.state = seed;
	}

	long next() {
		this.state += 0x9E3779B97F4A7C15L;
		long z = this.state;
		z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
		z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
		return z ^ (z >>> 31);
	}

	int below(int bound) {
		return (int) ((next() >>> 33) % bound);
	}

	/**
	 * From the first to the last, both included.
	 */
	int between(int first, int last) {
		return first + below(last - first + 1);
	}

	boolean inThousand(int cases) {
		return below(1_000) < cases;
	}

	<T> T pick(List<T> list) {
		return list.get(below(list.size()));
	}

	/**
	 * Log-normally distributed, straight lines between the points of the table.
	 */
	int around(int median) {
		int place = below((LOG_NORMAL.length - 1) * STEPS);
		int low = LOG_NORMAL[place / STEPS];
		int high = LOG_NORMAL[place / STEPS + 1];
		long thousandths = low + (long) (high - low) * (place % STEPS) / STEPS;
		return (int) (median * thousandths / 1_000);
	}

}
