package dev.edgewise.readme;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * The README's ten lines for a browser, run where Node.js is installed.
 */
class BrowserSnippetTests {

	@TempDir
	private Path directory;

	@Test
	void dropsWhatIsQueuedOfAGenerationAtItsInterruptedFrame() throws Exception {
		String snippet = Readme.read().block("In a browser", "js");
		assertThat(snippet.lines()).hasSizeLessThanOrEqualTo(10);
		assumeThat(installed("node")).isTrue();
		Path script = this.directory.resolve("snippet.js");
		Files.writeString(script, """
				const listeners = {};
				class EventSource {
				  addEventListener(type, listener) { listeners[type] = listener; }
				}
				%s
				const send = (type, frame) => listeners[type]({ data: JSON.stringify(frame) });
				send("AgentResponse", { generation: "g1", content: "One " });
				send("AgentResponse", { generation: "g2", content: "Two " });
				send("AgentResponse", { generation: "g1", content: "more " });
				send("AgentGenerationInterrupted", { generation: "g1", reason: "EVENT" });
				send("AgentResponse", { generation: "g2", content: "more " });
				send("AgentResponse", { generation: "g3", content: "Three " });
				send("AgentSpeechInterrupted", { generation: "g3", heard: "" });
				console.log(queue.map((item) => item.content).join(""));
				""".formatted(snippet));
		Process node = new ProcessBuilder("node", script.toString()).redirectErrorStream(true).start();
		assertThat(node.waitFor(30, TimeUnit.SECONDS)).isTrue();
		assertThat(new String(node.getInputStream().readAllBytes()).strip()).isEqualTo("Two more");
	}

	private static boolean installed(String command) {
		try {
			return new ProcessBuilder(command, "--version").start().waitFor() == 0;
		}
		catch (Exception ex) {
			return false;
		}
	}

}
