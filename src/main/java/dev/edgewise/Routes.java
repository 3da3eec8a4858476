package dev.edgewise;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * Routes in code, for those who prefer it to annotations: a bean of type
 * {@link RouteDefinition} is a route.
 *
 * <pre class="code">
 * &#64;Bean
 * RouteDefinition assistant(Node node) {
 *     return Routes.on(UserStoppedSpeaking.class)
 *         .interruptOn(UserStartedSpeaking.class)
 *         .stream(node::generate)
 *         .broadcast();
 * }
 * </pre>
 *
 * All routes are known before {@link Edgewise} is: a node of a fluent route that
 * publishes by itself is given an {@code ObjectProvider<Edgewise>}. An annotated bean
 * need not care.
 */
public final class Routes {

	private Routes() {
	}

	/**
	 * Begins a route that events of a type start, its subtypes included.
	 * @param <E> the type
	 * @param event the type
	 */
	public static <E> Trigger<E> on(Class<E> event) {
		return new Trigger<>(List.of(event));
	}

	/**
	 * Begins a route that events of several types start, their subtypes included.
	 * @param first one type
	 * @param more the others
	 */
	public static Trigger<Object> on(Class<?> first, Class<?>... more) {
		List<Class<?>> types = new ArrayList<>();
		types.add(first);
		types.addAll(List.of(more));
		return new Trigger<>(types);
	}

	/**
	 * A route in the making: when it starts and what cuts it off. Not for concurrent use.
	 *
	 * @param <E> the event that starts it
	 */
	public static final class Trigger<E> {

		private final List<Class<?>> on;

		private final List<Class<?>> interruptOn = new ArrayList<>();

		private final List<RouteDefinition.Handler> handlers = new ArrayList<>();

		private @Nullable String id;

		private RouteDefinition.@Nullable Filter filter;

		private RouteDefinition.@Nullable Condition condition;

		private Overlap overlap = Overlap.REPLACE;

		private int maxConcurrency = 4;

		private @Nullable String policy;

		private @Nullable String agent;

		private boolean interruptible = true;

		Trigger(List<Class<?>> on) {
			this.on = on;
		}

		/**
		 * Names the route; by default it has the name of its bean.
		 * @param id the id, unique in the application; an empty one counts as none
		 */
		public Trigger<E> id(String id) {
			this.id = Objects.requireNonNull(id, "id");
			return this;
		}

		/**
		 * Says what a second starting event does while the route runs.
		 * @param overlap what it does
		 */
		public Trigger<E> overlap(Overlap overlap) {
			this.overlap = Objects.requireNonNull(overlap, "overlap");
			return this;
		}

		/**
		 * Bounds how many generations run side by side with {@link Overlap#PARALLEL}.
		 * @param maxConcurrency at least 1
		 */
		public Trigger<E> maxConcurrency(int maxConcurrency) {
			this.maxConcurrency = maxConcurrency;
			return this;
		}

		/**
		 * Decides whether an event starts the node. Must not block; one that throws
		 * starts nothing.
		 * @param filter the decision
		 */
		@SuppressWarnings("unchecked")
		public Trigger<E> filter(Predicate<? super E> filter) {
			Objects.requireNonNull(filter, "filter");
			this.filter = new RouteDefinition.Filter.Code((event) -> filter.test((E) event));
			return this;
		}

		/**
		 * Decides by a SpEL expression whether an event starts the node.
		 * @param expression as in {@link Route#filter()}
		 */
		public Trigger<E> filter(String expression) {
			this.filter = new RouteDefinition.Filter.Expression(expression);
			return this;
		}

		/**
		 * Adds events that interrupt the node. The same type twice is refused at
		 * start-up.
		 * @param causes their types; a type matches its subtypes
		 */
		public Trigger<E> interruptOn(Class<?>... causes) {
			this.interruptOn.addAll(List.of(causes));
			return this;
		}

		/**
		 * Adds events that interrupt the node, with a handler for this cause alone. The
		 * same type twice is refused at start-up.
		 * @param cause the type; it matches its subtypes
		 * @param handler called as by {@link OnInterrupt}
		 */
		public Trigger<E> interruptOn(Class<?> cause, Consumer<? super Interruption> handler) {
			Objects.requireNonNull(handler, "handler");
			this.interruptOn.add(cause);
			this.handlers.add(RouteDefinition.Handler.of(List.of(cause), handler));
			return this;
		}

		/**
		 * Decides by a SpEL expression whether a cause interrupts.
		 * @param expression as in {@link Route#condition()}
		 */
		public Trigger<E> condition(String expression) {
			this.condition = new RouteDefinition.Condition.Expression(expression);
			return this;
		}

		/**
		 * Decides whether a cause interrupts. Must not block; one that throws interrupts.
		 * @param condition of the cause and the generation
		 */
		public Trigger<E> condition(BiPredicate<Object, ? super Generation> condition) {
			Objects.requireNonNull(condition, "condition");
			this.condition = new RouteDefinition.Condition.Code(condition);
			return this;
		}

		/**
		 * Names the agent that the route belongs to: it starts only while that agent is
		 * active in the session.
		 * @param agent as in {@link Agent#value()}
		 */
		public Trigger<E> agent(String agent) {
			this.agent = Objects.requireNonNull(agent, "agent");
			return this;
		}

		/**
		 * Chooses the policy that decides whether the user's speech interrupts.
		 * @param policy as in {@link Route#policy()}
		 */
		public Trigger<E> policy(String policy) {
			this.policy = Objects.requireNonNull(policy, "policy");
			return this;
		}

