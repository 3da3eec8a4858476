package dev.edgewise.event;

/**
 * What concerns the session as a whole.
 */
public sealed interface SystemEvent permits EmergencyStop, InterruptRequested, SessionClosed, StreamGap {

}
