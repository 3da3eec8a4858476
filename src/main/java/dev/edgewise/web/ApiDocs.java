package dev.edgewise.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * The description of the HTTP edge by OpenAPI 3.1, as it is committed but for the base
 * path, and for what there is only where callers are known.
 */
public final class ApiDocs {

	private static final String PATH = "/v3/api-docs";

	private static final String RESOURCE = "openapi.json";

	private static final String DEFAULT_SERVER = "\"servers\": [\n    {\n      \"url\": \"/v1\"\n    }\n  ]";

	/** Marks what there is only where callers are known. */
	private static final String GUARDED = "x-guarded";

	private static final Set<String> GUARDED_NAMES = Set.of("security", "securitySchemes");

	private static final Set<String> GUARDED_PROBLEMS = Stream
		.of(Problem.unauthenticated(), Problem.unverifiable(), Problem.forbidden(""),
				Problem.callerLimit("", 0, Duration.ZERO))
		.map(Problem::type)
		.collect(Collectors.toSet());

	private final byte[] document;

	/**
	 * Reads the description.
	 * @param settings where the edge lies
	 * @param guarded whether callers are known, by whoever lets them come to the edge
	 */
	public ApiDocs(WebSettings settings, boolean guarded) {
		String text = read();
		if (!text.contains(DEFAULT_SERVER)) {
			throw new IllegalStateException(RESOURCE + " has lost its server");
		}
		String path = settings.basePath().isEmpty() ? "/" : settings.basePath();
		String moved = text.replace(DEFAULT_SERVER, DEFAULT_SERVER.replace("/v1", path));
		this.document = (guarded ? moved : unguarded(moved)).getBytes(StandardCharsets.UTF_8);
	}

	private static String read() {
		try (InputStream in = Objects.requireNonNull(ApiDocs.class.getResourceAsStream(RESOURCE), RESOURCE)) {
			return new String(in.readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String unguarded(String text) {
		JsonNode document = JsonMapper.shared().readTree(text);
		prune(document);
		return document.toPrettyString();
	}

	private static void prune(JsonNode node) {
		if (node instanceof ObjectNode object) {
			object.properties()
				.removeIf((member) -> GUARDED_NAMES.contains(member.getKey())
						|| member.getValue().path(GUARDED).asBoolean(false));
		}
		if (node instanceof ArrayNode array) {
			array.removeIf((element) -> element.isString() && GUARDED_PROBLEMS.contains(element.asString()));
		}
		node.forEach(ApiDocs::prune);
	}

	/**
	 * The path of the description.
	 */
	public RouterFunction<ServerResponse> routes() {
		return RouterFunctions.route()
			.GET(PATH,
					(request) -> ServerResponse.ok().contentType(MediaType.APPLICATION_JSON).bodyValue(this.document))
			.build();
	}

}
