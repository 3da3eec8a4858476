package dev.edgewise.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * How long it takes from the start of the service's process until it says that it is
 * well.
 */
final class StartPart implements Part {

	private static final int ROUNDS = 3;

	/** No round but the first begins that would not be over by then. */
	private static final long BUDGET = TimeUnit.SECONDS.toNanos(85);

	/** A start that takes longer has failed. */
	private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

	/** The first version whose caches are made by one option. */
	private static final int NEWER = 25;

	private static final Pattern PORT = Pattern.compile("started on port (\\d+)");

	private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	@Override
	public String title() {
		return "Start-up";
	}

	@Override
	public void measure(Page page) throws Exception {
		long begin = System.nanoTime();
		Path jar = jar();
		Jdk jdk = Jdk.of(Path.of(System.getProperty("java.home")));
		Jdk newer = newer(jdk);
		Path folder = Files.createTempDirectory("start");
		try {
			Path extracted = extract(jdk, jar, folder);
			List<Way> ways = new ArrayList<>();
			ways.add(new Way(jdk, "`java -jar`", List.of("-jar", jar.toString())));
			ways.add(new Way(jdk, "extracted", List.of("-jar", extracted.toString())));
			if (newer != null) {
				ways.add(new Way(newer, "extracted", List.of("-jar", extracted.toString())));
				ways.add(new Way(newer, "extracted, with an AOT cache",
						List.of("-XX:AOTCache=" + train(newer, extracted), "-jar", extracted.toString())));
			}
			int rounds = 0;
			for (long took = 0; rounds < ROUNDS && System.nanoTime() - begin + took < BUDGET; rounds++) {
				long from = System.nanoTime();
				for (Way way : ways) {
					way.start();
				}
				took = System.nanoTime() - from;
			}
			write(page, ways, rounds, newer);
		}
		finally {
			delete(folder);
		}
	}

	private static void write(Page page, List<Way> ways, int rounds, @Nullable Jdk newer) {
		String caches = "No JDK %d or newer was found, so AOT caches were not measured.".formatted(NEWER);
		page.paragraph("""
				The service of this repository, as it is: from the start of its process until `GET /actuator/health`
				is answered with 200. Started %s; the median, and in parentheses the fastest and the slowest. %s
				""".formatted((rounds == 1) ? "once each, for want of time" : rounds + " times each, in turn",
				(newer != null) ? "" : caches));
		page.table(List.of("JDK", "how", "seconds"),
				ways.stream()
					.map((way) -> List.of(String.valueOf(way.jdk.version), way.name, Spread.of(way.seconds).format(2)))
					.toList());
	}

	private static Path jar() throws IOException {
		try (DirectoryStream<Path> jars = Files.newDirectoryStream(Path.of("target"), "edgewise-*-exec.jar")) {
			for (Path jar : jars) {
				return jar.toAbsolutePath();
			}
		}
		throw new IllegalStateException(
				"There is no target/edgewise-*-exec.jar: build the service first, with package");
	}

	/**
	 * Finds a newer JDK: the one that the property {@code benchmark.jdk25} names, or one
	 * that is installed beside this one.
	 */
	private static @Nullable Jdk newer(Jdk jdk) throws IOException {
		if (jdk.version >= NEWER) {
			return jdk;
		}
		String named = System.getProperty("benchmark.jdk25");
		if (named != null) {
			return Jdk.of(Path.of(named));
		}
		try (Stream<Path> siblings = Files.list(jdk.home.toRealPath().getParent())) {
			for (Path home : siblings.filter((home) -> Files.isRegularFile(home.resolve("release")))
				.sorted()
				.toList()) {
				Jdk sibling = Jdk.of(home);
				if (sibling.version >= NEWER && Files.isExecutable(sibling.java())) {
					return sibling;
				}
			}
		}
		return null;
	}

