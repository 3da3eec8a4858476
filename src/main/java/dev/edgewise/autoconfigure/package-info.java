/**
 * Auto-configuration: the only place that knows everything, one class per technology. It
 * binds and validates the properties, makes threads and clocks, and puts together what
 * the other packages provide.
 * <p>
 * Nothing here is meant to be called; only tests and the service may know it.
 */
@NullMarked
package dev.edgewise.autoconfigure;

import org.jspecify.annotations.NullMarked;
