package dev.edgewise.web;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.edgewise.Frame;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.AgentGenerationPaused;
import dev.edgewise.event.AgentGenerationProtected;
import dev.edgewise.event.AgentGenerationResumed;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.AgentStartedSpeaking;
import dev.edgewise.event.AgentTakesFloor;
import dev.edgewise.event.CustomReceived;
import dev.edgewise.event.InterruptRequested;
import dev.edgewise.event.ToolCall;
import dev.edgewise.event.ToolResult;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.route.EventTypes;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link FrameJson}.
 */
class FrameJsonTests {

	private static final Instant AT = Instant.parse("2026-11-23T20:24:03.007Z");

	private final FrameJson encoder = new FrameJson(null);

	@Test
	void writesABlockOfAnEventStreamWithFlatFields() {
		assertThat(block(7, "g1", "assistant.generate", new AgentResponse("Hello")))
			.isEqualTo("id:7\nevent:AgentResponse\n"
					+ "data:{\"sequence\":7,\"at\":\"2026-11-23T20:24:03.007Z\",\"type\":\"AgentResponse\","
					+ "\"generation\":\"g1\",\"route\":\"assistant.generate\",\"content\":\"Hello\"}\n\n");
	}

	@Test
	void leavesOutWhatIsAbsent() {
		assertThat(block(12, null, null, new UserTranscriptionReceived("hi", null, 0.5)))
			.isEqualTo("id:12\nevent:UserTranscriptionReceived\n"
					+ "data:{\"sequence\":12,\"at\":\"2026-11-23T20:24:03.007Z\",\"type\":\"UserTranscriptionReceived\","
					+ "\"content\":\"hi\",\"confidence\":0.5}\n\n");
	}

	@Test
	void writesWhetherAnItemMayBeCutWhereThatIsSaid() {
		assertThat(block(7, "g1", "r", new AgentResponse("é\n", false)))
			.endsWith("\"generation\":\"g1\",\"route\":\"r\",\"content\":\"é\\n\",\"interruptible\":false}\n\n");
		assertThat(block(7, "g1", "r", new AgentResponse("a", true)))
			.endsWith("\"content\":\"a\",\"interruptible\":true}\n\n");
		assertThat(this.encoder.digest(new AgentResponse("a", false)))
			.isNotEqualTo(this.encoder.digest(new AgentResponse("a")));
	}

	@Test
	void writesWhoSpeaksWhereThatIsKnown() {
		assertThat(block(1, null, null, new UserStartedSpeaking())).endsWith("\"type\":\"UserStartedSpeaking\"}\n\n");
		assertThat(block(1, null, null, new UserStartedSpeaking("Ann")))
			.endsWith("\"type\":\"UserStartedSpeaking\",\"speaker\":\"Ann\"}\n\n");
		assertThat(block(1, null, null, new UserStoppedSpeaking())).endsWith("\"type\":\"UserStoppedSpeaking\"}\n\n");
		assertThat(block(1, null, null, new UserTranscriptionReceived("hi", false, null, "Ann")))
			.endsWith("\"content\":\"hi\",\"interim\":false,\"speaker\":\"Ann\"}\n\n");
	}

	@Test
	void writesWhatTheEngineSaysAboutDecisions() {
		assertThat(block(9, "g", "r", new AgentGenerationPaused(8, "TOO_FEW_WORDS")))
			.endsWith("\"cause\":8,\"rule\":\"TOO_FEW_WORDS\"}\n\n");
		assertThat(block(9, "g", "r", new AgentGenerationResumed(8, "BACKCHANNEL", 120)))
			.endsWith("\"cause\":8,\"rule\":\"BACKCHANNEL\",\"pausedMillis\":120}\n\n");
		assertThat(block(9, "g", "r", new AgentGenerationProtected(8, null))).endsWith("\"cause\":8}\n\n");
		assertThat(block(9, null, null, new InterruptRequested(null, true, null)))
			.endsWith("\"type\":\"InterruptRequested\",\"force\":true}\n\n");
		assertThat(block(9, null, null, new AgentTakesFloor(40, 9_000))).endsWith("\"words\":40,\"millis\":9000}\n\n");
	}

