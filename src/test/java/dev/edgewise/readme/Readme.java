package dev.edgewise.readme;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The README, or a document that it refers to, taken apart.
 *
 * @param lines its lines
 */
record Readme(List<String> lines) {

	/**
	 * Reads the README of the project.
	 */
	static Readme read() {
		return read("README.md");
	}

	/**
	 * Reads the reference of properties and meters.
	 */
	static Readme reference() {
		return document("reference.md");
	}

	/**
	 * Reads a document that the README links to.
	 * @param name its name
	 */
	static Readme document(String name) {
		return read("src/docs/" + name);
	}

	/**
	 * Reads a document.
	 * @param file its path
	 */
	static Readme read(String file) {
		try {
			return new Readme(Files.readAllLines(Path.of(file)));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Writes the rows of the first table below a heading anew.
	 * @param file the document
	 * @param heading the text of the heading
	 * @param rows the rows, without the table's head
	 */
	static void write(String file, String heading, List<List<String>> rows) throws IOException {
		List<String> lines = new ArrayList<>(Files.readAllLines(Path.of(file)));
		int at = lines.indexOf("## " + heading);
		while (!lines.get(at).startsWith("|")) {
			at++;
		}
		at += 2;
		while (at < lines.size() && lines.get(at).startsWith("|")) {
			lines.remove(at);
		}
		lines.addAll(at,
				rows.stream().map((row) -> row.stream().collect(Collectors.joining(" | ", "| ", " |"))).toList());
		Files.write(Path.of(file), lines);
	}

	/**
	 * The fenced blocks below a heading, in order.
	 * @param heading the text of the heading
	 */
	List<Block> blocks(String heading) {
		List<Block> blocks = new ArrayList<>();
		List<String> content = new ArrayList<>();
		String language = null;
		for (String line : section(heading)) {
			if (language == null && line.startsWith("```")) {
				language = line.substring(3);
				content.clear();
			}
			else if (language != null && line.equals("```")) {
				blocks.add(new Block(language, String.join("\n", content)));
				language = null;
			}
			else {
				content.add(line);
			}
		}
		return blocks;
	}

	/**
	 * The one block in a language below a heading.
	 * @param heading the text of the heading
	 * @param language the language
	 */
	String block(String heading, String language) {
		List<Block> found = blocks(heading).stream().filter((block) -> block.language().equals(language)).toList();
		if (found.size() != 1) {
			throw new AssertionError(found.size() + " blocks of " + language + " below '" + heading + "'");
		}
		return found.get(0).content();
	}

	/**
	 * The rows of the table below a heading, without its head.
	 * @param heading the text of the heading
	 */
	List<List<String>> table(String heading) {
		return section(heading).stream()
			.filter((line) -> line.startsWith("|"))
			.skip(2)
			.map((line) -> Arrays.stream(line.substring(1, line.lastIndexOf('|')).split("\\|", -1))
				.map(String::strip)
				.toList())
			.toList();
	}

	/**
	 * What is written below a heading, on one line.
	 * @param heading the text of the heading
	 */
	String text(String heading) {
		return String.join(" ", section(heading));
	}

	private List<String> section(String heading) {
		int start = this.lines.indexOf("## " + heading);
		if (start < 0) {
			throw new AssertionError("No heading '" + heading + "'");
		}
		int end = start + 1;
		while (end < this.lines.size() && !this.lines.get(end).startsWith("## ")) {
			end++;
		}
		return this.lines.subList(start + 1, end);
	}

	/**
	 * A fenced block.
	 *
	 * @param language what is written behind its fence
	 * @param content its lines
	 */
	record Block(String language, String content) {
	}

}
