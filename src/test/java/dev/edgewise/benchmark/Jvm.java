package dev.edgewise.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * A JVM beside this one that is asked questions: a line in, lines out. It ends when it is
 * closed, and with the process that has started it.
 */
public final class Jvm implements AutoCloseable {

	/** The line behind the last one of an answer. */
	private static final String END = ".";

	/** What Boot is told not to configure, here and there. */
	private static final String EXCLUDED = "spring.autoconfigure.exclude";

	private final Process process;

	private final BufferedReader answers;

	private final PrintStream questions;

	private Jvm(Process process) {
		this.process = process;
		this.answers = process.inputReader(StandardCharsets.UTF_8);
		this.questions = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
	}

	/**
	 * Starts a JVM of the same version and with the same class path.
	 * @param main what to run there; it calls {@link #answer}
	 * @param options the JVM's options
	 */
	public static Jvm start(Class<?> main, String... options) {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(Arrays.asList(options));
		// what the service's manifest says; older JVMs do not know it
		if (Runtime.version().feature() >= 22) {
			command.add("--enable-native-access=ALL-UNNAMED");
		}
		// Boot's own security, which is on the class path for the service alone
		String excluded = System.getProperty(EXCLUDED);
		if (excluded != null) {
			command.add("-D" + EXCLUDED + "=" + excluded);
		}
		command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
		try {
			return new Jvm(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Asks, and waits for the answer.
	 * @param words the question
	 */
	public Answer ask(Object... words) {
		StringBuilder question = new StringBuilder();
		for (Object word : words) {
			question.append(question.isEmpty() ? "" : " ").append(word);
		}
		this.questions.println(question);
		List<String> lines = new ArrayList<>();
		try {
			for (String line = this.answers.readLine(); !END.equals(line); line = this.answers.readLine()) {
				if (line == null) {
					throw new IllegalStateException("No answer to: " + question);
				}
				lines.add(line);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return new Answer(lines);
	}

	@Override
	public void close() {
		this.questions.close();
		try {
			if (!this.process.waitFor(10, TimeUnit.SECONDS)) {
				this.process.destroyForcibly();
			}
		}
		catch (InterruptedException ex) {
			this.process.destroyForcibly();
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Answers questions until there are no more, then ends this JVM at once. What anybody
	 * else prints goes to the standard error.
	 * @param start makes what answers a question's words
	 */
	public static void answer(Callable<Answers> start) throws Exception {
		Thread.setDefaultUncaughtExceptionHandler((thread, ex) -> {
			ex.printStackTrace();
			if (thread.getName().equals("main")) {
				// others would keep it from ending
				Runtime.getRuntime().halt(1);
			}
		});
		PrintStream out = System.out;
		System.setOut(System.err);
		Answers answers = start.call();
		BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		for (String question = questions.readLine(); question != null; question = questions.readLine()) {
			out.print(String.join("", answers.to(question.split(" ")).stream().map((line) -> line + "\n").toList()));
			out.println(END);
		}
		Runtime.getRuntime().halt(0);
	}

	/**
	 * Answers questions.
	 */
	public interface Answers {

		List<String> to(String[] question) throws Exception;

	}

	/**
	 * The lines of an answer, each a name and its value.
	 */
	public record Answer(List<String> lines) {

		/**
		 * The value of a name.
		 */
		public double get(String name) {
			return this.lines.stream()
				.filter((line) -> line.startsWith(name + " "))
				.mapToDouble((line) -> Double.parseDouble(line.substring(name.length() + 1)))
				.findFirst()
				.orElseThrow(() -> new IllegalStateException("No " + name + " in " + this.lines));
		}

	}

}
