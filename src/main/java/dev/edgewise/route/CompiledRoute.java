package dev.edgewise.route;

import java.util.List;
import java.util.function.Function;

import dev.edgewise.Generation;
import dev.edgewise.Interruption;
import dev.edgewise.Overlap;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Session;
import org.jspecify.annotations.Nullable;

/**
 * A route ready to run: nothing of it is looked up by name or by reflection any more.
 *
 * @param index its place in the table
 * @param id its id
 * @param source the bean, and the method if there is one, for reports
 * @param on the events that start it
 * @param interruptOn the events that interrupt it
 * @param filter whether an event starts it; null for always
 * @param condition whether a cause interrupts it; null for always
 * @param overlap what a second starting event does
 * @param maxConcurrency how many run side by side with {@link Overlap#PARALLEL}
 * @param handlers what is called after an interruption, in order
 * @param node the node
 * @param output what becomes of an item
 * @param filterText the filter for reports; null where there is none
 * @param conditionText the condition for reports; null where there is none
 * @param policy the policy that decides about interruptions; null for the default
 * @param interruptible whether what is not forced can interrupt it
 * @param agent the agent while which is active it starts; null for always
 */
public record CompiledRoute(int index, String id, String source, List<Class<?>> on, List<Class<?>> interruptOn,
		@Nullable Filter filter, @Nullable Condition condition, Overlap overlap, int maxConcurrency,
		List<RouteDefinition.Handler> handlers, RouteDefinition.Node node, Function<Object, @Nullable Object> output,
		@Nullable String filterText, @Nullable String conditionText, @Nullable String policy, boolean interruptible,
		@Nullable String agent) {

	public CompiledRoute(int index, String id, String source, List<Class<?>> on, List<Class<?>> interruptOn,
			@Nullable Filter filter, @Nullable Condition condition, Overlap overlap, int maxConcurrency,
			List<RouteDefinition.Handler> handlers, RouteDefinition.Node node,
			Function<Object, @Nullable Object> output, @Nullable String filterText, @Nullable String conditionText,
			@Nullable String policy, boolean interruptible) {
		this(index, id, source, on, interruptOn, filter, condition, overlap, maxConcurrency, handlers, node, output,
				filterText, conditionText, policy, interruptible, null);
	}

	public CompiledRoute(int index, String id, String source, List<Class<?>> on, List<Class<?>> interruptOn,
			@Nullable Filter filter, @Nullable Condition condition, Overlap overlap, int maxConcurrency,
			List<RouteDefinition.Handler> handlers, RouteDefinition.Node node,
			Function<Object, @Nullable Object> output) {
		this(index, id, source, on, interruptOn, filter, condition, overlap, maxConcurrency, handlers, node, output,
				(filter != null) ? "code" : null, (condition != null) ? "code" : null, null, true);
	}

	/**
	 * The handlers that an interruption is for, in order.
	 * @param interruption the interruption
	 */
	public List<RouteDefinition.Handler> handlersFor(Interruption interruption) {
		return this.handlers.stream().filter((handler) -> handler.handles(interruption)).toList();
	}

	/**
	 * Whether an event starts a route. Runs on a session's writer; may throw.
	 */
	@FunctionalInterface
	public interface Filter {

		/**
		 * Decides.
		 * @param event the event
		 * @param session the session it came to
		 */
		boolean test(Object event, Session session);

	}

	/**
	 * Whether an event interrupts a generation. Runs on a session's writer; may throw.
	 */
	@FunctionalInterface
	public interface Condition {

		/**
		 * Decides.
		 * @param event the event
		 * @param generation a started generation
		 */
		boolean test(Object event, Generation generation);

	}

}