	@Test
	void givesBackTheObjectOfABlock() {
		byte[] block = block(9, "g1", "assistant", new AgentResponse("a\nb")).getBytes(StandardCharsets.UTF_8);
		assertThat(new String(FrameJson.dataOf(block), StandardCharsets.UTF_8)).startsWith("{\"sequence\":9,")
			.endsWith("\"content\":\"a\\nb\"}");
	}

	@Test
	void writesAnEventWithoutFields() {
		assertThat(block(Long.MAX_VALUE, null, null, new AgentStartedSpeaking()))
			.isEqualTo("id:9223372036854775807\nevent:AgentStartedSpeaking\ndata:{\"sequence\":9223372036854775807,"
					+ "\"at\":\"2026-11-23T20:24:03.007Z\",\"type\":\"AgentStartedSpeaking\"}\n\n");
	}

	@Test
	void escapesWhatJsonOrTheStreamWouldMisread() {
		String nasty = "a\"b\\c\n\r\t\b\f\u0001\u2028 é 漢 😀";
		String block = block(1, null, null, new AgentResponse(nasty));
		assertThat(block.lines().count()).isEqualTo(4);
		assertThat(json(block).get("content").asString()).isEqualTo(nasty);
		assertThat(json(block(1, "g\"\n", "r\"\n", new AgentStartedSpeaking())).get("route").asString())
			.isEqualTo("r\"\n");
	}

	@Test
	void carriesTheHalvesOfASurrogatePairThatTwoFramesShare() {
		String emoji = "😀";
		String first = json(block(1, null, null, new AgentResponse(emoji.substring(0, 1)))).get("content").asString();
		String second = json(block(2, null, null, new AgentResponse(emoji.substring(1)))).get("content").asString();
		assertThat(first + second).isEqualTo(emoji);
		Map<String, Object> half = Map.of("half", emoji.substring(0, 1));
		assertThat(json(block(1, null, null, new CustomReceived(half))).get("metadata").get("half").asString())
			.isEqualTo(emoji.substring(0, 1));
	}

	@Test
	void keepsNullsInsideOfMaps() {
		Map<String, Object> metadata = new HashMap<>();
		metadata.put("nothing", null);
		assertThat(block(1, null, null, new CustomReceived(metadata))).contains("\"metadata\":{\"nothing\":null}");
	}

	@Test
	void writesTimesInRfc3339AndDurationsInMilliseconds() {
		String block = block(1, null, null, new Timed(AT, Duration.ofSeconds(2)));
		assertThat(block).contains("\"when\":\"2026-11-23T20:24:03.007Z\",\"length\":2000}");
	}

	@Test
	void writesEnumsByName() {
		assertThat(block(1, "g", "r", new AgentGenerationInterrupted(Reason.EMERGENCY, 4L, 12, 3)))
			.endsWith("\"reason\":\"EMERGENCY\",\"cause\":4,\"elapsedMillis\":12,\"discarded\":3}\n\n");
	}

	@Test
	void letsTheEnvelopeWinOverAComponentOfTheSameName() {
		assertThat(block(1, "g1", "r", new Aimed("own", "x"))).containsOnlyOnce("\"generation\"")
			.contains("\"generation\":\"g1\"")
			.endsWith("\"id\":\"x\"}\n\n");
		assertThat(block(1, null, null, new Aimed("own", "x"))).containsOnlyOnce("\"generation\"")
			.contains("\"generation\":\"own\"");
	}

	@Test
	void refusesWhatIsNoJsonObject() {
		assertThatIllegalArgumentException().isThrownBy(() -> block(1, null, null, "text"))
			.withMessage("String is not a JSON object");
		assertThatIllegalArgumentException().isThrownBy(() -> block(1, null, null, 42))
			.withMessage("Integer is not a JSON object");
		assertThatIllegalArgumentException().isThrownBy(() -> block(1, null, null, List.of()));
	}

