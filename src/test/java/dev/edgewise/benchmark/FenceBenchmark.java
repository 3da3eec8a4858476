package dev.edgewise.benchmark;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

import dev.edgewise.Edgewise;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Timeout;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * What a user's interruption takes until the fence stands, with an engine from before it
 * decided by policies and with the one of now, which decides by {@code immediate} and
 * remembers its decisions. Each fork runs {@link FenceScenario} against one of the two in
 * a class loader of its own, with the same libraries; the versions take turns, so that a
 * drift of the machine is in both.
 */
@Fork(value = 1, jvmArgsAppend = { "-Xms1g", "-Xmx1g" })
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Timeout(time = 20)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class FenceBenchmark {

	/** The system property that names the classes, or the jar, of the older engine. */
	private static final String BEFORE = "benchmark.before";

	private static final int ROUNDS = 5;

	/**
	 * From the event that interrupts to its receipt.
	 * @param turn a generation that speaks
	 */
	@Benchmark
	@BenchmarkMode(Mode.SampleTime)
	public boolean fence(Turn turn) {
		return turn.cutOff();
	}

	/**
	 * A whole turn: a generation is started, says a word, is cut off, and has ended when
	 * the next one can start.
	 * @param version the engine
	 */
	@Benchmark
	@BenchmarkMode(Mode.AverageTime)
	public boolean turn(Version version) {
		version.begin();
		return version.cutOff();
	}

	/**
	 * Measures, and prints how the two compare.
	 * @param arguments the number of rounds, 5 unless it is said; a round takes about 40
	 * seconds
	 */
	public static void main(String[] arguments) throws RunnerException {
		int rounds = (arguments.length > 0) ? Integer.parseInt(arguments[0]) : ROUNDS;
		Collection<RunResult> results = new Runner(new OptionsBuilder()
			.include(FenceBenchmark.class.getName() + "\\.(fence|turn)$")
			.param("round", IntStream.rangeClosed(1, rounds).mapToObj(FenceBenchmark::round).toArray(String[]::new))
			.addProfiler(GCProfiler.class)
			.shouldFailOnError(true)
			.build()).run();
		System.out.println();
		System.out.println("| | before | now | now / before |");
		System.out.println("|---|---|---|---|");
		compare("the fence, 10th percentile, µs", results, "fence", (result) -> percentile(result, 10));
		compare("the fence, median, µs", results, "fence", (result) -> percentile(result, 50));
		compare("the fence, 99th percentile, µs", results, "fence", (result) -> percentile(result, 99));
		compare("a turn, mean, µs", results, "turn", (result) -> result.getPrimaryResult().getScore());
		compare("a turn, bytes allocated", results, "turn",
				(result) -> result.getSecondaryResults().get("gc.alloc.rate.norm").getScore());
	}

	private static String round(int number) {
		return String.format(Locale.ROOT, "%02d", number);
	}

	private static double percentile(RunResult result, double rank) {
		return result.getPrimaryResult().getStatistics().getPercentile(rank);
	}

	/**
	 * Prints a line of the table: medians over the rounds, and in parentheses the least
	 * and the most. The ratio is that of the two runs of one round.
	 */
	private static void compare(String name, Collection<RunResult> results, String benchmark,
			ToDoubleFunction<RunResult> figure) {
		Map<String, Double> before = new TreeMap<>();
		Map<String, Double> now = new TreeMap<>();
		for (RunResult result : results) {
			if (result.getParams().getBenchmark().endsWith("." + benchmark)) {
				boolean old = result.getParams().getParam("version").equals("before");
				(old ? before : now).put(result.getParams().getParam("round"), figure.applyAsDouble(result));
			}
		}
		List<Double> ratios = new ArrayList<>();
		now.forEach((round, value) -> ratios.add(value / before.get(round)));
		System.out.printf(Locale.ROOT, "| %s | %s | %s | %s |%n", name, Spread.of(before.values()).format(1),
				Spread.of(now.values()).format(1), Spread.of(ratios).format(3));
	}

	/**
	 * An engine at work.
	 */
	@State(Scope.Benchmark)
	public static class Version {

		/**
		 * The round. JMH runs through the last parameter, by name, first: the versions
		 * within a round.
		 */
		@Param("01")
		public String round;

		/** The engine's version. */
		@Param({ "before", "now" })
		public String version;

		private URLClassLoader loader;

		private AutoCloseable scenario;

		private Runnable start;

		private BooleanSupplier interruption;

		@Setup
		public void open() throws Exception {
			this.loader = new URLClassLoader(classPath(this.version.equals("before")),
					ClassLoader.getPlatformClassLoader());
			Thread.currentThread().setContextClassLoader(this.loader);
			Object made = this.loader.loadClass(FenceScenario.class.getName()).getConstructor().newInstance();
			this.scenario = (AutoCloseable) made;
			this.start = (Runnable) made;
			this.interruption = (BooleanSupplier) made;
		}

		@TearDown
		public void close() throws Exception {
			this.scenario.close();
			this.loader.close();
		}

		void begin() {
			this.start.run();
		}

		boolean cutOff() {
			if (!this.interruption.getAsBoolean()) {
				throw new IllegalStateException("Nothing was cut off");
			}
			return true;
		}

		/**
		 * The class path of this JVM, with the older engine in the place of the one of
		 * now.
		 */
		private static URL[] classPath(boolean before) throws Exception {
			Path now = Path.of(Edgewise.class.getProtectionDomain().getCodeSource().getLocation().toURI());
			List<URL> urls = new ArrayList<>();
			for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
				Path path = Path.of(entry).toAbsolutePath().normalize();
				urls.add(url((before && path.equals(now)) ? olderEngine() : path));
			}
			return urls.toArray(URL[]::new);
		}

		private static Path olderEngine() {
			String given = System.getProperty(BEFORE);
			if (given == null || !Files.exists(Path.of(given))) {
				throw new IllegalStateException(
						"-D" + BEFORE + "=<classes or jar of the older engine> is not there: " + given);
			}
			return Path.of(given).toAbsolutePath();
		}

		private static URL url(Path path) throws MalformedURLException {
			return path.toUri().toURL();
		}

	}

	/**
	 * A generation that speaks, another one for each measurement.
	 */
	@State(Scope.Benchmark)
	public static class Turn {

		private Version version;

		@Setup(Level.Invocation)
		public void begin(Version version) {
			this.version = version;
			version.begin();
		}

		boolean cutOff() {
			return this.version.cutOff();
		}

	}

}
