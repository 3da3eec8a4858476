/**
 * Puts the library into an application: one auto-configuration class per technology, the
 * properties {@code edgewise.*}, and the only place where threads and clocks are made.
 * <p>
 * {@link dev.edgewise.autoconfigure.EdgewiseAutoConfiguration} binds the bounds,
 * {@link dev.edgewise.autoconfigure.EdgewiseSchedulersAutoConfiguration} makes the
 * threads, {@link dev.edgewise.autoconfigure.EdgewiseInterruptionAutoConfiguration} the
 * policies, {@link dev.edgewise.autoconfigure.EdgewiseRouteAutoConfiguration} finds the
 * routes, and {@link dev.edgewise.autoconfigure.EdgewiseEngineAutoConfiguration} puts
 * them together; the others add meters, the form of frames, the HTTP edge and a language
 * model. Knows every other package but the service's, and nobody knows it but the service
 * and the test kit. Every bean gives way to one of the application.
 */
@NullMarked
package dev.edgewise.autoconfigure;

import org.jspecify.annotations.NullMarked;
