package dev.edgewise.observation;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import dev.edgewise.Decision;
import dev.edgewise.Decision.Verdict;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.session.EngineListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

/**
 * Records what an engine does in the {@link EdgewiseMeter meters}. Everything that is
 * tagged by route alone is registered at once; what has more tags, when it first happens.
 * Nothing here looks a meter up in the registry twice.
 */
public final class EdgewiseMeters implements EngineListener {

	private static final String NONE = "none";

	private static final String OTHER = "other";

	private static final Duration[] LATENCY_BUCKETS = { Duration.ofMillis(1), Duration.ofMillis(2),
			Duration.ofMillis(5), Duration.ofMillis(10), Duration.ofMillis(20), Duration.ofMillis(50),
			Duration.ofMillis(100), Duration.ofMillis(200), Duration.ofMillis(500), Duration.ofSeconds(1),
			Duration.ofSeconds(2), Duration.ofSeconds(5) };

	private final MeterRegistry registry;

	private final Set<String> types;

	private final Map<String, RouteMeters> routes = new HashMap<>();

	private final AtomicInteger sessions = new AtomicInteger();

	private final AtomicInteger streams = new AtomicInteger();

	private final Counter gaps;

	private final Counter unmatchedSpeech;

	private final Family<EventOutcome, Family<String, Counter>> events;

	/**
	 * Registers the meters of an engine.
	 * @param registry where
	 * @param routes the ids of its routes
	 * @param types the names of the events it knows; any other counts as one
	 */
	public EdgewiseMeters(MeterRegistry registry, Collection<String> routes, Collection<String> types) {
		this.registry = registry;
		this.types = Set.copyOf(types);
		routes.forEach((route) -> this.routes.put(route, new RouteMeters(route)));
		gauge(EdgewiseMeter.SESSIONS, this.sessions);
		gauge(EdgewiseMeter.STREAMS, this.streams);
		this.gaps = counter(EdgewiseMeter.STREAM_GAPS);
		this.unmatchedSpeech = counter(EdgewiseMeter.SPEECH_UNMATCHED);
		this.events = new Family<>(
				(outcome) -> new Family<>((type) -> counter(EdgewiseMeter.EVENTS, type, value(outcome))));
	}

	@Override
	public void sessions(int change) {
		this.sessions.addAndGet(change);
	}

	@Override
	public void streams(int change) {
		this.streams.addAndGet(change);
	}

	@Override
	public void speechUnmatched() {
		this.unmatchedSpeech.increment();
	}

	@Override
	public void gap() {
		this.gaps.increment();
	}

	@Override
	public void event(String type, EventOutcome outcome) {
		this.events.get(outcome).get(bounded(type)).increment();
	}

	@Override
	public void started(String route) {
		route(route).active.incrementAndGet();
	}

	@Override
	public void firstItem(String route, Duration elapsed) {
		route(route).first.record(elapsed);
	}

	@Override
	public void ended(String route, GenerationOutcome outcome, Duration elapsed) {
		RouteMeters meters = route(route);
		meters.active.decrementAndGet();
		meters.generations.get(outcome).record(elapsed);
	}

	@Override
	public void decided(Decision decision) {
		route(decision.route()).decisions.get(bounded(decision.cause()))
			.get(decision.verdict())
			.get(decision.rule())
			.increment();
	}

	@Override
	public void fenced(String session, String generation, String route, Reason reason, @Nullable String cause,
			Duration latency) {
		route(route).interruptions.get(reason).get((cause != null) ? bounded(cause) : NONE).record(latency);
	}

	@Override
	public void silent(String route, Duration latency) {
		route(route).silence.record(latency);
	}

	@Override
	public void cleanedUp(String route, Duration latency) {
		route(route).cleanup.record(latency);
	}

	@Override
	public void discarded(String route, int items) {
		route(route).discarded.increment(items);
	}

	@Override
	public void stuck(String route, int change) {
		route(route).stuck.addAndGet(change);
	}

	@Override
	public void handlerFailed(String route) {
		route(route).handlerFailures.increment();
	}

	@Override
	public void conditionFailed(String route) {
		route(route).conditionFailures.increment();
	}

	@Override
	public void tool(String route, ToolEnd end, Duration elapsed) {
		route(route).tools.get(end).record(elapsed);
	}

