package dev.edgewise.benchmark;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Set;

import io.netty.util.internal.PlatformDependent;

import javax.management.JMException;
import javax.management.ObjectName;

/**
 * Counts what is alive in this JVM, after a full collection: the bytes of the heap,
 * whatever waits for its time, threads, and what lies outside the heap.
 */
public final class Census {

	/**
	 * What a timer keeps of each task: the JDK's, which Reactor's schedulers are made of,
	 * and those of Netty.
	 */
	private static final Set<String> TIMED = Set.of(
			"java.util.concurrent.ScheduledThreadPoolExecutor$ScheduledFutureTask",
			"io.netty.util.concurrent.ScheduledFutureTask", "io.netty.util.HashedWheelTimer$HashedWheelTimeout");

	private Census() {
	}

	/**
	 * Counts.
	 * @return the lines {@code heap}, {@code direct} and {@code classes} with bytes,
	 * {@code timers} and {@code threads}
	 */
	public static List<String> take() throws JMException {
		long heap = 0;
		long timers = 0;
		for (String line : histogram().lines().toList()) {
			// number, instances, bytes, class; at the end Total, instances, bytes
			String[] columns = line.strip().split("\\s+");
			if (columns[0].equals("Total")) {
				heap = Long.parseLong(columns[2]);
			}
			else if (columns.length > 3 && TIMED.contains(columns[3])) {
				timers += Long.parseLong(columns[1]);
			}
		}
		return List.of("heap " + heap, "direct " + direct(),
				"classes " + ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage().getUsed(), "timers " + timers,
				"threads " + ManagementFactory.getThreadMXBean().getThreadCount());
	}

	private static String histogram() throws JMException {
		return (String) ManagementFactory.getPlatformMBeanServer()
			.invoke(new ObjectName("com.sun.management:type=DiagnosticCommand"), "gcClassHistogram",
					new Object[] { new String[0] }, new String[] { String[].class.getName() });
	}

	/**
	 * The bytes outside the heap: Netty's own count, and where it has none that of the
	 * JDK's buffers.
	 */
	private static long direct() {
		long buffers = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)
			.stream()
			.filter((pool) -> pool.getName().equals("direct"))
			.mapToLong(BufferPoolMXBean::getMemoryUsed)
			.sum();
		return Math.max(0, PlatformDependent.usedDirectMemory()) + buffers;
	}

}
