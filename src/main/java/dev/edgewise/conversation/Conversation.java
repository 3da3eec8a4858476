package dev.edgewise.conversation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

import dev.edgewise.ConversationContext;
import dev.edgewise.ConversationContext.HeardBy;
import dev.edgewise.ConversationContext.Message;
import dev.edgewise.ConversationContext.Role;
import dev.edgewise.ConversationContext.Speech;
import dev.edgewise.Frame;
import dev.edgewise.Playback;
import dev.edgewise.conversation.Hearing.Heard;
import dev.edgewise.conversation.Utterance.Line;
import dev.edgewise.conversation.Utterance.State;
import dev.edgewise.event.AgentSpeechSent;
import dev.edgewise.event.PlaybackProgress;
import dev.edgewise.event.ToolCall;
import dev.edgewise.event.ToolResult;
import dev.edgewise.event.UserTranscriptionReceived;
import org.jspecify.annotations.Nullable;

/**
 * The history of one session, bounded in messages and characters. For the session's
 * writer alone; the snapshots that it gives are immutable.
 * <p>
 * A snapshot costs the same however long the history is: what cannot change any more
 * stands in {@link Lines} that a snapshot shares, and it copies only the tail, which
 * begins with the oldest thing that can still change: a message that is still being said
 * or may still be heard, or a tool's call without its outcome. Such things are few, since
 * of messages that are over only the last ones may still be heard.
 */
public final class Conversation {

	/** About what a message takes beside its text, in bytes. */
	static final int OF_A_MESSAGE = 256;

	/**
	 * About what a character takes, in bytes: most are written with one, others with two,
	 * and what was heard is kept beside what was generated if it is less.
	 */
	private static final int OF_A_CHARACTER = 3;

	/** Calls that wait for their outcome. */
	private static final int MAX_CALLS = 128;

	/** Calls that are known to have theirs. */
	private static final int MAX_ANSWERED = 256;

	private final Settings settings;

	private final Hearing hearing;

	private final Lines seen = new Lines();

	private final Lines audited = new Lines();

	/** {@link Utterance}, {@link Exchange}, {@link Aside} or {@link Message}. */
	private final List<Object> tail = new ArrayList<>(4);

	/** Calls without an outcome, oldest first. */
	private final List<Exchange> calls = new ArrayList<>(0);

	/** Characters of the lines that are final. */
	private long characters;

	/** The ids of calls that have their outcome, the oldest first. */
	private Set<String> answered = Set.of();

	/** What was begun last. */
	private @Nullable Utterance last;

	public Conversation(Settings settings) {
		this.settings = settings;
		this.hearing = new Hearing(settings.charactersPerSecond());
	}

	/**
	 * Loads what it takes to align what is spoken with what was written, which are tables
	 * of the size of files, for all conversations. To be called once, where it may block:
	 * else the first acknowledgements that need them do it.
	 */
	public static void prepare() {
		String written = "It costs $100.25, 20% less than on 1/2 at www.example.com; 1st, today.";
		new Playhead(null).match(written, new int[0], 0, "it costs one hundred dollars and twenty five cents, twenty");
	}

	/**
	 * Takes note of a frame that says something by itself; what an agent says comes by
	 * its utterance.
	 * @param frame the frame
	 * @param generation the generation that it is about; null if it does not say so
	 * @return false if it says that something was spoken which no agent has said
	 */
	public boolean append(Frame frame, @Nullable String generation) {
		Object event = frame.event();
		if (event instanceof UserTranscriptionReceived said && !Boolean.TRUE.equals(said.interim())) {
			add(new Message(Role.USER, said.content(), frame.at(), null, false));
		}
		else if (event instanceof ToolCall call) {
			call(new Exchange(call, frame.at(), frame.generation()));
		}
		else if (event instanceof ToolResult outcome) {
			answer(outcome, frame, (generation != null) ? generation : frame.generation());
		}
		else if (event instanceof AgentSpeechSent sent) {
			boolean tooLate = generation != null && !this.hearing.isOpen(generation);
			Heard heard = this.hearing.said(sent.content(), generation);
			if (heard.covers()) {
				takeBack();
			}
			if (!tooLate) {
				keepAsSaid(heard.rest(), frame.at());
			}
			settle();
			return saysNothing(heard.rest());
		}
		else if (event instanceof PlaybackProgress progress) {
			boolean known = this.hearing.progress(progress,
					(progress.generation() != null) ? progress.generation() : generation);
			settle();
			return known;
		}
		return true;
	}

