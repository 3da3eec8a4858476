package dev.edgewise.web;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.edgewise.InterruptCommand;
import dev.edgewise.event.AgentGenerationComplete;
import dev.edgewise.event.AgentGenerationFailed;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.AgentGenerationPaused;
import dev.edgewise.event.AgentGenerationProtected;
import dev.edgewise.event.AgentGenerationResumed;
import dev.edgewise.event.AgentGenerationStarted;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.AgentTakesFloor;
import dev.edgewise.event.CustomReceived;
import dev.edgewise.event.InterruptRequested;
import dev.edgewise.event.SessionClosed;
import dev.edgewise.event.StreamGap;
import dev.edgewise.event.ToolCall;
import dev.edgewise.event.UserEvent;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.route.EventTypes;
import dev.edgewise.session.Submission;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for {@link EventReader}.
 */
class EventReaderTests {

	private final EventReader reader = new EventReader(new Json(null),
			new EventTypes(List.of(UserStartedSpeaking.class, UserTranscriptionReceived.class, CustomReceived.class,
					ToolCall.class, AgentResponse.class, UserEvent.class, Order.class, Addressed.class, Picky.class,
					Pushed.class, Quoting.class, AgentGenerationStarted.class, AgentGenerationComplete.class,
					AgentGenerationInterrupted.class, AgentGenerationFailed.class, AgentGenerationPaused.class,
					AgentGenerationResumed.class, AgentGenerationProtected.class, AgentTakesFloor.class,
					InterruptRequested.class, SessionClosed.class, StreamGap.class)),
			WebSettings.defaults());

	@Test
	void readsOneEvent() {
		EventReader.Events events = read("""
				{"type":"UserTranscriptionReceived","content":"hi","interim":true,"id":"e1","generation":"g1"}""");
		assertThat(events.array()).isFalse();
		assertThat(events.submissions())
			.containsExactly(new Submission(new UserTranscriptionReceived("hi", true, null), "e1", "g1"));
	}

	@Test
	void readsAnArrayInItsOrder() {
		EventReader.Events events = read("""
				[{"type":"UserStartedSpeaking"}, {"content":"hi","type":"UserTranscriptionReceived"}]""");
		assertThat(events.array()).isTrue();
		assertThat(events.submissions()).extracting(Submission::event)
			.containsExactly(new UserStartedSpeaking(), new UserTranscriptionReceived("hi", null, null));
	}

	@Test
	void takesNullForAnOptionalFieldAndForTheEnvelope() {
		assertThat(read("""
				{"type":"UserTranscriptionReceived","content":"hi","interim":null,"id":null,"generation":null}""")
			.submissions())
			.containsExactly(new Submission(new UserTranscriptionReceived("hi", null, null), null, null));
	}

	@Test
	void givesComponentsNamedAsTheEnvelopeItsValues() {
		assertThat(read("""
				{"type":"Addressed","id":"e1","generation":"g1","text":"x"}""").submissions())
			.containsExactly(new Submission(new Addressed("e1", "g1", "x"), "e1", "g1"));
		refuses("""
				{"type":"Addressed","generation":"g1","text":"x"}""", 422, "invalid-field",
				(problem) -> assertThat(problem).containsEntry("field", "id"));
	}

	@Test
	void readsForceFromTheEnvelope() {
		assertThat(read("{\"type\":\"UserStartedSpeaking\",\"force\":true}").submissions())
			.containsExactly(new Submission(new UserStartedSpeaking(), null, null, true));
		for (String absent : List.of("false", "null")) {
			assertThat(read("[{\"type\":\"UserStartedSpeaking\",\"force\":" + absent + "}]").submissions())
				.containsExactly(new Submission(new UserStartedSpeaking(), null, null, false));
		}
		for (String wrong : List.of("1", "\"true\"", "{}", "[]")) {
			refuses("{\"type\":\"UserStartedSpeaking\",\"force\":" + wrong + "}", 422, "invalid-field",
					field("force").andThen((problem) -> assertThat(problem).containsEntry("expected", "boolean")));
		}
	}

