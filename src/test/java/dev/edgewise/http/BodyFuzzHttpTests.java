package dev.edgewise.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;

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

	private static final int BODIES = Integer.getInteger("fuzz.bodies", 10_000);

	private static final long SEED = Long.getLong("fuzz.seed", 4711);

	@Test
	void answersAnyBodyWithASuccessOrAClientsError() {
		assertThat(answers("POST", "/events", BODIES)).contains(202, 400, 422);
	}

	@Test
	void answersAnyCommandWithASuccessOrAClientsError() {
		assertThat(answers("POST", "/interrupt", BODIES / 4)).contains(200, 400, 404, 422);
	}

	@Test
	void answersAnyChangeOfASessionWithASuccessOrAClientsError() {
		assertThat(answers("PATCH", "", BODIES / 4)).contains(200, 400, 422);
	}

	private static Set<Integer> answers(String method, String path, int count) {
		try (TestServer server = TestServer
			.with(Routes.on(UserEvent.class).id("r").stream((event) -> Flux.just("ok")).broadcast())
			.property("edgewise.session.events-per-second", 1_000_000)
			.start(); Wire wire = Wire.connect(server.port, 0)) {
			String session = server.session();
			MutatedBodies bodies = new MutatedBodies(SEED);
			Set<Integer> statuses = new TreeSet<>();
			for (int i = 0; i < count; i++) {
				byte[] body = bodies.next();
				wire.request("HTTP/1.1", method, session + path, body, "Content-Type: application/json");
				String answer = wire.rest();
				int status = wire.status();
				statuses.add(status);
				if (status / 100 != 2) {
					assertThat(status).as("%s -> %s", show(body), answer).isBetween(400, 499);
					assertThat(wire.headers()).containsEntry("content-type", "application/problem+json");
					assertThat(answer).contains("\"status\":" + status).doesNotContain("Exception", "tools.jackson");
				}
			}
			assertThat(server.get(session).status()).isEqualTo(200);
			return statuses;
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
