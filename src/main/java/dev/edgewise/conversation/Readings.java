package dev.edgewise.conversation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import com.ibm.icu.lang.UScript;
import org.jspecify.annotations.Nullable;

/**
 * Says how what is written may be read out: numbers, amounts, times and dates, symbols,
 * units, abbreviations. In the language that is spoken if it is known, else in those that
 * are written like what is heard.
 */
final class Readings {

	/** A reading of nothing. */
	static final Reading NONE = new Reading(new String[0][], 0);

	private static final int MAX_DIGITS = 40;

	private static final String[] NOTHING = { "" };

	private static final String[] DECADES = { "s", "'s", "\u2019s" };

	private static final String[] SUFFIXES = { "st", "nd", "rd", "th", "ers", "ère", "ème", "er", "re", "e", "º", "ª",
			"°", "ter", "te", "ten" };

	private final @Nullable Tongue own;

	private final Map<String, String[]> numbers = new LinkedHashMap<>(16, 0.75f, true) {
		@Override
		protected boolean removeEldestEntry(Map.Entry<String, String[]> eldest) {
			return size() > 64;
		}
	};

	private int quietFrom;

	private int quietTo = -1;

	/** The last symbol that may be spoken, in what is quiet. */
	private int symbol = -1;

	private long steps;

	Readings(@Nullable Locale language) {
		this.own = (language != null && !language.getLanguage().isEmpty()) ? Tongue.of(language) : null;
	}

	long steps() {
		return this.steps;
	}

	/**
	 * The end of all from an index on that makes no sound by itself. It is remembered, so
	 * that it does not matter how often it is asked for.
	 */
	int quiet(CharSequence written, int from) {
		if (from >= written.length() || Sound.skip(written, from) == from) {
			return from;
		}
		if (from > this.quietTo) {
			this.quietFrom = from;
			this.quietTo = from;
			this.symbol = -1;
		}
		int at = from;
		boolean sure = true;
		while (at < written.length()) {
			if (at >= this.quietFrom && at < this.quietTo && sure) {
				this.quietFrom = Math.min(this.quietFrom, from);
				at = this.quietTo;
				continue;
			}
			this.steps++;
			int next = Sound.skip(written, at);
			if (next == at) {
				break;
			}
			if (isSpoken(written.charAt(at)) && next == at + 1) {
				this.symbol = Math.max(this.symbol, at);
			}
			// What has not ended yet may end in what is written later.
			sure &= next > at + 1 || written.length() > at + Sound.reach(written.charAt(at));
			at = next;
			if (sure && at > this.quietTo) {
				this.quietTo = at;
				this.quietFrom = Math.min(this.quietFrom, from);
			}
		}
		return at;
	}

	/**
	 * Whether nothing can be spoken from an index on.
	 */
	boolean isQuiet(CharSequence written, int from) {
		return quiet(written, from) == written.length() && this.symbol < from;
	}

	/**
	 * Whether a symbol is one that is as a rule read out.
	 */
	static boolean isSpoken(char symbol) {
		return symbol == '&' || symbol == '%' || symbol == '@' || symbol == '+' || symbol == '=' || symbol == '\u00b0'
				|| symbol == '\u00a7' || symbol == '\uff05' || symbol == '\u2030'
				|| Character.getType(symbol) == Character.CURRENCY_SYMBOL;
	}

	/**
	 * Whether a sign of a currency stands before its number, and so is said with it.
	 */
	static boolean isAmount(CharSequence written, int at) {
		if (Character.getType(written.charAt(at)) != Character.CURRENCY_SYMBOL) {
			return false;
		}
		int number = at + 1;
		if (number < written.length() && Sound.isSpace(written.charAt(number))) {
			number++;
		}
		return number < written.length() && Sound.isDigit(written.charAt(number))
				&& (at == 0 || !Sound.isDigit(written.charAt(at - 1)));
	}

	/**
	 * Whether something begins at an index that may be read out in a way that nobody
	 * knows.
	 */
	boolean isToken(CharSequence written, int at) {
		return tokenEnd(written, at) > at;
	}

