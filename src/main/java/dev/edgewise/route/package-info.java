/**
 * From annotations and fluent beans to an immutable
 * {@link dev.edgewise.route.RouteTable}: a {@link dev.edgewise.route.RouteScanner} finds
 * the routes of an application, resolves their arguments, results and expressions once,
 * and reports all that is wrong with them in one
 * {@link dev.edgewise.route.InvalidRoutesException}.
 * <p>
 * Runs at start-up; on the running path only what it has compiled is called. Knows the
 * words and events and Spring's core; not Boot, not the web, not sessions.
 */
@NullMarked
package dev.edgewise.route;

import org.jspecify.annotations.NullMarked;
