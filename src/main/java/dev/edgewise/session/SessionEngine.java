package dev.edgewise.session;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import dev.edgewise.ConversationContext;
import dev.edgewise.Edgewise;
import dev.edgewise.EventRefusedException.Bound;
import dev.edgewise.Playback;
import dev.edgewise.Receipt;
import dev.edgewise.Session;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The {@link Edgewise} facade with what an edge needs besides.
 */
public interface SessionEngine extends Edgewise {

	/**
	 * Opens a session.
	 * @param id the id, or null for a new one
	 * @param attributes what the session shall carry
	 * @param playback how it knows what its user has heard
	 * @return the session and whether it is new; errors as {@link #open}
	 */
	Mono<Opened> openOrFind(@Nullable String id, Map<String, Object> attributes, Playback playback);

	/**
	 * Publishes events without another in between, all or none.
	 * @param session the id of the session
	 * @param events the events, at least one
	 * @return a receipt for each, in order; errors as {@link #publish}
	 */
	Mono<List<Receipt>> publishAll(String session, List<Submission> events);

	/**
	 * Publishes events and reads from the first of them until every generation that they
	 * started, directly or through others, has ended.
	 * @param session the id of the session
	 * @param events the events, at least one
	 * @return the reader, to be closed by the caller; errors as {@link #publish}
	 */
	Mono<LogReader> publishAndRead(String session, List<Submission> events);

	/**
	 * Publishes an event to every open session. Not bounded by the sessions' rates.
	 * @param event the event
	 * @return what it did in all, when it has been applied everywhere
	 */
	Mono<Broadcast> publishToAll(Object event);

	/**
	 * Opens a reader; its position is fixed when this returns.
	 * @param session the id of the session
	 * @param after as {@link #read}
	 * @return the reader, to be closed by the caller
	 * @throws RuntimeException as {@link #read}
	 */
	LogReader reader(String session, long after);

	/**
	 * Looks at a session.
	 * @param session the id of the session
	 * @return errors as {@link #publish}
	 */
	Mono<SessionView> view(String session);

	/**
	 * Looks at a conversation.
	 * @param session the id of the session
	 * @return errors as {@link #publish}
	 */
	Mono<ConversationContext> conversation(String session);

	/**
	 * The ids of the routes, in order.
	 */
	List<String> routes();

	/**
	 * The names of the policies, in order.
	 */
	List<String> policies();

	/**
	 * Records a session as far as it is remembered.
	 * @param session the id of the session, which may have been closed
	 * @return the recording; {@link dev.edgewise.UnknownSessionException} if there is
	 * none
	 */
	Mono<Recording> recording(String session);

	/**
	 * Takes note of an event that an edge has refused because it could not be read.
	 */
	void eventRefused();

	/**
	 * What a log line may show of a failure: not what somebody said, as messages may,
	 * unless that is allowed.
	 * @param failure the failure
	 */
	default Throwable loggable(Throwable failure) {
		return LoggedFailure.of(failure);
	}

	/**
	 * Whether every thread for blocking nodes is held.
	 */
	boolean blockingExhausted();

	/**
	 * The bound for which a new session would be refused now; null if it would be opened.
	 */
	@Nullable Bound refusing();

	/**
	 * Looks at all sessions, for as long as a person would wait.
	 */
	Mono<Census> census();

	/**
	 * Refuses new sessions and generations, lets run what ends within the grace, then
	 * closes every session.
	 * @param grace how long running generations may go on
	 * @return completes when all streams have had their last frame, or their grace is
	 * over, and all handlers have run, or a second is over
	 */
	Mono<Void> drain(Duration grace);

	/**
	 * Takes up work again after {@link #drain}.
	 */
	void resume();

	/**
	 * A session that is open.
	 *
	 * @param session the session
	 * @param created whether it was opened by this call
	 */
	record Opened(Session session, boolean created) {
	}

	/**
	 * What an event to all sessions did.
	 *
	 * @param sessions how many sessions it was applied to
	 * @param interrupted how many generations it interrupted
	 * @param started how many generations it started
	 */
	record Broadcast(int sessions, int interrupted, int started) {
	}

}
