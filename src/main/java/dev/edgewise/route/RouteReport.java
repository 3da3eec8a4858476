package dev.edgewise.route;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import dev.edgewise.Overlap;
import dev.edgewise.RouteDefinition.Handler;
import org.jspecify.annotations.Nullable;

/**
 * The routes of an application on one screen, and one by one.
 */
public final class RouteReport {

	private static final List<String> HEADER = List.of("ROUTE", "ON", "INTERRUPTED BY", "DECIDES", "OVERLAP", "STYLE",
			"HANDLERS");

	/**
	 * Renders a table in aligned columns, one route a line.
	 * @param table the table
	 */
	public String render(RouteTable table) {
		if (table.routes().isEmpty()) {
			return "No routes: annotate a method of a bean with @Route, or declare a bean of type RouteDefinition";
		}
		List<List<String>> rows = new ArrayList<>();
		rows.add(HEADER);
		table.routes().forEach((route) -> rows.add(row(route)));
		if (!table.agents().isEmpty()) {
			addAgents(rows, table);
		}
		int[] widths = new int[rows.get(0).size()];
		for (List<String> row : rows) {
			for (int i = 0; i < widths.length; i++) {
				widths[i] = Math.max(widths[i], row.get(i).length());
			}
		}
		String lines = rows.stream()
			.map((row) -> line(row, widths))
			.collect(Collectors.joining(System.lineSeparator()));
		boolean nobody = !table.agents().isEmpty() && table.initialAgent() == null;
		return nobody ? lines + System.lineSeparator() + "No agent is active before the first AgentHandoff" : lines;
	}

	/**
	 * Tells of each route what the table says of it, for programs.
	 * @param table the table
	 */
	public List<Entry> entries(RouteTable table) {
		return table.routes().stream().map(RouteReport::entry).toList();
	}

	private static Entry entry(CompiledRoute route) {
		return new Entry(route.id(), route.source(), route.agent(), simpleNames(route.on()),
				simpleNames(route.interruptOn()), route.interruptible(), route.policy(), route.filterText(),
				route.conditionText(), overlap(route), style(route),
				route.handlers().stream().map(RouteReport::handler).toList());
	}

	private static List<String> simpleNames(List<Class<?>> types) {
		return types.stream().map(Class::getSimpleName).toList();
	}

	private static String style(CompiledRoute route) {
		return route.node().style().name().toLowerCase(Locale.ROOT);
	}

	/**
	 * Adds the column of agents, which an application without any does not have.
	 */
	private static void addAgents(List<List<String>> rows, RouteTable table) {
		rows.replaceAll(ArrayList::new);
		rows.get(0).add(1, "AGENT");
		for (CompiledRoute route : table.routes()) {
			String agent = (route.agent() == null) ? "-"
					: route.agent().equals(table.initialAgent()) ? route.agent() + " (initial)" : route.agent();
			rows.get(route.index() + 1).add(1, agent);
		}
	}

	private static List<String> row(CompiledRoute route) {
		return List.of(route.id(), names(route.on()), names(route.interruptOn()), decides(route), overlap(route),
				style(route),
				orDash(route.handlers().stream().map(RouteReport::handler).collect(Collectors.joining(", "))));
	}

	private static String names(List<Class<?>> types) {
		return orDash(Arguments.names(types));
	}

	private static String decides(CompiledRoute route) {
		List<String> decides = new ArrayList<>();
		if (!route.interruptible()) {
			decides.add("not interruptible");
		}
		if (route.policy() != null) {
			decides.add("by policy " + route.policy());
		}
		if (route.filterText() != null) {
			decides.add("starts if " + route.filterText());
		}
		if (route.conditionText() != null) {
			decides.add("cut if " + route.conditionText());
		}
		return orDash(String.join("; ", decides));
	}

	private static String overlap(CompiledRoute route) {
		String overlap = route.overlap().name().toLowerCase(Locale.ROOT);
		return (route.overlap() == Overlap.PARALLEL) ? overlap + "(" + route.maxConcurrency() + ")" : overlap;
	}

	private static String handler(Handler handler) {
		return handler.causes().isEmpty() ? handler.description()
				: handler.description() + "(" + Arguments.names(handler.causes()) + ")";
	}

	private static String orDash(String text) {
		return text.isEmpty() ? "-" : text;
	}

	private static String line(List<String> row, int[] widths) {
		StringBuilder line = new StringBuilder();
		for (int i = 0; i < widths.length; i++) {
			line.append(row.get(i));
			if (i < widths.length - 1) {
				line.append(" ".repeat(widths[i] - row.get(i).length() + 2));
			}
		}
		return line.toString();
	}

	/**
	 * A route.
	 *
	 * @param id its id
	 * @param source the bean, and the method if there is one
	 * @param agent the agent while which is active it starts; null for always
	 * @param on the events that start it
	 * @param interruptedBy the events that interrupt it
	 * @param interruptible whether what is not forced can interrupt it
	 * @param policy the policy that decides about interruptions; null for the default
	 * @param startsIf what an event must pass to start it; null for nothing
	 * @param cutIf what an event must pass to interrupt it; null for nothing
	 * @param overlap what a second starting event does
	 * @param style how its node runs
	 * @param handlers what is called after an interruption, in order
	 */
	public record Entry(String id, String source, @Nullable String agent, List<String> on, List<String> interruptedBy,
			boolean interruptible, @Nullable String policy, @Nullable String startsIf, @Nullable String cutIf,
			String overlap, String style, List<String> handlers) {
	}

}
