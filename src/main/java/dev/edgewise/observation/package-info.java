/**
 * Meters: {@link dev.edgewise.observation.EdgewiseMeter} documents every one, and
 * {@link dev.edgewise.observation.EdgewiseMeters} records them by listening to an engine.
 * <p>
 * Created by the auto-configuration where there is a registry. Knows the engine's
 * listener, decisions and Micrometer; not Boot, not the web, not the routes themselves.
 */
@NullMarked
package dev.edgewise.observation;

import org.jspecify.annotations.NullMarked;
