package dev.edgewise.session;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import dev.edgewise.Frame;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.AgentTakesFloor;
import dev.edgewise.session.Surroundings.Cause;
import org.jspecify.annotations.Nullable;

/**
 * A frame in the log, with what the engine knows about it.
 */
final class LogEntry {

	private static final int NEW = 0;

	private static final int TAKEN = 1;

	private static final int DROPPED = 2;

	/** About what the objects of an entry take, in bytes, whatever they say. */
	private static final int OBJECTS = 224;

	/** From this many bytes on, an event may have many members. */
	private static final int LARGE = 1_024;

	/** About what the objects of a member or an element take, in bytes. */
	private static final int OF_A_MEMBER = 64;

	private static final VarHandle STATE;

	static {
		try {
			STATE = MethodHandles.lookup().findVarHandle(LogEntry.class, "state", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	final Frame frame;

	final byte[] bytes;

	/** About the memory that it takes, in bytes. */
	final int weight;

	/** The generation whose fence makes streams skip it; null if nothing does. */
	final @Nullable Run run;

	/** Its number among the frames of its generation that a fence makes skip. */
	final int index;

	/** Whether the node produced it. */
	final boolean item;

	/** How deep in a chain of events that start one another. */
	final int hop;

	/** Whose responses wait for what comes of it. */
	final @Nullable Origin origin;

	/**
	 * The generation that it is about, if the engine has written it and it is an event
	 * for the routes too; the writer's.
	 */
	@Nullable Run about;

	/** The bytes ever appended, this one included. */
	long endOffset;

	/** Its part of the generation's text. */
	int textFrom;

	int textTo;

	/** Whether its delivery is in the books; the writer's. */
	boolean counted;

	volatile @Nullable Runnable written;

	private volatile boolean kept;

	@SuppressWarnings("unused")
	private volatile int state;

	LogEntry(Frame frame, byte[] bytes, @Nullable Run run, int index, boolean item, int hop, @Nullable Origin origin) {
		this.frame = frame;
		this.bytes = bytes;
		this.weight = weight(bytes);
		this.run = run;
		this.index = index;
		this.item = item;
		this.hop = hop;
		this.origin = origin;
	}

	/**
	 * An event has its text a second time, in the value, and an object or two for each of
	 * its members: a large one may have thousands.
	 */
	private static int weight(byte[] bytes) {
		int members = 0;
		if (bytes.length > LARGE) {
			for (byte each : bytes) {
				members += (each == ',' || each == '{' || each == '[') ? 1 : 0;
			}
		}
		return OBJECTS + 2 * bytes.length + OF_A_MEMBER * members;
	}

	/**
	 * Exempts it from the fence that it causes itself: else nobody would see the cause.
	 */
	void keep() {
		this.kept = true;
	}

	boolean isKept() {
		return this.kept;
	}

	/**
	 * Whether it came from outside: neither a node nor the engine wrote it.
	 */
	boolean isOutside() {
		return this.hop == 0 && this.origin != null && !(this.frame.event() instanceof AgentTakesFloor);
	}

	/**
	 * What is around what it starts: what is around the generation that it comes from,
	 * else what was around whoever sent it. The writer's.
	 */
	@Nullable Cause cause() {
		Run from = (this.run != null) ? this.run : this.about;
		Cause around = (from != null) ? from.around.cause() : null;
		if (around != null) {
			return around;
		}
		return (this.origin != null) ? this.origin.cause : null;
	}

	/**
	 * Whether its generation must not be cut off at it.
	 */
	boolean isGuarded() {
		return this.frame.event() instanceof AgentResponse response && Boolean.FALSE.equals(response.interruptible());
	}

	boolean isTaken() {
		return this.state == TAKEN;
	}

	boolean takeFirst() {
		return STATE.compareAndSet(this, NEW, TAKEN);
	}

	/**
	 * Withdraws it unless it has been taken.
	 * @return whether it has been taken
	 */
	boolean takenOrDropped() {
		return !STATE.compareAndSet(this, NEW, DROPPED) && this.state == TAKEN;
	}

	@Nullable Runnable claimWritten() {
		Runnable found = this.written;
		if (found != null) {
			this.written = null;
		}
		return found;
	}

}
