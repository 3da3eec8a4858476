package dev.edgewise.interruption;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

/**
 * What a word is, in scripts with spaces and without.
 */
class WordsTests {

	@ParameterizedTest(name = "{0}: {1}")
	@CsvSource(delimiter = '|', textBlock = """
			Latin       | Wait a moment please           | 4
			Latin       | Ça va bien, garçon?            | 4
			Latin       | Đợi một chút                   | 3
			Cyrillic    | Подождите минуту, пожалуйста   | 3
			Greek       | Περίμενε ένα λεπτό             | 3
			Armenian    | Սպասիր մի րոպե                 | 3
			Georgian    | მოითმინე ერთი წუთი             | 3
			Arabic      | انتظر دقيقة من فضلك            | 4
			Arabic      | اِنْتَظِرْ دَقِيقَةً               | 2
			Hebrew      | חכה רגע בבקשה                  | 3
			Hebrew      | צה״ל                           | 1
			Devanagari  | कृपया एक मिनट रुकिए            | 4
			Bengali     | একটু অপেক্ষা করুন              | 3
			Tamil       | தயவுசெய்து காத்திருங்கள்       | 2
			Ethiopic    | እባክህ ጠብቅ                       | 2
			Korean      | 잠깐만 기다려 주세요           | 3
			Chinese     | 请停下来                       | 3
			Chinese     | 我想问一个问题                 | 4
			Chinese     | 我想問一個問題。               | 4
			Japanese    | ちょっと待ってください         | 5
			Japanese    | すみません、質問があります     | 5
			Japanese    | ストップ                       | 1
			Thai        | ขอโทษครับหยุดก่อน              | 4
			Khmer       | សូមរង់ចាំ                      | 2
			Lao         | ກະລຸນາລໍຖ້າ                     | 2
			Burmese     | ခဏစောင့်ပါ                      | 3
			""")
	void countsWordsInEveryScript(String script, String text, int words) {
		assertThat(Words.count(text)).as(script).isEqualTo(words);
	}

	@ParameterizedTest(name = "{0}")
	@CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
			"stop"                     | 1
			"  stop  "                 | 1
			"no,  wait  -  please!"    | 3
			"no\u00a0wait\u3000please" | 3
			"uh-huh"                   | 2
			"uh huh."                  | 2
			"don't"                    | 1
			"don’t"                    | 1
			"'tis the dogs' bone"      | 4
			"l'eau"                    | 1
			"3.14"                     | 1
			"1,000,000 people"         | 2
			"at 10:30"                 | 3
			"٣٫١٤"                     | 1
			"e.g. this"                | 2
			"foo_bar"                  | 1
			"a1 1a"                    | 2
			"Ich sage stop 请停下来"   | 6
			"OK，好的"                 | 2
			"wait 👍🏽"                 | 1
			"👩‍👩‍👧‍👦 yes"              | 1
			"🇩🇪 nein 🇯🇵🇨🇳"             | 1
			"1\ufe0f\u20e3"            | 1
			"co\u00adoperate"          | 1
			"nai\u0308ve"              | 1
			"𝒽𝑒𝓁𝓁𝑜"                   | 1
			""")
	void countsWhatPeopleWouldCount(String text, int words) {
		assertThat(Words.count(text)).isEqualTo(words);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "\t\r\n", "...", "?!", "—", "。、！？", "…", "_", "__", "-", "👍", "❤️", "🇩🇪",
			"👩‍🚀", "🅰", "\u200b", "\ufeff", "؟", "।", "'", "\"\"", "+", "$", "°", "\ud800", "\udc00\ud800" })
	void countsNothingWhereThereIsNoWord(String text) {
		assertThat(Words.count(text)).isZero();
	}

	@Test
	void countsAsciiWithoutDictionariesAsWithThem() {
		Random random = new Random(3);
		String alphabet = "aabZz0019   __''..,,;;::--!\"\t\n\r@/&+$~\\\0\u001c\u007f";
		for (int i = 0; i < 200_000; i++) {
			StringBuilder drawn = new StringBuilder();
			int length = random.nextInt(12);
			for (int j = 0; j < length; j++) {
				drawn.append((random.nextInt(8) == 0) ? (char) random.nextInt(128)
						: alphabet.charAt(random.nextInt(alphabet.length())));
			}
			String text = drawn.toString();
			String shown = escaped(text);
			assertThat(Words.count(text)).as(shown).isEqualTo(Words.countAny(text));
			assertThat(Words.cuts(text)).as(shown).isEqualTo(Words.cutsAny(text));
		}
	}

	@Test
	void cutsBetweenWordsAndNowhereElse() {
		assertThat(Words.cuts("No, don't!")).isEqualTo(bits(0, 2, 6));
		assertThat(Words.cuts("Ça va")).isEqualTo(bits(0, 2, 4));
		assertThat(Words.cuts("停车场")).isEqualTo(bits(0, 2, 3));
		assertThat(Words.cuts("")).isEqualTo(bits(0));
		assertThat(Words.cuts("👍")).isEqualTo(bits(0));
	}

	@Test
	void countsAlikeFromManyThreads() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(4);
		try {
			List<Future<Integer>> counts = new ArrayList<>();
			for (int i = 0; i < 2_000; i++) {
				counts.add(threads.submit(() -> Words.count("ちょっと待ってください, wait!")));
			}
			for (Future<Integer> count : counts) {
				assertThat(count.get()).isEqualTo(6);
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "a", "word ", "停", "請停下來", "ちょっと待って", "ขอโทษครับ", "😀", "a\u0301", "1,", "\u0301", "🇩🇪" })
	void countsAVeryLongTextInBoundedTime(String part) {
		String text = part.repeat(100_000 / part.length());
		assertTimeout(Duration.ofSeconds(5), () -> Words.count(text));
	}

	private static BitSet bits(int... indexes) {
		BitSet bits = new BitSet();
		for (int index : indexes) {
			bits.set(index);
		}
		return bits;
	}

	private static String escaped(String text) {
		StringBuilder escaped = new StringBuilder();
		text.chars().forEach((c) -> escaped.append((c < 0x20 || c == 0x7f) ? "\\x%02x".formatted(c) : (char) c));
		return escaped.toString();
	}

}
