package dev.edgewise.http;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import dev.edgewise.http.Wire.Event;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Somebody who has a conversation with the service whatever else happens there: has the
 * agent speak, interrupts it, waits for its silence, and again. Beside it somebody asks
 * all the time whether the service is ready.
 */
final class HonestCaller implements AutoCloseable {

	private static final Duration PACE = Duration.ofMillis(8);

	private static final Duration PROBE = Duration.ofMillis(100);

	private static final long PATIENCE = 20;

	private final int port;

	private final int managementPort;

	private final String session;

	private final LinkedBlockingQueue<Heard> heard = new LinkedBlockingQueue<>();

	/** Nanoseconds from each interruption to its silence. Guarded by itself. */
	private final List<Long> silences = new ArrayList<>();

	private final List<Thread> threads = new ArrayList<>();

	private final Wire stream;

	private volatile @Nullable Throwable failure;

	private volatile int probes;

	private volatile boolean closed;

	HonestCaller(int port, int managementPort) {
		this.port = port;
		this.managementPort = managementPort;
		try (Wire wire = Wire.send(port, "POST", "/v1/sessions", "{}", "Content-Type: application/json")) {
			this.session = wire.headers().get("location");
		}
		this.stream = Wire.send(port, "GET", this.session + "/stream?after=0", null);
		start("listens", this::listen);
		start("talks", this::talk);
		start("probes", this::probe);
	}

	private void start(String name, Runnable work) {
		Thread thread = new Thread(() -> {
			try {
				work.run();
			}
			catch (RuntimeException | AssertionError ex) {
				if (!this.closed) {
					this.failure = ex;
				}
			}
		}, name);
		thread.setDaemon(true);
		thread.start();
		this.threads.add(thread);
	}

	private void listen() {
		long last = 0;
		while (!this.closed) {
			Event event = this.stream.event();
			long at = System.nanoTime();
			if (event == null) {
				throw new AssertionError("The stream has ended");
			}
			if (event.name().equals("StreamGap") || event.sequence() <= last) {
				throw new AssertionError("Lost after " + last + ": " + event);
			}
			last = event.sequence();
			this.heard.add(new Heard(event, at));
		}
	}

	private void talk() {
		try (Wire wire = Wire.connect(this.port, 0)) {
			for (int turn = 0; !this.closed; turn++) {
				long begin = System.nanoTime();
				String generation = post(wire, "UserStoppedSpeaking", turn).get("started").get(0).asString();
				await("AgentResponse", generation);
				long spoken = System.nanoTime();
				JsonNode interrupted = post(wire, "UserStartedSpeaking", turn).get("interrupted");
				if (interrupted.size() != 1 || !interrupted.get(0).asString().equals(generation)) {
					throw new AssertionError("Instead of " + generation + " was interrupted " + interrupted);
				}
				long silent = await("AgentGenerationInterrupted", generation);
				synchronized (this.silences) {
					this.silences.add(silent - spoken);
				}
				LockSupport.parkNanos(PACE.toNanos() - (System.nanoTime() - begin));
			}
		}
	}

	private JsonNode post(Wire wire, String type, int turn) {
		String id = type + turn;
		wire.request("HTTP/1.1", "POST", this.session + "/events",
				"{\"type\": \"" + type + "\", \"id\": \"" + id + "\"}", "Content-Type: application/json");
		String body = wire.rest();
		if (wire.status() != 202) {
			throw new AssertionError(wire.status() + " " + body);
		}
		return JsonMapper.shared().readTree(body);
	}

	/**
	 * Waits for a frame of a generation.
	 * @return when it came
	 */
	private long await(String type, String generation) {
		try {
			for (;;) {
				Heard next = this.heard.poll(PATIENCE, TimeUnit.SECONDS);
				if (next == null) {
					throw new AssertionError("No " + type + " of " + generation);
				}
				if (next.event.name().equals(type)
						&& next.event.json().path("generation").asString("").equals(generation)) {
					return next.at;
				}
			}
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	/**
	 * Asks as Kubernetes does, on a connection of its own each time.
	 */
	private void probe() {
		while (!this.closed) {
			try (Wire wire = Wire.send(this.managementPort, "GET", "/actuator/health/readiness", null)) {
				String body = wire.rest();
				if (wire.status() != 200 || !body.contains("\"UP\"")) {
					throw new AssertionError(wire.status() + " " + body);
				}
			}
			this.probes++;
			LockSupport.parkNanos(PROBE.toNanos());
		}
	}

	/**
	 * How many interruptions there have been.
	 */
	int turns() {
		synchronized (this.silences) {
			return this.silences.size();
		}
	}

	/**
	 * Waits for interruptions.
	 * @param since how many there had been
	 * @param count how many there must be besides, at least
	 * @return how long each took
	 */
	Silence listen(int since, int count) {
		int probed = this.probes;
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(2 * PATIENCE);
		while (turns() < since + count || this.probes == probed) {
			Throwable failure = this.failure;
			if (failure != null) {
				throw new AssertionError("The honest caller was disturbed", failure);
			}
			if (System.nanoTime() > deadline) {
				throw new AssertionError("Only " + (turns() - since) + " interruptions and " + (this.probes - probed)
						+ " probes in time");
			}
			LockSupport.parkNanos(1_000_000);
		}
		synchronized (this.silences) {
			return new Silence(
					this.silences.subList(since, this.silences.size()).stream().mapToLong(Long::longValue).toArray());
		}
	}

	@Override
	public void close() {
		this.closed = true;
		try {
			this.stream.close();
		}
		catch (UncheckedIOException ex) {
			// gone already
		}
		this.threads.forEach(Thread::interrupt);
	}

	/**
	 * A frame and when it came.
	 */
	private record Heard(Event event, long at) {
	}

	/**
	 * How long silence took.
	 *
	 * @param nanos for each interruption
	 */
	record Silence(long[] nanos) {

		Silence {
			Arrays.sort(nanos);
		}

		/**
		 * What all but one in a hundred keep within, in milliseconds.
		 */
		double p99() {
			return this.nanos[Math.max(0, (int) Math.ceil(this.nanos.length * 0.99) - 1)] / 1e6;
		}

		double median() {
			return this.nanos[this.nanos.length / 2] / 1e6;
		}

		@Override
		public String toString() {
			return "%.1f/%.1f ms of %d".formatted(median(), p99(), this.nanos.length);
		}

	}

}
