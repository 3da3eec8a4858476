package dev.edgewise.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.edgewise.Frame;
import dev.edgewise.Generation;
import dev.edgewise.event.AgentGenerationComplete;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.AgentGenerationPaused;
import dev.edgewise.event.AgentGenerationResumed;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.AgentSpeechInterrupted;
import dev.edgewise.event.AgentSpeechPaused;
import dev.edgewise.event.AgentSpeechResumed;
import dev.edgewise.event.PlaybackProgress;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.session.LogReader;
import dev.edgewise.session.LogReader.Taken;
import dev.edgewise.simulation.Caller.Answer;
import dev.edgewise.simulation.Caller.Exchange;
import dev.edgewise.simulation.Caller.Kind;
import dev.edgewise.simulation.Caller.Line;
import dev.edgewise.simulation.Caller.Sound;
import dev.edgewise.simulation.Caller.Utterance;
import dev.edgewise.simulation.Player.Item;
import dev.edgewise.simulation.Tally.Count;
import dev.edgewise.simulation.Tally.Total;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * A caller's call as it is played: what is said when, by which events the service learns
 * of it, what the agent answers, and what the caller hears of that.
 * <p>
 * What a caller does follows from what the caller hears. A sound comes when so much of
 * the answer has been heard, so every policy meets it at the same word. Whoever is not
 * answered says it again, up to two times. An agent that a sound has cut off begins again
 * with the first word that was not heard.
 */
final class Call implements Player.Ear {

	/** After this time without an answer a caller says it again. */
	private static final int PATIENCE = 3_000;

	private static final int PATIENCE_IN_NOTICE = 8_000;

	private static final int REPEATS = 2;

	/** After this time what a sound has started is known. */
	private static final int SETTLED = 1_200;

	private static final int INTERIM_FIRST = 300;

	private static final int INTERIM_EVERY = 200;

	private static final int RECOGNITION = 250;

	private static final int APOLOGY_WORDS = 4;

	static final int HANGOVER_JITTER = 40;

	private final Caller caller;

	private final Line line;

	private final String session;

	private final Stand stand;

	private final Tally tally;

	private final Player player;

	private final List<Talk> talks = new ArrayList<>();

	private final Map<Object, Talk> ends = new IdentityHashMap<>();

	private final Map<Long, Talk> causes = new HashMap<>();

	private final Map<String, Script> scripts = new HashMap<>();

	private final long began;

	private @Nullable LogReader reader;

	private boolean taking;

	private long lastArrival;

	private long lastReceipt;

	private long busyUntil;

	private int live;

	private int awaiting;

	private int pending;

	private int next;

	private @Nullable Exchange exchange;

	private int nextSound;

	/** Milliseconds of the exchange's answer that have been heard. */
	private int heard;

	/** Whether the exchange's answer is still wanted. */
	private boolean wanted;

	private @Nullable Talk paused;

	private long pausedAt;

	private boolean over;

	Call(Caller caller, String session, Stand stand, Tally tally) {
		this.caller = caller;
		this.line = caller.line();
		this.session = session;
		this.stand = stand;
		this.tally = tally;
		this.player = new Player(stand.time(), this);
		this.began = stand.now();
	}

	void begin() {
		LogReader reader = this.stand.reader(this.session);
		this.reader = reader;
		reader.onReady(() -> wake(0));
		wake(0);
		later(SETTLED, () -> {
		});
	}

	boolean isOver() {
		return this.over;
	}

	// The caller

	/**
	 * Goes on to the next question if all is quiet.
	 */
	private void proceed() {
		boolean quiet = this.live == 0 && this.awaiting == 0 && this.pending == 0 && this.player.current() == null
				&& this.stand.now() >= this.busyUntil + SETTLED;
		if (!quiet || this.over) {
			return;
		}
		Exchange last = this.exchange;
		if (last != null && this.wanted && this.heard < last.answer().words() * Callers.WORD_MILLIS) {
			this.tally.add(Total.UNFINISHED, 1);
		}
		if (this.next == this.caller.exchanges().size()) {
			finish();
			return;
		}
		Exchange exchange = this.caller.exchanges().get(this.next++);
		this.exchange = exchange;
		this.nextSound = 0;
		this.heard = 0;
		this.wanted = false;
		later(exchange.thinking(), () -> {
			Talk first = say(exchange.question().get(0), null, null);
			if (exchange.question().size() > 1) {
				later(first.utterance.millis() + exchange.hesitation(),
						() -> say(exchange.question().get(1), null, first));
			}
		});
	}

