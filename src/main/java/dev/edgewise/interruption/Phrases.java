package dev.edgewise.interruption;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Phrases to be found in what a user says: some for every language, some for one.
 */
public final class Phrases {

	/** No phrases. */
	public static final Phrases NONE = new Phrases(List.of(), Map.of());

	private final List<String> all;

	private final Map<String, List<String>> byLanguage;

	/**
	 * Creates a list.
	 * @param all those for every language
	 * @param byLanguage those for one language, by its BCP 47 tag
	 */
	public Phrases(List<String> all, Map<String, List<String>> byLanguage) {
		this.all = List.copyOf(all);
		this.byLanguage = Map.copyOf(byLanguage);
	}

	/**
	 * Those for every language, as they were given.
	 */
	public List<String> all() {
		return this.all;
	}

	/**
	 * Those for one language, as they were given, by its BCP 47 tag.
	 */
	public Map<String, List<String>> byLanguage() {
		return this.byLanguage;
	}

	/**
	 * Whether there are none.
	 */
	public boolean isEmpty() {
		return this.all.isEmpty();
	}

	/**
	 * Whether a phrase is in a text, as whole words.
	 * @param text the text
	 * @param language the language it is in, as a BCP 47 tag; null if it is not known
	 */
	public boolean anyIn(String text, @Nullable String language) {
		return this.all.stream().anyMatch((phrase) -> (" " + text + " ").contains(" " + phrase + " "));
	}

	/**
	 * Whether a phrase is all of a text.
	 * @param text the text
	 * @param language the language it is in, as a BCP 47 tag; null if it is not known
	 */
	public boolean anyIs(String text, @Nullable String language) {
		return this.all.contains(text);
	}

}
