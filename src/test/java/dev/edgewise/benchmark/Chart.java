package dev.edgewise.benchmark;

import java.math.BigDecimal;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/**
 * A picture of figures as SVG, readable on light and on dark ground. The same figures
 * give the same text.
 */
final class Chart {

	private static final String STYLE = """
			<style>
			text{font:13px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#1f2328}
			.small{font-size:12px;fill:#59636e}.end{text-anchor:end}.middle{text-anchor:middle}
			.grid{stroke:#d1d9e0;stroke-width:1}.axis{stroke:#59636e;stroke-width:1}
			.line{fill:none;stroke-width:2;stroke-linejoin:round}
			.s0{stroke:#0969da}.s1{stroke:#bc4c00;stroke-dasharray:10 4}.s2{stroke:#1a7f37;stroke-dasharray:2 4}
			.s3{stroke:#8250df;stroke-dasharray:6 3}.s4{stroke:#cf222e;stroke-dasharray:10 3 2 3}
			.s5{stroke:#59636e;stroke-dasharray:4 2}
			.p0{fill:#0969da}.p1{fill:#bc4c00}.p2{fill:#1a7f37}.p3{fill:#8250df}.p4{fill:#cf222e}.p5{fill:#59636e}
			@media (prefers-color-scheme:dark){
			text{fill:#e6edf3}.small{fill:#9198a1}.grid{stroke:#3d444d}.axis{stroke:#9198a1}
			.s0{stroke:#4493f8}.s1{stroke:#f0883e}.s2{stroke:#3fb950}.s3{stroke:#ab7df8}.s4{stroke:#f85149}.s5{stroke:#9198a1}
			.p0{fill:#4493f8}.p1{fill:#f0883e}.p2{fill:#3fb950}.p3{fill:#ab7df8}.p4{fill:#f85149}.p5{fill:#9198a1}
			}
			</style>
			""";

	private static final int STYLES = 6;

	/** With more points than this a line has no dots. */
	private static final int DOTS = 24;

	private static final int WIDTH = 760;

	private final StringBuilder svg = new StringBuilder();