	private void later(long millis, Runnable what) {
		this.pending++;
		this.stand.after(millis, () -> {
			this.pending--;
			if (!this.over) {
				what.run();
				proceed();
			}
		});
	}

	/**
	 * Says something, or says it again.
	 */
	private Talk say(Utterance utterance, @Nullable Talk first, @Nullable Talk before) {
		long now = this.stand.now();
		Talk talk = new Talk(utterance, first, before, now);
		Item item = this.player.current();
		if (item != null) {
			talk.over = item.generation();
			talk.inNotice = Objects.requireNonNull(this.scripts.get(item.generation())).isNotice(item.number());
		}
		this.talks.add(talk);
		this.busyUntil = talk.ended + this.stand.conditions.hangover() + 150;
		Dice delays = new Dice(utterance.seed());
		int detected = delays.between(60, 140);
		int finalAfter = delays.between(280, 360);
		report(talk, detected, new UserStartedSpeaking(), delays);
		if (this.live > 0 || item != null) {
			recognise(talk, finalAfter, delays);
		}
		UserStoppedSpeaking stopped = new UserStoppedSpeaking();
		this.ends.put(stopped, talk);
		int stoppedAfter = this.stand.conditions.hangover() + delays.between(0, HANGOVER_JITTER);
		UserTranscriptionReceived heard = heard(utterance, utterance.words().size(), false);
		boolean wordsFirst = finalAfter < stoppedAfter;
		if (wordsFirst && !utterance.words().isEmpty()) {
			report(talk, utterance.millis() + finalAfter, heard, delays);
		}
		report(talk, utterance.millis() + stoppedAfter, stopped, delays);
		if (!wordsFirst && !utterance.words().isEmpty()) {
			report(talk, utterance.millis() + finalAfter, heard, delays);
		}
		later(this.busyUntil + SETTLED - now, () -> {
		});
		if (utterance.kind().isTurn()) {
			talk.awaited = true;
			this.awaiting++;
			this.stand.after(utterance.millis() + (talk.inNotice ? PATIENCE_IN_NOTICE : PATIENCE),
					() -> losePatience(talk));
		}
		return talk;
	}

	private void recognise(Talk talk, int finalAfter, Dice delays) {
		int count = talk.utterance.words().size();
		int known = 0;
		for (int at = INTERIM_FIRST; at < talk.utterance.millis() + finalAfter; at += INTERIM_EVERY) {
			int words = Math.min(count, (at - RECOGNITION) * count / talk.utterance.millis());
			if (words > known) {
				known = words;
				report(talk, at, heard(talk.utterance, words, true), delays);
			}
		}
	}

	private static UserTranscriptionReceived heard(Utterance utterance, int words, boolean interim) {
		return new UserTranscriptionReceived(String.join(" ", utterance.words().subList(0, words)), interim,
				utterance.confidence() / 100.0);
	}

	/**
	 * Has the service learn of something. What is sent first arrives first.
	 */
	private void report(@Nullable Talk talk, int after, Object event, Dice delays) {
		int jitter = delays.between(0, this.line.jitter());
		this.stand.after(after, () -> send(talk, event, this.line.up() + jitter));
	}

	private void send(@Nullable Talk talk, Object event, int delay) {
		long now = this.stand.now();
		this.lastArrival = Math.max(this.lastArrival, now + delay);
		this.stand.after(this.lastArrival - now, () -> {
			if (!this.over) {
				this.stand.publish(this.session, event, (receipt) -> {
					if (talk != null) {
						this.causes.put(receipt.sequence(), talk);
					}
				});
			}
		});
	}

	/**
	 * Loses patience, if nothing has come of a turn.
	 */
	private void losePatience(Talk talk) {
		if (this.over || !talk.awaited) {
			return;
		}
		talk.awaited = false;
		this.awaiting--;
		talk.first.lost = true;
		if (talk.first.repeated < REPEATS) {
			talk.first.repeated++;
			sayWhenFree(talk.utterance, talk.first);
		}
		proceed();
	}

	private void sayWhenFree(Utterance utterance, @Nullable Talk first) {
		long wait = this.busyUntil + 300 - this.stand.now();
		if (wait > 0) {
			later(wait, () -> sayWhenFree(utterance, first));
		}
		else {
			say(utterance, first, null);
		}
	}

	@Override
	public int mark() {
		Exchange exchange = this.exchange;
		return (exchange != null && this.nextSound < exchange.sounds().size())
				? exchange.sounds().get(this.nextSound).at() : -1;
	}

