package dev.edgewise.session;

import java.time.Duration;

/**
 * The engine's bounds. The properties {@code edgewise.*} say what each means; they are
 * validated where they are bound.
 *
 * @param session bounds of sessions
 * @param log bounds of logs
 * @param conversation bounds of conversations
 * @param generation bounds of generations
 * @param stream bounds of streams
 * @param blockingThreads how many threads nodes may block
 * @param exposeErrorMessages whether the frame of a failure carries the exception's
 * message
 * @param logText whether log lines may hold what somebody said, as the messages of
 * exceptions may
 */
public record EngineSettings(SessionBounds session, LogBounds log, ConversationBounds conversation,
		GenerationBounds generation, StreamBounds stream, int blockingThreads, boolean exposeErrorMessages,
		boolean logText) {

	/**
	 * The same, with no text in log lines.
	 */
	public EngineSettings(SessionBounds session, LogBounds log, ConversationBounds conversation,
			GenerationBounds generation, StreamBounds stream, int blockingThreads, boolean exposeErrorMessages) {
		this(session, log, conversation, generation, stream, blockingThreads, exposeErrorMessages, false);
	}

	/**
	 * Bounds of sessions.
	 *
	 * @param max how many may be open
	 * @param idleTimeout after how long without an event and a running generation one
	 * expires
	 * @param tombstone how long a closed one is remembered
	 * @param maxTombstones how many closed ones are remembered
	 * @param mailbox how many events may wait to be applied
	 * @param eventIds how many event ids are remembered
	 * @param eventsPerSecond how many events a second are accepted in the long run; twice
	 * as many at once
	 * @param decisions how many decisions are remembered
	 */
	public record SessionBounds(int max, Duration idleTimeout, Duration tombstone, int maxTombstones, int mailbox,
			int eventIds, int eventsPerSecond, int decisions) {
	}

	/**
	 * Bounds of logs.
	 *
	 * @param frames frames in one log
	 * @param bytes encoded bytes in one log
	 * @param totalBytes about the bytes of memory that logs, conversations and what else
	 * is remembered of sessions take in all, closed ones included
	 */
	public record LogBounds(int frames, long bytes, long totalBytes) {
	}

	/**
	 * Bounds of a conversation.
	 *
	 * @param messages its messages
	 * @param characters their characters
	 * @param charactersPerSecond how many characters a second of playback is taken for
	 * @param heardNote whether a conversation tells models in a line what was heard
	 */
	public record ConversationBounds(int messages, int characters, int charactersPerSecond, boolean heardNote) {
	}

	/**
	 * Bounds of generations.
	 *
	 * @param prefetch how many items a node is asked for ahead of the fastest stream
	 * @param grace how long a fenced one has to end
	 * @param maxDuration how long one may run
	 * @param perSession how many may be under way in one session
	 * @param queue how many may wait in the queue of one route of one session
	 * @param hops how deep events may start one another
	 * @param handlerTimeout how long a handler may run
	 */
	public record GenerationBounds(int prefetch, Duration grace, Duration maxDuration, int perSession, int queue,
			int hops, Duration handlerTimeout) {
	}

	/**
	 * Bounds of streams.
	 *
	 * @param perSession how many may be open in one session
	 * @param stallTimeout after how long one that takes nothing of what is ready is ended
	 */
	public record StreamBounds(int perSession, Duration stallTimeout) {
	}

	/**
	 * The defaults of the properties, for a heap of the given size.
	 * @param maxHeap bytes
	 */
	public static EngineSettings defaults(long maxHeap) {
		return new EngineSettings(
				new SessionBounds(100_000, Duration.ofMinutes(30), Duration.ofMinutes(5), 10_000, 1_024, 1_024, 200,
						64),
				new LogBounds(1_024, 1 << 20, maxHeap / 4), new ConversationBounds(1_000, 1 << 20, 15, false),
				new GenerationBounds(32, Duration.ofMillis(250), Duration.ofMinutes(5), 16, 8, 8,
						Duration.ofSeconds(5)),
				new StreamBounds(16, Duration.ofSeconds(60)), 200, false);
	}

}
