package dev.edgewise.benchmark;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;

/**
 * How values that should be the same lie: the one in the middle, and the least and the
 * most of them.
 *
 * @param median the value in the middle, or between the two in the middle
 * @param least the least
 * @param most the most
 */
record Spread(double median, double least, double most) {

	/**
	 * The spread of values.
	 * @param values at least one
	 */
	static Spread of(Collection<Double> values) {
		return of(values.stream().mapToDouble(Double::doubleValue).toArray());
	}

	/**
	 * The spread of values.
	 * @param values at least one
	 */
	static Spread of(double... values) {
		double[] sorted = values.clone();
		Arrays.sort(sorted);
		int middle = sorted.length / 2;
		double median = (sorted.length % 2 == 1) ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
		return new Spread(median, sorted[0], sorted[sorted.length - 1]);
	}

	/**
	 * The median, and in parentheses the least and the most.
	 * @param digits behind the point
	 */
	String format(int digits) {
		String number = "%,." + digits + "f";
		return String.format(Locale.ROOT, number + " (" + number + " to " + number + ")", this.median, this.least,
				this.most);
	}

}
