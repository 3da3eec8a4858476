package dev.edgewise;

import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

class LogWatchTests {

	@Test
	void findsASecretWhereverItIsInALine() {
		List<String> lines = List.of("a line", "GET /stream?ticket=abcdefghijkl HTTP/1.1", "said 'swordfish at dawn'");
		assertThat(
				LogWatch.leaks(lines, Set.of("abcdefghijkl", "swordfish at dawn", "abcdefghijkm", "swordfish at noon")))
			.hasSize(2)
			.anySatisfy((leak) -> assertThat(leak).startsWith("'abcdefghijkl' in: GET"))
			.anySatisfy((leak) -> assertThat(leak).startsWith("'swordfish at dawn' in: said"));
		assertThat(LogWatch.leaks(lines, Set.of())).isEmpty();
	}

	@Test
	void hearsMoreThanTheConsoleShows() {
		LoggerFactory.getLogger("dev.edgewise.session.Anything").debug("a whisper");
		LoggerFactory.getLogger("org.springframework.security.Anything")
			.debug("another whisper", new IllegalStateException("and why"));
		assertThat(LogWatch.lines()).anyMatch((line) -> line.contains("a whisper"))
			.anyMatch((line) -> line.contains("another whisper") && line.contains("and why"));
	}

}
