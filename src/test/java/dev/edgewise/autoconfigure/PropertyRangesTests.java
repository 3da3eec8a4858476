package dev.edgewise.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.boot.context.properties.bind.validation.ValidationErrors;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.FieldError;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every property that measures something, as the metadata lists them: so that none is
 * forgotten.
 */
class PropertyRangesTests {

	private static final Set<String> MEASURES = Set.of("java.lang.Integer", "java.lang.Long", "java.lang.Double",
			"java.time.Duration", "org.springframework.util.unit.DataSize");

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EdgewiseAutoConfiguration.class, EdgewiseModelAutoConfiguration.class))
		.withUserConfiguration(OfTheService.class);

	static Stream<Measure> measures() throws IOException {
		return Stream.concat(measures("spring-configuration-metadata.json", ""),
				measures("spring/configuration-metadata/" + PolicyProperties.class.getName() + ".json",
						"edgewise.interruption.policies.x."));
	}

	private static Stream<Measure> measures(String file, String prefix) throws IOException {
		URI classes = URI
			.create(EdgewiseProperties.class.getProtectionDomain().getCodeSource().getLocation().toString());
		try (InputStream in = classes.resolve("META-INF/" + file).toURL().openStream()) {
			JsonNode properties = JsonMapper.shared().readTree(in).path("properties");
			return StreamSupport.stream(properties.spliterator(), false)
				.filter((property) -> !property.path("name").asString().startsWith("management."))
				.filter((property) -> MEASURES.contains(property.path("type").asString()))
				.map((property) -> new Measure(prefix + property.path("name").asString(),
						property.path("type").asString(), property.path("sourceType").asString()))
				.toList()
				.stream();
		}
	}

	@ParameterizedTest
	@MethodSource("measures")
	void failsTheStartWhenItIsOutOfItsRangeAndNamesBoth(Measure measure) {
		Map<String, Object> range = measure.range();
		String told = "must be between " + range.get("min") + " and " + range.get("max");
		for (String value : measure.beyond()) {
			this.runner.withPropertyValues(measure.key() + "=" + value).run((context) -> {
				assertThat(context).as(measure.key() + "=" + value).hasFailed();
				Throwable failure = context.getStartupFailure();
				while (failure != null && !(failure instanceof BindValidationException)) {
					failure = failure.getCause();
				}
				assertThat(failure).isInstanceOf(BindValidationException.class);
				ValidationErrors errors = ((BindValidationException) failure).getValidationErrors();
				assertThat(errors.getAllErrors()).singleElement().satisfies((error) -> {
					// as Boot's report names it
					String named = errors.getName() + "." + ((FieldError) error).getField();
					assertThat(
							named.replaceAll("\\[(\\w+)]", ".$1").replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT))
						.isEqualTo(measure.key());
					assertThat(error.getDefaultMessage()).isEqualTo(told);
				});
			});
		}
	}

	@ConfigurationPropertiesScan("dev.edgewise.server")
	static class OfTheService {

	}

	/**
	 * A property that is a number, a time or a size.
	 */
	record Measure(String key, String type, String source) {

		Map<String, Object> range() {
			String component = this.key.substring(this.key.lastIndexOf('.') + 1).replace("-", "");
			try {
				for (Method accessor : Class.forName(this.source).getDeclaredMethods()) {
					if (accessor.getName().equalsIgnoreCase(component)) {
						return Arrays.stream(accessor.getAnnotations())
							.map((Annotation constraint) -> AnnotationUtils.getAnnotationAttributes(constraint))
							.filter((attributes) -> attributes.containsKey("min") && attributes.containsKey("max"))
							.findFirst()
							.orElseThrow(() -> new AssertionError(this.key + " has no range"));
					}
				}
			}
			catch (ClassNotFoundException ex) {
				throw new AssertionError(ex);
			}
			throw new AssertionError("No accessor for " + this.key);
		}

		String[] beyond() {
			String min = String.valueOf(range().get("min"));
			String max = String.valueOf(range().get("max"));
			return switch (this.type) {
				case "java.time.Duration" -> new String[] { time(min).minusMillis(1).toMillis() + "ms",
						time(max).plusMillis(1).toMillis() + "ms" };
				case "org.springframework.util.unit.DataSize" -> new String[] {
						(DataSize.parse(min).toBytes() - 1) + "B", (DataSize.parse(max).toBytes() + 1) + "B" };
				default ->
					new String[] { String.valueOf(Long.parseLong(min) - 1), String.valueOf(Long.parseLong(max) + 1) };
			};
		}

		private static Duration time(String text) {
			return DurationStyle.detectAndParse(text);
		}

		@Override
		public String toString() {
			return this.key;
		}

	}

}
