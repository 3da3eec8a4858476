package dev.edgewise.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.edgewise.benchmark.Jvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What happens where clients have more said than the heap can hold.
 */
@Timeout(120)
class SmallHeapHttpTests {

	private static final int TALKERS = 8;

	/** Of a megabyte each. */
	private static final int CONVERSATIONS = 200;

	private static final Duration ENOUGH = Duration.ofSeconds(15);

	/**
	 * Sessions are opened, talked in and closed, and some stay. The service may refuse,
	 * and must not die.
	 */
	@Test
	void refusesInsteadOfRunningOutOfMemory() throws Exception {
		try (Jvm service = Jvm.start(Victim.class, "-Xmx192m", "-XX:+ExitOnOutOfMemoryError")) {
			int port = (int) service.ask("ports").get("service");
			Map<Integer, AtomicInteger> statuses = new ConcurrentHashMap<>();
			AtomicInteger left = new AtomicInteger(CONVERSATIONS);
			long end = System.nanoTime() + ENOUGH.toNanos();
			ExecutorService talkers = Executors.newFixedThreadPool(TALKERS);
			try {
				List<Future<?>> talks = new ArrayList<>();
				for (int i = 0; i < TALKERS; i++) {
					talks.add(talkers.submit(() -> {
						try (Wire wire = Wire.connect(port, 0)) {
							for (int n = left.decrementAndGet(); n >= 0
									&& System.nanoTime() < end; n = left.decrementAndGet()) {
								statuses.computeIfAbsent(converse(wire, n % 8 != 0), (status) -> new AtomicInteger())
									.incrementAndGet();
							}
						}
					}));
				}
				for (Future<?> talk : talks) {
					talk.get(60, TimeUnit.SECONDS);
				}
			}
			finally {
				talkers.shutdownNow();
			}
			System.out.println("answers beyond a small heap: " + statuses);
			assertThat(statuses.keySet()).isNotEmpty().isSubsetOf(202, 503);
			assertThat(service.ask("open").get("sessions")).isPositive();
		}
	}

	/**
	 * Has the talkative agent fill a log.
	 * @return how the last request was answered, but for that to close
	 */
	private static int converse(Wire wire, boolean close) {
		int status = post(wire, "/v1/sessions", "{}");
		if (status != 201) {
			return status;
		}
		String session = wire.headers().get("location");
		for (int i = 0; i < 3 && status / 100 == 2; i++) {
			status = post(wire, session + "/events", "{\"type\":\"DTMFInput\",\"button\":\"1\"}");
		}
		if (close) {
			wire.request("HTTP/1.1", "DELETE", session, (String) null);
			assertThat(wire.status()).isEqualTo(204);
		}
		return status;
	}

	private static int post(Wire wire, String path, String body) {
		wire.request("HTTP/1.1", "POST", path, body, "Content-Type: application/json");
		wire.rest();
		return wire.status();
	}

}
