/**
 * The words that users write with: {@link dev.edgewise.Route @Route} and
 * {@link dev.edgewise.OnInterrupt @OnInterrupt} on their beans, or the same in code with
 * {@link dev.edgewise.Routes}; {@link dev.edgewise.Generation},
 * {@link dev.edgewise.Interruption}, {@link dev.edgewise.Session} and
 * {@link dev.edgewise.ConversationContext} as what a node is given; and the
 * {@link dev.edgewise.Edgewise} facade that takes events in and gives frames out.
 * <p>
 * Beyond the first route: {@link dev.edgewise.Playback} says how a session knows what its
 * user has heard; {@link dev.edgewise.Interruption#remainder()} and
 * {@link dev.edgewise.Generation#state(String, Object)} let a node go on where it was cut
 * off; {@link dev.edgewise.ToolPolicy} says what becomes of a tool meanwhile; and
 * {@link dev.edgewise.Agent @Agent} lets several take turns in one session.
 * <p>
 * Everything here is API. It knows only the JDK, JSpecify, Reactive Streams, Reactor's
 * Flux and Mono, and Spring Core's annotations; every other package may use it.
 */
@NullMarked
package dev.edgewise;

import org.jspecify.annotations.NullMarked;
