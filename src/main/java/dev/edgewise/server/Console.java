package dev.edgewise.server;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

import dev.edgewise.session.SessionEngine;
import dev.edgewise.web.WebSettings;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.util.StringUtils;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.ResponseStatusException;

/**
 * The console's files, and what its page has to know of the service. The files are the
 * same for everybody and hold no secret, so everybody may load them; the rest is for
 * callers alone. The page does what it does by the HTTP edge, like any client.
 */
final class Console {

	static final String PATH = "/console";

	/**
	 * Where callers learn which routes and policies there are.
	 */
	static final String SETUP = PATH + "/setup";

	private static final String PAGE = "index.html";

	/**
	 * What the page may do: run and load what this service serves, and nothing that is
	 * written into it.
	 */
	private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
			+ "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

	private static final Map<String, MediaType> TYPES = Map.of("html",
			new MediaType("text", "html", StandardCharsets.UTF_8), "css",
			new MediaType("text", "css", StandardCharsets.UTF_8), "js",
			new MediaType("text", "javascript", StandardCharsets.UTF_8), "svg", MediaType.valueOf("image/svg+xml"));

	private final Map<String, byte[]> files = new HashMap<>();

	private final byte[] setup;

	/**
	 * Reads the files, which are few and small.
	 * @param settings where the edge lies
	 * @param engine the routes and the policies
	 */
	Console(WebSettings settings, SessionEngine engine, JsonMapper mapper) throws IOException {
		for (Resource file : new PathMatchingResourcePatternResolver(Console.class.getClassLoader())
			.getResources("classpath:dev/edgewise/server/console/*.*")) {
			this.files.put(String.valueOf(file.getFilename()), file.getContentAsByteArray());
		}
		Map<String, Object> members = new LinkedHashMap<>();
		members.put("basePath", settings.basePath());
		members.put("routes", engine.routes());
		members.put("policies", engine.policies());
		this.setup = mapper.writeValueAsBytes(members);
	}

	RouterFunction<ServerResponse> routes() {
		RouterFunctions.Builder routes = RouterFunctions.route();
		get(routes, PATH, (request) -> file(PAGE));
		get(routes, PATH + "/",
				(request) -> ServerResponse
					.permanentRedirect(URI.create(request.requestPath().contextPath().value() + PATH))
					.build());
		get(routes, SETUP,
				(request) -> ServerResponse.ok().contentType(MediaType.APPLICATION_JSON).bodyValue(this.setup));
		get(routes, PATH + "/{file}", (request) -> file(request.pathVariable("file")));
		return routes.build();
	}

	private static void get(RouterFunctions.Builder routes, String path, HandlerFunction<ServerResponse> handler) {
		routes.route(RequestPredicates.methods(HttpMethod.GET, HttpMethod.HEAD).and(RequestPredicates.path(path)),
				handler);
	}

	private Mono<ServerResponse> file(String name) {
		byte[] bytes = this.files.get(name);
		if (bytes == null) {
			return Mono.error(new ResponseStatusException(HttpStatus.NOT_FOUND));
		}
		MediaType type = TYPES.getOrDefault(String.valueOf(StringUtils.getFilenameExtension(name)),
				MediaType.APPLICATION_OCTET_STREAM);
		return ServerResponse.ok()
			.contentType(type)
			.header("Content-Security-Policy", POLICY)
			.header("Permissions-Policy", "microphone=(self), camera=(), geolocation=()")
			.bodyValue(bytes);
	}

}
