package dev.edgewise.packaging;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

import dev.edgewise.Edgewise;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What is in the library's jar, and what is not. Runs, as the examples do, with that jar
 * in place of the classes.
 */
class LibraryJarIT {

	private static final File JAR = new File(System.getProperty("plain.jar"));

	@Test
	void theClassesOfTheLibraryComeFromItsJar() throws URISyntaxException {
		assertThat(new File(Edgewise.class.getProtectionDomain().getCodeSource().getLocation().toURI())).isEqualTo(JAR);
	}

	@Test
	void theServiceIsNotOnTheClassPath() {
		assertThatExceptionOfType(ClassNotFoundException.class)
			.isThrownBy(() -> Class.forName("dev.edgewise.server.EdgewiseServer"));
		ClassLoader loader = ClassUtils.getDefaultClassLoader();
		assertThat(loader.getResource("application.yml")).isNull();
		assertThat(loader.getResource("application.properties")).isNull();
	}

	@Test
	void holdsNothingOfTheServiceAndNothingThatWouldSpeakForItsUser() throws IOException {
		assertThat(entries()).noneMatch((name) -> name.startsWith("dev/edgewise/server"))
			.noneMatch((name) -> name.matches("(.*/)?application[^/]*\\.(ya?ml|properties)"))
			.noneMatch((name) -> name.matches("(.*/)?(logback|log4j2)[^/]*"))
			.noneMatch(
					(name) -> name.startsWith("static/") || name.startsWith("public/") || name.startsWith("BOOT-INF/"))
			.doesNotContain("META-INF/build-info.properties", "banner.txt")
			.allMatch(
					(name) -> name.startsWith("dev/edgewise/") || name.startsWith("META-INF/") || name.equals("dev/"));
	}

	@Test
	void hasNoMainClass() throws IOException {
		try (JarFile jar = new JarFile(JAR)) {
			assertThat(jar.getManifest().getMainAttributes().getValue("Main-Class")).isNull();
			assertThat(jar.getManifest().getMainAttributes().getValue("Start-Class")).isNull();
		}
	}

	@Test
	void everyAutoConfigurationInItIsImported() throws IOException {
		List<String> imported = ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader())
			.getCandidates()
			.stream()
			.filter((name) -> name.startsWith("dev.edgewise."))
			.toList();
		List<String> present = entries().stream()
			.filter((name) -> name.matches("dev/edgewise/autoconfigure/[A-Za-z]*AutoConfiguration\\.class"))
			.map((name) -> name.replace('/', '.').replace(".class", ""))
			.toList();
		assertThat(imported).isNotEmpty().containsExactlyInAnyOrderElementsOf(present);
		assertThat(entries()).contains("META-INF/spring.factories");
	}

	@Test
	void describesThePropertiesOfTheLibrary() throws IOException {
		JsonNode metadata = metadata();
		assertThat(metadata.path("properties")).extracting((property) -> property.path("name").asString())
			.contains("edgewise.generation.grace", "edgewise.web.base-path");
	}

	@Test
	void hasTheTestKitThatTheServiceHasNot() throws IOException {
		assertThat(entries()).contains("dev/edgewise/test/Replay.class");
		try (JarFile service = new JarFile(System.getProperty("service.jar"))) {
			assertThat(service.stream().map(JarEntry::getName)).contains("BOOT-INF/classes/dev/edgewise/Edgewise.class")
				.noneMatch((name) -> name.startsWith("BOOT-INF/classes/dev/edgewise/test/"));
		}
	}

	@Test
	void securityIsTheServicesAndNotTheLibrarys() throws IOException {
		assertThatExceptionOfType(ClassNotFoundException.class)
			.isThrownBy(() -> Class.forName("org.springframework.security.core.Authentication"));
		try (JarFile service = new JarFile(System.getProperty("service.jar"))) {
			assertThat(service.stream().map(JarEntry::getName))
				.anyMatch((name) -> name.startsWith("BOOT-INF/lib/spring-security-web-"))
				.anyMatch((name) -> name.startsWith("BOOT-INF/lib/spring-security-oauth2-resource-server-"))
				.noneMatch((name) -> name.contains("lombok") || name.contains("configuration-processor"));
		}
	}

	@Test
	void springAiIsNeitherTheServicesNorTheLibrarys() throws IOException {
		assertThatExceptionOfType(ClassNotFoundException.class)
			.isThrownBy(() -> Class.forName("org.springframework.ai.chat.client.ChatClient"));
		try (JarFile service = new JarFile(System.getProperty("service.jar"))) {
			assertThat(service.stream().map(JarEntry::getName)).noneMatch((name) -> name.matches(
					"BOOT-INF/lib/(spring-ai|spring-messaging|ST4|antlr|jsonschema|json-schema|jtokkit|itu|swagger).*"));
		}
	}

	private static List<String> entries() throws IOException {
		try (JarFile jar = new JarFile(JAR)) {
			return jar.stream().map(JarEntry::getName).toList();
		}
	}

	private static JsonNode metadata() throws IOException {
		try (JarFile jar = new JarFile(JAR);
				InputStream in = jar.getInputStream(jar.getJarEntry("META-INF/spring-configuration-metadata.json"))) {
			return JsonMapper.shared().readTree(in);
		}
	}

}
