package dev.edgewise.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * The description of the HTTP edge by OpenAPI 3.1, as it is committed but for the base
 * path.
 */
public final class ApiDocs {

	private static final String PATH = "/v3/api-docs";

	private static final String RESOURCE = "openapi.json";

	private static final String DEFAULT_SERVER = "\"servers\": [\n    {\n      \"url\": \"/v1\"\n    }\n  ]";

	private final byte[] document;

	/**
	 * Reads the description.
	 * @param settings where the edge lies
	 */
	public ApiDocs(WebSettings settings) {
		String text = read();
		if (!text.contains(DEFAULT_SERVER)) {
			throw new IllegalStateException(RESOURCE + " has lost its server");
		}
		String path = settings.basePath().isEmpty() ? "/" : settings.basePath();
		this.document = text.replace(DEFAULT_SERVER, DEFAULT_SERVER.replace("/v1", path))
			.getBytes(StandardCharsets.UTF_8);
	}

	private static String read() {
		try (InputStream in = Objects.requireNonNull(ApiDocs.class.getResourceAsStream(RESOURCE), RESOURCE)) {
			return new String(in.readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
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
