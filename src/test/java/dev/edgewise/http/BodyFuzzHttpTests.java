package dev.edgewise.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

import dev.edgewise.Routes;
import dev.edgewise.event.UserEvent;
import dev.edgewise.web.MutatedBodies;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that any bytes are answered with what they mean or with what is wrong with them.
 */
class BodyFuzzHttpTests {

	private static final int BODIES = Integer.getInteger("edgewise.fuzz.bodies", 10_000);

	private static final long SEED = Long.getLong("edgewise.fuzz.seed", 4711);

	@Test
	void answersAnyBodyWithASuccessOrAClientsError() {
		try (TestServer server = TestServer
			.with(Routes.on(UserEvent.class).stream((event) -> Flux.just("ok")).broadcast())
			.property("edgewise.session.events-per-second", 1_000_000)
			.start(); Wire wire = Wire.connect(server.port, 0)) {
			String events = server.session() + "/events";
			MutatedBodies bodies = new MutatedBodies(SEED);
			Map<Integer, Integer> statuses = new TreeMap<>();
			for (int i = 0; i < BODIES; i++) {
				byte[] body = bodies.next();
				wire.request("HTTP/1.1", "POST", events, body, "Content-Type: application/json");
				String answer = wire.rest();
				int status = wire.status();
				statuses.merge(status, 1, Integer::sum);
				if (status != 202) {
					assertThat(status).as("%s -> %s", show(body), answer).isBetween(400, 499);
					assertThat(wire.headers()).containsEntry("content-type", "application/problem+json");
					assertThat(answer).contains("\"status\":" + status).doesNotContain("Exception", "tools.jackson");
				}
			}
			assertThat(statuses.keySet()).contains(202, 400, 422);
			assertThat(server.get(events.replace("/events", "")).status()).isEqualTo(200);
		}
	}

	private static String show(byte[] body) {
		ByteArrayOutputStream shown = new ByteArrayOutputStream();
		for (byte b : body) {
			shown.writeBytes(
					(b >= ' ') ? new byte[] { b } : String.format("\\x%02x", b).getBytes(StandardCharsets.US_ASCII));
		}
		return shown.toString(StandardCharsets.US_ASCII);
	}

}
