package dev.edgewise.server;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import dev.edgewise.UnknownSessionException;
import dev.edgewise.session.SessionEngine;
import dev.edgewise.web.Admission;
import dev.edgewise.web.Refusals;
import lombok.RequiredArgsConstructor;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

/**
 * Lets callers come to sessions of their own alone, and to no more of them than they may
 * have. Comes after Spring Security has found out who calls; what depends on a request's
 * body it tells the edge by an {@link Admission}. It also gives out tickets.
 */
@RequiredArgsConstructor
final class Guard implements WebFilter {

	private final SessionEngine engine;

	private final Callers callers;

	private final Tickets tickets;

	private final Paths paths;

	private final Refusals refusals;

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		return ReactiveSecurityContextHolder.getContext()
			.mapNotNull(Guard::caller)
			.map((caller) -> pass(caller, exchange, chain))
			// decided before what is behind is subscribed, which may take long
			.switchIfEmpty(Mono.fromSupplier(() -> chain.filter(exchange)))
			.flatMap((passed) -> passed);
	}

	private static @Nullable Caller caller(SecurityContext context) {
		return (context.getAuthentication() instanceof Caller.Known known) ? known.getPrincipal() : null;
	}

	private Mono<Void> pass(Caller caller, ServerWebExchange exchange, WebFilterChain chain) {
		HttpMethod method = exchange.getRequest().getMethod();
		Paths.Place place = this.paths.find(exchange);
		boolean opens = (place != null) ? place.isSession() && HttpMethod.PUT.equals(method)
				: this.paths.isSessions(exchange) && HttpMethod.POST.equals(method);
		boolean own = place == null || caller.isOperator() || place.session().equals(caller.ticketFor())
				|| this.callers.owns(caller, place.session());
		if (place != null && !own && !opens) {
			return this.refusals.error(exchange, new UnknownSessionException(place.session()));
		}
		if (place != null && place.isTickets()) {
			return ticket(caller, place.session(), exchange);
		}
		Visit visit = new Visit(caller);
		exchange.getAttributes().put(Admission.ATTRIBUTE, visit);
		if (caller.isOperator()) {
			return chain.filter(exchange);
		}
		if (opens && !(place != null && own)) {
			return opening(visit, exchange, chain);
		}
		if (place != null && (place.isStream() || (place.isEvents() && mayStream(exchange)))) {
			return streaming(caller, exchange, chain);
		}
		return chain.filter(exchange);
	}

	private Mono<Void> opening(Visit visit, ServerWebExchange exchange, WebFilterChain chain) {
		Admission.Excess excess = this.callers.takeSession(visit.caller);
		if (excess != null) {
			return this.refusals.excess(exchange, excess);
		}
		visit.counted = true;
		return chain.filter(exchange).doFinally((end) -> {
			if (!visit.opened) {
				this.callers.giveSessionBack(visit.caller);
			}
		});
	}

	private Mono<Void> streaming(Caller caller, ServerWebExchange exchange, WebFilterChain chain) {
		Admission.Excess excess = this.callers.takeStream(caller);
		if (excess != null) {
			return this.refusals.excess(exchange, excess);
		}
		return chain.filter(exchange).doFinally((end) -> this.callers.giveStreamBack(caller));
	}

	private static boolean mayStream(ServerWebExchange exchange) {
		return exchange.getRequest()
			.getHeaders()
			.getOrDefault(HttpHeaders.ACCEPT, List.of())
			.stream()
			.anyMatch((accept) -> accept.toLowerCase(Locale.ROOT).contains("event-stream"));
	}

	private Mono<Void> ticket(Caller caller, String session, ServerWebExchange exchange) {
		if (!HttpMethod.POST.equals(exchange.getRequest().getMethod())) {
			exchange.getResponse().getHeaders().setAllow(Set.of(HttpMethod.POST));
			return this.refusals.status(exchange, HttpStatus.METHOD_NOT_ALLOWED.value());
		}
		return this.engine.view(session).then(Mono.defer(() -> {
			try {
				return write(exchange, this.tickets.issue(caller, session));
			}
			catch (Tickets.TooManyException ex) {
				return this.refusals.excess(exchange, ex.excess());
			}
		})).onErrorResume((error) -> this.refusals.error(exchange, error));
	}

	private static Mono<Void> write(ServerWebExchange exchange, Tickets.Issued issued) {
		ServerHttpResponse response = exchange.getResponse();
		response.setStatusCode(HttpStatus.CREATED);
		response.getHeaders().setContentType(MediaType.APPLICATION_JSON);
		byte[] body = "{\"ticket\":\"%s\",\"expiresAt\":\"%s\"}".formatted(issued.ticket(), issued.expiresAt())
			.getBytes(StandardCharsets.UTF_8);
		return response.writeWith(Mono.fromSupplier(() -> response.bufferFactory().wrap(body)));
	}

	/**
	 * One request of a caller.
	 */
	private final class Visit implements Admission {

		private final Caller caller;

		/** Whether a place was taken for a session that may be opened. */
		private volatile boolean counted;

		private volatile boolean opened;

		Visit(Caller caller) {
			this.caller = caller;
		}

		@Override
		public boolean mayOpen(String session) {
			return this.caller.isOperator() || !Guard.this.callers.isOthers(this.caller, session);
		}

		@Override
		public boolean owns(String session) {
			return this.caller.isOperator() || Guard.this.callers.owns(this.caller, session);
		}

		@Override
		public void opened(String session) {
			this.opened = true;
			Guard.this.callers.opened(this.caller, session, this.counted);
		}

		@Override
		public boolean mayForce() {
			return this.caller.isOperator();
		}

		@Override
		public @Nullable Excess events(int count) {
			return this.caller.isOperator() ? null : Guard.this.callers.takeEvents(this.caller, count);
		}

	}

}
