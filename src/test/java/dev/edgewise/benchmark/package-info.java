/**
 * Measurements, made by hand and not by the build.
 * {@link dev.edgewise.benchmark.Benchmarks} runs the {@link dev.edgewise.benchmark.Part
 * parts} of the report on performance, one after the other;
 * {@link dev.edgewise.benchmark.EnginePart} runs
 * {@link dev.edgewise.benchmark.EngineBenchmarks} in JVMs of their own. Apart from it,
 * {@link dev.edgewise.benchmark.FenceBenchmark} tells what a change costs: it runs a
 * scenario against two versions of the engine in one run. What that has shown is in
 * {@code src/docs/measurements.md}.
 */
package dev.edgewise.benchmark;
