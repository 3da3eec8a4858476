package dev.edgewise.event;

/**
 * The user has stopped speaking: the agent's turn.
 */
public record UserStoppedSpeaking() implements UserEvent {

}
