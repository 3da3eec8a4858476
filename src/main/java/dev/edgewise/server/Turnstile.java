package dev.edgewise.server;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.ConnectionInformation;
import reactor.netty.http.server.logging.AccessLog;
import reactor.netty.http.server.logging.AccessLogArgProvider;
import reactor.util.context.ContextView;

import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.HttpHandlerDecoratorFactory;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;

/**
 * Takes the ticket out of a request's address before anybody else sees it, as addresses
 * are logged; {@link Credentials} find it in Reactor's context, which no filter replaces
 * as it may a request.
 */
final class Turnstile implements HttpHandlerDecoratorFactory {

	private static final String NAME = "ticket";

	@Override
	public HttpHandler apply(HttpHandler next) {
		return (request, response) -> {
			if (request.getURI().getRawQuery() == null || !request.getQueryParams().containsKey(NAME)) {
				return next.handle(request, response);
			}
			List<String> tickets = request.getQueryParams().getOrDefault(NAME, List.of());
			String ticket = (tickets.size() == 1) ? tickets.get(0) : null;
			return next.handle(new WithoutTicket(request), response)
				.contextWrite((context) -> context.put(Turnstile.class, (ticket != null) ? ticket : ""));
		};
	}

	/**
	 * The ticket of a request: null if it has none, empty if it has several.
	 * @param context the context of its handling
	 */
	static @Nullable String ticket(ContextView context) {
		return context.getOrDefault(Turnstile.class, null);
	}

	/**
	 * A line of Netty's access log, if it is wanted: without what follows the path.
	 */
	static AccessLog line(AccessLogArgProvider request) {
		String address = String.valueOf(request.uri());
		int query = address.indexOf('?');
		ConnectionInformation connection = request.connectionInformation();
		return AccessLog.create("{} [{}] \"{} {} {}\" {} {} {}",
				(connection != null) ? connection.connectionRemoteAddress() : "-", request.accessDateTime(),
				request.method(), (query < 0) ? address : address.substring(0, query), request.protocol(),
				request.status(), request.contentLength(), request.duration());
	}

	private static String name(String parameter) {
		return URLDecoder.decode(parameter.split("=", 2)[0], StandardCharsets.UTF_8);
	}

	/**
	 * A request as if it had come without a ticket.
	 */
	private static final class WithoutTicket extends ServerHttpRequestDecorator {

		private final URI address;

		private final MultiValueMap<String, String> parameters;

		WithoutTicket(ServerHttpRequest request) {
			super(request);
			String query = Arrays.stream(request.getURI().getRawQuery().split("&"))
				.filter((parameter) -> !name(parameter).equals(NAME))
				.collect(Collectors.joining("&"));
			String whole = request.getURI().toString();
			this.address = URI.create(whole.substring(0, whole.indexOf('?')) + (query.isEmpty() ? "" : "?" + query));
			this.parameters = new LinkedMultiValueMap<>(request.getQueryParams());
			this.parameters.remove(NAME);
		}

		@Override
		public URI getURI() {
			return this.address;
		}

		@Override
		public MultiValueMap<String, String> getQueryParams() {
			return this.parameters;
		}

	}

}