	@Override
	public void toolLate(String route) {
		route(route).toolsLate.increment();
	}

	@Override
	public void toolCompensated(String route) {
		route(route).toolsCompensated.increment();
	}

	private RouteMeters route(String route) {
		RouteMeters meters = this.routes.get(route);
		if (meters == null) {
			throw new IllegalArgumentException("No route '" + route + "'");
		}
		return meters;
	}

	private String bounded(String type) {
		return this.types.contains(type) ? type : OTHER;
	}

	private Counter counter(EdgewiseMeter meter, String... tags) {
		return Counter.builder(meter.getName())
			.description(meter.meaning())
			.tags(meter.tags(tags))
			.register(this.registry);
	}

	private Timer timer(EdgewiseMeter meter, Duration[] buckets, String... tags) {
		return Timer.builder(meter.getName())
			.description(meter.meaning())
			.serviceLevelObjectives(buckets)
			.tags(meter.tags(tags))
			.register(this.registry);
	}

	private Timer timer(EdgewiseMeter meter, String... tags) {
		return timer(meter, new Duration[0], tags);
	}

	private void gauge(EdgewiseMeter meter, AtomicInteger value, String... tags) {
		Gauge.builder(meter.getName(), value, AtomicInteger::get)
			.description(meter.meaning())
			.tags(meter.tags(tags))
			.strongReference(true)
			.register(this.registry);
	}

	private static String value(Enum<?> constant) {
		return constant.name().toLowerCase(Locale.ROOT);
	}

	/**
	 * The meters of one route.
	 */
	private final class RouteMeters {

		private final AtomicInteger active = new AtomicInteger();

		private final AtomicInteger stuck = new AtomicInteger();

		private final Timer first;

		private final Timer silence;

		private final Timer cleanup;

		private final Counter discarded;

		private final Counter handlerFailures;

		private final Counter conditionFailures;

		private final Counter toolsLate;

		private final Counter toolsCompensated;

		private final Family<ToolEnd, Timer> tools;

		private final Family<GenerationOutcome, Timer> generations;

		private final Family<Reason, Family<String, Timer>> interruptions;

		private final Family<String, Family<Verdict, Family<String, Counter>>> decisions;

		RouteMeters(String route) {
			gauge(EdgewiseMeter.GENERATION_ACTIVE, this.active, route);
			gauge(EdgewiseMeter.STUCK, this.stuck, route);
			this.first = timer(EdgewiseMeter.GENERATION_FIRST, route);
			this.silence = timer(EdgewiseMeter.SILENCE, LATENCY_BUCKETS, route);
			this.cleanup = timer(EdgewiseMeter.CLEANUP, route);
			this.discarded = counter(EdgewiseMeter.DISCARDED, route);
			this.handlerFailures = counter(EdgewiseMeter.HANDLER_FAILURES, route);
			this.conditionFailures = counter(EdgewiseMeter.CONDITION_FAILURES, route);
			this.toolsLate = counter(EdgewiseMeter.TOOL_LATE, route);
			this.toolsCompensated = counter(EdgewiseMeter.TOOL_COMPENSATED, route);
			this.tools = new Family<>((end) -> timer(EdgewiseMeter.TOOL, route, value(end)));
			this.generations = new Family<>((outcome) -> timer(EdgewiseMeter.GENERATION, route, value(outcome)));
			for (GenerationOutcome outcome : GenerationOutcome.values()) {
				this.generations.get(outcome);
			}
			this.interruptions = new Family<>((reason) -> new Family<>(
					(cause) -> timer(EdgewiseMeter.INTERRUPTION, LATENCY_BUCKETS, route, value(reason), cause)));
			this.decisions = new Family<>(
					(cause) -> new Family<>((verdict) -> new Family<>((rule) -> counter(EdgewiseMeter.DECISIONS, route,
							cause, value(verdict), rule.toLowerCase(Locale.ROOT)))));
		}

	}

	/**
	 * Meters that differ in one tag, made when they are first asked for.
	 */
	private static final class Family<K, M> {

		private final ConcurrentMap<K, M> members = new ConcurrentHashMap<>();

		private final Function<K, M> maker;

		Family(Function<K, M> maker) {
			this.maker = maker;
		}

		M get(K key) {
			M member = this.members.get(key);
			return (member != null) ? member : this.members.computeIfAbsent(key, this.maker);
		}

	}

}
