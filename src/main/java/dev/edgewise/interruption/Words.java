package dev.edgewise.interruption;

import java.util.BitSet;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

import com.ibm.icu.text.BreakIterator;

/**
 * Counts words as people do, in scripts with spaces and without. Words are the segments
 * of UAX #29 that have a letter, a kana, an ideograph or a digit, cut by dictionaries
 * where a script writes no spaces. Safe from any thread.
 */
public final class Words {

	private static final BreakIterator PROTOTYPE = BreakIterator.getWordInstance(Locale.ROOT);

	/**
	 * Iterators that nobody uses now. They are not thread-safe and cost a clone to make;
	 * one for each thread would be one for each virtual thread.
	 */
	private static final BlockingQueue<BreakIterator> IDLE = new ArrayBlockingQueue<>(64);

	private Words() {
	}

	/**
	 * How many words a text has. Punctuation, white space and emoji are none.
	 * @param text any text
	 */
	public static int count(String text) {
		return isAscii(text) ? countAscii(text) : countAny(text);
	}

	/**
	 * Where a text may be cut between words, as indexes into what is left of it when all
	 * but letters, digits and their marks is taken away.
	 * @param text any text
	 */
	static BitSet cuts(String text) {
		return isAscii(text) ? cutsAscii(text) : cutsAny(text);
	}

	/**
	 * Whether a character counts when texts are compared.
	 */
	static boolean isSounded(int codePoint) {
		if (codePoint < 0x80) {
			return isLetter((char) codePoint) || isDigit((char) codePoint);
		}
		return switch (Character.getType(codePoint)) {
			case Character.UPPERCASE_LETTER, Character.LOWERCASE_LETTER, Character.TITLECASE_LETTER,
					Character.MODIFIER_LETTER, Character.OTHER_LETTER, Character.NON_SPACING_MARK,
					Character.COMBINING_SPACING_MARK, Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER,
					Character.OTHER_NUMBER ->
				true;
			default -> false;
		};
	}

	static boolean isAscii(String text) {
		for (int i = 0; i < text.length(); i++) {
			if (text.charAt(i) >= 0x80) {
				return false;
			}
		}
		return true;
	}

	private static int countAscii(String text) {
		int words = 0;
		boolean counted = false;
		for (int i = 0; i < text.length(); i++) {
			if (counted && isCutAscii(text, i)) {
				counted = false;
			}
			if (!counted && isSounded(text.charAt(i))) {
				counted = true;
				words++;
			}
		}
		return words;
	}

	private static BitSet cutsAscii(String text) {
		BitSet cuts = new BitSet(text.length() + 1);
		int sounded = 0;
		for (int i = 0; i < text.length(); i++) {
			if (isCutAscii(text, i)) {
				cuts.set(sounded);
			}
			if (isSounded(text.charAt(i))) {
				sounded++;
			}
		}
		cuts.set(sounded);
		return cuts;
	}

	/**
	 * Whether there is a boundary before a character, by the rules of UAX #29 that are
	 * left of them in ASCII.
	 */
	static boolean isCutAscii(String text, int index) {
		if (index == 0) {
			return true;
		}
		char before = text.charAt(index - 1);
		char after = text.charAt(index);
		if (isJoining(before)) {
			return !isJoining(after)
					&& !(isInner(after) && index + 1 < text.length() && spans(before, after, text.charAt(index + 1)));
		}
		if (isJoining(after) && isInner(before)) {
			return index == 1 || !spans(text.charAt(index - 2), before, after);
		}
		return !(before == ' ' && after == ' ') && !(before == '\r' && after == '\n');
	}

	/** WB5, WB8 to WB10, WB13a and WB13b: any two of these stay together. */
	private static boolean isJoining(char c) {
		return isLetter(c) || isDigit(c) || c == '_';
	}

	private static boolean isInner(char c) {
		return c == '.' || c == '\'' || c == ':' || c == ',' || c == ';';
	}

	/** WB6 and WB7, WB11 and WB12. */
	private static boolean spans(char before, char inner, char after) {
		return (isLetter(before) && isLetter(after) && inner != ',' && inner != ';')
				|| (isDigit(before) && isDigit(after) && inner != ':');
	}

	private static boolean isLetter(char c) {
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
	}

	private static boolean isDigit(char c) {
		return c >= '0' && c <= '9';
	}

	static int countAny(String text) {
		BreakIterator iterator = take(text);
		int words = 0;
		int start = iterator.first();
		for (int end = iterator.next(); end != BreakIterator.DONE; end = iterator.next()) {
			// An underscore alone has a word's status, and so have enclosed letters,
			// which are symbols.
			if (iterator.getRuleStatus() >= BreakIterator.WORD_NUMBER && hasLetterOrDigit(text, start, end)) {
				words++;
			}
			start = end;
		}
		giveBack(iterator);
		return words;
	}

	private static boolean hasLetterOrDigit(String text, int start, int end) {
		int codePoint;
		for (int i = start; i < end; i += Character.charCount(codePoint)) {
			codePoint = text.codePointAt(i);
			if (isSounded(codePoint)) {
				return true;
			}
		}
		return false;
	}

	static BitSet cutsAny(String text) {
		BreakIterator iterator = take(text);
		BitSet cuts = new BitSet(text.length() + 1);
		int sounded = 0;
		int cut = iterator.first();
		int codePoint;
		for (int i = 0; i < text.length(); i += Character.charCount(codePoint)) {
			if (i == cut) {
				cuts.set(sounded);
				cut = iterator.next();
			}
			codePoint = text.codePointAt(i);
			if (isSounded(codePoint)) {
				sounded += Character.charCount(codePoint);
			}
		}
		cuts.set(sounded);
		giveBack(iterator);
		return cuts;
	}

	private static BreakIterator take(String text) {
		BreakIterator idle = IDLE.poll();
		BreakIterator iterator = (idle != null) ? idle : PROTOTYPE.clone();
		iterator.setText(text);
		return iterator;
	}

	private static void giveBack(BreakIterator iterator) {
		iterator.setText("");
		IDLE.offer(iterator);
	}

}
