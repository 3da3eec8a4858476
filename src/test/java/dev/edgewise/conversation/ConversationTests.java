package dev.edgewise.conversation;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

import dev.edgewise.ConversationContext;
import dev.edgewise.ConversationContext.Message;
import dev.edgewise.Frame;
import dev.edgewise.Playback;
import dev.edgewise.event.ToolResult;
import dev.edgewise.event.UserTranscriptionReceived;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

class ConversationTests {

	private final Conversation conversation = new Conversation(
			new Conversation.Settings(5, 100, Playback.ASSUMED, 15, false, Map.of()));

	private void user(String text) {
		this.conversation.append(new Frame(1, Instant.EPOCH, "UserTranscriptionReceived", null, null,
				new UserTranscriptionReceived(text, null, null)), null);
	}

	private Utterance agent(String text) {
		Utterance utterance = new Utterance("g", 100, Playback.ASSUMED, null);
		this.conversation.begin(utterance);
		utterance.append(text, Instant.EPOCH, false);
		return utterance;
	}

	private List<String> texts() {
		return this.conversation.snapshot().messages().stream().map(Message::text).toList();
	}

	@Test
	void aMessageStandsWhereItsFirstWordStood() {
		user("one");
		Utterance utterance = agent("two");
		user("three");
		utterance.deliver(0, 3);
		assertThat(texts()).containsExactly("one", "two", "three");
		this.conversation.complete(utterance);
		assertThat(texts()).containsExactly("one", "two", "three");
	}

	@Test
	void aSnapshotDoesNotChangeWhenTheConversationDoes() {
		user("one");
		Utterance utterance = agent("two");
		utterance.deliver(0, 1);
		ConversationContext before = this.conversation.snapshot();
		utterance.deliver(1, 3);
		this.conversation.complete(utterance);
		IntStream.range(0, 20).forEach((i) -> user("more"));
		assertThat(before.messages()).extracting(Message::text).containsExactly("one", "t");
	}

	@Test
	void anInterruptedMessageHoldsWhatWasDeliveredAndIsAbsentIfThatIsNothing() {
		Utterance heard = agent("hello there");
		heard.deliver(0, 5);
		this.conversation.interrupt(heard);
		Utterance unheard = agent("never heard");
		user("ok");
		this.conversation.interrupt(unheard);
		assertThat(this.conversation.snapshot().messages()).extracting(Message::text, Message::interrupted)
			.containsExactly(tuple("hello", true), tuple("ok", false));
	}

	@Test
	void theOldestMessagesGoFirst() {
		IntStream.range(0, 8).forEach((i) -> user("m" + i));
		assertThat(texts()).containsExactly("m3", "m4", "m5", "m6", "m7");
		user("x".repeat(99));
		assertThat(texts()).containsExactly("x".repeat(99));
	}

	@Test
	void aToolsOutcomeIsAMessage() {
		this.conversation.append(
				new Frame(1, Instant.EPOCH, "ToolResult", "g", "r", new ToolResult("1", "weather", "sunny", null)),
				null);
		assertThat(texts()).containsExactly("sunny");
	}

	@Test
	void textBeyondTheBoundIsNotKeptAndNothingIsDeliveredTwice() {
		Utterance utterance = new Utterance("g", 7, Playback.ASSUMED, null);
		int end = 0;
		for (int i = 0; i < 1_000; i++) {
			int from = end;
			end = utterance.append("abc", Instant.EPOCH, false);
			utterance.deliver(from, end);
		}
		assertThat(utterance.delivered()).isEqualTo("abcabca").isEqualTo(utterance.generated());
	}

	@Test
	void partsMayBeDeliveredInAnyOrder() {
		Random random = new Random(7);
		for (int round = 0; round < 500; round++) {
			int size = 1 + random.nextInt(12);
			Utterance utterance = new Utterance("g", 100, Playback.ASSUMED, null);
			StringBuilder expected = new StringBuilder();
			boolean[] delivered = new boolean[size];
			for (int i = 0; i < size; i++) {
				utterance.append(String.valueOf((char) ('a' + i)), Instant.EPOCH, false);
			}
			for (int i = 0; i < size; i++) {
				int at = random.nextInt(size);
				if (!delivered[at]) {
					delivered[at] = true;
					utterance.deliver(at, at + 1);
				}
			}
			for (int i = 0; i < size; i++) {
				if (delivered[i]) {
					expected.append((char) ('a' + i));
				}
			}
			assertThat(utterance.delivered()).isEqualTo(expected.toString());
		}
	}

}
