package dev.edgewise.event;

import org.jspecify.annotations.Nullable;

/**
 * Interrupts every generation, whatever its route says.
 *
 * @param reason why
 */
public record EmergencyStop(@Nullable String reason) implements SystemEvent {

}
