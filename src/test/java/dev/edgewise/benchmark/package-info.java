/**
 * Measurements, made on demand and not by the build.
 * {@link dev.edgewise.benchmark.Benchmarks} runs all
 * {@linkplain dev.edgewise.benchmark.Part parts} of the report on performance and writes
 * {@code src/docs/performance.md}: JMH's benchmarks in process, and a
 * {@linkplain dev.edgewise.benchmark.Server server} and a
 * {@linkplain dev.edgewise.benchmark.Client client} in JVMs of their own over real
 * sockets, beside an endpoint without an engine.
 * {@link dev.edgewise.benchmark.FenceBenchmark} compares two versions of the engine by
 * hand; what that has shown is in {@code src/docs/measurements.md}.
 */
package dev.edgewise.benchmark;
