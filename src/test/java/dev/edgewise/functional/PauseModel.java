package dev.edgewise.functional;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * What a session with one route must do about a user's speech, as plainly as it can be
 * said: the law that the engine is compared with. The route starts with
 * {@code UserStoppedSpeaking}, replaces what runs, and is cut off by
 * {@code UserStartedSpeaking}. Time is in milliseconds and moves when it is told to.
 */
final class PauseModel {

	/** After this time the words behind a final transcript are another utterance's. */
	private static final long LATE = 2_000;

	private static final long VERY_LATE = 10_000;

	private final Gates gates;

	/** The log; a line's sequence is its place from 1. */
	private final List<Line> log = new ArrayList<>();

	/** What the one reader has got: sequence and text of each line. */
	private final List<String> read = new ArrayList<>();

	/** What the last step has decided. */
	private final List<String> decisions = new ArrayList<>();

	private final Set<Integer> interrupted = new TreeSet<>();

	private final Set<Integer> ignored = new TreeSet<>();

	private final Set<Integer> paused = new TreeSet<>();

	private final Set<Integer> started = new TreeSet<>();

	private long now;

	private @Nullable Speech last;

	private @Nullable Reply reply;

	private int replies;

	private boolean closed;

	private boolean spokenOver;

	/**
	 * What was ignored while a reply ran that is over: words may still make a turn of it.
	 */
	private @Nullable Question late;

	private int position;

	private long demand;

	PauseModel(Gates gates, long demand) {
		this.gates = gates;
		this.demand = demand;
	}

	// What happens.

	void userStarts() {
		begin();
		int event = append("UserStartedSpeaking");
		Speech known = this.last;
		if (known == null || !known.detected || !known.speaks() || known.settled) {
			known = new Speech(true, this.now);
			this.last = known;
		}
		concern(known, event, "UserStartedSpeaking", true);
		speak();
	}

	void userIsHeard(String words, boolean interim, @Nullable Double confidence) {
		begin();
		int event = append("UserTranscriptionReceived");
		Speech known = this.last;
		if (known == null || known.isOver(this.now)) {
			known = new Speech(false, this.now);
			this.last = known;
		}
		known.hear(words, interim, confidence, this.now);
		concern(known, event, "UserTranscriptionReceived", this.gates.transcriptsNamed);
		Question ignored = this.late;
		if (!interim && this.reply == null && ignored != null && ignored.speech == known && isTurn(known)) {
			start(ignored.turn);
		}
		speak();
	}

	void userStops() {
		begin();
		int event = append("UserStoppedSpeaking");
		Speech ended = (this.last != null && this.last.end(this.now)) ? this.last : null;
		endOfTurn(ended, event);
		speak();
	}

	/**
	 * The node says its next item; nothing if none is running.
	 */
	void nodeSays() {
		begin();
		if (this.reply != null) {
			this.reply.unsaid.add(++this.reply.items + " ");
		}
		speak();
	}

	void readerTakesOne() {
		begin();
		this.demand += (this.demand == Long.MAX_VALUE) ? 0 : 1;
		speak();
	}

	void readerTakesAll() {
		this.demand = Long.MAX_VALUE;
		forget();
		speak();
	}

	void emergency() {
		begin();
		int event = append("EmergencyStop");
		Reply cut = this.reply;
		if (cut != null) {
			decide(cut, "INTERRUPT", "FORCED", event, "EmergencyStop");
			cut.waiting.clear();
			cut("EMERGENCY", event);
		}
		this.late = null;
		speak();
	}

	void command() {
		begin();
		int event = append("InterruptRequested");
		Reply cut = this.reply;
		if (cut != null) {
			decide(cut, "INTERRUPT", "FORCED", event, "InterruptRequested");
			this.spokenOver = !cut.waiting.isEmpty() && this.last != null && this.last.speaks();
			cut("EVENT", event);
		}
		speak();
	}

	/**
	 * Whether a command has let a turn begin over which the user speaks already.
	 */
	boolean isSpokenOver() {
		return this.spokenOver;
	}

	void close() {
		begin();
		if (this.reply != null) {
			this.reply.waiting.clear();
			cut("SESSION_CLOSED", 0);
		}
		append("SessionClosed");
		this.closed = true;
		speak();
	}

