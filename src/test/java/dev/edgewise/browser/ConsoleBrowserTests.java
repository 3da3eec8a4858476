package dev.edgewise.browser;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The console as its users have it, by keyboard.
 */
@Timeout(120)
class ConsoleBrowserTests {

	private static final String FAST = "{wordsPerMinute: 900}";

	private static Service service;

	private static Chromium chromium;

	private Visit visit;

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

	@BeforeEach
	void open() {
		this.visit = new Visit(chromium, service.origin());
	}

	@AfterEach
	void leave() {
		this.visit.close();
	}

	@Test
	void strikesThroughWhatWasNotHeardWhenTheUserCutsIn() {
		this.visit.enter();
		this.visit.shoot("idle");
		this.visit.say("Tell me about the sea.").hear(5);
		assertThat(this.visit.agent().locator(".ahead")).not().isEmpty();
		this.visit.shoot("answer");
		this.visit.page.locator("#composer-text").pressSequentially("Please stop.");
		assertThat(this.visit.agent().first()).hasAttribute("data-state", Pattern.compile("paused|interrupted"));
		this.visit.page.locator("#composer-text").press("Enter");

		Locator cut = this.visit.agent().first();
		assertThat(cut).hasAttribute("data-state", "interrupted");
		assertThat(cut.locator("del")).not().isEmpty();
		assertThat(cut.locator(".fate")).containsText("Cut off");
		assertThat(cut.locator(".fate")).containsText("silent after");
		assertThat(this.visit.agent()).hasCount(2);
		Locator row = this.visit.page.locator("#generations tr").first();
		assertThat(row.locator(".state")).hasText("interrupted");
		assertThat(row.locator(".silence")).hasText(Pattern.compile("\\d+ ms"));
		assertThat(row.locator(".cleaned")).hasText(Pattern.compile("\\d+ ms"));
		this.visit.hear(3);
		this.visit.shoot("interruption");

		String generation = cut.getAttribute("data-generation");
		JsonNode message = message(generation);
		assertThat(message.path("interrupted").asBoolean()).isTrue();
		assertThat(message.path("evidence").asString()).isEqualTo("ACKNOWLEDGED");
		assertThat(cut.locator(".heard").textContent().strip()).isEqualTo(message.path("heard").asString().strip());
		assertThat(cut.locator(".words").textContent().strip()).isEqualTo(message.path("generated").asString().strip());
		assertThat(message.path("generated").asString()).hasSizeGreaterThan(message.path("heard").asString().length());
		assertThat(this.visit.complaints()).isEmpty();
	}

	private JsonNode message(String generation) {
		for (JsonNode message : service.get("/v1/sessions/" + this.visit.session() + "/conversation?view=generated")
			.path("messages")) {
			if (message.path("generation").asString("").equals(generation)) {
				return message;
			}
		}
		throw new AssertionError("No message of " + generation);
	}

	@Test
	void goesOnWhenTheUserOnlySaysThatTheyListen() {
		this.visit.enter().say("Tell me about the sea.").hear(3);
		this.visit.page.locator("[data-say='Uh-huh.']").click();
		assertThat(this.visit.frame("AgentGenerationResumed")).hasCount(1);
		assertThat(this.visit.page.locator("#frames [data-type=RESUME]")).not().hasCount(0);
		this.visit.hear(8);
		assertThat(this.visit.agent()).hasCount(1);
		assertThat(this.visit.complaints()).isEmpty();
	}

	@Test
	void tellsWhatWasHeardToItsEnd() {
		this.visit.prefer(FAST).enter().say("Hello there");
		assertThat(this.visit.agent()).hasAttribute("data-state", "complete");
		assertThat(this.visit.agent().locator(".ahead")).hasCount(0);
		JsonNode answer = service.lastAnswer(this.visit.session());
		assertThat(answer.path("heardInFull").asBoolean()).isTrue();
		assertThat(this.visit.page.locator("#spoken")).containsText("Agent: Hello, and welcome.");
	}

	@Test
	void cutsOffWhatIsCompleteAndStillBeingRead() {
		this.visit.prefer("{wordsPerMinute: 60}").enter().say("Hello there");
		assertThat(this.visit.agent()).hasAttribute("data-state", "speaking");
		this.visit.say("Please stop.");
		assertThat(this.visit.frame("AgentSpeechInterrupted")).hasCount(1);
		assertThat(this.visit.agent().first().locator("del")).not().isEmpty();
		assertThat(this.visit.agent().first().locator(".fate")).containsText("silent after");
	}

	@Test
	void missesNothingWhenItIsLoadedAgainInTheMiddleOfAnAnswer() {
		this.visit.prefer(FAST).enter().say("Tell me about the sea.").hear(5);
		this.visit.page.reload();
		this.visit.live();
		assertIsWhole(this.visit.page);
		assertThat(this.visit.complaints()).isEmpty();
	}

