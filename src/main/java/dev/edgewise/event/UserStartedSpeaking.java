package dev.edgewise.event;

/**
 * The user has begun to speak.
 */
public record UserStartedSpeaking() implements UserEvent {

}
