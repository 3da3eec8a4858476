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
	void holdsTheDefaultOfEveryPropertyThatHasOneOfItsOwn() throws IOException {
		assertThat(properties()).filteredOn((property) -> property.path("defaultValue").isMissingNode())
			.extracting((property) -> property.path("name").asString())
			.containsExactly("edgewise.agent.model.max-tokens", "edgewise.agent.model.temperature",
					"edgewise.agents.initial", "edgewise.interruption.policies", "edgewise.log.total-bytes",
					"edgewise.security.api-keys", "edgewise.security.api-keys-file",
					"edgewise.security.cors.allowed-origins");
	}

	@Test
	void describesEveryKeyOfAPolicyWithItsDefault() throws IOException {
		List<JsonNode> keys = properties("spring/configuration-metadata/" + PolicyProperties.class.getName() + ".json");
		assertThat(keys).extracting((key) -> "policy." + key.path("name").asString())
			.containsExactlyInAnyOrderElementsOf(leaves("policy", PolicyProperties.class).toList());
		assertThat(keys)
			.allSatisfy((key) -> assertThat(key.path("description").asString("")).isNotBlank().endsWith("."));
		assertThat(keys).filteredOn((key) -> key.path("defaultValue").isMissingNode())
			.extracting((key) -> key.path("name").asString())
			.containsExactlyInAnyOrder("stop-phrases", "backchannels", "languages");
	}

	private static List<JsonNode> properties() throws IOException {
		return properties("spring-configuration-metadata.json");
	}

	private static List<JsonNode> properties(String file) throws IOException {
		URI classes = URI
			.create(EdgewiseProperties.class.getProtectionDomain().getCodeSource().getLocation().toString());
		try (InputStream in = classes.resolve("META-INF/" + file).toURL().openStream()) {
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
