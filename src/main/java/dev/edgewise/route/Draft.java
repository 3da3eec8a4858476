package dev.edgewise.route;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

import dev.edgewise.Overlap;
import dev.edgewise.RouteDefinition;
import dev.edgewise.RouteDefinition.Condition;
import dev.edgewise.RouteDefinition.Filter;
import dev.edgewise.RouteDefinition.Handler;
import org.jspecify.annotations.Nullable;

import org.springframework.util.StringUtils;

/**
 * A route in the making: checked, then compiled.
 */
final class Draft implements Comparable<Draft> {

	private static final Comparator<Draft> ORDER = Comparator.comparingInt((Draft draft) -> draft.order)
		.thenComparing((draft) -> draft.place);

	private static final int DEFAULT_CONCURRENCY = 4;

	private final String id;

	private final RouteDefinition definition;

	private final int order;

	private final Place place;

	private final List<Handler> handlers;

	private CompiledRoute.@Nullable Filter filter;

	private CompiledRoute.@Nullable Condition condition;

	Draft(String id, RouteDefinition definition, int order, Place place) {
		this.id = id;
		this.definition = definition;
		this.order = order;
		this.place = place;
		this.handlers = new ArrayList<>(definition.handlers());
	}

	String id() {
		return this.id;
	}

	RouteDefinition definition() {
		return this.definition;
	}

	Place place() {
		return this.place;
	}

	void add(Handler handler) {
		this.handlers.add(handler);
	}

	void check(Expressions expressions, EventNames names, Supplier<List<String>> policies) {
		if (this.definition.on().isEmpty()) {
			this.place.report("on", "the route names no event, so nothing starts it",
					"Name the events that start it, as in @Route(on = UserStoppedSpeaking.class)");
		}
		checkEvents("on", this.definition.on(), this.place);
		checkEvents("interruptOn", this.definition.interruptOn(), this.place);
		this.definition.on().forEach((type) -> names.add(type, "on", this.place));
		this.definition.interruptOn().forEach((type) -> names.add(type, "interruptOn", this.place));
		checkConcurrency();
		checkFilter(expressions);
		checkCondition(expressions);
		checkPolicy(policies);
	}

	static void checkEvents(String attribute, List<Class<?>> types, Place place) {
		Set<Class<?>> seen = new HashSet<>();
		for (Class<?> type : types) {
			String refusal = EventTypes.refusal(type);
			if (refusal != null) {
				place.report(attribute, "%s cannot be an event: %s".formatted(type.getSimpleName(), refusal),
						"Name a class of your own, a record for instance");
			}
			if (!seen.add(type)) {
				place.report(attribute, "%s is named twice".formatted(type.getSimpleName()), "Name it once");
			}
		}
	}

	private void checkConcurrency() {
		int maxConcurrency = this.definition.maxConcurrency();
		if (maxConcurrency < 1) {
			this.place.report("maxConcurrency", "it is " + maxConcurrency, "Write at least 1");
		}
		else if (maxConcurrency != DEFAULT_CONCURRENCY && this.definition.overlap() != Overlap.PARALLEL) {
			this.place.report("maxConcurrency", "it says nothing with overlap = " + this.definition.overlap(),
					"Write overlap = PARALLEL, or leave it out");
		}
	}

	private void checkFilter(Expressions expressions) {
		Filter given = this.definition.filter();
		if (given instanceof Filter.Expression expression) {
			this.filter = expressions.filter(expression.text(), this.definition.on(), this.place);
		}
		else if (given instanceof Filter.Code code) {
			this.filter = (event, session) -> code.predicate().test(event);
		}
	}

	private void checkCondition(Expressions expressions) {
		Condition given = this.definition.condition();
		if (given != null && this.definition.interruptOn().isEmpty()) {
			this.place.report("condition", "there is no interruptOn, so it would never be asked",
					"Name the causes in interruptOn; what decides about starting is filter");
		}
		else if (given instanceof Condition.Expression expression) {
			this.condition = expressions.condition(expression.text(), this.definition.interruptOn(), this.place);
		}
		else if (given instanceof Condition.Code code) {
			this.condition = (event, generation) -> code.predicate().test(event, generation);
		}
	}

	private void checkPolicy(Supplier<List<String>> policies) {
		String policy = policy();
		if (policy != null && !policies.get().contains(policy)) {
			this.place.report("policy", "there is no policy '%s'".formatted(policy),
					"Name one of them; there are " + String.join(", ", policies.get()));
		}
	}

	private @Nullable String policy() {
		return StringUtils.hasText(this.definition.policy()) ? this.definition.policy() : null;
	}

	CompiledRoute compile(int index, List<ItemAdapter> items) {
		this.handlers.sort(Comparator.comparingInt(Handler::order));
		return new CompiledRoute(index, this.id, this.place.toString(), this.definition.on(),
				this.definition.interruptOn(), this.filter, this.condition, this.definition.overlap(),
				this.definition.maxConcurrency(), List.copyOf(this.handlers), this.definition.node(), output(items),
				filterText(), conditionText(), policy(), this.definition.interruptible(), this.definition.agent());
	}

	private Function<Object, @Nullable Object> output(List<ItemAdapter> items) {
		Function<Object, @Nullable Object> output = this.definition.output();
		for (ItemAdapter adapter : items) {
			Function<Object, @Nullable Object> before = output;
			output = (item) -> {
				Object event = before.apply(item);
				return (event != null) ? adapter.adapt(event) : null;
			};
		}
		return output;
	}

	private @Nullable String filterText() {
		Filter given = this.definition.filter();
		return (given instanceof Filter.Expression expression) ? expression.text() : (given != null) ? "code" : null;
	}

	private @Nullable String conditionText() {
		Condition given = this.definition.condition();
		return (given instanceof Condition.Expression expression) ? expression.text() : (given != null) ? "code" : null;
	}

	@Override
	public int compareTo(Draft other) {
		return ORDER.compare(this, other);
	}

}
