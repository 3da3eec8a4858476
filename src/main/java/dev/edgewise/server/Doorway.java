package dev.edgewise.server;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

import dev.edgewise.web.Refusals;
import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.reactive.CorsProcessor;
import org.springframework.web.cors.reactive.CorsUtils;
import org.springframework.web.cors.reactive.DefaultCorsProcessor;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

/**
 * What every request passes, whoever it is from: gives answers the headers that tell
 * browsers to be careful, and turns away pages of origins that are not allowed. Where the
 * service trusts whoever is on its machine, that is also a page that came by a name which
 * is none of the machine's and was made to lead to it, and so is of the same origin: its
 * author is elsewhere. It sets headers at once and not when the answer is committed,
 * which would be held for as long as a stream is open.
 */
final class Doorway implements WebFilter, Ordered {

	private static final Pattern LOOPBACK = Pattern.compile("(.+\\.)?localhost|127(\\.\\d{1,3}){3}|\\[::1]");

	private final CorsProcessor processor = new DefaultCorsProcessor();

	private final CorsConfiguration cors = new CorsConfiguration();

	private final boolean local;

	private final Refusals refusals;

	/**
	 * Creates the doorway.
	 * @param origins the origins whose pages may come
	 * @param local whether only who is on this machine is let in, and nobody asked
	 * @param refusals the answers to those who are turned away
	 */
	Doorway(List<String> origins, boolean local, Refusals refusals) {
		this.local = local;
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
		if (isLedHere(exchange.getRequest()) || !this.processor.process(this.cors, exchange)) {
			return this.refusals.forbidden(exchange, "origin");
		}
		return CorsUtils.isPreFlightRequest(exchange.getRequest()) ? Mono.empty() : chain.filter(exchange);
	}

	private boolean isLedHere(ServerHttpRequest request) {
		String host = request.getURI().getHost();
		return this.local && (host == null || !LOOPBACK.matcher(host.toLowerCase(Locale.ROOT)).matches())
				&& this.cors.checkOrigin(request.getHeaders().getOrigin()) == null;
	}

}
