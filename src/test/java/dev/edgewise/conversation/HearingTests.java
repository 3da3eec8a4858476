package dev.edgewise.conversation;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import dev.edgewise.ConversationContext.Message;
import dev.edgewise.ConversationContext.Role;
import dev.edgewise.Frame;
import dev.edgewise.Playback;
import dev.edgewise.event.AgentSpeechSent;
import dev.edgewise.event.PlaybackProgress;
import dev.edgewise.event.UserTranscriptionReceived;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Talks of several messages, and what the history must say of them. A step is what an
 * agent says ({@code a:}, a new message, {@code +:}, more of the last one, {@code #:}, a
 * new one that must not be cut), that the last message is complete ({@code =}) or cut
 * ({@code !}), what the client says was spoken ({@code s:}, or {@code n:} of the message
 * that began with just that) or how many characters ({@code p:}), and what the user says
 * ({@code u:}).
 */
class HearingTests {

	static Stream<Arguments> talks() {
		return Stream.of(
				talk("acknowledged before the interruption", steps("a:One two three.", "s:One two", "!", "u:Wait."),
						"AGENT!:One two", "USER:Wait."),
				talk("acknowledged at the interruption", steps("a:One two three.", "u:Wait.", "s:One two ", "!"),
						"AGENT!:One two ", "USER:Wait."),
				talk("acknowledged after the interruption", steps("a:One two three.", "!", "u:Wait.", "s:One two"),
						"AGENT!:One two", "USER:Wait."),
				talk("before and after", steps("a:One two three.", "s:One", "!", "u:Wait.", "s: two"), "AGENT!:One two",
						"USER:Wait."),
				talk("after, in full", steps("a:One two three.", "!", "u:Wait.", "s:One two three."),
						"AGENT!:One two three.", "USER:Wait."),
				talk("never", steps("a:One two three.", "!", "u:Wait."), "USER:Wait."),
				talk("late, until the next is acknowledged",
						steps("a:One two three.", "s:One ", "!", "u:Wait.", "a:Yes, what?", "s:two ", "s:Yes, ",
								"s:three."),
						"AGENT!:One two ", "USER:Wait.", "AGENT:Yes, ", "AGENT:three."),
				talk("the unheard rest does not leak into the next",
						steps("a:One two three.", "s:One ", "!", "u:Wait.", "a:Two it is.", "s:Two it is."),
						"AGENT!:One ", "USER:Wait.", "AGENT:Two it is."),
				talk("what fits the rest and the next is the next's",
						steps("a:So. Let me explain.", "s:So. ", "!", "u:Wait.", "a:Let me explain.",
								"s:Let me explain."),
						"AGENT!:So. ", "USER:Wait.", "AGENT:Let me explain."),
				talk("what fits the rest is the rest's while the next has said nothing",
						steps("a:So. Let me explain.", "s:So. ", "!", "u:Wait.", "s:Let me ", "a:Let me explain."),
						"AGENT!:So. Let me ", "USER:Wait."),
				talk("a sentence twice in one message", steps("a:Hello. Hello. Bye.", "s:Hello.", "s:Hello."),
						"AGENT:Hello. Hello."),
				talk("a sentence said again in a later turn",
						steps("a:Hello there.", "=", "s:Hello there.", "u:Hi.", "a:Hello there. Again.",
								"s:hello there"),
						"AGENT:Hello there.", "USER:Hi.", "AGENT:Hello there."),
				talk("acknowledged twice counts once", steps("a:Hello there.", "=", "s:Hello there.", "s:Hello there."),
						"AGENT:Hello there.", "AGENT:Hello there."),
				talk("acknowledged twice by its name counts once",
						steps("a:Hello there.", "=", "n:Hello there.", "n:Hello there."), "AGENT:Hello there."),
				talk("one for two messages",
						steps("a:Let me see. ", "=", "a:It is four.", "=", "s:Let me see. It is four."),
						"AGENT:Let me see. ", "AGENT:It is four."),
				talk("one for two messages, otherwise written",
						steps("a:**Let me see.**", "=", "a:It's $4.", "=", "s:let me see it's four dollars"),
						"AGENT:**Let me see.**", "AGENT:It's $4."),
				talk("two for one item, one for two",
						steps("a:One two ", "+:three ", "+:four", "s:One", "s: two three four"),
						"AGENT:One two three four"),
				talk("the first of two is spoken first", steps("a:The one.", "=", "a:The two.", "=", "s:The "),
						"AGENT:The "),
				talk("a position in the message that is spoken",
						steps("a:One two.", "=", "s:One two.", "a:Three.", "p:5"), "AGENT:One two.", "AGENT:Three"),
				talk("a position never goes back", steps("a:One two.", "p:7", "p:3"), "AGENT:One two"),
				talk("words go on from a position", steps("a:One two three.", "p:3", "s:two"), "AGENT:One two"),
				talk("words that nobody wrote", steps("a:One two.", "s:Hold the line.", "s:One "), "AGENT:One ",
						"AGENT:Hold the line."),
				talk("words that nobody wrote stand where they were said",
						steps("a:One two.", "s:One ", "!", "u:Wait.", "s:Hold the line.", "u:Fine.", "s:Thank you."),
						"AGENT!:One ", "USER:Wait.", "AGENT:Hold the line.", "USER:Fine.", "AGENT:Thank you."),
				talk("words and more that nobody wrote", steps("a:One two.", "=", "s:One two. And three."),
						"AGENT:One two.", "AGENT:And three."),
				talk("what must not be cut was heard when what follows was",
						steps("#:This call is recorded. ", "+:How are you?", "s:How are"),
						"AGENT:This call is recorded. How are"),
				talk("and when the next message was",
						steps("#:This call is recorded.", "=", "a:How are you?", "s:How are"),
						"AGENT:This call is recorded.", "AGENT:How are"),
				talk("but not what can be cut", steps("a:One two.", "=", "a:How are you?", "s:How are"),
						"AGENT:How are"),
				talk("words that turn out to be a message's after all",
						steps("a:Doctor Smith lives in St Johns Street. He is in.",
								"s:doctor Smith lives in Saint Johns Street", "s:He is in."),
						"AGENT:Doctor Smith lives in St Johns Street. He is in."),
				talk("nothing", steps("a:One two.", "s:", "s:  "), new String[0]),
				talk("inside a word, then the user", steps("a:Wonderful.", "s:Wonder", "!", "u:What?"), "AGENT!:Wonder",
						"USER:What?"),
				talk("Chinese", steps("a:今天天气很好，我们去公园吧。", "s:今天天气 很好", "!", "u:不去。"), "AGENT!:今天天气很好", "USER:不去。"),
				talk("Arabic", steps("a:مرحبا بك في المتجر.", "s:مرحبا بك", "!", "u:شكرا"), "AGENT!:مرحبا بك",
						"USER:شكرا"));
	}

	private static Arguments talk(String name, List<String> steps, String... history) {
		return arguments(name, steps, List.of(history));
	}

	private static List<String> steps(String... steps) {
		return List.of(steps);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("talks")
	void theHistorySaysWhatWasHeard(String name, List<String> steps, List<String> history) {
		Conversation conversation = new Conversation(
				new Conversation.Settings(100, 10_000, Playback.ACKNOWLEDGED, 15, false, Map.of(), String::valueOf));
		Utterance last = null;
		for (String step : steps) {
			String words = step.substring(Math.min(2, step.length()));
			switch (step.charAt(0)) {
				case 'a', '#' -> {
					last = conversation.utterance("g" + words);
					conversation.begin(last);
					last.append(words, Instant.EPOCH, step.charAt(0) == '#');
				}
				case '+' -> last.append(words, Instant.EPOCH, false);
				case '=' -> conversation.complete(last);
				case '!' -> conversation.interrupt(last);
				case 's' -> conversation.append(frame(new AgentSpeechSent(words)), null);
				case 'n' -> conversation.append(frame(new AgentSpeechSent(words)), "gHello there.");
				case 'p' ->
					conversation.append(frame(new PlaybackProgress(null, Integer.valueOf(words), null, null)), null);
				default -> conversation.append(frame(new UserTranscriptionReceived(words, null, null)), null);
			}
		}
		assertThat(conversation.snapshot().messages()).extracting(HearingTests::describe).isEqualTo(history);
		assertThat(conversation.snapshot().asGenerated())
			.filteredOn((message) -> message.speech() != null && !message.speech().generated().isEmpty())
			.allSatisfy((message) -> assertThat(message.speech().generated()).startsWith(message.speech().heard()));
	}

	private static String describe(Message message) {
		return ((message.role() == Role.USER) ? "USER" : "AGENT") + (message.interrupted() ? "!" : "") + ":"
				+ message.text();
	}

	private static Frame frame(Object event) {
		return new Frame(1, Instant.EPOCH, event.getClass().getSimpleName(), null, null, event);
	}

}
