/**
 * Measurements of what a change costs, made by hand and not by the build:
 * {@link dev.edgewise.benchmark.FenceBenchmark} runs a scenario against two versions of
 * the engine in one run. What they have shown is in {@code src/docs/measurements.md}.
 */
package dev.edgewise.benchmark;
