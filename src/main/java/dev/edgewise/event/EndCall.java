package dev.edgewise.event;

/**
 * The agent wants the call to end.
 */
public record EndCall() implements AgentEvent {

}
