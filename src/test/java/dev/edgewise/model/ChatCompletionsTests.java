package dev.edgewise.model;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.edgewise.ToolPolicy;
import dev.edgewise.event.AgentGenerationComplete;
import dev.edgewise.event.AgentGenerationFailed;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.ToolCall;
import dev.edgewise.event.ToolResult;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.model.FakeModel.Asked;
import dev.edgewise.model.FakeModel.Play;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * A model behind a route, asked over real HTTP: what it is sent, and what becomes of what
 * it answers.
 */
class ChatCompletionsTests {

	private static final String CITY = "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}";

	private final FakeModel model = FakeModel.start();

	@AfterEach
	void stop() {
		this.model.close();
	}

	@Test
	void saysWhatTheModelSays() {
		try (Talk talk = Talk.to(this.model).begin()) {
			talk.say("Hello");
			talk.await(AgentGenerationComplete.class, 1);
			assertThat(talk.all(AgentResponse.class)).extracting(AgentResponse::content)
				.containsExactly("Hello", " there.");
		}
	}

	@Test
	void asksAsItIsToldTo() {
		try (Talk talk = Talk.to(this.model)
			.property("edgewise.agent.model.api-key", "k-1")
			.property("edgewise.agent.model.system-prompt", "Be brief.")
			.property("edgewise.agent.model.temperature", "0.5")
			.property("edgewise.agent.model.max-tokens", "99")
			.begin()) {
			talk.say("Hello");
			talk.await(AgentGenerationComplete.class, 1);
			Asked asked = this.model.awaitAsked(1);
			assertThat(asked.authorization).isEqualTo("Bearer k-1");
			assertThat(asked.body.path("model").asString()).isEqualTo("fake");
			assertThat(asked.body.path("stream").asBoolean()).isTrue();
			assertThat(asked.body.path("stream_options").path("include_usage").asBoolean()).isTrue();
			assertThat(asked.body.path("temperature").asDouble()).isEqualTo(0.5);
			assertThat(asked.body.path("max_tokens").asInt()).isEqualTo(99);
			assertThat(asked.body.has("tools")).isFalse();
			assertThat(asked.messages()).containsExactly("system:Be brief.", "user:Hello");
		}
	}

	@Test
	void leavesOutWhatItIsNotTold() {
		try (Talk talk = Talk.to(this.model).property("edgewise.agent.model.include-usage", "false").begin()) {
			talk.say("Hello");
			Asked asked = this.model.awaitAsked(1);
			assertThat(asked.authorization).isNull();
			assertThat(asked.body.propertyNames()).containsExactlyInAnyOrder("model", "stream", "messages");
			talk.await(AgentGenerationComplete.class, 1);
		}
	}

	@ParameterizedTest
	@CsvSource(nullValues = "-", textBlock = """
			-                    , /v1/chat/completions
			/                    , /v1/chat/completions
			/v1                  , /v1/chat/completions
			/v1/                 , /v1/chat/completions
			/v1/chat/completions , /v1/chat/completions
			/openai/v1beta       , /openai/v1beta/chat/completions
			""")
	void findsTheServerHoweverItsAddressIsWritten(String path, String asked) {
		try (Talk talk = Talk.to(this.model)
			.property("edgewise.agent.model.base-url", this.model.url() + ((path != null) ? path : ""))
			.begin()) {
			talk.say("Hello");
			assertThat(this.model.awaitAsked(1).uri).isEqualTo(asked);
			talk.await(AgentGenerationComplete.class, 1);
		}
	}

	@Test
	void tellsTheModelWhatWasHeardAndNotWhatWasSaid() {
		this.model.then(FakeModel.stalls("I am ", "about to "));
		try (Talk talk = Talk.to(this.model)
			.property("edgewise.session.conversation.heard-note", "true")
			.property("edgewise.agent.model.system-prompt", "Be brief.")
			.begin()) {
			talk.say("Hello");
			talk.await(AgentResponse.class, 2);
			talk.interrupt();
			talk.await(AgentGenerationInterrupted.class, 1);
			talk.publish(new UserTranscriptionReceived("Wait.", null, null));
			talk.say("Go on.");
			assertThat(this.model.awaitAsked(2).messages()).containsExactly(
					"system:Be brief.\n\nThe user interrupted your last answer and heard only: \"I am about to\"",
					"user:Hello", "assistant:I am about to ", "user:Wait.\nGo on.");
			talk.await(AgentGenerationComplete.class, 1);
		}
	}