	/**
	 * The end of what begins at an index and may be read out in any way; the index itself
	 * if it is a word like others.
	 */
	int tokenEnd(CharSequence written, int at) {
		int codePoint = Character.codePointAt(written, at);
		if (Sound.isDigit(codePoint) || Character.getType(codePoint) == Character.OTHER_NUMBER) {
			int end = at + Character.charCount(codePoint);
			while (end < written.length() && end - at < MAX_DIGITS && Sound.isDigit(written.charAt(end))) {
				end++;
			}
			int letters = end;
			while (letters < written.length() && letters - end < 4 && isLatin(written.charAt(letters))) {
				letters++;
			}
			return (letters - end < 4) ? letters : end;
		}
		if (!isWordStart(written, at) || !isLatin((char) codePoint)) {
			return at;
		}
		return Math.max(addressEnd(written, at), abbreviationEnd(written, at));
	}

	private static int addressEnd(CharSequence written, int at) {
		int end = at;
		boolean address = scheme(written, at) > at;
		int dot = -1;
		int most = Math.min(written.length(), at + 256);
		boolean mail = false;
		boolean path = false;
		boolean known = false;
		while (end < most && written.charAt(end) > ' ' && written.charAt(end) < 0x7f && written.charAt(end) != ')'
				&& written.charAt(end) != '>' && written.charAt(end) != '"') {
			char c = written.charAt(end);
			if (c == '@') {
				mail = end > at;
			}
			else if (c == '/' || c == '?' || c == '#') {
				path = true;
				known |= dot >= 0 && isDomain(written, dot + 1, end);
			}
			else if (c == '.' && !path) {
				dot = end;
			}
			else if (!isLatin(c) && !Sound.isDigit(c) && c != '-' && c != '_' && c != '+' && !path && c != ':') {
				break;
			}
			end++;
		}
		while (end > at && !isLatin(written.charAt(end - 1)) && !Sound.isDigit(written.charAt(end - 1))
				&& written.charAt(end - 1) != '/') {
			end--;
			if (end == dot) {
				dot = -1;
				for (int i = at; i < end; i++) {
					dot = (written.charAt(i) == '.') ? i : dot;
				}
			}
		}
		known |= !path && dot > at && dot < end && isDomain(written, dot + 1, end);
		return (address || known || (mail && dot > at)) ? end : at;
	}

	private static boolean isDomain(CharSequence written, int from, int to) {
		return to - from >= 2 && to - from <= 6 && Tongue.DOMAINS.contains(written.subSequence(from, to).toString());
	}

	private int abbreviationEnd(CharSequence written, int at) {
		int end = at;
		for (Tongue tongue : tongues('a')) {
			for (Reading reading : tongue.abbreviations(written, at)) {
				end = Math.max(end, reading.end());
			}
		}
		return end;
	}

	private static boolean isWordStart(CharSequence written, int at) {
		return at == 0 || !Character.isLetterOrDigit(written.charAt(at - 1));
	}

	static boolean isLatin(char c) {
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
	}

	/**
	 * The end of the number of an item of a list, which need not be spoken; the index
	 * itself if there is none.
	 */
	static int listItem(CharSequence written, int at) {
		int end = at;
		while (end < written.length() && end - at < 3 && Sound.isDigit(written.charAt(end))) {
			end++;
		}
		if (end == at || end + 1 >= written.length() || (written.charAt(end) != '.' && written.charAt(end) != ')')
				|| !Sound.isSpace(written.charAt(end + 1))) {
			return at;
		}
		int before = at;
		while (before > 0 && at - before < 12
				&& (written.charAt(before - 1) == ' ' || written.charAt(before - 1) == '\t'
						|| written.charAt(before - 1) == '*' || written.charAt(before - 1) == '>')) {
			before--;
		}
		return (before == 0 || written.charAt(before - 1) == '\n' || written.charAt(before - 1) == '\r') ? end + 1 : at;
	}

	/**
	 * The end of the scheme of an address, which need not be spoken; the index itself if
	 * there is none.
	 */
	static int scheme(CharSequence written, int at) {
		if ((written.charAt(at) | 0x20) != 'h' || !isWordStart(written, at) || at + 8 > written.length()) {
			return at;
		}
		String start = written.subSequence(at, at + 8).toString().toLowerCase(Locale.ROOT);
		return start.equals("https://") ? at + 8 : start.startsWith("http://") ? at + 7 : at;
	}