	/**
	 * Holds the page's answer and its frames against the service's.
	 */
	private void assertIsWhole(Page page) {
		assertThat(page.locator(".turn.agent")).hasAttribute("data-state", "complete");
		String text = service.lastAnswer(this.visit.session()).path("text").asString();
		assertThat(page.locator(".turn.agent .words")).hasText(text.strip());
		List<Integer> sequences = this.visit.sequences(page);
		assertThat(sequences).isEqualTo(IntStream.rangeClosed(1, sequences.size()).boxed().toList());
	}

	@Test
	void saysThatTheConnectionIsLostAndGoesOnWhereItWas() throws IOException {
		try (Cable cable = new Cable(service.port); Visit far = new Visit(chromium, cable.origin())) {
			this.visit.close();
			this.visit = far;
			far.prefer(FAST).enter().say("Tell me about the sea.").hear(5);
			cable.cut();
			assertThat(far.page.locator("#lost")).isVisible();
			assertThat(far.page.locator("#lost")).containsText("Connection lost.");
			assertThat(far.page.locator("#state")).hasText("Connection lost");
			far.shoot("lost");
			far.page.locator("#composer-text").fill("Are you there?");
			far.page.locator("#composer-text").press("Enter");
			assertThat(far.page.locator("#composer-error")).containsText("cannot be reached");
			assertThat(far.page.locator("#composer-text")).hasValue("Are you there?");
			far.page.locator("#composer-text").fill("");
			cable.mend();
			far.page.locator("#retry").click();
			assertThat(far.page.locator("#status")).hasText("Connected again. Nothing was missed.");
			assertThat(far.page.locator("#lost")).isHidden();
			assertIsWhole(far.page);
			assertThat(far.complaints("net::ERR_")).isEmpty();
		}
	}

	@Test
	void comesBackByItselfAndSaysThatTheDeviceIsOffline() {
		this.visit.prefer(FAST).enter().say("Tell me about the sea.").hear(5);
		this.visit.context.setOffline(true);
		assertThat(this.visit.page.locator("#lost")).containsText("This device is offline.");
		this.visit.context.setOffline(false);
		this.visit.live();
		assertThat(this.visit.page.locator("#lost")).isHidden();
		assertIsWhole(this.visit.page);
	}

	@Test
	void comesBackByItselfAfterAnErrorAndWaitsAsLongAsItIsTold() {
		int[] refusals = { 2 };
		this.visit.page.route("**/stream", (route) -> {
			if (refusals[0]-- > 0) {
				route.fulfill(new Route.FulfillOptions().setStatus(503)
					.setHeaders(Map.of("Retry-After", "1", "Content-Type", "application/problem+json"))
					.setBody("{}"));
			}
			else {
				route.resume();
			}
		});
		this.visit.enter();
		assertThat(refusals[0]).isNegative();
		assertThat(this.visit.page.locator("#status")).hasText("Connected again. Nothing was missed.");
	}

	@Test
	void letsTwoTabsHaveOneSessionOfWhichOneSpeaks() {
		this.visit.prefer("{wordsPerMinute: 240}").enter();
		Page first = this.visit.page;
		Page second = this.visit.newPage();
		second.navigate(first.url());
		assertThat(second.locator("#state")).hasAttribute("data-state", "live");
		assertThat(second.locator("#voice-hint")).containsText("Another tab speaks");
		this.visit.say("Tell me about the sea.").hear(5);
		assertThat(second.locator(".turn.user .words")).hasText("Tell me about the sea.");
		assertThat(second.locator(".turn.agent .heard")).not().isEmpty();
		first.close();
		this.visit.page = second;
		assertIsWhole(second);
		List<Integer> told = positions(second);
		assertThat(told).hasSizeGreaterThan(5).isSorted().doesNotHaveDuplicates();
		assertThat(service.lastAnswer(this.visit.session()).path("heardInFull").asBoolean()).isTrue();
		assertThat(this.visit.complaints()).isEmpty();
	}

	private List<Integer> positions(Page page) {
		return page.locator("#frames [data-type=PlaybackProgress] .gist")
			.allTextContents()
			.stream()
			.map((gist) -> Integer.valueOf(gist.replaceAll(".*characters (\\d+).*", "$1")))
			.toList();
	}

	@Test
	void letsTheOtherTabInterrupt() {
		this.visit.enter();
		Page first = this.visit.page;
		this.visit.say("Tell me about the sea.").hear(4);
		Page second = this.visit.newPage();
		second.navigate(first.url());
		assertThat(second.locator(".turn.agent .heard")).not().isEmpty();
		second.locator("[data-say='Please stop.']").click();
		for (Page page : List.of(first, second)) {
			assertThat(page.locator(".turn.agent").first()).hasAttribute("data-state", "interrupted");
			assertThat(page.locator(".turn.agent").first().locator("del")).not().isEmpty();
		}
		assertThat(first.locator(".turn.agent .fate").first()).containsText("silent after");
	}

