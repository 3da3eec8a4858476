package dev.edgewise.conversation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import com.ibm.icu.text.BreakIterator;
import dev.edgewise.conversation.Alignment.Found;
import dev.edgewise.conversation.Alignment.Way;
import org.jspecify.annotations.Nullable;

/**
 * How far the written text of one message of an agent has been spoken. It is told by
 * positions, or by what a speech engine says that it has said, which is seldom what was
 * written: the playhead finds it in the text after its position. Not thread-safe.
 * <p>
 * A position never shrinks, cuts no character that a reader sees, and has no word before
 * it that was not acknowledged, but for three: what may be read out in many ways
 * (numbers, symbols, addresses), what is protected and stands before what was
 * acknowledged, and what was announced by an acknowledgement that is much the same.
 */
final class Playhead {

	private static final int WINDOW = 256;

	private static final int MAX_WORDS = 64;

	private static final int MAX_COVER = 1_024;

	private final Readings readings;

	/** Where it is known to stand, which may be inside a grapheme. */
	private int exact;

	private int position;

	/** How else the acknowledgements may be understood. */
	private List<Way> ways = List.of();

	/** The words of the acknowledgement before, if it matched nothing. */
	private List<String> unmatched = List.of();

	private long steps;

	/**
	 * Creates one at the beginning of a text.
	 * @param language the language that is spoken; null if it is not known
	 */
	Playhead(@Nullable Locale language) {
		this.readings = new Readings(language);
	}

	/**
	 * How many characters of the written text have been heard.
	 */
	int position() {
		return this.position;
	}

	/**
	 * Goes to a position, never backwards, and never into a grapheme.
	 * @param written the text
	 * @param characters how many characters of it have been heard
	 */
	void moveTo(CharSequence written, int characters) {
		int to = floor(written, Math.max(0, Math.min(characters, written.length())));
		if (to > this.position) {
			this.position = to;
			this.exact = to;
			this.ways = List.of();
			this.unmatched = List.of();
		}
	}

	/**
	 * Goes to the end of the last whole word before a position, never backwards.
	 * @param written the text
	 * @param characters about how many characters of it have been heard
	 */
	void moveToWord(CharSequence written, int characters) {
		int to = Math.max(0, Math.min(characters, written.length()));
		if (to == written.length() || to <= this.position) {
			moveTo(written, to);
			return;
		}
		int from = Math.max(this.position, to - WINDOW);
		if (from > 0 && Character.isLowSurrogate(written.charAt(from))) {
			from++;
		}
		String window = written.subSequence(from, Math.min(written.length(), to + WINDOW)).toString();
		BreakIterator words = Words.PROTOTYPE.clone();
		words.setText(window);
		int end = words.first();
		int last = -1;
		boolean whole = from == this.position;
		for (int next = words.next(); next != BreakIterator.DONE && next <= to - from; next = words.next()) {
			// The first segment of a window may be the rest of a longer word, of which
			// the end is as good.
			if (words.getRuleStatus() >= BreakIterator.WORD_NUMBER && (whole || end >= 0)) {
				last = next;
			}
			end = next;
			this.steps++;
		}
		if (last > 0) {
			moveTo(written, from + last);
		}
	}

	/**
	 * Looks for what has been said, from the position on.
	 * @param written the text so far
	 * @param guarded pairs of bounds of its protected parts, in their order
	 * @param guardedUsed how many of these bounds there are
	 * @param said what has been said
	 */
	Match match(CharSequence written, int[] guarded, int guardedUsed, String said) {
		Spoken spoken = new Spoken(said);
		int equal = equal(written, said);
		this.steps += equal + 1;
		if (!spoken.has(0)) {
			this.steps += spoken.read();
			int to = this.exact + equal;
			return new Match(Math.max(this.position, floor(written, to)), said.length(), to, this.ways, this.unmatched);
		}
		if (equal == said.length()) {
			return literal(written, equal, equal);
		}
		if (this.exact + equal == written.length() && endsWord(said, equal) && isHeard(said, equal)) {
			return literal(written, equal, afterSpace(said, equal));
		}
		List<Way> here = List.of(Way.text(afterMarkup(written, this.exact), 0, 0));
		Alignment alignment = new Alignment(written, guarded, guardedUsed, spoken, this.readings, false);
		Found found = alignment.run(this.ways.isEmpty() ? here : this.ways);
		this.steps += alignment.steps();
		List<Way> from = here;
		if (found == null && !this.ways.isEmpty()) {
			boolean token = alignment.metToken();
			alignment = new Alignment(written, guarded, guardedUsed, spoken, this.readings, false);
			found = alignment.run(here);
			this.steps += alignment.steps();
			if (token || alignment.metToken()) {
				from = new ArrayList<>(this.ways);
				from.addAll(here);
			}
		}
		if (found == null && (alignment.metToken() || from.size() > 1)) {
			alignment = new Alignment(written, guarded, guardedUsed, spoken, this.readings, true);
			found = alignment.run(from);
			this.steps += alignment.steps();
		}
		Found covered = (found == null || found.best().kind() == Way.Kind.UNKNOWN)
				? cover(written, guarded, guardedUsed, spoken) : null;
		Match match = (covered != null) ? matched(written, said, spoken, covered).covering()
				: (found != null) ? matched(written, said, spoken, found)
						: new Match(this.position, 0, this.exact, this.ways, words(spoken));
		this.steps += spoken.read();
		return match;
	}

