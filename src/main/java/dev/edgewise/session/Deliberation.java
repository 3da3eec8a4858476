package dev.edgewise.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import dev.edgewise.Decision;
import dev.edgewise.Decision.Verdict;
import dev.edgewise.Evidence;
import dev.edgewise.Evidence.Answer;
import dev.edgewise.Frame;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.UserEvent;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.interruption.Evaluator.Outcome;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.InterruptionPolicy.WhileProtected;
import dev.edgewise.interruption.Rule;
import dev.edgewise.interruption.UserUtterance;
import dev.edgewise.interruption.Utterances;
import dev.edgewise.interruption.Words;
import dev.edgewise.route.CompiledRoute;
import dev.edgewise.session.RouteSlot.Held;
import dev.edgewise.session.Run.Case;
import dev.edgewise.session.Run.Pause;
import dev.edgewise.session.Run.Phase;
import dev.edgewise.session.Run.Withheld;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How one session decides about interruptions: it hears the user, gathers the evidence
 * about each generation, has it evaluated, and sees to it that what is undecided is
 * decided in the end. For the session's writer alone.
 * <p>
 * What the user says about a generation is a {@link Case}: it is opened by the first
 * event that could cut the generation off, and every later event of the same utterance
 * belongs to it. A case for which more is to be heard is pending, and while any is, the
 * generation {@linkplain Pause stands still}. A pause has one owner, this, and one timer,
 * set to the next moment at which time alone changes the evidence; the last such moment
 * is its deadline, so it has an exit whatever comes. The end of an utterance that is
 * still pending waits in its route's slot until the decision lets it start or drops it.
 */
final class Deliberation {

	private static final Logger logger = LoggerFactory.getLogger(Deliberation.class);

	private final LiveSession session;

	private final Engine engine;

	private final Readers readers;

	private final Utterances utterances = new Utterances();

	private final PastInterruptions past;

	/** Generations that something is withheld from while they are protected. */
	private final List<Run> shielded = new ArrayList<>(0);

	private @Nullable InterruptionPolicy chosen;

	private @Nullable Held lastStart;

	/**
	 * The time, in milliseconds since the epoch, by which is decided: that of the event,
	 * not of its processing, so that a recorded session decides alike.
	 */
	private long moment;

	private final Shields shields;

	private final WaitingStarts waiting;

	private final Floor floor;

	Deliberation(LiveSession session, Engine engine, Readers readers) {
		this.session = session;
		this.engine = engine;
		this.readers = readers;
		this.past = new PastInterruptions(engine.policies().memory());
		this.shields = new Shields(readers);
		this.waiting = new WaitingStarts(session);
		this.floor = new Floor(session, engine, this);
	}

	void choose(@Nullable InterruptionPolicy policy) {
		this.chosen = policy;
	}

	@Nullable InterruptionPolicy chosen() {
		return this.chosen;
	}

	InterruptionPolicy policyOf(CompiledRoute route) {
		return (this.chosen != null) ? this.chosen : this.engine.policies().get(route.policy());
	}

	private InterruptionPolicy policyOf(Run run) {
		return policyOf(run.compiled);
	}

	/**
	 * Decides by the time that it is, since no event has brought this about.
	 */
	private void tick() {
		this.moment = this.engine.millis();
	}

	/**
	 * The starts that wait for a decision.
	 */
	WaitingStarts waiting() {
		return this.waiting;
	}

	/**
	 * What protects generations.
	 */
	Shields shields() {
		return this.shields;
	}

	/**
	 * Takes the floor from the user if it is time to.
	 */
	void considerFloor(@Nullable UserUtterance utterance) {
		this.floor.consider(utterance, this.moment);
	}

	/**
	 * Hears an event.
	 * @return the utterance that it belongs to; null if it belongs to none
	 */
	@Nullable UserUtterance hear(LogEntry entry) {
		Object event = entry.frame.event();
		this.moment = entry.frame.at().toEpochMilli();
		if (!(event instanceof UserEvent)) {
			return null;
		}
		UserUtterance utterance = this.utterances.hear(event, entry.frame.at().toEpochMilli());
		if (event instanceof UserStartedSpeaking && utterance != null) {
			this.lastStart = new Held(-1, entry, utterance, null);
		}
		return utterance;
	}

