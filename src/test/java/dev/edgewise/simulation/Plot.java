package dev.edgewise.simulation;

import java.util.List;

import dev.edgewise.simulation.Tally.Samples;

/**
 * Draws a picture as SVG, readable on light and on dark ground. Lengths are computed in
 * tenths of a pixel, as integers.
 */
final class Plot {

	private static final String STYLE = """
			<style>
			text{font:13px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#1f2328}
			.small{font-size:12px;fill:#59636e}.end{text-anchor:end}.middle{text-anchor:middle}
			.grid{stroke:#d1d9e0;stroke-width:1}.axis{stroke:#59636e;stroke-width:1}
			.line{fill:none;stroke-linejoin:round}
			.s0{stroke:#59636e;stroke-width:6;stroke-opacity:.45}.s1{stroke:#0969da;stroke-width:2.5}
			.s2{stroke:#1a7f37;stroke-width:2;stroke-dasharray:10 4}.s3{stroke:#9a6700;stroke-width:2;stroke-dasharray:2 4}
			.s4{stroke:#cf222e;stroke-width:2;stroke-dasharray:6 3}.s5{stroke:#8250df;stroke-width:2;stroke-dasharray:10 3 2 3}
			.b0{fill:#bc4c00}.b1{fill:#0969da}
			@media (prefers-color-scheme:dark){
			text{fill:#e6edf3}.small{fill:#9198a1}.grid{stroke:#3d444d}.axis{stroke:#9198a1}
			.s0{stroke:#9198a1}.s1{stroke:#4493f8}.s2{stroke:#3fb950}.s3{stroke:#d29922}.s4{stroke:#f85149}.s5{stroke:#ab7df8}
			.b0{fill:#f0883e}.b1{fill:#4493f8}
			}
			</style>
			""";

	private final StringBuilder svg = new StringBuilder();

	private Plot(int width, int height, String title) {
		this.svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ")
			.append(width)
			.append(' ')
			.append(height)
			.append("\" width=\"")
			.append(width)
			.append("\" height=\"")
			.append(height)
			.append("\" role=\"img\" aria-label=\"")
			.append(title)
			.append("\">\n<title>")
			.append(title)
			.append("</title>\n")
			.append(STYLE);
	}

	/**
	 * Which share of all has been reached by which time.
	 * @param title what it is
	 * @param names the names of the lines
	 * @param samples the values of each
	 * @param max the last time, in milliseconds
	 */
	static String cumulative(String title, List<String> names, List<Samples> samples, int max) {
		int left = 60;
		int top = 20;
		int width = 520;
		int height = 300;
		Plot plot = new Plot(760, 380, title);
		for (int percent = 0; percent <= 100; percent += 20) {
			int y = top + height - height * percent / 100;
			plot.line((percent == 0) ? "axis" : "grid", left, y, left + width, y);
			plot.text("small end", left - 8, y + 4, percent + " %");
		}
		for (int millis = 0; millis <= max; millis += 250) {
			int x = left + width * millis / max;
			plot.line("axis", x, top + height, x, top + height + 4);
			plot.text("small middle", x, top + height + 20, String.valueOf(millis));
		}
		plot.text("middle", left + width / 2, top + height + 44,
				"milliseconds from the first sound of the caller to the last of the agent");
		for (int i = 0; i < names.size(); i++) {
			int[] sorted = samples.get(i).sorted();
			StringBuilder points = new StringBuilder();
			int reached = 0;
			for (int millis = 0; millis <= max; millis += 10) {
				while (reached < sorted.length && sorted[reached] <= millis) {
					reached++;
				}
				points.append((millis == 0) ? "" : " ")
					.append(tenths(left * 10 + (int) (width * 10L * millis / max)))
					.append(',')
					.append(tenths((top + height) * 10 - (int) (height * 10L * reached / Math.max(1, sorted.length))));
			}
			plot.svg.append("<polyline class=\"line s")
				.append(i)
				.append("\" points=\"")
				.append(points)
				.append("\"/>\n");
			int y = top + 110 + 26 * i;
			plot.svg.append("<line class=\"s")
				.append(i)
				.append("\" x1=\"600\" y1=\"")
				.append(y)
				.append("\" x2=\"640\" y2=\"")
				.append(y)
				.append("\"/>\n");
			plot.text("", 650, y + 4, names.get(i));
		}
		return plot.end();
	}

	/**
	 * Two bars for each name, of values up to a thousand.
	 * @param title what it is
	 * @param names the names
	 * @param legends what the first bars are, and the second
	 * @param first the values of the first bars
	 * @param second the values of the second bars
	 */
	static String bars(String title, List<String> names, List<String> legends, List<Integer> first,
			List<Integer> second) {
		int left = 120;
		int top = 64;
		int width = 560;
		int row = 46;
		int bottom = top + row * names.size();
		Plot plot = new Plot(760, bottom + 36, title);
		for (int i = 0; i < 2; i++) {
			plot.bar(i, left, 10 + 22 * i, 14, 140);
			plot.text("", left + 22, 22 + 22 * i, legends.get(i));
		}
		for (int value = 0; value <= 1_000; value += 200) {
			int x = left + width * value / 1_000;
			plot.line((value == 0) ? "axis" : "grid", x, top, x, bottom);
			plot.text("small middle", x, bottom + 20, String.valueOf(value));
		}
		for (int i = 0; i < names.size(); i++) {
			int y = top + row * i + 5;
			plot.text("end", left - 10, y + 23, names.get(i));
			plot.value(0, left, y, width, first.get(i));
			plot.value(1, left, y + 18, width, second.get(i));
		}
		return plot.end();
	}

	private void value(int kind, int left, int y, int width, int value) {
		int tenths = width * value / 100;
		bar(kind, left, y, 16, tenths);
		text("small", left + tenths / 10 + 6, y + 12, String.valueOf(value));
	}

	private void bar(int kind, int x, int y, int height, int tenths) {
		this.svg.append("<rect class=\"b")
			.append(kind)
			.append("\" x=\"")
			.append(x)
			.append("\" y=\"")
			.append(y)
			.append("\" width=\"")
			.append(tenths(tenths))
			.append("\" height=\"")
			.append(height)
			.append("\"/>\n");
	}

	private void line(String style, int x1, int y1, int x2, int y2) {
		this.svg.append("<line class=\"")
			.append(style)
			.append("\" x1=\"")
			.append(x1)
			.append("\" y1=\"")
			.append(y1)
			.append("\" x2=\"")
			.append(x2)
			.append("\" y2=\"")
			.append(y2)
			.append("\"/>\n");
	}

	private void text(String style, int x, int y, String text) {
		this.svg.append("<text class=\"")
			.append(style)
			.append("\" x=\"")
			.append(x)
			.append("\" y=\"")
			.append(y)
			.append("\">")
			.append(text)
			.append("</text>\n");
	}

	private static String tenths(int tenths) {
		return tenths / 10 + "." + tenths % 10;
	}

	private String end() {
		return this.svg.append("</svg>\n").toString();
	}

}
