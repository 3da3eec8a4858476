package dev.edgewise.interruption;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assertions.assertTimeout;

/**
 * When a phrase is in a text, and when it is all of it.
 */
class PhrasesTests {

	@ParameterizedTest(name = "''{0}'' in ''{1}'': {2}")
	@CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
			stop      | stop                      | true
			stop      | STOP!                     | true
			stop      | "please,  Stop. Now"      | true
			stop      | non-stop                  | true
			stop      | he stopped                | false
			stop      | unstoppable               | false
			stop      | stop's                    | false
			stop      | ｓｔｏｐ                  | true
			stop      | "st\u00adop"              | true
			stop      | stop请                    | true
			stop      | 👍stop👍                  | true
			stop      | ""                        | false
			stop      | ...                       | false
			hold on   | "Hold  on, please"        | true
			hold on   | please hold - on          | true
			hold on   | hold it on                | false
			hold on   | household only            | false
			hold on   | hold ons                  | false
			don't     | "I said DON’T do it"      | true
			it        | it's late                 | false
			uh-huh    | and uh huh and            | true
			café      | "un cafe\u0301 noir"      | true
			café      | un cafe noir              | false
			STRASSE   | die Straße dort           | true
			Straße    | DIE STRASSE DORT          | true
			ΣΤΟΠ      | πες στοπ τώρα             | true
			стоп      | Скажи СТОП!               | true
			توقف      | من فضلك توقف الآن         | true
			עצור      | בבקשה עצור עכשיו          | true
			रुको      | कृपया रुको अब             | true
			रुक       | कृपया रुको अब             | false
			멈춰      | 제발 멈춰 주세요          | true
			停下来    | 请停下来                  | true
			停下来    | 我说停下来好吗            | true
			停        | 快停！                    | true
			停        | 停车场                    | false
			ストップ  | ちょっとストップしてください | true
			ｽﾄｯﾌﾟ     | ちょっとストップ          | true
			หยุด      | ขอโทษครับหยุดก่อน         | true
			3         | "take 3, not 4"           | true
			3         | take 33                   | false
			""")
	void findsAPhraseAnywhereAsWholeWords(String phrase, String text, boolean found) {
		assertThat(phrases(phrase).anyIn(text, null)).isEqualTo(found);
	}

	@ParameterizedTest(name = "''{0}'' is ''{1}'': {2}")
	@CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
			uh-huh   | uh-huh               | true
			uh-huh   | "Uh huh."            | true
			uh-huh   | " UHHUH… "           | true
			uh-huh   | uh-huh 👍            | true
			uh-huh   | uh-huh yes           | false
			uh-huh   | uh                   | false
			uh-huh   | ""                   | false
			uh-huh   | "?"                  | false
			mhm      | mhmm                 | false
			I see    | "I, see!"            | true
			嗯嗯     | 嗯嗯。               | true
			はい     | "はい、"             | true
			ja       | Ja                   | true
			""")
	void comparesAPhraseWithAllOfAText(String phrase, String text, boolean is) {
		assertThat(phrases(phrase).anyIs(text, null)).isEqualTo(is);
	}

	@ParameterizedTest(name = "''{0}'' in {1}: {2}")
	@CsvSource(delimiter = '|', nullValues = "-", textBlock = """
			stop      | -          | true
			stop      | en         | true
			stop      | de         | true
			halt      | -          | true
			halt      | de         | true
			halt      | de-AT      | true
			halt      | DE         | true
			halt      | de_CH      | true
			halt      | en         | false
			halt      | deu        | false
			basta     | it-IT      | true
			basta     | de         | false
			schluss   | de         | true
			schluss   | fr         | false
			''        | de         | false
			""")
	void takesTheListForAllAndTheOneOfTheLanguage(String text, @Nullable String language, boolean found) {
		Phrases phrases = new Phrases(List.of("stop"),
				Map.of("de", List.of("halt"), "it", List.of("basta"), "de-AT", List.of("Schluss")));
		assertThat(phrases.anyIn(text, language)).isEqualTo(found);
		assertThat(phrases.anyIs(text, language)).isEqualTo(found);
	}

	@Test
	void tellsADottedIFromOneWithoutADotInTurkicLanguagesOnly() {
		Phrases phrases = new Phrases(List.of("quit"), Map.of("tr", List.of("DIŞ", "iyi"), "en", List.of("I SEE")));
		assertThat(phrases.anyIs("dış", "tr")).isTrue();
		assertThat(phrases.anyIs("diş", "tr")).isFalse();
		assertThat(phrases.anyIs("İYİ", "tr-TR")).isTrue();
		assertThat(phrases.anyIs("I\u0307Yİ", "tr-TR")).isTrue();
		assertThat(phrases.anyIs("IYI", "tr")).isFalse();
		assertThat(phrases.anyIs("QUIT", "tr")).isTrue();
		assertThat(phrases.anyIs("QUIT", "az")).isTrue();
		assertThat(phrases.anyIs("i see", "en")).isTrue();
		assertThat(phrases.anyIs("i see", null)).isTrue();
		assertThat(phrases.anyIs("DIŞ", null)).isTrue();
	}

	@Test
	void namesThePhraseAsItWasGiven() {
		Phrases phrases = new Phrases(List.of("STOP it"), Map.of());
		assertThat(phrases.firstIn("ok stop-it", null)).isEqualTo("STOP it");
		assertThat(phrases.firstIn("ok", null)).isNull();
	}

	@Test
	void isEmptyWithoutAPhrase() {
		assertThat(Phrases.NONE.isEmpty()).isTrue();
		assertThat(Phrases.NONE.anyIn("stop", null)).isFalse();
		assertThat(Phrases.NONE.anyIs("", "de")).isFalse();
		assertThat(new Phrases(List.of(), Map.of("de", List.of())).isEmpty()).isTrue();
		assertThat(phrases("x").isEmpty()).isFalse();
		assertThat(new Phrases(List.of(), Map.of("de", List.of("halt"))).isEmpty()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "!?", "👍", "_", "\u200d" })
	void refusesAPhraseThatIsNothing(String phrase) {
		assertThatIllegalArgumentException().isThrownBy(() -> phrases(phrase))
			.withMessageContaining("'" + phrase + "'");
		assertThatIllegalArgumentException().isThrownBy(() -> new Phrases(List.of(), Map.of("tr", List.of(phrase))));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "-", "german language", "de_AT", "x-private", "1" })
	void refusesATagThatIsNone(String tag) {
		assertThatIllegalArgumentException().isThrownBy(() -> new Phrases(List.of(), Map.of(tag, List.of("halt"))))
			.withMessageContaining("'" + tag + "'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "stop", "sto ", "停车场", "stopstop ", "é", "\u0301" })
	void searchesAVeryLongTextInBoundedTime(String part) {
		Phrases phrases = phrases("stop", "hold on", "停");
		String text = part.repeat(100_000 / part.length());
		assertTimeout(Duration.ofSeconds(5), () -> {
			phrases.anyIn(text, null);
			phrases.anyIs(text, null);
		});
	}

	private static Phrases phrases(String... phrases) {
		return new Phrases(List.of(phrases), Map.of());
	}

}