	@Test
	void sendsTheLastMessagesOfALongConversation() {
		try (Talk talk = Talk.to(this.model).property("edgewise.agent.model.max-messages", "2").begin()) {
			talk.say("One");
			talk.await(AgentGenerationComplete.class, 1);
			talk.say("Two");
			assertThat(this.model.awaitAsked(2).messages()).containsExactly("assistant:Hello there.", "user:Two");
			talk.await(AgentGenerationComplete.class, 2);
		}
	}

	@Test
	void asksNothingWhenNothingHasBeenSaid() {
		try (Talk talk = Talk.to(this.model).begin()) {
			talk.publish(new UserStoppedSpeaking());
			talk.await(AgentGenerationComplete.class, 1);
			assertThat(this.model.asked()).isEmpty();
		}
	}

	static Stream<Arguments> answers() {
		return Stream.of(
				arguments("without an end, but finished",
						FakeModel.open(FakeModel.word("A") + FakeModel.finish("stop") + "data: [DONE]\n\n")),
				arguments("without [DONE]", FakeModel.raw(FakeModel.word("A") + FakeModel.finish("stop"))),
				arguments("with [DONE] alone", FakeModel.raw(FakeModel.word("A") + "data: [DONE]\n\n")),
				arguments("cut by its length", FakeModel.raw(FakeModel.word("A") + FakeModel.finish("length"))),
				arguments("with CRLF",
						FakeModel.raw((FakeModel.word("A") + FakeModel.finish("stop")).replace("\n", "\r\n"))),
				arguments("without a last blank line",
						FakeModel.raw(FakeModel.word("A") + FakeModel.finish("stop").strip())),
				arguments("with comments and other fields",
						FakeModel.raw(": PROCESSING\n\nretry: 5\n\nevent: x\nid: 1\n" + FakeModel.word("A") + ":\n\n"
								+ FakeModel.finish("stop"))),
				arguments("with chunks that say nothing", FakeModel
					.raw("data: {}\n\ndata:\n\ndata: {\"choices\":null}\n\n"
							+ "data: {\"choices\":[],\"prompt_filter_results\":[]}\n\ndata: {\"choices\":[{}]}\n\n"
							+ "data: {\"choices\":[{\"delta\":null}]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":null}}],\"error\":null}\n\n"
							+ FakeModel.word("A") + FakeModel.finish("stop")
							+ "data: {\"choices\":[],\"usage\":null}\n\n")),
				arguments("with other choices",
						FakeModel.raw("data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"B\"}},"
								+ "{\"index\":0,\"delta\":{\"content\":\"A\"}}]}\n\n" + FakeModel.finish("stop"))),
				arguments("with thoughts", FakeModel
					.raw("data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"B\"}}]}\n\n"
							+ "data: {\"choices\":[{\"delta\":{\"content\":[{\"type\":\"thinking\",\"thinking\":[]},{\"type\":\"text\",\"text\":\"A\"}]}}]}\n\n"
							+ FakeModel.finish("stop"))),
				arguments("with a refusal", FakeModel
					.raw("data: {\"choices\":[{\"delta\":{\"refusal\":\"A\"}}]}\n\n" + FakeModel.finish("stop"))));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("answers")
	void understandsAnAnswer(String name, Play play) {
		this.model.then(play);
		try (Talk talk = Talk.to(this.model).begin()) {
			talk.say("Hello");
			talk.await(AgentGenerationComplete.class, 1);
			assertThat(talk.said()).isEqualTo("A");
		}
	}

	static Stream<Arguments> failures() {
		String word = FakeModel.word("A");
		String body = "{\"error\":{\"message\":\"SECRET\",\"code\":\"%s\"}}";
		return Stream.of(arguments("model-malformed", FakeModel.raw(word + "data: {\"SECRET\n\n"), "not JSON"),
				arguments("model-malformed", FakeModel.raw(word + "data: \"SECRET\"\n\n"), "no JSON object"),
				arguments("model-malformed", FakeModel.open(word + "data: {\"choices\":{}}\n\n"), "choices"),
				arguments("model-malformed", FakeModel.open("data: {\"choices\":[{\"delta\":{\"content\":3}}]}\n\n"),
						"content"),
				arguments("model-malformed", FakeModel.raw("data: " + "x".repeat(300_000) + "\n\n"), "stream"),
				arguments("model-failed", FakeModel.raw(word + "data: " + body.formatted("server_error") + "\n\n"),
						"(server_error)"),
				arguments("model-failed", FakeModel.open(word + "event: error\ndata: {\"error\":\"SECRET\"}\n\n"),
						"failed"),
				arguments("model-rate-limited",
						FakeModel.raw(word + "data: {\"error\":{\"code\":429,\"message\":\"SECRET\"}}\n\n"), "failed"),
				arguments("model-disconnected", FakeModel.drops(word), "ended before"),
				arguments("model-disconnected", FakeModel.raw(word), "ended before"),
				arguments("model-disconnected", FakeModel.raw(""), "ended before"),
				arguments("model-disconnected", FakeModel.status(200, "{\"choices\":[]}"), "ended before"),
				arguments("model-filtered", FakeModel.raw(word + FakeModel.finish("content_filter")), "withheld"),
				arguments("model-failed", FakeModel.status(500, body.formatted("a b")), "answered 500"),
				arguments("model-failed", FakeModel.status(302, ""), "answered 302"),
				arguments("model-rejected", FakeModel.status(404, body.formatted("model_not_found")),
						"404 (model_not_found)"),
				arguments("model-rejected", FakeModel.status(400, "SECRET"), "answered 400"),
				arguments("model-denied", FakeModel.status(401, body.formatted("invalid_api_key")),
						"401 (invalid_api_key)"),
				arguments("model-overloaded", FakeModel.status(503, ""), "answered 503"),
				arguments("model-rate-limited", FakeModel.status(429, body.formatted("x"), "Retry-After", "17"),
						"429 (x), and asks to wait 17000 ms"),
				arguments("model-rate-limited", FakeModel.status(429, "", "Retry-After", "whenever"), "answered 429"),
				arguments("model-stalled", FakeModel.stalls("A"), "nothing for 1000 ms"),
				arguments("model-stalled", FakeModel.silent(), "nothing for 1000 ms"),
				arguments("model-timeout", FakeModel.mute(), "within 3000 ms"));
	}

	@ParameterizedTest(name = "{0}: {2}")
	@MethodSource("failures")
	void endsTheGenerationWithAFailureAndLeavesTheSessionUsable(String code, Play play, String words) throws Exception {
		this.model.then(play);
		try (Talk talk = Talk.to(this.model)
			.property("edgewise.agent.model.stall-timeout", "1s")
			.property("edgewise.agent.model.first-chunk-timeout", "3s")
			.begin()) {
			talk.say("Hello");
			AgentGenerationFailed failure = talk.failure();
			assertThat(failure.code()).isEqualTo(code);
			assertThat(failure.error()).contains(words).doesNotContain("SECRET");
			assertThat(talk.said()).isIn("", "A");
			if (code.matches("model-(stalled|timeout)") || words.matches("choices|content")) {
				// The server would go on.
				this.model.awaitAsked(1).closed.get(5, TimeUnit.SECONDS);
			}
			talk.say("Again");
			talk.await(AgentGenerationComplete.class, 1);
			assertThat(talk.said()).endsWith("Hello there.");
			await().until(() -> figure(talk, "edgewise.model.request", "outcome", code) == 1);
		}
	}

	@Test
	void failsWhenThereIsNoServer() {
		String url = this.model.url();
		this.model.close();
		try (Talk talk = Talk.to(this.model).property("edgewise.agent.model.base-url", url).begin()) {
			talk.say("Hello");
			assertThat(talk.failure().code()).isEqualTo("model-unreachable");
			assertThat(talk.failure().error()).doesNotContain("127.0.0.1");
		}
	}

	@ParameterizedTest
	@CsvSource({ "429, Retry-After, 0", "503, Retry-After, 1", "529, retry-after-ms, 20" })
	void asksOnceMoreWhenABusyServerAsksToWaitNotForLong(int status, String header, String wait) {
		this.model.then(FakeModel.status(status, "", header, wait));
		try (Talk talk = Talk.to(this.model).begin()) {
			talk.say("Hello");
			talk.await(AgentGenerationComplete.class, 1);
			assertThat(this.model.asked()).hasSize(2);
		}
	}

	@Test
	void asksOnceMoreAndNotAgain() {
		this.model.usually(FakeModel.status(429, "", "Retry-After", "0"));
		try (Talk talk = Talk.to(this.model).begin()) {
			talk.say("Hello");
			assertThat(talk.failure().code()).isEqualTo("model-rate-limited");
			assertThat(this.model.asked()).hasSize(2);
			assertThat(figure(talk, "edgewise.model.request", "outcome", "model-rate-limited")).isEqualTo(2);
		}
	}

	@Test
	void measuresWhatItAsksAndWhatIsCounted() {
		this.model.then(FakeModel.says("A", "B", "C"), FakeModel.stalls("D"));
		try (Talk talk = Talk.to(this.model).begin()) {
			talk.say("Hello");
			talk.await(AgentGenerationComplete.class, 1);
			talk.say("Again");
			talk.await(AgentResponse.class, 4);
			talk.interrupt();
			await().until(() -> figure(talk, "edgewise.model.request", "outcome", "cancelled") == 1);
			assertThat(figure(talk, "edgewise.model.request", "outcome", "stop")).isOne();
			assertThat(figure(talk, "edgewise.model.tokens", "side", "input")).isEqualTo(7);
			assertThat(figure(talk, "edgewise.model.tokens", "side", "output")).isEqualTo(3);
			assertThat(figure(talk, "edgewise.model.first", "model", "fake")).isEqualTo(2);
		}
	}

	@Test
	void hasAToolCalledAndGoesOnWithItsResult() {
		ModelTool weather = ModelTool.reactive("weather", "The weather in a city", CITY,
				(arguments) -> Mono.just(Map.of("city", arguments.get("city"), "degrees", 21)));
		this.model.then(FakeModel.calls("call-1", "weather", "{\"city\":\"Rome\"}"), FakeModel.says("It is 21."));
		try (Talk talk = Talk.to(this.model).tools(weather).begin()) {
			talk.say("How warm is it in Rome?");
			talk.await(AgentGenerationComplete.class, 1);
			assertThat(talk.all(ToolCall.class))
				.containsExactly(new ToolCall("call-1", "weather", Map.of("city", "Rome")));
			assertThat(talk.all(ToolResult.class)).extracting(ToolResult::error).containsOnlyNulls();
			assertThat(talk.said()).isEqualTo("It is 21.");
			JsonNode function = this.model.asked().get(0).body.path("tools").path(0).path("function");
			assertThat(function.path("name").asString()).isEqualTo("weather");
			assertThat(function.path("parameters").path("type").asString()).isEqualTo("object");
			Asked second = this.model.asked().get(1);
			assertThat(second.messages()).hasSize(3).startsWith("user:How warm is it in Rome?", "assistant:");
			JsonNode call = second.message((message) -> message.has("tool_calls")).path("tool_calls").path(0);
			assertThat(call.path("id").asString()).isEqualTo("call-1");
			assertThat(call.path("function").path("arguments").asString()).isEqualTo("{\"city\":\"Rome\"}");
			JsonNode outcome = second.message((message) -> message.path("role").asString().equals("tool"));
			assertThat(outcome.path("tool_call_id").asString()).isEqualTo("call-1");
			assertThat(outcome.path("content").asString()).contains("\"degrees\":21");

			talk.say("And now?");
			Asked third = this.model.awaitAsked(3);
			assertThat(third.message((message) -> message.path("role").asString().equals("tool"))).isEqualTo(outcome);
			talk.await(AgentGenerationComplete.class, 2);
		}
	}

	@Test
	void hasToolsCalledSideBySideAndKeepsTheirOrder() {
		Mono<String> both = Mono.just("late").delayElement(Duration.ofSeconds(1));
		ModelTool slow = ModelTool.reactive("slow", "Slow", CITY, (arguments) -> both);
		ModelTool quick = ModelTool.blocking("quick", "Quick", CITY,
				(arguments) -> Thread.currentThread().getName().startsWith("edgewise-blocking") ? "quick" : "where?");
		// All of one index, as some servers have it, and one without an id.
		this.model.then(FakeModel.raw(FakeModel.call(0, "a", "slow", "{}") + FakeModel.call(0, "b", "quick", "")
				+ FakeModel.call(2, null, "quick", "{}") + FakeModel.finish("stop")), FakeModel.says("Done."));
		try (Talk talk = Talk.to(this.model).tools(slow, quick).begin()) {
			talk.say("Go");
			talk.await(AgentGenerationComplete.class, 1);
			assertThat(talk.all(ToolResult.class)).hasSize(3).last().extracting(ToolResult::toolName).isEqualTo("slow");
			assertThat(this.model.asked().get(1).messages()).endsWith("tool:late", "tool:quick", "tool:quick");
			assertThat(talk.all(ToolCall.class).stream().map(ToolCall::toolCallId).distinct()).hasSize(3);
		}
	}

	@Test
	void tellsTheModelWhatBecameOfACallThatCannotBe() {
		ModelTool broken = ModelTool.blocking("broken", "Breaks", CITY, (arguments) -> {
			throw new IllegalStateException("SECRET");
		});
		this.model.then(FakeModel.raw(FakeModel.call(0, "a", "nothing", "{}")
				+ FakeModel.call(1, "b", "broken", "{\"city\"") + FakeModel.call(2, "c", "broken", "[]")
				+ FakeModel.call(3, "d", "broken", "{}") + FakeModel.finish("tool_calls")), FakeModel.says("Sorry."));
		try (Talk talk = Talk.to(this.model).tools(broken).begin()) {
			talk.say("Go");
			talk.await(AgentGenerationComplete.class, 1);
			assertThat(this.model.asked().get(1).messages()).endsWith("tool:error: UnknownTool",
					"tool:error: InvalidArguments", "tool:error: InvalidArguments",
					"tool:error: IllegalStateException");
			assertThat(talk.said()).isEqualTo("Sorry.");
		}
	}

	@Test
	void doesNotLetAModelCallToolsForEver() {
		ModelTool again = ModelTool.reactive("again", "Again", CITY, (arguments) -> Mono.just("again"));
		this.model.usually(FakeModel.calls("always", "again", "{}"));
		try (Talk talk = Talk.to(this.model)
			.property("edgewise.agent.model.max-tool-rounds", "3")
			.tools(again)
			.begin()) {
			talk.say("Go");
			assertThat(talk.failure().code()).isEqualTo("model-tool-rounds");
			assertThat(talk.all(ToolCall.class)).hasSize(3);
			assertThat(this.model.asked()).hasSize(4);
		}
	}

	@Test
	void aToolsPolicySaysWhatAnInterruptionDoesToIt() {
		ModelTool cancelled = ModelTool.reactive("cancelled", "Is cancelled", CITY, (arguments) -> Mono.never())
			.withPolicy(ToolPolicy.CANCEL);
		ModelTool finished = ModelTool
			.reactive("finished", "Finishes", CITY,
					(arguments) -> Mono.just("done").delayElement(Duration.ofMillis(200)))
			.withPolicy((call) -> ToolPolicy.FINISH.withIdempotencyKey(String.valueOf(call.toolArgs().get("city"))));
		this.model.then(FakeModel.raw(FakeModel.call(0, "a", "cancelled", "{}")
				+ FakeModel.call(1, "b", "finished", "{}") + FakeModel.finish("tool_calls")));
		try (Talk talk = Talk.to(this.model).tools(cancelled, finished).begin()) {
			talk.say("Go");
			talk.await(ToolCall.class, 2);
			talk.interrupt();
			talk.await(ToolResult.class, 2);
			assertThat(talk.all(ToolResult.class)).extracting(ToolResult::error)
				.containsExactlyInAnyOrder("cancelled", null);
			assertThat(this.model.asked()).as("requests").hasSize(1);
			talk.say("And?");
			assertThat(this.model.awaitAsked(2).messages()).contains("tool:error: cancelled", "tool:done");
			talk.await(AgentGenerationComplete.class, 1);
		}
	}

	@Test
	void canBeGivenOtherInstructionsForEachNode() {
		try (Talk talk = Talk.to(this.model)
			.property("edgewise.agent.model.system-prompt", "Be brief.")
			.route("chat", (beans) -> Talk.Setup.chat(beans.model().withSystemPrompt("Be rude.")))
			.begin()) {
			talk.say("Hello");
			assertThat(this.model.awaitAsked(1).messages()).containsExactly("system:Be rude.", "user:Hello");
			talk.await(AgentGenerationComplete.class, 1);
		}
	}

	private static double figure(Talk talk, String name, String tag, String value) {
		MeterRegistry registry = talk.context.getBean(MeterRegistry.class);
		return registry.find(name)
			.tag(tag, value)
			.meters()
			.stream()
			.mapToDouble((meter) -> meter.measure().iterator().next().getValue())
			.sum();
	}

}
