package dev.edgewise.benchmark;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import com.sun.management.UnixOperatingSystemMXBean;

/**
 * What sessions and their streams hold while nothing is said, and while all agents speak.
 */
final class FootprintPart implements Part {

	private static final String BARE = "/bare/%s";

	private static final String PLAIN = "/silent/%s";

	private static final int SESSIONS = 100_000;

	private static final int STREAMS = 6_000;

	private static final int SPEAKERS = 1_000;

	/** Milliseconds between two items of an agent. */
	private static final int PACE = 20;

	/** The bound of a log. */
	private static final int FRAMES = 1_024;

	/** So many streams are opened and closed again before anything is counted. */
	private static final int WARM = 200;

	/** Files that a server opens besides its connections, at most. */
	private static final int OTHER_FILES = 1_000;

	/** So long may it take until the logs are full. */
	private static final long PATIENCE = TimeUnit.SECONDS.toNanos(40);

	private static final double TARGET = 10_000;

	@Override
	public String title() {
		return "Memory and threads";
	}

	@Override
	public void measure(Page page) {
		long files = files();
		int streams = (int) Math.min(STREAMS, (files - OTHER_FILES) / 2);
		Idle idle = idle(streams);
		Floor floor = floor(streams);
		Speaking speaking = speaking();
		page.paragraph(
				"""
						%,d sessions were opened and nothing was said, then a stream was opened for %,d of them, each over
						a connection of its own: not for all, since a process may have only %,d files open and the time is bounded.
						What is alive was counted after a full collection, before and after, and divided by their number.
						What the stack itself holds was counted in the same way with two endpoints that have no engine, write one
						comment and never end: a functional one that does nothing else, and a controller that returns a
						`Flux<ServerSentEvent>`. At last %,d agents spoke, an item every %d ms, until each had said %,.0f:
						a log holds %,d frames.
						"""
					.formatted(SESSIONS, streams, files, SPEAKERS, PACE, speaking.items(), FRAMES));
		page.table(
				List.of("", "counted", "bytes of heap each", "bytes outside the heap each", "threads before, after",
						"timers before, after"),
				List.of(idle.session().row("a session"), idle.stream().row("its stream"),
						floor.bare().row("a stream of a bare functional endpoint"),
						floor.plain().row("a stream of a plain controller"),
						speaking.growth().row("a session that speaks, with its stream")));
		double bytes = idle.session().heap() + idle.stream().heap();
		page.paragraph(
				"""
						So an idle session with a stream holds **%.1f KB**: %.1f KB for the session and %.1f KB for the stream.
						With no session behind it, a stream of the bare endpoint holds %.1f KB, one of the plain controller %.1f KB.
						The target is at most %.0f KB: %s. Threads for %,d sessions and %,d streams: %s. Timers: %s.
						"""
					.formatted(bytes / 1_000, idle.session().heap() / 1_000, idle.stream().heap() / 1_000,
							floor.bare().heap() / 1_000, floor.plain().heap() / 1_000, TARGET / 1_000,
							(bytes <= TARGET) ? "met" : "missed by %.1f KB".formatted((bytes - TARGET) / 1_000),
							SESSIONS, streams, more(idle.stream().threadsAfter() - idle.session().threadsBefore()),
							more(idle.stream().timersAfter() - idle.session().timersBefore())));
		page.target(
				new Page.Target("an idle session with a stream", "43 to 47 KB, 5 tasks", "≤ 10 KB, no thread, no timer",
						"%.1f KB, no thread, no timer".formatted(bytes / 1_000), bytes <= TARGET,
						"""
								Nearly all of it is what Netty, Reactor Netty and WebFlux hold for a connection whose response has not
								ended: a stream of an endpoint that does nothing at all, written with their public API, holds %.1f KB.
								The rest would have to go around WebFlux's routing and observation, and around users' own filters."""
							.formatted(floor.bare().heap() / 1_000)));
		page.picture("footprint", "Bytes of heap for each session or stream",
				Chart.bars("Heap of an idle session and stream", "bytes",
						List.of(new Chart.Bar("session", idle.session().heap()),
								new Chart.Bar("its stream", idle.stream().heap()),
								new Chart.Bar("bare stream", floor.bare().heap()),
								new Chart.Bar("plain stream", floor.plain().heap()))));
	}