	private void call(Exchange exchange) {
		if (!this.answered.isEmpty()) {
			this.answered.remove(exchange.call.toolCallId());
		}
		if (this.calls.size() == MAX_CALLS) {
			this.calls.remove(0).dropped = true;
		}
		this.calls.add(exchange);
		add(exchange);
	}

	private void answer(ToolResult outcome, Frame frame, @Nullable String generation) {
		Exchange asked = asked(outcome.toolCallId(), generation);
		if (asked != null) {
			asked.answer(outcome, this.settings.text());
			this.calls.remove(asked);
			answered(outcome.toolCallId());
			settle();
			return;
		}
		if (this.answered.contains(outcome.toolCallId())) {
			return;
		}
		answered(outcome.toolCallId());
		// A result without its call would be refused by models.
		Exchange exchange = new Exchange(new ToolCall(outcome.toolCallId(), outcome.toolName(), Map.of()), frame.at(),
				frame.generation());
		exchange.answer(outcome, this.settings.text());
		add(exchange);
	}

	private void answered(String id) {
		if (this.answered.isEmpty()) {
			this.answered = new LinkedHashSet<>(4);
		}
		this.answered.add(id);
		if (this.answered.size() > MAX_ANSWERED) {
			this.answered.remove(this.answered.iterator().next());
		}
	}

	/**
	 * The call that an outcome is for: of those with its id the oldest of its generation,
	 * else the oldest.
	 */
	private @Nullable Exchange asked(String id, @Nullable String generation) {
		Exchange asked = null;
		for (Exchange exchange : this.calls) {
			if (exchange.call.toolCallId().equals(id)) {
				if (Objects.equals(exchange.generation, generation)) {
					return exchange;
				}
				asked = (asked != null) ? asked : exchange;
			}
		}
		return asked;
	}

	/**
	 * Whether there is nothing in it that can be seen or spoken.
	 */
	private static boolean saysNothing(String said) {
		return said.codePoints()
			.allMatch((c) -> Character.isWhitespace(c) || Character.isISOControl(c)
					|| Character.getType(c) == Character.SURROGATE || Character.getType(c) == Character.FORMAT);
	}

	/**
	 * Keeps what was spoken and is in no message: the user has heard it.
	 */
	private void keepAsSaid(String said, Instant at) {
		if (saysNothing(said)) {
			return;
		}
		Object before = this.tail.isEmpty() ? null : this.tail.get(this.tail.size() - 1);
		Aside aside = (before instanceof Aside open && open.hasRoom(said)) ? open : new Aside(at);
		aside.add(said);
		if (aside != before) {
			add(aside);
		}
	}

	/**
	 * Forgets the words that were kept as said last: they were in a message after all.
	 */
	private void takeBack() {
		for (int i = this.tail.size() - 1; i >= 0; i--) {
			if (this.tail.get(i) instanceof Aside aside) {
				aside.takeBack();
				if (aside.text.isEmpty()) {
					this.tail.remove(i);
				}
				return;
			}
		}
	}

	/**
	 * Makes what a generation will say, before it has said anything.
	 * @param generation the id of the generation
	 */
	public Utterance utterance(String generation) {
		return new Utterance(generation, this.settings.maxCharacters(), this.settings.playback(),
				this.settings.language());
	}

	/**
	 * Gives an utterance its place, which is where its first word stands.
	 * @param utterance the utterance
	 */
	public void begin(Utterance utterance) {
		this.last = utterance;
		this.hearing.begin(utterance);
		add(utterance);
	}

