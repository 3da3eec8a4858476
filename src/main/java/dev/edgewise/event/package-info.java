/**
 * The built-in events: immutable records under three sealed parents, so that a route may
 * say {@code on = UserEvent.class}. A user's own events need not be here nor extend
 * anything. Knows only the root package; everybody may use it.
 */
@NullMarked
package dev.edgewise.event;

import org.jspecify.annotations.NullMarked;