	private static String more(long more) {
		return (more <= 0) ? "none more" : more + " more, for all of them";
	}

	private static long files() {
		return ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class).getMaxFileDescriptorCount();
	}

	private static Idle idle(int streams) {
		try (Jvm server = Jvm.start(Server.class, "-Xmx4g"); Jvm client = Jvm.start(Client.class)) {
			client.ask("server", (int) server.ask("port").get("port"));
			server.ask("sessions", WARM);
			client.ask("attend", WARM, Load.ENGINE);
			client.ask("end");
			Jvm.Answer before = server.ask("census");
			server.ask("sessions", SESSIONS + WARM);
			Jvm.Answer opened = server.ask("census");
			client.ask("attend", streams, Load.ENGINE);
			Jvm.Answer attended = server.ask("census");
			return new Idle(new Growth(SESSIONS, before, opened), new Growth(streams, opened, attended));
		}
	}

	/**
	 * Opens streams of both endpoints that have no engine; the first ones stay open.
	 */
	private static Floor floor(int streams) {
		try (Jvm server = Jvm.start(Server.class, "-Xmx4g"); Jvm client = Jvm.start(Client.class)) {
			client.ask("server", (int) server.ask("port").get("port"));
			client.ask("attend", WARM, BARE);
			client.ask("attend", WARM, PLAIN);
			client.ask("end");
			Jvm.Answer before = server.ask("census");
			client.ask("attend", streams, BARE);
			Jvm.Answer bare = server.ask("census");
			client.ask("attend", streams, PLAIN);
			return new Floor(new Growth(streams, before, bare), new Growth(streams, bare, server.ask("census")));
		}
	}

	private static Speaking speaking() {
		try (Jvm server = Jvm.start(Server.class, "-Xmx4g"); Jvm client = Jvm.start(Client.class)) {
			client.ask("server", (int) server.ask("port").get("port"));
			Jvm.Answer before = server.ask("census");
			client.ask("listen", SPEAKERS, Load.ENGINE, PACE);
			long end = System.nanoTime() + PATIENCE;
			while (said(server) < FRAMES && System.nanoTime() < end) {
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
			}
			Growth growth = new Growth(SPEAKERS, before, server.ask("census"));
			return new Speaking(growth, said(server));
		}
	}

	/**
	 * The items that each agent has said.
	 */
	private static double said(Jvm server) {
		return server.ask("usage").get("said") / SPEAKERS;
	}

	/**
	 * What idle sessions hold, and then their streams besides.
	 */
	private record Idle(Growth session, Growth stream) {
	}

	/**
	 * What streams hold that have no engine.
	 */
	private record Floor(Growth bare, Growth plain) {
	}

	/**
	 * What sessions hold that speak.
	 */
	private record Speaking(Growth growth, double items) {
	}

	/**
	 * What there is more than before.
	 *
	 * @param count of what came
	 * @param before the census before it came
	 * @param after the census after
	 */
	private record Growth(int count, Jvm.Answer before, Jvm.Answer after) {

		double heap() {
			return each("heap");
		}

		long threadsBefore() {
			return (long) this.before.get("threads");
		}

		long threadsAfter() {
			return (long) this.after.get("threads");
		}

		long timersBefore() {
			return (long) this.before.get("timers");
		}

		long timersAfter() {
			return (long) this.after.get("timers");
		}

		private double each(String what) {
			return (this.after.get(what) - this.before.get(what)) / this.count;
		}

		List<String> row(String name) {
			return List.of(name, String.format(Locale.ROOT, "%,d", this.count), bytes(heap()), bytes(each("direct")),
					threadsBefore() + ", " + threadsAfter(), timersBefore() + ", " + timersAfter());
		}

		private static String bytes(double bytes) {
			return String.format(Locale.ROOT, "%,d", Math.round(bytes));
		}

	}

}