	/**
	 * Takes note that an utterance has ended by itself.
	 * @param utterance the utterance
	 */
	public void complete(Utterance utterance) {
		end(utterance, State.WHOLE);
	}

	/**
	 * Takes note that an utterance was cut off, or what was left to be spoken of it.
	 * @param utterance the utterance
	 */
	public void interrupt(Utterance utterance) {
		end(utterance, State.CUT);
	}

	private void end(Utterance utterance, State state) {
		utterance.settle(state);
		this.hearing.over();
		settle();
	}

	/**
	 * The history as it stands.
	 */
	public ConversationContext snapshot() {
		List<Message> seen = new ArrayList<>(this.tail.size());
		List<Message> audited = new ArrayList<>(this.tail.size());
		for (Object entry : this.tail) {
			Line line = line(entry);
			if (line != null) {
				audited.add(line.audited());
				if (line.seen() != null) {
					seen.add(line.seen());
				}
			}
		}
		Utterance cut = (this.last != null && this.last.isCut()) ? this.last : null;
		String note = (cut != null && this.settings.heardNote()) ? note(cut.heard()) : null;
		return new Snapshot(this.seen.and(seen), this.audited.and(audited), cut != null, note,
				this.settings.attributes());
	}

	private static String note(String heard) {
		String line = heard.strip().replaceAll("\\s+", " ");
		return line.isEmpty() ? "The user interrupted your last answer and heard nothing of it."
				: "The user interrupted your last answer and heard only: \"" + line + "\"";
	}

	private static @Nullable Line line(Object entry) {
		if (entry instanceof Utterance utterance) {
			return utterance.line();
		}
		if (entry instanceof Exchange exchange) {
			return exchange.line;
		}
		Message message = (entry instanceof Aside aside) ? aside.message() : (Message) entry;
		return new Line(message, message);
	}

	/**
	 * About the memory that it takes, in bytes.
	 */
	public long footprint() {
		long bytes = OF_A_MESSAGE * (long) this.audited.size() + OF_A_CHARACTER * this.characters;
		for (int i = 0; i < this.tail.size(); i++) {
			Object entry = this.tail.get(i);
			bytes += (entry instanceof Utterance utterance) ? utterance.footprint()
					: OF_A_MESSAGE + OF_A_CHARACTER * length(entry);
		}
		return bytes;
	}

	/**
	 * How much of it a snapshot copies.
	 */
	int tailSize() {
		return this.tail.size();
	}

	private void add(Object entry) {
		this.tail.add(entry);
		settle();
	}

	/**
	 * Moves what is final out of the tail, and drops the oldest of too much.
	 */
	private void settle() {
		int done = 0;
		while (done < this.tail.size() && isFinal(done)) {
			Line line = line(this.tail.get(done++));
			if (line != null) {
				this.audited.add(line.audited());
				this.characters += length(line.audited());
				if (line.seen() != null) {
					this.seen.add(line.seen());
				}
			}
		}
		this.tail.subList(0, done).clear();
		long open = this.tail.stream().mapToLong(Conversation::length).sum();
		Message oldest = this.audited.first();
		while (oldest != null && (this.audited.size() + this.tail.size() > this.settings.maxMessages()
				|| this.characters + open > this.settings.maxCharacters())) {
			this.audited.removeFirst();
			this.characters -= length(oldest);
			Message first = this.seen.first();
			if (first != null && isSame(first, oldest)) {
				this.seen.removeFirst();
			}
			oldest = this.audited.first();
		}
		for (int i = 0; i < this.tail.size() - 1
				&& (this.tail.size() > this.settings.maxMessages() || open > this.settings.maxCharacters()); i++) {
			Object entry = this.tail.get(i);
			if (goesWithTheOldest(entry)) {
				open -= length(entry);
				this.tail.remove(i--);
			}
		}
	}

	/**
	 * Whether a thing in the tail may go although it is not final, or something before it
	 * is not: all but what is still being said, and calls that wait.
	 */
	private static boolean goesWithTheOldest(Object entry) {
		if (entry instanceof Utterance utterance) {
			boolean over = utterance.isOver();
			if (over) {
				utterance.close();
			}
			return over;
		}
		return !(entry instanceof Exchange exchange) || exchange.line != null || exchange.dropped;
	}

