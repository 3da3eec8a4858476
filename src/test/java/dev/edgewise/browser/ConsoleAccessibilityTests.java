package dev.edgewise.browser;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The console held against axe's rules, in the states that it has.
 */
@Timeout(120)
class ConsoleAccessibilityTests {

	private static Service service;

	private static Chromium chromium;

	@BeforeAll
	static void start() {
		chromium = Chromium.start();
		service = new Service();
	}

	@AfterAll
	static void stop() {
		if (service != null) {
			service.close();
			chromium.close();
		}
	}

	@ParameterizedTest(name = "{0}, {1} pixels wide")
	@CsvSource({ "LIGHT, 1360", "DARK, 1360", "LIGHT, 390", "DARK, 390", "LIGHT, 320" })
	void breaksNoRule(ColorScheme colours, int width) throws IOException {
		try (Visit visit = new Visit(chromium, service.origin())) {
			visit.page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(colours));
			visit.page.setViewportSize(width, 844);
			visit.enter();
			assertThat(violations(visit.page)).as("idle").isEmpty();
			visit.say("Tell me about the sea.").hear(4);
			assertThat(violations(visit.page)).as("an answer").isEmpty();
			visit.say("Please stop.");
			assertThat(visit.agent()).hasCount(2);
			visit.hear(3);
			visit.shoot(colours.name().toLowerCase(Locale.ROOT) + "-" + width);
			visit.page.locator("#generations-panel > summary").click();
			visit.page.locator("#voice-panel > summary").click();
			assertThat(violations(visit.page)).as("the settings").isEmpty();
			visit.page.locator("#events-panel > summary").click();
			visit.page.locator("[data-event=UserTranscriptionReceived]").click();
			visit.page.locator("#frames summary").first().click();
			assertThat(violations(visit.page)).as("an interruption, and everything open").isEmpty();
			visit.page.screenshot(new Page.ScreenshotOptions().setFullPage(true)
				.setPath(Path.of("target/console",
						colours.name().toLowerCase(Locale.ROOT) + "-" + width + "-open.png")));
			assertThat((boolean) visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
				.as("nothing is wider than the page")
				.isTrue();
			assertThat(visit.complaints()).isEmpty();
		}
	}

	private static String violations(Page page) throws IOException {
		try (InputStream in = Objects
			.requireNonNull(ConsoleAccessibilityTests.class.getResourceAsStream("/axe.min.js"))) {
			page.evaluate(new String(in.readAllBytes(), StandardCharsets.UTF_8));
		}
		return (String) page.evaluate("""
				async () => (await axe.run()).violations
				  .flatMap((rule) => rule.nodes.map((node) => rule.id + ': ' + node.html + ' ' + node.failureSummary))
				  .join('\\n')""");
	}

}
