package dev.edgewise.event;

/**
 * The agent has become audible.
 */
public record AgentStartedSpeaking() implements AgentEvent {

}
