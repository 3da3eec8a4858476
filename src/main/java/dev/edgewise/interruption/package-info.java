/**
 * Deciding: a pure function from {@link dev.edgewise.interruption.Evidence} to a
 * {@link dev.edgewise.interruption.Decision}. Called by a session's writer for every
 * generation that an event could cut off; knows neither sessions nor routes.
 */
@NullMarked
package dev.edgewise.interruption;

import org.jspecify.annotations.NullMarked;
