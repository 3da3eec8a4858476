package dev.edgewise.server;

import java.time.Duration;
import java.util.List;

import dev.edgewise.web.Refusals;
import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.reactive.CorsProcessor;
import org.springframework.web.cors.reactive.CorsUtils;
import org.springframework.web.cors.reactive.DefaultCorsProcessor;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

/**
 * What every request passes, whoever it is from: gives answers the headers that tell
 * browsers to be careful, and turns away pages of origins that are not allowed. It sets
 * headers at once and not when the answer is committed, which would be held for as long
 * as a stream is open.
 */
final class Doorway implements WebFilter, Ordered {

	private final CorsProcessor processor = new DefaultCorsProcessor();

	private final CorsConfiguration cors = new CorsConfiguration();

	private final Refusals refusals;

	Doorway(List<String> origins, Refusals refusals) {
		this.refusals = refusals;
		this.cors.setAllowedOrigins(origins);
		for (HttpMethod method : List.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST, HttpMethod.PUT,
				HttpMethod.PATCH, HttpMethod.DELETE)) {
			this.cors.addAllowedMethod(method);
		}
		this.cors.setAllowedHeaders(List.of(HttpHeaders.ACCEPT, HttpHeaders.AUTHORIZATION, HttpHeaders.CONTENT_TYPE,
				Credentials.API_KEY, "Last-Event-ID"));
		this.cors.setExposedHeaders(List.of(HttpHeaders.LOCATION, HttpHeaders.RETRY_AFTER));
		this.cors.setMaxAge(Duration.ofMinutes(30));
	}

	// before Spring Security, as a preflight has no credentials
	@Override
	public int getOrder() {
		return -200;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		HttpHeaders headers = exchange.getResponse().getHeaders();
		headers.set("X-Content-Type-Options", "nosniff");
		headers.set("X-Frame-Options", "DENY");
		headers.set("Referrer-Policy", "no-referrer");
		headers.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
		headers.set("Cross-Origin-Resource-Policy", "same-origin");
		headers.setCacheControl("no-store");
		if ("https".equals(exchange.getRequest().getURI().getScheme())) {
			headers.set("Strict-Transport-Security", "max-age=31536000");
		}
		if (!exchange.getRequest().getHeaders().containsHeader(HttpHeaders.ORIGIN)) {
			return chain.filter(exchange);
		}
		if (!this.processor.process(this.cors, exchange)) {
			return this.refusals.forbidden(exchange, "origin");
		}
		return CorsUtils.isPreFlightRequest(exchange.getRequest()) ? Mono.empty() : chain.filter(exchange);
	}

}