	void nodeEnds() {
		begin();
		if (this.reply != null) {
			append("=" + this.reply.number);
			this.late = this.reply.ignored();
			this.reply = null;
		}
		speak();
	}

	/**
	 * How long it takes until time alone matters; -1 if it never does.
	 */
	long untilMoment() {
		Reply waits = this.reply;
		if (waits == null || !waits.paused) {
			return -1;
		}
		long moment = waits.deadline;
		for (Question open : waits.open()) {
			Speech speech = open.speech;
			if (!speech.speaks()) {
				moment = Math.min(moment, speech.stopped + this.gates.transcriptWait);
			}
			else if (speech.begun + this.gates.minSpeech > this.now) {
				moment = Math.min(moment, speech.begun + this.gates.minSpeech);
			}
		}
		return moment - this.now;
	}

	void timePasses(long millis) {
		begin();
		long end = this.now + millis;
		long wait = untilMoment();
		while (wait >= 0 && this.now + wait <= end) {
			this.now += wait;
			moment();
			speak();
			wait = untilMoment();
		}
		this.now = end;
		speak();
	}

	// What follows.

	/**
	 * An event of an utterance is decided about if the route names it, or if the
	 * utterance is in question already.
	 */
	private void concern(Speech speech, int event, String type, boolean named) {
		Reply asked = this.reply;
		if (asked != null && (named || asked.questions.containsKey(speech))
				&& ask(asked, speech, event, type, named, true).equals("INTERRUPT")) {
			Question question = asked.questions.get(speech);
			if (named || question == null) {
				cut("EVENT", event);
			}
			else {
				cutFor(question);
			}
		}
	}

	private void endOfTurn(@Nullable Speech speech, int event) {
		Reply running = this.reply;
		if (running == null) {
			start(event);
			return;
		}
		Question question = (speech != null) ? running.questions.get(speech) : null;
		String verdict = "NONE";
		if (question != null && question.ignoredBy != null) {
			verdict = "IGNORE";
			decide(running, verdict, question.ignoredBy, event, "UserStoppedSpeaking");
		}
		else if (speech != null && (question != null || (!this.gates.none && !speech.words().isEmpty()))) {
			verdict = ask(running, speech, event, "UserStoppedSpeaking", false, question != null);
		}
		if (verdict.equals("NONE") || verdict.equals("INTERRUPT")) {
			running.waiting.clear();
			cut("REPLACED", event);
			start(event);
			return;
		}
		Question known = running.questions.get(speech);
		known.turn = event;
		if (verdict.equals("PAUSE")) {
			running.waiting.add(known);
		}
	}

	/**
	 * Time alone has brought something about: all that is open is asked again.
	 */
	private void moment() {
		Reply waits = this.reply;
		for (Question open : waits.open()) {
			if (ask(waits, open.speech, open.event, open.type, open.named, true).equals("INTERRUPT")) {
				cutFor(open);
				return;
			}
		}
	}

	private String ask(Reply asked, Speech speech, int event, String type, boolean named, boolean gated) {
		Question question = asked.questions.get(speech);
		String gate = gate(speech, gated);
		boolean overdue = asked.paused && this.now >= asked.deadline;
		boolean expected = !speech.settled
				&& (speech.speaks() || this.now < speech.stopped + this.gates.transcriptWait);
		String verdict;
		String rule;
		if (!this.gates.stopPhrase.isEmpty()
				&& (" " + speech.words() + " ").contains(" " + this.gates.stopPhrase + " ")) {
			verdict = "INTERRUPT";
			rule = "STOP_PHRASE";
		}
		else if (gate == null) {
			verdict = "INTERRUPT";
			rule = "INTERRUPTED";
		}
		else if (overdue && speech.speaks()) {
			verdict = "INTERRUPT";
			rule = "DEADLINE";
		}
		else {
			verdict = (expected && !overdue) ? "PAUSE" : "IGNORE";
			rule = gate;
		}
		if (verdict.equals("INTERRUPT")) {
			if (question != null && question.ignoredBy != null && question.turn > 0) {
				asked.waiting.add(question);
			}
			if (speech.speaks()) {
				// Its own end will start: what waited from before is superseded.
				asked.waiting.clear();
			}
			decide(asked, verdict, rule, event, type);
			return verdict;
		}
		if (question == null) {
			question = new Question(speech, event, type, named);
			asked.questions.put(speech, question);
		}
		if (verdict.equals("PAUSE")) {
			question.open = true;
			question.ignoredBy = null;
			if (!asked.paused) {
				asked.paused = true;
				asked.since = this.now;
				asked.deadline = this.now + this.gates.decideWithin;
				asked.pausedBy = question.event;
				asked.pausedAt = append("~" + asked.number + " " + rule + " by " + question.event, asked);
			}
		}
		else {
			boolean was = question.open;
			question.open = false;
			question.ignoredBy = rule;
			asked.waiting.remove(question);
			if (was && asked.open().isEmpty()) {
				verdict = "RESUME";
				asked.paused = false;
				append("^" + asked.number + " " + rule + " by " + asked.pausedBy + " after " + (this.now - asked.since),
						asked);
			}
		}
		decide(asked, verdict, rule, event, type);
		return verdict;
	}