	/**
	 * Where a position belongs that is inside something that is read out as a whole.
	 * @param at the position
	 * @param least how far back it may go
	 */
	static int tokenStart(CharSequence written, int at, int least) {
		if (at <= least || at >= written.length()) {
			return at;
		}
		char before = written.charAt(at - 1);
		char next = written.charAt(at);
		boolean joint = at > 1 && isJoint(before) && Sound.isDigit(written.charAt(at - 2)) && Sound.isDigit(next);
		if (!joint && !Sound.isDigit(before)) {
			return at;
		}
		boolean inside = Sound.isDigit(next) || isLatin(next) || (isSpoken(next) && next != '&' && next != '=')
				|| (isJoint(next) && at + 1 < written.length() && Sound.isDigit(written.charAt(at + 1)));
		if (!inside) {
			return at;
		}
		int start = at;
		while (start > least && at - start < 2 * MAX_DIGITS && (Sound.isDigit(written.charAt(start - 1))
				|| isSpoken(written.charAt(start - 1)) || isJoint(written.charAt(start - 1)))) {
			start--;
		}
		while (start > least && Sound.isSpace(written.charAt(start - 1))) {
			start--;
		}
		return start;
	}

	private static boolean isJoint(char c) {
		return c == '.' || c == ',' || c == ':' || c == '/' || c == '-' || c == '\'' || c == '\u2019' || c == '\u2013';
	}

	private List<Tongue> tongues(char sound) {
		List<Tongue> byScript = Tongue.heardAs(sound);
		if (this.own == null) {
			return byScript;
		}
		return (Sound.isDigit(sound) || UScript.getScript(sound) == UScript.LATIN || byScript.contains(this.own))
				? List.of(this.own) : byScript;
	}

	/**
	 * How what makes a sound at an index may be read out otherwise, if that may begin
	 * with this sound.
	 */
	List<Reading> at(CharSequence written, int at, int codePoint, char sound) {
		if (Sound.isDigit(codePoint)) {
			return numbers(written, at, sound);
		}
		if (Character.getType(codePoint) == Character.OTHER_NUMBER) {
			return symbol(written, at, sound);
		}
		if (codePoint >= 0x250) {
			return List.of();
		}
		boolean unit = isAfterDigit(written, at);
		if (!unit && (!isWordStart(written, at) || !mayAbbreviate(written, at))) {
			return List.of();
		}
		List<Reading> found = new ArrayList<>();
		for (Tongue tongue : tongues(sound)) {
			if (unit) {
				found.addAll(tongue.units(written, at));
			}
			if (isWordStart(written, at)) {
				found.addAll(tongue.abbreviations(written, at));
			}
		}
		this.steps += found.size();
		return found;
	}

	private static boolean mayAbbreviate(CharSequence written, int at) {
		int most = Math.min(written.length(), at + 8);
		for (int i = at; i < most; i++) {
			char c = written.charAt(i);
			if (c == '.') {
				return true;
			}
			if (!Character.isLetter(c)) {
				return false;
			}
		}
		return false;
	}

	private static boolean isAfterDigit(CharSequence written, int at) {
		int before = at;
		if (before > 0 && Sound.isSpace(written.charAt(before - 1))) {
			before--;
		}
		return before > 0 && (Sound.isDigit(written.charAt(before - 1)) || written.charAt(before - 1) == '\u00b0');
	}