	@Test
	void givesAComponentNamedForceItsValue() {
		assertThat(read("{\"type\":\"Pushed\",\"force\":true}").submissions())
			.containsExactly(new Submission(new Pushed(true), null, null, true));
		assertThat(read("{\"type\":\"Pushed\",\"force\":false}").submissions())
			.containsExactly(new Submission(new Pushed(false), null, null, false));
		refuses("{\"type\":\"Pushed\"}", 422, "invalid-field", field("force"));
	}

	@Test
	void readsWhoSpeaksAndWhetherAnItemMayBeCut() {
		assertThat(read("""
				[{"type":"UserStartedSpeaking","speaker":"Ann"},
				{"type":"UserTranscriptionReceived","content":"hi","speaker":"Ann"},
				{"type":"AgentResponse","content":"no","interruptible":false},
				{"type":"AgentResponse","content":"yes"}]""").submissions()).extracting(Submission::event)
			.containsExactly(new UserStartedSpeaking("Ann"), new UserTranscriptionReceived("hi", null, null, "Ann"),
					new AgentResponse("no", false), new AgentResponse("yes"));
		refuses("{\"type\":\"UserStartedSpeaking\",\"speaker\":1}", 422, "invalid-field",
				field("speaker").andThen((problem) -> assertThat(problem).containsEntry("expected", "string")));
		refuses("{\"type\":\"AgentResponse\",\"content\":\"a\",\"interruptible\":\"no\"}", 422, "invalid-field",
				field("interruptible").andThen((problem) -> assertThat(problem).containsEntry("expected", "boolean")));
	}

	@Test
	void takesNoTextForARecordThatCouldBeMadeOfIt() {
		refuses("{\"type\":\"Quoting\",\"quote\":\"text\"}", 422, "invalid-field", field("quote"));
		refuses("{\"type\":\"Quoting\",\"quote\":{}}", 422, "invalid-field", field("quote.content"));
		assertThat(read("{\"type\":\"Quoting\",\"quote\":{\"content\":\"text\"}}").submissions().get(0).event())
			.isEqualTo(new Quoting(new AgentResponse("text"), null));
		refuses("{\"type\":\"Quoting\",\"quote\":{\"content\":\"a\"},\"start\":\"Ann\"}", 422, "invalid-field",
				field("start"));
	}

	@Test
	void readsACommand() {
		List<String> routes = List.of("answer", "menu");
		assertThat(this.reader.command(new byte[0], routes))
			.isEqualTo(new EventReader.Command(new InterruptCommand(null, null, false, null), null));
		assertThat(this.reader.command("""
				{"generation":"g1","route":"menu","force":true,"reason":"why","id":"c1"}""".getBytes(), routes))
			.isEqualTo(new EventReader.Command(new InterruptCommand("g1", "menu", true, "why"), "c1"));
		assertThat(this.reader.command("{\"reason\":\"%s\"}".formatted("😀".repeat(1_000)).getBytes(), routes))
			.isNotNull();
	}

	@Test
	void answersAnyBytesWithACommandOrAProblem() {
		MutatedBodies bodies = new MutatedBodies(18);
		for (int i = 0; i < 5_000; i++) {
			byte[] body = bodies.next();
			try {
				assertThat(this.reader.command(body, List.of("r")).command()).isNotNull();
			}
			catch (Problem.Refusal ex) {
				assertThat(ex.problem().status()).isBetween(400, 499);
			}
		}
	}

	@Test
	void readsTimesAndDurations() {
		assertThat(read("""
				{"type":"Order","when":"2026-11-23T20:24:03.007Z","within":1500,"kind":"FAST","count":3,
				"lines":[{"text":"a"}]}""").submissions().get(0).event())
			.isEqualTo(new Order(Instant.parse("2026-11-23T20:24:03.007Z"), Duration.ofMillis(1500), Kind.FAST, 3,
					List.of(new Line("a"))));
	}

	@Test
	void namesAnUnknownTypeAndTheKnownOnes() {
		refuses("""
				{"type":"Nonsense"}""", 422, "unknown-event-type",
				(problem) -> assertThat(problem).containsEntry("value", "Nonsense")
					.extractingByKey("knownTypes", InstanceOfAssertFactories.collection(String.class))
					.contains("CustomReceived", "UserStartedSpeaking")
					.doesNotContain("SessionClosed", "AgentGenerationStarted", "UserEvent"));
		refuses("""
				{"type":"UserEvent"}""", 422, "unknown-event-type", (problem) -> {
		});
	}

