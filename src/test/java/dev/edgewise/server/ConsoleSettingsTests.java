package dev.edgewise.server;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whether there is a console, and where.
 */
class ConsoleSettingsTests {

	@Test
	void canBeSwitchedOff() {
		try (GuardedServer without = new GuardedServer("--edgewise.console.enabled=false")) {
			for (String path : List.of("/console", "/console/app.js", "/console/setup")) {
				assertThat(without.send("GET", path, "").problem()).isEqualTo("not-found");
			}
		}
	}

	@Test
	void isThereUnderAnotherBasePathToo() {
		try (GuardedServer elsewhere = new GuardedServer("--edgewise.web.base-path=",
				"--spring.webflux.base-path=/talk")) {
			assertThat(elsewhere.send("GET", "/talk/console", "").status()).isEqualTo(200);
			assertThat(elsewhere.send("GET", "/talk/console/app.js", "").status()).isEqualTo(200);
			assertThat(elsewhere.send("GET", "/talk/console/setup", "").body()).contains("\"basePath\":\"\"");
		}
	}

}
