package dev.edgewise.http;

import java.util.List;

import dev.edgewise.Decision;
import dev.edgewise.Decision.Verdict;
import dev.edgewise.Evidence;
import dev.edgewise.Receipt;
import dev.edgewise.Routes;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.http.TestServer.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of what is told about decisions, and of events that are forced.
 */
class DecisionsHttpTests {

	private static final String SPEAK = "{\"type\":\"UserStartedSpeaking\",\"speaker\":\"Ann\"}";

	private static TestServer server;

	@BeforeAll
	static void start() {
		server = TestServer
			.with(Routes.on(UserStoppedSpeaking.class)
				.id("answer")
				.interruptOn(UserStartedSpeaking.class)
				.policy("two-words")
				.stream((event) -> Flux.concat(Flux.just("Hello"), Flux.never()))
				.broadcast(),
					Routes.on(DTMFInput.class)
						.id("notice")
						.interruptOn(UserStartedSpeaking.class)
						.interruptible(false)
						.stream((event) -> Flux.never())
						.broadcast())
			.source(PoliciesOfTests.class)
			.start();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@Test
	void tellsInReceiptsWhatPausesAndWhy() {
		String session = server.session();
		String generation = begin(session, "{\"type\":\"UserStoppedSpeaking\"}");
		JsonNode paused = server.post(session + "/events", SPEAK).json();
		assertThat(paused.get("interrupted")).isEmpty();
		assertThat(paused.get("ignored")).isEmpty();
		assertThat(paused.get("paused")).hasToString("[\"" + generation + "\"]");
		JsonNode decision = paused.get("decisions").get(0);
		assertThat(decision.propertyNames()).containsExactly("sequence", "at", "generation", "route", "cause",
				"verdict", "rule", "policy", "tookMicros", "evidence");
		assertThat(decision.get("sequence")).isEqualTo(paused.get("sequence"));
		assertThat(decision.get("at").asString()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
		assertThat(decision.get("generation").asString()).isEqualTo(generation);
		assertThat(decision.get("route").asString()).isEqualTo("answer");
		assertThat(decision.get("cause").asString()).isEqualTo("UserStartedSpeaking");
		assertThat(decision.get("verdict").asString()).isEqualTo("PAUSE");
		assertThat(decision.get("rule").asString()).isEqualTo("TOO_FEW_WORDS");
		assertThat(decision.get("policy").asString()).isEqualTo("two-words");
		assertThat(decision.get("tookMicros").isIntegralNumber()).isTrue();
		assertThat(decision.get("evidence").toString()).matches("\\{\"forced\":false,"
				+ "\"user\":\\{\"speech\":true,\"speaker\":\"Ann\",\"speaking\":true,\"open\":true,\"overdue\":false,"
				+ "\"spokeForMillis\":0,\"transcript\":\"\",\"words\":0,\"keys\":\"\"},"
				+ "\"agent\":\\{\"started\":true,\"spokeForMillis\":\\d+,\"tookFloor\":false},"
				+ "\"past\":\\{\"interruptions\":0},\"condition\":\"NOT_ASKED\"}");
	}

	@Test
	void answersWithAReceiptThatAPlainMapperReads() {
		String session = server.session();
		String generation = begin(session, "{\"type\":\"UserStoppedSpeaking\"}");
		Receipt receipt = JsonMapper.builder()
			.build()
			.readValue(server.post(session + "/events", SPEAK).json().toString(), Receipt.class);
		assertThat(receipt.paused()).containsExactly(generation);
		Decision decision = receipt.decisions().get(0);
		assertThat(decision.sequence()).isEqualTo(receipt.sequence());
		assertThat(decision.at()).isNotNull();
		assertThat(decision.verdict()).isEqualTo(Verdict.PAUSE);
		assertThat(decision.rule()).isEqualTo("TOO_FEW_WORDS");
		assertThat(decision.evidence().user().speaker()).isEqualTo("Ann");
		assertThat(decision.evidence().user().open()).isTrue();
		assertThat(decision.evidence().agent().started()).isTrue();
		assertThat(decision.evidence().past().interruptions()).isZero();
		assertThat(decision.evidence().condition()).isEqualTo(Evidence.Answer.NOT_ASKED);
	}

	@Test
	void tellsOfEveryDecisionOldestFirst() {
		String session = server.session();
		begin(session, "{\"type\":\"UserStoppedSpeaking\"}");
		server.post(session + "/events", SPEAK);
		JsonNode resumed = hear(session, "uh", 0.75);
		assertThat(resumed.get("ignored")).hasSize(1);
		server.post(session + "/events", "{\"type\":\"UserStoppedSpeaking\"}");
		server.post(session + "/events", SPEAK);
		assertThat(hear(session, "wait please", 1).get("interrupted")).hasSize(1);
		Answer answer = server.get(session + "/decisions");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.json().propertyNames()).containsExactly("decisions");
		JsonNode decisions = answer.json().get("decisions");
		assertThat(decisions.valueStream().map((each) -> each.get("verdict").asString())).containsExactly("PAUSE",
				"RESUME", "IGNORE", "PAUSE", "INTERRUPT");
		assertThat(decisions.get(1)).isEqualTo(resumed.get("decisions").get(0));
		assertThat(decisions.get(1).get("evidence").get("user").get("confidence").asDouble()).isEqualTo(0.75);
		assertThat(decisions.get(1).get("evidence").get("user").get("transcript").asString()).isEqualTo("uh");
		begin(session, "{\"type\":\"DTMFInput\",\"button\":\"1\"}");
		server.post(session + "/events", SPEAK);
		JsonNode last = server.get(session + "/decisions").json().get("decisions").get(5).get("evidence");
		assertThat(last.get("protection").asString()).isEqualTo("ROUTE");
		assertThat(last.get("past").get("sinceInterruptionMillis").isIntegralNumber()).isTrue();
	}

	@Test
	void tellsOfCommands() {
		String session = server.session();
		begin(session, "{\"type\":\"UserStoppedSpeaking\"}");
		server.post(session + "/interrupt", "{\"force\":true}");
		JsonNode decision = server.get(session + "/decisions").json().get("decisions").get(0);
		assertThat(decision.get("cause").asString()).isEqualTo("InterruptRequested");
		assertThat(decision.get("rule").asString()).isEqualTo("FORCED");
		assertThat(decision.get("evidence").get("forced").asBoolean()).isTrue();
	}

	@Test
	void answersForASessionThatIsStillRemembered() {
		String session = server.session();
		assertThat(server.get(session + "/decisions").body()).isEqualTo("{\"decisions\":[]}");
		begin(session, "{\"type\":\"UserStoppedSpeaking\"}");
		server.post(session + "/events", SPEAK);
		server.send("DELETE", session, null);
		Answer answer = server.get(session + "/decisions");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.json().get("decisions")).hasSize(1);
		Answer head = server.send("HEAD", session + "/decisions", null);
		assertThat(head.status()).isEqualTo(200);
		assertThat(head.header("Content-Length")).isEqualTo(answer.header("Content-Length"));
	}

