package dev.edgewise.route;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.edgewise.Agent;
import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.StringUtils;

/**
 * The agents that routes belong to, in the making: their names are checked, and which of
 * them sessions begin with.
 */
final class Agents {

	private static final String PROPERTY = "edgewise.agents.initial";

	private static final int MAX_LENGTH = 128;

	private final @Nullable String chosen;

	/** The agents whose beans say that they are initial, and where. */
	private final Map<String, Place> initial = new LinkedHashMap<>();

	/**
	 * Begins with none.
	 * @param chosen the initial agent whatever beans say; null or empty for what they say
	 */
	Agents(@Nullable String chosen) {
		this.chosen = StringUtils.hasLength(chosen) ? chosen : null;
	}

	/**
	 * The agent that a class names; null if it names none.
	 */
	static @Nullable Agent of(Class<?> type) {
		return AnnotatedElementUtils.findMergedAnnotation(type, Agent.class);
	}

	/**
	 * The name that a class gives its agent; null if it names none.
	 */
	static @Nullable String nameOf(@Nullable Class<?> type) {
		Agent agent = (type != null) ? of(type) : null;
		return (agent != null) ? agent.value() : null;
	}

	/**
	 * Adds the agent that a bean with routes names.
	 */
	void add(Agent agent, Place place) {
		check(agent.value(), "@Agent", place);
		if (agent.initial()) {
			Map.Entry<String, Place> first = this.initial.isEmpty() ? null : this.initial.entrySet().iterator().next();
			if (first != null && !first.getKey().equals(agent.value())) {
				place.report("@Agent", "'%s' is initial, and so is '%s' of %s".formatted(agent.value(), first.getKey(),
						first.getValue()), "Leave 'initial = true' to one of them");
			}
			this.initial.putIfAbsent(agent.value(), place);
		}
	}

	/**
	 * Checks the name of an agent.
	 */
	static void check(String name, String attribute, Place place) {
		String wrong = name.isBlank() ? "its name is blank"
				: (name.length() > MAX_LENGTH) ? "its name has %d characters".formatted(name.length())
						: name.codePoints().allMatch(Agents::isPrintable) ? null
								: "its name has characters that cannot be printed";
		if (wrong != null) {
			place.report(attribute, wrong, "Write 1 to %d printable characters".formatted(MAX_LENGTH));
		}
	}

	private static boolean isPrintable(int character) {
		return switch (Character.getType(character)) {
			case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.UNASSIGNED, Character.PRIVATE_USE,
					Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
				false;
			default -> true;
		};
	}

	/**
	 * The agent that sessions begin with; null if there is none.
	 * @param routes the routes, which name the agents that there are
	 * @param place takes the problem of the property
	 */
	@Nullable String initial(List<CompiledRoute> routes, Place place) {
		List<String> known = routes.stream().map(CompiledRoute::agent).filter(Objects::nonNull).distinct().toList();
		if (this.chosen != null && !known.contains(this.chosen)) {
			place.report("value", "there is no agent '%s'".formatted(this.chosen),
					known.isEmpty() ? "Leave it out: no route has an agent"
							: "Name one of them; there are " + String.join(", ", known));
			return null;
		}
		return (this.chosen != null) ? this.chosen
				: this.initial.keySet().stream().filter(known::contains).findFirst().orElse(null);
	}

	/**
	 * Where the property is reported that chooses the initial agent.
	 */
	static Place property() {
		return Place.of(PROPERTY);
	}

}
