/**
 * The built-in events: immutable records under three sealed parents, so that a route may
 * say {@code on = UserEvent.class}. A user's own events need not be here nor extend
 * anything. Those that clients post about playback are {@code AgentSpeechSent}, whose
 * description has the rules by which speech is found in text, and
 * {@code PlaybackProgress}. Knows only the root package; everybody may use it.
 */
@NullMarked
package dev.edgewise.event;

import org.jspecify.annotations.NullMarked;
