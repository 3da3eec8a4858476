package dev.edgewise.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import dev.edgewise.benchmark.Page.Target;

/**
 * Measures everything and writes the report.
 */
public final class Benchmarks {

	private final List<String> chosen;

	private final Page body = new Page();

	private Benchmarks(List<String> chosen) {
		this.chosen = chosen;
	}

	/**
	 * Runs all parts, one after the other.
	 * @param arguments the file to write, its pictures go into the folder
	 * {@code performance} beside it; then the titles of parts, if it shall not be all
	 */
	public static void main(String[] arguments) throws Exception {
		Benchmarks benchmarks = new Benchmarks(Arrays.asList(arguments).subList(1, arguments.length));
		benchmarks.measure();
		write(benchmarks.body, Path.of(arguments[0]));
	}

	private void measure() throws Exception {
		try (Load load = new Load()) {
			measure(new SlowReaderPart(load));
			measure(new WirePart(load));
			measure(new FloorPart(load));
		}
		measure(new EnginePart());
		measure(new FootprintPart());
		measure(new StartPart());
		measure(new PeersPart());
	}

	private void measure(Part part) throws Exception {
		if (this.chosen.isEmpty() || this.chosen.contains(part.title())) {
			long begin = System.nanoTime();
			this.body.heading(part.title());
			part.measure(this.body);
			System.out.printf("%s: %d s%n", part.title(), (System.nanoTime() - begin) / 1_000_000_000);
		}
	}

	private static void write(Page body, Path file) throws IOException {
		Page head = new Page();
		head.paragraph("# Performance");
		head.paragraph(
				"""
						What Edgewise takes to be silent, what it costs beside a plain endpoint, and what others say of
						themselves. This file is written by its measurements: no figure in it was typed. All of it is one run, on
						the machine below, with the client that makes the load on the same processors; compare what stands here
						with what else stands here, not with another machine's.""");
		head.paragraph("- Machine: " + Machine.describe());
		head.paragraph(
				"""
						To repeat it: `./mvnw -Pbench verify`, which runs no test, takes less than ten minutes and writes this file
						anew. It listens and calls on the loopback only, and stops by itself.""");
		head.paragraph("## The targets");
		head.paragraph(
				"""
						The peer is Cartesia Line v0.1.12, in Python, as it was measured on a machine of two cores before this
						project began; this run has not repeated that. For what is missed, the reason stands below the table.""");
		List<List<String>> rows = new ArrayList<>();
		for (Target target : body.targets()) {
			rows.add(List.of(target.measure(), target.peer(), target.wanted(), target.reached(),
					target.met() ? "met" : "**missed**"));
		}
		head.table(List.of("measure", "peer", "target", "reached", ""), rows);
		body.targets().stream().filter((target) -> !target.met()).map(Target::reason).distinct().forEach((reason) -> {
			String measures = body.targets()
				.stream()
				.filter((target) -> !target.met() && target.reason().equals(reason))
				.map(Target::measure)
				.collect(Collectors.joining("; "));
			head.paragraph("*Missed: " + measures + ".* " + reason);
		});
		Files.writeString(file, head + "\n" + body);
		Path folder = Files.createDirectories(file.resolveSibling("performance"));
		for (Map.Entry<String, String> picture : body.pictures().entrySet()) {
			Files.writeString(folder.resolve(picture.getKey()), picture.getValue());
		}
	}

}