	/**
	 * The start of what the user is saying now, if that is after an event that has waited
	 * meanwhile.
	 */
	@Nullable Held speakingSince(Held waited) {
		Held start = this.lastStart;
		boolean speaking = start != null && start.utterance() != null && start.utterance().isSpeaking()
				&& start.entry().frame.sequence() > waited.entry().frame.sequence();
		return speaking ? start : null;
	}

	/**
	 * Whether an event is to be decided about although the generation's route does not
	 * name it: it belongs to an utterance that already is.
	 */
	boolean concerns(Run run, @Nullable UserUtterance utterance, Object event) {
		Case known = (utterance != null) ? run.find(utterance) : null;
		return known != null
				&& (known.pending || (event instanceof UserTranscriptionReceived && policyOf(run).listens()));
	}

	/**
	 * Decides about a generation that an event could cut off; does all that follows but
	 * cut it off.
	 * @param run the generation
	 * @param entry the event
	 * @param utterance the utterance that it belongs to
	 * @param forced whether nothing can speak against it
	 * @param listed whether the route names the event as a cause
	 * @param effects where to tell
	 */
	Verdict decide(Run run, LogEntry entry, @Nullable UserUtterance utterance, boolean forced, boolean listed,
			Effects effects) {
		Case known = (utterance != null) ? run.find(utterance) : null;
		boolean end = entry.frame.event() instanceof UserStoppedSpeaking;
		if (!forced && end && known != null && !known.pending && known.ignoredBy != null
				&& policyOf(run) != InterruptionPolicy.IMMEDIATE) {
			InterruptionPolicy policy = policyOf(run);
			Evidence evidence = evidence(run, policy, utterance, entry.frame, false, false);
			record(run, entry.frame, new Outcome(Verdict.IGNORE, known.ignoredBy, evidence), Verdict.IGNORE, policy,
					this.engine.nanos(), effects);
			if (known.ignoredBy.equals(Rule.PROTECTED.name())
					&& (evidence.protection() != null || run.isWithheldFrom())) {
				withhold(run, entry, utterance, listed, policy);
			}
			return Verdict.IGNORE;
		}
		boolean speech = utterance != null && (!end || (known != null && known.pending));
		return judge(run, entry, utterance, policyOf(run), forced, listed, speech, effects);
	}

	private Verdict judge(Run run, LogEntry entry, @Nullable UserUtterance utterance, InterruptionPolicy policy,
			boolean forced, boolean listed, boolean speech, Effects effects) {
		long began = this.engine.nanos();
		Frame frame = entry.frame;
		Case known = (utterance != null) ? run.find(utterance) : null;
		Evidence evidence = evidence(run, policy, utterance, frame, forced, speech);
		Frame asked = listed ? frame : (known != null && known.listed) ? known.candidate : null;
		Outcome outcome = this.engine.evaluator()
			.decide(policy, evidence, () -> ask(run, asked),
					(rule, failure) -> failed(run, run.compiled, "rule " + rule, failure));
		Verdict verdict = outcome.verdict();
		if (verdict == Verdict.INTERRUPT) {
			if (!forced) {
				this.past.add(utterance, frame, this.moment);
				supersede(this.session.slot(run.compiled), utterance);
			}
			if (known != null && known.dropped != null) {
				this.waiting.hold(this.session.slot(run.compiled), WaitingStarts.again(known.dropped, entry.origin),
						utterance);
			}
		}
		else if (verdict == Verdict.PAUSE && utterance != null) {
			Case asking = (known != null) ? known : run.open(utterance, frame, listed);
			asking.pending = true;
			asking.ignoredBy = null;
			if (run.pause == null) {
				pause(run, asking.candidate, outcome.rule(), policy);
			}
			else {
				run.pause.policy = policy;
			}
			arm(run);
		}
		else if (ignore(run, utterance, frame, listed, outcome)) {
			verdict = Verdict.RESUME;
		}
		record(run, frame, outcome, verdict, policy, began, effects);
		if (isForProtection(outcome)) {
			withhold(run, entry, utterance, listed, policy);
		}
		return verdict;
	}

