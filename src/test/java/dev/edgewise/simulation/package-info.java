/**
 * What policies cost and gain, told by a day of calls on the real engine in virtual time.
 * {@link dev.edgewise.simulation.Callers} makes the callers up, a
 * {@link dev.edgewise.simulation.Call} plays one of them on a
 * {@link dev.edgewise.simulation.Stand}, a {@link dev.edgewise.simulation.Tally} keeps
 * what came of it, and {@link dev.edgewise.simulation.Report} writes
 * {@code src/docs/simulation.md} and its plots, which the tests compare with what is
 * committed. Integers and milliseconds only: the report has the same bytes everywhere.
 */
package dev.edgewise.simulation;