	/**
	 * The first gate that an utterance has not passed.
	 * @param gated whether the gates on words, confidence and time are asked: they are
	 * for speech alone
	 */
	private @Nullable String gate(Speech speech, boolean gated) {
		String words = speech.words();
		if (!this.gates.backchannel.isEmpty() && (words.isEmpty() ? gated : words.equals(this.gates.backchannel))) {
			return "BACKCHANNEL";
		}
		Double confidence = speech.confidence;
		if (gated && this.gates.minConfidence > 0
				&& (words.isEmpty() || (confidence != null && confidence < this.gates.minConfidence))) {
			return "LOW_CONFIDENCE";
		}
		int count = words.isEmpty() ? 0 : words.split(" ").length;
		if (gated && count < this.gates.minWords) {
			return "TOO_FEW_WORDS";
		}
		if (gated && speech.lasted(this.now) < this.gates.minSpeech) {
			return "TOO_SHORT";
		}
		return null;
	}

	private boolean isTurn(Speech speech) {
		boolean stops = !this.gates.stopPhrase.isEmpty()
				&& (" " + speech.words() + " ").contains(" " + this.gates.stopPhrase + " ");
		return stops || gate(speech, true) == null;
	}

	private void cutFor(Question question) {
		cut(question.named ? "EVENT" : "REPLACED", question.event);
	}

	private void cut(String reason, int event) {
		Reply over = this.reply;
		this.late = over.ignored();
		this.reply = null;
		over.cut = true;
		over.paused = false;
		this.interrupted.add(over.number);
		append("!" + over.number + " " + reason + " by " + event + ", " + (over.items - over.delivered) + " discarded");
		if (!over.waiting.isEmpty()) {
			start(over.waiting.get(over.waiting.size() - 1).turn);
		}
	}

	private void start(int cause) {
		this.late = null;
		Reply begun = new Reply(++this.replies);
		this.reply = begun;
		this.started.add(begun.number);
		append("+" + begun.number + " by " + cause, begun);
	}

	private void decide(Reply asked, String verdict, String rule, int event, String type) {
		this.decisions.add(asked.number + " " + verdict + " " + rule + " by " + event + " " + type);
		switch (verdict) {
			case "INTERRUPT" -> this.interrupted.add(asked.number);
			case "PAUSE" -> this.paused.add(asked.number);
			default -> this.ignored.add(asked.number);
		}
	}

	private int append(String text) {
		this.log.add(new Line(text, null, false));
		return this.log.size();
	}

	private int append(String text, Reply spoken) {
		this.log.add(new Line(text, spoken, false));
		return this.log.size();
	}

	private void begin() {
		if (this.closed) {
			throw new IllegalStateException("closed");
		}
		forget();
	}

	private void forget() {
		this.decisions.clear();
		List.of(this.interrupted, this.ignored, this.paused, this.started).forEach(Set::clear);
	}

	/**
	 * What nodes have said gets its number unless they stand still, and the reader reads.
	 */
	private void speak() {
		Reply speaker = this.reply;
		if (speaker != null && !speaker.paused) {
			speaker.unsaid.forEach((item) -> this.log.add(new Line(speaker.number + ":" + item, speaker, true)));
			speaker.unsaid.clear();
		}
		while (this.demand > 0 && this.position < this.log.size()) {
			Line next = this.log.get(this.position);
			Reply spoken = next.spoken;
			if (spoken != null && spoken.paused && this.position + 1 < spoken.pausedAt) {
				return;
			}
			this.position++;
			if (spoken != null && spoken.cut) {
				continue;
			}
			this.demand -= (this.demand == Long.MAX_VALUE) ? 0 : 1;
			this.read.add(this.position + " " + next.text);
			if (spoken != null && next.item) {
				spoken.delivered++;
			}
		}
	}

