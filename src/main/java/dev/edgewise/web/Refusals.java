package dev.edgewise.web;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;

/**
 * Answers requests that do not come to the edge, in the words that the edge has for them.
 */
public final class Refusals {

	private final Json json;

	/**
	 * Creates the answers.
	 * @param mapper the application's mapper; null for a plain one
	 */
	public Refusals(@Nullable JsonMapper mapper) {
		this.json = new Json(mapper);
	}

	/**
	 * Answers that it is not known who calls.
	 */
	public Mono<Void> unauthenticated(ServerWebExchange exchange) {
		return write(exchange, Problem.unauthenticated());
	}

	/**
	 * Answers that it cannot be found out now who calls.
	 */
	public Mono<Void> unverifiable(ServerWebExchange exchange) {
		return write(exchange, Problem.unverifiable());
	}

	/**
	 * Answers that the caller may not do this.
	 * @param exchange the exchange
	 * @param needed what the caller would need
	 */
	public Mono<Void> forbidden(ServerWebExchange exchange, String needed) {
		return write(exchange, Problem.forbidden(needed));
	}

	/**
	 * Answers that the caller has reached a limit.
	 */
	public Mono<Void> excess(ServerWebExchange exchange, Admission.Excess excess) {
		return write(exchange, Problem.callerLimit(excess.limit(), excess.max(), excess.retryAfter()));
	}

	/**
	 * Answers with what the edge has for an error, else that the service failed.
	 */
	public Mono<Void> error(ServerWebExchange exchange, Throwable error) {
		Problem problem = Problem.of(error);
		return write(exchange, (problem != null) ? problem : Problem.internal());
	}

	/**
	 * Answers with a status that somebody else has chosen.
	 */
	public Mono<Void> status(ServerWebExchange exchange, int status) {
		return write(exchange, Problem.status(status));
	}

	private Mono<Void> write(ServerWebExchange exchange, Problem problem) {
		ServerHttpResponse response = exchange.getResponse();
		response.setStatusCode(HttpStatusCode.valueOf(problem.status()));
		HttpHeaders headers = response.getHeaders();
		headers.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
		if (problem.retryAfter() != null) {
			headers.set(HttpHeaders.RETRY_AFTER, String.valueOf(problem.retryAfterSeconds()));
		}
		byte[] body = this.json.write(problem.members());
		headers.setContentLength(body.length);
		return response.writeWith(Mono.fromSupplier(() -> wrap(response, body)));
	}

	private static DataBuffer wrap(ServerHttpResponse response, byte[] body) {
		return response.bufferFactory().wrap(body);
	}

}
