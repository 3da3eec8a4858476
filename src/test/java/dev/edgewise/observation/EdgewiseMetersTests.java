package dev.edgewise.observation;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import dev.edgewise.Decision;
import dev.edgewise.Decision.Verdict;
import dev.edgewise.Evidence;
import dev.edgewise.Evidence.Answer;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.interruption.Rule;
import dev.edgewise.session.EngineListener.EventOutcome;
import dev.edgewise.session.EngineListener.GenerationOutcome;
import dev.edgewise.session.EngineListener.ToolEnd;
import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The meters of one engine with one route.
 */
class EdgewiseMetersTests {

	private static final String ROUTE = "assistant.answer";

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	private final EdgewiseMeters meters = new EdgewiseMeters(this.registry, List.of(ROUTE),
			List.of("UserStartedSpeaking", "UserStoppedSpeaking"));

	@Test
	void startsWithAZeroForEverythingThatIsTaggedByRouteAlone() {
		List<EdgewiseMeter> byRoute = Arrays.stream(EdgewiseMeter.values())
			.filter((meter) -> Arrays.equals(meter.getKeyNames(), new KeyName[] { EdgewiseMeter.Tag.ROUTE }))
			.toList();
		assertThat(byRoute).hasSize(10).allSatisfy((meter) -> {
			assertThat(this.registry.get(meter.getName()).tag("route", ROUTE).meters()).hasSize(1);
			assertThat(figure(meter, "route", ROUTE)).isZero();
		});
	}

	@Test
	void startsWithAZeroForEachWayAGenerationCanEnd() {
		assertThat(figure(EdgewiseMeter.GENERATION, "route", ROUTE, "outcome", "completed")).isZero();
		assertThat(figure(EdgewiseMeter.GENERATION, "route", ROUTE, "outcome", "interrupted")).isZero();
		assertThat(figure(EdgewiseMeter.GENERATION, "route", ROUTE, "outcome", "failed")).isZero();
	}

	@Test
	void startsWithAZeroForWhatHasNoTags() {
		assertThat(figure(EdgewiseMeter.SESSIONS)).isZero();
		assertThat(figure(EdgewiseMeter.STREAMS)).isZero();
		assertThat(figure(EdgewiseMeter.STREAM_GAPS)).isZero();
	}

	@ParameterizedTest
	@EnumSource
	void recordsEachMeterUnderTheNameKindAndTagsThatAreDocumented(EdgewiseMeter meter) {
		recordEverything();
		Set<String> keys = Arrays.stream(meter.getKeyNames()).map(KeyName::asString).collect(Collectors.toSet());
		assertThat(this.registry.get(meter.getName()).meters()).isNotEmpty().allSatisfy((recorded) -> {
			assertThat(recorded.getId().getType()).isEqualTo(meter.getType());
			assertThat(recorded.getId().getDescription()).isEqualTo(meter.meaning());
			assertThat(recorded.getId().getTags()).extracting(Tag::getKey).containsExactlyInAnyOrderElementsOf(keys);
		});
	}

	@Test
	void recordsNothingThatIsNotDocumented() {
		recordEverything();
		Set<String> documented = Arrays.stream(EdgewiseMeter.values())
			.map(EdgewiseMeter::getName)
			.collect(Collectors.toSet());
		assertThat(this.registry.getMeters()).filteredOn((meter) -> meter.getId().syntheticAssociation() == null)
			.extracting((meter) -> meter.getId().getName())
			.isSubsetOf(documented);
	}

	@Test
	void timesGenerationsByOutcomeAndCountsThoseUnderWay() {
		this.meters.started(ROUTE);
		this.meters.started(ROUTE);
		this.meters.firstItem(ROUTE, Duration.ofMillis(30));
		this.meters.ended(ROUTE, GenerationOutcome.INTERRUPTED, Duration.ofSeconds(2));
		assertThat(figure(EdgewiseMeter.GENERATION_ACTIVE, "route", ROUTE)).isOne();
		Timer timer = this.registry.get("edgewise.generation").tag("outcome", "interrupted").timer();
		assertThat(timer.count()).isOne();
		assertThat(timer.totalTime(TimeUnit.SECONDS)).isEqualTo(2);
		assertThat(this.registry.get("edgewise.generation.first").timer().totalTime(TimeUnit.MILLISECONDS))
			.isEqualTo(30);
	}

	@Test
	void timesCallsOfToolsByTheirOneOutcome() {
		this.meters.tool(ROUTE, ToolEnd.TIMED_OUT, Duration.ofSeconds(3));
		this.meters.tool(ROUTE, ToolEnd.COMPLETED, Duration.ofMillis(20));
		this.meters.toolLate(ROUTE);
		Timer timer = this.registry.get("edgewise.tool").tag("outcome", "timed_out").timer();
		assertThat(timer.count()).isOne();
		assertThat(timer.totalTime(TimeUnit.SECONDS)).isEqualTo(3);
		assertThat(figure(EdgewiseMeter.TOOL, "route", ROUTE, "outcome", "completed")).isOne();
		assertThat(figure(EdgewiseMeter.TOOL_LATE, "route", ROUTE)).isOne();
		assertThat(figure(EdgewiseMeter.TOOL_COMPENSATED, "route", ROUTE)).isZero();
	}

	@Test
	void timesInterruptionsByReasonAndCause() {
		this.meters.fenced("s", "g", ROUTE, Reason.EVENT, "UserStartedSpeaking", Duration.ofMillis(3));
		this.meters.fenced("s", "g", ROUTE, Reason.TIMEOUT, null, Duration.ZERO);
		assertThat(figure(EdgewiseMeter.INTERRUPTION, "reason", "event", "cause", "UserStartedSpeaking")).isOne();
		assertThat(figure(EdgewiseMeter.INTERRUPTION, "reason", "timeout", "cause", "none")).isOne();
	}