	/**
	 * Takes note that an utterance, or another event, does not cut off a generation.
	 * @return whether the generation goes on that stood still
	 */
	private boolean ignore(Run run, @Nullable UserUtterance utterance, Frame frame, boolean listed, Outcome outcome) {
		if (utterance == null) {
			return false;
		}
		Case known = run.find(utterance);
		Case closed = (known != null) ? known : run.open(utterance, frame, listed);
		closed.ignoredBy = outcome.rule();
		if (!closed.pending) {
			return false;
		}
		closed.pending = false;
		RouteSlot slot = this.session.slot(run.compiled);
		Held waiting = slot.held(utterance);
		if (waiting != null && !isForProtection(outcome)) {
			closed.dropped = waiting.entry();
			this.waiting.drop(slot, waiting);
		}
		if (!run.pendingCases().isEmpty()) {
			arm(run);
			return false;
		}
		resume(run, outcome.rule());
		return true;
	}

	/**
	 * Whether all that speaks against an event is that the generation is protected, and
	 * so only for now. A rule of the application's own in the place of the built-in one
	 * may say so of one that is not.
	 */
	private static boolean isForProtection(Outcome outcome) {
		return outcome.rule().equals(Rule.PROTECTED.name()) && outcome.verdict() == Verdict.IGNORE
				&& outcome.evidence().protection() != null;
	}

	/**
	 * Forgets the starts that wait if the user, who interrupts, is still speaking: they
	 * would talk over the user, whose end will start.
	 */
	private void supersede(RouteSlot slot, @Nullable UserUtterance utterance) {
		if (utterance != null && utterance.isSpeaking() && slot.held(utterance) == null) {
			this.waiting.drop(slot);
		}
	}

	private void pause(Run run, Frame cause, String rule, InterruptionPolicy policy) {
		long now = this.moment;
		run.pause = new Pause(cause, now, now + policy.decideWithin().toMillis(), policy);
		this.session.generations().paused(run, cause, rule);
	}

	private void resume(Run run, String rule) {
		Pause over = Objects.requireNonNull(run.pause);
		end(run);
		this.session.generations().resumed(run, over.cause, rule, this.moment - over.sinceMillis);
	}

	private static void end(Run run) {
		Pause over = run.pause;
		if (over != null) {
			run.pause = null;
			run.takes.unhold();
			if (over.timer != null) {
				over.timer.dispose();
			}
		}
	}

	/**
	 * Sets the timer of a pause to the next moment at which time changes the evidence.
	 */
	private void arm(Run run) {
		Pause pause = Objects.requireNonNull(run.pause);
		if (pause.timer != null) {
			pause.timer.dispose();
		}
		InterruptionPolicy policy = pause.policy;
		long now = this.moment;
		long due = pause.deadlineMillis;
		for (Case pending : run.pendingCases()) {
			UserUtterance utterance = pending.utterance;
			long enough = utterance.begunMillis() + policy.minSpeech().toMillis();
			if (utterance.isSpeaking() && enough > now) {
				due = Math.min(due, enough);
			}
			else if (!utterance.isSpeaking() && !utterance.isSettled()) {
				due = Math.min(due, utterance.stoppedMillis() + policy.transcriptWait().toMillis());
			}
		}
		long delay = Math.max(0, due * 1_000_000L - this.engine.nanos());
		pause.timer = this.engine.schedulers()
			.timer()
			.schedule(() -> this.session.execute(() -> due(run, pause)), delay, TimeUnit.NANOSECONDS);
	}

	private void due(Run run, Pause pause) {
		if (run.pause != pause) {
			return;
		}
		tick();
		for (Case pending : run.pendingCases()) {
			LogEntry entry = new LogEntry(pending.candidate, NOTHING, null, 0, false, 0, null);
			Effects effects = new Effects();
			Verdict verdict = judge(run, entry, pending.utterance, pause.policy, false, pending.listed, true, effects);
			if (verdict == Verdict.INTERRUPT) {
				this.session.generations()
					.cut(run, pending.listed ? Reason.EVENT : Reason.REPLACED, pending.candidate, this.engine.nanos());
				return;
			}
		}
		if (run.pause == pause && run.pendingCases().isEmpty()) {
			resume(run, Rule.DEADLINE.name());
		}
	}

	private static final byte[] NOTHING = new byte[0];

	/**
	 * The event that a generation is cut off by: the one that the question began with, if
	 * the route does not name this one, which has only told the verdict.
	 */
	Frame causeOf(Run run, Frame frame, @Nullable UserUtterance utterance, boolean listed) {
		Case known = (utterance != null && !listed) ? run.find(utterance) : null;
		return (known != null) ? known.candidate : frame;
	}

