package dev.edgewise.helm;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A real Prometheus, where it is installed, that scrapes a service which knows its
 * callers, by a key that may do nothing else, as the chart has it sent.
 */
class ScrapeWithKeyTests {

	private final String key = "scraper-" + UUID.randomUUID();

	@TempDir
	private Path directory;

	@Test
	void isLetInByItsKeyAlone() throws Exception {
		Path keys = Files.writeString(this.directory.resolve("api-keys.yml"), """
				edgewise.security.api-keys.prometheus: {hash: "sha256:%s", roles: [metrics]}
				""".formatted(hash()));
		Path token = Files.writeString(this.directory.resolve("token"), this.key);
		List<Chart.Manifest> chart = Chart.render("api-keys");
		Map<String, Object> endpoint = Chart.objects(Chart.one(chart, "ServiceMonitor").object("spec").get("endpoints"))
			.get(0);
		String scheme = (String) Chart.object(endpoint.get("authorization")).get("type");
		try (RunningService service = new RunningService(Chart.application(chart),
				Files.createDirectory(this.directory.resolve("service")),
				"--edgewise.security.api-keys-file=" + keys)) {
			assertThat(service.manage("/actuator/prometheus").statusCode()).isEqualTo(401);
			assertIs("up == 0", service, "none", Map.of());
			assertIs("up == 1", service, "key",
					Map.of("authorization", Map.of("type", scheme, "credentials_file", token.toString())));
		}
	}

	private void assertIs(String query, RunningService service, String name, Map<String, Object> more)
			throws Exception {
		try (Prometheus prometheus = new Prometheus(Files.createDirectory(this.directory.resolve(name)),
				service.managementPort(), Map.of("groups", List.of()), more)) {
			await().atMost(Duration.ofSeconds(15)).until(() -> !prometheus.ask(query).isEmpty());
		}
	}

	private String hash() throws Exception {
		return HexFormat.of()
			.formatHex(MessageDigest.getInstance("SHA-256").digest(this.key.getBytes(StandardCharsets.UTF_8)));
	}

}
