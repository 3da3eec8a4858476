package dev.edgewise.conversation;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.function.IntToLongFunction;
import java.util.stream.Stream;

import com.ibm.icu.text.BreakIterator;
import dev.edgewise.conversation.Playhead.Match;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Texts that nobody wrote, spoken by an engine that lies. What must be heard is known
 * because every character of a text was made together with what it sounds like.
 */
class PlayheadPropertyTests {

	private static final int[] NO_GUARDS = {};

	private static final int RUNS = 700;

	private static final String[][] VOCABULARIES = {
			{ "the", "quick", "fox", "jumps", "again", "stop", "yes", "Wonderful", "Edge" },
			{ "schöne", "Grüße", "für", "Köln", "Übermut", "ja", "immer" },
			{ "你", "好", "世界", "今天", "天气", "很好", "我们", "走吧" }, { "こんにちは", "世界", "さくら", "テスト", "です", "コーヒー" },
			{ "안녕하세요", "세계", "오늘", "날씨가", "좋아요" }, { "مرحبا", "كيف", "حالك", "اليوم", "صديقي" },
			{ "नमस्ते", "दुनिया", "आज", "मौसम", "अच्छा" }, { "สวัสดี", "ครับ", "วันนี้", "อากาศ", "ดีมาก" } };

	private static final String[] GAPS = { " ", " ", " ", " ", ", ", ". ", "! ", "? ", "\n", "\n\n", "  ", " - ", "; ",
			" 😀 ", " 👨‍👩‍👧 ", "… ", ":\n- ", " | ", "\n\n# ", " 🇩🇪 " };

	private static final String[] NOISE = { " ", "  ", "\n", ",", ".", "!", " … ", "**", "_", "`", "😀", " 👋🏽 ",
			"\u200b", "<b>", "</b>", " — ", "\"", "“", "\u00a0" };

	private static final String[] JUNK = { "zzyzx", "blorp", "qwrtz", "vlax" };

	@Test
	void hearsExactlyWhatWasSaidIfItIsSaidAsItIsWritten() {
		for (int seed = 0; seed < RUNS; seed++) {
			Text text = new Text(new Random(seed));
			Script script = new Script(seed, text);
			int at = 0;
			while (at < text.written.length()) {
				int to = Math.min(text.written.length(), at + 1 + text.random.nextInt(12));
				script.say(text.written.substring(at, to));
				assertThat(script.position()).as(script::toString).isEqualTo(text.graphemeBefore(to));
				at = to;
			}
			assertThat(script.playhead.isAtEnd(text.written)).as(script::toString).isTrue();
		}
	}

	@Test
	void hearsEveryWordThatWasSaidAndNoOtherHoweverItIsFormatted() {
		for (int seed = 0; seed < RUNS; seed++) {
			Text text = new Text(new Random(seed));
			Script script = new Script(seed, text);
			int at = 0;
			while (at < text.written.length() && text.random.nextInt(20) > 0) {
				int to = text.cutAfter(at + 1 + text.random.nextInt(25));
				boolean exact = text.random.nextInt(4) == 0;
				script.say(exact ? text.written.substring(at, to) : text.noisy(at, to));
				assertThat(text.sound(0, script.position())).as(script::toString).isEqualTo(text.sound(0, to));
				at = to;
			}
		}
	}

	@Test
	void hearsNothingThatWasNotSaidIfSomeIsLostAndSomeIsJunk() {
		for (int seed = 0; seed < RUNS; seed++) {
			Text text = new Text(new Random(seed), true);
			Script script = new Script(seed, text);
			List<String> said = new ArrayList<>();
			int at = 0;
			while (at < text.written.length() && text.random.nextInt(30) > 0) {
				int to = text.cutAfter(at + 1 + text.random.nextInt(25));
				switch (text.random.nextInt(6)) {
					case 0 -> at = to;
					case 1 -> {
						String junk = text.junk();
						int before = script.position();
						assertThat(script.say(junk).consumed()).as(script::toString).isZero();
						assertThat(script.position()).as(script::toString).isEqualTo(before);
					}
					default -> {
						script.say(text.noisy(at, to));
						said.add(text.sound(at, to));
						at = to;
					}
				}
				assertThat(isMadeOf(text.sound(0, script.position()), said)).as(script::toString).isTrue();
			}
		}
	}

