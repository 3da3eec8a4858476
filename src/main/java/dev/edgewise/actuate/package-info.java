/**
 * What operators ask the engine by Actuator:
 * {@link dev.edgewise.actuate.EdgewiseEndpoint} shows what is set up,
 * {@link dev.edgewise.actuate.EdgewiseSessionsEndpoint} what goes on, and
 * {@link dev.edgewise.actuate.EdgewiseHealthIndicator} whether more may come. Each answer
 * is a small record made for reading.
 * <p>
 * Created by the auto-configuration where there is Actuator. Knows routes, policies,
 * sessions and Actuator's own types, not the web.
 */
@NullMarked
package dev.edgewise.actuate;

import org.jspecify.annotations.NullMarked;
