package dev.edgewise.model;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.edgewise.ConversationContext;
import dev.edgewise.ConversationContext.Message;
import dev.edgewise.Generation;
import dev.edgewise.ToolPolicy;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.ToolCall;
import dev.edgewise.event.ToolResult;
import dev.edgewise.session.EngineSchedulers;
import dev.edgewise.session.FrameEncoder;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.core.ResolvableType;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.http.codec.ServerSentEventHttpMessageReader;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * A model behind the {@code /chat/completions} of OpenAI, or of a server that imitates it
 * (Ollama, vLLM, LM Studio, llama.cpp and most that are hosted). Each request is one
 * connection's while it lasts, and to cancel the answer closes it. Takes no thread of its
 * own: the transport's event loops hand chunks on to the engine's parallel threads.
 */
public final class ChatCompletions implements StreamingModel {

	/** Bytes of an error's body that are looked at. */
	private static final int MAX_ERROR = 1 << 14;

	/** Chunks that are on their way from an event loop to the node's thread. */
	private static final int PREFETCH = 16;

	private static final int TOOLS_AT_ONCE = 8;

	private static final ResolvableType EVENT = ResolvableType.forClassWithGenerics(ServerSentEvent.class,
			String.class);

	private static final TypeReference<Map<String, Object>> ARGUMENTS = new TypeReference<>() {
	};

	private final WebClient client;

	private final ModelSettings settings;

	private final Map<String, ModelTool> tools;

	private final EngineSchedulers schedulers;

	private final FrameEncoder encoder;

	private final ModelListener listener;

	private final ServerSentEventHttpMessageReader reader = new ServerSentEventHttpMessageReader();

	/**
	 * Creates the client.
	 * @param client posts to {@code /chat/completions} below its base URL; with the key,
	 * if there is one, in its headers
	 * @param settings what is asked, and how long it may take
	 * @param schedulers the threads and the time of the engine
	 * @param encoder renders what tools return
	 * @param listener sees what is asked
	 */
	public ChatCompletions(WebClient client, ModelSettings settings, EngineSchedulers schedulers, FrameEncoder encoder,
			ModelListener listener) {
		this(client, settings, Map.of(), schedulers, encoder, listener);
	}

	private ChatCompletions(WebClient client, ModelSettings settings, Map<String, ModelTool> tools,
			EngineSchedulers schedulers, FrameEncoder encoder, ModelListener listener) {
		this.client = client;
		this.settings = settings;
		this.tools = tools;
		this.schedulers = schedulers;
		this.encoder = encoder;
		this.listener = listener;
	}

	@Override
	public StreamingModel withSystemPrompt(String systemPrompt) {
		Objects.requireNonNull(systemPrompt, "systemPrompt");
		return new ChatCompletions(this.client, this.settings.withSystemPrompt(systemPrompt), this.tools,
				this.schedulers, this.encoder, this.listener);
	}

	@Override
	public StreamingModel withTools(Collection<ModelTool> tools) {
		Map<String, ModelTool> byName = new LinkedHashMap<>();
		for (ModelTool tool : tools) {
			if (byName.putIfAbsent(tool.name(), tool) != null) {
				throw new IllegalArgumentException("Two tools have the name '" + tool.name() + "'");
			}
		}
		return new ChatCompletions(this.client, this.settings, byName, this.schedulers, this.encoder, this.listener);
	}

	@Override
	public Flux<AgentResponse> stream(ConversationContext conversation, Generation generation) {
		return Flux.defer(() -> {
			Dialogue dialogue = Dialogue.of(conversation, this.settings.systemPrompt(), this.settings.maxMessages());
			return dialogue.isEmpty() ? Flux.empty()
					: new Answer(dialogue, generation, usedIds(conversation)).round(1).map(AgentResponse::new);
		});
	}

	private static Set<String> usedIds(ConversationContext conversation) {
		Set<String> ids = new HashSet<>();
		for (Message message : conversation.messages()) {
			ToolCall call = message.call();
			if (call != null) {
				ids.add(call.toolCallId());
			}
		}
		return ids;
	}