	@Test
	void losesNothingToJunk() {
		for (int seed = 0; seed < RUNS / 3; seed++) {
			Text text = new Text(new Random(seed));
			Script script = new Script(seed, text);
			int at = 0;
			while (at < text.written.length()) {
				int to = text.cutAfter(at + 1 + text.random.nextInt(25));
				switch (text.random.nextInt(5)) {
					case 0 -> script.say(text.junk());
					case 2 -> {
						String sound = text.sound(at, to);
						String wrong = sound.endsWith("f") ? "z" : "f";
						int before = script.position();
						Match match = script.say(sound.substring(0, Math.max(0, sound.length() - 1)) + wrong);
						assertThat(match.consumed()).as(script::toString).isZero();
						assertThat(script.position()).as(script::toString).isEqualTo(before);
					}
					case 1 -> {
						int before = script.position();
						Match match = script.say(text.noisy(at, to) + " " + text.junk());
						boolean atEnd = text.sound(to, text.written.length()).isEmpty();
						assertThat(match.consumed() > 0).as(script::toString).isEqualTo(atEnd);
						assertThat(script.position() > before).as(script::toString).isEqualTo(atEnd);
						if (atEnd) {
							at = text.written.length();
							continue;
						}
					}
					default -> {
					}
				}
				script.say(text.noisy(at, to));
				at = to;
			}
			assertThat(text.sound(0, script.position())).as(script::toString)
				.isEqualTo(text.sound(0, text.written.length()));
		}
	}

	/** Whether a text is some of these parts, whole and in their order. */
	private static boolean isMadeOf(String text, List<String> parts) {
		BitSet reached = new BitSet(text.length() + 1);
		reached.set(0);
		for (String part : parts) {
			for (int i = reached.length() - 1; i >= 0; i--) {
				if (reached.get(i) && text.startsWith(part, i)) {
					reached.set(i + part.length());
				}
			}
		}
		return reached.get(text.length());
	}

