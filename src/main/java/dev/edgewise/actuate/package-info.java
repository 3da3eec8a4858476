/**
 * What operators ask the engine by Actuator. Knows sessions and Actuator's own types, not
 * the web.
 */
@NullMarked
package dev.edgewise.actuate;

import org.jspecify.annotations.NullMarked;
