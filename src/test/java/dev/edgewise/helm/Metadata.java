package dev.edgewise.helm;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import dev.edgewise.server.EdgewiseServer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The configuration metadata of all that is on the class path.
 */
final class Metadata {

	private Metadata() {
	}

	/**
	 * The names of all properties.
	 */
	static List<String> all() throws IOException {
		return properties().stream().map((property) -> property.path("name").asString()).toList();
	}

	/**
	 * The names of Edgewise's properties.
	 */
	static List<String> own() throws IOException {
		URI classes = URI.create(EdgewiseServer.class.getProtectionDomain().getCodeSource().getLocation().toString());
		return properties(classes.resolve("META-INF/spring-configuration-metadata.json").toURL()).stream()
			.map((property) -> property.path("name").asString())
			.filter((name) -> name.startsWith("edgewise."))
			.toList();
	}

	static String defaultOf(String name) throws IOException {
		return properties().stream()
			.filter((property) -> property.path("name").asString().equals(name))
			.map((property) -> property.path("defaultValue").asString())
			.findFirst()
			.orElseThrow();
	}

	private static List<JsonNode> properties() throws IOException {
		List<JsonNode> properties = new ArrayList<>();
		for (String file : List.of("META-INF/spring-configuration-metadata.json",
				"META-INF/additional-spring-configuration-metadata.json")) {
			for (URL url : Collections.list(Metadata.class.getClassLoader().getResources(file))) {
				properties.addAll(properties(url));
			}
		}
		return properties;
	}

	private static List<JsonNode> properties(URL url) throws IOException {
		try (InputStream in = url.openStream()) {
			return JsonMapper.shared().readTree(in).path("properties").valueStream().toList();
		}
	}

}
