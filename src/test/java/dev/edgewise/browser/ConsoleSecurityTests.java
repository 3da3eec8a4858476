package dev.edgewise.browser;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;

import com.microsoft.playwright.Page;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The console of a service that asks who calls.
 */
@Timeout(120)
class ConsoleSecurityTests {

	private static final String KEY = "the key of somebody";

	private static final String OTHER = "the key of somebody else";

	/** What the browser itself says of answers that are errors. */
	private static final String REFUSED = "Failed to load resource";

	private static Service service;

	private static Chromium chromium;

	private Visit visit;

	@BeforeAll
	static void start() throws GeneralSecurityException {
		chromium = Chromium.start();
		service = new Service("--edgewise.security.api-keys.somebody.hash=" + hash(KEY),
				"--edgewise.security.api-keys.other.hash=" + hash(OTHER));
	}

	private static String hash(String key) throws GeneralSecurityException {
		byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
		return "sha256:" + HexFormat.of().formatHex(digest);
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
	void asksForAKeyAndUsesItForEverything() {
		logIn("guarded-1", "a wrong key");
		assertThat(this.visit.page.locator("#login-error")).hasText("It is not known, or not valid any more.");
		this.visit.shoot("login");
		submit(KEY);
		this.visit.live();
		this.visit.say("Tell me about the sea.").hear(3).say("Please stop.");
		assertThat(this.visit.agent().first().locator("del")).not().isEmpty();
		assertThat(this.visit.frame("PlaybackProgress")).not().hasCount(0);
		assertThat((String) this.visit.page.evaluate("JSON.stringify([localStorage, sessionStorage, location.href])"))
			.doesNotContain(KEY);
		assertThat(this.visit.complaints(REFUSED)).isEmpty();
		this.visit.page.reload();
		assertThat(this.visit.page.locator("#login")).isVisible();
	}

	@Test
	void keepsAKeyUntilTheTabIsClosedIfAsked() {
		this.visit.page.navigate(service.origin() + "/console#session=guarded-2");
		assertThat(this.visit.page.locator("#secret")).isFocused();
		this.visit.page.locator("#keep").check();
		submit(KEY);
		this.visit.live();
		this.visit.page.reload();
		this.visit.live();
		Page other = this.visit.newPage();
		other.navigate(service.origin() + "/console#session=guarded-2");
		assertThat(other.locator("#login")).isVisible();
	}

	@Test
	void saysThatASessionIsSomebodyElses() {
		logIn("guarded-3", KEY);
		this.visit.live();
		try (Visit other = new Visit(chromium, service.origin())) {
			this.visit.close();
			this.visit = other;
			logIn("guarded-3", OTHER);
			assertThat(other.page.locator("#over")).containsText("somebody else’s");
		}
	}

	private void logIn(String session, String key) {
		this.visit.page.navigate(service.origin() + "/console#session=" + session);
		assertThat(this.visit.page.locator("#login")).isVisible();
		submit(key);
	}

	private void submit(String key) {
		this.visit.page.locator("#secret").fill(key);
		this.visit.page.locator("#secret").press("Enter");
	}

}