	@Test
	void isUsedByKeyboardAlone() {
		this.visit.enter();
		Page page = this.visit.page;
		page.keyboard().press("Tab");
		assertThat(page.locator(".skip")).isFocused();
		page.keyboard().press("Enter");
		assertThat(page.locator("#composer-text")).isFocused();
		page.keyboard().type("Tell me about the sea.");
		page.keyboard().press("Enter");
		this.visit.hear(4);
		page.keyboard().type("w");
		assertThat(this.visit.agent().first()).hasAttribute("data-state", "interrupted");
		page.keyboard().type("ait, please");
		page.keyboard().press("Enter");
		assertThat(this.visit.agent()).hasCount(2);
		this.visit.hear(2);
		page.keyboard().press("Escape");
		assertThat(this.visit.frame("EmergencyStop")).hasCount(1);
		assertThat(this.visit.agent().nth(1).locator(".fate")).containsText("Emergency stop");

		tabTo("#events-panel > summary");
		page.keyboard().press("Enter");
		tabTo("[data-event=DTMFInput]");
		page.keyboard().press("Enter");
		assertThat(page.locator("#field-button")).isFocused();
		page.keyboard().press("Control+A");
		page.keyboard().type("7");
		page.keyboard().press("Enter");
		assertThat(this.visit.frame("DTMFInput")).containsText("button 7");
		assertThat(page.locator("[data-event=DTMFInput]")).isFocused();
		tabTo("#canvas");
		tabTo("#filter");
		page.keyboard().type("dtmf");
		assertThat(page.locator("#frames > li:visible")).hasCount(1);
		assertThat(page.locator("#frame-count")).containsText("1 of");
		tabTo("#frames > li:not([hidden]) summary");
		page.keyboard().press("Enter");
		assertThat(page.locator("#frames > li:not([hidden]) pre")).containsText("\"button\": \"7\"");
		assertThat(this.visit.complaints()).isEmpty();
	}

	private void tabTo(String selector) {
		Page page = this.visit.page;
		for (int i = 0; i < 80; i++) {
			if ((boolean) page.evaluate("(selector) => document.activeElement.matches(selector)", selector)) {
				return;
			}
			page.keyboard().press("Tab");
		}
		throw new AssertionError("No way to " + selector + " by the tab key");
	}

	@Test
	void postsEveryEvent() {
		this.visit.enter();
		Page page = this.visit.page;
		page.locator("#events-panel > summary").click();
		List<String> types = page.locator("[data-event]")
			.evaluateAll("(buttons) => buttons.map((button) => button.dataset.event).join()")
			.toString()
			.lines()
			.flatMap((line) -> List.of(line.split(",")).stream())
			.toList();
		assertThat(types).hasSizeGreaterThan(15);
		for (String type : types) {
			Locator button = page.locator("[data-event=" + type + "]");
			button.click();
			if (page.locator("#event-form").isVisible()) {
				page.locator("#event-form input[type=text]")
					.all()
					.stream()
					.filter((field) -> field.inputValue().isEmpty()
							&& field.locator("..").locator("small").count() == 0)
					.forEach((field) -> field.fill("one"));
				if (type.equals("PlaybackProgress")) {
					page.locator("#field-characters").fill("3");
				}
				page.locator("#event-form button[type=submit]").click();
				assertThat(page.locator("#event-form")).isHidden();
			}
			assertThat(this.visit.frame(type)).not().hasCount(0);
		}
		assertThat(this.visit.complaints()).isEmpty();
	}

	@Test
	void saysWhatIsWrongWithAnEvent() {
		this.visit.enter();
		Page page = this.visit.page;
		page.locator("#events-panel > summary").click();
		page.locator("[data-event=PlaybackProgress]").click();
		page.locator("#field-characters").fill("many");
		page.locator("#event-form button[type=submit]").click();
		assertThat(page.locator("#event-form .error")).hasText("characters: must be a number");
		page.locator("#field-characters").fill("1");
		page.locator("#field-items").fill("1");
		page.locator("#event-form button[type=submit]").click();
		assertThat(page.locator("#event-form .error")).containsText("The event was refused by its type");
	}

