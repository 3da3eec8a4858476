package dev.edgewise.observation;

import java.util.Locale;
import java.util.function.Consumer;

import dev.edgewise.Generation;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.observation.EdgewiseObservation.Event;
import dev.edgewise.observation.EdgewiseObservation.Key;
import dev.edgewise.observation.GenerationSurroundings.Observed;
import dev.edgewise.session.EngineListener.GenerationOutcome;
import dev.edgewise.session.Surroundings.Cause;
import dev.edgewise.session.Surroundings.Enclosure;
import dev.edgewise.session.Surroundings.Scope;
import io.micrometer.observation.Observation;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Hooks;
import reactor.util.context.Context;

/**
 * What is around one generation: the ids that its log lines carry and, from its start
 * until it causes nothing any more, its observation.
 */
final class GenerationEnclosure implements Enclosure {

	private final GenerationSurroundings surroundings;

	private final LogIds ids;

	private final String route;

	/** What has caused it, until its observation knows. The writer's. */
	private @Nullable Observed cause;

	/** What it causes itself is caused by. The writer's. */
	private @Nullable Observed observed;

	private @Nullable Reason reason;

	private boolean stopped;

	private volatile Context context;

	GenerationEnclosure(GenerationSurroundings surroundings, Generation generation, @Nullable Observed cause) {
		this.surroundings = surroundings;
		this.ids = new LogIds(generation.session().id(), generation.id());
		this.route = generation.route();
		this.cause = cause;
		this.context = Context.of(LogIdsAccessor.KEY, this.ids);
	}

	@Override
	public @Nullable Cause cause() {
		return this.observed;
	}

	@Override
	public Context context() {
		return this.context;
	}

	@Override
	public Scope enter() {
		return this.surroundings.enter(this.context);
	}

	@Override
	public Scope follow() {
		return Hooks.isAutomaticContextPropagationEnabled() ? enter() : Scope.NONE;
	}

	@Override
	public void started() {
		if (!this.surroundings.isObserving()) {
			return;
		}
		Observed before = this.cause;
		this.cause = null;
		GenerationObservationContext known = new GenerationObservationContext(this.ids.session(),
				String.valueOf(this.ids.generation()), this.route);
		known.addLowCardinalityKeyValue(Key.ROUTE.withValue(this.route));
		known.addHighCardinalityKeyValue(Key.SESSION.withValue(known.session()));
		known.addHighCardinalityKeyValue(Key.GENERATION.withValue(known.generation()));
		Observation observation = this.surroundings.observe(known, before);
		if (observation != null) {
			this.observed = new Observed(observation);
			this.context = this.context.put(ObservationThreadLocalAccessor.KEY, observation);
		}
		else {
			// What it causes is caused by whatever has caused it.
			this.observed = before;
			this.stopped = true;
			if (before != null) {
				this.context = this.context.put(ObservationThreadLocalAccessor.KEY, before.observation());
			}
		}
	}

	@Override
	public void fenced(Reason reason) {
		this.reason = reason;
		observe((observation) -> observation.event(Event.FENCE));
	}

	@Override
	public void stuck() {
		observe((observation) -> observation.event(Event.STUCK));
	}

	@Override
	public void ended(GenerationOutcome outcome, @Nullable String code, @Nullable Throwable failure) {
		Reason cut = this.reason;
		String why = (code != null) ? code : (cut != null) ? lowerCase(cut) : "none";
		observe((observation) -> {
			observation.lowCardinalityKeyValue(Key.OUTCOME.withValue(lowerCase(outcome)));
			observation.lowCardinalityKeyValue(Key.REASON.withValue(why));
			if (outcome == GenerationOutcome.FAILED) {
				observation.error((failure != null && this.surroundings.mayHoldText()) ? failure
						: new GenerationFailure(why, failure));
			}
		});
	}

	@Override
	public void close() {
		observe((observation) -> {
			// What comes after this must not open a scope of it.
			this.context = Context.of(LogIdsAccessor.KEY, this.ids);
			observation.stop();
		});
		this.stopped = true;
	}

	@Override
	public void release() {
		this.cause = null;
		this.observed = null;
		this.context = Context.of(LogIdsAccessor.KEY, this.ids);
	}

	private void observe(Consumer<Observation> what) {
		Observed own = this.observed;
		if (own != null && !this.stopped) {
			this.surroundings.guarded(() -> what.accept(own.observation()));
		}
	}

	private static String lowerCase(Enum<?> constant) {
		return constant.name().toLowerCase(Locale.ROOT);
	}

	/**
	 * A failure by its code and its type: its message may well quote what somebody said.
	 */
	private static final class GenerationFailure extends RuntimeException {

		GenerationFailure(String code, @Nullable Throwable failure) {
			super((failure != null) ? code + ": " + failure.getClass().getName() : code, null, false, false);
		}

	}

}
