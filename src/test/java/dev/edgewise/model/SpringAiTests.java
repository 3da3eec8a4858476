package dev.edgewise.model;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

import dev.edgewise.ConversationContext;
import dev.edgewise.Route;
import dev.edgewise.Routes;
import dev.edgewise.event.AgentGenerationComplete;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.ToolCall;
import dev.edgewise.event.ToolResult;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.model.FakeModel.Asked;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Spring AI's own client of OpenAI behind a route: what may be returned of it, and that
 * its cancel, which blocks, makes nobody wait.
 */
class SpringAiTests {

	private final FakeModel model = FakeModel.start();

	private final ChatClient client = ChatClient.create(OpenAiChatModel.builder()
		.options(OpenAiChatOptions.builder().baseUrl(this.model.url() + "/v1").apiKey("none").model("fake").build())
		.build());

	@AfterEach
	void stop() {
		this.model.close();
	}

	static Stream<Arguments> streams() {
		return Stream.of(stream("stream()", (spec) -> spec),
				stream("content()", ChatClient.StreamResponseSpec::content),
				stream("chatResponse()", ChatClient.StreamResponseSpec::chatResponse),
				stream("chatClientResponse()", ChatClient.StreamResponseSpec::chatClientResponse));
	}

	private static Arguments stream(String name, Function<ChatClient.StreamResponseSpec, Object> stream) {
		return arguments(name, stream);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("streams")
	void aRouteMayReturnWhatItStreams(String name, Function<ChatClient.StreamResponseSpec, Object> stream) {
		try (Talk talk = Talk.to(this.model)
			.route("spring",
					(beans) -> Routes.on(UserStoppedSpeaking.class)
						.interruptOn(UserStartedSpeaking.class)
						.streamContext((conversation) -> stream
							.apply(this.client.prompt().messages(SpringAi.messages(conversation)).stream()))
						.broadcast())
			.begin()) {
			talk.say("Hello");
			talk.await(AgentGenerationComplete.class, 1);
			assertThat(talk.all(AgentResponse.class)).extracting(AgentResponse::content)
				.containsExactly("Hello", " there.");
			assertThat(talk.frames).extracting((frame) -> frame.type())
				.containsOnly("UserTranscriptionReceived", "UserStoppedSpeaking", "AgentGenerationStarted",
						"AgentResponse", "AgentGenerationComplete");
		}
	}

	@Test
	void anAnnotatedRouteMayReturnIt() {
		try (Talk talk = Talk.to(this.model).bean(Answering.class, () -> new Answering(this.client)).begin()) {
			talk.say("Hello");
			talk.await(AgentGenerationComplete.class, 1);
			talk.say("And?");
			talk.await(AgentGenerationComplete.class, 2);
			assertThat(this.model.asked().get(1).messages()).containsExactly("user:Hello", "assistant:Hello there.",
					"user:And?");
		}
	}

	@Test
	@Timeout(50)
	void l6ItsCancelBlocksAndNeitherFenceNorFrameNorAnybodyElseWaitsForIt() {
		this.model.then(FakeModel.stalls("Well,", " well,", " well"));
		try (Talk talk = Talk.to(this.model).bean(Answering.class, () -> new Answering(this.client)).begin()) {
			talk.open("other");
			talk.say("Hello");
			Asked silent = this.model.awaitAsked(1);
			talk.await(AgentResponse.class, 1);
			talk.awaitSilence();

			long spoken = System.nanoTime();
			assertThat(talk.interrupt().interrupted()).hasSize(1);
			talk.await(AgentGenerationInterrupted.class, 1);
			assertThat(Duration.ofNanos(System.nanoTime() - spoken)).as("the fence and its frame")
				.isLessThan(Duration.ofSeconds(1));

			talk.publish("other", new UserTranscriptionReceived("Hello", null, null));
			talk.publish("other", new UserStoppedSpeaking());
			await().atMost(Duration.ofSeconds(5)).until(() -> talk.generated("other") > 0);
			talk.say("Are you there?");
			talk.await(AgentGenerationComplete.class, 1);
			assertThat(Duration.ofNanos(System.nanoTime() - spoken)).as("another session and the next turn")
				.isLessThan(Duration.ofSeconds(5));
			assertThat(talk.said()).startsWith("Well,").endsWith("Hello there.");

			await().until(() -> stuck(talk) == 1);
			assertThat(silent.closed).as("the connection of the silent model").isNotDone();
			silent.breakOff();
			await().until(() -> stuck(talk) == 0);
		}
	}

	private static double stuck(Talk talk) {
		return talk.context.getBean(MeterRegistry.class).get("edgewise.stuck").gauge().value();
	}

	@Test
	void tellsToolsAndTheNoteAsSpringAiDoes() {
		ToolCall call = new ToolCall("1", "weather", Map.of("city", "Rome"));
		ConversationContext conversation = new ConversationContext() {

			@Override
			public List<Message> messages() {
				Instant at = Instant.EPOCH;
				return List.of(new Message(Role.USER, "How warm?", at, null, false),
						new Message(Role.TOOL, "21", at, "g", false, null, call,
								new ToolResult("1", "weather", 21, null)),
						new Message(Role.AGENT, "It is", at, "g", true), new Message(Role.AGENT, " ", at, "g", false));
			}

			@Override
			public String heardNote() {
				return "heard only";
			}

		};
		assertThat(SpringAi.messages(conversation))
			.extracting((message) -> message.getMessageType() + ":" + message.getText())
			.containsExactly("SYSTEM:heard only", "USER:How warm?", "ASSISTANT:", "TOOL:", "ASSISTANT:It is");
	}

	/**
	 * As the document on models shows it.
	 */
	static class Answering {

		private final ChatClient chatClient;

		Answering(ChatClient chatClient) {
			this.chatClient = chatClient;
		}

		@Route(on = UserStoppedSpeaking.class, interruptOn = UserStartedSpeaking.class)
		ChatClient.StreamResponseSpec answer(ConversationContext conversation) {
			return this.chatClient.prompt().messages(SpringAi.messages(conversation)).stream();
		}

	}

}