	/**
	 * How a symbol at an index may be read out, if that may begin with this sound.
	 */
	List<Reading> symbol(CharSequence written, int at, char sound) {
		char symbol = written.charAt(at);
		boolean money = Character.getType(symbol) == Character.CURRENCY_SYMBOL;
		if (!money && !Tongue.isSymbol(symbol)) {
			return List.of();
		}
		List<Reading> found = new ArrayList<>();
		char before = (at > 0) ? written.charAt(at - 1) : ' ';
		char after = (at + 1 < written.length()) ? written.charAt(at + 1) : ' ';
		if (money && !Sound.isDigit(after) && after == ' ' && at + 2 < written.length()) {
			after = written.charAt(at + 2);
		}
		boolean inside = Character.isLetterOrDigit(before) && Character.isLetterOrDigit(after);
		boolean number = Sound.isDigit(after);
		boolean usable = switch (symbol) {
			case '.', '_', '?', '\'' -> inside;
			case ',' -> inside && number && Sound.isDigit(before);
			case ':' -> number && Sound.isDigit(before) || after == '/';
			case '-', '\u2013', '\u2212' -> inside || number;
			case '#' -> Character.isLetterOrDigit(after) || Character.isLetter(before);
			case '/' -> !Sound.isSpace(before) || !Sound.isSpace(after);
			default -> true;
		};
		if (!usable) {
			return found;
		}
		for (Tongue tongue : tongues(sound)) {
			String[] words = money ? tongue.money(symbol) : tongue.symbol(symbol);
			if (words.length > 0 && !isAmount(written, at)) {
				found.add(new Reading(new String[][] { words }, at + 1));
			}
			if (money && number) {
				found.addAll(amounts(written, at, (after == written.charAt(at + 1)) ? at + 1 : at + 2, tongue));
			}
			if (symbol == '\u00b0') {
				found.addAll(tongue.units(written, at));
			}
		}
		this.steps += found.size();
		return found;
	}

	private List<Reading> numbers(CharSequence written, int at, char sound) {
		int end = digitsEnd(written, at);
		String digits = digits(written, at, end);
		boolean words = !Sound.isDigit(sound);
		boolean inside = at > 0 && Sound.isDigit(written.charAt(at - 1));
		List<Reading> found = new ArrayList<>();
		for (Tongue tongue : tongues(sound)) {
			if (words) {
				String[] whole = numbers(tongue, digits);
				int plain = found.size();
				found.add(new Reading(new String[][] { whole }, end));
				for (int n = 1; n < digits.length() && n <= 3; n++) {
					if (n == 1 || digits.charAt(0) != '0') {
						found.add(new Reading(new String[][] { numbers(tongue, digits.substring(0, n)) }, at + n));
					}
				}
				for (String suffix : SUFFIXES) {
					if (startsWith(written, end, suffix) && !isLetterAt(written, end + suffix.length())) {
						found.set(plain, new Reading(new String[][] { whole }, end + suffix.length()));
					}
				}
				for (String suffix : DECADES) {
					if (startsWith(written, end, suffix)) {
						found.add(new Reading(new String[][] { plural(whole) }, end + suffix.length()));
					}
				}
			}
			if (!inside) {
				if (words) {
					int grouped = groupedEnd(written, at);
					if (grouped > end) {
						found.add(
								new Reading(new String[][] { numbers(tongue, digits(written, at, grouped)) }, grouped));
					}
					found.addAll(tongue.times(this, written, at, end, digits));
					found.addAll(tongue.dates(this, written, at, end, digits));
					found.addAll(tongue.measures(this, written, at, end, digits));
				}
				found.addAll(amounts(written, -1, at, tongue));
			}
		}
		this.steps += found.size();
		return found;
	}

	private static String[] plural(String[] numbers) {
		String[] plural = new String[numbers.length];
		for (int i = 0; i < numbers.length; i++) {
			String number = numbers[i];
			plural[i] = number.endsWith("y") ? number.substring(0, number.length() - 1) + "ies" : number + "s";
		}
		return plural;
	}

	/**
	 * How a number may be said in a language.
	 */
	String[] numbers(Tongue tongue, String digits) {
		String key = tongue.language() + ' ' + digits;
		String[] numbers = this.numbers.get(key);
		if (numbers == null) {
			numbers = tongue.numbers(digits);
			this.steps += numbers.length;
			this.numbers.put(key, numbers);
		}
		return numbers;
	}