	static Stream<Arguments> growths() {
		return Stream.of(growth("as written, letter by letter", (n) -> letters("the quick fox ", n, false)),
				growth("in capitals, letter by letter", (n) -> letters("the quick fox ", n, true)),
				growth("Chinese, character by character", (n) -> letters("今天，天气", n, true)),
				growth("all at once", (n) -> one("The quick fox. ".repeat(n / 8), "the  QUICK fox ".repeat(n / 8))),
				growth("junk before white space", (n) -> junk(" ".repeat(n) + "x", n)),
				growth("junk before open tags", (n) -> junk("<".repeat(n) + "x", n)),
				growth("junk before tags without an end", (n) -> junk("<a ".repeat(n) + "x", n)),
				growth("junk before comments without an end", (n) -> junk("<!".repeat(n) + "x", n)),
				growth("junk before links without an end", (n) -> junk("](".repeat(n) + "x", n)),
				growth("junk before symbols", (n) -> junk("&".repeat(n) + "x", n)),
				growth("junk before dots", (n) -> junk(".".repeat(n) + "x", n)),
				growth("junk before emoji", (n) -> junk("👨‍👩‍👧".repeat(n / 4) + "x", n)),
				growth("junk before digits", (n) -> junk("7".repeat(n), n)),
				growth("junk before numbers", (n) -> junk("1 2 3 4 ".repeat(n / 8), n)),
				growth("junk before one word", (n) -> junk("b".repeat(n), n)),
				growth("long junk", (n) -> longJunk("a b c d ".repeat(n), "a b c x ".repeat(64), n / 64)),
				growth("white space that grows before junk", (n) -> growing(" ", n)),
				growth("open tags that grow before junk", (n) -> growing("<", n)),
				growth("marks, one by one", (n) -> letters("e" + "\u0301".repeat(n), n, false)),
				growth("a chain of emoji, one by one", (n) -> letters("👩\u200d", n, false)),
				growth("flags, one by one", (n) -> letters("🇩🇪", n, false)),
				growth("numbers read out", (n) -> one("7 ".repeat(n / 4), "seven ".repeat(n / 4))),
				growth("numbers read out one by one", (n) -> repeated("7 ".repeat(n / 4), "seven", n / 4)),
				growth("what is protected", PlayheadPropertyTests::protectedParts),
				growth("estimates in one word", (n) -> estimates("b".repeat(n), n)),
				growth("the end asked for", (n) -> ends(" ".repeat(n) + "x", n)));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("growths")
	void doesWorkInProportionToTextAndSpeech(String name, IntToLongFunction work) {
		int small = 2_048;
		int large = 4 * small;
		long few = work.applyAsLong(small);
		long many = work.applyAsLong(large);
		assertThat(few).as("something is counted").isGreaterThan(0);
		assertThat(many).as("%d steps for %d, %d steps for %d", few, small, many, large).isLessThan(5 * few + 20_000);
		assertThat(many).as("steps for %d", large).isLessThan(2_000L * large);
	}

	private static Arguments growth(String name, IntToLongFunction work) {
		return arguments(name, work);
	}

	private static long one(String written, String said) {
		Playhead playhead = new Playhead(Locale.ENGLISH);
		say(playhead, written, said);
		assertThat(playhead.isAtEnd(written)).isTrue();
		return playhead.steps();
	}

	private static long letters(String unit, int n, boolean capitals) {
		String written = unit.repeat(n / unit.length() + 1).substring(0, n);
		Playhead playhead = new Playhead(null);
		for (int i = 0; i < n; i++) {
			String said = written.substring(i, i + 1);
			say(playhead, written, capitals ? said.toUpperCase(Locale.ROOT) : said);
		}
		assertThat(playhead.isAtEnd(written)).isTrue();
		return playhead.steps();
	}

	private static long junk(String written, int n) {
		Playhead playhead = new Playhead(null);
		for (int i = 0; i < n / 16; i++) {
			say(playhead, written, "q");
			playhead.isAtEnd(written);
		}
		assertThat(playhead.position()).isZero();
		return playhead.steps();
	}

	private static long longJunk(String written, String said, int n) {
		Playhead playhead = new Playhead(null);
		for (int i = 0; i < n; i++) {
			say(playhead, written, said);
		}
		assertThat(playhead.position()).isZero();
		return playhead.steps();
	}

	private static long growing(String unit, int n) {
		Playhead playhead = new Playhead(null);
		StringBuilder written = new StringBuilder();
		for (int i = 0; i < n; i++) {
			written.append(unit);
			if (i % 8 == 0) {
				say(playhead, written, "q");
				playhead.isAtEnd(written);
			}
		}
		return playhead.steps();
	}

	private static long repeated(String written, String said, int n) {
		Playhead playhead = new Playhead(Locale.ENGLISH);
		for (int i = 0; i < n; i++) {
			say(playhead, written, said);
		}
		assertThat(playhead.isAtEnd(written)).isTrue();
		return playhead.steps();
	}

	private static long protectedParts(int n) {
		String written = "word ".repeat(n);
		int[] guarded = new int[2 * n];
		for (int i = 0; i < n; i++) {
			guarded[2 * i] = 5 * i;
			guarded[2 * i + 1] = 5 * i + 4;
		}
		Playhead playhead = new Playhead(null);
		for (int i = 0; i < n / 16; i++) {
			playhead.accept(playhead.match(written, guarded, guarded.length, "q"));
		}
		for (int i = 0; i < n / 16; i++) {
			playhead.accept(playhead.match(written, guarded, guarded.length, "WORD"));
		}
		assertThat(playhead.position()).isEqualTo(n / 16 * 5 - 1);
		return playhead.steps();
	}

	private static long estimates(String written, int n) {
		Playhead playhead = new Playhead(null);
		for (int i = 0; i < n; i += 4) {
			playhead.moveToWord(written, i);
		}
		return playhead.steps() + 1;
	}

	private static long ends(String written, int n) {
		Playhead playhead = new Playhead(null);
		for (int i = 0; i < n; i++) {
			assertThat(playhead.isAtEnd(written)).isFalse();
		}
		return playhead.steps();
	}

	private static Match say(Playhead playhead, CharSequence written, String said) {
		Match match = playhead.match(written, NO_GUARDS, 0, said);
		playhead.accept(match);
		return match;
	}

	/**
	 * A text, and what each of its characters sounds like.
	 */
	private static final class Text {

		final Random random;

		final String written;

		private final String[] sounds;

		/** Where it may be cut: neither inside markup nor inside a grapheme. */
		private final BitSet cuts = new BitSet();

		private final BreakIterator graphemes = BreakIterator.getCharacterInstance(Locale.ROOT);

		Text(Random random) {
			this(random, false);
		}

		/**
		 * Makes one.
		 * @param distinct whether no word is in it twice, so that there is no doubt which
		 * one was said
		 */
		Text(Random random, boolean distinct) {
			this.random = random;
			Set<String> used = new HashSet<>();
			StringBuilder text = new StringBuilder();
			StringBuilder heard = new StringBuilder();
			int words = 1 + random.nextInt(30);
			String[] vocabulary = pick(VOCABULARIES);
			for (int i = 0; i < words; i++) {
				if (random.nextInt(6) == 0) {
					vocabulary = pick(VOCABULARIES);
				}
				String before = "";
				String after = "";
				switch (random.nextInt(12)) {
					case 0 -> {
						before = "**";
						after = "**";
					}
					case 1 -> {
						before = "[";
						after = "](https://example.com/a_b)";
					}
					case 2 -> {
						before = "<i>";
						after = "</i>";
					}
					case 3 -> {
						before = "“";
						after = "”";
					}
					default -> {
					}
				}
				String word = pick(vocabulary);
				if (distinct && !used.add(word)) {
					continue;
				}
				append(text, heard, before, false);
				append(text, heard, word, true);
				append(text, heard, after, false);
				append(text, heard, (i < words - 1) ? pick(GAPS) : pick(".", "!", "", "。"), false);
			}
			this.written = text.toString();
			this.sounds = new String[this.written.length()];
			for (int i = 0; i < this.sounds.length; i++) {
				this.sounds[i] = (heard.charAt(i) == '\0') ? "" : String.valueOf(heard.charAt(i));
			}
			this.graphemes.setText(this.written);
			this.cuts.set(this.written.length());
			for (int i = 0; i < this.written.length(); i++) {
				if (!this.sounds[i].isEmpty() && this.graphemes.isBoundary(i)) {
					this.cuts.set(i);
				}
			}
		}

		private static void append(StringBuilder text, StringBuilder heard, String part, boolean spoken) {
			text.append(part);
			heard.append(spoken ? part.toLowerCase(Locale.ROOT) : "\0".repeat(part.length()));
		}

		@SafeVarargs
		private <T> T pick(T... some) {
			return some[this.random.nextInt(some.length)];
		}

		int graphemeBefore(int index) {
			return this.graphemes.isBoundary(index) ? index : this.graphemes.preceding(index);
		}

		int cutAfter(int index) {
			return (index >= this.written.length()) ? this.written.length() : this.cuts.nextSetBit(index);
		}

		String sound(int from, int to) {
			StringBuilder sound = new StringBuilder();
			for (int i = from; i < to; i++) {
				sound.append(this.sounds[i]);
			}
			return sound.toString();
		}

		String noisy(int from, int to) {
			StringBuilder said = new StringBuilder(this.random.nextInt(5) == 0 ? pick(NOISE) : "");
			for (int i = from; i < to; i++) {
				String c = this.sounds[i];
				if (!c.isEmpty()) {
					said.append((this.random.nextInt(4) == 0 && c.charAt(0) != 'ß') ? c.toUpperCase(Locale.ROOT) : c);
					boolean whole = this.graphemes.isBoundary(i + 1);
					if (whole && this.random.nextInt(40) == 0) {
						said.append(pick(NOISE));
					}
				}
				else if (i > from && !this.sounds[i - 1].isEmpty() && this.random.nextInt(4) > 0) {
					said.append((this.random.nextInt(3) > 0) ? " " : pick(NOISE));
				}
			}
			return (this.random.nextInt(4) == 0) ? Normalizer.normalize(said, Normalizer.Form.NFD) : said.toString();
		}

		String junk() {
			StringBuilder junk = new StringBuilder();
			for (int i = 1 + this.random.nextInt(4); i > 0; i--) {
				junk.append(pick(JUNK)).append(pick(" ", ", ", "\n"));
			}
			return junk.toString();
		}

	}

	/**
	 * What was said until now, to be shown if it goes wrong.
	 */
	private static final class Script {

		private final int seed;

		private final Text text;

		private final Playhead playhead = new Playhead(null);

		private final List<String> lines = new ArrayList<>();

		Script(int seed, Text text) {
			this.seed = seed;
			this.text = text;
		}

		Match say(String said) {
			int before = position();
			Match match = PlayheadPropertyTests.say(this.playhead, this.text.written, said);
			this.lines.add("'%s' -> %d of %d, at %d".formatted(said, match.consumed(), said.length(), position()));
			assertThat(position()).as(this::toString).isBetween(before, this.text.written.length());
			assertThat(position()).as(this::toString).isEqualTo(this.text.graphemeBefore(position()));
			return match;
		}

		int position() {
			return this.playhead.position();
		}

		@Override
		public String toString() {
			List<String> last = this.lines.subList(Math.max(0, this.lines.size() - 6), this.lines.size());
			return "seed %d, '%s', at '%s', last said:%n%s".formatted(this.seed, this.text.written,
					this.text.written.substring(0, position()), String.join(System.lineSeparator(), last));
		}

	}

}