	// What is to be seen.

	List<String> read() {
		return this.read;
	}

	List<String> decisions() {
		return this.decisions;
	}

	/**
	 * What the receipt of the last step says.
	 */
	String receipt() {
		return "interrupted " + this.interrupted + " ignored " + this.ignored + " paused " + this.paused + " started "
				+ this.started;
	}

	/**
	 * The generation that has not ended, and its state.
	 */
	String state() {
		return (this.reply == null) ? "" : this.reply.number + (this.reply.paused ? " PAUSED" : " RUNNING");
	}

	int sequence() {
		return this.log.size();
	}

	/**
	 * What must be passed for an utterance to interrupt.
	 *
	 * @param none whether there is nothing to be passed at all
	 * @param transcriptsNamed whether the route names transcripts as causes
	 */
	record Gates(boolean none, boolean transcriptsNamed, int minWords, long minSpeech, double minConfidence,
			String stopPhrase, String backchannel, long decideWithin, long transcriptWait) {
	}

	private record Line(String text, @Nullable Reply spoken, boolean item) {
	}

	/**
	 * What the user says in one go.
	 */
	private static final class Speech {

		private final boolean detected;

		private final long begun;

		private long stopped = -1;

		private boolean settled;

		private String finals = "";

		private String interim = "";

		private @Nullable Double confidence;

		private @Nullable Double finalConfidence;

		Speech(boolean detected, long begun) {
			this.detected = detected;
			this.begun = begun;
		}

		boolean speaks() {
			return this.stopped < 0;
		}

		long lasted(long now) {
			return (speaks() ? now : this.stopped) - this.begun;
		}

		boolean isOver(long now) {
			if (speaks()) {
				return false;
			}
			return this.settled ? !this.detected || now - this.stopped > LATE : now - this.stopped > VERY_LATE;
		}

		void hear(String words, boolean interim, @Nullable Double confidence, long now) {
			this.settled = !interim;
			this.interim = interim ? words : "";
			if (!interim) {
				this.finals = (this.finals + " " + words).trim();
				this.finalConfidence = (confidence != null) ? confidence : this.finalConfidence;
				if (!this.detected) {
					this.stopped = now;
				}
			}
			this.confidence = (interim && confidence != null) ? confidence : this.finalConfidence;
		}

		/**
		 * Ends it.
		 * @return whether that was its end, and not one of a turn of which nothing is
		 * known
		 */
		boolean end(long now) {
			this.stopped = speaks() ? now : this.stopped;
			return now - this.stopped <= LATE;
		}

		String words() {
			return (this.finals + " " + this.interim).trim();
		}

	}

	/**
	 * Whether an utterance cuts off a reply: open, or closed by the rule that ignored it.
	 */
	private static final class Question {

		private final Speech speech;

		private final int event;

		private final String type;

		private final boolean named;

		private boolean open;

		private @Nullable String ignoredBy;

		/**
		 * The end of the utterance, which has started nothing yet; 0 if there is none.
		 */
		private int turn;

		Question(Speech speech, int event, String type, boolean named) {
			this.speech = speech;
			this.event = event;
			this.type = type;
			this.named = named;
		}

	}

	/**
	 * A generation.
	 */
	private static final class Reply {

		private final int number;

		private final Map<Speech, Question> questions = new LinkedHashMap<>();

		/** Turns that wait for the answer. */
		private final List<Question> waiting = new ArrayList<>();

		/** Items that have no number yet. */
		private final List<String> unsaid = new ArrayList<>();

		private int items;

		private int delivered;

		private boolean cut;

		private boolean paused;

		private long since;

		private long deadline;

		private int pausedBy;

		private int pausedAt;

		Reply(int number) {
			this.number = number;
		}

		@Nullable Question ignored() {
			Question last = null;
			for (Question question : this.questions.values()) {
				last = (question.ignoredBy != null && question.turn > 0) ? question : last;
			}
			return last;
		}

		List<Question> open() {
			return this.questions.values().stream().filter((question) -> question.open).toList();
		}

	}

}
