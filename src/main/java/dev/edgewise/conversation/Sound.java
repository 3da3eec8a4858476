package dev.edgewise.conversation;

import com.ibm.icu.lang.UCharacter;
import com.ibm.icu.lang.UProperty;
import com.ibm.icu.lang.UScript;
import com.ibm.icu.text.Normalizer2;

/**
 * Tells which characters of a text are spoken, and makes those that sound the same the
 * same. What is not spoken is white space, punctuation, symbols, emoji, vowel marks that
 * may be left out, and markup: tags, the address of a Markdown link, the language of a
 * code block.
 */
final class Sound {

	private static final int TAG = 512;

	private static final int LINK = 2_048;

	private static final int FENCE = 40;

	private static final int ENTITY = 10;

	private static final Normalizer2 FOLDED = Normalizer2.getNFKCCasefoldInstance();

	private static final Normalizer2 DECOMPOSED = Normalizer2.getNFDInstance();

	private static final String[] ASCII = new String[0x80];

	static {
		for (char c = 0; c < 0x80; c++) {
			ASCII[c] = String.valueOf((c >= 'A' && c <= 'Z') ? (char) (c + 0x20) : c);
		}
	}

	private Sound() {
	}

	/**
	 * Whether a character is spoken as it is written.
	 */
	static boolean isHeard(int codePoint) {
		if (codePoint < 0x80) {
			return (codePoint >= 'a' && codePoint <= 'z') || (codePoint >= 'A' && codePoint <= 'Z')
					|| (codePoint >= '0' && codePoint <= '9');
		}
		return switch (Character.getType(codePoint)) {
			case Character.UPPERCASE_LETTER, Character.LOWERCASE_LETTER, Character.TITLECASE_LETTER,
					Character.MODIFIER_LETTER, Character.OTHER_LETTER, Character.NON_SPACING_MARK,
					Character.COMBINING_SPACING_MARK, Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER,
					Character.OTHER_NUMBER ->
				!isLeftOut(codePoint);
			default -> false;
		};
	}

	private static boolean isLeftOut(int codePoint) {
		// Tatweel, harakat and signs of the Koran, points of Hebrew, apostrophes that are
		// letters.
		return codePoint == 0x640 || (codePoint >= 0x610 && codePoint <= 0x61a)
				|| (codePoint >= 0x64b && codePoint <= 0x652) || (codePoint >= 0x656 && codePoint <= 0x65f)
				|| codePoint == 0x670 || (codePoint >= 0x6d6 && codePoint <= 0x6ed)
				|| (codePoint >= 0x591 && codePoint <= 0x5c7) || (codePoint >= 0x2bb && codePoint <= 0x2bf)
				|| UCharacter.hasBinaryProperty(codePoint, UProperty.DEFAULT_IGNORABLE_CODE_POINT);
	}

	static boolean isDigit(int codePoint) {
		return (codePoint < 0x80) ? codePoint >= '0' && codePoint <= '9' : Character.isDigit(codePoint);
	}

	static boolean isSpace(int codePoint) {
		return Character.isWhitespace(codePoint) || Character.isSpaceChar(codePoint);
	}

	/**
	 * Whether a character is of a script that puts no spaces between words.
	 */
	static boolean standsAlone(int codePoint) {
		if (codePoint < 0xe00) {
			return false;
		}
		return switch (UScript.getScript(codePoint)) {
			case UScript.HAN, UScript.HIRAGANA, UScript.KATAKANA, UScript.THAI, UScript.LAO, UScript.KHMER,
					UScript.MYANMAR ->
				true;
			default -> codePoint == 0x30fc;
		};
	}

	/**
	 * One spoken character in the form in which characters are compared: NFKC and case
	 * folded, taken apart, digits as those of ASCII. At least one character long.
	 */
	static String fold(int codePoint) {
		if (codePoint < 0x80) {
			return ASCII[codePoint];
		}
		if (Character.isDigit(codePoint)) {
			return ASCII['0' + Character.digit(codePoint, 10)];
		}
		if (codePoint == 0x130 || codePoint == 0x131) {
			// Whether an i has its dot depends on who has made the letters small.
			return ASCII['i'];
		}
		if (codePoint >= 0x4e00 && codePoint <= 0x9fff) {
			return String.valueOf((char) codePoint);
		}
		String single = Character.toString(codePoint);
		String folded = DECOMPOSED.normalize(FOLDED.normalize(single));
		String heard = heard(folded);
		return heard.isEmpty() ? single : heard;
	}

	/**
	 * What is heard of a text that has no markup, in the form in which it is compared.
	 */
	static String of(String text) {
		StringBuilder sound = new StringBuilder(text.length());
		int codePoint;
		for (int i = 0; i < text.length(); i += Character.charCount(codePoint)) {
			codePoint = text.codePointAt(i);
			if (isHeard(codePoint)) {
				sound.append(fold(codePoint));
			}
		}
		return sound.toString();
	}

