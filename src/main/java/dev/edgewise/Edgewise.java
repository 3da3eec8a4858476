package dev.edgewise;

import java.util.Map;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Takes events in and gives frames out: what the HTTP edge uses, for use in the same
 * process. Nothing happens before subscription; every method may be called from any
 * thread and none blocks. What is subscribed may be called on threads of the engine and
 * must not block them.
 */
public interface Edgewise {

	/**
	 * Opens a session, or finds the open one of that id.
	 * @param id the id, or null for a new one
	 * @param attributes what the session shall carry; not used if it was open already
	 * @return the session; {@link SessionClosedException} if that id was closed a short
	 * while ago, {@link EventRefusedException} while full or draining,
	 * {@link IllegalArgumentException} if the id is malformed
	 */
	Mono<Session> open(@Nullable String id, Map<String, Object> attributes);

	/**
	 * Closes a session: interrupts what runs, runs its handlers, appends
	 * {@code SessionClosed} and completes. Closing a closed session does nothing.
	 * @param session the id of the session
	 * @return completes when {@code SessionClosed} has been appended;
	 * {@link UnknownSessionException} if there is none
	 */
	Mono<Void> close(String session);

	/**
	 * Publishes an event to a session.
	 * @param session the id of the session
	 * @param event any immutable value
	 * @return the receipt, when every fence that the event causes stands;
	 * {@link UnknownSessionException}, {@link SessionClosedException},
	 * {@link EventRefusedException} (nothing was applied), or
	 * {@link IllegalArgumentException} for an event that only the engine may write
	 */
	default Mono<Receipt> publish(String session, Object event) {
		return publish(session, event, null, null);
	}

	/**
	 * Publishes an event to a session.
	 * @param session the id of the session
	 * @param event any immutable value
	 * @param id the event's id: among the last {@code edgewise.session.event-ids}
	 * accepted ones, one of the same id is not applied again but answered with the first
	 * receipt; with other content it is an {@link EventConflictException}
	 * @param generation the only generation that the event may interrupt
	 * @return as {@link #publish(String, Object)}
	 */
	Mono<Receipt> publish(String session, Object event, @Nullable String id, @Nullable String generation);

	/**
	 * Reads a session's log as one more stream. Frames are taken one by one as they are
	 * requested, so a generation that is interrupted is silent here at once, whatever has
	 * been produced.
	 * @param session the id of the session
	 * @param after the sequence after which to begin; 0 for all that the log holds,
	 * negative for from now on. Frames that have left the log are told by a
	 * {@code StreamGap}.
	 * @return the frames; completes after {@code SessionClosed};
	 * {@link UnknownSessionException}, {@link SessionClosedException} when there is
	 * nothing left to read, {@link EventRefusedException} when too many streams are open
	 */
	Flux<Frame> read(String session, long after);

}