	/**
	 * Why a generation is cut off by an event: replaced, if all began with the end of a
	 * turn that waits to start.
	 */
	Reason reasonOf(Run run, @Nullable UserUtterance utterance, boolean listed) {
		Case known = (utterance != null && !listed) ? run.find(utterance) : null;
		return (known != null && !known.listed) ? Reason.REPLACED : Reason.EVENT;
	}

	private Evidence evidence(Run run, InterruptionPolicy policy, @Nullable UserUtterance utterance, Frame frame,
			boolean forced, boolean speech) {
		Pause pause = run.pause;
		boolean overdue = pause != null && this.moment >= pause.deadlineMillis;
		Integer words = null;
		if (policy.protectFirstWords() > 0) {
			this.readers.scan();
			words = Words.count(run.utterance.delivered());
		}
		Evidence.Agent agent = new Evidence.Agent(run.phase != Phase.WAITING, run.spokeFor(this.moment), words,
				this.floor.isTaken(run, utterance));
		return new Evidence(forced, this.shields.of(run), user(policy, utterance, frame, speech, overdue), agent,
				this.past.before(utterance, frame, policy, this.moment), Answer.NOT_ASKED);
	}

	private Evidence.User user(InterruptionPolicy policy, @Nullable UserUtterance utterance, Frame frame,
			boolean speech, boolean overdue) {
		if (utterance == null) {
			String keys = (frame.event() instanceof DTMFInput input) ? input.button() : "";
			return new Evidence.User(false, null, language(), false, false, overdue, Duration.ZERO, "", 0, null, keys);
		}
		boolean speaking = utterance.isSpeaking();
		boolean open = !utterance.isSettled()
				&& (speaking || this.moment < utterance.stoppedMillis() + policy.transcriptWait().toMillis());
		return new Evidence.User(speech, utterance.speaker(), language(), speaking, open, overdue,
				utterance.spokeFor(this.moment), utterance.transcript(), utterance.words(), utterance.confidence(),
				utterance.keys());
	}

	private @Nullable String language() {
		return (this.session.attributes().get("language") instanceof String language) ? language : null;
	}

	private Answer ask(Run run, @Nullable Frame cause) {
		CompiledRoute.Condition condition = run.compiled.condition();
		if (cause == null || condition == null || run.phase == Phase.WAITING) {
			return Answer.NOT_ASKED;
		}
		try {
			return condition.test(cause.event(), run) ? Answer.YES : Answer.NO;
		}
		catch (Throwable ex) {
			failed(run, run.compiled, "condition, so it is interrupted", ex);
			return Answer.FAILED;
		}
	}

	private void failed(@Nullable Run run, CompiledRoute route, String what, Throwable failure) {
		String line = "Deciding about a generation of {} failed: {}";
		if (run != null) {
			run.warn(logger, line, route.id(), what, failure);
		}
		else {
			this.session.warn(logger, line, route.id(), what, failure);
		}
		this.engine.tell((listener) -> listener.conditionFailed(route.id()));
	}

	private Decision record(Run run, Frame frame, Outcome outcome, Verdict verdict, InterruptionPolicy policy,
			long beganNanos, Effects effects) {
		long now = this.engine.nanos();
		Decision decision = new Decision(frame.sequence(), Engine.instant(now), run.id, run.route(), frame.type(),
				verdict, outcome.rule(), policy.name(), outcome.evidence(),
				Duration.ofNanos(Math.max(0, now - beganNanos)));
		this.session.journal().decided(decision);
		effects.decided(decision);
		this.engine.tell((listener) -> listener.decided(decision));
		return decision;
	}

	private void withhold(Run run, LogEntry entry, @Nullable UserUtterance utterance, boolean listed,
			InterruptionPolicy policy) {
		if (policy.whileProtected() == WhileProtected.KEEP) {
			run.withhold(new Withheld(entry, utterance, listed));
			if (!this.shielded.contains(run)) {
				this.shielded.add(run);
			}
		}
		else if (policy.whileProtected() == WhileProtected.REPORT && run.phase != Phase.WAITING) {
			report(run, entry.frame, utterance);
		}
	}

	/**
	 * Tells once of what was said in one go, when some of it is final or it has ended.
	 */
	private void report(Run run, Frame frame, @Nullable UserUtterance utterance) {
		if (utterance == null) {
			this.session.generations().reportProtected(run, frame, null);
			return;
		}
		Case known = Objects.requireNonNull(run.find(utterance));
		String said = utterance.transcript();
		if ((utterance.isSettled() || !utterance.isSpeaking()) && !said.equals(known.reported)) {
			known.reported = said;
			this.session.generations().reportProtected(run, frame, said.isEmpty() ? null : said);
		}
	}

