package dev.edgewise;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Callable;

import dev.edgewise.event.ToolCall;
import dev.edgewise.event.ToolResult;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/**
 * One run of a route in a session, as its node and its conditions see it. Every method
 * may be called from any thread.
 */
public interface Generation {

	/**
	 * The id, unique in the service.
	 */
	String id();

	/**
	 * The id of the route.
	 */
	String route();

	/**
	 * The session it speaks in.
	 */
	Session session();

	/**
	 * The conversation when the node was called.
	 */
	ConversationContext conversation();

	/**
	 * The frame of the event that started it.
	 */
	Frame cause();

	/**
	 * The interruption of this route's run before this one; null if that one ended by
	 * itself, or if another run has been given it.
	 */
	@Nullable Interruption previous();

	/**
	 * When the node was called; null while the generation waits for its turn.
	 */
	@Nullable Instant startedAt();

	/**
	 * The time since the node was called; zero before.
	 */
	Duration elapsed();

	/**
	 * The time since its first item; zero before.
	 */
	Duration spokenFor();

	/**
	 * The text produced so far.
	 */
	String generated();

	/**
	 * Whether it has been interrupted.
	 */
	boolean isInterrupted();

	/**
	 * Opens a section that must not be cut, whatever the user says meanwhile; only what
	 * is forced goes through it. From the call on, and counted: sections may be nested.
	 *
	 * <pre class="code">
	 * try (Protection section = generation.protect()) {
	 *     generation.emit("This call is being recorded.");
	 * }
	 * </pre>
	 *
	 * What becomes of what the user says meanwhile is for the policy's
	 * {@code while-protected} to say.
	 * @return closes the section
	 */
	Protection protect();

	/**
	 * Keeps what the node wants to know when it has been cut off: what was kept at the
	 * fence is in the {@link Interruption}, which the next run of the route is given.
	 * What is kept after the fence is not, and the next run begins with nothing kept.
	 * @param key its name
	 * @param value an immutable value; null to forget it
	 */
	void state(String key, @Nullable Object value);

	/**
	 * What has been kept, as it is now; unmodifiable.
	 */
	Map<String, Object> state();

	/**
	 * Has a tool called, for reactive code: emits the call, runs the tool when the call
	 * has its place in the log, and emits the result. Both go past the route's output
	 * functions. Nothing happens before subscription; every subscription sees the one
	 * call. To cancel a subscription does not stop the tool: what an interruption does to
	 * it is for the policy to say.
	 *
	 * <pre class="code">
	 * ToolCall call = new ToolCall(generation.id() + "-1", "weather", Map.of("city", city));
	 * return generation.tool(call, weather.of(city), ToolPolicy.CANCEL)
	 *     .map((result) -&gt; (result.error() == null) ? "It is " + result.result() : "I cannot tell.");
	 * </pre>
	 *
	 * A tool that fails does not fail the generation. Its outcome is an item as long as
	 * the generation produces, and starts and interrupts what its type does; after that
	 * it is a frame of the session, of which nothing comes but its place in the
	 * conversation.
	 * @param call the call
	 * @param work the tool; its last item is the result, none means null
	 * @param policy what becomes of it when the generation is interrupted
	 * @return the one outcome: completed, or with an error if the tool was cancelled,
	 * failed or ran out of time; an {@link InterruptedGenerationException} if the
	 * generation was interrupted before the call was emitted; an
	 * {@link IllegalArgumentException} if another call with its id has no outcome yet, or
	 * its idempotency key is that of another tool. A node may return it: it is emitted
	 * once
	 */
	Mono<ToolResult> tool(ToolCall call, Publisher<?> work, ToolPolicy policy);

	/**
	 * Has a tool called, for imperative code: emits the call, runs the tool on a thread
	 * that may block, emits the result, and returns it.
	 * @param call the call
	 * @param work the tool
	 * @param policy what becomes of it when the generation is interrupted
	 * @return the one outcome, as {@link #tool(ToolCall, Publisher, ToolPolicy)}
	 * @throws InterruptedGenerationException if the generation is interrupted meanwhile,
	 * whatever becomes of the tool
	 * @throws IllegalArgumentException if another call with its id has no outcome yet, or
	 * its idempotency key is that of another tool
	 * @throws IllegalStateException on a non-blocking thread, or when the generation has
	 * ended
	 */
	ToolResult tool(ToolCall call, Callable<?> work, ToolPolicy policy);

	/**
	 * Emits an item, for imperative code. Blocks while the readers have not caught up.
	 * @param item text, or an event
	 * @throws InterruptedGenerationException if the generation has been interrupted
	 * @throws IllegalStateException on a non-blocking thread, or when the generation has
	 * ended
	 */
	void emit(Object item);

	/**
	 * Registers what must run when the generation ends, however it ends; the generation
	 * counts as ended when it has run. Runs once, in reverse order of registration, and
	 * at once if the end has come already. May block.
	 * @param callback what to run
	 */
	void onCleanup(Runnable callback);

}
