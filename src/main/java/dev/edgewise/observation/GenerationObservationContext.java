package dev.edgewise.observation;

import io.micrometer.observation.Observation;

/**
 * The context of the {@linkplain EdgewiseObservation#GENERATION observation of a
 * generation}, for the predicates, filters and handlers of an application.
 */
public final class GenerationObservationContext extends Observation.Context {

	private final String session;

	private final String generation;

	private final String route;

	GenerationObservationContext(String session, String generation, String route) {
		this.session = session;
		this.generation = generation;
		this.route = route;
	}

	/**
	 * The id of the session.
	 */
	public String session() {
		return this.session;
	}

	/**
	 * The id of the generation.
	 */
	public String generation() {
		return this.generation;
	}

	/**
	 * The id of the route.
	 */
	public String route() {
		return this.route;
	}

}