	@Test
	void choosesWhoDecides() {
		this.visit.enter();
		this.visit.page.locator("#policy").selectOption("immediate");
		assertThat(this.visit.page.locator("#status")).hasText("Policy immediate decides now.");
		assertThat(service.get("/v1/sessions/" + this.visit.session()).path("policy").asString())
			.isEqualTo("immediate");
		this.visit.say("Tell me about the sea.").hear(3);
		this.visit.page.locator("[data-say='Uh-huh.']").click();
		assertThat(this.visit.agent().first()).hasAttribute("data-state", "interrupted");
		this.visit.page.reload();
		this.visit.live();
		assertThat(this.visit.page.locator("#policy")).hasValue("immediate");
	}

	@Test
	void opensAgainWhatItHasSaved(@TempDir Path directory) throws IOException {
		this.visit.enter().say("Tell me about the sea.").hear(4).say("Please stop.");
		assertThat(this.visit.agent().first()).hasAttribute("data-state", "interrupted");
		assertThat(this.visit.agent()).hasCount(2);
		Download download = this.visit.page.waitForDownload(() -> this.visit.page.locator("#save").click());
		Path file = directory.resolve(download.suggestedFilename());
		download.saveAs(file);
		assertThat(Files.readAllLines(file)).hasSizeGreaterThan(10).first().asString().contains("\"recording\":1");
		String struck = this.visit.agent().first().locator("del").textContent();

		this.visit.enter();
		assertThat(this.visit.page.locator(".turn")).hasCount(0);
		this.visit.page.locator("#file").setInputFiles(file);
		Locator banner = this.visit.page.locator("#replay");
		assertThat(banner).containsText("not live");
		assertThat(this.visit.page.locator("#composer")).hasAttribute("inert", "");
		assertThat(this.visit.agent().first().locator("del")).hasText(struck.strip());
		assertThat(this.visit.page.locator("#frames [data-kind=decision]")).not().hasCount(0);
		assertThat(this.visit.page.locator("#generations tr")).not().hasCount(0);
		this.visit.shoot("recording");
		this.visit.page.locator("#replay-time").fill("0");
		assertThat(this.visit.agent()).hasCount(0);
		this.visit.page.locator("#replay-play").click();
		assertThat(this.visit.agent().first().locator("del")).hasText(struck.strip());
		this.visit.page.locator("#replay-close").click();
		assertThat(banner).isHidden();
		assertThat(this.visit.page.locator(".turn")).hasCount(0);
		this.visit.say("Hello there").hear(2);
	}

	@Test
	void saysWhyAFileIsNoRecording(@TempDir Path directory) throws IOException {
		Path file = Files.writeString(directory.resolve("notes.ndjson"), "{\"a\": 1}\n");
		this.visit.enter();
		this.visit.page.locator("#file").setInputFiles(file);
		assertThat(this.visit.page.locator("#status")).containsText("This is not a recording of version 1");
	}

	@Test
	void saysThatASessionIsClosedAndOffersANewOne() {
		this.visit.enter();
		String closed = this.visit.session();
		this.visit.page.evaluate("(id) => fetch('/v1/sessions/' + id, { method: 'DELETE' })", closed);
		assertThat(this.visit.page.locator("#over")).containsText("This session is closed.");
		this.visit.page.locator("#over-new").click();
		this.visit.live();
		assertThat(this.visit.page.locator("#over")).isHidden();
		assertThat(this.visit.session()).isNotEqualTo(closed);
		assertThat(this.visit.page.locator("#composer-text")).isFocused();
	}

	@Test
	void drawsLanesForTheUserTheRoutesAndTheDecisions() {
		this.visit.enter().say("Tell me about the sea.").hear(3).say("Please stop.");
		assertThat(this.visit.page.locator("#lane-labels li"))
			.hasText(new String[] { "You", "elizaAgent.answer", "Decisions" });
		Consumer<String> drawn = (selector) -> assertThat(this.visit.page.locator("#canvas " + selector).first())
			.isAttached(new LocatorAssertions.IsAttachedOptions().setTimeout(20_000));
		for (String selector : List.of(".speech", ".bar.interrupted .made", ".bar .paused", ".bar .cut", ".bar .heard",
				".bar .cleanup", ".decision.pause", ".decision.interrupt")) {
			drawn.accept(selector);
		}
		assertThat(this.visit.page.locator("#canvas .silence").first()).hasText(Pattern.compile("\\d+ ms"));
		await().until(() -> service.get("/v1/sessions/" + this.visit.session()).path("generations").size() <= 1);
	}

	@Test
	void changesItsColoursWhenAsked() {
		this.visit.enter();
		String light = background();
		this.visit.page.locator("#theme").click();
		assertThat(this.visit.page.locator("#theme")).hasText("Light");
		assertThat(background()).isEqualTo(light);
		this.visit.page.locator("#theme").click();
		assertThat(this.visit.page.locator("#theme")).hasText("Dark");
		assertThat(background()).isNotEqualTo(light);
	}

	private String background() {
		return (String) this.visit.page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
	}

}