	private static long length(Object entry) {
		if (entry instanceof Utterance utterance) {
			return utterance.length();
		}
		if (entry instanceof Message message) {
			ToolCall call = message.call();
			return message.text().length() + ((call != null) ? Weight.of(call.toolArgs()) : 0);
		}
		return (entry instanceof Aside aside) ? aside.text.length() : ((Exchange) entry).length();
	}

	private static boolean isSame(Message seen, Message audited) {
		return seen == audited || (seen.speech() != null && seen.speech() == audited.speech());
	}

	private boolean isFinal(int index) {
		Object entry = this.tail.get(index);
		if (entry instanceof Utterance utterance) {
			return utterance.isClosed();
		}
		if (entry instanceof Exchange exchange) {
			return exchange.line != null || exchange.dropped;
		}
		return !(entry instanceof Aside) || index < this.tail.size() - 1;
	}

	/**
	 * What a history is bounded by and depends on.
	 *
	 * @param maxMessages how many messages it holds
	 * @param maxCharacters how many characters they have
	 * @param playback how it is known what was heard
	 * @param charactersPerSecond how many characters a second of playback is taken for
	 * @param heardNote whether the line for models is rendered
	 * @param attributes the session's
	 * @param text renders what tools return
	 */
	public record Settings(int maxMessages, int maxCharacters, Playback playback, int charactersPerSecond,
			boolean heardNote, Map<String, Object> attributes, Function<Object, String> text) {

		@Nullable Locale language() {
			return (this.attributes.get("language") instanceof String tag) ? Locale.forLanguageTag(tag) : null;
		}

	}

	private record Snapshot(List<Message> messages, List<Message> asGenerated, boolean interrupted,
			@Nullable String heardNote, Map<String, Object> attributes) implements ConversationContext {
	}

	/**
	 * A tool's call and, when it has come, its outcome.
	 */
	private static final class Exchange {

		private final ToolCall call;

		private final Instant at;

		private final @Nullable String generation;

		/** How much its arguments are in characters. */
		private final long weight;

		/** Null as long as there is no outcome. */
		private @Nullable Line line;

		/** Whether it has waited for its outcome while too many others did. */
		private boolean dropped;

		Exchange(ToolCall call, Instant at, @Nullable String generation) {
			this.call = call;
			this.weight = Weight.of(call.toolArgs());
			this.at = at;
			this.generation = generation;
		}

		/**
		 * Gives it its outcome.
		 */
		void answer(ToolResult result, Function<Object, String> rendered) {
			Object value = result.result();
			String text = (result.error() != null) ? result.error() : (value != null) ? rendered.apply(value) : "null";
			Message message = new Message(Role.TOOL, text, this.at, this.generation, false, null, this.call, result);
			this.line = new Line(message, message);
		}

		long length() {
			Line known = this.line;
			return this.weight + ((known != null) ? known.audited().text().length() : 0);
		}

	}

	/**
	 * Words that were spoken and that no agent has written.
	 */
	private static final class Aside {

		private static final int MAX = 1 << 14;

		private final StringBuilder text = new StringBuilder();

		/** How long it was before the last words. */
		private int before;

		private final Instant at;

		Aside(Instant at) {
			this.at = at;
		}

		boolean hasRoom(String said) {
			return this.text.length() + said.length() < MAX;
		}

		void takeBack() {
			this.text.setLength(this.before);
		}

		void add(String said) {
			this.before = this.text.length();
			if (!this.text.isEmpty() && !Character.isWhitespace(this.text.charAt(this.text.length() - 1))
					&& !Character.isWhitespace(said.charAt(0))) {
				this.text.append(' ');
			}
			this.text.append(said);
		}

		Message message() {
			String said = this.text.toString();
			return new Message(Role.AGENT, said, this.at, null, false,
					new Speech("", "", said, HeardBy.ACKNOWLEDGED, true), null, null);
		}

	}

}