	private static Path extract(Jdk jdk, Path jar, Path folder) throws Exception {
		Path destination = folder.resolve("extracted");
		end(new ProcessBuilder(jdk.java().toString(), "-Djarmode=tools", "-jar", jar.toString(), "extract",
				"--destination", destination.toString())
			.redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.redirectError(ProcessBuilder.Redirect.INHERIT)
			.start());
		return destination.resolve(jar.getFileName());
	}

	/**
	 * Starts the service once and has it write down at its end what it has loaded.
	 */
	private static Path train(Jdk jdk, Path jar) throws Exception {
		Path cache = jar.resolveSibling("start.aot");
		Process process = service(jdk, List.of("-XX:AOTCacheOutput=" + cache, "-jar", jar.toString()));
		try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
			awaitHealth(port(output));
			// by its handle: the process would close the pipe, and the JVM write nothing
			process.toHandle().destroy();
			end(process);
		}
		finally {
			process.destroyForcibly();
		}
		if (!Files.isRegularFile(cache)) {
			throw new IllegalStateException("The training has left no cache");
		}
		return cache;
	}

	private static Process service(Jdk jdk, List<String> arguments) throws IOException {
		List<String> command = new ArrayList<>();
		command.add(jdk.java().toString());
		command.addAll(arguments);
		command.addAll(List.of("--server.port=0", "--server.address=127.0.0.1"));
		return new ProcessBuilder(command).redirectErrorStream(true).start();
	}

	private static int port(BufferedReader output) throws IOException {
		StringBuilder said = new StringBuilder();
		for (String line = output.readLine(); line != null; line = output.readLine()) {
			Matcher port = PORT.matcher(line);
			if (port.find()) {
				return Integer.parseInt(port.group(1));
			}
			said.append(line).append('\n');
		}
		throw new IllegalStateException("The service has ended:\n" + said);
	}

	private static void awaitHealth(int port) throws Exception {
		HttpRequest health = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator/health"))
			.build();
		long end = System.nanoTime() + PATIENCE;
		while (HTTP.send(health, HttpResponse.BodyHandlers.discarding()).statusCode() != 200) {
			if (System.nanoTime() > end) {
				throw new IllegalStateException("The service is not well");
			}
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
		}
	}

	private static void end(Process process) throws InterruptedException {
		if (!process.waitFor(30, TimeUnit.SECONDS)) {
			process.destroyForcibly().waitFor();
		}
	}

	private static void delete(Path folder) throws IOException {
		List<Path> files;
		try (Stream<Path> walk = Files.walk(folder)) {
			files = walk.sorted((one, other) -> other.compareTo(one)).toList();
		}
		for (Path file : files) {
			Files.delete(file);
		}
	}

	/**
	 * An installed JDK.
	 *
	 * @param home where it is
	 * @param version its first number
	 */
	private record Jdk(Path home, int version) {

		static Jdk of(Path home) throws IOException {
			Properties release = new Properties();
			try (BufferedReader reader = Files.newBufferedReader(home.resolve("release"))) {
				release.load(reader);
			}
			String version = release.getProperty("JAVA_VERSION", "\"0\"").replace("\"", "");
			return new Jdk(home, Runtime.Version.parse(version).feature());
		}

		Path java() {
			return this.home.resolve("bin").resolve("java");
		}

	}

	/**
	 * A way to start the service, and how long it took each time.
	 */
	private static final class Way {

		final Jdk jdk;

		final String name;

		private final List<String> arguments;

		final List<Double> seconds = new ArrayList<>();

		Way(Jdk jdk, String name, List<String> arguments) {
			this.jdk = jdk;
			this.name = name;
			this.arguments = arguments;
		}

		void start() throws Exception {
			long begin = System.nanoTime();
			Process process = service(this.jdk, this.arguments);
			try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
				awaitHealth(port(output));
				this.seconds.add((System.nanoTime() - begin) / 1e9);
			}
			finally {
				process.destroyForcibly();
				end(process);
			}
		}

	}

}
