package dev.edgewise.benchmark;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import dev.edgewise.benchmark.Jvm.Answer;
import org.HdrHistogram.Histogram;

/**
 * A server and a client under load, each in a JVM of its own, the same two for all that
 * is measured over the wire.
 */
final class Load implements AutoCloseable {

	/** The stream of Edgewise. */
	static final String ENGINE = "/v1/sessions/%s/stream";

	/** The endpoint without an engine. */
	static final String PLAIN = "/plain/%s";

	/** The same, with its items made on other threads than those of the connections. */
	static final String ELSEWHERE = "/elsewhere/%s";

	private final Jvm server = Jvm.start(Server.class, "-Xms4g", "-Xmx4g", "-XX:+AlwaysPreTouch");

	private final Jvm client = Jvm.start(Client.class, "-Xms512m", "-Xmx512m");

	Load() {
		this.client.ask("server", (int) this.server.ask("port").get("port"));
	}

	/**
	 * Has users talk, so that the server has been compiled for it.
	 */
	void warmUp(int sessions, int turn, int seconds) {
		this.client.ask("talk", sessions, turn);
		pass(seconds);
		this.client.ask("end");
		this.server.ask("cancelled");
	}

	/**
	 * Has users talk, each of whom interrupts once a turn.
	 * @param turn milliseconds
	 * @param warmUp seconds before it is measured
	 * @param seconds that are measured
	 */
	Talk talk(int sessions, int turn, int warmUp, int seconds) {
		this.client.ask("talk", sessions, turn);
		pass(warmUp);
		this.server.ask("cancelled");
		Used used = measure(seconds);
		Map<String, Long> cancelled = new HashMap<>();
		for (String line : this.server.ask("cancelled").lines()) {
			String[] words = line.split(" ");
			cancelled.put(words[0], Long.parseLong(words[1]));
		}
		this.client.ask("end");
		Histogram cancels = new Histogram(3);
		for (String line : used.client().lines()) {
			if (line.startsWith("fence ")) {
				String[] words = line.split(" ");
				Long at = cancelled.get(words[1]);
				if (at != null) {
					cancels.recordValue(at - Long.parseLong(words[2]));
				}
			}
		}
		return new Talk(used, cancels);
	}

	/**
	 * Has users listen.
	 * @param path of their streams
	 * @param every milliseconds between two items, or 0 for as fast as it goes
	 * @param warmUp seconds before it is measured
	 * @param seconds that are measured
	 */
	Used listen(int sessions, String path, int every, int warmUp, int seconds) {
		this.client.ask("listen", sessions, path, every);
		pass(warmUp);
		Used used = measure(seconds);
		this.client.ask("end");
		return used;
	}

	/**
	 * Has slow devices listen, all at once.
	 * @see SlowReader#read
	 */
	List<String> slow(List<String> devices) {
		return this.client.ask("slow", String.join(" ", devices)).lines();
	}

	private Used measure(int seconds) {
		Answer before = this.server.ask("usage");
		Answer measured = this.client.ask("measure", seconds);
		return new Used(before, this.server.ask("usage"), measured);
	}

	private static void pass(int seconds) {
		long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
		for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
			LockSupport.parkNanos(left);
		}
	}

	@Override
	public void close() {
		this.client.close();
		this.server.close();
	}

	/**
	 * What happened in a time.
	 *
	 * @param before what the server had used before
	 * @param after what it had used afterwards
	 * @param client what the client has measured
	 */
	record Used(Answer before, Answer after, Answer client) {

		double seconds() {
			return this.client.get("nanos") / 1e9;
		}

		/**
		 * Processors that the server has kept busy. It is asked before and after the
		 * client has measured and waited for the last answers, all at the same rate.
		 */
		double cores() {
			return nanosPerItem() * itemsPerSecond() / 1e9;
		}

		double clientCores() {
			return this.client.get("client") / 1e9 / seconds();
		}

		/**
		 * Items that have arrived.
		 */
		double itemsPerSecond() {
			return this.client.get("items") / seconds();
		}

		double nanosPerItem() {
			return perItem("processor");
		}

		double bytesPerItem() {
			return perItem("allocated");
		}

		private double perItem(String what) {
			return (this.after.get(what) - this.before.get(what)) / (this.after.get("said") - this.before.get("said"));
		}

		/**
		 * A percentile, in milliseconds.
		 */
		double millis(String what, String rank) {
			return this.client.get(what + "-" + rank) / 1e6;
		}

	}

	/**
	 * What came of interruptions.
	 *
	 * @param cancels from when an interruption was due until its node was cancelled
	 */
	record Talk(Used used, Histogram cancels) {

		/**
		 * A percentile, in milliseconds.
		 */
		double cancelled(double rank) {
			return this.cancels.getValueAtPercentile(rank) / 1e6;
		}

	}

}
