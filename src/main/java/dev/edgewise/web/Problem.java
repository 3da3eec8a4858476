package dev.edgewise.web;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.edgewise.EventConflictException;
import dev.edgewise.EventRefusedException;
import dev.edgewise.SessionClosedException;
import dev.edgewise.UnknownGenerationException;
import dev.edgewise.UnknownPolicyException;
import dev.edgewise.UnknownSessionException;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpMethod;

/**
 * Why a request was not served, in the terms of RFC 9457.
 *
 * @param name the last part of its type's URN
 * @param status the status
 * @param title what is wrong, the same for every problem of the type
 * @param fields what a client needs to react
 * @param retryAfter when to try again, if that may help
 */
record Problem(String name, int status, String title, Map<String, Object> fields, @Nullable Duration retryAfter) {

	private static final int MAX_ECHO = 128;

	private static final Duration SOON = Duration.ofSeconds(5);

	static Problem malformed(String detail) {
		return of("malformed-body", 400, "The body is not well-formed JSON").with("detail", detail);
	}

	static Problem parameter(String field, String expected) {
		return of("invalid-parameter", 400, "A parameter is not valid").with("field", field).with("expected", expected);
	}

	static Problem notFound() {
		return of("not-found", 404, "There is nothing at this path");
	}

	static Problem method(Collection<HttpMethod> allowed) {
		return of("method-not-allowed", 405, "The method is not allowed here").with("allowed",
				allowed.stream().map(HttpMethod::name).toList());
	}

	static Problem sessionExists(String session) {
		return of("session-exists", 409, "A session of this id is open").with("session", echo(session));
	}

	static Problem closed(String session) {
		return of("session-closed", 410, "The session is closed").with("session", echo(session));
	}

	static Problem tooLarge(int limit) {
		return of("body-too-large", 413, "The body, or an event in it, is too large").with("limit", limit);
	}

	static Problem mediaType() {
		return of("unsupported-media-type", 415, "The body must be JSON in UTF-8").with("supported",
				List.of("application/json"));
	}

	static Problem unknownType(String type, Collection<String> known) {
		return of("unknown-event-type", 422, "The type of the event is not known").with("field", "type")
			.with("value", echo(type))
			.with("knownTypes", known);
	}

	static Problem reservedType(String type, Collection<String> known) {
		return of("reserved-event-type", 422, "Only the service writes events of this type").with("field", "type")
			.with("value", echo(type))
			.with("knownTypes", known);
	}

	static Problem field(String field, String detail) {
		return of("invalid-field", 422, "A field is not valid").with("field", echo(field)).with("detail", detail);
	}

	static Problem unknownGeneration(String generation) {
		return of("unknown-generation", 404, "The session has no such generation under way").with("generation",
				echo(generation));
	}

	static Problem invalidEvent(@Nullable String type) {
		Problem problem = of("invalid-event", 422, "The event was refused by its type");
		return (type != null) ? problem.with("value", echo(type)) : problem;
	}

	static Problem unauthenticated() {
		return of("unauthenticated", 401, "It is not known who calls");
	}

	static Problem unverifiable() {
		return of("unverifiable", 503, "It cannot be found out now who calls").retryAfter(SOON);
	}

	static Problem forbidden(String needed) {
		return of("forbidden", 403, "The caller may not do this").with("needed", needed);
	}

	static Problem callerLimit(String limit, int max, Duration retryAfter) {
		return of("caller-limit", 429, "The caller has reached a limit").with("bound", limit)
			.with("limit", max)
			.retryAfter(retryAfter);
	}

	/**
	 * Finds the words for a status of somebody else's making.
	 */
	static Problem status(int status) {
		return switch (status) {
			case 404 -> notFound();
			case 405 -> of("method-not-allowed", 405, "The method is not allowed here");
			default -> (status >= 400 && status < 500) ? of("invalid-request", status, "The request is not valid")
					: (status == 503) ? of("unavailable", 503, "The service is not available") : internal();
		};
	}

	static Problem internal() {
		return of("internal-error", 500, "The service failed");
	}

	/**
	 * Finds the words for an error; null if it is none that clients know.
	 */
	static @Nullable Problem of(Throwable error) {
		if (error instanceof Refusal refusal) {
			return refusal.problem();
		}
		if (error instanceof UnknownSessionException unknown) {
			return of("unknown-session", 404, "There is no session of this id").with("session",
					echo(unknown.session()));
		}
		if (error instanceof SessionClosedException closed) {
			return closed(closed.session());
		}
		if (error instanceof EventConflictException conflict) {
			return of("event-conflict", 409, "An event of this id and other content was accepted before").with("id",
					echo(conflict.id()));
		}
		if (error instanceof UnknownGenerationException unknown) {
			return unknownGeneration(unknown.generation());
		}
		if (error instanceof UnknownPolicyException unknown) {
			return field("policy", "There is no such policy").with("value", echo(unknown.policy()))
				.with("allowed", unknown.known());
		}
		if (error instanceof EventRefusedException refused) {
			return refused(refused.bound()).retryAfter(refused.retryAfter());
		}
		return null;
	}

	private static Problem refused(EventRefusedException.Bound bound) {
		return switch (bound) {
			case EVENT_RATE -> of("event-rate", 429, "The session has had too many events of late");
			case MAILBOX -> of("mailbox-full", 429, "Too many events wait in the session");
			case STREAMS -> of("too-many-streams", 429, "Too many streams of the session are open");
			case SESSIONS -> of("too-many-sessions", 503, "Too many sessions are open");
			case LOG_MEMORY -> of("log-memory", 503, "The memory for logs is used up");
			case DRAINING -> of("draining", 503, "The service shuts down");
		};
	}

	private static Problem of(String name, int status, String title) {
		return new Problem(name, status, title, Map.of(), null);
	}

	/**
	 * Shortens what a client has sent before it is sent back.
	 */
	private static String echo(String text) {
		return (text.length() <= MAX_ECHO) ? text : text.substring(0, MAX_ECHO);
	}

	Problem with(String field, Object value) {
		Map<String, Object> fields = new LinkedHashMap<>(this.fields);
		fields.put(field, value);
		return new Problem(this.name, this.status, this.title, fields, this.retryAfter);
	}

	private Problem retryAfter(Duration delay) {
		return new Problem(this.name, this.status, this.title, this.fields, delay);
	}

	/**
	 * The seconds after which to try again, rounded up, at least one; 0 if trying again
	 * does not help.
	 */
	long retryAfterSeconds() {
		return (this.retryAfter != null) ? Math.max(1, this.retryAfter.plusNanos(999_999_999).toSeconds()) : 0;
	}

	String type() {
		return "urn:edgewise:problem:" + this.name;
	}

	/**
	 * The members of the JSON object.
	 */
	Map<String, Object> members() {
		Map<String, Object> members = new LinkedHashMap<>();
		members.put("type", type());
		members.put("title", this.title);
		members.put("status", this.status);
		if (this.retryAfter != null) {
			members.put("retryAfter", retryAfterSeconds());
		}
		members.putAll(this.fields);
		return members;
	}

	/**
	 * Carries the problem to where it is answered.
	 */
	Refusal refusal() {
		return new Refusal(this);
	}

	/**
	 * A problem on its way to the client. Has no stack trace: it says nothing about the
	 * service.
	 */
	static final class Refusal extends RuntimeException {

		private final transient Problem problem;

		private Refusal(Problem problem) {
			super(problem.name(), null, false, false);
			this.problem = problem;
		}

		Problem problem() {
			return this.problem;
		}

	}

}
