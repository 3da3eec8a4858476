package dev.edgewise.interruption;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.IllformedLocaleException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import com.ibm.icu.text.Normalizer2;
import org.jspecify.annotations.Nullable;

/**
 * Phrases to be found in what a user says: some for every language, some for one. Texts
 * are compared after NFKC and full case folding, by their letters, digits and marks
 * alone. A list for a language holds for sessions in that language whatever the region;
 * for a session that has not said its language all lists hold. Safe from any thread.
 */
public final class Phrases {

	/** Languages in which an I without a dot is another letter than one with it. */
	private static final Set<String> TURKIC = Set.of("tr", "az");

	/** No phrases. */
	public static final Phrases NONE = new Phrases(List.of(), Map.of());

	/** Those that hold if the language is not known. */
	private final List<Part> unknown;

	/** Those that hold for a language that has no list. */
	private final List<Part> common;

	private final Map<String, List<Part>> byLanguage;

	private final List<String> given;

	private final Map<String, List<String>> givenByLanguage;

	/**
	 * Creates a list.
	 * @param all those for every language
	 * @param byLanguage those for one language, by its BCP 47 tag
	 * @throws IllegalArgumentException if a phrase has neither letter nor digit, or a tag
	 * is malformed
	 */
	public Phrases(List<String> all, Map<String, List<String>> byLanguage) {
		this.given = List.copyOf(all);
		this.givenByLanguage = Map.copyOf(byLanguage);
		Map<String, List<String>> byPrimary = new HashMap<>();
		byLanguage.forEach((tag, phrases) -> byPrimary.computeIfAbsent(primary(tag), (primary) -> new ArrayList<>())
			.addAll(phrases));
		List<String> plain = new ArrayList<>(all);
		List<String> turkic = new ArrayList<>();
		byPrimary.forEach((language, phrases) -> (TURKIC.contains(language) ? turkic : plain).addAll(phrases));
		this.unknown = parts(plain, turkic);
		this.common = parts(all, List.of());
		Map<String, List<Part>> parts = new HashMap<>();
		byPrimary.forEach((language, phrases) -> {
			List<String> both = new ArrayList<>(all);
			both.addAll(phrases);
			// "STOP" is said in Istanbul, too.
			parts.put(language, TURKIC.contains(language) ? parts(all, both) : parts(both, List.of()));
		});
		this.byLanguage = Map.copyOf(parts);
	}

	private static String primary(String tag) {
		String primary;
		try {
			primary = new Locale.Builder().setLanguageTag(tag).build().getLanguage();
		}
		catch (IllformedLocaleException ex) {
			throw new IllegalArgumentException("'%s' is no language tag of BCP 47".formatted(tag), ex);
		}
		if (primary.isEmpty()) {
			throw new IllegalArgumentException("'%s' names no language".formatted(tag));
		}
		return primary;
	}

	private static List<Part> parts(List<String> plain, List<String> turkic) {
		List<Part> parts = new ArrayList<>();
		if (!plain.isEmpty()) {
			parts.add(new Part(plain, false));
		}
		if (!turkic.isEmpty()) {
			parts.add(new Part(turkic, true));
		}
		return List.copyOf(parts);
	}

	/**
	 * Those for every language, as they were given.
	 */
	public List<String> all() {
		return this.given;
	}

	/**
	 * Those for one language, as they were given, by its BCP 47 tag.
	 */
	public Map<String, List<String>> byLanguage() {
		return this.givenByLanguage;
	}

	/**
	 * Whether there are none.
	 */
	public boolean isEmpty() {
		return this.unknown.isEmpty();
	}

	/**
	 * Whether a phrase is in a text, as whole words.
	 * @param text the text
	 * @param language the language it is in, as a BCP 47 tag; null if it is not known
	 */
	public boolean anyIn(String text, @Nullable String language) {
		return firstIn(text, language) != null;
	}

