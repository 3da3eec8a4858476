package dev.edgewise.session;

import java.util.ArrayList;
import java.util.List;

import dev.edgewise.Decision;
import dev.edgewise.Decision.Verdict;
import dev.edgewise.Frame;
import dev.edgewise.InterruptCommand;
import dev.edgewise.InterruptReceipt;
import dev.edgewise.InterruptReceipt.Spared;
import dev.edgewise.InterruptReceipt.Stopped;
import dev.edgewise.Interruption.Reason;
import dev.edgewise.UnknownGenerationException;
import dev.edgewise.session.AcceptedEvents.Accepted;
import dev.edgewise.session.EngineListener.EventOutcome;
import dev.edgewise.session.Surroundings.Cause;
import org.jspecify.annotations.Nullable;

/**
 * Carries out programs' commands to interrupt generations of one session, each once. For
 * the session's writer alone.
 */
final class Commands {

	private final LiveSession session;

	private final Engine engine;

	private final Intake intake;

	private final Chronicle chronicle;

	private final Journal journal;

	private final Deliberation deliberation;

	private final Readers readers;

	private final Cleanup cleanup;

	Commands(LiveSession session, Engine engine, Intake intake, Chronicle chronicle, Journal journal,
			Deliberation deliberation, Readers readers, Cleanup cleanup) {
		this.session = session;
		this.engine = engine;
		this.intake = intake;
		this.chronicle = chronicle;
		this.journal = journal;
		this.deliberation = deliberation;
		this.readers = readers;
		this.cleanup = cleanup;
	}

	/**
	 * Carries out a command.
	 * @param command what to interrupt
	 * @param submission its event
	 * @param cause what is around whoever asks
	 * @param arrived when it came
	 * @return the receipt; the first one if it has been carried out before
	 * @throws UnknownGenerationException if it names one that there is not
	 */
	InterruptReceipt carryOut(InterruptCommand command, Submission submission, @Nullable Cause cause, long arrived) {
		Object event = submission.event();
		byte[] digest = this.engine.encoder().digest(event);
		// An event that had the id was of another class, and is a conflict.
		Accepted before = this.intake.find(submission, digest);
		if (before != null && before.command() != null) {
			this.intake.tell(List.of(submission), EventOutcome.DUPLICATE);
			return before.command().asDuplicate();
		}
		List<Run> targets = targets(command);
		if (!command.force()) {
			this.intake.admit(1, true, arrived);
		}
		Origin origin = new Origin();
		origin.cause = cause;
		LogEntry entry = this.chronicle.append(event, 0, origin);
		Frame frame = entry.frame;
		this.journal.note(new Recording.Aim(frame.sequence(), command.force(), command.generation(), command.route()));
		this.session.came(origin);
		List<Stopped> stopped = new ArrayList<>(targets.size());
		List<Spared> spared = new ArrayList<>(0);
		Effects effects = new Effects();
		for (Run run : targets) {
			Decision decision = this.deliberation.command(run, entry, command.force(), effects);
			if (decision.verdict() == Verdict.INTERRUPT) {
				this.session.generations().cut(run, Reason.EVENT, frame, arrived);
				stopped.add(new Stopped(run.id, run.route(), run.utterance.delivered(), run.utterance.heard()));
			}
			else {
				this.readers.scan();
				spared.add(new Spared(run.id, run.route(), decision.rule(), decision.evidence().protection(),
						run.utterance.delivered(), run.utterance.heard()));
			}
		}
		if (this.engine.routes().match(event.getClass()).any()) {
			this.chronicle.derive(entry);
		}
		InterruptReceipt receipt = new InterruptReceipt(frame.sequence(), false, stopped, spared);
		this.intake.tell(List.of(submission), EventOutcome.ACCEPTED);
		if (submission.id() != null) {
			this.intake.remember(submission.id(), new Accepted(digest, submission.generation(), submission.force(),
					effects.receipt(frame.sequence()), origin, receipt));
		}
		return receipt;
	}

	private List<Run> targets(InterruptCommand command) {
		String generation = command.generation();
		List<Run> named = this.session.generations()
			.audible()
			.stream()
			.filter((run) -> generation == null || run.id.equals(generation))
			.filter((run) -> command.route() == null || run.route().equals(command.route()))
			.toList();
		boolean over = this.cleanup.runs()
			.stream()
			.anyMatch((run) -> run.id.equals(generation)
					&& (command.route() == null || run.route().equals(command.route())));
		if (generation != null && named.isEmpty() && !over) {
			throw new UnknownGenerationException(generation);
		}
		return named;
	}

}
