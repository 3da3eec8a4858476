package dev.edgewise.helm;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A query of a rule or a panel.
 *
 * @param place where it is
 * @param text the query, in PromQL
 */
record Query(String place, String text) {

	private static final Pattern STRING = Pattern.compile("\"(\\\\.|[^\"])*\"");

	private static final Pattern GROUPING = Pattern.compile("\\b(by|on|group_left|ignoring|without)\\s*\\(([^)]*)\\)");

	private static final Pattern MATCHERS = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)\\{([^}]*)}");

	private static final Pattern NAME = Pattern.compile("(?<![a-zA-Z0-9_:.$])[a-zA-Z_:][a-zA-Z0-9_:]*+(?!\\s*\\()");

	private static final Set<String> WORDS = Set.of("and", "or", "unless", "bool", "offset");

	/**
	 * The queries of the rules.
	 */
	static List<Query> ofRules() throws IOException {
		return rules().map(
				(rule) -> new Query((String) rule.getOrDefault("record", rule.get("alert")), (String) rule.get("expr")))
			.toList();
	}

	/**
	 * The rules in the chart's file.
	 */
	static Stream<Map<String, Object>> rules() throws IOException {
		return Chart.objects(Chart.read(Chart.RULES).get("groups"))
			.stream()
			.flatMap((group) -> Chart.objects(group.get("rules")).stream());
	}

	/**
	 * The queries of the dashboard, with values for its variables.
	 */
	static List<Query> ofDashboard() throws IOException {
		List<Query> queries = new ArrayList<>();
		for (JsonNode panel : JsonMapper.shared().readTree(Files.readString(Chart.DASHBOARD)).path("panels")) {
			for (JsonNode target : panel.path("targets")) {
				queries.add(new Query(panel.path("title").asString(),
						target.path("expr")
							.asString()
							.replace("$__rate_interval", "1m")
							.replace("$job", ".*")
							.replace("$route", ".*")));
			}
		}
		return queries;
	}

	/**
	 * The names of the series that are asked for.
	 */
	Set<String> series() {
		String bare = STRING.matcher(this.text).replaceAll("");
		bare = GROUPING.matcher(bare).replaceAll(" ");
		bare = bare.replaceAll("\\{[^}]*}", "").replaceAll("\\[[^]]*]", "");
		Set<String> names = new LinkedHashSet<>();
		for (Matcher matcher = NAME.matcher(bare); matcher.find();) {
			String name = matcher.group();
			if (!WORDS.contains(name)) {
				names.add(name);
			}
		}
		return names;
	}

	/**
	 * The labels that series are chosen by, each as {@code series.label}.
	 */
	Set<String> labels() {
		Set<String> labels = new LinkedHashSet<>();
		for (Matcher matcher = MATCHERS.matcher(this.text); matcher.find();) {
			for (String label : STRING.matcher(matcher.group(2)).replaceAll("").split(",")) {
				labels.add(matcher.group(1) + "." + label.replaceAll("[=~!\\s]", ""));
			}
		}
		return labels;
	}

	@Override
	public String toString() {
		return this.place;
	}

}
