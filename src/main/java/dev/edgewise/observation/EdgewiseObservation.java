package dev.edgewise.observation;

import java.util.Locale;

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.Observation;
import io.micrometer.observation.Observation.Context;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.docs.ObservationDocumentation;
import org.jspecify.annotations.Nullable;

/**
 * The observations of an engine, which become spans: names, keys, events and meanings. No
 * text of a user or of an agent ever becomes a value.
 */
public enum EdgewiseObservation implements ObservationDocumentation {

	/**
	 * A generation, from the call of its node until that has ended, or its grace is over,
	 * and its handlers have run. A child of the request that has caused it, or of the
	 * generation that has emitted what started it. One that is cut off while it waits is
	 * none. Its {@linkplain GenerationObservationContext context} has a type of its own.
	 */
	GENERATION;

	@Override
	public String getName() {
		return "edgewise.generation";
	}

	@Override
	public @Nullable Class<? extends ObservationConvention<? extends Context>> getDefaultConvention() {
		return null;
	}

	@Override
	public KeyName[] getLowCardinalityKeyNames() {
		return new KeyName[] { Key.ROUTE, Key.OUTCOME, Key.REASON };
	}

	@Override
	public KeyName[] getHighCardinalityKeyNames() {
		return new KeyName[] { Key.SESSION, Key.GENERATION };
	}

	@Override
	public Observation.Event[] getEvents() {
		return Event.values();
	}

	/**
	 * The keys of the observations.
	 */
	public enum Key implements KeyName {

		/** The id of the route. */
		ROUTE,

		/** How it ended: {@code completed}, {@code interrupted} or {@code failed}. */
		OUTCOME,

		/**
		 * The {@link dev.edgewise.Interruption.Reason reason} of an interruption, or the
		 * code of a failure; {@code none} if it is complete.
		 */
		REASON,

		/** The id of the session. */
		SESSION,

		/** The id of the generation. */
		GENERATION;

		@Override
		public String asString() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

	/**
	 * What happens in the course of an observation.
	 */
	public enum Event implements Observation.Event {

		/** The generation is silent from now on; its node is yet to end. */
		FENCE("edgewise.fence"),

		/** The node has not ended within its grace. */
		STUCK("edgewise.stuck");

		private final String id;

		Event(String id) {
			this.id = id;
		}

		@Override
		public String getName() {
			return this.id;
		}

	}

}
