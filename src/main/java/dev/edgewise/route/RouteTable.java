package dev.edgewise.route;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import org.jspecify.annotations.Nullable;

/**
 * All routes of an application, in the order in which they start. Immutable but for a
 * cache of what each class of event does; safe from any thread.
 */
public final class RouteTable {

	private final List<CompiledRoute> routes;

	private final EventTypes eventTypes;

	private final Set<String> agents = new LinkedHashSet<>();

	private final @Nullable String initialAgent;

	private final ConcurrentMap<Class<?>, Matches> matches = new ConcurrentHashMap<>();

	/**
	 * Creates a table without an initial agent.
	 * @param routes the routes, each at the place that its index says
	 * @param eventTypes the events that the routes and the service know
	 */
	public RouteTable(List<CompiledRoute> routes, EventTypes eventTypes) {
		this(routes, eventTypes, null);
	}

	/**
	 * Creates the table.
	 * @param routes the routes, each at the place that its index says
	 * @param eventTypes the events that the routes and the service know
	 * @param initialAgent the agent that sessions begin with, one that a route names;
	 * null for none
	 */
	public RouteTable(List<CompiledRoute> routes, EventTypes eventTypes, @Nullable String initialAgent) {
		this.routes = List.copyOf(routes);
		this.eventTypes = eventTypes;
		for (CompiledRoute route : this.routes) {
			if (route.agent() != null) {
				this.agents.add(route.agent());
			}
		}
		if (initialAgent != null && !this.agents.contains(initialAgent)) {
			throw new IllegalArgumentException("No route has the agent '" + initialAgent + "'");
		}
		this.initialAgent = initialAgent;
	}

	/**
	 * The routes in order.
	 */
	public List<CompiledRoute> routes() {
		return this.routes;
	}

	/**
	 * The events that clients may name.
	 */
	public EventTypes eventTypes() {
		return this.eventTypes;
	}

	/**
	 * The agents that routes belong to, in the order of the routes.
	 */
	public Set<String> agents() {
		return Collections.unmodifiableSet(this.agents);
	}

	/**
	 * The agent that sessions begin with; null if there is none.
	 */
	public @Nullable String initialAgent() {
		return this.initialAgent;
	}

	/**
	 * Returns what events of a class do.
	 * @param event the class
	 */
	public Matches match(Class<?> event) {
		Matches found = this.matches.get(event);
		return (found != null) ? found : this.matches.computeIfAbsent(event, this::compute);
	}

	private Matches compute(Class<?> event) {
		List<CompiledRoute> starts = this.routes.stream().filter((route) -> contains(route.on(), event)).toList();
		@Nullable Class<?>[] causes = new Class<?>[this.routes.size()];
		boolean any = false;
		for (CompiledRoute route : this.routes) {
			for (Class<?> cause : route.interruptOn()) {
				if (cause.isAssignableFrom(event)) {
					causes[route.index()] = cause;
					any = true;
				}
			}
		}
		return new Matches(starts, causes, any);
	}

	private static boolean contains(List<Class<?>> types, Class<?> event) {
		return types.stream().anyMatch((type) -> type.isAssignableFrom(event));
	}

	/**
	 * What events of one class do.
	 */
	public static final class Matches {

		private final List<CompiledRoute> starts;

		private final @Nullable Class<?>[] causes;

		private final boolean interrupting;

		Matches(List<CompiledRoute> starts, @Nullable Class<?>[] causes, boolean interrupting) {
			this.starts = starts;
			this.causes = causes;
			this.interrupting = interrupting;
		}

		/**
		 * The routes that they start, in order.
		 */
		public List<CompiledRoute> starts() {
			return this.starts;
		}

		/**
		 * Whether they interrupt generations of a route.
		 * @param route the route
		 */
		public boolean interrupts(CompiledRoute route) {
			return this.causes[route.index()] != null;
		}

		/**
		 * Whether any route listens to them.
		 */
		public boolean any() {
			return this.interrupting || !this.starts.isEmpty();
		}

	}

}