	/**
	 * The chunks of one response. Asks once more if the server is busy and says that it
	 * will not be for long; then nothing has come of it yet.
	 */
	private Flux<String> ask(Request request) {
		return once(request).onErrorResume(ModelException.class, (busy) -> {
			Duration wait = busy.retryAfter();
			if (wait == null || wait.compareTo(this.settings.retryWithin()) > 0) {
				return Flux.error(busy);
			}
			request.end(busy.code());
			return Mono.delay(wait, this.schedulers.timer()).thenMany(once(request));
		});
	}

	private Flux<String> once(Request request) {
		return Flux.defer(() -> {
			request.begin();
			Line line = new Line();
			Flux<String> chunks = this.client.post()
				.uri("/chat/completions")
				.contentType(MediaType.APPLICATION_JSON)
				.accept(MediaType.TEXT_EVENT_STREAM, MediaType.APPLICATION_JSON)
				.bodyValue(request.body)
				.httpRequest(line::use)
				.exchangeToFlux(this::read)
				.doOnCancel(line::cut);
			return new Watched(chunks, this.settings.firstChunkTimeout(), this.settings.stallTimeout(),
					request.reply::isWhole, this.schedulers.timer());
		}).onErrorMap(Failures::thrown);
	}

	private Flux<String> read(ClientResponse response) {
		if (!response.statusCode().is2xxSuccessful()) {
			return beginning(response).flatMapMany((body) -> Flux.error(Failures.answered(response.statusCode().value(),
					response.headers().asHttpHeaders(), body, this.schedulers.timer().now(TimeUnit.MILLISECONDS))));
		}
		// Comments and other fields come as events without data.
		return response
			.<Flux<Object>>body((message, context) -> this.reader.read(EVENT, new HeapMessage(message), Map.of()))
			.mapNotNull((event) -> (event instanceof ServerSentEvent<?> sent && sent.data() instanceof String data
					&& !data.isBlank()) ? data.strip() : null);
	}

	/**
	 * The beginning of an error's body; empty if it cannot be read.
	 */
	private static Mono<String> beginning(ClientResponse response) {
		return DataBufferUtils
			.join(DataBufferUtils
				.takeUntilByteCount(response.body((message, context) -> new HeapMessage(message).getBody()), MAX_ERROR))
			.map(ChatCompletions::text)
			.onErrorReturn("")
			.defaultIfEmpty("");
	}

	private static String text(DataBuffer buffer) {
		String text = buffer.toString(StandardCharsets.UTF_8);
		DataBufferUtils.release(buffer);
		return text;
	}

	/**
	 * A request under way, and what has come of it.
	 */
	private final class Request {

		private final byte[] body;

		private final Reply reply = new Reply();

		private volatile long asked;

		private boolean begun;

		private final AtomicBoolean over = new AtomicBoolean();

		Request(byte[] body) {
			this.body = body;
		}

		void begin() {
			this.asked = now();
			this.over.set(false);
		}

		/**
		 * Takes a chunk.
		 * @return what it says; empty if nothing
		 */
		String take(String chunk) {
			if (!this.begun) {
				this.begun = true;
				listener().first(name(), elapsed());
			}
			return this.reply.take(chunk);
		}

		void end(String outcome) {
			if (this.over.compareAndSet(false, true)) {
				listener().ended(name(), outcome, elapsed());
			}
		}

		/**
		 * Looks at a response that is over.
		 * @return the failure that it is; null if it is an answer
		 */
		@Nullable ModelException over() {
			if (this.reply.hasUsage()) {
				listener().used(name(), this.reply.input(), this.reply.output());
			}
			ModelException failure = !this.reply.isWhole() ? Failures.disconnected(null) : this.reply.isFiltered()
					? new ModelException("model-filtered", "The model's server has withheld the rest of the answer")
					: null;
			end((failure != null) ? failure.code() : this.reply.outcome());
			return failure;
		}

		private Duration elapsed() {
			return Duration.ofNanos(Math.max(0, now() - this.asked));
		}

		private long now() {
			return ChatCompletions.this.schedulers.timer().now(TimeUnit.NANOSECONDS);
		}

		private ModelListener listener() {
			return ChatCompletions.this.listener;
		}

		private String name() {
			return ChatCompletions.this.settings.name();
		}

	}

	/**
	 * An answer under way: round by round, until the model calls no more tools.
	 */
	private final class Answer {

		private final Dialogue dialogue;

		private final Generation generation;

		private final Set<String> ids;

		private int named;

