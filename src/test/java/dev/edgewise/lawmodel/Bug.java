package dev.edgewise.lawmodel;

import org.jspecify.annotations.Nullable;

/**
 * What can be wrong with an engine: a place in its source, and what stands there instead.
 */
public enum Bug {

	/** The node is told before the frame. */
	FENCE_AFTER_CANCEL("Generations", "long highest = started ?",
			"if (Bug.FENCE_AFTER_CANCEL.isOn()) { run.execution.stop(); }\n\t\tlong highest = started ?"),

	/** A node that ends late has its handlers run a second time. */
	HANDLER_TWICE("Cleanup", "this.engine.unstuck(run);",
			"this.engine.unstuck(run);\n\t\t\tif (Bug.HANDLER_TWICE.isOn()) { handle(run); }"),

	/** An item that replaces its own generation is skipped as one of that. */
	UNSEEN_CAUSE("LiveSession", "exempt(cause, victim);", "if (!Bug.UNSEEN_CAUSE.isOn()) { exempt(cause, victim); }"),

	/** Streams take what is left of a fenced generation. */
	FRAME_AFTER_FENCE("Takes", "if ((seen & FENCED) != 0) {",
			"if ((seen & FENCED) != 0 && Bug.FRAME_AFTER_FENCE.isOn()) { return Take.TAKEN; }\n\t\t\t"
					+ "if ((seen & FENCED) != 0) {"),

	/** What is said behind the fence gets a number. */
	ITEM_AFTER_FENCE("Generations", "run.interruption = run.describe(cause, reason, this.chronicle.now(), discarded,",
			"if (Bug.ITEM_AFTER_FENCE.isOn() && discarded > 0) { this.chronicle.append(run, "
					+ "new AgentResponse(\"late\", null), true, null); }\n\t\t"
					+ "run.interruption = run.describe(cause, reason, this.chronicle.now(), discarded,"),

	/** With one that waits, all that wait behind it are lost. */
	LOST_START("Generations", "this.session.slot(run.compiled).waiting.remove(run);",
			"if (Bug.LOST_START.isOn()) { this.session.slot(run.compiled).waiting.clear(); }\n\t\t\t"
					+ "this.session.slot(run.compiled).waiting.remove(run);"),

	/** The next run does not wait for the clean-up of the one before. */
	SUCCESSOR_TOO_EARLY("RouteSlot", "&& this.cleaning.isEmpty()",
			"&& (this.cleaning.isEmpty() || Bug.SUCCESSOR_TOO_EARLY.isOn())"),

	/** What an event has started is decided about too. */
	CUTS_WHAT_IT_STARTED("LiveSession", "\t\trelease(effects);\n\t\tstartLate(",
			"\t\tif (Bug.CUTS_WHAT_IT_STARTED.isOn()) { for (Run run : this.generations.audible()) { "
					+ "if (run.trigger == entry && matches.interrupts(run.compiled)) { "
					+ "decide(run, entry, utterance, false, true, arrived, effects); } } }\n"
					+ "\t\trelease(effects);\n\t\tstartLate("),

	/** An interruption names the event that started the generation. */
	WRONG_CAUSE("LiveSession", "Reason.EMERGENCY : reason, cause, arrived);",
			"Reason.EMERGENCY : reason, Bug.WRONG_CAUSE.isOn() ? run.trigger.frame : cause, arrived);"),

	/** Some are complete twice. */
	TWO_ENDS("Generations", "this.chronicle.append(run, new AgentGenerationComplete(), false, null);",
			"this.chronicle.append(run, new AgentGenerationComplete(), false, null);\n\t\t"
					+ "if (Bug.TWO_ENDS.isOn() && run.items > 2) { this.chronicle.append(run, "
					+ "new AgentGenerationComplete(), false, null); }"),

	/** Complete does not wait for the fastest reader. */
	COMPLETE_TOO_EARLY("Generations", "&& this.readers.havePassed(run.lastItem))",
			"&& (this.readers.havePassed(run.lastItem) || Bug.COMPLETE_TOO_EARLY.isOn()))"),

	/** One that was cut off while it waited starts nevertheless. */
	CUT_AND_STARTED("Generations", "this.session.slot(run.compiled).waiting.remove(run);",
			"if (!Bug.CUT_AND_STARTED.isOn()) { this.session.slot(run.compiled).waiting.remove(run); }"),

	/** Of several that an event cuts off, the last one goes on. */
	LOST_CUT("LiveSession", "for (Run run : this.generations.audible()) {\n\t\t\t\tboolean listed",
			"for (Run run : Bug.LOST_CUT.isOn() && this.generations.audible().size() > 1 "
					+ "? this.generations.audible().subList(1, this.generations.audible().size()) "
					+ ": this.generations.audible()) {\n\t\t\t\tboolean listed"),

	/** The interruption before is handed over again and again. */
	TOLD_AGAIN("RouteSlot", "this.last = null;", "this.last = Bug.TOLD_AGAIN.isOn() ? taken : null;"),

	/** Chains of events are one event longer than they may be. */
	HOP_TOO_FAR("LiveSession", "if (cause.hop >= this.engine",
			"if (cause.hop - (Bug.HOP_TOO_FAR.isOn() ? 1 : 0) >= this.engine"),

