package dev.edgewise.browser;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

/**
 * Somebody who has the console open, with storage of their own. What the browser
 * complains of is kept.
 */
final class Visit implements AutoCloseable {

	private static final double PATIENCE = 30_000;

	private static final AtomicInteger SESSIONS = new AtomicInteger();

	private final List<String> complaints = new ArrayList<>();

	private final String console;

	final BrowserContext context;

	Page page;

	static {
		PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE);
	}

	/**
	 * Opens a browser's window.
	 * @param chromium the browser
	 * @param origin where the service is
	 */
	Visit(Chromium chromium, String origin) {
		this.console = origin + "/console";
		this.context = chromium.browser()
			.newContext(new Browser.NewContextOptions().setViewportSize(1360, 860)
				.setColorScheme(ColorScheme.LIGHT)
				.setReducedMotion(ReducedMotion.REDUCE)
				.setLocale("en")
				.setAcceptDownloads(true));
		this.context.setDefaultTimeout(PATIENCE);
		this.page = newPage();
	}

	Page newPage() {
		Page opened = this.context.newPage();
		opened.onConsoleMessage((message) -> {
			if (message.type().equals("error") || message.type().equals("warning")) {
				this.complaints.add(message.text());
			}
		});
		opened.onPageError(this.complaints::add);
		return opened;
	}

	/**
	 * Has the page find preferences, as if they had been chosen before.
	 */
	Visit prefer(String json) {
		this.context.addInitScript("if (!localStorage.getItem('edgewise.console')) { "
				+ "localStorage.setItem('edgewise.console', JSON.stringify(" + json + ")); }");
		return this;
	}

	/**
	 * Goes to a new session.
	 */
	Visit enter() {
		return enter("browser-" + SESSIONS.incrementAndGet());
	}

	Visit enter(String session) {
		this.page.navigate(this.console + "#session=" + session);
		return live();
	}

	Visit live() {
		assertThat(this.page.locator("#state")).hasAttribute("data-state", "live");
		return this;
	}

	String session() {
		return this.page.locator("#session").textContent();
	}

	/**
	 * Types and sends.
	 */
	Visit say(String text) {
		this.page.locator("#composer-text").fill(text);
		this.page.locator("#composer-text").press("Enter");
		return this;
	}

	Locator agent() {
		return this.page.locator(".turn.agent");
	}

	/**
	 * Waits until an answer is under way and so many of its words have been heard.
	 */
	Visit hear(int words) {
		this.page.waitForFunction("""
				(words) => {
				  const heard = [...document.querySelectorAll('.turn.agent')].at(-1)?.querySelector('.heard');
				  return heard && heard.textContent.trim().split(/\\s+/).length >= words;
				}""", words);
		return this;
	}

	/**
	 * The sequences of the frames that are listed.
	 */
	List<Integer> sequences(Page of) {
		return of.locator("#frames > li:not([data-kind=decision])")
			.evaluateAll("(rows) => rows.map((row) => row.dataset.sequence).join()")
			.toString()
			.lines()
			.flatMap((line) -> List.of(line.split(",")).stream())
			.map(Integer::valueOf)
			.toList();
	}

	Locator frame(String type) {
		return this.page.locator("#frames > li[data-type='" + type + "']");
	}

	/**
	 * Evaluates an expression in which session is the page's.
	 */
	Object evaluate(String expression) {
		return this.page.evaluate(
				"async () => { const { session } = await import('/console/app.js'); return " + expression + "; }");
	}

	void shoot(String name) {
		this.page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target/console", name + ".png")));
	}

	/**
	 * What the browser has complained of, but for what is expected.
	 */
	List<String> complaints(String... expected) {
		return this.complaints.stream()
			.filter((complaint) -> List.of(expected).stream().noneMatch(complaint::contains))
			.collect(Collectors.toList());
	}

	@Override
	public void close() {
		this.context.close();
	}

}
