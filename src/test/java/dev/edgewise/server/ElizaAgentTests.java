package dev.edgewise.server;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.edgewise.ConversationContext;
import dev.edgewise.ConversationContext.HeardBy;
import dev.edgewise.ConversationContext.Message;
import dev.edgewise.ConversationContext.Role;
import dev.edgewise.ConversationContext.Speech;
import dev.edgewise.Interruption;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.event.AgentResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.test.StepVerifier;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The built-in agent, called as the engine calls it.
 */
class ElizaAgentTests {

	private final ElizaAgent agent = new ElizaAgent(new AgentProperties(true, 180));

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					Hello there                                 | Hello, and welcome.
					Good evening!                               | Hello, and welcome.
					My name is Ada.                             | It is good to meet you, Ada.
					I need to finish my thesis                  | Suppose you had it tomorrow: finish your thesis.
					i feel lost in your answers.                | You feel lost in my answers.
					I am worried about my exam, honestly        | Then your exam has been following you around.
					I am tired                                  | How long have you been tired?
					I can't talk to you                         | You say that you cannot talk to me.
					I dreamt of the sea                         | So in your dream there was the sea.
					I remember that I was late                  | Of all the things that could have stayed, that you were late did.
					I think you are wrong                       | You think that I am wrong.
					My mother calls every day                   | Tell me about your mother.
					The deadline is tomorrow                    | The deadline takes up a good deal of room.
					Tell me about the sea                       | There is much to say about the sea, and
					Are you a real person?                      | You wonder whether I am a person.
					Nobody listens                              | You say 'Nobody', and that is a large word.
					Thanks!                                     | You are welcome.
					wait, stop                                  | I have stopped.
					Yes                                         | You say it without hesitating.
					No.                                         | No is a complete answer, and I respect it.
					Why is the sky blue?                        | That is a question worth keeping.
					Goodbye                                     | Goodbye, then.
					The weather                                 | I see.
					""")
	void answersWhatTheUserSaid(String said, String opening) {
		assertThat(answer(conversation("user: " + said), null)).startsWith(opening);
	}

	@ParameterizedTest
	@ValueSource(strings = { "Hello", "I need a holiday", "Nothing in particular", "My sister", "", "Why?", "Yes" })
	void speaksInSeveralSentences(String said) {
		assertThat(answer(conversation("user: " + said), null).split("(?<=[.?!]) ")).hasSizeGreaterThanOrEqualTo(2);
	}

	@Test
	void answersAllThatWasSaidSinceItsLastWord() {
		assertThat(answer(conversation("user: Hello", "agent: Hello.", "user: Well", "user: I need a holiday"), null))
			.contains("You would like a holiday");
	}

	@Test
	void doesNotAnswerTheSameTwice() {
		assertThat(answer(conversation("user: I am tired"), null))
			.isNotEqualTo(answer(conversation("user: I am tired", "agent: How long?", "user: I am tired"), null));
	}

	@Test
	void saysTheSameInTheSameConversation() {
		ConversationContext conversation = conversation("user: The sea", "agent: I see.", "user: Waves");
		assertThat(answer(conversation, null)).isEqualTo(answer(conversation, null));
	}

	@Test
	void comesBackToWhatWasSaidEarlierWhenItHasNothingElseToSay() {
		assertThat(answer(conversation("user: My garden is dry.", "agent: Your garden.", "user: Hm"), null))
			.contains("your garden is dry");
	}

	@Test
	void asksForWordsWhenNoneCame() {
		assertThat(answer(conversation(), null)).startsWith("I am listening, but no words have reached me.");
	}

	@Test
	void saysWhereItWasStopped() {
		String answer = answer(conversation("user: Hello", "agent: Hello, and welcome.", "user: I am tired"),
				interruption(Reason.EVENT, "Hello, and welcome. "));
		assertThat(answer).startsWith("You stopped me when I was saying 'Hello, and welcome'. ").contains("tired");
	}

	@Test
	void quotesNoMoreThanTheLastWordsOfALongSentence() {
		assertThat(answer(conversation("user: I am tired"),
				interruption(Reason.EVENT, "one two three four five six seven eight ")))
			.startsWith("You stopped me when I was saying '... three four five six seven eight'. ");
	}

	@Test
	void saysThatItWasStoppedBeforeItsFirstWord() {
		assertThat(answer(conversation("user: I am tired"), interruption(Reason.EVENT, "")))
			.startsWith("You spoke before I had said a word. ");
	}

	@Test
	void doesNotBlameTheUserForWhatTheUserDidNotDo() {
		assertThat(answer(conversation("user: I am tired"), interruption(Reason.EMERGENCY, "I see. ")))
			.startsWith("I was cut off when I was saying 'I see'. ");
	}

	@Test
	void speaksAWordAtATimeAtASpeakersPace() {
		StepVerifier.withVirtualTime(() -> this.agent.speak("Hello, and welcome. I listen."))
			.expectSubscription()
			.expectNoEvent(Duration.ofMillis(333))
			.thenAwait(Duration.ofMillis(1))
			.expectNext(new AgentResponse("Hello, "))
			.thenAwait(Duration.ofMillis(334))
			.expectNext(new AgentResponse("and "))
			.thenAwait(Duration.ofMinutes(1))
			.thenConsumeWhile((word) -> word.content().matches("\\S+ ?"))
			.verifyComplete();
	}

	@Test
	void stopsAtOnceWhenItIsCancelled() {
		StepVerifier.withVirtualTime(() -> this.agent.speak("Hello, and welcome. I listen."))
			.thenAwait(Duration.ofSeconds(1))
			.expectNextCount(2)
			.thenCancel()
			.verify();
	}

	@Test
	void isThereUnlessItIsSwitchedOff() {
		ApplicationContextRunner runner = new ApplicationContextRunner()
			.withBean(AgentProperties.class, () -> new AgentProperties(true, 180))
			.withUserConfiguration(ElizaAgent.class);
		runner.run((context) -> assertThat(context).hasSingleBean(ElizaAgent.class));
		runner.withPropertyValues("edgewise.agent.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(ElizaAgent.class));
	}

	@Test
	void goesOnWithTheFirstWordThatWasNotHeard() {
		Interruption stopped = new Interruption("g", "elizaAgent.answer", null, Reason.EVENT, Instant.EPOCH,
				Duration.ofSeconds(1), "One two ", "One two ", "One ", 0, conversation(),
				Map.of("answer", "One two three four."));
		assertThat(answer(conversation("user: Please, go on."), stopped)).isEqualTo("As I was saying: two three four.");
		assertThat(answer(conversation("user: What is on?"), stopped)).startsWith("You stopped me");
	}

	@Test
	void goesOnLaterWithWhatItHadGenerated() {
		Speech cut = new Speech("One two three", "One two three", "One", HeardBy.ACKNOWLEDGED, false);
		Message message = new Message(Role.AGENT, "One", Instant.EPOCH, "g", true, cut, null, null);
		ConversationContext context = () -> List.of(message,
				new Message(Role.USER, "Continue", Instant.EPOCH, null, false));
		assertThat(answer(context, null)).isEqualTo("As I was saying: two three");
		Speech resumed = new Speech("As I was saying: two three", "", "", HeardBy.NONE, false);
		ConversationContext later = () -> List.of(message,
				new Message(Role.AGENT, "As I was saying: two three", Instant.EPOCH, "h", false, resumed, null, null),
				new Message(Role.USER, "Continue", Instant.EPOCH, null, false));
		assertThat(answer(later, null)).doesNotContain("As I was saying");
	}

	private String answer(ConversationContext conversation, @Nullable Interruption previous) {
		return this.agent.text(conversation, previous);
	}

	private static Interruption interruption(Reason reason, String delivered) {
		return new Interruption("g", "elizaAgent.answer", null, reason, Instant.EPOCH, Duration.ofSeconds(1), delivered,
				delivered, delivered, 0, conversation());
	}

	private static ConversationContext conversation(String... lines) {
		List<Message> messages = new ArrayList<>();
		for (String line : lines) {
			Role role = line.startsWith("user: ") ? Role.USER : Role.AGENT;
			String text = line.substring(line.indexOf(": ") + 2);
			messages.add(new Message(role, text, Instant.EPOCH, (role == Role.AGENT) ? "g" : null, false));
		}
		return () -> messages;
	}

}