	@Test
	void refusesAnEventWithoutAType() {
		for (String body : List.of("{}", "{\"type\":null}", "{\"type\":1}", "{\"type\":{}}")) {
			refuses(body, 422, "invalid-field",
					(problem) -> assertThat(problem).containsEntry("field", "type").containsKey("knownTypes"));
		}
	}

	@Test
	void refusesWhatOnlyTheEngineWrites() {
		for (String type : List.of("AgentGenerationStarted", "AgentGenerationComplete", "AgentGenerationInterrupted",
				"AgentGenerationFailed", "AgentGenerationPaused", "AgentGenerationResumed", "AgentGenerationProtected",
				"AgentTakesFloor", "InterruptRequested", "SessionClosed", "StreamGap")) {
			refuses("{\"type\":\"" + type + "\"}", 422, "reserved-event-type",
					(problem) -> assertThat(problem).containsEntry("value", type));
		}
	}

	@Test
	void namesAMissingField() {
		refuses("{\"type\":\"UserTranscriptionReceived\"}", 422, "invalid-field", field("content"));
		refuses("{\"type\":\"CustomReceived\",\"metadata\":null}", 422, "invalid-field", field("metadata"));
		refuses("{\"type\":\"ToolCall\",\"toolCallId\":\"1\",\"toolName\":\"t\"}", 422, "invalid-field",
				field("toolArgs"));
	}

	@Test
	void namesAFieldOfAnotherKindAndWhatIsExpected() {
		refuses("{\"type\":\"UserTranscriptionReceived\",\"content\":5}", 422, "invalid-field",
				field("content").andThen((problem) -> assertThat(problem).containsEntry("expected", "string")));
		refuses("{\"type\":\"UserTranscriptionReceived\",\"content\":\"a\",\"interim\":\"true\"}", 422, "invalid-field",
				field("interim").andThen((problem) -> assertThat(problem).containsEntry("expected", "boolean")));
		refuses("{\"type\":\"UserTranscriptionReceived\",\"content\":\"a\",\"confidence\":\"1\"}", 422, "invalid-field",
				field("confidence").andThen((problem) -> assertThat(problem).containsEntry("expected", "number")));
		refuses("{\"type\":\"UserTranscriptionReceived\",\"content\":\"a\",\"confidence\":1e999}", 422, "invalid-field",
				field("confidence"));
		for (String none : List.of("NaN", "Infinity", "-INF")) {
			refuses("{\"type\":\"UserTranscriptionReceived\",\"content\":\"a\",\"confidence\":\"" + none + "\"}", 422,
					"invalid-field",
					field("confidence").andThen((problem) -> assertThat(problem).containsEntry("expected", "number")));
		}
		refuses("{\"type\":\"CustomReceived\",\"metadata\":[]}", 422, "invalid-field",
				field("metadata").andThen((problem) -> assertThat(problem).containsEntry("expected", "object")));
		refuses(order("\"kind\":\"MIDDLING\""), 422, "invalid-field", field("kind")
			.andThen((problem) -> assertThat(problem).containsEntry("allowed", List.of("FAST", "SLOW"))));
		refuses(order("\"kind\":0"), 422, "invalid-field", field("kind"));
		refuses(order("\"count\":1.5"), 422, "invalid-field", field("count"));
		refuses(order("\"count\":99999999999"), 422, "invalid-field", field("count"));
		refuses(order("\"when\":\"yesterday\""), 422, "invalid-field", field("when"));
		refuses(order("\"within\":\"PT1S\""), 422, "invalid-field", field("within"));
		refuses(order("\"lines\":[{\"text\":\"a\"},{\"text\":null}]"), 422, "invalid-field", field("lines[1].text"));
		refuses(order("\"lines\":[{\"text\":\"a\",\"more\":1}]"), 422, "invalid-field", field("lines[0].more"));
	}

