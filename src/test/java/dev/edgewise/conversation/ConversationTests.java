package dev.edgewise.conversation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

import dev.edgewise.ConversationContext;
import dev.edgewise.ConversationContext.Message;
import dev.edgewise.ConversationContext.Role;
import dev.edgewise.Frame;
import dev.edgewise.Playback;
import dev.edgewise.event.ToolCall;
import dev.edgewise.event.ToolResult;
import dev.edgewise.event.UserTranscriptionReceived;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

class ConversationTests {

	private final Conversation conversation = new Conversation(
			new Conversation.Settings(5, 100, Playback.ASSUMED, 15, false, Map.of(), String::valueOf));

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

	private static Frame frame(Object event) {
		return new Frame(1, Instant.EPOCH, event.getClass().getSimpleName(), null, null, event);
	}

	private static ToolCall call(String id) {
		return new ToolCall(id, "weather", Map.of());
	}

	@Test
	void aToolsCallAndItsResultStandAsAPairWhereTheCallStood() {
		this.conversation.append(frame(call("1")), null);
		this.conversation.append(frame(call("2")), null);
		user("meanwhile");
		assertThat(texts()).containsExactly("meanwhile");
		this.conversation.append(frame(new ToolResult("2", "weather", null, "cancelled")), null);
		assertThat(texts()).containsExactly("cancelled", "meanwhile");
		this.conversation.append(frame(new ToolResult("1", "weather", "sunny", null)), null);
		assertThat(texts()).containsExactly("sunny", "cancelled", "meanwhile");
		assertThat(this.conversation.snapshot().messages().get(0)).satisfies((message) -> {
			assertThat(message.call()).isEqualTo(call("1"));
			assertThat(message.result()).isEqualTo(new ToolResult("1", "weather", "sunny", null));
		});
	}

	@Test
	void aCallHasOneOutcome() {
		this.conversation.append(frame(call("1")), null);
		this.conversation.append(frame(new ToolResult("1", "weather", "sunny", null)), null);
		this.conversation.append(frame(new ToolResult("1", "weather", "rainy", null)), null);
		assertThat(texts()).containsExactly("sunny");
		this.conversation.append(frame(call("1")), null);
		this.conversation.append(frame(new ToolResult("1", "weather", "rainy", null)), null);
		assertThat(texts()).containsExactly("sunny", "rainy");
	}

	@Test
	void neitherResultsNorCallsAreAloneHoweverTheHistoryIsBounded() {
		Random random = new Random(11);
		for (int i = 0; i < 5_000; i++) {
			switch (random.nextInt(4)) {
				case 0 -> user("u");
				case 1 -> this.conversation.append(frame(call(String.valueOf(random.nextInt(60)))), null);
				case 2 -> this.conversation
					.append(frame(new ToolResult(String.valueOf(random.nextInt(60)), "weather", "x", null)), null);
				default -> {
					Utterance utterance = agent("text");
					utterance.deliver(0, random.nextInt(5));
					if (random.nextBoolean()) {
						this.conversation.complete(utterance);
					}
					else {
						this.conversation.interrupt(utterance);
					}
				}
			}
			ConversationContext context = this.conversation.snapshot();
			assertThat(context.messages()).allSatisfy((message) -> {
				boolean tool = message.role() == Role.TOOL;
				assertThat(message.call() != null).isEqualTo(tool);
				assertThat(message.result() != null).isEqualTo(tool);
				assertThat(message.text()).isNotEmpty();
			});
			assertThat(context.asGenerated()).hasSizeGreaterThanOrEqualTo(context.messages().size())
				.hasSizeLessThanOrEqualTo(5);
		}
	}

	@Test
	void whatIsSaidBesideAMessageThatGoesOnIsBoundedToo() {
		Utterance utterance = agent("on and on");
		utterance.deliver(0, 9);
		IntStream.range(0, 1_000).forEach((i) -> user("u" + i));
		assertThat(texts()).containsExactly("on and on", "u996", "u997", "u998", "u999");
		this.conversation.complete(utterance);
		assertThat(texts()).hasSizeLessThanOrEqualTo(5);
	}

