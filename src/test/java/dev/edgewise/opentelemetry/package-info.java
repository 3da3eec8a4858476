/**
 * The service with OpenTelemetry beside it. A run of its own, with one more dependency on
 * the class path.
 */
package dev.edgewise.opentelemetry;
