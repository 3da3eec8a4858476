package dev.edgewise.observation;

import dev.edgewise.Generation;
import dev.edgewise.session.Surroundings;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Observes each generation as a child of what has caused it, and sees to it that its code
 * finds the observation, and its log lines the {@linkplain LogIdsAccessor ids}, on
 * whatever thread it runs.
 * <p>
 * Nothing else of whoever publishes follows: a generation outlives the request. And on a
 * thread that is entered, no other value stays that the application has propagated, since
 * with Reactor's own propagation a task finds those of whichever thread scheduled it. An
 * application's handlers and accessors may fail; the generation goes on without them.
 */
public final class GenerationSurroundings implements Surroundings {

	private static final Logger logger = LoggerFactory.getLogger(GenerationSurroundings.class);

	private final ContextSnapshotFactory snapshots = ContextSnapshotFactory.builder().clearMissing(true).build();

	private final ObservationRegistry registry;

	private final boolean text;

	/**
	 * Surrounds the generations of an engine.
	 * @param registry observes them; {@link ObservationRegistry#NOOP} to have log lines
	 * carry ids and nothing else
	 * @param text whether an observation may hold what somebody said, as the messages of
	 * exceptions may
	 */
	public GenerationSurroundings(ObservationRegistry registry, boolean text) {
		this.registry = registry;
		this.text = text;
	}

	@Override
	public @Nullable Cause of(ContextView publisher) {
		if (!isObserving()) {
			return null;
		}
		Object known = publisher.getOrDefault(ObservationThreadLocalAccessor.KEY, null);
		Observation around = (known instanceof Observation observation) ? observation
				: this.registry.getCurrentObservation();
		return (around != null && !around.isNoop()) ? new Observed(around) : null;
	}

	@Override
	public Enclosure enclose(Generation generation, @Nullable Cause cause) {
		return new GenerationEnclosure(this, generation, (cause instanceof Observed observed) ? observed : null);
	}

	@Override
	public void within(String session, Runnable code) {
		run(Context.of(LogIdsAccessor.KEY, new LogIds(session, null)), code);
	}

	@Override
	public void outside(Runnable code) {
		if (LogIdsAccessor.current() == null) {
			code.run();
		}
		else {
			run(Context.empty(), code);
		}
	}

	private void run(Context context, Runnable code) {
		Scope scope = enter(context);
		try {
			code.run();
		}
		finally {
			scope.close();
		}
	}

	/**
	 * Gives this thread what is in a context, and that alone.
	 */
	Scope enter(Context context) {
		LogIds ids = LogIdsAccessor.current();
		Observation.Scope current = this.registry.getCurrentObservationScope();
		try {
			ContextSnapshot.Scope entered = this.snapshots.setThreadLocalsFrom(context);
			return () -> leave(entered, ids, current);
		}
		catch (RuntimeException | LinkageError | AssertionError ex) {
			failed(ex);
			restore(ids, current);
			return Scope.NONE;
		}
	}

	private void leave(ContextSnapshot.Scope entered, @Nullable LogIds ids, Observation.@Nullable Scope current) {
		try {
			entered.close();
		}
		catch (RuntimeException | LinkageError | AssertionError ex) {
			failed(ex);
			restore(ids, current);
		}
	}

	/**
	 * Puts right what was only half set, or half taken back: a thread must not keep it.
	 */
	private void restore(@Nullable LogIds ids, Observation.@Nullable Scope current) {
		this.registry.setCurrentObservationScope(current);
		LogIdsAccessor.restoreTo(ids);
	}

	boolean isObserving() {
		return !this.registry.isNoop();
	}

	/**
	 * Begins an observation.
	 * @return null if nobody wants it
	 */
	@Nullable Observation observe(GenerationObservationContext context, @Nullable Observed cause) {
		Observation[] started = new Observation[1];
		Runnable start = () -> guarded(() -> {
			Observation observation = EdgewiseObservation.GENERATION.observation(this.registry, () -> context);
			if (!observation.isNoop()) {
				observation.parentObservation((cause != null) ? cause.observation() : null);
				started[0] = observation.start();
			}
		});
		if (this.registry.getCurrentObservation() == null) {
			start.run();
		}
		else {
			// A tracer prefers what is current on the thread, and that is the writer's of
			// the moment: it may be of another request.
			run(Context.empty(), start);
		}
		return started[0];
	}

	boolean mayHoldText() {
		return this.text;
	}

	/**
	 * Runs code of the application's.
	 */
	void guarded(Runnable code) {
		try {
			code.run();
		}
		catch (RuntimeException | LinkageError | AssertionError ex) {
			failed(ex);
		}
	}

	private void failed(Throwable failure) {
		logger.warn("Observing a generation failed: {}", failure.getClass().getName(), this.text ? failure : null);
	}

	/**
	 * An observation that causes others.
	 */
	record Observed(Observation observation) implements Cause {
	}

}
