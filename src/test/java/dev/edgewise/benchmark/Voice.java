package dev.edgewise.benchmark;

import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.edgewise.Frame;
import dev.edgewise.Receipt;
import dev.edgewise.Session;
import dev.edgewise.event.AgentGenerationStarted;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.session.SessionEngine;
import reactor.core.publisher.Mono;

/**
 * A session in which the agent speaks when the user has stopped, and is cut off when the
 * user starts; one stream takes every frame.
 */
final class Voice {

	/** What {@link Marks} call the time from the event to the node's cancellation. */
	static final String CANCELLED = "cancelled";

	private static final String ATTRIBUTE = "voice";

	private final String id;

	private final Semaphore words = new Semaphore(0);

	private final Mono<Receipt> stopped;

	private final Mono<Receipt> started;

	private volatile long publishedAt;

	private final AtomicBoolean cuts = new AtomicBoolean();

	/** Whether the next word is the first of its generation; the stream's. */
	private boolean first;

	/**
	 * Opens the session and its stream.
	 * @param engine the engine
	 * @param id the session's id
	 */
	Voice(SessionEngine engine, String id) {
		this.id = engine.open(id, Map.of(ATTRIBUTE, this)).block().id();
		this.stopped = engine.publish(this.id, new UserStoppedSpeaking());
		this.started = engine.publish(this.id, new UserStartedSpeaking());
		engine.read(this.id, 0).subscribe(this::hear);
	}

	/**
	 * The voice of a session.
	 */
	static Voice of(Session session) {
		return (Voice) session.attributes().get(ATTRIBUTE);
	}

	String id() {
		return this.id;
	}

	private void hear(Frame frame) {
		if (frame.event() instanceof AgentGenerationStarted) {
			this.first = true;
		}
		else if (this.first && frame.event() instanceof AgentResponse) {
			this.first = false;
			this.words.release();
		}
	}

	/**
	 * Starts a generation.
	 */
	void begin() {
		if (this.stopped.block().started().size() != 1) {
			throw new IllegalStateException("The agent was not started");
		}
	}

	/**
	 * Waits until the first word of the generation that was started last has been taken.
	 */
	void awaitWord() {
		try {
			if (!this.words.tryAcquire(5, TimeUnit.SECONDS)) {
				throw new IllegalStateException("The agent does not speak");
			}
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException("Interrupted while the agent began to speak", ex);
		}
	}

	/**
	 * Cuts the generation off, and waits for the receipt: then the fence stands.
	 * @return the receipt
	 */
	Receipt cutOff() {
		this.cuts.set(true);
		this.publishedAt = System.nanoTime();
		Receipt receipt = this.started.block();
		if (receipt.interrupted().size() != 1) {
			throw new IllegalStateException("Nothing was cut off");
		}
		return receipt;
	}

	/**
	 * Takes note that the node's subscription has been cancelled, perhaps because the
	 * session was closed.
	 */
	void cancelled() {
		long now = System.nanoTime();
		if (this.cuts.compareAndSet(true, false)) {
			Marks.add(CANCELLED, now - this.publishedAt);
		}
	}

}
