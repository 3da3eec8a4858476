package dev.edgewise.server;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.edgewise.server.SecurityProperties.Role;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.ReactiveAuthenticationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.security.oauth2.server.resource.authentication.JwtReactiveAuthenticationManager;
import org.springframework.security.oauth2.server.resource.web.server.authentication.ServerBearerTokenAuthenticationConverter;
import org.springframework.security.web.server.authentication.ServerAuthenticationConverter;
import org.springframework.web.server.ServerWebExchange;

/**
 * Reads who a request says it is from, and finds out whether it is: an API key in its own
 * header or as {@code Authorization: ApiKey}, which scrapers can send, a JWT as bearer
 * token, or a ticket for a stream; the first of them that is there decides.
 */
final class Credentials implements ServerAuthenticationConverter, ReactiveAuthenticationManager {

	static final String API_KEY = "X-API-Key";

	/** The scheme of a key in the header Authorization. */
	static final String SCHEME = "ApiKey";

	private static final Pattern IN_AUTHORIZATION = Pattern.compile("(?i)" + SCHEME + " +(\\S+)");

	/** For how long the answer is held while the keys of the issuer are fetched. */
	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private final @Nullable ApiKeys keys;

	private final @Nullable ReactiveAuthenticationManager jwts;

	private final ServerAuthenticationConverter bearer = new ServerBearerTokenAuthenticationConverter();

	private final Tickets tickets;

	private final Paths paths;

	private final String rolesClaim;

	private final Scheduler clock;

	Credentials(@Nullable ApiKeys keys, @Nullable ReactiveJwtDecoder decoder, String rolesClaim, Tickets tickets,
			Paths paths, Scheduler clock) {
		this.keys = keys;
		this.rolesClaim = rolesClaim;
		this.tickets = tickets;
		this.paths = paths;
		this.clock = clock;
		this.jwts = (decoder != null) ? manager(decoder) : null;
	}

	private ReactiveAuthenticationManager manager(ReactiveJwtDecoder decoder) {
		JwtReactiveAuthenticationManager manager = new JwtReactiveAuthenticationManager(decoder);
		manager.setJwtAuthenticationConverter((jwt) -> Mono.fromCallable(() -> caller(jwt).authenticated()));
		return manager;
	}

	@Override
	public Mono<Authentication> convert(ServerWebExchange exchange) {
		HttpHeaders headers = exchange.getRequest().getHeaders();
		if (this.keys != null && headers.containsHeader(API_KEY)) {
			List<String> presented = headers.getOrDefault(API_KEY, List.of());
			return Mono.just(new Presented(Kind.API_KEY, (presented.size() == 1) ? presented.get(0) : "", ""));
		}
		List<String> authorization = headers.getOrDefault(HttpHeaders.AUTHORIZATION, List.of());
		if (this.keys != null && authorization.size() == 1) {
			Matcher key = IN_AUTHORIZATION.matcher(authorization.get(0));
			if (key.matches()) {
				return Mono.just(new Presented(Kind.API_KEY, key.group(1), ""));
			}
		}
		if (this.jwts != null && !authorization.isEmpty()) {
			return this.bearer.convert(exchange);
		}
		return Mono.deferContextual((context) -> Mono.justOrEmpty(ticket(Turnstile.ticket(context), exchange)));
	}

	private @Nullable Authentication ticket(@Nullable String ticket, ServerWebExchange exchange) {
		Paths.Place place = (ticket != null && HttpMethod.GET.equals(exchange.getRequest().getMethod()))
				? this.paths.find(exchange) : null;
		return (ticket != null && place != null && place.isStream())
				? new Presented(Kind.TICKET, ticket, place.session()) : null;
	}

	@Override
	public Mono<Authentication> authenticate(Authentication authentication) {
		if (authentication instanceof BearerTokenAuthenticationToken) {
			return (this.jwts != null) ? verified(this.jwts.authenticate(authentication)) : Mono.empty();
		}
		return Mono.fromCallable(() -> {
			Caller caller = find((Presented) authentication);
			if (caller == null) {
				throw new BadCredentialsException("Not known");
			}
			return caller.authenticated();
		});
	}

	/**
	 * What is not about the token is about the issuer, whose keys cannot be had.
	 */
	private Mono<Authentication> verified(Mono<Authentication> verification) {
		return verification.timeout(PATIENCE, this.clock)
			.onErrorMap((error) -> !(error instanceof AuthenticationException),
					(error) -> new AuthenticationServiceException("No token can be verified", error));
	}

	private @Nullable Caller find(Presented presented) {
		if (presented.kind == Kind.TICKET) {
			return this.tickets.use(presented.secret, presented.session);
		}
		return (this.keys != null) ? this.keys.find(presented.secret) : null;
	}

	private Caller caller(Jwt jwt) {
		String subject = jwt.getSubject();
		if (subject == null || subject.isEmpty()) {
			throw new BadCredentialsException("A token without a subject");
		}
		return new Caller("jwt:" + subject, roles(jwt.getClaims().get(this.rolesClaim)));
	}

	/**
	 * Reads roles that are a list or words. Others than those that there are, the issuer
	 * may have for others.
	 */
	private static Set<Role> roles(@Nullable Object claim) {
		Set<Role> roles = EnumSet.noneOf(Role.class);
		Collection<?> named = (claim instanceof Collection<?> list) ? list
				: (claim instanceof String words) ? Arrays.asList(words.split("[ ,]+")) : List.of();
		for (Role role : Role.values()) {
			if (named.contains(role.name().toLowerCase(Locale.ROOT))) {
				roles.add(role);
			}
		}
		return roles;
	}

	/**
	 * What kinds there are besides bearer tokens.
	 */
	private enum Kind {

		API_KEY, TICKET

	}

	/**
	 * What a request has presented.
	 */
	private static final class Presented extends AbstractAuthenticationToken {

		private final Kind kind;

		private final String secret;

		private final String session;

		Presented(Kind kind, String secret, String session) {
			super(AuthorityUtils.NO_AUTHORITIES);
			this.kind = kind;
			this.secret = secret;
			this.session = session;
		}

		@Override
		public Object getPrincipal() {
			return this.kind;
		}

		@Override
		public Object getCredentials() {
			return this.secret;
		}

	}

}