	private Chart(int height, String title) {
		add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\""
				+ " aria-label=\"%s\">%n<title>%s</title>%n", WIDTH, height, WIDTH, height, escaped(title),
				escaped(title));
		this.svg.append(STYLE);
	}

	/**
	 * Lines between points, on two logarithmic axes; the vertical one spans a decade or
	 * more, so that what is flat looks flat.
	 * @param title what is shown
	 * @param xLabel what the horizontal axis says, with its unit
	 * @param yLabel what the vertical axis says, with its unit
	 * @param series the lines; all their values are above zero
	 */
	static String lines(String title, String xLabel, String yLabel, List<Series> series) {
		Axis x = Axis.of(series, Series::x, 1);
		Axis y = Axis.of(series, Series::y, 3);
		int left = 80;
		int width = 640;
		int height = 280;
		int top = 24 + 22 * series.size() + 22;
		int bottom = top + height;
		Chart chart = new Chart(bottom + 56, title);
		for (int i = 0; i < series.size(); i++) {
			chart.legend(i, left, 20 + 22 * i, series.get(i).name());
		}
		chart.text("small", left, top - 10, yLabel);
		for (Tick tick : y.ticks()) {
			double at = bottom - height * y.place(tick.value());
			chart.line("grid", left, at, left + width, at);
			chart.text("small end", left - 8, at + 4, tick.label());
		}
		for (Tick tick : x.ticks()) {
			double at = left + width * x.place(tick.value());
			chart.line("grid", at, top, at, bottom);
			chart.text("small middle", at, bottom + 20, tick.label());
		}
		chart.line("axis", left, bottom, left + width, bottom);
		chart.line("axis", left, top, left, bottom);
		chart.text("middle", left + width / 2.0, bottom + 44, xLabel);
		for (int i = 0; i < series.size(); i++) {
			Series line = series.get(i);
			StringBuilder points = new StringBuilder();
			for (int point = 0; point < line.x().length; point++) {
				double across = left + width * x.place(line.x()[point]);
				double down = bottom - height * y.place(line.y()[point]);
				points.append((point == 0) ? "" : " ").append(pixels(across)).append(',').append(pixels(down));
				if (line.x().length <= DOTS) {
					chart.add("<circle class=\"p%d\" cx=\"%s\" cy=\"%s\" r=\"3.5\"/>%n", i % STYLES, pixels(across),
							pixels(down));
				}
			}
			chart.add("<polyline class=\"line s%d\" points=\"%s\"/>%n", i % STYLES, points);
		}
		return chart.end();
	}

	/**
	 * A bar for each name, from zero, with its value beside it.
	 * @param title what is shown
	 * @param unit what the values are in
	 * @param bars the values, none below zero
	 */
	static String bars(String title, String unit, List<Bar> bars) {
		int letters = bars.stream().mapToInt((bar) -> bar.name().length()).max().orElse(0);
		int left = Math.min(WIDTH / 2, 30 + 7 * letters);
		int width = WIDTH - left - 100;
		int top = 12;
		int row = 30;
		int bottom = top + row * bars.size();
		double most = bars.stream().mapToDouble(Bar::value).max().orElse(0);
		Step step = Step.atLeast((most > 0) ? most / 6 : 1);
		int steps = Math.max(1, (int) Math.ceil(most / step.value()));
		Chart chart = new Chart(bottom + 56, title);
		for (int i = 0; i <= steps; i++) {
			double at = left + (double) width * i / steps;
			chart.line((i == 0) ? "axis" : "grid", at, top, at, bottom);
			chart.text("small middle", at, bottom + 20, label(step.exact().multiply(BigDecimal.valueOf(i))));
		}
		chart.text("middle", left + width / 2.0, bottom + 44, unit);
		for (int i = 0; i < bars.size(); i++) {
			Bar bar = bars.get(i);
			int y = top + row * i + 5;
			double length = width * bar.value() / (step.value() * steps);
			chart.add("<rect class=\"p0\" x=\"%d\" y=\"%d\" width=\"%s\" height=\"20\"/>%n", left, y, pixels(length));
			chart.text("end", left - 10, y + 15, bar.name());
			chart.text("small", left + length + 6, y + 15, figure(bar.value()));
		}
		return chart.end();
	}

	/**
	 * Three significant figures, without an exponent.
	 */
	private static String figure(double value) {
		if (value == 0) {
			return "0";
		}
		int digits = Math.max(0, 2 - (int) Math.floor(Math.log10(value)));
		return String.format(Locale.ROOT, "%,." + digits + "f", value);
	}

	private static String label(BigDecimal value) {
		return new DecimalFormat("#,##0.############", DecimalFormatSymbols.getInstance(Locale.ROOT)).format(value);
	}

	private static String pixels(double value) {
		return String.format(Locale.ROOT, "%.1f", value);
	}

	private static String escaped(String text) {
		return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
	}

	private void legend(int number, int x, int y, String name) {
		add("<line class=\"line s%d\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>%n", number % STYLES, x, y, x + 40, y);
		text("", x + 50, y + 4, name);
	}

	private void line(String style, double x1, double y1, double x2, double y2) {
		add("<line class=\"%s\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\"/>%n", style, pixels(x1), pixels(y1), pixels(x2),
				pixels(y2));
	}

	private void text(String style, double x, double y, String text) {
		add("<text class=\"%s\" x=\"%s\" y=\"%s\">%s</text>%n", style, pixels(x), pixels(y), escaped(text));
	}

	private void add(String format, Object... values) {
		this.svg.append(String.format(Locale.ROOT, format.replace("%n", "\n"), values));
	}

	private String end() {
		return this.svg.append("</svg>\n").toString();
	}

	/**
	 * A line: its name, and its points from left to right.
	 *
	 * @param name what the line is
	 * @param x where its points are, above zero
	 * @param y their values, above zero
	 */
	record Series(String name, double[] x, double[] y) {

		Series {
			if (x.length != y.length) {
				throw new IllegalArgumentException(name + " has " + x.length + " places for " + y.length + " values");
			}
			if (!DoubleStream.concat(Arrays.stream(x), Arrays.stream(y))
				.allMatch((value) -> value > 0 && Double.isFinite(value))) {
				throw new IllegalArgumentException(name + " has no place on logarithmic axes");
			}
		}

	}

	/**
	 * A bar.
	 *
	 * @param name what it stands for
	 * @param value its length
	 */
	record Bar(String name, double value) {

		Bar {
			if (!(value >= 0 && Double.isFinite(value))) {
				throw new IllegalArgumentException(name + " is no bar with " + value);
			}
		}

	}

	/**
	 * A number of the sequence 1, 2, 5, 10, 20, 50 and so on.
	 *
	 * @param number of it; that of 1 is 0
	 */
	private record Step(int number) {

		private static final int[] DIGITS = { 1, 2, 5 };

		/** The tolerance for values that are steps but for a rounding error. */
		private static final double ALMOST = 1e-9;

		static Step atMost(double value) {
			Step step = new Step(3 * ((int) Math.floor(Math.log10(value)) + 2));
			while (step.value() > value * (1 + ALMOST)) {
				step = step.plus(-1);
			}
			return step;
		}

		static Step atLeast(double value) {
			Step step = atMost(value);
			return (step.value() < value * (1 - ALMOST)) ? step.plus(1) : step;
		}

		Step plus(int steps) {
			return new Step(this.number + steps);
		}

		BigDecimal exact() {
			return BigDecimal.valueOf(DIGITS[Math.floorMod(this.number, 3)])
				.scaleByPowerOfTen(Math.floorDiv(this.number, 3));
		}

		double value() {
			return exact().doubleValue();
		}

	}

	/**
	 * A place on an axis that has a name.
	 *
	 * @param value what is there
	 * @param label its name
	 */
	private record Tick(double value, String label) {

	}

	/**
	 * A logarithmic axis from one step to another.
	 *
	 * @param first the first step
	 * @param last the last one
	 */
	private record Axis(Step first, Step last) {

		/** More steps than this, and the axis names decades alone. */
		private static final int NAMED = 12;

		/**
		 * The axis on which all values of all lines have a place.
		 */
		static Axis of(List<Series> series, Function<Series, double[]> values, int steps) {
			double[] all = series.stream().map(values).flatMapToDouble(Arrays::stream).toArray();
			Step first = Step.atMost(Arrays.stream(all).min().orElse(1));
			Step last = Step.atLeast(Arrays.stream(all).max().orElse(1));
			while (last.number() - first.number() < steps) {
				last = last.plus(1);
				if (last.number() - first.number() < steps) {
					first = first.plus(-1);
				}
			}
			return new Axis(first, last);
		}

		/**
		 * How far along the axis a value is, from 0 to 1.
		 */
		double place(double value) {
			double from = Math.log(this.first.value());
			return (Math.log(value) - from) / (Math.log(this.last.value()) - from);
		}

		List<Tick> ticks() {
			List<Tick> ticks = new ArrayList<>();
			boolean all = this.last.number() - this.first.number() <= NAMED;
			for (Step step = this.first; step.number() <= this.last.number(); step = step.plus(1)) {
				if (all || step.number() % 3 == 0) {
					ticks.add(new Tick(step.value(), label(step.exact())));
				}
			}
			return ticks;
		}

	}

}