		/**
		 * Says whether generations can be interrupted.
		 * @param interruptible as in {@link Route#interruptible()}
		 */
		public Trigger<E> interruptible(boolean interruptible) {
			this.interruptible = interruptible;
			return this;
		}

		/**
		 * Adds a handler for every interruption.
		 * @param handler called as by {@link OnInterrupt}
		 */
		public Trigger<E> onInterrupt(Consumer<? super Interruption> handler) {
			Objects.requireNonNull(handler, "handler");
			this.handlers.add(RouteDefinition.Handler.of(List.of(), handler));
			return this;
		}

		/**
		 * Runs a function of the event. If its result is reactive it should always be,
		 * and the function itself must not block then: from the first such result on it
		 * is called on a parallel thread.
		 * @param node returns what a route method may return
		 */
		@SuppressWarnings("unchecked")
		public Output stream(Function<? super E, ?> node) {
			Objects.requireNonNull(node, "node");
			return output(RouteDefinition.Style.UNDECLARED,
					(generation, previous) -> node.apply((E) generation.cause().event()));
		}

		/**
		 * Runs a function of the event and the generation.
		 * @param node returns what a route method may return
		 */
		@SuppressWarnings("unchecked")
		public Output stream(BiFunction<? super E, ? super Generation, ?> node) {
			Objects.requireNonNull(node, "node");
			return output(RouteDefinition.Style.UNDECLARED,
					(generation, previous) -> node.apply((E) generation.cause().event(), generation));
		}

		/**
		 * Runs a function of the conversation.
		 * @param node returns what a route method may return
		 */
		public Output streamContext(Function<? super ConversationContext, ?> node) {
			Objects.requireNonNull(node, "node");
			return output(RouteDefinition.Style.UNDECLARED,
					(generation, previous) -> node.apply(generation.conversation()));
		}

		/**
		 * Runs a function of the conversation and the generation.
		 * @param node returns what a route method may return
		 */
		public Output streamContext(BiFunction<? super ConversationContext, ? super Generation, ?> node) {
			Objects.requireNonNull(node, "node");
			return output(RouteDefinition.Style.UNDECLARED,
					(generation, previous) -> node.apply(generation.conversation(), generation));
		}

		/**
		 * Runs imperative code that may block and {@link Generation#emit emits} its
		 * items.
		 * @param node the code
		 */
		@SuppressWarnings("unchecked")
		public Output run(Body<? super E> node) {
			Objects.requireNonNull(node, "node");
			return output(RouteDefinition.Style.BLOCKING, (generation, previous) -> {
				node.run((E) generation.cause().event(), generation);
				return null;
			});
		}

		private Output output(RouteDefinition.Style style, RouteDefinition.Call call) {
			return new Output(this, new RouteDefinition.Node(style, call, "fluent"), (item) -> item);
		}

	}

	/**
	 * Imperative code of a route.
	 *
	 * @param <E> the event that starts it
	 */
	@FunctionalInterface
	public interface Body<E> {

		/**
		 * Runs once a generation, on a thread that may block.
		 * @param event the event
		 * @param generation takes the items
		 * @throws Exception fails the generation
		 */
		void run(E event, Generation generation) throws Exception;

	}

	/**
	 * A route in the making: what becomes of its items. Immutable.
	 */
	public static final class Output {

		/**
		 * What text becomes; by name, since the root package does not know its events.
		 */
		private static final Set<String> TEXT = Set.of("dev.edgewise.event.AgentResponse",
				"dev.edgewise.event.AgentEvent");

		private final Trigger<?> trigger;

		private final RouteDefinition.Node node;

		private final Function<Object, @Nullable Object> items;

		private Output(Trigger<?> trigger, RouteDefinition.Node node, Function<Object, @Nullable Object> items) {
			this.trigger = trigger;
			this.node = node;
			this.items = items;
		}

		/**
		 * Maps each item; null drops it.
		 * @param mapping the mapping, called on the node's thread
		 */
		public Output map(Function<Object, ?> mapping) {
			Objects.requireNonNull(mapping, "mapping");
			return then(mapping::apply);
		}

		/**
		 * Keeps the items that match.
		 * @param predicate the match, called on the node's thread
		 */
		public Output filter(Predicate<Object> predicate) {
			Objects.requireNonNull(predicate, "predicate");
			return then((item) -> predicate.test(item) ? item : null);
		}

		/**
		 * Emits the items into the session.
		 */
		public RouteDefinition broadcast() {
			return new RouteDefinition(this.trigger.id, this.trigger.on, this.trigger.filter, this.trigger.interruptOn,
					this.trigger.condition, this.trigger.overlap, this.trigger.maxConcurrency, this.trigger.handlers,
					this.node, this.items, this.trigger.policy, this.trigger.interruptible, this.trigger.agent);
		}

		/**
		 * Emits the items of these types, and drops the others. Text counts as the
		 * {@code AgentResponse} that it becomes.
		 * @param types the types; a type matches its subtypes
		 */
		public RouteDefinition broadcast(Class<?>... types) {
			List<Class<?>> only = List.of(types);
			return then((item) -> only.stream().anyMatch((type) -> matches(type, item)) ? item : null).broadcast();
		}

		private static boolean matches(Class<?> type, Object item) {
			return type.isInstance(item) || (item instanceof CharSequence && TEXT.contains(type.getName()));
		}

		private Output then(Function<Object, @Nullable Object> next) {
			return new Output(this.trigger, this.node, (item) -> {
				Object result = this.items.apply(item);
				return (result != null) ? next.apply(result) : null;
			});
		}

	}

}