	/**
	 * Whether what the user says now is for generations alone that drop it.
	 */
	boolean drops(Object event, List<Run> live) {
		return event instanceof UserTranscriptionReceived && !live.isEmpty() && live.stream()
			.allMatch((run) -> policyOf(run).whileProtected() == WhileProtected.DROP && this.shields.of(run) != null);
	}

	/**
	 * Decides again about what was withheld from generations that are not protected any
	 * more.
	 */
	void reopen() {
		if (this.shielded.isEmpty()) {
			return;
		}
		tick();
		for (Run run : List.copyOf(this.shielded)) {
			if (this.shields.of(run) == null) {
				this.shielded.remove(run);
				run.takeWithheld().forEach((withheld) -> reopen(run, withheld));
			}
		}
	}

	private void reopen(Run run, Withheld withheld) {
		boolean replaces = withheld.utterance() == null && !withheld.listed();
		if (replaces || run.phase == Phase.OVER) {
			return;
		}
		Verdict verdict = judge(run, withheld.entry(), withheld.utterance(), policyOf(run), false, withheld.listed(),
				withheld.utterance() != null, new Effects());
		if (verdict == Verdict.INTERRUPT) {
			this.session.generations()
				.cut(run, withheld.listed() ? Reason.EVENT : Reason.REPLACED, withheld.entry().frame,
						this.engine.nanos());
		}
		RouteSlot slot = this.session.slot(run.compiled);
		Held start = slot.held(withheld.utterance());
		if (verdict == Verdict.IGNORE && start != null) {
			this.waiting.drop(slot, start);
		}
	}

	/**
	 * Decides about a program's command: only protection speaks against it.
	 */
	Decision command(Run run, LogEntry entry, boolean forced, Effects effects) {
		this.moment = entry.frame.at().toEpochMilli();
		InterruptionPolicy policy = policyOf(run);
		Evidence evidence = evidence(run, policy, null, entry.frame, forced, false);
		Outcome outcome = forced ? new Outcome(Verdict.INTERRUPT, Rule.FORCED.name(), evidence)
				: (evidence.protection() != null) ? new Outcome(Verdict.IGNORE, Rule.PROTECTED.name(), evidence)
						: new Outcome(Verdict.INTERRUPT, Rule.INTERRUPTED.name(), evidence);
		return record(run, entry.frame, outcome, outcome.verdict(), policy, this.engine.nanos(), effects);
	}

	/**
	 * Whether a start may go on now.
	 * @param slot its route
	 * @param victims the generations that it would replace
	 * @param entry the event
	 * @param utterance the utterance that it belongs to
	 * @param effects what the event has done so far
	 */
	Admission admit(RouteSlot slot, List<Run> victims, LogEntry entry, @Nullable UserUtterance utterance,
			Effects effects) {
		Admission admission = Admission.GRANTED;
		for (Run run : slot.audible()) {
			if (!victims.contains(run)) {
				Verdict verdict = verdictOnAnother(run, entry, utterance, effects);
				admission = admission.and(admissionAfter(verdict, run, policyOf(run), false));
			}
		}
		for (Run run : victims) {
			// Nothing is decided in vain: an interruption that is told is carried out.
			Verdict verdict = (admission == Admission.GRANTED) ? verdictOnVictim(run, entry, utterance, effects)
					: effects.verdict(run);
			admission = admission.and(admissionAfter(verdict, run, policyOf(run), true));
		}
		if (admission == Admission.HELD) {
			this.waiting.hold(slot, entry, utterance);
		}
		else if (admission == Admission.DROPPED && utterance != null) {
			for (Run run : slot.all()) {
				Case known = run.find(utterance);
				if (known != null) {
					known.dropped = entry;
				}
			}
		}
		return admission;
	}

	/**
	 * What has been decided about a generation that a start would not replace: nothing
	 * new, since nothing would come of it.
	 */
	private @Nullable Verdict verdictOnAnother(Run run, LogEntry entry, @Nullable UserUtterance utterance,
			Effects effects) {
		Verdict verdict = effects.verdict(run);
		Case known = (utterance != null) ? run.find(utterance) : null;
		if (verdict != null || known == null || policyOf(run) == InterruptionPolicy.IMMEDIATE) {
			return verdict;
		}
		if (known.pending) {
			return Verdict.PAUSE;
		}
		if (known.ignoredBy == null) {
			return null;
		}
		return (entry.frame.event() instanceof UserStoppedSpeaking)
				? decide(run, entry, utterance, false, false, effects) : Verdict.IGNORE;
	}

