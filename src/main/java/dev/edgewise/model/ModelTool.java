package dev.edgewise.model;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.regex.Pattern;

import dev.edgewise.ToolPolicy;
import dev.edgewise.event.ToolCall;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Something that a model may have called. It runs by {@code Generation.tool(...)}: its
 * call and its outcome are frames, and its policy says what an interruption does to it.
 *
 * <pre class="code">
 * ModelTool weather = ModelTool.blocking("weather", "The weather in a city", """
 *         {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}""",
 *         (arguments) -&gt; this.forecasts.of((String) arguments.get("city")));
 * </pre>
 *
 * Unless said otherwise it runs to its end when the generation is interrupted
 * ({@link ToolPolicy#FINISH}). The arguments are what the model wrote, as it wrote them:
 * a JSON object, not checked against the schema.
 */
public final class ModelTool {

	private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

	private final String name;

	private final String description;

	private final JsonNode parameters;

	private final Function<ToolCall, ToolPolicy> policy;

	private final Work work;

	private ModelTool(String name, String description, JsonNode parameters, Function<ToolCall, ToolPolicy> policy,
			Work work) {
		this.name = name;
		this.description = description;
		this.parameters = parameters;
		this.policy = policy;
		this.work = work;
	}

	/**
	 * A tool that does not block.
	 * @param name its name: 1 to 64 of {@code A-Z a-z 0-9 _ -}
	 * @param description what it does and when to call it, for the model
	 * @param schema the JSON schema of its arguments, an object
	 * @param work makes what does it, of the arguments; called on a thread that must not
	 * block. The last item is the result
	 * @throws IllegalArgumentException if the name or the schema is not right
	 */
	public static ModelTool reactive(String name, String description, String schema,
			Function<Map<String, Object>, ? extends Publisher<?>> work) {
		Objects.requireNonNull(work, "work");
		return of(name, description, schema, new Work(work::apply, null));
	}

	/**
	 * A tool that may block: it is called on a thread that may, and interrupted when it
	 * is cancelled.
	 * @param name its name: 1 to 64 of {@code A-Z a-z 0-9 _ -}
	 * @param description what it does and when to call it, for the model
	 * @param schema the JSON schema of its arguments, an object
	 * @param work does it, with the arguments, and returns the result
	 * @throws IllegalArgumentException if the name or the schema is not right
	 */
	public static ModelTool blocking(String name, String description, String schema, Blocking work) {
		Objects.requireNonNull(work, "work");
		return of(name, description, schema, new Work(null, work));
	}

	private static ModelTool of(String name, String description, String schema, Work work) {
		if (!NAME.matcher(name).matches()) {
			throw new IllegalArgumentException("A tool's name has 1 to 64 of A-Z a-z 0-9 _ -, not '" + name + "'");
		}
		return new ModelTool(name, Objects.requireNonNull(description, "description"), parsed(name, schema),
				(call) -> ToolPolicy.FINISH, work);
	}

	private static JsonNode parsed(String name, String schema) {
		try {
			JsonNode parsed = JsonMapper.shared().readTree(schema);
			if (parsed.isObject()) {
				return parsed;
			}
		}
		catch (JacksonException ex) {
			throw new IllegalArgumentException("The schema of the tool '" + name + "' is not JSON", ex);
		}
		throw new IllegalArgumentException("The schema of the tool '" + name + "' is no JSON object");
	}

	/**
	 * The same with another policy.
	 * @param policy what becomes of a call when its generation is interrupted
	 */
	public ModelTool withPolicy(ToolPolicy policy) {
		Objects.requireNonNull(policy, "policy");
		return withPolicy((call) -> policy);
	}

	/**
	 * The same with a policy for each call, for idempotency keys and compensations that
	 * depend on its arguments.
	 * @param policy what becomes of a call when its generation is interrupted; must not
	 * block
	 */
	public ModelTool withPolicy(Function<ToolCall, ToolPolicy> policy) {
		return new ModelTool(this.name, this.description, this.parameters, Objects.requireNonNull(policy, "policy"),
				this.work);
	}

	/**
	 * The name.
	 */
	public String name() {
		return this.name;
	}

	String description() {
		return this.description;
	}

	JsonNode parameters() {
		return this.parameters;
	}

	ToolPolicy policyOf(ToolCall call) {
		return this.policy.apply(call);
	}

	/**
	 * What does a call, if it does not block; null if it may.
	 */
	@Nullable Publisher<?> publisherOf(ToolCall call) {
		Function<Map<String, Object>, ? extends Publisher<?>> reactive = this.work.reactive();
		return (reactive != null) ? reactive.apply(call.toolArgs()) : null;
	}

	/**
	 * What does a call where it may block.
	 */
	Callable<@Nullable Object> callableOf(ToolCall call) {
		Blocking blocking = Objects.requireNonNull(this.work.blocking());
		return () -> blocking.call(call.toolArgs());
	}

	@Override
	public String toString() {
		return "tool " + this.name;
	}

	/**
	 * What a tool does that may block.
	 */
	@FunctionalInterface
	public interface Blocking {

		/**
		 * Does it.
		 * @param arguments what the model wrote
		 * @return the result: null, text, or what can be written as JSON
		 * @throws Exception if it cannot be done; the model is told that it failed
		 */
		@Nullable Object call(Map<String, Object> arguments) throws Exception;

	}

	private record Work(@Nullable Function<Map<String, Object>, ? extends Publisher<?>> reactive,
			@Nullable Blocking blocking) {
	}

}
