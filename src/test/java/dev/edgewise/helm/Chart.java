package dev.edgewise.helm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import com.marcnuri.helm.Helm;
import org.yaml.snakeyaml.Yaml;

/**
 * The chart in the source tree.
 */
final class Chart {

	static final Path DIRECTORY = Path.of("helm/edgewise");

	static final Path RULES = DIRECTORY.resolve("files/rules.yaml");

	static final Path DASHBOARD = DIRECTORY.resolve("files/dashboard.json");

	static final String RELEASE = "edgewise";

	static final String NAMESPACE = "agents";

	/**
	 * A copy without the mark of hooks, which are not among what is rendered.
	 */
	private static final Path UNHOOKED = withoutHooks();

	private Chart() {
	}

	/**
	 * The names of the files of values in {@code ci}.
	 */
	static List<String> cases() {
		try (Stream<Path> files = Files.list(DIRECTORY.resolve("ci"))) {
			return files.map((file) -> file.getFileName().toString().replace("-values.yaml", "")).sorted().toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * What the chart renders, an object of Kubernetes each.
	 * @param name the name of a file of values
	 */
	static List<Manifest> render(String name) {
		return render(DIRECTORY.resolve("ci/" + name + "-values.yaml"));
	}

	/**
	 * What the chart renders.
	 * @param values a file of values
	 */
	static List<Manifest> render(Path values) {
		String rendered = new Helm(UNHOOKED).template()
			.withName(RELEASE)
			.withNamespace(NAMESPACE)
			.withKubeVersion("1.33.0")
			.withValuesFile(values)
			.call();
		return StreamSupport.stream(new Yaml().loadAll(rendered).spliterator(), false)
			.filter(Objects::nonNull)
			.map((document) -> new Manifest(object(document)))
			.toList();
	}

	/**
	 * The one object of a kind.
	 * @param name the name of a file of values
	 * @param kind the kind
	 */
	static Manifest render(String name, String kind) {
		return one(render(name), kind);
	}

	static Manifest one(List<Manifest> manifests, String kind) {
		return manifests.stream().filter((manifest) -> manifest.kind().equals(kind)).reduce((one, other) -> {
			throw new AssertionError("More than one " + kind);
		}).orElseThrow(() -> new AssertionError("No " + kind));
	}

	/**
	 * The service's configuration in a config map.
	 */
	static String application(List<Manifest> manifests) {
		return manifests.stream()
			.filter((manifest) -> manifest.kind().equals("ConfigMap"))
			.map((manifest) -> manifest.object("data").get("application.yml"))
			.filter(Objects::nonNull)
			.map(Object::toString)
			.findFirst()
			.orElseThrow();
	}

	/**
	 * A copy of the chart whose own values are those of a file over its defaults.
	 * @param name the name of the file of values
	 * @param target where to
	 */
	static Path copyWithValues(String name, Path target) throws IOException {
		copy(target);
		Map<String, Object> values = merge(read(DIRECTORY.resolve("values.yaml")),
				read(DIRECTORY.resolve("ci/" + name + "-values.yaml")));
		Files.writeString(target.resolve("values.yaml"), new Yaml().dump(values));
		return target;
	}

	static Map<String, Object> read(Path file) throws IOException {
		return object(new Yaml().load(Files.readString(file)));
	}

	@SuppressWarnings("unchecked")
	static Map<String, Object> object(Object value) {
		return (Map<String, Object>) value;
	}

	@SuppressWarnings("unchecked")
	static List<Map<String, Object>> objects(Object value) {
		return (List<Map<String, Object>>) value;
	}

	private static Path withoutHooks() {
		try {
			Path target = Files.createTempDirectory("edgewise-chart");
			for (Path copy : copy(target)) {
				String text = Files.readString(copy);
				Files.writeString(copy, text.replaceAll("(?m)^ *helm\\.sh/hook: .*\\R", ""));
				copy.toFile().deleteOnExit();
			}
			return target;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static List<Path> copy(Path target) throws IOException {
		List<Path> copies = new ArrayList<>();
		try (Stream<Path> files = Files.walk(DIRECTORY)) {
			for (Path file : files.filter(Files::isRegularFile).toList()) {
				Path copy = target.resolve(DIRECTORY.relativize(file));
				Files.createDirectories(copy.getParent());
				copies.add(Files.copy(file, copy));
			}
		}
		return copies;
	}

	private static Map<String, Object> merge(Map<String, Object> below, Map<String, Object> above) {
		Map<String, Object> merged = new LinkedHashMap<>(below);
		above.forEach((key, value) -> merged.merge(key, value, (old,
				young) -> (old instanceof Map && young instanceof Map) ? merge(object(old), object(young)) : young));
		return merged;
	}

	/**
	 * An object of Kubernetes.
	 *
	 * @param content its fields
	 */
	record Manifest(Map<String, Object> content) {

		String kind() {
			return (String) this.content.get("kind");
		}

		Map<String, Object> object(String... path) {
			Map<String, Object> object = this.content;
			for (String field : path) {
				object = Chart.object(object.get(field));
			}
			return object;
		}

	}

}
