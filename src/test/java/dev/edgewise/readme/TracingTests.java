package dev.edgewise.readme;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;

import dev.edgewise.Interruption.Reason;
import dev.edgewise.observation.EdgewiseObservation;
import dev.edgewise.observation.LogIdsAccessor;
import dev.edgewise.session.EngineListener.GenerationOutcome;
import io.micrometer.common.docs.KeyName;
import org.junit.jupiter.api.Test;
import org.w3c.dom.NodeList;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the page about spans says, held against the code and the build. The properties
 * that it shows are those that {@code OpenTelemetryTests} sets.
 */
class TracingTests {

	private static String page() throws IOException {
		return Files.readString(Path.of("src/docs/tracing.md"));
	}

	@Test
	void namesEveryKeyEventAndOutcome() throws IOException {
		EdgewiseObservation generation = EdgewiseObservation.GENERATION;
		List<String> names = new ArrayList<>(List.of(generation.getName(), LogIdsAccessor.SESSION,
				LogIdsAccessor.GENERATION, Reason.EVENT.name().toLowerCase(Locale.ROOT)));
		Stream.of(generation.getLowCardinalityKeyNames(), generation.getHighCardinalityKeyNames())
			.flatMap(Stream::of)
			.map(KeyName::asString)
			.forEach(names::add);
		Stream.of(generation.getEvents()).forEach((event) -> names.add(event.getName()));
		Stream.of(GenerationOutcome.values()).forEach((outcome) -> names.add(outcome.name().toLowerCase(Locale.ROOT)));
		assertThat(page()).contains(names.stream().map((name) -> "`" + name + "`").toList());
	}

	@Test
	void addsWhatTheServiceIsBuiltWithAndWhatIsTested() throws Exception {
		String page = page();
		String shown = page.substring(page.indexOf("<dependency>"),
				page.indexOf("</dependency>") + "</dependency>".length());
		String artifact;
		try (InputStream in = new ByteArrayInputStream(shown.getBytes(StandardCharsets.UTF_8))) {
			artifact = find(in, "/dependency/artifactId").get(0);
		}
		String dependency = "//*[artifactId='" + artifact + "']/groupId";
		try (InputStream pom = Files.newInputStream(Path.of("pom.xml"))) {
			assertThat(find(pom, "//profile[id='opentelemetry']/dependencies" + dependency))
				.containsExactly("org.springframework.boot");
		}
		try (InputStream pom = Files.newInputStream(Path.of("pom.xml"))) {
			assertThat(find(pom, "//execution[id='opentelemetry-test']" + dependency))
				.containsExactly("org.springframework.boot");
		}
	}

	private static List<String> find(InputStream xml, String path) throws Exception {
		XPath xpath = XPathFactory.newInstance().newXPath();
		NodeList nodes = (NodeList) xpath.evaluate(path,
				DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(xml), XPathConstants.NODESET);
		List<String> found = new ArrayList<>();
		for (int i = 0; i < nodes.getLength(); i++) {
			found.add(nodes.item(i).getTextContent());
		}
		return found;
	}

}