	@Test
	void countsDecisionsByVerdictAndRule() {
		this.meters.decided(decision("UserStartedSpeaking", Verdict.INTERRUPT, Rule.INTERRUPTED));
		this.meters.decided(decision("UserStartedSpeaking", Verdict.IGNORE, Rule.CONDITION));
		this.meters.decided(decision("UserStartedSpeaking", Verdict.IGNORE, Rule.CONDITION));
		assertThat(figure(EdgewiseMeter.DECISIONS, "verdict", "interrupt", "rule", "interrupted")).isOne();
		assertThat(figure(EdgewiseMeter.DECISIONS, "verdict", "ignore", "rule", "condition")).isEqualTo(2);
	}

	@Test
	void keepsTheLastNumberOfSessionsAndStreamsAndTheSumOfTheStuck() {
		this.meters.sessions(3);
		this.meters.sessions(-1);
		this.meters.streams(7);
		this.meters.stuck(ROUTE, 2);
		this.meters.stuck(ROUTE, -1);
		assertThat(figure(EdgewiseMeter.SESSIONS)).isEqualTo(2);
		assertThat(figure(EdgewiseMeter.STREAMS)).isEqualTo(7);
		assertThat(figure(EdgewiseMeter.STUCK, "route", ROUTE)).isOne();
	}

	@Test
	void countsUnknownTypesAsOneSoThatClientsCannotMakeMeters() {
		for (int i = 0; i < 100; i++) {
			this.meters.event("Forged" + i, EventOutcome.REFUSED);
			this.meters.decided(decision("Forged" + i, Verdict.INTERRUPT, Rule.INTERRUPTED));
			this.meters.fenced("s" + i, "g" + i, ROUTE, Reason.EVENT, "Forged" + i, Duration.ZERO);
		}
		assertThat(figure(EdgewiseMeter.EVENTS, "type", "other", "outcome", "refused")).isEqualTo(100);
		assertThat(figure(EdgewiseMeter.DECISIONS, "cause", "other")).isEqualTo(100);
		assertThat(figure(EdgewiseMeter.INTERRUPTION, "cause", "other")).isEqualTo(100);
	}

	@Test
	void sortsInterruptionsAndSilencesIntoBucketsAroundWhatPeopleNotice() {
		PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		EdgewiseMeters meters = new EdgewiseMeters(prometheus, List.of(ROUTE), List.of());
		meters.fenced("s", "g", ROUTE, Reason.EMERGENCY, null, Duration.ofMillis(4));
		meters.silent(ROUTE, Duration.ofMillis(150));
		assertThat(prometheus.scrape()).contains(
				"edgewise_interruption_seconds_bucket{cause=\"none\",reason=\"emergency\",route=\"assistant.answer\",le=\"0.005\"} 1")
			.contains("edgewise_silence_seconds_bucket{route=\"assistant.answer\",le=\"0.1\"} 0")
			.contains("edgewise_silence_seconds_bucket{route=\"assistant.answer\",le=\"0.2\"} 1")
			.contains("edgewise_silence_seconds_bucket{route=\"assistant.answer\",le=\"5.0\"} 1");
	}

	private void recordEverything() {
		ModelMeters models = new ModelMeters(this.registry);
		models.first("model", Duration.ofMillis(1));
		models.ended("model", "stop", Duration.ofMillis(2));
		models.used("model", 3, 4);
		this.meters.sessions(1);
		this.meters.streams(1);
		this.meters.gap();
		this.meters.event("UserStoppedSpeaking", EventOutcome.ACCEPTED);
		this.meters.started(ROUTE);
		this.meters.firstItem(ROUTE, Duration.ofMillis(1));
		this.meters.decided(decision("UserStartedSpeaking", Verdict.INTERRUPT, Rule.INTERRUPTED));
		this.meters.fenced("s", "g", ROUTE, Reason.EVENT, "UserStartedSpeaking", Duration.ofMillis(1));
		this.meters.silent(ROUTE, Duration.ofMillis(1));
		this.meters.cleanedUp(ROUTE, Duration.ofMillis(1));
		this.meters.discarded(ROUTE, 1);
		this.meters.stuck(ROUTE, 1);
		this.meters.handlerFailed(ROUTE);
		this.meters.conditionFailed(ROUTE);
		this.meters.tool(ROUTE, ToolEnd.COMPLETED, Duration.ofMillis(1));
		this.meters.toolLate(ROUTE);
		this.meters.toolCompensated(ROUTE);
		this.meters.ended(ROUTE, GenerationOutcome.INTERRUPTED, Duration.ofMillis(1));
	}

	private double figure(EdgewiseMeter meter, String... tags) {
		Meter found = this.registry.get(meter.getName()).tags(tags).meter();
		return (found instanceof Timer timer) ? timer.count() : found.measure().iterator().next().getValue();
	}

	private static Decision decision(String cause, Verdict verdict, Rule rule) {
		Evidence evidence = new Evidence(false, null,
				new Evidence.User(true, null, null, true, true, false, Duration.ZERO, "", 0, null, ""),
				new Evidence.Agent(true, Duration.ZERO, null, false), new Evidence.Past(0, null), Answer.NOT_ASKED);
		return new Decision(1, Instant.EPOCH, "g", ROUTE, cause, verdict, rule.name(), "immediate", evidence,
				Duration.ZERO);
	}

}
