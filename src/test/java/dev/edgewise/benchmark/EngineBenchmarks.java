package dev.edgewise.benchmark;

import java.util.concurrent.TimeUnit;

import dev.edgewise.Receipt;
import dev.edgewise.interruption.Evaluator.Outcome;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Timeout;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the engine takes for what it does, in one process and without a network: latencies
 * as they are distributed, costs on average. The heap is touched before: else what is
 * measured until the first collection is how the system hands out its pages.
 */
@Fork(value = 1, jvmArgsAppend = { "-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch" })
@Warmup(iterations = 1, time = 1500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Timeout(time = 20)
public class EngineBenchmarks {

	/**
	 * From the event that interrupts to its receipt, and to the cancellation of the
	 * node's subscription, while all sessions speak.
	 * @param crowd the sessions
	 */
	@Benchmark
	@BenchmarkMode(Mode.SampleTime)
	@OutputTimeUnit(TimeUnit.MICROSECONDS)
	@Warmup(iterations = 1, time = 2)
	@Measurement(iterations = 3, time = 2)
	public Receipt amongOthers(Crowd crowd) {
		return crowd.cutOff();
	}

	/**
	 * From the event that interrupts to its receipt, with items that nobody has taken.
	 * @param backlog the items
	 */
	@Benchmark
	@BenchmarkMode(Mode.SampleTime)
	@OutputTimeUnit(TimeUnit.MICROSECONDS)
	public Receipt behindItems(Backlog backlog) {
		return backlog.cutOff();
	}

	/**
	 * A turn, and its fence, in a session with a history.
	 * @param history the history
	 */
	@Benchmark
	@BenchmarkMode(Mode.SampleTime)
	@OutputTimeUnit(TimeUnit.MICROSECONDS)
	public Receipt turn(History history) {
		return history.turn();
	}

	/**
	 * The way of an item: from the node into the log, as JSON, and out by a stream.
	 * @param recital many items
	 */
	@Benchmark
	@BenchmarkMode(Mode.AverageTime)
	@OutputTimeUnit(TimeUnit.NANOSECONDS)
	@OperationsPerInvocation(Recital.ITEMS)
	public Receipt item(Recital recital) throws InterruptedException {
		return recital.recite();
	}

	/**
	 * A decision by a policy.
	 * @param matter what is decided about
	 */
	@Benchmark
	@BenchmarkMode(Mode.AverageTime)
	@OutputTimeUnit(TimeUnit.NANOSECONDS)
	public Outcome decision(Matter matter) {
		return matter.decide();
	}

	/**
	 * An answer of a condition.
	 * @param condition the condition
	 */
	@Benchmark
	@BenchmarkMode(Mode.AverageTime)
	@OutputTimeUnit(TimeUnit.NANOSECONDS)
	public boolean condition(Condition condition) {
		return condition.ask();
	}

}