	private Match literal(CharSequence written, int equal, int consumed) {
		int to = this.exact + equal;
		return new Match(Math.max(this.position, floor(written, to)), consumed, to, (equal > 0) ? List.of() : this.ways,
				(equal > 0) ? List.of() : this.unmatched);
	}

	private Match matched(CharSequence written, String said, Spoken spoken, Found found) {
		Way best = found.best();
		int to = best.anchor();
		if (best.kind() == Way.Kind.TEXT && best.within() == 0) {
			to = extended(written, to);
		}
		int exact = Math.max(this.exact, Readings.tokenStart(written, to, this.exact));
		int consumed = said.length();
		if (found.left() >= 0) {
			consumed = spoken.end(found.left() - 1);
			int rest = best.anchor();
			while (consumed < said.length() && rest < written.length()
					&& said.charAt(consumed) == written.charAt(rest)) {
				consumed++;
				rest++;
			}
			while (consumed < said.length() && isClosing(said.charAt(consumed))) {
				consumed++;
			}
			consumed = afterSpace(said, consumed);
		}
		List<Way> ways = found.all().stream().map(Way::calm).distinct().toList();
		boolean plain = ways.size() == 1 && ways.get(0).kind() == Way.Kind.TEXT && ways.get(0).within() == 0
				&& exact >= ways.get(0).at();
		List<String> unmatched = (best.kind() == Way.Kind.UNKNOWN) ? words(spoken) : List.of();
		return new Match(Math.max(this.position, floor(written, exact)), consumed, exact, plain ? List.of() : ways,
				unmatched);
	}

	/**
	 * Takes a match. One that matches nothing is to be taken, too: what comes next may
	 * show what it was.
	 * @param match the match
	 */
	void accept(Match match) {
		this.position = Math.max(this.position, match.position());
		this.exact = Math.max(this.exact, match.exact());
		this.ways = match.ways();
		this.unmatched = match.unmatched();
	}

	/**
	 * Whether nothing is left that can be spoken.
	 * @param written the text
	 */
	boolean isAtEnd(CharSequence written) {
		return this.readings.isQuiet(written, this.exact);
	}

	/**
	 * Where the next begins that can be spoken.
	 * @param written the text
	 */
	int next(CharSequence written) {
		return this.readings.quiet(written, this.exact);
	}

	/**
	 * How much work has been done: one for each character that was looked at.
	 */
	long steps() {
		return this.steps + this.readings.steps();
	}

	private int equal(CharSequence written, String said) {
		int most = Math.min(said.length(), written.length() - this.exact);
		int equal = 0;
		while (equal < most && said.charAt(equal) == written.charAt(this.exact + equal)) {
			equal++;
		}
		return equal;
	}

	/**
	 * The end of the tag or of the link's address that a position is inside of.
	 */
	private static int afterMarkup(CharSequence written, int at) {
		for (int i = at - 1; i >= Math.max(0, at - WINDOW) && written.charAt(i) != '>'; i--) {
			if (written.charAt(i) == '<' || written.charAt(i) == ']') {
				return Math.max(at, Sound.skip(written, i));
			}
		}
		return at;
	}

	private static boolean endsWord(String said, int at) {
		return at > 0 && at < said.length() && (!Sound.isHeard(said.codePointAt(at))
				|| !Sound.isHeard(said.codePointBefore(at)) || Spoken.isBorder(said, at));
	}

	private static boolean isHeard(String said, int end) {
		for (int i = 0; i < end; i++) {
			if (Sound.isHeard(said.codePointAt(i))) {
				return true;
			}
		}
		return false;
	}

	private static int afterSpace(String said, int from) {
		int at = from;
		while (at < said.length() && Sound.isSpace(said.charAt(at))) {
			at++;
		}
		return at;
	}

	private static boolean isClosing(char c) {
		return switch (Character.getType(c)) {
			case Character.END_PUNCTUATION, Character.FINAL_QUOTE_PUNCTUATION -> true;
			default -> c == '.' || c == ',' || c == '!' || c == '?' || c == ';' || c == ':' || c == '\u3002'
					|| c == '\uff0c' || c == '\uff01' || c == '\uff1f' || c == '\u3001' || c == '\u2026'
					|| c == '\u060c' || c == '\u061f' || c == '\u0964';
		};
	}

