package dev.edgewise.server;

import dev.edgewise.web.Refusals;
import lombok.RequiredArgsConstructor;
import lombok.extern.slf4j.Slf4j;
import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.web.ErrorResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import org.springframework.web.util.DisconnectedClientHelper;

/**
 * Answers errors that come to no edge as problems with neither path nor text of an
 * exception, where Boot's own would tell both.
 */
@Slf4j
@RequiredArgsConstructor
final class Errors implements WebExceptionHandler, Ordered {

	private final Refusals refusals;

	// before Boot's
	@Override
	public int getOrder() {
		return -2;
	}

	@Override
	public Mono<Void> handle(ServerWebExchange exchange, Throwable error) {
		if (exchange.getResponse().isCommitted() || DisconnectedClientHelper.isClientDisconnectedException(error)) {
			return Mono.error(error);
		}
		int status = (error instanceof ErrorResponse response) ? response.getStatusCode().value()
				: HttpStatus.INTERNAL_SERVER_ERROR.value();
		if (status >= HttpStatus.INTERNAL_SERVER_ERROR.value()) {
			log.error("{} {} failed", exchange.getRequest().getMethod(), exchange.getRequest().getPath(), error);
		}
		return this.refusals.status(exchange, status);
	}

}