	private @Nullable Verdict verdictOnVictim(Run run, LogEntry entry, @Nullable UserUtterance utterance,
			Effects effects) {
		Verdict verdict = effects.verdict(run);
		InterruptionPolicy policy = policyOf(run);
		if (verdict == null && policy != InterruptionPolicy.IMMEDIATE && utterance != null) {
			boolean words = !utterance.transcript().isEmpty() || !(entry.frame.event() instanceof UserStoppedSpeaking);
			if (run.find(utterance) != null || (policy.listens() && words)) {
				verdict = decide(run, entry, utterance, false, false, effects);
			}
		}
		return (verdict == null && this.shields.of(run) != null) ? decide(run, entry, utterance, false, false, effects)
				: verdict;
	}

	private Admission admissionAfter(@Nullable Verdict verdict, Run run, InterruptionPolicy policy, boolean victim) {
		if (verdict == null || verdict == Verdict.INTERRUPT) {
			return Admission.GRANTED;
		}
		if (verdict == Verdict.PAUSE) {
			return Admission.HELD;
		}
		if (this.shields.of(run) != null) {
			if (!victim) {
				return Admission.GRANTED;
			}
			// What is not withheld for the protection's sake would wait for nothing.
			return (policy.whileProtected() == WhileProtected.KEEP && run.isWithheldFrom()) ? Admission.HELD
					: Admission.DROPPED;
		}
		return (policy != InterruptionPolicy.IMMEDIATE) ? Admission.DROPPED : Admission.GRANTED;
	}

	/**
	 * Takes note that a generation has had its last frame. What was withheld from it and
	 * would not have cut it off starts nothing; what was ignored may still turn out to be
	 * a turn, when its words come.
	 */
	void over(Run run) {
		end(run);
		RouteSlot slot = this.session.slot(run.compiled);
		if (this.shielded.remove(run)) {
			tick();
			for (Withheld withheld : run.takeWithheld()) {
				UserUtterance utterance = withheld.utterance();
				Held start = (utterance != null) ? slot.held(utterance) : null;
				if (utterance != null && start != null && wouldSpare(run.compiled, withheld.entry().frame, utterance)) {
					this.waiting.drop(slot, start);
				}
			}
		}
		run.lastDropped((utterance, entry) -> slot.late = new Held(run.compiled.index(), entry, utterance, null));
	}

	/**
	 * The turn of an utterance that was ignored while a generation ran that is over now,
	 * if its final words would not have been ignored.
	 */
	@Nullable Held late(RouteSlot slot, LogEntry entry, @Nullable UserUtterance utterance) {
		Held late = slot.late;
		boolean known = late != null && utterance != null && late.utterance() == utterance && utterance.isSettled();
		if (late == null || utterance == null || !known || slot.isAudible()
				|| wouldSpare(slot.route, entry.frame, utterance)) {
			return null;
		}
		return new Held(late.route(), WaitingStarts.again(late.entry(), entry.origin), utterance, entry.cause());
	}

	/**
	 * Whether an utterance would not cut off a generation of a route that nothing
	 * protects.
	 */
	private boolean wouldSpare(CompiledRoute route, Frame frame, UserUtterance utterance) {
		InterruptionPolicy policy = policyOf(route);
		Evidence evidence = new Evidence(false, null, user(policy, utterance, frame, true, false),
				new Evidence.Agent(false, Duration.ZERO, null, false),
				this.past.before(utterance, frame, policy, this.moment), Answer.NOT_ASKED);
		return this.engine.evaluator()
			.decide(policy, evidence, () -> Answer.NOT_ASKED,
					(rule, failure) -> failed(null, route, "rule " + rule, failure))
			.verdict() != Verdict.INTERRUPT;
	}

	/**
	 * Decides nothing by time any more but what is under way.
	 */
	void close() {
		this.floor.close();
	}

	/**
	 * What becomes of a start.
	 */
	enum Admission {

		/** It goes on. */
		GRANTED,

		/** It starts nothing, since what would have been cut off was spared. */
		DROPPED,

		/** It waits. */
		HELD;

		Admission and(Admission other) {
			return (compareTo(other) >= 0) ? this : other;
		}

	}

}
