package dev.edgewise.benchmark;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ResultRole;
import org.openjdk.jmh.results.SampleTimeResult;
import org.openjdk.jmh.util.SampleBuffer;

/**
 * Times that begin or end elsewhere than a benchmark's method does, such as on a thread
 * of the engine. JMH collects them as those of a profiler, each name a result of its own
 * beside the benchmark's. They belong to the process, as JMH makes the profiler itself.
 */
public final class Marks implements InternalProfiler {

	/** Guarded by itself. */
	private static final Map<String, SampleBuffer> SAMPLES = new TreeMap<>();

	/**
	 * Adds a time.
	 * @param name what was timed
	 * @param nanos how long it took
	 */
	static void add(String name, long nanos) {
		synchronized (SAMPLES) {
			SAMPLES.computeIfAbsent(name, (key) -> new SampleBuffer()).add(nanos);
		}
	}

	@Override
	public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
		synchronized (SAMPLES) {
			SAMPLES.clear();
		}
	}

	@Override
	public Collection<? extends Result<?>> afterIteration(BenchmarkParams benchmark, IterationParams iteration,
			IterationResult result) {
		synchronized (SAMPLES) {
			List<SampleTimeResult> results = SAMPLES.entrySet()
				.stream()
				.map((entry) -> new SampleTimeResult(ResultRole.SECONDARY, entry.getKey(), entry.getValue(),
						benchmark.getTimeUnit()))
				.toList();
			SAMPLES.clear();
			return results;
		}
	}

	@Override
	public String getDescription() {
		return "Times between marks";
	}

}
