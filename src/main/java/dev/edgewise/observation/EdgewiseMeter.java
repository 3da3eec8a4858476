package dev.edgewise.observation;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Meter.Type;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.docs.MeterDocumentation;

/**
 * The meters of an engine: names, kinds, tags and meanings. No text of a user or of an
 * agent ever becomes a tag, and every tag has a bounded set of values.
 */
public enum EdgewiseMeter implements MeterDocumentation {

	/** Whole generations. */
	GENERATION("edgewise.generation", Type.TIMER, "how long generations run and how they end", Tag.ROUTE, Tag.OUTCOME),

	/** Generations under way. */
	GENERATION_ACTIVE("edgewise.generation.active", Type.GAUGE, "generations that have started and not ended",
			Tag.ROUTE),

	/** The wait for the first item. */
	GENERATION_FIRST("edgewise.generation.first", Type.TIMER, "start to first item", Tag.ROUTE),

	/** The way from an event to a fence. */
	INTERRUPTION("edgewise.interruption", Type.TIMER, "event accepted to fence", Tag.ROUTE, Tag.REASON, Tag.CAUSE),

	/** The way from an event to the end of speech on a stream. */
	SILENCE("edgewise.silence", Type.TIMER,
			"event accepted to the interrupted frame written to a stream, the first one, once", Tag.ROUTE),

	/** The way from a fence to the end of the node. */
	CLEANUP("edgewise.cleanup", Type.TIMER, "fence to the node's end", Tag.ROUTE),

	/** Decisions. */
	DECISIONS("edgewise.decisions", Type.COUNTER, "decisions whether an event interrupts, the ignored ones too",
			Tag.ROUTE, Tag.CAUSE, Tag.VERDICT, Tag.RULE),

	/** Wasted items. */
	DISCARDED("edgewise.discarded", Type.COUNTER, "items produced and thrown away", Tag.ROUTE),

	/** Nodes that ignore their cancellation. */
	STUCK("edgewise.stuck", Type.GAUGE, "generations that have outlived their grace", Tag.ROUTE),

	/** Failed handlers. */
	HANDLER_FAILURES("edgewise.handler.failures", Type.COUNTER, "handlers that failed or ran out of time", Tag.ROUTE),

	/** Failed expressions. */
	CONDITION_FAILURES("edgewise.condition.failures", Type.COUNTER, "filters and conditions that failed", Tag.ROUTE),

	/** Calls of tools. */
	TOOL("edgewise.tool", Type.TIMER, "call numbered to outcome numbered, and how calls of tools end", Tag.ROUTE,
			Tag.OUTCOME),

	/** Results that nobody waits for any more. */
	TOOL_LATE("edgewise.tool.late", Type.COUNTER,
			"results of tools that came after the outcome of their call, and were dropped", Tag.ROUTE),

	/** Tools that were undone. */
	TOOL_COMPENSATED("edgewise.tool.compensated", Type.COUNTER, "completed tools whose compensation was called",
			Tag.ROUTE),

	/** Sessions. */
	SESSIONS("edgewise.sessions", Type.GAUGE, "sessions open now"),

	/** Streams. */
	STREAMS("edgewise.streams", Type.GAUGE, "streams open now"),

	/** Streams that fell behind. */
	STREAM_GAPS("edgewise.stream.gaps", Type.COUNTER, "times that a reader lost frames"),

	/** Acknowledgements of speech that match nothing. */
	SPEECH_UNMATCHED("edgewise.speech.unmatched", Type.COUNTER,
			"acknowledgements of speech that is in no message of an agent"),

	/** Events from outside. */
	EVENTS("edgewise.events", Type.COUNTER, "events from outside, and what became of them", Tag.TYPE, Tag.OUTCOME),

	/** Requests to language models. */
	MODEL_REQUEST("edgewise.model.request", Type.TIMER, "how long requests to a language model run and how they end",
			Tag.MODEL, Tag.OUTCOME),

	/** The wait for a language model. */
	MODEL_FIRST("edgewise.model.first", Type.TIMER, "request to first chunk", Tag.MODEL),

	/** What language models count. */
	MODEL_TOKENS("edgewise.model.tokens", Type.COUNTER, "tokens that a model's server has counted", Tag.MODEL,
			Tag.SIDE);

	private final String id;

	private final Meter.Type type;

	private final String meaning;

	private final List<Tag> tags;

	EdgewiseMeter(String id, Meter.Type type, String meaning, Tag... tags) {
		this.id = id;
		this.type = type;
		this.meaning = meaning;
		this.tags = List.of(tags);
	}

	@Override
	public String getName() {
		return this.id;
	}

	@Override
	public Meter.Type getType() {
		return this.type;
	}

	@Override
	public KeyName[] getKeyNames() {
		return this.tags.toArray(KeyName[]::new);
	}

	/**
	 * What the meter says.
	 */
	public String meaning() {
		return this.meaning;
	}

	/**
	 * The meter's tags.
	 * @param values the values, in the order of the key names
	 */
	Tags tags(String... values) {
		if (values.length != this.tags.size()) {
			throw new IllegalArgumentException(
					this.id + " has the tags " + this.tags + ", not " + Arrays.asList(values));
		}
		Tags tags = Tags.empty();
		for (int i = 0; i < values.length; i++) {
			tags = tags.and(this.tags.get(i).asString(), values[i]);
		}
		return tags;
	}

	/**
	 * The tags of the meters.
	 */
	public enum Tag implements KeyName {

		/** The id of a route. */
		ROUTE,

		/** How a generation, a call or a request ended, or what became of an event. */
		OUTCOME,

		/** The {@link dev.edgewise.Interruption.Reason reason} of an interruption. */
		REASON,

		/**
		 * The name of a cause's type, {@code none} without one, {@code other} if unknown.
		 */
		CAUSE,

		/** What was decided. */
		VERDICT,

		/** Which rule decided. */
		RULE,

		/** The name of an event's type, {@code other} if unknown. */
		TYPE,

		/** The name of a language model, as configured. */
		MODEL,

		/** Whose tokens: {@code input} or {@code output}. */
		SIDE;

		@Override
		public String asString() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

}
