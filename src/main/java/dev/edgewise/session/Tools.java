package dev.edgewise.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import dev.edgewise.Frame;
import dev.edgewise.ToolPolicy.OnInterruption;
import dev.edgewise.event.ToolResult;
import dev.edgewise.session.Run.Phase;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls of tools in one session: a tool is started when its call has its number
 * ({@link #numbered}), has exactly one outcome, and is told it when the outcome has its
 * number as well. While its generation produces, the outcome is one of its items; after
 * that a frame of the session, of which nothing comes. For the session's writer alone,
 * which never runs a tool itself.
 */
final class Tools {

	private static final Logger logger = LoggerFactory.getLogger(Tools.class);

	/** Keys that are remembered. */
	private static final int MAX_KEYS = 256;

	private final LiveSession session;

	private final Engine engine;

	private final Chronicle chronicle;

	/** The calls that have a number and whose outcome has none, by their ids. */
	private Map<String, ToolRun> running = Map.of();

	/** What has a key, the longest unused first. */
	private Map<String, Deed> deeds = Map.of();

	/** Compensations that have not ended. */
	private int compensating;

	/** Whether a close waits no longer. */
	private boolean graceOver;

	Tools(LiveSession session, Engine engine, Chronicle chronicle) {
		this.session = session;
		this.engine = engine;
		this.chronicle = chronicle;
	}

	/**
	 * Whether nothing has to be waited for.
	 */
	boolean isOver() {
		return this.running.isEmpty() && (this.compensating == 0 || this.graceOver);
	}

	/**
	 * Whether something is told as the outcome of a call that the session itself has made
	 * and is to give its outcome.
	 */
	boolean isNotOurs(ToolResult result) {
		ToolRun tool = this.running.get(result.toolCallId());
		return tool != null && (tool.phase != ToolRun.Phase.DECIDED || tool.result() != result);
	}

	/**
	 * Refuses an item, which is at the head of its queue, if it is a call that cannot be
	 * told from another one.
	 * @return whether it did
	 */
	boolean refuses(Object queued) {
		if (!(queued instanceof ToolItem item) || item.outcome()) {
			return false;
		}
		ToolRun tool = item.tool();
		String key = tool.policy.idempotencyKey();
		Deed known = (key != null) ? this.deeds.get(key) : null;
		String why = this.running.containsKey(tool.call.toolCallId())
				? "The call '" + tool.call.toolCallId() + "' of a tool has no outcome yet, so no other can have its id"
				: (known != null && !known.toolName.equals(tool.call.toolName()))
						? "The idempotency key '" + key + "' is that of a call of the tool '" + known.toolName
								+ "', not of '" + tool.call.toolName() + "'"
						: null;
		if (why == null) {
			return false;
		}
		tool.run.execution.withdraw(tool);
		tool.refuse(this.engine, new IllegalArgumentException(why));
		return true;
	}

	/**
	 * Makes a failure of an outcome that cannot be encoded.
	 * @return whether it was an outcome that had not failed before
	 */
	boolean spoil(Object queued) {
		if (queued instanceof ToolItem item && item.outcome() && item.tool().result().error() == null) {
			item.tool().decide(ToolOutcome.INVALID_RESULT);
			return true;
		}
		return false;
	}

	/**
	 * Takes note that an item has its number: a call is started, an outcome told.
	 */
	void numbered(Object queued, LogEntry entry) {
		if (queued instanceof ToolItem item) {
			ToolRun tool = item.tool();
			// It has happened: a stream that sees one of the pair sees the other as well.
			entry.keep();
			tool.run.countDelivered(entry);
			if (item.outcome()) {
				tell(tool);
			}
			else {
				begin(tool, entry.hop);
			}
			if (item.outcome() || !tool.paced) {
				// As if its node had been asked for it, which is not asked for more now.
				tool.run.requested++;
			}
		}
	}

	private void begin(ToolRun tool, int hop) {
		tool.phase = ToolRun.Phase.RUNNING;
		tool.hop = hop;
		tool.startedNanos = this.engine.nanos();
		if (this.running.isEmpty()) {
			this.running = new LinkedHashMap<>(4);
		}
		this.running.put(tool.call.toolCallId(), tool);
		if (tool.run.tools.isEmpty()) {
			tool.run.tools = new ArrayList<>(2);
		}
		tool.run.tools.add(tool);
		Deed known = find(tool.policy.idempotencyKey());
		if (known != null) {
			tool.work = null;
			known.join(tool);
			if (known.outcome != null) {
				settle(tool, known.outcome);
			}
			else {
				limit(tool);
			}
			return;
		}
		Deed deed = new Deed(tool);
		deed.join(tool);
		remember(deed);
		ToolOutcome refused = start(tool);
		if (refused != null) {
			tool.work = null;
			end(deed, refused);
		}
	}

	/**
	 * Starts the work of a tool.
	 * @return why it could not be started; null if it could
	 */
	private @Nullable ToolOutcome start(ToolRun tool) {
		ToolWork work = tool.work;
		if (work == null) {
			return ToolOutcome.NO_THREAD;
		}
		try {
			limit(tool);
			return work.start(this.engine, tool.run.around, new End(tool)) ? null : ToolOutcome.NO_THREAD;
		}
		catch (RejectedExecutionException ex) {
			tool.run.debug(logger, "{} of {} is not started", tool.call.toolName(), tool.run, ex);
			return ToolOutcome.NO_THREAD;
		}
	}

	private void limit(ToolRun tool) {
		tool.timer = this.engine.schedulers()
			.timer()
			.schedule(() -> this.session.execute(() -> overdue(tool)), tool.deadline().toNanos(), TimeUnit.NANOSECONDS);
	}

	private void overdue(ToolRun tool) {
		if (tool.phase != ToolRun.Phase.RUNNING) {
			// It had its outcome when the session was closed, and ran on.
			cancelWork(tool);
			return;
		}
		stop(tool, ToolOutcome.timedOut(tool.deadline().toMillis()));
	}

	/**
	 * Gives a call an outcome of its own, and cancels the work if it is its own as well.
	 */
	private void stop(ToolRun tool, ToolOutcome outcome) {
		Deed deed = tool.deed;
		if (deed == null) {
			return;
		}
		if (deed.belongsTo(tool)) {
			end(deed, outcome);
			cancelWork(tool);
		}
		else {
			deed.leave(tool);
			settle(tool, outcome);
			compensate(deed, tool.run);
		}
	}

	private void cancelWork(ToolRun tool) {
		ToolWork work = tool.work;
		if (work != null) {
			try {
				this.engine.schedulers().control().schedule(work::cancel);
			}
			catch (RejectedExecutionException ex) {
				tool.run.debug(logger, "{} of {} is not cancelled", tool.call.toolName(), tool.run, ex);
			}
		}
	}

	/**
	 * Takes note of what came of the work of a tool.
	 */
	private void ended(ToolRun tool, @Nullable Object value, @Nullable Throwable failure) {
		tool.work = null;
		if (tool.timer != null) {
			tool.timer.dispose();
		}
		Deed deed = tool.deed;
		if (deed == null) {
			return;
		}
		if (deed.outcome == null) {
			ToolOutcome outcome = (failure != null) ? ToolOutcome.failed(describe(tool, failure))
					: isValue(tool, value) ? ToolOutcome.completed(value) : ToolOutcome.INVALID_RESULT;
			end(deed, outcome);
		}
		else if (failure == null) {
			tool.run.debug(logger, "{} of {} returned after its outcome", tool.call.toolName(), tool.run);
			this.engine.tell((listener) -> listener.toolLate(tool.run.route()));
		}
		else {
			tool.run.debug(logger, "{} of {} failed after its outcome", tool.call.toolName(), tool.run, failure);
		}
	}

	/**
	 * What a tool returns is an object of the user's: whatever it does when it is looked
	 * at is its own failure alone.
	 */
	private boolean isValue(ToolRun tool, @Nullable Object value) {
		if (value instanceof Publisher || value instanceof CompletionStage || value instanceof Future) {
			tool.run.warn(logger, "{} of {} has returned no result but a promise of one", tool.call.toolName(),
					tool.run);
			return false;
		}
		try {
			Frame frame = this.chronicle.frame(ToolOutcome.completed(value).answer(tool), tool.run);
			return this.chronicle.encode(frame).length <= this.chronicle.maxBytes();
		}
		catch (Throwable ex) {
			tool.run.warn(logger, "The result of {} of {} cannot be written", tool.call.toolName(), tool.run, ex);
			return false;
		}
	}

	private String describe(ToolRun tool, Throwable failure) {
		tool.run.warn(logger, "{} of {} failed", tool.call.toolName(), tool.run, failure);
		Class<?> type = failure.getClass();
		String name = (type.isAnonymousClass() ? type.getSuperclass() : type).getSimpleName();
		boolean exposed = this.engine.settings().exposeErrorMessages() && failure.getMessage() != null;
		return exposed ? name + ": " + failure.getMessage() : name;
	}

	/**
	 * Gives the work its outcome, and that to all calls that wait for it.
	 */
	private void end(Deed deed, ToolOutcome outcome) {
		for (ToolRun tool : deed.end(outcome)) {
			settle(tool, outcome);
		}
	}

	/**
	 * Gives a call its outcome.
	 */
	private void settle(ToolRun tool, ToolOutcome outcome) {
		tool.decide(outcome);
		if (tool.timer != null && outcome != ToolOutcome.SESSION_CLOSED) {
			tool.timer.dispose();
		}
		if (tool.run.phase == Phase.RUNNING) {
			tool.run.execution.offerOutcome(tool);
		}
		else {
			append(tool);
		}
	}

	/**
	 * Appends an outcome as a frame of the session, of which nothing comes.
	 */
	private void append(ToolRun tool) {
		LogEntry entry;
		try {
			entry = this.chronicle.append(tool.result(), tool.hop + 1, null);
		}
		catch (RuntimeException ex) {
			tool.decide(ToolOutcome.INVALID_RESULT);
			entry = this.chronicle.append(tool.result(), tool.hop + 1, null);
		}
		this.session.say(entry.frame, tool.run.id);
		tell(tool);
	}

	/**
	 * Tells an outcome that has its number.
	 */
	private void tell(ToolRun tool) {
		Run run = tool.run;
		this.running.remove(tool.call.toolCallId());
		tool.textEnd = run.textEnd;
		tool.tell(this.engine);
		ToolOutcome outcome = tool.outcome;
		if (outcome != null) {
			Duration elapsed = Duration.ofNanos(Math.max(0, this.engine.nanos() - tool.startedNanos));
			this.engine.tell((listener) -> listener.tool(run.route(), outcome.end(), elapsed));
		}
		if (run.toolsCut) {
			unheard(tool);
		}
		if (tool.cut || tool.deed == null || !tool.deed.isUndoable()) {
			run.tools.remove(tool);
		}
	}

	/**
	 * Looks, once, at a call that was put among the items: nobody numbers what came
	 * behind their end.
	 */
	void check(ToolRun tool) {
		if (tool.phase == ToolRun.Phase.ASKED && (tool.run.phase == Phase.OVER || tool.run.phase == Phase.FINISHED)) {
			tool.refuse(this.engine, null);
		}
	}

	/**
	 * Takes what a generation that numbers nothing any more has left in its queue.
	 */
	void strand(ToolItem item) {
		if (item.outcome()) {
			append(item.tool());
		}
		else {
			check(item.tool());
		}
	}

	/**
	 * Takes note that a generation has been fenced, or what it had said was cut while it
	 * was still being spoken; the frame has been written, and its node has not been told.
	 * @param stranded what its tools had in its queue
	 */
	void fenced(Run run, List<ToolItem> stranded) {
		stranded.forEach(this::strand);
		for (ToolRun tool : List.copyOf(run.tools)) {
			if (tool.phase == ToolRun.Phase.RUNNING && tool.is(OnInterruption.CANCEL)) {
				stop(tool, ToolOutcome.CANCELLED);
			}
		}
		cut(run, run.utterance.heardLength());
	}

	/**
	 * Takes note that a generation was cut, or what it had said was while it was still
	 * being spoken: what its tools have done is undone unless the user heard something
	 * that was said after it.
	 * @param heardCharacters how much of its text was heard
	 */
	void cut(Run run, int heardCharacters) {
		run.toolsCut = true;
		for (ToolRun tool : List.copyOf(run.tools)) {
			if (tool.phase == ToolRun.Phase.OVER) {
				run.tools.remove(tool);
				if (heardCharacters <= tool.textEnd) {
					unheard(tool);
				}
			}
		}
	}

	private void unheard(ToolRun tool) {
		Deed deed = tool.deed;
		if (deed != null && !tool.cut) {
			tool.cut = true;
			deed.unheard();
			compensate(deed, tool.run);
		}
	}

	private void compensate(Deed deed, Run run) {
		Runnable compensation = deed.compensation();
		if (compensation != null) {
			if (deed.key != null && this.deeds.get(deed.key) == deed) {
				this.deeds.remove(deed.key);
			}
			this.compensating++;
			this.engine.tell((listener) -> listener.toolCompensated(run.route()));
			run.execution.compensate(compensation, () -> this.session.execute(() -> this.compensating--));
		}
	}

	private @Nullable Deed find(@Nullable String key) {
		Deed known = (key != null) ? this.deeds.get(key) : null;
		if (known != null && key != null) {
			// As the one that was used last.
			this.deeds.remove(key);
			this.deeds.put(key, known);
		}
		return known;
	}

	private void remember(Deed deed) {
		if (deed.key == null) {
			return;
		}
		if (this.deeds.isEmpty()) {
			this.deeds = new LinkedHashMap<>(4);
		}
		if (this.deeds.size() >= MAX_KEYS) {
			// What is under way is not forgotten: it would be done twice.
			Iterator<Deed> oldest = this.deeds.values().iterator();
			boolean found = false;
			while (!found && oldest.hasNext()) {
				found = oldest.next().outcome != null;
				if (found) {
					oldest.remove();
				}
			}
		}
		this.deeds.put(deed.key, deed);
	}

	/**
	 * Takes note that the session is being closed: tools have as long as nodes to end.
	 */
	void close() {
		for (ToolRun tool : List.copyOf(this.running.values())) {
			if (tool.phase == ToolRun.Phase.RUNNING && tool.is(OnInterruption.CANCEL)) {
				stop(tool, ToolOutcome.CANCELLED);
			}
		}
		if (!isOver()) {
			this.engine.schedulers()
				.timer()
				.schedule(() -> this.session.execute(this::endGrace),
						this.engine.settings().generation().grace().toNanos(), TimeUnit.NANOSECONDS);
		}
	}

	private void endGrace() {
		this.graceOver = true;
		for (ToolRun tool : List.copyOf(this.running.values())) {
			Deed deed = tool.deed;
			if (tool.phase == ToolRun.Phase.RUNNING && deed != null) {
				if (deed.belongsTo(tool)) {
					end(deed, ToolOutcome.SESSION_CLOSED);
				}
				else {
					deed.leave(tool);
					settle(tool, ToolOutcome.SESSION_CLOSED);
				}
			}
		}
	}

	/**
	 * Has the writer told what came of the work of a tool.
	 */
	private final class End implements ToolWork.End {

		private final ToolRun tool;

		End(ToolRun tool) {
			this.tool = tool;
		}

		@Override
		public void returned(@Nullable Object value) {
			Tools.this.session.execute(() -> ended(this.tool, value, null));
		}

		@Override
		public void failed(Throwable failure) {
			Tools.this.session.execute(() -> ended(this.tool, null, failure));
		}

	}

}
