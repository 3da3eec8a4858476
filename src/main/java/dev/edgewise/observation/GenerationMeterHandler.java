package dev.edgewise.observation;

import io.micrometer.core.instrument.observation.MeterObservationHandler;
import io.micrometer.observation.Observation;

/**
 * Keeps the application's other handlers from making meters of the observations of
 * generations: {@link EdgewiseMeters} has made them, with the same names, from the start
 * and with other tags. Of the handlers that make meters, an observation is given to the
 * first that supports it alone, so this one has to be the first.
 */
public final class GenerationMeterHandler implements MeterObservationHandler<GenerationObservationContext> {

	@Override
	public boolean supportsContext(Observation.Context context) {
		return context instanceof GenerationObservationContext;
	}

}
