package dev.edgewise.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.edgewise.server.GuardedServer.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The console as it is served. What it does in a browser, the tests in
 * {@code dev.edgewise.browser} tell.
 */
class ConsoleTests {

	private static final Path FILES = Path.of("src/main/resources/dev/edgewise/server/console");

	private static GuardedServer server;

	@BeforeAll
	static void start() {
		server = new GuardedServer();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@Test
	void isAPageWithAPolicyThatLetsItRunNothingButItsFiles() {
		Answer page = server.send("GET", "/console", "");
		assertThat(page.status()).isEqualTo(200);
		assertThat(page.header("Content-Type")).isEqualTo("text/html;charset=UTF-8");
		assertThat(page.body()).contains("<title>Edgewise console</title>");
		assertThat(page.response().headers().allValues("Content-Security-Policy")).singleElement()
			.asString()
			.contains("default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'")
			.doesNotContain("unsafe", "http", "*");
		assertThat(page.body()).doesNotContainPattern("<script(?![^>]* src=)|<style|\\son\\w+=|\\sstyle=|https?://");
	}

	@Test
	void servesEveryFileWithItsType() throws IOException {
		for (Path file : files()) {
			String name = file.getFileName().toString();
			Answer answer = server.send("GET", "/console/" + name, "");
			assertThat(answer.status()).as(name).isEqualTo(200);
			assertThat(answer.body()).isEqualTo(Files.readString(file));
			assertThat(answer.header("Content-Type"))
				.startsWith(name.endsWith(".js") ? "text/javascript" : name.endsWith(".css") ? "text/css" : "");
		}
	}

	@Test
	void loadsNothingFromElsewhere() throws IOException {
		for (Path file : files()) {
			assertThat(Files.readString(file).replace("http://www.w3.org/2000/svg", "")).as(file.toString())
				.doesNotContainPattern("https?://|eval\\(|new Function|innerHTML|document\\.write");
		}
	}

	@Test
	void isFoundWithASlashToo() {
		Answer answer = server.send("GET", "/console/", "");
		assertThat(answer.status()).isEqualTo(308);
		assertThat(answer.header("Location")).isEqualTo("/console");
	}

	@Test
	void doesNotServeWhatIsBesideItsFiles() {
		for (String path : List.of("/console/nothing.js", "/console/..%2fConsole.class", "/console/Console.class",
				"/console/a/b.js", "/console/%2e%2e/application.yml")) {
			assertThat(server.send("GET", path, "").status()).as(path).isIn(400, 404);
		}
	}

	@Test
	void tellsItsPageWhatThereIs() {
		JsonNode setup = server.send("GET", "/console/setup", "").json();
		assertThat(setup.path("basePath").asString()).isEqualTo("/v1");
		assertThat(setup.path("routes").isArray()).isTrue();
		assertThat(setup.path("policies")).extracting(JsonNode::asString).containsExactly("conversation", "immediate");
	}

	@Test
	void hasAButtonForEveryEventThatAClientCanPost() throws IOException {
		String session = server.open();
		Set<String> known = new TreeSet<>();
		server.send("POST", "/v1/sessions/" + session + "/events", "{\"type\":\"Nothing\"}")
			.json()
			.path("knownTypes")
			.forEach((type) -> known.add(type.asString()));
		String events = Files.readString(FILES.resolve("events.js"));
		Set<String> buttons = Pattern.compile("(?m)^    (\\w+): \\[")
			.matcher(events)
			.results()
			.map((MatchResult match) -> match.group(1))
			.collect(Collectors.toCollection(TreeSet::new));
		assertThat(buttons).isNotEmpty().isEqualTo(known);
	}

	@Test
	void isTriedInABrowserWhereThereIsOne() {
		Assumptions.assumeTrue(ClassUtils.isPresent("com.microsoft.playwright.Playwright", getClass().getClassLoader()),
				"Skipped, and so are the tests in dev.edgewise.browser, as there is no /usr/bin/chromium; "
						+ "with another Chromium or Chrome run ./mvnw -Pbrowser -Dbrowser=path verify");
		assertThat(ClassUtils.isPresent("dev.edgewise.browser.ConsoleBrowserTests", getClass().getClassLoader()))
			.isTrue();
	}

	private static List<Path> files() throws IOException {
		try (Stream<Path> files = Files.list(FILES)) {
			return files.sorted().toList();
		}
	}

}
