/**
 * Deciding: when speech is an interruption, and when it is not. An
 * {@link dev.edgewise.interruption.Evaluator} asks its
 * {@linkplain dev.edgewise.interruption.Rule rules} in order, with the thresholds of an
 * {@link dev.edgewise.interruption.InterruptionPolicy} and the
 * {@link dev.edgewise.Evidence} that a session's writer has gathered;
 * {@link dev.edgewise.interruption.Utterances} hears what of that the user's events say,
 * {@link dev.edgewise.interruption.Words} counts and
 * {@link dev.edgewise.interruption.Phrases} compares it in any script. Applications add
 * {@linkplain dev.edgewise.interruption.InterruptionRule rules}. Knows neither sessions
 * nor routes.
 */
@NullMarked
package dev.edgewise.interruption;

import org.jspecify.annotations.NullMarked;
