package dev.edgewise.autoconfigure;

import java.time.Duration;

import dev.edgewise.conversation.Conversation;
import dev.edgewise.session.SessionEngine;
import lombok.RequiredArgsConstructor;
import lombok.extern.slf4j.Slf4j;
import reactor.core.scheduler.Scheduler;

import org.springframework.context.SmartLifecycle;

/**
 * Drains the engine when the application stops: before the web server begins to wait for
 * its connections, which would otherwise be the streams that only draining ends. It takes
 * up work again when the context is started anew, as paused test contexts are. When it
 * starts, what conversations need to be loaded is loaded in the background.
 */
@Slf4j
@RequiredArgsConstructor
final class EngineLifecycle implements SmartLifecycle {

	private final SessionEngine engine;

	private final Scheduler background;

	private final Duration grace;

	private volatile boolean running;

	@Override
	public void start() {
		this.engine.resume();
		this.background.schedule(Conversation::prepare);
		this.running = true;
	}

	@Override
	public void stop() {
		stop(() -> {
		});
	}

	@Override
	public void stop(Runnable callback) {
		this.running = false;
		this.engine.drain(this.grace).subscribe((none) -> {
		}, (failure) -> {
			log.warn("Draining the sessions failed", failure);
			callback.run();
		}, callback);
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

}
