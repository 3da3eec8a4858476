package dev.edgewise.event;

import org.jspecify.annotations.Nullable;

/**
 * Something would have cut off a generation that is protected, and its policy says
 * {@code while-protected: REPORT}: it is for the application to act upon. Written by the
 * engine only.
 *
 * @param cause the sequence of the frame that would have cut it off
 * @param content what the user has said so far, as far as it is known
 */
public record AgentGenerationProtected(long cause, @Nullable String content) implements AgentEvent {

}
