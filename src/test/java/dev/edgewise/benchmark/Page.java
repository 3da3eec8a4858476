package dev.edgewise.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A page of Markdown in the making, with the pictures that it shows.
 */
final class Page {

	private final StringBuilder text = new StringBuilder();

	private final Map<String, String> pictures = new LinkedHashMap<>();

	private final List<Target> targets = new ArrayList<>();

	void heading(String heading) {
		paragraph("## " + heading);
	}

	/**
	 * Adds a paragraph, or several.
	 */
	void paragraph(String markdown) {
		this.text.append(markdown.strip()).append("\n\n");
	}

	void table(List<String> headings, List<List<String>> rows) {
		row(headings);
		this.text.append("|---".repeat(headings.size())).append("|\n");
		rows.forEach(this::row);
		this.text.append('\n');
	}

	/**
	 * Adds a picture.
	 * @param name of its file, without the ending
	 * @param alternative what it shows, for those who do not see it
	 * @param svg the picture
	 */
	void picture(String name, String alternative, String svg) {
		this.pictures.put(name + ".svg", svg);
		paragraph("![" + alternative + "](performance/" + name + ".svg)");
	}

	/**
	 * Takes note of what has become of a target, for the head of the report.
	 */
	void target(Target target) {
		this.targets.add(target);
	}

	List<Target> targets() {
		return this.targets;
	}

	/**
	 * The pictures by the names of their files.
	 */
	Map<String, String> pictures() {
		return this.pictures;
	}

	/**
	 * A number as it is written in tables.
	 */
	static String number(double value, int digits) {
		return String.format(Locale.ROOT, "%,." + digits + "f", value);
	}

	private void row(List<String> cells) {
		this.text.append("| ").append(String.join(" | ", cells)).append(" |\n");
	}

	/**
	 * A target, and what was reached.
	 *
	 * @param measure what is measured
	 * @param peer what the peer takes, or nothing where that is not known
	 * @param wanted the target
	 * @param reached the figure
	 * @param met whether that is good enough
	 * @param reason why not, if it is not
	 */
	record Target(String measure, String peer, String wanted, String reached, boolean met, String reason) {
	}

	@Override
	public String toString() {
		return this.text.toString().strip() + "\n";
	}

}