	@Test
	void whatMayStillBeHeardCountsAmongTheCharacters() {
		for (int i = 0; i < 5; i++) {
			Utterance utterance = agent(i + "x".repeat(39));
			utterance.deliver(0, 40);
			this.conversation.complete(utterance);
		}
		assertThat(texts()).extracting((text) -> text.charAt(0)).containsExactly('3', '4');
	}

	@Test
	void anUnheardMessageIsSeenByAuditsAlone() {
		Conversation acknowledged = new Conversation(new Conversation.Settings(5, 100, Playback.ACKNOWLEDGED, 15, false,
				Map.of("language", "de"), String::valueOf));
		Utterance utterance = acknowledged.utterance("g");
		acknowledged.begin(utterance);
		utterance.append("never heard", Instant.EPOCH, false);
		acknowledged.complete(utterance);
		ConversationContext context = acknowledged.snapshot();
		assertThat(context.messages()).isEmpty();
		assertThat(context.asGenerated()).extracting(Message::text).containsExactly("never heard");
		assertThat(context.attributes()).containsEntry("language", "de");
	}

	@Test
	void asManyMessagesAsEverCostASnapshotTheSame() {
		Conversation whole = new Conversation(new Conversation.Settings(100_000, 1 << 30, Playback.ACKNOWLEDGED, 15,
				false, Map.of(), String::valueOf));
		for (int i = 0; i < 20_000; i++) {
			Utterance utterance = whole.utterance("g" + i);
			whole.begin(utterance);
			utterance.append("text", Instant.EPOCH, false);
			whole.complete(utterance);
			whole.append(frame(new UserTranscriptionReceived("u", null, null)), null);
		}
		assertThat(whole.tailSize()).isLessThanOrEqualTo(17);
		assertThat(whole.snapshot().asGenerated()).hasSize(40_000);
	}

	@Test
	void argumentsOfToolsCountAmongTheCharacters() {
		for (int i = 0; i < 4; i++) {
			this.conversation.append(frame(new ToolCall("c" + i, "search", Map.of("text", "x".repeat(30)))), null);
			this.conversation.append(frame(new ToolResult("c" + i, "search", "r" + i, null)), null);
		}
		assertThat(texts()).containsExactly("r2", "r3");
	}

	@Test
	void anOutcomeIsForTheCallOfItsGeneration() {
		this.conversation.append(frame(new ToolCall("1", "weather", Map.of("day", 1))), null);
		this.conversation.append(new Frame(2, Instant.EPOCH, "ToolCall", "g", "r", call("1")), null);
		this.conversation.append(frame(new ToolResult("1", "weather", "sunny", null)), "g");
		assertThat(this.conversation.snapshot().messages()).singleElement()
			.satisfies((message) -> assertThat(message.call()).isEqualTo(call("1")));
		this.conversation.append(frame(new ToolResult("1", "weather", "rain", null)), null);
		assertThat(texts()).containsExactly("rain", "sunny");
	}

	@Test
	void whatWasDroppedIsNotHeldForLong() {
		Lines lines = new Lines();
		List<Message> whole = new ArrayList<>();
		List<Message> before = List.of();
		for (int i = 0; i < 5_000; i++) {
			Message message = new Message(Role.USER, "m" + i, Instant.EPOCH, null, false);
			lines.add(message);
			whole.add(message);
			if (i == 999) {
				before = lines.and(List.of());
			}
			while (lines.size() > ((i < 1_000) ? 1_000 : 10)) {
				lines.removeFirst();
			}
			assertThat(lines.slots()).isLessThanOrEqualTo(Math.max(16, 4 * lines.size()));
		}
		assertThat(lines.and(List.of())).containsExactlyElementsOf(whole.subList(4_990, 5_000));
		assertThat(before).containsExactlyElementsOf(whole.subList(0, 1_000));
	}

}