	@Test
	void namesAnUnknownFieldAndTheAllowedOnes() {
		refuses("{\"type\":\"UserTranscriptionReceived\",\"content\":\"a\",\"interm\":true}", 422, "invalid-field",
				field("interm").andThen((problem) -> assertThat(problem)
					.extractingByKey("allowed", InstanceOfAssertFactories.collection(String.class))
					.containsExactlyInAnyOrder("type", "id", "generation", "force", "content", "interim", "confidence",
							"speaker")));
		refuses("{\"type\":\"UserStartedSpeaking\",\"x\":true}", 422, "invalid-field", field("x"));
		refuses("{\"type\":\"UserStartedSpeaking\",\"sequence\":1}", 422, "invalid-field", field("sequence"));
	}

	@Test
	void refusesWhatTheTypeItselfRefusesWithoutItsWords() {
		refuses("{\"type\":\"Picky\",\"text\":\"bad\"}", 422, "invalid-event",
				(problem) -> assertThat(problem.toString()).doesNotContain("secret"));
	}

	@Test
	void checksIds() {
		for (String id : List.of("\"\"", "5", "{}", "\"a\\nb\"", "\"a\\u0000\"", "\"\\ud800\"",
				"\"" + "x".repeat(129) + "\"")) {
			refuses("{\"type\":\"UserStartedSpeaking\",\"id\":" + id + "}", 422, "invalid-field", field("id"));
			refuses("{\"type\":\"UserStartedSpeaking\",\"generation\":" + id + "}", 422, "invalid-field",
					field("generation"));
		}
		assertThat(read("{\"type\":\"UserStartedSpeaking\",\"id\":\"" + "x".repeat(128) + "\"}").submissions())
			.hasSize(1);
		assertThat(read("{\"type\":\"UserStartedSpeaking\",\"id\":\"é 漢 😀!\"}").submissions()).hasSize(1);
	}

	@Test
	void refusesWhatIsNotWellFormed() {
		for (String body : List.of("", " ", "{", "[", "{\"type\":}", "{\"type\":\"UserStartedSpeaking\"}}",
				"{\"type\":\"UserStartedSpeaking\"} {}", "[{\"type\":\"UserStartedSpeaking\"}] 1",
				"{\"type\":\"UserStartedSpeaking\",\"type\":\"UserStartedSpeaking\"}",
				"{\"type\":\"CustomReceived\",\"metadata\":{\"a\":1,\"a\":2}}", "{'type':'x'}", "NaN", "// c\n{}",
				"{\"type\":\"CustomReceived\",\"metadata\":{\"a\":" + "[".repeat(100) + "]".repeat(100) + "}}",
				"[".repeat(60_000), "{\"a\":" + "1".repeat(1_000) + "}", "{\"" + "a".repeat(5_000) + "\":1}",
				"{\"type\":\"a\u0001\"}")) {
			refuses(body, 400, "malformed-body", (problem) -> {
			});
		}
		refuses("{\"type\":\"UserStartedSpeaking\"}".getBytes(StandardCharsets.UTF_16LE), 400, "malformed-body");
		refuses("{\"type\":\"UserStartedSpeaking\"}".getBytes(StandardCharsets.UTF_16), 400, "malformed-body");
		refuses(new byte[] { '{', '"', (byte) 0xff, '"', ':', '1', '}' }, 400, "malformed-body");
		refuses(new byte[] { '{', '"', (byte) 0xc0, (byte) 0xaf, '"', ':', '1', '}' }, 400, "malformed-body");
	}

	@Test
	void refusesWhatIsNoObject() {
		for (String body : List.of("1", "\"UserStartedSpeaking\"", "null", "true")) {
			refuses(body, 422, "invalid-field", field("body"));
		}
		refuses("[{\"type\":\"UserStartedSpeaking\"},1]", 422, "invalid-field",
				field("body").andThen((problem) -> assertThat(problem).containsEntry("index", 1)));
		refuses("[[]]", 422, "invalid-field", field("body"));
	}

	@Test
	void boundsTheLengthOfAnArray() {
		refuses("[]", 422, "invalid-field",
				field("body").andThen((problem) -> assertThat(problem).containsEntry("minimum", 1)));
		assertThat(read(array(64)).submissions()).hasSize(64);
		refuses(array(65), 422, "invalid-field",
				field("body").andThen((problem) -> assertThat(problem).containsEntry("maximum", 64)));
	}

