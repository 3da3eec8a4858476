package dev.edgewise.browser;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;

import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * A browser that is installed, started for one class of tests; without one they are
 * skipped and say why.
 */
final class Chromium implements AutoCloseable {

	private static final List<String> PLACES = List.of("/usr/bin/chromium", "/usr/bin/chromium-browser",
			"/usr/bin/google-chrome", "/snap/bin/chromium",
			"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");

	private static final List<String> QUIET = List.of("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
			"--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync");

	private final Playwright playwright;

	private final Browser browser;

	private Chromium(Path path, String... flags) {
		this.playwright = Playwright
			.create(new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
		List<String> all = new ArrayList<>(QUIET);
		all.addAll(Arrays.asList(flags));
		this.browser = this.playwright.chromium()
			.launch(new BrowserType.LaunchOptions().setExecutablePath(path).setArgs(all));
	}

	static Chromium start(String... flags) {
		Optional<Path> path = Stream.concat(Stream.ofNullable(System.getProperty("browser")), PLACES.stream())
			.map(Path::of)
			.filter(Files::isExecutable)
			.findFirst();
		assumeThat(path).as("there is no Chromium or Chrome at any of " + PLACES + "; name one by -Dbrowser=path")
			.isPresent();
		return new Chromium(path.orElseThrow(), flags);
	}

	/**
	 * The flags that make a file the microphone, which nobody is asked for.
	 */
	static String[] microphone(Path wav) {
		return new String[] { "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
				"--use-file-for-fake-audio-capture=" + wav + "%noloop" };
	}

	Browser browser() {
		return this.browser;
	}

	@Override
	public void close() {
		this.browser.close();
		this.playwright.close();
	}

}
