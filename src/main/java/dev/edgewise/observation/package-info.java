/**
 * Meters, spans and the ids in log lines. {@link dev.edgewise.observation.EdgewiseMeter}
 * documents every meter, and {@link dev.edgewise.observation.EdgewiseMeters} records them
 * by listening to an engine; {@link dev.edgewise.observation.EdgewiseObservation}
 * documents every observation, and
 * {@link dev.edgewise.observation.GenerationSurroundings} makes them and has them follow
 * the code of nodes.
 * <p>
 * Created by the auto-configuration. Knows the engine's listener, surroundings and
 * decisions, Micrometer, Reactor's context and SLF4J; not Boot, not the web, not the
 * routes themselves.
 */
@NullMarked
package dev.edgewise.observation;

import org.jspecify.annotations.NullMarked;
