package dev.edgewise.readme;

import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

import dev.edgewise.autoconfigure.EdgewiseAutoConfiguration;
import dev.edgewise.autoconfigure.EdgewiseInterruptionAutoConfiguration;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.Policies;
import dev.edgewise.interruption.Rule;
import dev.edgewise.observation.EdgewiseMeter;
import io.micrometer.common.docs.KeyName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.config.YamlPropertiesFactoryBean;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.env.PropertiesPropertySource;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the README says, held against the code.
 */
class ReadmeTests {

	private final Readme readme = Readme.read();

	private final Readme reference = Readme.reference();

	@Test
	void isShort() {
		assertThat(this.readme.lines()).hasSizeLessThan(300);
	}

	@Test
	void showsCodeThatIsCompiled() throws IOException {
		String source = Files.readString(Path.of("src/test/java/dev/edgewise/readme/Assistant.java"));
		String shown = this.readme.block("Fifteen lines", "java");
		assertThat(source.substring(source.indexOf("@Component")).strip().replace("\t", "    ")).isEqualTo(shown);
		assertThat(shown.lines().filter((line) -> !line.isBlank())).hasSizeLessThanOrEqualTo(15);
	}

	@Test
	void showsToolsThatAreCompiled() throws IOException {
		String source = Files.readString(Path.of("src/test/java/dev/edgewise/readme/BoxOffice.java"));
		assertThat(source.substring(source.indexOf("@Component")).strip().replace("\t", "    "))
			.isEqualTo(this.readme.block("Tools and agents", "java"));
	}

	@Test
	void listsEveryMeter() {
		List<List<String>> meters = Arrays.stream(EdgewiseMeter.values())
			.map((meter) -> List.of("`" + meter.getName() + "`", meter.getType().name().toLowerCase(Locale.ROOT),
					Arrays.stream(meter.getKeyNames()).map(KeyName::asString).collect(Collectors.joining(", ")),
					meter.meaning()))
			.toList();
		assertThat(this.reference.table("Meters")).as(rows(meters)).isEqualTo(meters);
	}

	@Test
	void listsEveryPropertyWithItsDefaultAndRange() throws IOException {
		List<List<String>> properties = properties().stream()
			.map((property) -> List.of("`" + property.path("name").asString() + "`",
					property.path("defaultValue").asString(""), range(property),
					property.path("description").asString()))
			.toList();
		assertThat(this.reference.table("Configuration")).as(rows(properties)).isEqualTo(properties);
	}

	@Test
	void listsEveryKeyOfAPolicyWithItsDefaultAndRange() throws IOException {
		String configuration = this.reference.text("Configuration");
		List<JsonNode> keys = properties(
				"spring/configuration-metadata/dev.edgewise.autoconfigure.PolicyProperties.json");
		assertThat(keys).hasSize(16).allSatisfy((key) -> {
			String name = key.path("name").asString();
			if (name.equals("languages")) {
				assertThat(configuration).contains("`languages.<tag>.stop-phrases`", "`languages.<tag>.backchannels`");
			}
			else if (key.path("type").asString().startsWith("java.util.List")) {
				assertThat(configuration).contains("`" + name + "`");
			}
			else {
				String range = range(key);
				assertThat(configuration).contains("`%s` (%s; %s".formatted(name, key.path("defaultValue").asString(""),
						range.isEmpty() ? "or DROP, REPORT)" : range + ")"));
			}
		});
	}

	@Test
	void showsAPolicyThatBinds() {
		YamlPropertiesFactoryBean yaml = new YamlPropertiesFactoryBean();
		yaml.setResources(new ByteArrayResource(
				this.readme.block("When speech is an interruption", "yaml").getBytes(StandardCharsets.UTF_8)));
		Properties shown = Objects.requireNonNull(yaml.getObject());
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(EdgewiseAutoConfiguration.class, EdgewiseInterruptionAutoConfiguration.class))
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addFirst(new PropertiesPropertySource("shown", shown)))
			.run((context) -> {
				InterruptionPolicy call = context.getBean(Policies.class).get("call");
				assertThat(call.minWords()).isEqualTo(2);
				assertThat(call.stopPhrases().anyIn("Halt!", "de")).isTrue();
				assertThat(call.backchannels().anyIs("Uh huh.", "en")).isTrue();
			});
	}

	@Test
	void namesEveryRuleInItsOrder() {
		assertThat(this.readme.text("When speech is an interruption"))
			.contains(Arrays.stream(Rule.values()).map((rule) -> "`" + rule + "`").collect(Collectors.joining(", ")));
	}

	@Test
	void statesEveryLaw() {
		assertThat(this.readme.table("The laws")).extracting((row) -> row.get(0))
			.isEqualTo(IntStream.rangeClosed(1, 18).mapToObj((number) -> "L" + number).toList());
	}

	@Test
	void namesTheCommandThatIsRunOnEveryJdk() throws IOException {
		assertThat(this.readme.block("Build", "bash")).isEqualTo("./mvnw verify");
		assertThat(Files.readString(Path.of(".ci/run"))).contains("./mvnw -B clean verify");
	}

	@Test
	void leavesItToTheDecisionsToExplainEveryDependency() throws IOException {
		String decisions = Files.readString(Path.of("src/docs/decisions.md"));
		assertThat(Pattern.compile("<dependency>\\s*<groupId>[^<]*</groupId>\\s*<artifactId>([^<]*)<")
			.matcher(Files.readString(Path.of("pom.xml")))
			.results()).isNotEmpty()
			.allSatisfy((dependency) -> assertThat(decisions).contains("`" + dependency.group(1) + "`"));
	}

	@Test
	void linksToFilesThatExist() {
		assertThat(Pattern.compile("]\\(([^):#]+)\\)").matcher(String.join("\n", this.readme.lines())).results())
			.isNotEmpty()
			.allSatisfy((link) -> assertThat(Path.of(link.group(1))).exists());
	}

	private static String rows(List<List<String>> rows) {
		return rows.stream()
			.map((row) -> row.stream().collect(Collectors.joining(" | ", "| ", " |")))
			.collect(Collectors.joining("\n", "the table:\n", "\n"));
	}

	private static List<JsonNode> properties() throws IOException {
		return properties("spring-configuration-metadata.json");
	}

	private static List<JsonNode> properties(String file) throws IOException {
		URI classes = URI.create(EdgewiseMeter.class.getProtectionDomain().getCodeSource().getLocation().toString());
		try (InputStream in = classes.resolve("META-INF/" + file).toURL().openStream()) {
			JsonNode properties = JsonMapper.shared().readTree(in).path("properties");
			return StreamSupport.stream(properties.spliterator(), false).toList();
		}
	}

	private static String range(JsonNode property) {
		String name = property.path("name").asString();
		String component = name.substring(name.lastIndexOf('.') + 1);
		try {
			Class<?> source = Class.forName(property.path("sourceType").asString());
			for (Method accessor : source.getDeclaredMethods()) {
				if (accessor.getName().equalsIgnoreCase(component.replace("-", ""))) {
					return Arrays.stream(accessor.getAnnotations())
						.map(ReadmeTests::range)
						.filter((range) -> !range.isEmpty())
						.findFirst()
						.orElse("");
				}
			}
		}
		catch (ClassNotFoundException ex) {
			throw new AssertionError(ex);
		}
		throw new AssertionError("No accessor for " + name);
	}

	private static String range(Annotation constraint) {
		Map<String, Object> attributes = AnnotationUtils.getAnnotationAttributes(constraint);
		return (attributes.containsKey("min") && attributes.containsKey("max"))
				? attributes.get("min") + " to " + attributes.get("max") : "";
	}

}
