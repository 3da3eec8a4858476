package dev.edgewise.route;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import dev.edgewise.ConversationContext;
import dev.edgewise.Frame;
import dev.edgewise.Generation;
import dev.edgewise.Interruption;
import dev.edgewise.Protection;
import dev.edgewise.Session;
import dev.edgewise.ToolPolicy;
import dev.edgewise.event.ToolCall;
import dev.edgewise.event.ToolResult;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/**
 * A generation that is what it was made of.
 */
record GivenGeneration(Session session, Frame cause, Duration spokenFor) implements Generation {

	static final Instant NOW = Instant.EPOCH;

	static final ConversationContext CONVERSATION = List::of;

	static GivenGeneration startedBy(Object event) {
		return new GivenGeneration(new GivenSession("s", Map.of("locale", "en", "vip", true)),
				new Frame(1, NOW, EventTypes.nameOf(event.getClass()), null, null, event), Duration.ofMillis(700));
	}

	static Interruption interruptedBy(@Nullable Object event) {
		Frame cause = (event != null) ? new Frame(2, NOW, EventTypes.nameOf(event.getClass()), null, null, event)
				: null;
		return new Interruption("g", "r", cause, Interruption.Reason.EVENT, NOW, Duration.ZERO, "abc", "ab", "ab", 1,
				CONVERSATION);
	}

	@Override
	public String id() {
		return "g";
	}

	@Override
	public String route() {
		return "r";
	}

	@Override
	public ConversationContext conversation() {
		return CONVERSATION;
	}

	@Override
	public @Nullable Interruption previous() {
		return null;
	}

	@Override
	public Instant startedAt() {
		return NOW;
	}

	@Override
	public Duration elapsed() {
		return Duration.ofSeconds(1);
	}

	@Override
	public String generated() {
		return "abc";
	}

	@Override
	public boolean isInterrupted() {
		return false;
	}

	@Override
	public Protection protect() {
		throw new UnsupportedOperationException();
	}

	@Override
	public void state(String key, @Nullable Object value) {
		throw new UnsupportedOperationException();
	}

	@Override
	public Map<String, Object> state() {
		return Map.of();
	}

	@Override
	public Mono<ToolResult> tool(ToolCall call, Publisher<?> work, ToolPolicy policy) {
		throw new UnsupportedOperationException();
	}

	@Override
	public ToolResult tool(ToolCall call, Callable<?> work, ToolPolicy policy) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void emit(Object item) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void onCleanup(Runnable callback) {
		throw new UnsupportedOperationException();
	}

	record GivenSession(String id, Map<String, Object> attributes) implements Session {
	}

}