	@Test
	void saysWhichEventOfAnArrayIsWrong() {
		refuses("[{\"type\":\"UserStartedSpeaking\"},{\"type\":\"UserTranscriptionReceived\"}]", 422, "invalid-field",
				field("content").andThen((problem) -> assertThat(problem).containsEntry("index", 1)));
	}

	@Test
	void boundsTheSizeOfAnEventAloneAndInAnArray() {
		String fits = text(64 << 10);
		assertThat(fits).hasSize(64 << 10);
		assertThat(read(fits).submissions()).hasSize(1);
		refuses(text((64 << 10) + 1), 413, "body-too-large",
				(problem) -> assertThat(problem).containsEntry("limit", 64 << 10));
		assertThat(read("[" + fits + "," + fits + "]").submissions()).hasSize(2);
		refuses("[" + fits + "," + text((64 << 10) + 1) + "]", 413, "body-too-large",
				(problem) -> assertThat(problem).containsEntry("index", 1));
	}

	@Test
	void refusesAnIdForAnEventToAllSessions() {
		assertThatThrownBy(() -> this.reader.event("{\"type\":\"UserStartedSpeaking\",\"id\":\"1\"}".getBytes()))
			.isInstanceOfSatisfying(Problem.Refusal.class,
					(refusal) -> assertThat(refusal.problem().fields()).containsEntry("field", "id"));
		assertThat(this.reader.event("{\"type\":\"UserStartedSpeaking\"}".getBytes()))
			.isEqualTo(new UserStartedSpeaking());
	}

	@Test
	void answersAnyBytesWithEventsOrAProblem() {
		MutatedBodies bodies = new MutatedBodies(17);
		for (int i = 0; i < 20_000; i++) {
			byte[] body = bodies.next();
			try {
				assertThat(this.reader.events(body).submissions()).isNotEmpty();
			}
			catch (Problem.Refusal ex) {
				assertThat(ex.problem().status()).isBetween(400, 499);
			}
		}
	}

	private static String text(int length) {
		String empty = "{\"type\":\"UserTranscriptionReceived\",\"content\":\"\"}";
		return empty.replace("\"\"}", "\"" + "x".repeat(length - empty.length()) + "\"}");
	}

	private static String array(int length) {
		return IntStream.range(0, length)
			.mapToObj((i) -> "{\"type\":\"UserStartedSpeaking\"}")
			.collect(Collectors.joining(",", "[", "]"));
	}

	private static String order(String field) {
		String name = field.substring(0, field.indexOf(':'));
		return List
			.of("\"when\":\"2026-11-23T20:24:03Z\"", "\"within\":1", "\"kind\":\"SLOW\"", "\"count\":1", "\"lines\":[]")
			.stream()
			.map((other) -> other.startsWith(name + ":") ? field : other)
			.collect(Collectors.joining(",", "{\"type\":\"Order\",", "}"));
	}

	private static Consumer<Map<String, Object>> field(String name) {
		return (problem) -> assertThat(problem).containsEntry("field", name);
	}

	private EventReader.Events read(String body) {
		return this.reader.events(body.getBytes(StandardCharsets.UTF_8));
	}

	private void refuses(byte[] body, int status, String name) {
		assertThatThrownBy(() -> this.reader.events(body)).isInstanceOfSatisfying(Problem.Refusal.class, (refusal) -> {
			assertThat(refusal.problem().name()).as("%.80s", new String(body, StandardCharsets.UTF_8)).isEqualTo(name);
			assertThat(refusal.problem().status()).isEqualTo(status);
		});
	}

	private void refuses(String body, int status, String name, Consumer<Map<String, Object>> fields) {
		refuses(body.getBytes(StandardCharsets.UTF_8), status, name);
		assertThatThrownBy(() -> read(body)).isInstanceOfSatisfying(Problem.Refusal.class,
				(refusal) -> fields.accept(refusal.problem().fields()));
	}

	enum Kind {

		FAST, SLOW

	}

	record Line(String text) {
	}

	record Order(Instant when, Duration within, Kind kind, int count, List<Line> lines) {
	}

	record Addressed(String id, @Nullable String generation, String text) {
	}

	record Pushed(boolean force) {
	}

	record Quoting(AgentResponse quote, @Nullable UserStartedSpeaking start) {
	}

	record Picky(String text) {

		Picky {
			throw new IllegalArgumentException("a secret");
		}

	}

}
