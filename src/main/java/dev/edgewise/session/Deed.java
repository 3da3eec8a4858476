package dev.edgewise.session;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import dev.edgewise.event.ToolResult;
import org.jspecify.annotations.Nullable;

/**
 * The work of a tool and its one outcome: that of one call, or of all calls in a session
 * that have the same key. The work and its compensation are those of the first. For the
 * session's writer alone.
 */
final class Deed {

	final @Nullable String key;

	final String toolName;

	private final @Nullable Consumer<? super ToolResult> compensation;

	/** Null before there is one. */
	@Nullable ToolOutcome outcome;

	/** The answer to the first call. */
	private @Nullable ToolResult answer;

	/** The calls that have no outcome yet, the first one first. */
	private List<ToolRun> open = new ArrayList<>(1);

	/** Calls that have, or will have, its outcome. */
	private int answers;

	/** Those of them whose generation was cut before the answer was heard. */
	private int unheard;

	private boolean undone;

	Deed(ToolRun first) {
		this.key = first.policy.idempotencyKey();
		this.toolName = first.call.toolName();
		this.compensation = first.policy.compensation();
	}

	/**
	 * Whether it can be undone.
	 */
	boolean isUndoable() {
		return this.compensation != null;
	}

	/**
	 * Takes note of a call that is to have its outcome.
	 */
	void join(ToolRun tool) {
		tool.deed = this;
		this.answers++;
		if (this.outcome == null) {
			this.open.add(tool);
		}
	}

	/**
	 * Takes note that a call has had an outcome of its own.
	 */
	void leave(ToolRun tool) {
		this.open.remove(tool);
		this.answers--;
	}

	/**
	 * Whether the work is this call's.
	 */
	boolean belongsTo(ToolRun tool) {
		return tool.work != null;
	}

	/**
	 * Gives it its outcome.
	 * @return the calls that it answers
	 */
	List<ToolRun> end(ToolOutcome outcome) {
		this.outcome = outcome;
		List<ToolRun> answered = this.open;
		this.open = List.of();
		this.answer = outcome.answer(answered.get(0));
		return answered;
	}

	void unheard() {
		this.unheard++;
	}

	/**
	 * What undoes it, once, if it has been done and nobody has heard of it or will; else
	 * null.
	 */
	@Nullable Runnable compensation() {
		Consumer<? super ToolResult> known = this.compensation;
		ToolResult done = this.answer;
		if (this.undone || known == null || done == null || done.error() != null || this.unheard < this.answers) {
			return null;
		}
		this.undone = true;
		return () -> known.accept(done);
	}

}