		Answer(Dialogue dialogue, Generation generation, Set<String> ids) {
			this.dialogue = dialogue;
			this.generation = generation;
			this.ids = ids;
		}

		Flux<String> round(int number) {
			Request request = new Request(
					this.dialogue.request(ChatCompletions.this.settings, ChatCompletions.this.tools));
			return ask(request)
				// No code of a node runs on an event loop; and little is taken ahead of
				// it.
				.publishOn(ChatCompletions.this.schedulers.parallel(), PREFETCH)
				.<String>handle((chunk, sink) -> {
					String said = request.take(chunk);
					if (!said.isEmpty()) {
						sink.next(said);
					}
				})
				.doOnError((failure) -> request
					.end((failure instanceof ModelException known) ? known.code() : "model-failed"))
				.doOnCancel(() -> request.end("cancelled"))
				.concatWith(Flux.defer(() -> after(request, number)));
		}

		private Flux<String> after(Request request, int number) {
			ModelException failure = request.over();
			if (failure != null) {
				return Flux.error(failure);
			}
			if (request.reply.calls().isEmpty()) {
				return Flux.empty();
			}
			if (number > ChatCompletions.this.settings.maxToolRounds()) {
				return Flux.error(new ModelException("model-tool-rounds", "The model has called tools more than "
						+ ChatCompletions.this.settings.maxToolRounds() + " times in one answer"));
			}
			return call(request.reply).thenMany(Flux.defer(() -> round(number + 1)));
		}

		/**
		 * Has the tools called that the model wants, side by side.
		 */
		private Mono<Void> call(Reply reply) {
			List<ToolCall> calls = new ArrayList<>();
			List<Mono<ToolResult>> outcomes = new ArrayList<>();
			for (Reply.Call wanted : reply.calls()) {
				Map<String, Object> arguments = arguments(wanted.arguments());
				ToolCall call = new ToolCall(id(wanted.id()), wanted.name(),
						(arguments != null) ? arguments : Map.of());
				calls.add(call);
				outcomes.add(outcome(call, arguments != null));
			}
			this.dialogue.call(reply.text(), calls);
			return Flux.fromIterable(outcomes)
				.flatMapSequential((outcome) -> outcome, TOOLS_AT_ONCE)
				.index()
				.doOnNext((outcome) -> answer(calls.get(outcome.getT1().intValue()), outcome.getT2()))
				.then();
		}

		private void answer(ToolCall call, ToolResult result) {
			Object value = result.result();
			this.dialogue.answer(call, result.error(),
					(value != null) ? ChatCompletions.this.encoder.text(value) : "null");
		}

		/**
		 * Not every server gives ids, and not every id is one that no other call has.
		 */
		private String id(String given) {
			String id = given;
			while (id.isBlank() || !this.ids.add(id)) {
				id = this.generation.id() + "-" + ++this.named;
			}
			return id;
		}

		private Mono<ToolResult> outcome(ToolCall call, boolean legible) {
			ModelTool tool = ChatCompletions.this.tools.get(call.toolName());
			if (tool == null || !legible) {
				return this.generation.tool(call,
						Mono.error((tool == null) ? new UnknownTool() : new InvalidArguments()), ToolPolicy.FINISH);
			}
			return this.generation.tool(call, Flux.defer(() -> work(tool, call)), tool.policyOf(call));
		}

		private Publisher<?> work(ModelTool tool, ToolCall call) {
			Publisher<?> work = tool.publisherOf(call);
			return (work != null) ? work
					: Mono.fromCallable(tool.callableOf(call)).subscribeOn(ChatCompletions.this.schedulers.blocking());
		}

		private static @Nullable Map<String, Object> arguments(String text) {
			if (text.isBlank()) {
				return Map.of();
			}
			try {
				return JsonMapper.shared().readValue(text, ARGUMENTS);
			}
			catch (JacksonException ex) {
				return null;
			}
		}

	}

	/**
	 * The model has called a tool that there is not: its name is what the model is told.
	 */
	private static final class UnknownTool extends RuntimeException {

		UnknownTool() {
			super(null, null, false, false);
		}

	}

	/**
	 * The model has written arguments that are no JSON object: its name is what the model
	 * is told.
	 */
	private static final class InvalidArguments extends RuntimeException {

		InvalidArguments() {
			super(null, null, false, false);
		}

	}

}
