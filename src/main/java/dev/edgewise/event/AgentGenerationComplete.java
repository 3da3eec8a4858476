package dev.edgewise.event;

/**
 * A generation has ended by itself and its last item has been taken: its last frame.
 * Written by the engine only.
 */
public record AgentGenerationComplete() implements AgentEvent {

}
