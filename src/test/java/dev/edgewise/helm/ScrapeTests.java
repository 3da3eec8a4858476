package dev.edgewise.helm;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

/**
 * A real Prometheus, where it is installed, that scrapes the running service and
 * evaluates the chart's rules.
 */
class ScrapeTests {

	@TempDir
	private static Path directory;

	private static RunningService service;

	private static Prometheus prometheus;

	@BeforeAll
	static void scrape() throws Exception {
		service = new RunningService(Chart.application(Chart.render("monitoring")),
				Files.createDirectory(directory.resolve("service")));
		service.converse();
		prometheus = new Prometheus(Files.createDirectory(directory.resolve("prometheus")), service.managementPort(),
				Chart.render("monitoring", "PrometheusRule").object("spec"), Map.of());
		await().atMost(Duration.ofSeconds(10)).until(() -> !prometheus.ask("edgewise_sessions").isEmpty());
		// a rate is of what happens between two scrapes
		await().atMost(Duration.ofSeconds(30)).until(() -> {
			service.converse();
			return prometheus.ask("edgewise:silence_seconds:p99{route=\"elizaAgent.answer\"} > 0").size() == 1
					&& prometheus.ask("edgewise:discarded:per_interruption{route=\"wordy\"} > 0").size() == 1
					&& prometheus.ask("edgewise:decisions:false_ratio >= 0").size() == 1;
		});
	}

	@AfterAll
	static void stop() throws Exception {
		if (prometheus != null) {
			prometheus.close();
		}
		if (service != null) {
			service.close();
		}
	}

	static List<Query> panels() throws Exception {
		return Query.ofDashboard().stream().filter((query) -> !query.text().contains("status=\"503\"")).toList();
	}

	@Test
	void scrapesTheService() throws Exception {
		List<JsonNode> up = prometheus.ask("up");
		assertThat(up).hasSize(1);
		assertThat(value(up)).isOne();
		assertThat(value(prometheus.ask("edgewise_sessions"))).isPositive();
	}

	@Test
	void evaluatesEveryRuleWithoutAnError() throws Exception {
		assertThat(prometheus.rules()).hasSize(Query.ofRules().size() + 1)
			.allSatisfy((rule) -> assertThat(rule.path("health").asString()).as(rule.toString()).isEqualTo("ok"));
	}

	@Test
	void findsTheSilenceOfALoopbackFastEnough() throws Exception {
		assertThat(value(prometheus.ask("edgewise:silence_seconds:p50{route=\"elizaAgent.answer\"}"))).isBetween(0.0,
				0.2);
	}

	@Test
	void findsHalfOfThePausesFalse() throws Exception {
		assertThat(value(prometheus.ask("edgewise:decisions:false_ratio"))).isBetween(0.3, 0.7);
	}

	@Test
	void knowsHowFullTheServiceIs() throws Exception {
		// a rule is as old as its last evaluation, which may be from before the last
		// scrape
		await().atMost(Duration.ofSeconds(20))
			.untilAsserted(() -> assertThat(value(prometheus.ask("edgewise:sessions:fill_ratio * 5000")))
				.isCloseTo(value(prometheus.ask("edgewise_sessions")), within(1e-6)));
	}

	@ParameterizedTest
	@MethodSource("panels")
	void fillsEachPanel(Query query) throws Exception {
		assertThat(prometheus.ask(query.text())).isNotEmpty();
	}

	private static double value(List<JsonNode> result) {
		return Double.parseDouble(result.get(0).path("value").path(1).asString());
	}

}
