package dev.edgewise;

import java.util.List;
import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * A route as a value: what annotated beans and {@link Routes fluent beans} both compile
 * to. Users make one with {@link Routes}.
 *
 * @param id the id; null for the default, the name of the bean
 * @param on the events that start it
 * @param filter whether an event starts it
 * @param interruptOn the events that interrupt it
 * @param condition whether an event of {@code interruptOn} interrupts it
 * @param overlap what a second starting event does
 * @param maxConcurrency how many run side by side with {@link Overlap#PARALLEL}
 * @param handlers what is called after an interruption, in order
 * @param node the node
 * @param output what becomes of an item: the item itself, another one, or null to drop it
 * @param policy the policy that decides about interruptions; null for the default
 * @param interruptible whether what is not forced can interrupt it
 * @param agent the agent that it belongs to; null for always active
 */
public record RouteDefinition(@Nullable String id, List<Class<?>> on, @Nullable Filter filter,
		List<Class<?>> interruptOn, @Nullable Condition condition, Overlap overlap, int maxConcurrency,
		List<Handler> handlers, Node node, Function<Object, @Nullable Object> output, @Nullable String policy,
		boolean interruptible, @Nullable String agent) {

	public RouteDefinition {
		on = List.copyOf(on);
		interruptOn = List.copyOf(interruptOn);
		handlers = List.copyOf(handlers);
		Objects.requireNonNull(overlap, "overlap");
		Objects.requireNonNull(node, "node");
		Objects.requireNonNull(output, "output");
	}

	/**
	 * Whether an event starts a route: an expression or a predicate.
	 */
	public sealed interface Filter {

		/**
		 * A SpEL expression.
		 *
		 * @param text its text
		 */
		record Expression(String text) implements Filter {
		}

		/**
		 * A predicate on the event.
		 *
		 * @param predicate the predicate
		 */
		record Code(Predicate<Object> predicate) implements Filter {
		}

	}

	/**
	 * Whether an event interrupts a generation: an expression or a predicate.
	 */
	public sealed interface Condition {

		/**
		 * A SpEL expression.
		 *
		 * @param text its text
		 */
		record Expression(String text) implements Condition {
		}

		/**
		 * A predicate on the event and the generation.
		 *
		 * @param predicate the predicate
		 */
		record Code(BiPredicate<Object, ? super Generation> predicate) implements Condition {
		}

	}

	/**
	 * What is called after an interruption.
	 *
	 * @param causes the causes it is for; a type matches its subtypes; none for all
	 * @param action the call
	 * @param order its place among the handlers of a route, lowest first
	 * @param description what it is, for reports and logs
	 */
	public record Handler(List<Class<?>> causes, Action action, int order, String description) {

		public Handler {
			causes = List.copyOf(causes);
		}

		static Handler of(List<Class<?>> causes, Consumer<? super Interruption> action) {
			return new Handler(causes, (interruption, session) -> {
				action.accept(interruption);
				return null;
			}, 0, "handler");
		}

		/**
		 * Whether the handler is for this interruption.
		 * @param interruption an interruption
		 */
		public boolean handles(Interruption interruption) {
			if (this.causes.isEmpty()) {
				return true;
			}
			Frame cause = interruption.cause();
			return cause != null && this.causes.stream().anyMatch((type) -> type.isInstance(cause.event()));
		}

	}

	/**
	 * Calls a handler.
	 */
	@FunctionalInterface
	public interface Action {

		/**
		 * Calls the handler.
		 * @param interruption the interruption
		 * @param session the session that the generation spoke in
		 * @return awaited if it is a {@code Publisher}
		 * @throws Exception whatever the handler throws
		 */
		@Nullable Object invoke(Interruption interruption, Session session) throws Exception;

	}

	/**
	 * The code that runs.
	 *
	 * @param style how it runs
	 * @param call the call, once a generation
	 * @param description what it is, for reports and logs
	 */
	public record Node(Style style, Call call, String description) {
	}

	/**
	 * How a node runs.
	 */
	public enum Style {

		/** Returns at once something that emits later. */
		REACTIVE,

		/** May block, and so runs on a thread that may be blocked. */
		BLOCKING,

		/** Known when it has been called once. Until then as if it blocked. */
		UNDECLARED

	}

	/**
	 * Calls a node.
	 */
	@FunctionalInterface
	public interface Call {

		/**
		 * Calls the node.
		 * @param generation the generation, with its cause and conversation
		 * @param previous the interruption of the run before this one
		 * @return what the node returned: something reactive, a stream, an iterable, an
		 * item, or null
		 * @throws Exception whatever the node throws
		 */
		@Nullable Object invoke(Generation generation, @Nullable Interruption previous) throws Exception;

	}

}