	@Test
	void refusesPropertiesThatFramesKeepForThemselves() {
		assertThatIllegalArgumentException().isThrownBy(() -> block(1, null, null, new Typed("x")))
			.withMessage("Typed has a property 'type', which frames keep for themselves");
		assertThatIllegalArgumentException().isThrownBy(() -> block(1, null, null, Map.of("sequence", 1)));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> block(1, null, null, new Open(Map.of("at", 1, "other", 2))));
	}

	@Test
	void refusesWhatCannotBeWrittenWithoutShowingWhy() {
		assertThatIllegalArgumentException().isThrownBy(() -> block(1, null, null, new Failing()))
			.withMessage("Failing cannot be written as JSON");
	}

	@Test
	void writesMapsAndOpenBeans() {
		assertThat(block(1, null, null, new LinkedHashMap<>(Map.of("a", 1))))
			.endsWith("\"LinkedHashMap\",\"a\":1}\n\n");
		assertThat(block(1, null, null, new Open(Map.of("b", 2)))).endsWith("\"type\":\"Open\",\"b\":2}\n\n");
	}

	@Test
	void keepsRawValuesOnOneLine() {
		String block = block(1, null, null, new Raw("{\n\"a\":\r\n1}"));
		assertThat(block.lines().count()).isEqualTo(4);
		assertThat(json(block).get("raw").get("a").asInt()).isEqualTo(1);
	}

	@Test
	void isNotChangedByTheApplicationsOwnTaste() {
		JsonMapper application = JsonMapper.builder()
			.propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
			.enable(SerializationFeature.INDENT_OUTPUT, SerializationFeature.WRAP_ROOT_VALUE)
			.build();
		Frame frame = frame(1, null, null, new ToolCall("c1", "weather", Map.of("city", "Rome")));
		assertThat(new FrameJson(application).encode(frame)).isEqualTo(this.encoder.encode(frame))
			.asString(StandardCharsets.UTF_8)
			.contains("\"toolCallId\":\"c1\"");
	}

	@Test
	void digestsContentAndNotItsOrder() {
		Map<String, Object> one = new LinkedHashMap<>();
		one.put("a", 1);
		one.put("b", Map.of("x", 1));
		Map<String, Object> other = new LinkedHashMap<>();
		other.put("b", Map.of("x", 1));
		other.put("a", 1);
		assertThat(this.encoder.digest(new CustomReceived(one))).hasSize(32)
			.isEqualTo(this.encoder.digest(new CustomReceived(other)))
			.isNotEqualTo(this.encoder.digest(new CustomReceived(Map.of("a", 1))));
		assertThat(this.encoder.digest(new AgentResponse("a"))).isNotEqualTo(this.encoder.digest(new Content("a")));
		assertThat(this.encoder.digest(new ToolResult("1", "t", null, "e")))
			.isNotEqualTo(this.encoder.digest(new ToolResult("1", "t", "e", null)));
	}

	@Test
	void encodesOnSeveralThreadsAcrossSeconds() {
		List<Integer> wrong = java.util.stream.IntStream.range(0, 20_000).parallel().filter((i) -> {
			Instant at = AT.plusMillis(i * 37L);
			Frame frame = new Frame(i, at, "AgentResponse", null, null, new AgentResponse("x"));
			String block = new String(this.encoder.encode(frame), StandardCharsets.UTF_8);
			return !Instant.parse(json(block).get("at").asString()).equals(at);
		}).boxed().toList();
		assertThat(wrong).isEmpty();
	}

	private String block(long sequence, @Nullable String generation, @Nullable String route, Object event) {
		return new String(this.encoder.encode(frame(sequence, generation, route, event)), StandardCharsets.UTF_8);
	}

	private static Frame frame(long sequence, @Nullable String generation, @Nullable String route, Object event) {
		return new Frame(sequence, AT, EventTypes.nameOf(event.getClass()), generation, route, event);
	}

	private static JsonNode json(String block) {
		return JsonMapper.shared().readTree(block.substring(block.indexOf("\ndata:") + 6));
	}

	record Timed(Instant when, Duration length) {
	}

	record Aimed(@Nullable String generation, String id) {
	}

	record Typed(String type) {
	}

	record Content(String content) {
	}

	record Raw(@JsonRawValue String raw) {
	}

	record Open(@JsonAnyGetter Map<String, Object> fields) {
	}

	static final class Failing {

		public String getSecret() {
			throw new IllegalStateException("a secret");
		}

	}

}