	/**
	 * The end of marks, punctuation and markup that are attached to a word, if white
	 * space or nothing comes after them.
	 */
	private int extended(CharSequence written, int from) {
		int start = from;
		while (start < written.length() && start - from < WINDOW && isAttached(written, start)) {
			start += Character.charCount(Character.codePointAt(written, start));
		}
		int at = start;
		while (at < written.length()) {
			this.steps++;
			char c = written.charAt(at);
			if (Sound.isSpace(c)) {
				return at;
			}
			int next = Sound.skip(written, at);
			if (next == at || next - start > WINDOW || Readings.isSpoken(c)) {
				return start;
			}
			at = next;
		}
		return at;
	}

	private static boolean isAttached(CharSequence written, int at) {
		int codePoint = Character.codePointAt(written, at);
		return switch (Character.getType(codePoint)) {
			case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT, Character.MODIFIER_LETTER ->
				!Sound.isHeard(codePoint);
			default -> false;
		};
	}

	/**
	 * The last boundary between graphemes that is not after an index. It is looked for in
	 * a window that begins at a boundary that is known; if there is none near, the
	 * position stays.
	 */
	private int floor(CharSequence written, int index) {
		if (index <= this.position || index >= written.length()) {
			return index;
		}
		char before = written.charAt(index - 1);
		char after = written.charAt(index);
		if (before < 0x300 && after < 0x300 && !(before == '\r' && after == '\n')) {
			return index;
		}
		int from = index - 1;
		while (from > this.position && !isSafe(written, from)) {
			if (index - from > WINDOW) {
				return this.position;
			}
			this.steps++;
			from--;
		}
		String window = written.subSequence(from, Math.min(written.length(), index + 8)).toString();
		BreakIterator graphemes = Graphemes.PROTOTYPE.clone();
		graphemes.setText(window);
		return from + (graphemes.isBoundary(index - from) ? index - from : graphemes.preceding(index - from));
	}

	private static boolean isSafe(CharSequence written, int at) {
		char c = written.charAt(at);
		return c >= ' ' && c < 0x7f && written.charAt(at - 1) < 0x300;
	}

	private List<String> words(Spoken spoken) {
		List<String> words = new ArrayList<>();
		int at = 0;
		while (words.size() < MAX_WORDS && at < MAX_COVER && spoken.has(at)) {
			int end = spoken.closes(at, at + WINDOW);
			words.add(spoken.word(at, end));
			at = end;
		}
		return (words.size() >= 3) ? words : List.of();
	}

	/**
	 * If what is said now is found a little further on, and what was said before is much
	 * the same as what was passed over, then that was read out otherwise.
	 */
	private @Nullable Found cover(CharSequence written, int[] guarded, int guardedUsed, Spoken spoken) {
		int said = this.unmatched.size();
		if (said == 0) {
			return null;
		}
		Resemblance resemblance = new Resemblance(this.unmatched);
		int at = this.exact;
		for (int words = 1; words * 2 <= said * 3; words++) {
			while (at < written.length() && Sound.skip(written, at) > at) {
				at = Sound.skip(written, at);
				this.steps++;
			}
			int end = at;
			StringBuilder word = new StringBuilder();
			while (end < written.length() && Sound.isHeard(Character.codePointAt(written, end))
					&& (end == at || !Spoken.isBorder(written, end))) {
				int codePoint = Character.codePointAt(written, end);
				word.append(Sound.fold(codePoint));
				end += Character.charCount(codePoint);
				if (end - this.exact > MAX_COVER) {
					return null;
				}
			}
			if (end == at || end - this.exact > MAX_COVER) {
				return null;
			}
			at = end;
			resemblance.add(word.toString());
			this.steps += said;
			if (resemblance.isClose()) {
				Alignment alignment = new Alignment(written, guarded, guardedUsed, spoken, this.readings, false);
				Found found = alignment.run(List.of(Way.text(at, 0, 0)));
				this.steps += alignment.steps();
				if (found != null && found.best().kind() == Way.Kind.TEXT) {
					return found;
				}
			}
		}
		return null;
	}

	/**
	 * What was found of an acknowledgement.
	 *
	 * @param position where the playhead then stands
	 * @param consumed how many characters of what was said were accounted for: none if it
	 * matches nothing; fewer than all if the text ended before it
	 * @param exact the same as the position, but maybe inside a grapheme
	 * @param ways how it may be understood
	 * @param unmatched its words, if it matched nothing
	 * @param covers whether it shows what the one before it was, which matched nothing
	 */
	record Match(int position, int consumed, int exact, List<Way> ways, List<String> unmatched, boolean covers) {

		Match(int position, int consumed, int exact, List<Way> ways, List<String> unmatched) {
			this(position, consumed, exact, ways, unmatched, false);
		}

		Match covering() {
			return new Match(this.position, this.consumed, this.exact, this.ways, this.unmatched, true);
		}

	}

	/** Loaded by the first text in which a character is more than one of UTF-16. */
	private static final class Graphemes {

		static final BreakIterator PROTOTYPE = BreakIterator.getCharacterInstance(Locale.ROOT);

	}

	/** Loaded by the first position that is estimated. */
	private static final class Words {

		static final BreakIterator PROTOTYPE = BreakIterator.getWordInstance(Locale.ROOT);

	}

}