	@Test
	void refusesWhatItRefusesElsewhereToo() {
		assertThat(server.get("/v1/sessions/none/decisions").problem()).isEqualTo("unknown-session");
		Answer method = server.post(server.session() + "/decisions", "{}");
		assertThat(method.status()).isEqualTo(405);
		assertThat(method.header("Allow").split(",")).containsExactlyInAnyOrder("GET", "HEAD", "OPTIONS");
	}

	@Test
	void cutsOffWhateverSpeaksAgainstItWhenAnEventIsForced() {
		String session = server.session();
		String answer = begin(session, "{\"type\":\"UserStoppedSpeaking\"}");
		String notice = begin(session, "{\"type\":\"DTMFInput\",\"button\":\"1\"}");
		JsonNode forced = server
			.post(session + "/events", "[{\"type\":\"UserStartedSpeaking\",\"force\":true,\"id\":\"e1\"}]")
			.json()
			.get(0);
		assertThat(forced.get("interrupted")).hasToString("[\"" + answer + "\",\"" + notice + "\"]");
		assertThat(forced.get("decisions").valueStream().map((each) -> each.get("rule").asString()))
			.containsExactly("FORCED", "FORCED");
	}

	@Test
	void aimsAForcedEventAtOneGeneration() {
		String session = server.session();
		begin(session, "{\"type\":\"UserStoppedSpeaking\"}");
		String notice = begin(session, "{\"type\":\"DTMFInput\",\"button\":\"1\"}");
		JsonNode forced = server
			.post(session + "/events",
					"{\"type\":\"UserStartedSpeaking\",\"force\":true,\"generation\":\"" + notice + "\"}")
			.json();
		assertThat(forced.get("interrupted")).hasToString("[\"" + notice + "\"]");
		assertThat(forced.get("paused")).isEmpty();
	}

	@Test
	void countsForceAsContentOfAnEventsId() {
		String events = server.session() + "/events";
		String plain = "{\"type\":\"UserStartedSpeaking\",\"id\":\"e1\"}";
		String forced = "{\"type\":\"UserStartedSpeaking\",\"id\":\"e1\",\"force\":true}";
		assertThat(server.post(events, "[" + plain + "," + forced + "]").problem()).isEqualTo("event-conflict");
		assertThat(server.post(events, forced).status()).isEqualTo(202);
		assertThat(server.post(events, forced).json().get("duplicate").asBoolean()).isTrue();
		assertThat(server.post(events, plain).status()).isEqualTo(409);
	}

	@Test
	void takesForceForOneSessionAlone() {
		Answer answer = server.post("/v1/events", "{\"type\":\"UserStartedSpeaking\",\"force\":true}");
		assertThat(answer.status()).isEqualTo(422);
		assertThat(answer.json().get("field").asString()).isEqualTo("force");
		assertThat(List.of(answer.json().get("allowed").toString())).containsExactly("[\"speaker\",\"type\"]");
	}

	/**
	 * Starts a generation and waits until its node has been called.
	 */
	private static String begin(String session, String event) {
		String id = server.post(session + "/events", event).json().get("started").get(0).asString();
		try (Wire stream = server.stream(session + "/stream?after=0")) {
			stream.until((each) -> each.name().equals("AgentGenerationStarted") && each.data().contains(id));
		}
		return id;
	}

	private static JsonNode hear(String session, String words, double confidence) {
		return server
			.post(session + "/events",
					"{\"type\":\"UserTranscriptionReceived\",\"content\":\"" + words + "\",\"confidence\":" + confidence
							+ "}")
			.json();
	}

}
