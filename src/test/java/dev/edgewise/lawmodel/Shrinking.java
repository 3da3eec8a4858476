package dev.edgewise.lawmodel;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

import dev.edgewise.lawmodel.Script.Act;
import dev.edgewise.lawmodel.Script.Ask;
import dev.edgewise.lawmodel.Script.Event;
import dev.edgewise.lawmodel.Script.NodeLine;
import dev.edgewise.lawmodel.Script.Post;
import dev.edgewise.lawmodel.Script.RouteLine;
import org.jspecify.annotations.Nullable;

/**
 * Makes a script that fails shorter as long as it still does: without an act, an event, a
 * route, a node or an item, with plainer routes, and in another order of what is due at
 * the same instant.
 */
final class Shrinking {

	private static final int ORDERS = 12;

	private final Predicate<Script> fails;

	private Shrinking(Predicate<Script> fails) {
		this.fails = fails;
	}

	static Script of(Script script, Predicate<Script> fails) {
		return new Shrinking(fails).shrink(script);
	}

	private Script shrink(Script script) {
		Script shortest = script;
		boolean again = true;
		while (again) {
			again = false;
			for (Script shorter : shorter(shortest)) {
				Script failing = failing(shorter);
				if (failing != null) {
					shortest = failing;
					again = true;
					break;
				}
			}
		}
		return shortest;
	}

	private @Nullable Script failing(Script script) {
		for (long order = 0; order < ORDERS; order++) {
			Script shuffled = (order == 0) ? script : script.withShuffle(order);
			if (this.fails.test(shuffled)) {
				return shuffled;
			}
		}
		return null;
	}

	private static List<Script> shorter(Script script) {
		List<Script> all = new ArrayList<>();
		for (int i = 0; i < script.acts().size(); i++) {
			all.add(script.withActs(without(script.acts(), i)));
		}
		for (int i = 0; i < script.routes().size() && script.routes().size() > 1; i++) {
			all.add(script.withRoutes(without(script.routes(), i)));
		}
		for (int i = 0; i < script.acts().size(); i++) {
			for (Act simpler : simpler(script.acts().get(i))) {
				all.add(script.withActs(with(script.acts(), i, simpler)));
			}
		}
		for (int i = 0; i < script.routes().size(); i++) {
			for (RouteLine simpler : simpler(script.routes().get(i))) {
				all.add(script.withRoutes(with(script.routes(), i, simpler)));
			}
		}
		return all;
	}

	private static List<Act> simpler(Act act) {
		List<Act> all = new ArrayList<>();
		List<Event> events = (act instanceof Post post) ? post.events()
				: (act instanceof Ask ask) ? ask.events() : List.of();
		for (int i = 0; i < events.size() && events.size() > 1; i++) {
			all.add((act instanceof Ask ask) ? new Ask(ask.at(), ask.reader(), ask.pace(), without(events, i))
					: new Post(act.at(), without(events, i)));
		}
		if (act instanceof Ask) {
			all.add(new Post(act.at(), events));
		}
		return all;
	}

	private static List<RouteLine> simpler(RouteLine route) {
		List<RouteLine> all = new ArrayList<>();
		if (!route.plain().equals(route)) {
			all.add(route.plain());
		}
		for (int i = 0; i < route.on().size() && route.on().size() > 1; i++) {
			all.add(route.with(without(route.on(), i), route.cut()));
		}
		for (int i = 0; i < route.cut().size() && (route.cut().size() > 1 || route.condition().equals("always")); i++) {
			all.add(route.with(route.on(), without(route.cut(), i)));
		}
		for (int i = 0; i < route.nodes().size(); i++) {
			NodeLine node = route.nodes().get(i);
			if (route.nodes().size() > 1) {
				all.add(route.withNodes(without(route.nodes(), i)));
			}
			if (node.items().length() > 1) {
				all.add(route.withNodes(
						with(route.nodes(), i, new NodeLine(node.kind(), node.items().substring(1), node.every()))));
			}
		}
		return all;
	}

	private static <T> List<T> without(List<T> list, int place) {
		List<T> fewer = new ArrayList<>(list);
		fewer.remove(place);
		return fewer;
	}

	private static <T> List<T> with(List<T> list, int place, T other) {
		List<T> changed = new ArrayList<>(list);
		changed.set(place, other);
		return changed;
	}

}