	private static String heard(String folded) {
		StringBuilder heard = new StringBuilder(folded.length());
		int codePoint;
		for (int i = 0; i < folded.length(); i += Character.charCount(codePoint)) {
			codePoint = folded.codePointAt(i);
			if (isHeard(codePoint)) {
				heard.appendCodePoint(codePoint);
			}
		}
		return heard.toString();
	}

	/**
	 * The end of the one thing at an index that makes no sound; the index itself if what
	 * stands there makes one.
	 */
	static int skip(CharSequence text, int at) {
		int codePoint = Character.codePointAt(text, at);
		int next = at + Character.charCount(codePoint);
		if (isHeard(codePoint)) {
			return isKeycap(text, codePoint, next) ? next : at;
		}
		return switch (codePoint) {
			case '<' -> tag(text, at, next);
			case ']' -> link(text, next);
			case '`' -> fence(text, at, next);
			case '&' -> entity(text, at, next);
			default -> next;
		};
	}

	/**
	 * How far from a character it is to be known what it begins.
	 */
	static int reach(char c) {
		return switch (c) {
			case '<' -> TAG;
			case ']' -> LINK;
			case '`' -> FENCE;
			case '&' -> ENTITY;
			default -> 0;
		};
	}

	private static boolean isKeycap(CharSequence text, int codePoint, int next) {
		if (next >= text.length() || text.charAt(next) < 0x20e3) {
			return false;
		}
		char mark = text.charAt(next);
		return (isDigit(codePoint)
				&& (mark == 0x20e3 || (mark == 0xfe0f && next + 1 < text.length() && text.charAt(next + 1) == 0x20e3)))
				|| (codePoint == 0x2139 && mark == 0xfe0f);
	}

	/**
	 * A tag has a name, and attributes if anything: "a &lt; b and c &gt; d" is none. An
	 * end is looked for up to the next beginning only, so that many beginnings without an
	 * end cost no more than they are long.
	 */
	private static int tag(CharSequence text, int at, int next) {
		int i = next;
		int length = Math.min(text.length(), at + TAG);
		boolean free = false;
		if (i < length && (text.charAt(i) == '!' || text.charAt(i) == '?')) {
			free = true;
		}
		else {
			if (i < length && text.charAt(i) == '/') {
				i++;
			}
			if (i >= length || !isLatin(text.charAt(i))) {
				return next;
			}
			while (i < length && isName(text.charAt(i))) {
				i++;
			}
			if (i < length && text.charAt(i) == '/') {
				i++;
			}
			else if (i < length && !isSpace(text.charAt(i)) && text.charAt(i) != '>') {
				return next;
			}
			if (i < length && text.charAt(i) == '>') {
				return i + 1;
			}
			if (i >= length || !isSpace(text.charAt(i))) {
				return next;
			}
		}
		for (; i < length; i++) {
			char c = text.charAt(i);
			if (c == '>') {
				boolean closed = text.charAt(i - 1) == '/' && isSpace(text.charAt(i - 2));
				return (free || closed) ? i + 1 : next;
			}
			if (c == '<') {
				return next;
			}
			free |= c == '=';
		}
		return next;
	}

	private static boolean isLatin(char c) {
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
	}

	private static boolean isName(char c) {
		return isLatin(c) || isDigit(c) || c == ':' || c == '-';
	}

	private static int link(CharSequence text, int next) {
		if (next >= text.length() || text.charAt(next) != '(') {
			return next;
		}
		int depth = 0;
		int length = Math.min(text.length(), next + LINK);
		for (int i = next; i < length; i++) {
			char c = text.charAt(i);
			if (c == '\n' || (c == '(' && i > next && text.charAt(i - 1) == ']')) {
				return next;
			}
			if (c == '(') {
				depth++;
			}
			else if (c == ')' && --depth == 0) {
				return i + 1;
			}
		}
		return next;
	}

	private static int fence(CharSequence text, int at, int next) {
		if (at + 3 > text.length() || text.charAt(at + 1) != '`' || text.charAt(at + 2) != '`') {
			return next;
		}
		int i = at + 3;
		int length = Math.min(text.length(), at + FENCE);
		while (i < length && !isSpace(text.charAt(i)) && text.charAt(i) != '`') {
			i++;
		}
		return (i < length && (text.charAt(i) == '\n' || text.charAt(i) == '\r')) ? i : next;
	}

	private static int entity(CharSequence text, int at, int next) {
		int length = Math.min(text.length(), at + ENTITY);
		for (int i = next; i < length; i++) {
			char c = text.charAt(i);
			if (c == ';') {
				return (i > next) ? i + 1 : next;
			}
			if (!isLatin(c) && !isDigit(c) && c != '#') {
				return next;
			}
		}
		return next;
	}

}
