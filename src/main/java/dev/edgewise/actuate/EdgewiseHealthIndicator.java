package dev.edgewise.actuate;

import dev.edgewise.session.SessionEngine;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * The health of the engine: out of service while every thread for nodes that block is
 * held, since a new one would fail at once.
 */
public final class EdgewiseHealthIndicator extends AbstractHealthIndicator {

	private final SessionEngine engine;

	public EdgewiseHealthIndicator(SessionEngine engine) {
		super("The engine's health could not be told");
		this.engine = engine;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		if (this.engine.blockingExhausted()) {
			builder.outOfService().withDetail("blocking", "every thread for nodes that block is held");
		}
		else {
			builder.up();
		}
	}

}
