/**
 * The heart: who speaks, who is cut off. A {@link dev.edgewise.session.SessionEngine}
 * holds the sessions; each has one writer at any moment, a log, and the life of its
 * generations; {@link dev.edgewise.session.LogReader readers} take frames from the log
 * when their turn to be written has come, and {@link dev.edgewise.session.EngineListener
 * listeners} see what happens.
 * <p>
 * What a session keeps beside its log is the conversation, which is told what frames say
 * and readers take; the agent that is active; and the calls of tools, which belong to the
 * session and not to the generation that made them, so that their outcome survives it. A
 * message that is complete and still being spoken is decided about like a generation.
 * <p>
 * Time and threads are injected; frames are encoded by an encoder that the edge provides.
 * Knows routes, decisions and conversations; not Boot, not the web, not Micrometer, not
 * Jackson.
 */
@NullMarked
package dev.edgewise.session;

import org.jspecify.annotations.NullMarked;