	@Override
	public void marked() {
		Sound sound = Objects.requireNonNull(this.exchange).sounds().get(this.nextSound++);
		sayWhenFree(sound.utterance(), null);
	}

	// The agent

	/**
	 * What the agent answers, as the node of its route.
	 */
	Flux<Object> answer(Generation generation) {
		Talk talk = Objects.requireNonNull(this.ends.get(generation.cause().event()), "the end of what was said");
		Script script = script(generation.id(), talk);
		this.scripts.put(generation.id(), script);
		this.tally.add(Total.ANSWERS, 1);
		talk.started = generation.id();
		this.live++;
		if (talk.awaited) {
			talk.awaited = false;
			this.awaiting--;
		}
		return Flux.range(0, script.words.length)
			.delayUntil((number) -> this.stand.delay(script.delay(number)))
			.map((number) -> {
				this.tally.add(Total.ITEMS, 1);
				return new AgentResponse("word ".repeat(script.words[number]), script.isNotice(number) ? false : null);
			});
	}

	private Script script(String generation, Talk talk) {
		Kind kind = talk.utterance.kind();
		Exchange exchange = Objects.requireNonNull(this.exchange);
		Answer answer = exchange.answer();
		boolean question = kind == Kind.QUESTION || kind == Kind.CONTINUATION;
		if (question) {
			this.wanted = true;
			this.heard = 0;
			boolean hesitates = kind == Kind.QUESTION && exchange.question().size() > 1;
			return new Script(generation, talk, answer.latency(), 0, answer.words(), answer.wordsPerItem(),
					hesitates ? 0 : answer.notice(), hesitates ? -1 : 0, pace());
		}
		if (kind.isTurn()) {
			this.wanted = false;
			Answer own = talk.utterance.answer();
			return new Script(generation, talk, own.latency(), 0, own.words(), own.wordsPerItem(), 0, -1, pace());
		}
		int heard = this.heard / Callers.WORD_MILLIS;
		int left = this.wanted ? answer.words() - heard : 0;
		return new Script(generation, talk, answer.latency(), APOLOGY_WORDS, left, answer.wordsPerItem(), 0,
				heard * Callers.WORD_MILLIS, pace());
	}

	private int pace() {
		return this.stand.conditions.pace();
	}

	// The device

	private void wake(long millis) {
		if (!this.taking) {
			this.taking = true;
			this.stand.after(millis, this::take);
		}
	}

	private void take() {
		this.taking = false;
		LogReader reader = Objects.requireNonNull(this.reader);
		Taken taken;
		while (!this.over && (taken = reader.take()) != null) {
			if (taken.written() != null) {
				taken.written().run();
			}
			Frame frame = taken.frame();
			long now = this.stand.now();
			this.lastReceipt = Math.max(this.lastReceipt, now + this.line.down());
			this.stand.after(this.lastReceipt - now, () -> receive(frame));
			if (this.line.gap() > 0) {
				reader.flush();
				wake(this.line.gap());
				return;
			}
		}
		reader.flush();
	}

	private void receive(Frame frame) {
		if (this.over) {
			return;
		}
		Object event = frame.event();
		Script script = (frame.generation() != null) ? this.scripts.get(frame.generation()) : null;
		if (event instanceof AgentSpeechInterrupted cut) {
			cut(Objects.requireNonNull(this.scripts.get(cut.generation())), this.talks.get(this.talks.size() - 1), 0);
		}
		else if (event instanceof AgentGenerationInterrupted cut) {
			if (script != null) {
				cut(script, (cut.cause() != null) ? this.causes.get(cut.cause()) : null, cut.discarded());
			}
		}
		else if (script != null && event instanceof AgentResponse) {
			hear(script);
		}
		else if (event instanceof AgentGenerationPaused pause) {
			freeze(pause.cause());
		}
		else if (event instanceof AgentSpeechPaused pause) {
			freeze(pause.cause());
		}
		else if (event instanceof AgentGenerationResumed || event instanceof AgentSpeechResumed) {
			if (this.paused != null) {
				this.paused.first.resumed = true;
			}
			endPause();
			this.player.thaw();
		}
		else if (script != null && event instanceof AgentGenerationComplete) {
			script.complete = true;
			this.live--;
		}
		proceed();
	}

	private void freeze(long cause) {
		this.player.freeze();
		this.paused = this.causes.get(cause);
		this.pausedAt = this.stand.now();
	}

	private void endPause() {
		if (this.paused != null) {
			this.paused.first.paused += this.stand.now() - this.pausedAt;
			this.paused = null;
		}
	}

