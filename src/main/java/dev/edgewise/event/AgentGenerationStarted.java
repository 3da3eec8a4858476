package dev.edgewise.event;

/**
 * A generation's node is being called: its first frame. Written by the engine only.
 */
public record AgentGenerationStarted() implements AgentEvent {

}
