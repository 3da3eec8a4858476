package dev.edgewise.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What editors know of the properties.
 */
class ConfigurationMetadataTests {

	@Test
	void describesEveryProperty() throws IOException {
		assertThat(properties()).isNotEmpty()
			.allSatisfy((property) -> assertThat(property.path("description").asString(""))
				.as(property.path("name").asString())
				.isNotBlank()
				.endsWith("."));
	}

	@Test
	void holdsEveryPropertyThatIsBound() throws IOException {
		assertThat(properties()).extracting((property) -> property.path("name").asString())
			.containsAll(leaves("edgewise", EdgewiseProperties.class).toList());
	}

	@Test
	void holdsTheDefaultOfEveryPropertyButTheOneThatDependsOnTheHeap() throws IOException {
		assertThat(properties()).filteredOn((property) -> property.path("defaultValue").isMissingNode())
			.extracting((property) -> property.path("name").asString())
			.containsExactly("edgewise.interruption.policies", "edgewise.log.total-bytes");
	}

	private static List<JsonNode> properties() throws IOException {
		URI classes = URI
			.create(EdgewiseProperties.class.getProtectionDomain().getCodeSource().getLocation().toString());
		try (InputStream in = classes.resolve("META-INF/spring-configuration-metadata.json").toURL().openStream()) {
			JsonNode properties = JsonMapper.shared().readTree(in).path("properties");
			return StreamSupport.stream(properties.spliterator(), false).toList();
		}
	}

	private static Stream<String> leaves(String prefix, Class<?> type) {
		return Stream.of(type.getRecordComponents()).flatMap((component) -> {
			String name = prefix + "." + dashed(component);
			return component.getType().isRecord() ? leaves(name, component.getType()) : Stream.of(name);
		});
	}

	private static String dashed(RecordComponent component) {
		return component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
	}

}
