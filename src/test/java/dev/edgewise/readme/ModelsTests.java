package dev.edgewise.readme;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the document on models says, held against the code.
 */
class ModelsTests {

	private static final Pattern CODE = Pattern.compile("\"(model-[a-z-]+)\"");

	private final Readme models = Readme.read("src/docs/models.md");

	@Test
	void showsANodeThatIsCompiled() throws IOException {
		assertThat(source("readme/Concierge.java")).endsWith(this.models.block("In a node of your own", "java"));
	}

	@Test
	void showsARouteWithSpringAiThatIsCompiled() throws IOException {
		String shown = this.models.block("Spring AI", "java");
		assertThat(source("model/SpringAiTests.java")).contains(shown.indent(8).stripTrailing());
	}

	@Test
	void tellsEveryCodeOfAFailure() throws IOException {
		Set<String> codes = new LinkedHashSet<>();
		try (Stream<Path> files = Files.list(Path.of("src/main/java/dev/edgewise/model"))) {
			for (Path file : files.toList()) {
				CODE.matcher(Files.readString(file)).results().forEach((code) -> codes.add(code.group(1)));
			}
		}
		List<String> told = this.models.table("When it goes wrong")
			.stream()
			.flatMap((row) -> Arrays.stream(row.get(0).split(", ")))
			.map((code) -> code.replace("`", ""))
			.toList();
		assertThat(told).containsExactlyInAnyOrderElementsOf(codes);
		assertThat(Files.readString(Path.of("src/main/java/dev/edgewise/model/ModelException.java")))
			.contains(told.stream().map((code) -> "{@code " + code + "}").toList());
	}

	@Test
	void namesNoPropertyThatThereIsNot() throws IOException {
		String reference = Files.readString(Path.of("src/docs/reference.md"));
		assertThat(Pattern.compile("edgewise\\.[a-z-]+\\.[a-z.-]*[a-z]")
			.matcher(String.join("\n", this.models.lines()))
			.results()).isNotEmpty().allSatisfy((name) -> assertThat(reference).contains("`" + name.group() + "`"));
	}

	private static String source(String file) throws IOException {
		return Files.readString(Path.of("src/test/java/dev/edgewise/" + file)).strip().replace("\t", "    ");
	}

}
