package dev.edgewise.observation;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/**
 * Records what is asked of language models in the {@link EdgewiseMeter meters}. Nothing
 * here looks a meter up in the registry twice.
 */
public final class ModelMeters {

	private final MeterRegistry registry;

	private final Map<String, Timer> firsts = new ConcurrentHashMap<>();

	private final Map<String, Map<String, Timer>> requests = new ConcurrentHashMap<>();

	private final Map<String, Map<String, Counter>> tokens = new ConcurrentHashMap<>();

	/**
	 * Creates the meters.
	 * @param registry where
	 */
	public ModelMeters(MeterRegistry registry) {
		this.registry = registry;
	}

	/**
	 * The first chunk of an answer has come.
	 * @param model the model's name, as configured
	 * @param elapsed since it was asked
	 */
	public void first(String model, Duration elapsed) {
		this.firsts.computeIfAbsent(model, (name) -> timer(EdgewiseMeter.MODEL_FIRST, name)).record(elapsed);
	}

	/**
	 * A request has ended.
	 * @param model the model's name, as configured
	 * @param outcome how, one of a bounded set of words
	 * @param elapsed since it was asked
	 */
	public void ended(String model, String outcome, Duration elapsed) {
		find(this.requests, model, outcome, (end) -> timer(EdgewiseMeter.MODEL_REQUEST, model, end)).record(elapsed);
	}

	/**
	 * A server has counted tokens.
	 * @param model the model's name, as configured
	 * @param input those of the question
	 * @param output those of the answer
	 */
	public void used(String model, long input, long output) {
		tokens(model, "input").increment(input);
		tokens(model, "output").increment(output);
	}

	private Counter tokens(String model, String kind) {
		return find(this.tokens, model, kind,
				(side) -> Counter.builder(EdgewiseMeter.MODEL_TOKENS.getName())
					.description(EdgewiseMeter.MODEL_TOKENS.meaning())
					.tags(EdgewiseMeter.MODEL_TOKENS.tags(model, side))
					.register(this.registry));
	}

	private Timer timer(EdgewiseMeter meter, String... tags) {
		return Timer.builder(meter.getName())
			.description(meter.meaning())
			.tags(meter.tags(tags))
			.register(this.registry);
	}

	private static <M> M find(Map<String, Map<String, M>> meters, String model, String word,
			Function<String, M> factory) {
		return meters.computeIfAbsent(model, (name) -> new ConcurrentHashMap<>()).computeIfAbsent(word, factory);
	}

}
