package dev.edgewise;

import java.util.List;
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
	default Mono<Session> open(@Nullable String id, Map<String, Object> attributes) {
		return open(id, attributes, Playback.ASSUMED);
	}

	/**
	 * Opens a session, or finds the open one of that id.
	 * @param id the id, or null for a new one
	 * @param attributes what the session shall carry; not used if it was open already
	 * @param playback how it knows what its user has heard; not used if it was open
	 * already, see {@link Session#playback()}
	 * @return as {@link #open(String, Map)}
	 */
	Mono<Session> open(@Nullable String id, Map<String, Object> attributes, Playback playback);

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
	 * Interrupts generations of a session, whatever their routes say of causes. What is
	 * protected is spared, and the receipt tells why, unless it is forced.
	 * @param session the id of the session
	 * @param command what to interrupt
	 * @param id the command's id: one of the same id is not carried out again, as with
	 * events
	 * @return the receipt, when every fence stands; errors as
	 * {@link #publish(String, Object)}, and {@link UnknownGenerationException} or
	 * {@link IllegalArgumentException} if there is no such generation or route, and then
	 * nothing was interrupted
	 */
	Mono<InterruptReceipt> interrupt(String session, InterruptCommand command, @Nullable String id);

	/**
	 * Chooses the policy that decides about interruptions in a session, in force from the
	 * next event on.
	 * @param session the id of the session
	 * @param policy its name; null to follow the routes' own again
	 * @return completes when it is in force; {@link UnknownPolicyException} if there is
	 * none of that name, or as {@link #publish(String, Object)}
	 */
	Mono<Void> policy(String session, @Nullable String policy);

	/**
	 * The last decisions about interruptions in a session, oldest first, the ignored ones
	 * too; as many as {@code edgewise.session.decisions} says.
	 * @param session the id of the session, which may have been closed
	 * @return the decisions; {@link UnknownSessionException} if there is none
	 */
	Mono<List<Decision>> decisions(String session);

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
