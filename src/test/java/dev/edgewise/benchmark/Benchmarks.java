package dev.edgewise.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Measures everything and writes the report.
 */
public final class Benchmarks {

	private static final List<Part> PARTS = List.of(new FootprintPart(), new StartPart());

	private Benchmarks() {
	}

	/**
	 * Runs all parts, one after the other.
	 * @param arguments the file to write; its pictures go into the folder
	 * {@code performance} beside it
	 */
	public static void main(String[] arguments) throws Exception {
		Page page = new Page();
		for (Part part : PARTS) {
			page.heading(part.title());
			part.measure(page);
		}
		write(page, Path.of(arguments[0]));
	}

	private static void write(Page page, Path file) throws IOException {
		Files.writeString(file, page.toString());
		Path folder = Files.createDirectories(file.resolveSibling("performance"));
		for (Map.Entry<String, String> picture : page.pictures().entrySet()) {
			Files.writeString(folder.resolve(picture.getKey()), picture.getValue());
		}
	}

}
