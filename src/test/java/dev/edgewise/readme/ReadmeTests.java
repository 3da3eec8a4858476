package dev.edgewise.readme;

import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import dev.edgewise.autoconfigure.EdgewiseAutoConfiguration;
import dev.edgewise.autoconfigure.EdgewiseInterruptionAutoConfiguration;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.Policies;
import dev.edgewise.interruption.Rule;
import dev.edgewise.observation.EdgewiseMeter;
import dev.edgewise.server.EdgewiseServer;
import io.micrometer.common.docs.KeyName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.config.YamlPropertiesFactoryBean;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
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
		assertThat(this.readme.lines()).hasSizeLessThanOrEqualTo(250);
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
			.isEqualTo(Readme.document("tools.md").block("A tool", "java"));
	}

	@Test
	void listsEveryMeter() throws IOException {
		List<List<String>> meters = Arrays.stream(EdgewiseMeter.values())
			.map((meter) -> List.of("`" + meter.getName() + "`", meter.getType().name().toLowerCase(Locale.ROOT),
					Arrays.stream(meter.getKeyNames()).map(KeyName::asString).collect(Collectors.joining(", ")),
					meter.meaning()))
			.toList();
		held("Meters", meters);
	}

	@Test
	void listsEveryPropertyWithItsDefaultAndRange() throws IOException {
		List<List<String>> properties = properties().stream()
			// not Boot's own of each endpoint
			.filter((property) -> property.path("name").asString().startsWith("edgewise."))
			.map((property) -> List.of("`" + property.path("name").asString() + "`",
					property.path("defaultValue").asString(""), range(property),
					property.path("description").asString()))
			.toList();
		held("Configuration", properties);
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
	void showsHowCallersAreKnown() throws Exception {
		YamlPropertiesFactoryBean yaml = new YamlPropertiesFactoryBean();
		yaml.setResources(new ByteArrayResource(
				Readme.document("security.md").block("API keys", "yaml").getBytes(StandardCharsets.UTF_8)));
		Properties shown = Objects.requireNonNull(yaml.getObject());
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(EdgewiseServer.class)
			.initializers((starting) -> starting.getEnvironment()
				.getPropertySources()
				.addFirst(new PropertiesPropertySource("shown", shown)))
			.run("--server.port=0", "--server.address=0.0.0.0")) {
			String port = context.getEnvironment().getProperty("local.server.port");
			HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/sessions"))
				.POST(HttpRequest.BodyPublishers.noBody())
				.build();
			assertThat(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
				.isEqualTo(401);
		}
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
	void linksToFilesThatExist() throws IOException {
		assertThat(links(Path.of("README.md"))).isNotEmpty().allSatisfy((link) -> assertThat(link).exists());
		try (Stream<Path> documents = Files.list(Path.of("src/docs"))) {
			assertThat(documents.filter((file) -> file.toString().endsWith(".md")))
				.allSatisfy((document) -> assertThat(links(document)).allSatisfy((link) -> assertThat(link).exists()));
		}
	}

	private static List<Path> links(Path document) throws IOException {
		return Pattern.compile("]\\(([^):#]+)(?:#[a-z-]+)?\\)")
			.matcher(Files.readString(document))
			.results()
			.map((link) -> Path.of("").toAbsolutePath().resolve(document).resolveSibling(link.group(1)))
			.toList();
	}

	/**
	 * Holds a table of the reference against the code, or writes it anew.
	 */
	private void held(String heading, List<List<String>> rows) throws IOException {
		if (Boolean.getBoolean("reference.write")) {
			Readme.write("src/docs/reference.md", heading, rows);
			return;
		}
		assertThat(this.reference.table(heading)).as("to be written by -Dreference.write=true").isEqualTo(rows);
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