	/** The end of a session does not wait for clean-ups. */
	CLOSED_TOO_EARLY("LiveSession", "this.endSequence == 0 && this.cleanup.isOver()",
			"this.endSequence == 0 && (this.cleanup.isOver() || Bug.CLOSED_TOO_EARLY.isOn())"),

	/** With PARALLEL the youngest is cut off. */
	YOUNGEST_EVICTED("LiveSession", "List.of(this.deliberation.shields().oldestWithout(slot))",
			"List.of(Bug.YOUNGEST_EVICTED.isOn() ? slot.all().get(slot.all().size() - 1) "
					+ ": this.deliberation.shields().oldestWithout(slot))"),

	/** Of those that wait the last one goes first. */
	QUEUE_BACKWARDS("Generations", "launch(slot, slot.waiting.remove());",
			"launch(slot, Bug.QUEUE_BACKWARDS.isOn() ? slot.waiting.removeLast() : slot.waiting.remove());"),

	/** A queue has room for one less. */
	QUEUE_TOO_SHORT("LiveSession", "this.engine.settings().generation().queue())",
			"this.engine.settings().generation().queue() - (Bug.QUEUE_TOO_SHORT.isOn() ? 1 : 0))"),

	/** A duplicate is applied again. */
	APPLIED_AGAIN("LiveSession", "Accepted before = this.intake.find(submission.id());",
			"Accepted before = Bug.APPLIED_AGAIN.isOn() ? null : this.intake.find(submission.id());"),

	/** An aimed event cuts off others too. */
	AIM_MISSED("LiveSession", "(aim == null || aim.equals(run.id))",
			"(Bug.AIM_MISSED.isOn() || aim == null || aim.equals(run.id))"),

	/** Handlers run before the node has ended. */
	HANDLER_TOO_EARLY("Cleanup", "run.execution.tell();",
			"run.execution.tell();\n\t\tif (Bug.HANDLER_TOO_EARLY.isOn()) { handle(run); }"),

	/** Nodes are asked for more than their prefetch. */
	ASKED_FOR_MORE("Readers", "run.passedItems + prefetch",
			"run.passedItems + prefetch + (Bug.ASKED_FOR_MORE.isOn() ? 1 : 0)"),

	/** Responses go on when all that they wait for has ended. */
	RESPONSE_GOES_ON("LiveSession", "if (origin.open == 0) {",
			"if (origin.open == 0 && !Bug.RESPONSE_GOES_ON.isOn()) {"),

	/** Streams take what a pause puts off. */
	PAUSE_LEAKS("Takes", "if (!marked && (seen & HELD) != 0",
			"if (!Bug.PAUSE_LEAKS.isOn() && !marked && (seen & HELD) != 0"),

	/** A condition is asked about a generation that has not started. */
	ASKED_TOO_EARLY("Deliberation", "condition == null || run.phase == Phase.WAITING)",
			"condition == null || (run.phase == Phase.WAITING && !Bug.ASKED_TOO_EARLY.isOn()))"),

	/** A condition can speak against an emergency. */
	EMERGENCY_SPARES("LiveSession", "utterance, emergency || force,",
			"utterance, (emergency && !Bug.EMERGENCY_SPARES.isOn()) || force,"),

	/** One item too many counts as discarded. */
	MISCOUNTED("Generations", "int discarded = run.items",
			"int discarded = (Bug.MISCOUNTED.isOn() ? 1 : 0) + run.items"),

	/** A stream is not told that it has lost frames. */
	GAP_UNTOLD("Cursor", "if (next < first) {",
			"if (next < first && Bug.GAP_UNTOLD.isOn()) { this.position = first - 1; continue; }\n\t\t\t"
					+ "if (next < first) {"),

	/** What runs behind the last response of its own goes on when that is closed. */
	DISCONNECT_UNNOTICED("LiveSession", "this.generations.cutIfLive(run, Reason.CLIENT_DISCONNECTED);",
			"if (!Bug.DISCONNECT_UNNOTICED.isOn()) { "
					+ "this.generations.cutIfLive(run, Reason.CLIENT_DISCONNECTED); }"),

	/** A stream that is opened behind a fence gets what nobody had taken. */
	LATE_READER_SEES_ALL("Takes", "this.fenceSequence && entry.index <= highest && entry.isTaken())",
			"this.fenceSequence && (Bug.LATE_READER_SEES_ALL.isOn() "
					+ "|| (entry.index <= highest && entry.isTaken())))");

	private static volatile @Nullable Bug on;

	private final String file;

	private final String right;

	private final String wrong;

	Bug(String file, String right, String wrong) {
		this.file = file;
		this.right = right;
		this.wrong = wrong;
	}

	/**
	 * The class that it is in.
	 */
	String file() {
		return this.file;
	}

	/**
	 * Puts it into a source.
	 */
	String in(String source) {
		int at = source.indexOf(this.right);
		if (at < 0 || source.indexOf(this.right, at + 1) >= 0) {
			throw new IllegalStateException(this + " is to be put in another place of " + this.file
					+ ", since this is not there once:\n" + this.right);
		}
		return source.replace(this.right, this.wrong.replace("Bug.", Bug.class.getName() + "."));
	}

	/**
	 * Whether an engine has it now.
	 */
	public boolean isOn() {
		return on == this;
	}

	static void turnOn(@Nullable Bug bug) {
		on = bug;
	}

}
