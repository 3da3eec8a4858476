package dev.edgewise.helm;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The chart held against the service that it configures.
 */
class ChartOfServiceTests {

	private static final Pattern SERIES = Pattern.compile("(?m)^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{([^}]*)})? ");

	/**
	 * Labels that Prometheus adds when it scrapes.
	 */
	private static final Set<String> OF_THE_TARGET = Set.of("namespace", "job", "instance", "pod");

	@TempDir
	private static Path directory;

	private static RunningService service;

	private static Map<String, Set<String>> exposed;

	@BeforeAll
	static void converse() throws IOException {
		service = new RunningService(Chart.application(Chart.render("default")), directory);
		service.converse();
		exposed = series(service.scrape());
	}

	@AfterAll
	static void stop() {
		service.close();
	}

	static Stream<Query> queries() throws IOException {
		return Stream.concat(Query.ofRules().stream(), Query.ofDashboard().stream());
	}

	@ParameterizedTest
	@MethodSource("queries")
	void asksForSeriesThatThereAre(Query query) throws IOException {
		Set<String> known = new HashSet<>(exposed.keySet());
		Query.rules()
			.filter((rule) -> rule.containsKey("record"))
			.forEach((rule) -> known.add((String) rule.get("record")));
		known.add("edgewise:sessions:max");
		assertThat(query.series()).isNotEmpty().isSubsetOf(known);
	}

	@ParameterizedTest
	@MethodSource("queries")
	void asksForLabelsThatTheSeriesHave(Query query) {
		assertThat(query.labels()).allSatisfy((label) -> {
			String series = label.substring(0, label.lastIndexOf('.'));
			String name = label.substring(label.lastIndexOf('.') + 1);
			if (exposed.containsKey(series) && !OF_THE_TARGET.contains(name)) {
				assertThat(exposed.get(series)).as(series).contains(name);
			}
		});
	}

	@Test
	void takesAQueryApart() {
		Query query = new Query("here",
				"sum by (le) (rate(a_total{b=\"c d\", e=~\"f\"}[5m])) / on (g) group_left () h:i > 0.2 and j * 1800");
		assertThat(query.series()).containsExactly("a_total", "h:i", "j");
		assertThat(query.labels()).containsExactly("a_total.b", "a_total.e");
	}

	@ParameterizedTest
	@MethodSource("dev.edgewise.helm.Chart#cases")
	void probesPathsThatAnswer(String name) {
		Map<String, Object> container = Chart
			.objects(Chart.render(name, "Deployment").object("spec", "template", "spec").get("containers"))
			.get(0);
		List<String> paths = Stream.of("startupProbe", "livenessProbe", "readinessProbe")
			.map((probe) -> (String) Chart.object(Chart.object(container.get(probe)).get("httpGet")).get("path"))
			.toList();
		assertThat(paths).hasSize(3).allSatisfy((path) -> assertThat(service.manage(path).statusCode()).isEqualTo(200));
	}

	@Test
	void scrapesAPathThatAnswers() {
		assertThat(Chart.objects(Chart.render("monitoring", "ServiceMonitor").object("spec").get("endpoints")))
			.allSatisfy((endpoint) -> assertThat(service.manage((String) endpoint.get("path")).statusCode())
				.isEqualTo(200));
	}

	@Test
	void testsWhatAnswers() {
		String test = Chart.render("default", "Pod").content().toString();
		assertThat(test).contains(":8081/actuator/health", ":80/v1/sessions", "value=201");
		assertThat(service.manage("/actuator/health").statusCode()).isEqualTo(200);
	}

	@Test
	void keepsTheActuatorOffThePortOfTheEdge() {
		assertThat(service.port()).isNotEqualTo(service.managementPort());
	}

	private static Map<String, Set<String>> series(String scrape) {
		Map<String, Set<String>> series = new HashMap<>();
		for (Matcher matcher = SERIES.matcher(scrape); matcher.find();) {
			Set<String> labels = series.computeIfAbsent(matcher.group(1), (name) -> new HashSet<>());
			if (matcher.group(2) != null) {
				Pattern.compile("([a-zA-Z_]+)=\"(?:\\\\.|[^\"])*\"")
					.matcher(matcher.group(2))
					.results()
					.forEach((label) -> labels.add(label.group(1)));
			}
		}
		return series;
	}

}
