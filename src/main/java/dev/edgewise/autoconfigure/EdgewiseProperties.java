package dev.edgewise.autoconfigure;

import java.time.Duration;
import java.util.Map;

import dev.edgewise.session.EngineSettings;
import dev.edgewise.session.EngineSettings.ConversationBounds;
import dev.edgewise.session.EngineSettings.GenerationBounds;
import dev.edgewise.session.EngineSettings.LogBounds;
import dev.edgewise.session.EngineSettings.SessionBounds;
import dev.edgewise.session.EngineSettings.StreamBounds;
import dev.edgewise.web.WebSettings;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Pattern;
import org.hibernate.validator.constraints.Range;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * The properties {@code edgewise.*} of the library. Checked when the application starts:
 * each is within its range, and a key that is not here is an error.
 */
@Validated
@ConfigurationProperties("edgewise")
record EdgewiseProperties(@DefaultValue @Valid SessionProperties session, @DefaultValue @Valid LogProperties log,
		@DefaultValue @Valid EventProperties event, @DefaultValue @Valid GenerationProperties generation,
		@DefaultValue @Valid InterruptionProperties interruption, @DefaultValue @Valid BlockingProperties blocking,
		@DefaultValue @Valid StreamProperties stream, @DefaultValue @Valid ShutdownProperties shutdown,
		@DefaultValue @Valid ObservationProperties observation, @DefaultValue @Valid WebProperties web,
		@DefaultValue AgentsProperties agents) {

	/**
	 * The bounds of the HTTP edge.
	 */
	WebSettings webSettings() {
		return new WebSettings(this.web.basePath(), (int) this.event.maxSize().toBytes(),
				(int) this.event.maxArraySize().toBytes(), this.stream.heartbeat(),
				(int) this.stream.sendBuffer().toBytes(), this.stream.stallTimeout());
	}

	/**
	 * The bounds of the engine.
	 * @param maxHeap the bytes of which all logs may have a quarter, unless they are
	 * bounded by a property
	 */
	EngineSettings settings(long maxHeap) {
		DataSize totalBytes = this.log.totalBytes();
		return new EngineSettings(
				new SessionBounds(this.session.max(), this.session.idleTimeout(), this.session.tombstone(),
						this.session.maxTombstones(), this.session.mailbox(), this.session.eventIds(),
						this.session.eventsPerSecond(), this.session.decisions()),
				new LogBounds(this.session.log().frames(), this.session.log().bytes().toBytes(),
						(totalBytes != null) ? totalBytes.toBytes() : maxHeap / 4),
				new ConversationBounds(this.session.conversation().messages(), this.session.conversation().characters(),
						this.session.conversation().charactersPerSecond(), this.session.conversation().heardNote()),
				new GenerationBounds(this.generation.prefetch(), this.generation.grace(), this.generation.maxDuration(),
						this.generation.perSession(), this.generation.queue(), this.generation.hops(),
						this.generation.handlerTimeout()),
				new StreamBounds(this.stream.perSession(), this.stream.stallTimeout()), this.blocking.threads(),
				this.generation.exposeErrorMessages(), this.observation.logText());
	}

	/**
	 * {@code edgewise.session}.
	 *
	 * @param max Sessions that may be open; one more is answered 503.
	 * @param idleTimeout Time without an event and a running generation after which a
	 * session expires.
	 * @param tombstone Time that a closed session is remembered with its log.
	 * @param maxTombstones Closed sessions that are remembered.
	 * @param mailbox Events that may wait to be applied in a session.
	 * @param eventIds Event ids that a session remembers, to apply each once.
	 * @param eventsPerSecond Events a second that a session accepts; twice as many at
	 * once.
	 * @param decisions Decisions about interruptions that a session remembers.
	 * @param log The log of a session.
	 * @param conversation The conversation of a session.
	 */
	record SessionProperties(@DefaultValue("100000") @Range(min = 1, max = 10_000_000) int max,
			@DefaultValue("30m") @Between(min = "1ms", max = "30d") Duration idleTimeout,
			@DefaultValue("5m") @Between(min = "0ms", max = "1d") Duration tombstone,
			@DefaultValue("10000") @Range(min = 0, max = 1_000_000) int maxTombstones,
			@DefaultValue("1024") @Range(min = 1, max = 1_048_576) int mailbox,
			@DefaultValue("1024") @Range(min = 0, max = 1_048_576) int eventIds,
			@DefaultValue("200") @Range(min = 1, max = 1_000_000) int eventsPerSecond,
			@DefaultValue("64") @Range(min = 0, max = 65_536) int decisions,
			@DefaultValue @Valid SessionLogProperties log, @DefaultValue @Valid ConversationProperties conversation) {
	}

	/**
	 * {@code edgewise.session.log}.
	 *
	 * @param frames Frames that the log of a session holds.
	 * @param bytes Encoded bytes that the log of a session holds.
	 */
	record SessionLogProperties(@DefaultValue("1024") @Range(min = 4, max = 1_048_576) int frames,
			@DefaultValue("1MB") @Between(min = "1KB", max = "1GB") DataSize bytes) {
	}

	/**
	 * {@code edgewise.session.conversation}.
	 *
	 * @param messages Messages that a conversation holds; the oldest go first.
	 * @param characters Characters that a conversation holds; the oldest messages go
	 * first.
	 * @param charactersPerSecond Characters that a second of playback is taken for, where
	 * a client tells its progress in milliseconds.
	 * @param heardNote Whether the conversation that nodes are given renders a line for
	 * models that tells what was heard of an interrupted answer.
	 */
	record ConversationProperties(@DefaultValue("1000") @Range(min = 1, max = 1_000_000) int messages,
			@DefaultValue("1048576") @Range(min = 1, max = 1_073_741_824) int characters,
			@DefaultValue("15") @Range(min = 1, max = 1_000) int charactersPerSecond,
			@DefaultValue("false") boolean heardNote) {
	}

	/**
	 * {@code edgewise.log}.
	 *
	 * @param totalBytes Memory that the logs, conversations and attributes of all
	 * sessions take, estimated with their objects, above which new sessions and events
	 * are answered 503. By default a quarter of the maximum heap.
	 */
	record LogProperties(@Between(min = "1KB", max = "1TB") @Nullable DataSize totalBytes) {
	}

	/**
	 * {@code edgewise.event}.
	 *
	 * @param maxSize Size of an event in a request; a larger one is answered 413.
	 * @param maxArraySize Size of an array of events in a request; a larger one is
	 * answered 413.
	 */
	record EventProperties(@DefaultValue("64KB") @Between(min = "64B", max = "16MB") DataSize maxSize,
			@DefaultValue("256KB") @Between(min = "64B", max = "64MB") DataSize maxArraySize) {
	}

	/**
	 * {@code edgewise.generation}.
	 *
	 * @param prefetch Items that a node is asked for ahead of the fastest stream.
	 * @param grace Time that an interrupted generation has to end before its successor
	 * starts without waiting.
	 * @param maxDuration Time after which a generation is interrupted.
	 * @param perSession Generations that may be under way in a session.
	 * @param queue Generations of a route that may wait in a session.
	 * @param hops How deep events may start one another.
	 * @param handlerTimeout Time that an interruption's handler may run.
	 * @param exposeErrorMessages Whether the frame of a failure carries the exception's
	 * message, not only its name.
	 */
	record GenerationProperties(@DefaultValue("32") @Range(min = 1, max = 4_096) int prefetch,
			@DefaultValue("250ms") @Between(min = "1ms", max = "1m") Duration grace,
			@DefaultValue("5m") @Between(min = "1ms", max = "1d") Duration maxDuration,
			@DefaultValue("16") @Range(min = 1, max = 10_000) int perSession,
			@DefaultValue("8") @Range(min = 0, max = 10_000) int queue,
			@DefaultValue("8") @Range(min = 1, max = 1_000) int hops,
			@DefaultValue("5s") @Between(min = "1ms", max = "10m") Duration handlerTimeout,
			@DefaultValue("false") boolean exposeErrorMessages) {
	}

	/**
	 * {@code edgewise.interruption}.
	 *
	 * @param policies Policies that decide whether speech interrupts, by their names.
	 */
	record InterruptionProperties(@DefaultValue Map<String, @Valid PolicyProperties> policies) {
	}

	/**
	 * {@code edgewise.agents}.
	 *
	 * @param initial Agent that sessions begin with, whatever annotations say.
	 */
	record AgentsProperties(@Nullable String initial) {
	}

	/**
	 * {@code edgewise.blocking}.
	 *
	 * @param threads Nodes that may block at the same time, each on its thread; virtual
	 * threads if spring.threads.virtual.enabled is set.
	 */
	record BlockingProperties(@DefaultValue("200") @Range(min = 1, max = 100_000) int threads) {
	}

	/**
	 * {@code edgewise.stream}.
	 *
	 * @param heartbeat Time without a frame after which a comment is sent.
	 * @param perSession Streams that may be open in a session.
	 * @param sendBuffer Size of the socket's send buffer on SSE connections; what it
	 * holds cannot be called back.
	 * @param stallTimeout Time after which a stream is closed that takes nothing of what
	 * is there.
	 */
	record StreamProperties(@DefaultValue("15s") @Between(min = "10ms", max = "1h") Duration heartbeat,
			@DefaultValue("16") @Range(min = 1, max = 10_000) int perSession,
			@DefaultValue("8KB") @Between(min = "1KB", max = "16MB") DataSize sendBuffer,
			@DefaultValue("60s") @Between(min = "10ms", max = "1h") Duration stallTimeout) {
	}

	/**
	 * {@code edgewise.shutdown}.
	 *
	 * @param grace Time that running generations have to end by themselves when the
	 * application shuts down; two seconds less than
	 * spring.lifecycle.timeout-per-shutdown-phase at most.
	 */
	record ShutdownProperties(@DefaultValue("5s") @Between(min = "0ms", max = "10m") Duration grace) {
	}

	/**
	 * {@code edgewise.observation}.
	 *
	 * @param logText Whether log lines and spans may hold what somebody said, as the
	 * messages of exceptions may; else they tell types and stacks alone.
	 */
	record ObservationProperties(@DefaultValue("false") boolean logText) {
	}

	/**
	 * {@code edgewise.web}.
	 *
	 * @param enabled Whether there is an HTTP edge in a reactive web application.
	 * @param basePath Path that the HTTP edge lies under; may be empty.
	 * @param apiDocs Whether /v3/api-docs describes the HTTP edge by OpenAPI.
	 */
	record WebProperties(@DefaultValue("true") boolean enabled, @DefaultValue("/v1") @Pattern(
			regexp = "(/[A-Za-z0-9._~-]+)*",
			message = "must be empty or begin with '/', not end with it, and have only A-Z a-z 0-9 . _ ~ - between") String basePath,
			@DefaultValue("false") boolean apiDocs) {
	}

}
