package dev.edgewise.actuate;

import dev.edgewise.EventRefusedException.Bound;
import dev.edgewise.session.SessionEngine;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * The health of the engine: out of service while it takes no new session, since it drains
 * or is full, and while every thread for nodes that block is held, since a new one would
 * fail at once. Meant for readiness: sessions that are there go on.
 */
public final class EdgewiseHealthIndicator extends AbstractHealthIndicator {

	private final SessionEngine engine;

	public EdgewiseHealthIndicator(SessionEngine engine) {
		super("The engine's health could not be told");
		this.engine = engine;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		Bound refusing = this.engine.refusing();
		if (refusing != null) {
			builder.outOfService().withDetail("sessions", reason(refusing));
		}
		else if (this.engine.blockingExhausted()) {
			builder.outOfService().withDetail("blocking", "every thread for nodes that block is held");
		}
		else {
			builder.up();
		}
	}

	private static String reason(Bound bound) {
		return switch (bound) {
			case DRAINING -> "the service shuts down";
			case SESSIONS -> "as many are open as may be";
			case LOG_MEMORY -> "the memory for logs is used up";
			default -> "new ones are refused";
		};
	}

}
