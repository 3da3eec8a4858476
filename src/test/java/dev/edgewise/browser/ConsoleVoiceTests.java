package dev.edgewise.browser;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import com.microsoft.playwright.Page;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The console as its users have it, by voice. The microphone hears a file, which starts
 * when it is opened; the browser's voices and its recognition, which it does not have
 * here, are played by the tests.
 */
@Timeout(120)
class ConsoleVoiceTests {

	private static final String SYNTHESIS = """
			window.spoken = [];
			window.cancelled = 0;
			window.held = false;
			class Utterance {
			  constructor(text) { this.text = text; }
			}
			const synthesis = new EventTarget();
			Object.assign(synthesis, {
			  getVoices: () => [{ voiceURI: "stub", name: "Stub", lang: "en" }],
			  speak: (utterance) => { window.spoken.push(utterance); },
			  cancel: () => { window.cancelled++; },
			  pause: () => { window.held = true; },
			  resume: () => { window.held = false; },
			});
			Object.defineProperty(window, "speechSynthesis", { value: synthesis });
			window.SpeechSynthesisUtterance = Utterance;
			""";

	private static final String RECOGNITION = """
			window.SpeechRecognition = class {
			  start() { window.recognition = this; }
			  stop() { window.recognition = null; }
			};
			window.recognise = (transcript, isFinal) => window.recognition.onresult({
			  resultIndex: 0, results: [Object.assign([{ transcript, confidence: 0.9 }], { isFinal })],
			});
			""";

	private static Service service;

	private static Chromium chromium;

	private Visit visit;

	@BeforeAll
	static void start(@TempDir Path directory) throws IOException {
		Path wav = directory.resolve("speech.wav");
		new Sound().silence(1_500).speech(1_200).silence(8_000).write(wav);
		chromium = Chromium.start(Chromium.microphone(wav));
		service = new Service(Service.PACE + 600);
	}

	@AfterAll
	static void stop() {
		if (service != null) {
			service.close();
			chromium.close();
		}
	}

	@BeforeEach
	void open() {
		this.visit = new Visit(chromium, service.origin());
	}

	@AfterEach
	void leave() {
		this.visit.close();
	}

	@Test
	void saysWhatTheBrowserHasRecognisedBeforeTheUserIsSilent() {
		this.visit.context.addInitScript(RECOGNITION);
		this.visit.enter();
		Page page = this.visit.page;
		page.locator("#microphone").click();
		assertThat(this.visit.frame("UserStartedSpeaking")).hasCount(1);
		page.evaluate("recognise('Tell me', false)");
		assertThat(page.locator(".turn.user.interim .words")).hasText("Tell me");
		assertThat(page.locator("#listening")).hasText("Listening");
		page.evaluate("recognise('Tell me about the sea.', true)");
		assertThat(this.visit.frame("UserStoppedSpeaking")).hasCount(1);
		assertThat(page.locator(".turn.user .words")).hasText("Tell me about the sea.");
		assertThat(this.visit.agent().locator(".words")).containsText("There is much to say about the sea");
		List<String> types = page.locator("#frames [data-kind=user] .type").allTextContents();
		assertThat(types).containsExactly("UserStartedSpeaking", "UserTranscriptionReceived",
				"UserTranscriptionReceived", "UserStoppedSpeaking");
	}

