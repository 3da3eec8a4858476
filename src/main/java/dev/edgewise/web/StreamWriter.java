package dev.edgewise.web;

import dev.edgewise.session.LogReader;
import reactor.core.publisher.Mono;

import org.springframework.http.server.reactive.ServerHttpResponse;

/**
 * Writes a log to a response, each frame chosen as late as the server lets it.
 */
interface StreamWriter {

	/**
	 * Writes until the reader is complete.
	 * @param response the response, not committed, its headers set
	 * @param reader what to write; closed by the caller
	 * @return completes when all is written; cancelled when the client has gone
	 */
	Mono<Void> write(ServerHttpResponse response, LogReader reader);

}