	private void hear(Script script) {
		Talk turn = script.talk.first;
		if (script.received == 0 && turn.utterance.kind().isMeant() && turn.answerAfter == Tally.NEVER) {
			turn.answerAfter = (int) (this.stand.now() - turn.ended);
		}
		int number = script.received++;
		this.player.add(new Item(script.generation, number, script.words[number] * Callers.WORD_MILLIS,
				script.offsets[number]));
	}

	private void cut(Script script, @Nullable Talk by, int discarded) {
		endPause();
		this.tally.add(Total.WASTED, discarded + this.player.drop(script.generation));
		if (!script.complete) {
			this.live--;
		}
		script.complete = true;
		if (by != null) {
			by.first.cut = true;
		}
		for (Talk talk : this.talks) {
			if (talk.silentAt < 0 && script.generation.equals(talk.target())) {
				talk.silentAt = Math.max(talk.began, this.player.lastSound());
			}
		}
	}

	@Override
	public void finished(Item item) {
		note(item, item.millis());
		send(null, new PlaybackProgress(item.generation(), null, item.number() + 1, null), this.line.up());
	}

	@Override
	public void cut(Item item, int heard) {
		note(item, heard);
	}

	private void note(Item item, int heard) {
		if (item.offset() >= 0) {
			this.heard = Math.max(this.heard, item.offset() + heard);
		}
	}

	@Override
	public void drained() {
		proceed();
	}

	// The end

	private void finish() {
		this.over = true;
		Objects.requireNonNull(this.reader).close();
		this.tally.callMillis += this.stand.now() - this.began;
		this.talks.stream().filter((talk) -> talk.first == talk).forEach(this::count);
	}

	private void count(Talk talk) {
		Kind kind = talk.utterance.kind();
		this.tally.count(kind, Count.HEARD);
		if (talk.lost) {
			this.tally.count(kind, Count.LOST);
		}
		if (kind.isMeant()) {
			(talk.inNotice ? this.tally.silenceInNotice : this.tally.silence).add(talk.silence());
			this.tally.count(kind, talk.inNotice ? Count.IN_NOTICE : Count.IN_QUESTION);
			this.tally.answer.add(talk.answerAfter);
			if (!talk.inNotice && talk.silence() > 2_000) {
				this.tally.count(kind, Count.MISSED);
			}
			else if (!talk.inNotice && talk.resumed) {
				this.tally.count(kind, Count.SPOKE_AGAIN);
			}
		}
		else if (talk.cut && !kind.isTurn()) {
			this.tally.count(kind, Count.FALSE_STOP);
		}
		else if (!kind.isTurn()) {
			this.tally.pause.add((int) talk.paused);
			if (talk.started != null) {
				this.tally.count(kind, Count.NEEDLESS_ANSWER);
			}
		}
	}

	/**
	 * What a generation says, item by item.
	 */
	private static final class Script {

		final String generation;

		final Talk talk;

		final int latency;

		final int[] words;

		final int[] offsets;

		final int notice;

		final int pace;

		int received;

		boolean complete;

		/**
		 * Writes one.
		 * @param generation the generation that says it
		 * @param talk what started it
		 * @param latency milliseconds to the first item
		 * @param opening words before the answer
		 * @param answer words of the answer
		 * @param perItem how many come at a time
		 * @param notice words of the answer that must not be cut
		 * @param offset where the answer begins; -1 if no sounds wait for it
		 */
		Script(String generation, Talk talk, int latency, int opening, int answer, int perItem, int notice, int offset,
				int pace) {
			this.generation = generation;
			this.talk = talk;
			this.latency = latency;
			this.pace = pace;
			int openingItems = (opening + perItem - 1) / perItem;
			int count = openingItems + (answer + perItem - 1) / perItem;
			this.words = new int[count];
			this.offsets = new int[count];
			int left = opening;
			int at = offset;
			for (int i = 0; i < count; i++) {
				if (i == openingItems) {
					left = answer;
				}
				this.words[i] = Math.min(left, perItem);
				left -= perItem;
				this.offsets[i] = (i < openingItems || offset < 0) ? -1 : at;
				at += (i < openingItems) ? 0 : this.words[i] * Callers.WORD_MILLIS;
			}
			this.notice = (notice + perItem - 1) / perItem;
		}

		boolean isNotice(int item) {
			return item < this.notice;
		}

		int delay(int item) {
			return (item == 0) ? this.latency : this.words[item - 1] * Callers.WORD_MILLIS * this.pace / 1_000;
		}

	}

}