	@Test
	void speaksSentenceBySentenceAndTellsWhatItHasSpoken() {
		this.visit.context.addInitScript(SYNTHESIS);
		this.visit.prefer("{voice: 'stub'}").enter().say("Hello there");
		Page page = this.visit.page;
		page.waitForFunction("() => spoken.length === 1");
		assertThat(page.evaluate("spoken[0].text")).isEqualTo("Hello, and welcome. ");
		assertThat(this.visit.agent().locator(".heard")).hasCount(0);
		page.evaluate("spoken[0].onboundary({ charIndex: 7 })");
		assertThat(this.visit.agent().locator(".heard")).hasText("Hello,");
		assertThat(this.visit.frame("AgentSpeechSent")).containsText("“Hello, ”");
		page.evaluate("spoken[0].onend()");
		assertThat(this.visit.frame("AgentSpeechSent")).hasCount(2);
		assertThat(this.visit.frame("AgentSpeechSent").last()).containsText("“and welcome. ”");
		page.waitForFunction("() => spoken.length === 2");
		assertThat(page.evaluate("spoken[1].text"))
			.isEqualTo("I am a good listener, and I can be interrupted at any time. ");
		page.evaluate("spoken[1].onend()");
		page.waitForFunction("() => spoken.length === 3");
		page.evaluate("spoken[2].onend()");
		assertThat(this.visit.agent()).hasAttribute("data-state", "complete");
		assertThat(this.visit.frame("AgentSpeechSent")).hasCount(4);
		assertThat(service.lastAnswer(this.visit.session()).path("heardInFull").asBoolean()).isTrue();
		assertThat(this.visit.complaints()).isEmpty();
	}

	@Test
	void fallsSilentAtTheInterruptedFrameAndDropsWhatItHadQueued() {
		this.visit.context.addInitScript(SYNTHESIS);
		this.visit.prefer("{voice: 'stub'}").enter().say("Hello there");
		Page page = this.visit.page;
		page.waitForFunction("() => spoken.length === 1");
		page.evaluate("spoken[0].onboundary({ charIndex: 7 })");
		assertThat(this.visit.frame("AgentSpeechSent")).hasCount(1);
		String cut = this.visit.agent().getAttribute("data-generation");
		page.locator("#composer-text").pressSequentially("w");
		page.waitForFunction("() => held === true");
		assertThat(this.visit.agent()).hasAttribute("data-state", "interrupted");
		page.waitForFunction("() => cancelled === 1");
		page.evaluate("spoken[0].onboundary({ charIndex: 11 }); spoken[0].onend()");
		assertThat(this.visit.evaluate("session.model.generations.get('" + cut + "').heard")).isEqualTo(7);
		page.locator("#composer-text").fill("Good morning");
		page.locator("#composer-text").press("Enter");
		page.waitForFunction("() => spoken.length > 1");
		assertThat((String) page.evaluate("spoken[1].text")).startsWith("You stopped me when I was saying 'Hello'.");
		assertThat(this.visit.agent().first().locator(".heard")).hasText("Hello,");
	}

	@Test
	void answersAloudWhoTalksUnlessTheyHaveChosenOtherwise() {
		this.visit.context.addInitScript(SYNTHESIS);
		this.visit.enter();
		Page page = this.visit.page;
		assertThat(page.locator("#voice")).hasValue("");
		page.locator("#microphone").click();
		assertThat(page.locator("#voice")).hasValue("stub");
		page.waitForFunction("() => spoken.length === 1");
		page.evaluate("() => spoken[0].onerror({ error: 'not-allowed' })");
		assertThat(page.locator("#status")).containsText("words are read silently");
		assertThat(page.locator("#voice")).hasValue("");
		assertThat(this.visit.agent().locator(".heard")).not().isEmpty();
	}

	@Test
	void readsSilentlyWhenTheBrowserHasNoVoicesAndSaysSo() {
		this.visit.enter();
		this.visit.page.locator("#voice-panel > summary").click();
		assertThat(this.visit.page.locator("#voice-hint")).containsText("This browser has no voices");
		this.visit.page.locator("#pace").fill("900");
		assertThat(this.visit.page.locator("#pace-value")).hasText("900 words/min");
		this.visit.page.locator("#threshold").fill("-30");
		assertThat(this.visit.page.locator("#threshold-value")).hasText("-30 dB");
		this.visit.shoot("voice");
		this.visit.page.reload();
		this.visit.live();
		assertThat(this.visit.page.locator("#threshold")).hasValue("-30");
	}

}
