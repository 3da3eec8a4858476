package dev.edgewise.event;

/**
 * The agent is no longer audible.
 */
public record AgentStoppedSpeaking() implements AgentEvent {

}
