package dev.edgewise.readme;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.edgewise.readme.Readme.Block;
import dev.edgewise.server.EdgewiseServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * The README's commands, pasted in order against the service, where curl is installed.
 */
class CommandLineTests {

	private static final String END = "<<<end of block>>>";

	@TempDir
	private Path directory;

	@Test
	void answerAsTheReadmeSays() throws Exception {
		assumeThat(installed("curl")).isTrue();
		List<Block> blocks = Readme.read().blocks("Run it");
		assertThat(blocks.get(0)).isEqualTo(new Block("bash", "./mvnw spring-boot:run"));
		List<String> commands = new ArrayList<>();
		List<String> outputs = new ArrayList<>();
		for (int i = 1; i < blocks.size(); i += 2) {
			assertThat(blocks.get(i).language()).isEqualTo("bash");
			commands.add(blocks.get(i).content());
			outputs.add(shape(blocks.get(i + 1).content()));
		}
		assertThat(commands.stream().mapToInt((command) -> command.split("\\bcurl ").length - 1).sum()).isEqualTo(4);
		String[] answers = run(commands).split(END);
		for (int i = 0; i < commands.size(); i++) {
			assertThat(shape(answers[i])).as("%s%n%n%s", commands.get(i), answers[i].strip()).isEqualTo(outputs.get(i));
		}
	}

	// at twice the pace of the README, so that there are words to cut off on a busy
	// machine
	private String run(List<String> commands) throws Exception {
		try (ConfigurableApplicationContext context = SpringApplication.run(EdgewiseServer.class, "--server.port=0",
				"--edgewise.agent.words-per-minute=400")) {
			int port = ((WebServerApplicationContext) context).getWebServer().getPort();
			String script = String.join("\necho '" + END + "'\n", commands)
				.replace("localhost:8080", "127.0.0.1:" + port);
			Path output = this.directory.resolve("output.txt");
			Process bash = new ProcessBuilder("bash", "-c", script).directory(this.directory.toFile())
				.redirectErrorStream(true)
				.redirectOutput(output.toFile())
				.start();
			assertThat(bash.waitFor(30, TimeUnit.SECONDS)).isTrue();
			return Files.readString(output);
		}
	}

	/**
	 * Leaves away what differs from run to run: times, ids, numbers, and how far the
	 * agent came.
	 */
	private static String shape(String output) {
		return output.strip()
			.replaceAll("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z", "<time>")
			.replaceAll("\"g[a-z0-9]+-\\d+\"", "\"<generation>\"")
			.replaceAll("\"(generated|delivered)\":\"There is much [^\"]*\"", "\"$1\":\"<words>\"")
			.replaceAll("\\b\\d+(\\.\\d+)?(E-\\d+)?\\b", "<n>");
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
