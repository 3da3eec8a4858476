package dev.edgewise.helm;

import java.io.IOException;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an operator is told, and Prometheus's own opinion of the rules, where it is
 * installed.
 */
class RulesTests {

	@Test
	void tellsOfEachAlertWhatItIsAndWhatToDo() throws IOException {
		assertThat(alerts()).hasSizeGreaterThanOrEqualTo(10).allSatisfy((alert) -> {
			assertThat(Chart.object(alert.get("annotations"))).containsOnlyKeys("summary", "description", "runbook")
				.allSatisfy((name, text) -> assertThat((String) text).isNotBlank());
			assertThat(Chart.object(alert.get("labels")).get("severity")).isIn("warning", "critical");
		});
	}

	@Test
	void seesEachAlertFireAndKeepQuiet() throws IOException {
		List<Map<String, Object>> cases = Chart.objects(Chart.read(Prometheus.ALERT_TESTS).get("tests"))
			.stream()
			.flatMap((test) -> Chart.objects(test.get("alert_rule_test")).stream())
			.toList();
		assertThat(alerts()).allSatisfy((alert) -> {
			assertThat(cases).anyMatch((test) -> tests(test, alert) && !expected(test).isEmpty());
			assertThat(cases).anyMatch((test) -> tests(test, alert) && expected(test).isEmpty());
		});
	}

	@Test
	void passTheCheckOfPrometheus() throws Exception {
		assertThat(Prometheus.promtool("check", "rules", Chart.RULES.toString())).contains("SUCCESS")
			.doesNotContain("FAILED");
	}

	@Test
	void passTheirUnitTestsInPrometheus() throws Exception {
		assertThat(Prometheus.promtool("test", "rules", Prometheus.ALERT_TESTS.toString())).contains("SUCCESS")
			.doesNotContain("FAILED");
	}

	private static List<Map<String, Object>> alerts() throws IOException {
		return Query.rules().filter((rule) -> rule.containsKey("alert")).toList();
	}

	private static boolean tests(Map<String, Object> test, Map<String, Object> alert) {
		return test.get("alertname").equals(alert.get("alert"));
	}

	private static List<Map<String, Object>> expected(Map<String, Object> test) {
		return Chart.objects(test.get("exp_alerts"));
	}

}
