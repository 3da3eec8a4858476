package dev.edgewise.browser;

import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * An agent is interrupted by what a microphone hears, from the sound to the silence. The
 * microphone is a file that starts when it is opened.
 */
@Timeout(120)
class ConsoleMicrophoneTests {

	private static Service service;

	@BeforeAll
	static void start() {
		service = new Service(Service.PACE + 600);
	}

	@AfterAll
	static void stop() {
		service.close();
	}

	@ParameterizedTest
	@EnumSource
	void interruptsTheAgentWhenItHearsSpeech(Speaker speaker, @TempDir Path directory) throws IOException {
		if (speaker == Speaker.ESPEAK) {
			assumeThat(Sound.canRead()).as("espeak-ng is not installed").isTrue();
		}
		Path wav = directory.resolve("speech.wav");
		Sound sound = new Sound().silence(1_500);
		if (speaker == Speaker.ESPEAK) {
			sound.read("Wait a moment please.", directory.resolve("read.wav"));
		}
		else {
			sound.speech(1_200);
		}
		sound.silence(8_000).write(wav);
		try (Chromium chromium = Chromium.start(Chromium.microphone(wav));
				Visit visit = new Visit(chromium, service.origin())) {
			visit.enter()
				.say("Tell me about the sea, the wind, the sand, the ships, the gulls, the islands, the tides and the stars.")
				.hear(2);
			visit.page.locator("#microphone").click();
			assertThat(visit.page.locator("#microphone")).hasAttribute("aria-pressed", "true");
			assertThat(visit.agent().first()).hasAttribute("data-state", "interrupted");
			assertThat(visit.agent().first().locator("del")).not().isEmpty();
			String generation = visit.agent().first().getAttribute("data-generation");
			double late = ((Number) visit.evaluate("session.lastWordAt.get('" + generation + "') - session.noticedAt"))
				.doubleValue();
			assertThat(late).as("last item after the page's detection, in ms").isLessThan(100);
			assertThat(visit.agent().first().locator(".fate")).containsText(Pattern.compile("silent after \\d+ ms"));
			assertThat(visit.frame("UserStoppedSpeaking")).hasCount(2);
			assertThat(visit.frame("UserStartedSpeaking")).hasCount(2);
			visit.shoot("microphone");
			visit.page.locator("#microphone").click();
			assertThat(visit.page.locator("#microphone")).hasAttribute("aria-pressed", "false");
			assertThat(visit.complaints()).isEmpty();
		}
	}

	/**
	 * Who speaks into the microphone.
	 */
	enum Speaker {

		TONES, ESPEAK

	}

}
