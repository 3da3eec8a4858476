package dev.edgewise.server;

import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.http.server.PathContainer;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Where a request goes, read from its path by the same patterns as in the edge's routes,
 * so that both always speak of the same session.
 */
final class Paths {

	private final PathPattern session;

	private final PathPattern resource;

	private final PathPattern sessions;

	private final PathPattern events;

	Paths(String basePath) {
		PathPatternParser parser = PathPatternParser.defaultInstance;
		this.sessions = parser.parse(basePath + "/sessions");
		this.session = parser.parse(basePath + "/sessions/{id}");
		this.resource = parser.parse(basePath + "/sessions/{id}/{resource}/**");
		this.events = parser.parse(basePath + "/events");
	}

	/**
	 * Finds what of a session a request is about; null if it is about none.
	 */
	@Nullable Place find(ServerWebExchange exchange) {
		PathContainer path = exchange.getRequest().getPath().pathWithinApplication();
		PathPattern.PathMatchInfo match = this.session.matchAndExtract(path);
		if (match == null) {
			match = this.resource.matchAndExtract(path);
		}
		if (match == null) {
			return null;
		}
		Map<String, String> variables = match.getUriVariables();
		return new Place(variables.getOrDefault("id", ""), variables.getOrDefault("resource", ""));
	}

	/**
	 * Whether a request is about the sessions as a whole.
	 */
	boolean isSessions(ServerWebExchange exchange) {
		return this.sessions.matches(exchange.getRequest().getPath().pathWithinApplication());
	}

	/**
	 * Whether a request is for all sessions at once.
	 */
	boolean isEvents(ServerWebExchange exchange) {
		return this.events.matches(exchange.getRequest().getPath().pathWithinApplication());
	}

	/**
	 * A session, or something of it.
	 *
	 * @param session its id
	 * @param resource what of it; empty for the session itself
	 */
	record Place(String session, String resource) {

		boolean isSession() {
			return this.resource.isEmpty();
		}

		boolean isStream() {
			return this.resource.equals("stream");
		}

		boolean isEvents() {
			return this.resource.equals("events");
		}

		boolean isTickets() {
			return this.resource.equals("tickets");
		}

	}

}