	/**
	 * The first phrase that is in a text, as it was given; null if there is none.
	 * @param text the text
	 * @param language the language it is in, as a BCP 47 tag; null if it is not known
	 */
	public @Nullable String firstIn(String text, @Nullable String language) {
		for (Part part : parts(language)) {
			String found = part.firstIn(text);
			if (found != null) {
				return found;
			}
		}
		return null;
	}

	/**
	 * Whether a phrase is all of a text.
	 * @param text the text
	 * @param language the language it is in, as a BCP 47 tag; null if it is not known
	 */
	public boolean anyIs(String text, @Nullable String language) {
		for (Part part : parts(language)) {
			if (part.is(text)) {
				return true;
			}
		}
		return false;
	}

	private List<Part> parts(@Nullable String language) {
		if (language == null || language.isBlank()) {
			return this.unknown;
		}
		if (this.byLanguage.isEmpty()) {
			return this.common;
		}
		int end = 0;
		while (end < language.length() && Character.isLetter(language.charAt(end))) {
			end++;
		}
		return this.byLanguage.getOrDefault(language.substring(0, end).toLowerCase(Locale.ROOT), this.common);
	}

	private static String folded(String text, boolean turkic) {
		String undotted = turkic ? text.replace("I\u0307", "i").replace('I', '\u0131').replace('\u0130', 'i') : text;
		return Words.isAscii(undotted) ? undotted.toLowerCase(Locale.ROOT)
				: Normalizer2.getNFKCCasefoldInstance().normalize(undotted);
	}

	private static String sounded(String folded) {
		return sounded(folded, Integer.MAX_VALUE);
	}

	/**
	 * The letters, digits and marks of a text, and no more of them than are needed to
	 * know that there are too many.
	 */
	private static String sounded(String folded, int max) {
		StringBuilder sounded = new StringBuilder(Math.min(folded.length(), max));
		int codePoint;
		for (int i = 0; i < folded.length() && sounded.length() <= max; i += Character.charCount(codePoint)) {
			codePoint = folded.codePointAt(i);
			if (Words.isSounded(codePoint)) {
				sounded.appendCodePoint(codePoint);
			}
		}
		return sounded.toString();
	}

	/**
	 * Phrases that are folded alike.
	 */
	private static final class Part {

		private final boolean turkic;

		private final String[] given;

		private final String[] phrases;

		private final int shortest;

		private final int longest;

		Part(List<String> given, boolean turkic) {
			this.turkic = turkic;
			this.given = given.toArray(String[]::new);
			this.phrases = new String[given.size()];
			int shortest = Integer.MAX_VALUE;
			int longest = 0;
			for (int i = 0; i < this.phrases.length; i++) {
				String phrase = sounded(folded(this.given[i], turkic));
				if (phrase.isEmpty()) {
					throw new IllegalArgumentException(
							"The phrase '%s' has neither letter nor digit".formatted(this.given[i]));
				}
				this.phrases[i] = phrase;
				shortest = Math.min(shortest, phrase.length());
				longest = Math.max(longest, phrase.length());
			}
			this.shortest = shortest;
			this.longest = longest;
		}

		@Nullable String firstIn(String text) {
			String folded = folded(text, this.turkic);
			String sounded = sounded(folded);
			if (sounded.length() < this.shortest) {
				return null;
			}
			BitSet cuts = null;
			for (int i = 0; i < this.phrases.length; i++) {
				String phrase = this.phrases[i];
				int at = sounded.indexOf(phrase);
				while (at >= 0) {
					cuts = (cuts != null) ? cuts : Words.cuts(folded);
					if (cuts.get(at) && cuts.get(at + phrase.length())) {
						return this.given[i];
					}
					at = sounded.indexOf(phrase, at + 1);
				}
			}
			return null;
		}

		boolean is(String text) {
			String sounded = sounded(folded(text, this.turkic), this.longest);
			for (String phrase : this.phrases) {
				if (phrase.equals(sounded)) {
					return true;
				}
			}
			return false;
		}

	}

}
