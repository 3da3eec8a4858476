package dev.edgewise.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import dev.edgewise.ConversationContext;
import dev.edgewise.ConversationContext.Message;
import dev.edgewise.ConversationContext.Role;
import dev.edgewise.ConversationContext.Speech;
import dev.edgewise.Generation;
import dev.edgewise.Interruption;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.OnInterrupt;
import dev.edgewise.Route;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import lombok.extern.slf4j.Slf4j;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Conditional;
import org.springframework.stereotype.Component;

/**
 * A conversationalist in the manner of ELIZA: answers what the user has said since its
 * last word, one word at a time, and falls silent when the user means to speak; a sign of
 * listening does not stop it. When the user comes back it knows where it was stopped, and
 * when asked to go on it resumes with the first word that was not heard.
 */
@Slf4j
@Component
@ConditionalOnBooleanProperty(name = "edgewise.agent.enabled", matchIfMissing = true)
@Conditional(WithModel.Not.class)
class ElizaAgent {

	private static final int QUOTED_WORDS = 6;

	private static final Pattern GO_ON = Pattern.compile(
			"\\W*(?:(?:please|okay|ok|sorry|yes|no)\\W+)*(?:go on|go ahead|continue|carry on|keep going|you were saying)\\b.*",
			Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

	private static final String ANSWER = "answer";

	private static final String RESUMED = "As I was saying: ";

	private final ElizaScript script = new ElizaScript();

	private final Duration pace;

	ElizaAgent(AgentProperties properties) {
		this.pace = Duration.ofMinutes(1).dividedBy(properties.wordsPerMinute());
	}

	@Route(on = UserStoppedSpeaking.class, interruptOn = UserStartedSpeaking.class, policy = "conversation")
	Flux<AgentResponse> answer(ConversationContext conversation, Generation generation,
			@Nullable Interruption previous) {
		String text = text(conversation, previous);
		generation.state(ANSWER, text);
		return speak(text);
	}

	Flux<AgentResponse> speak(String text) {
		return Flux.fromArray(text.split("(?<= )")).delayElements(this.pace).map(AgentResponse::new);
	}

	String text(ConversationContext conversation, @Nullable Interruption previous) {
		List<String> before = new ArrayList<>();
		List<String> now = new ArrayList<>();
		int turn = 0;
		for (Message message : conversation.messages()) {
			if (message.role() == Role.USER) {
				now.add(message.text());
			}
			else if (message.role() == Role.AGENT) {
				before.addAll(now);
				now.clear();
				turn++;
			}
		}
		boolean resumes = !now.isEmpty() && GO_ON.matcher(now.get(now.size() - 1)).matches();
		String unheard = resumes ? unheard(conversation, previous) : "";
		return !unheard.isEmpty() ? RESUMED + unheard
				: ((previous != null) ? lookBack(previous) : "") + this.script.answer(now, before, turn);
	}

	@OnInterrupt
	void interrupted(Interruption interruption) {
		log.info("Stopped after {} ms: {}", interruption.elapsed().toMillis(), interruption.reason());
	}

	/**
	 * What the user has not heard of the last answer that was cut off, unless it has been
	 * resumed since.
	 */
	private static String unheard(ConversationContext conversation, @Nullable Interruption previous) {
		if (previous != null && previous.state().get(ANSWER) instanceof String answer
				&& answer.startsWith(previous.heard())) {
			return answer.substring(previous.heard().length()).strip();
		}
		List<Message> messages = conversation.asGenerated();
		for (int i = messages.size() - 1; i >= 0; i--) {
			Speech speech = messages.get(i).speech();
			if (speech != null && messages.get(i).interrupted()) {
				String generated = speech.generated();
				return generated.startsWith(speech.heard()) ? generated.substring(speech.heard().length()).strip() : "";
			}
			if (speech != null && speech.generated().startsWith(RESUMED)) {
				return "";
			}
		}
		return "";
	}

	private static String lookBack(Interruption interruption) {
		boolean byUser = interruption.reason() == Reason.EVENT || interruption.reason() == Reason.REPLACED;
		String heard = interruption.heard().strip().replaceAll("[.,!?]+$", "");
		if (heard.isEmpty()) {
			return byUser ? "You spoke before I had said a word. " : "I was cut off before I had said a word. ";
		}
		String[] words = heard.split(" ");
		String quote = (words.length <= QUOTED_WORDS) ? heard
				: "... " + String.join(" ", List.of(words).subList(words.length - QUOTED_WORDS, words.length));
		return (byUser ? "You stopped me" : "I was cut off") + " when I was saying '" + quote + "'. ";
	}

}
