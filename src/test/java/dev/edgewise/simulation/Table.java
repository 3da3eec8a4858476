package dev.edgewise.simulation;

import java.util.List;

import dev.edgewise.simulation.Tally.Samples;

/**
 * A table in Markdown, in the making.
 */
final class Table {

	private static final String NONE = "–";

	private final StringBuilder rows = new StringBuilder();

	Table(String... headings) {
		row(List.of(headings));
		this.rows.append("|---".repeat(headings.length)).append("|\n");
	}

	void row(List<String> cells) {
		this.rows.append("| ").append(String.join(" | ", cells)).append(" |\n");
	}

	/**
	 * How many of a thousand, rounded.
	 */
	static int thousandths(long part, long all) {
		return (all == 0) ? 0 : (int) ((part * 2_000 + all) / (2 * all));
	}

	/**
	 * A quantile, as text.
	 */
	static String quantile(Samples samples, int thousandths) {
		int value = samples.quantile(thousandths);
		return (samples.count() == 0) ? NONE : (value == Tally.NEVER) ? "never" : number(value);
	}

	/**
	 * A number with commas.
	 */
	static String number(long value) {
		return (value < 1_000) ? String.valueOf(value)
				: number(value / 1_000) + "," + String.valueOf(1_000 + value % 1_000).substring(1);
	}

	@Override
	public String toString() {
		return this.rows.toString();
	}

}
