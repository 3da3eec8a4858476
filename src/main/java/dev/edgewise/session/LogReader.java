package dev.edgewise.session;

import dev.edgewise.Frame;
import org.jspecify.annotations.Nullable;

/**
 * One reader of a session's log: a cursor, not a queue. A frame is chosen, and so taken,
 * in {@link #take()}; until then an interruption may still make it skip.
 * <p>
 * One thread at a time may use it; {@link #close()} may be called from any.
 */
public interface LogReader {

	/**
	 * Registers what is called, on any thread, when there may be something to take or the
	 * end has come. Called at least once after each {@link #take()} that returned null.
	 * @param signal must not block; a call when nothing is there is possible
	 */
	void onReady(Runnable signal);

	/**
	 * Takes the next frame.
	 * @return the frame, or null if there is none now
	 */
	@Nullable Taken take();

	/**
	 * Whether the last frame has been taken and no other will come.
	 */
	boolean isComplete();

	/**
	 * The sequence that the next frame will be higher than.
	 */
	long position();

	/**
	 * Publishes the progress of the last takes to the session, so that nodes are asked
	 * for more. To be called once after a batch of takes.
	 */
	void flush();

	/**
	 * Ends the reading. If it was the last response of a generation that has not ended,
	 * that is interrupted.
	 */
	void close();

	/**
	 * A frame that was taken.
	 *
	 * @param frame the frame
	 * @param bytes its encoded form, shared: not to be changed
	 * @param written to be called when the frame has been written, or null if nobody
	 * wants to know
	 */
	record Taken(Frame frame, byte[] bytes, @Nullable Runnable written) {
	}

}