	/**
	 * Amounts of money: the sign stands before or after the number, and is said after it
	 * or in the middle of it.
	 * @param sign the index of the sign; negative if it stands after the number
	 */
	private List<Reading> amounts(CharSequence written, int sign, int number, Tongue tongue) {
		int end = Math.max(groupedEnd(written, number), digitsEnd(written, number));
		String whole = digits(written, number, end);
		String fraction = "";
		if (end + 1 < written.length() && (written.charAt(end) == '.' || written.charAt(end) == ',')
				&& Sound.isDigit(written.charAt(end + 1))) {
			int fractionEnd = digitsEnd(written, end + 1);
			fraction = digits(written, end + 1, fractionEnd);
			end = fractionEnd;
		}
		if (fraction.length() > 4) {
			return List.of();
		}
		List<Reading> found = new ArrayList<>();
		char symbol;
		if (sign >= 0) {
			symbol = written.charAt(sign);
		}
		else {
			int after = end;
			if (after < written.length() && Sound.isSpace(written.charAt(after))) {
				after++;
			}
			if (after >= written.length() || Character.getType(written.charAt(after)) != Character.CURRENCY_SYMBOL) {
				return found;
			}
			symbol = written.charAt(after);
			end = after + 1;
		}
		String[] names = tongue.money(symbol);
		String[] wholes = with(numbers(tongue, whole), whole);
		String[] points = tongue.point();
		int scaleEnd = tongue.scaleEnd(written, end);
		if (sign >= 0 && scaleEnd > end) {
			String[] scale = tongue.scale(written, end, scaleEnd);
			if (fraction.isEmpty()) {
				found.add(new Reading(new String[][] { wholes, scale, names }, scaleEnd));
			}
			else {
				found.add(new Reading(new String[][] { wholes, points, tongue.digitByDigit(fraction), scale, names },
						scaleEnd));
			}
		}
		if (fraction.isEmpty()) {
			found.add(new Reading(new String[][] { wholes, names }, end));
			found.add(new Reading(new String[][] { names, wholes }, end));
			return found;
		}
		String[] cents = with(numbers(tongue, fraction), fraction);
		if (fraction.length() == 2 && fraction.charAt(0) == '0') {
			cents = join(cents, numbers(tongue, fraction.substring(1)));
		}
		found.add(new Reading(new String[][] { wholes, names, tongue.and(), cents, tongue.cents() }, end));
		found.add(
				new Reading(new String[][] { wholes, points, join(tongue.digitByDigit(fraction), cents), names }, end));
		found.add(new Reading(new String[][] { wholes, cents }, end));
		if (fraction.matches("0+")) {
			found.add(new Reading(new String[][] { wholes, names }, end));
		}
		return found;
	}

	static String[] with(String[] some, String more) {
		return join(some, new String[] { more });
	}

	static String[] join(String[] some, String[] more) {
		String[] both = java.util.Arrays.copyOf(some, some.length + more.length);
		System.arraycopy(more, 0, both, some.length, more.length);
		return both;
	}

	static boolean startsWith(CharSequence written, int at, String part) {
		if (at + part.length() > written.length()) {
			return false;
		}
		for (int i = 0; i < part.length(); i++) {
			if (Character.toLowerCase(written.charAt(at + i)) != part.charAt(i)) {
				return false;
			}
		}
		return true;
	}

	static boolean isLetterAt(CharSequence written, int at) {
		return at < written.length() && Character.isLetter(written.charAt(at));
	}

	static int digitsEnd(CharSequence written, int at) {
		int end = at;
		while (end < written.length() && end - at < MAX_DIGITS && Sound.isDigit(written.charAt(end))) {
			end++;
		}
		return end;
	}

	static String digits(CharSequence written, int from, int to) {
		StringBuilder digits = new StringBuilder(to - from);
		for (int i = from; i < to; i++) {
			if (Sound.isDigit(written.charAt(i))) {
				digits.append((char) ('0' + Character.digit(written.charAt(i), 10)));
			}
		}
		return digits.toString();
	}

	/**
	 * The end of a number whose digits are grouped by three.
	 */
	private static int groupedEnd(CharSequence written, int at) {
		int end = digitsEnd(written, at);
		if (end - at > 3 || end >= written.length()) {
			return end;
		}
		char separator = written.charAt(end);
		if (separator != '.' && separator != ',' && separator != '\'' && separator != '\u2019' && separator != ' '
				&& separator != '\u00a0' && separator != '\u202f') {
			return end;
		}
		while (end < written.length() && end - at < MAX_DIGITS && written.charAt(end) == separator
				&& digitsEnd(written, end + 1) == end + 4) {
			end += 4;
		}
		return end;
	}

	static String[] nothing() {
		return NOTHING;
	}

}
