package dev.edgewise.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.edgewise.session.Census;
import dev.edgewise.session.SessionEngine;
import dev.edgewise.session.SessionView.State;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * Shows how many sessions and generations there are, and which generations do not end.
 * Nothing that anybody has said is in it.
 */
@Endpoint(id = "edgewisesessions")
public final class EdgewiseSessionsEndpoint {

	/** What lies below is the engine's and the pool's. */
	private static final int MAX_STACK = 40;

	private final SessionEngine engine;

	public EdgewiseSessionsEndpoint(SessionEngine engine) {
		this.engine = engine;
	}

	/**
	 * The sessions now.
	 */
	@ReadOperation
	public Mono<Sessions> sessions() {
		return this.engine.census().map(Sessions::of);
	}

	/**
	 * The sessions of a service.
	 *
	 * @param sessions how many there are, by state
	 * @param oldest the open session that has been there for longest; null if none is
	 * open
	 * @param generations how many there are, by state
	 * @param unanswered sessions whose generations could not be counted in time; null if
	 * all could
	 * @param stuck the generations that have outlived their grace, oldest first
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	public record Sessions(Counts sessions, @Nullable OldestSession oldest, Map<State, Integer> generations,
			@Nullable Integer unanswered, List<StuckGeneration> stuck) {

		static Sessions of(Census census) {
			Census.Oldest oldest = census.oldest();
			return new Sessions(new Counts(census.open(), census.closing(), census.closed()),
					(oldest != null) ? new OldestSession(oldest.session(), oldest.createdAt(),
							seconds(oldest.createdAt(), census.at())) : null,
					census.generations(), (census.unanswered() > 0) ? census.unanswered() : null,
					census.stuck().stream().map((stuck) -> StuckGeneration.of(stuck, census.at())).toList());
		}

		private static long seconds(Instant from, Instant to) {
			return Math.max(0, Duration.between(from, to).toSeconds());
		}

	}

	/**
	 * Sessions by state.
	 *
	 * @param open those that take events
	 * @param closing those that have not had their last frame
	 * @param closed those that are only remembered
	 */
	public record Counts(int open, int closing, int closed) {
	}

	/**
	 * The oldest session.
	 *
	 * @param id its id
	 * @param createdAt when it was opened
	 * @param ageSeconds how long that is ago
	 */
	public record OldestSession(String id, Instant createdAt, long ageSeconds) {
	}

	/**
	 * A generation whose node goes on though it should have ended.
	 *
	 * @param route the id of its route
	 * @param session the session's id
	 * @param generation its id
	 * @param silentSince since when it has been fenced
	 * @param silentForMillis how long that is ago
	 * @param stack where the thread that it holds is; null if it holds none
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	public record StuckGeneration(String route, String session, String generation, Instant silentSince,
			long silentForMillis, @Nullable List<String> stack) {

		static StuckGeneration of(Census.Stuck stuck, Instant now) {
			List<String> stack = stuck.stack().stream().limit(MAX_STACK).map(StackTraceElement::toString).toList();
			return new StuckGeneration(stuck.route(), stuck.session(), stuck.generation(), stuck.fencedAt(),
					Math.max(0, Duration.between(stuck.fencedAt(), now).toMillis()), stack.isEmpty() ? null : stack);
		}

	}

}
