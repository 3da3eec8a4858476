package dev.edgewise.actuate;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.edgewise.route.RouteReport.Entry;
import org.jspecify.annotations.Nullable;

/**
 * The routes as a flowchart in the language of Mermaid: an arrow from what starts a
 * route, a dotted line that ends in a cross from what interrupts it.
 */
final class RouteDiagram {

	String render(List<Entry> routes) {
		StringBuilder text = new StringBuilder("flowchart LR\n");
		Map<String, String> events = new LinkedHashMap<>();
		for (Entry route : routes) {
			route.on().forEach((event) -> events.computeIfAbsent(event, (name) -> "e" + events.size()));
			route.interruptedBy().forEach((event) -> events.computeIfAbsent(event, (name) -> "e" + events.size()));
		}
		events.forEach((name, key) -> text.append("    ").append(key).append("([").append(quoted(name)).append("])\n"));
		Set<@Nullable String> agents = new LinkedHashSet<>();
		routes.forEach((route) -> agents.add(route.agent()));
		int number = 0;
		for (String agent : agents) {
			String indent = "    ";
			if (agent != null) {
				text.append("    subgraph a").append(number++).append(" [").append(quoted(agent)).append("]\n");
				indent = "        ";
			}
			for (int i = 0; i < routes.size(); i++) {
				if (String.valueOf(agent).equals(String.valueOf(routes.get(i).agent()))) {
					text.append(indent).append("r").append(i).append("[").append(label(routes.get(i))).append("]\n");
				}
			}
			if (agent != null) {
				text.append("    end\n");
			}
		}
		for (int i = 0; i < routes.size(); i++) {
			Entry route = routes.get(i);
			for (String event : route.on()) {
				text.append("    ").append(events.get(event)).append(" -->");
				text.append(text(route.startsIf())).append(" r").append(i).append("\n");
			}
			for (String event : route.interruptedBy()) {
				text.append("    ").append(events.get(event)).append(" -.-x");
				text.append(text(route.cutIf())).append(" r").append(i).append("\n");
			}
		}
		return text.toString();
	}

	private static String label(Entry route) {
		StringBuilder label = new StringBuilder(route.id()).append("\n").append(route.overlap());
		if (!route.interruptible()) {
			label.append(", not interruptible");
		}
		if (route.policy() != null) {
			label.append("\nby policy ").append(route.policy());
		}
		return quoted(label.toString());
	}

	private static String text(@Nullable String condition) {
		return (condition != null) ? "|" + quoted("if " + condition) + "|" : "";
	}

	/**
	 * Quotes text; what would end the quotes, or be taken for markup, by its code.
	 */
	private static String quoted(String text) {
		StringBuilder quoted = new StringBuilder("\"");
		text.chars().forEach((c) -> {
			if (c == '\n') {
				quoted.append("<br/>");
			}
			else if (c < ' ' || "\"#&<>`\\|;".indexOf(c) >= 0) {
				quoted.append('#').append(c).append(';');
			}
			else {
				quoted.append((char) c);
			}
		});
		return quoted.append('"').toString();
	}

}
