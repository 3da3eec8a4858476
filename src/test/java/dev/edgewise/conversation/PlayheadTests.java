package dev.edgewise.conversation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import dev.edgewise.conversation.Playhead.Match;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

class PlayheadTests {

	private static final int[] NO_GUARDS = {};

	static Stream<Row> rows() {
		return Stream.of(
				// equal to what was written
				row("all of it", "Hello there.", "Hello there.", "Hello there."),
				row("nothing", "Hello there.", "", ""), row("white space alone", "Hello there.", "", "  \n"),
				row("punctuation alone", "Hello there.", "", "..."),
				row("punctuation that is written", "Hello! There.", "Hello! ", "Hello", "!", " "),
				row("one word", "Hello there.", "Hello", "Hello"), row("one letter", "Hello there.", "H", "H"),
				row("letter by letter", "Hi you", "Hi yo", "H", "i", " ", "y", "o"),
				row("inside a word", "Wonderful day", "Wonder", "Wonder"),
				row("on from inside a word", "Wonderful day", "Wonderful day", "Wonder", "ful day"),
				row("on from inside a word, otherwise written", "Wonderful day", "Wonderful day", "WONDER", "FUL  DAY"),
				row("inside white space", "One.  Two.", "One. ", "One. "),
				row("before punctuation", "One. Two.", "One", "One"),
				row("several for one", "One two three four.", "One two three four.", "One two", " three", " four."),
				row("one letter of a pair of surrogates", "A😀B", "A", "A\ud83d"),
				row("the other letter of a pair of surrogates", "A😀B", "A😀B", "A\ud83d", "\ude00B"),
				row("a base without its mark", "cafe\u0301 ole", "caf", "cafe"),
				row("a base, then its mark", "cafe\u0301 ole", "cafe\u0301", "cafe", "\u0301"),
				row("a family by halves", "Hi 👨‍👩‍👧 you", "Hi ", "Hi 👨‍"),
				// white space, case, punctuation
				row("white space collapsed", "One   two\n\nthree", "One   two\n\nthree", "One two three"),
				row("white space missing", "One two three", "One two three", "Onetwothree"),
				row("white space added", "One two", "One two", " One  t wo "),
				row("line breaks", "One\r\ntwo\nthree", "One\r\ntwo", "One two"),
				row("case", "Hello World", "Hello World", "hello WORLD"),
				row("punctuation missing", "Well, yes; of course.", "Well, yes; of course.", "well yes of course"),
				row("punctuation added", "Well yes of course", "Well yes of", "Well, yes. Of!"),
				row("attached punctuation goes with its word", "Hello, **world**! Next", "Hello, **world**!",
						"hello world"),
				row("punctuation after white space does not", "Hello - world", "Hello", "hello"),
				row("inside a hyphenated word", "A well-known fact", "A well", "a Well"),
				row("hyphens", "A well-known fact", "A well-known fact", "a well known fact"),
				row("soft hyphens", "Donau\u00addampf\u00adschiff fährt", "Donau\u00addampf\u00adschiff",
						"Donaudampfschiff"),
				row("curly quotes", "“Don’t,” he said.", "“Don’t,” he said.", "\"Don't,\" he said"),
				row("an apostrophe missing", "Don't go", "Don't", "dont"),
				row("zero width", "Hel\u200blo wor\u200dld", "Hel\u200blo wor\u200dld", "hello world"),
				row("a long dash", "Wait—what?", "Wait—what?", "wait what"),
				row("full width", "Ｈｅｌｌｏ，world", "Ｈｅｌｌｏ，world", "hello, world"),
				row("a ligature", "The ﬁnal of it", "The ﬁnal", "the final"),
				// markup
				row("bold and italics", "This is **very** _good_ indeed", "This is **very** _good_",
						"this is very good"),
				row("a heading", "# Title\n\nText here", "# Title\n\nText", "title text"),
				row("a bulleted list", "Buy:\n- milk\n- eggs\n", "Buy:\n- milk\n- eggs", "buy milk eggs"),
				row("a numbered list", "Do:\n1. wash\n2. dry\n", "Do:\n1. wash\n2. dry", "do wash dry"),
				row("a numbered list with its numbers", "Do:\n1. wash\n2. dry\n", "Do:\n1. wash\n2. dry",
						"do one wash two dry"),
				row("a numbered list as it is written", "1. wash\n2. dry", "1. wash", "1. wash"),
				row("a link", "See [the docs](https://example.com/a_b?c=1) now",
						"See [the docs](https://example.com/a_b?c=1)", "see the docs"),
				row("on from a link", "See [the docs](https://example.com/a_b?c=1) now",
						"See [the docs](https://example.com/a_b?c=1) now", "see the docs", "now"),
				row("a quotation", "> He said\n> hello", "> He said\n> hello", "he said hello"),
				row("code", "Run `make all` now", "Run `make all`", "run make all"),
				row("a code block", "Run:\n```bash\nmake\n```\nDone", "Run:\n```bash\nmake\n```\nDone",
						"run make done"),
				row("a table", "| a | b |\n|---|---|\n| one | two |", "| a | b |\n|---|---|\n| one | two",
						"a b one two"),
				row("tags", "<b>Hello</b> <i class=\"x\">world</i>!", "<b>Hello</b> <i class=\"x\">world</i>!",
						"hello world"),
				row("speech markup", "<speak>Hi <break time=\"1s\"/>you</speak>",
						"<speak>Hi <break time=\"1s\"/>you</speak>", "Hi you"),
				row("tags in what is said", "Hello world again", "Hello world", "<b>hello</b> world"),
				row("less and greater are no tag", "If a < b and c > d then", "If a < b and c > d then",
						"if a less than b and c greater than d then"),
				row("an entity", "Salt&nbsp;water here", "Salt&nbsp;water", "salt water"),
				// emoji
				row("emoji", "Great 😀 news 🎉 today", "Great 😀 news", "great news"),
				row("emoji with modifiers", "Hi 👋🏽 all 👨‍👩‍👧‍👦 here", "Hi 👋🏽 all 👨‍👩‍👧‍👦 here",
						"hi all here"),
				row("flags", "From 🇩🇪 to 🇫🇷 now", "From 🇩🇪 to", "from to"),
				row("keycaps", "Press 1️⃣ now", "Press 1️⃣ now", "press now"),
				row("emoji at the end", "Great 😀", "Great", "great"),
				row("emoji attached", "Great!😀 Next", "Great!😀", "great"),
				// numbers
				row("an amount", "It costs $100 today.", "It costs $100", "it costs one hundred dollars"),
				row("half of an amount", "It costs $100 today.", "It costs", "it costs one hundred"),
				row("an amount in two", "It costs $100 today.", "It costs $100", "it costs one hundred", "dollars"),
				row("an amount and more", "It costs $100 today.", "It costs $100 today.",
						"It costs one hundred dollars today"),
				row("an amount in its digits", "It costs $100 today.", "It costs $100 today.",
						"it costs 100 dollars today"),
				row("a hundred bucks", "It costs $100 today.", "It costs $100 today.",
						"it costs a hundred bucks today"),
				row("euros and cents", "Only €3.50 each", "Only €3.50 each", "only three euros fifty each"),
				row("euros and cents, in full", "Only €3.50 each", "Only €3.50", "only three euros and fifty cents"),
				row("euro behind", "Nur 100 € heute", "Nur 100 € heute", "nur hundert Euro heute").in("de"),
				row("euro behind with cents", "Nur 3,50 € heute", "Nur 3,50 € heute", "nur drei Euro fünfzig heute")
					.in("de"),
				row("millions", "A $2.5 million deal", "A $2.5 million deal", "a two point five million dollar deal"),
				row("grouped digits", "Of 1,234,567 people", "Of 1,234,567 people",
						"of one million two hundred thirty four thousand five hundred sixty seven people"),
				row("grouped digits in German", "Es sind 1.234 Leute", "Es sind 1.234 Leute",
						"es sind eintausendzweihundertvierunddreißig Leute")
					.in("de"),
				row("per cent", "Up 20% now", "Up 20% now", "up twenty percent now"),
				row("a decimal", "Pi is 3.14 or so", "Pi is 3.14 or", "pi is three point one four or"),
				row("a decimal in German", "Etwa 3,5 Liter", "Etwa 3,5 Liter", "etwa drei Komma fünf Liter").in("de"),
				row("half of a decimal", "Pi is 3.14 or so", "Pi is", "pi is three point"),
				row("an ordinal", "The 1st of 22nd", "The 1st of 22nd", "the first of twenty second"),
				row("a German ordinal", "Am 3. Mai kommt", "Am 3. Mai", "am dritten Mai").in("de"),
				row("a year", "In 1984 we met", "In 1984 we", "in nineteen eighty-four we"),
				row("a year as a number", "In 2026 we met", "In 2026 we", "in two thousand twenty-six we"),
				row("a year with oh", "In 1905 we met", "In 1905 we", "in nineteen oh five we"),
				row("a decade", "The 1980s were", "The 1980s were", "the nineteen eighties were"),
				row("a German year", "Seit 1984 da", "Seit 1984 da", "seit neunzehnhundertvierundachtzig da").in("de"),
				row("a time", "At 3:30 pm sharp", "At 3:30 pm sharp", "at three thirty p.m. sharp"),
				row("half past", "At 3:30 sharp", "At 3:30 sharp", "at half past three sharp"),
				row("o'clock", "At 3:00 sharp", "At 3:00 sharp", "at three o'clock sharp"),
				row("a German time", "Um 15:30 Uhr los", "Um 15:30 Uhr los", "um fünfzehn Uhr dreißig los").in("de"),
				row("a date", "On 2026-03-05 we", "On 2026-03-05 we", "on March fifth twenty twenty six we"),
				row("a German date", "Am 05.03.2026 geht", "Am 05.03.2026 geht",
						"am fünften März zweitausendsechsundzwanzig geht")
					.in("de"),
				row("a telephone number", "Call 555-1234 now", "Call 555-1234 now",
						"call five five five one two three four now"),
				row("part of a telephone number", "Call 555-1234 now", "Call", "call five five five one"),
				row("a unit", "Walk 5 km north", "Walk 5 km north", "walk five kilometers north"),
				row("a unit attached", "Walk 5km north", "Walk 5km north", "walk five kilometres north"),
				row("a unit not yet", "Walk 5km north", "Walk", "walk five"),
				row("degrees", "It is 20°C outside", "It is 20°C outside", "it is twenty degrees celsius outside"),
				row("degrees in two", "It is 20°C outside", "It is 20°C outside", "it is twenty degrees",
						"celsius outside"),
				row("a word and its number", "Take item1 first", "Take item1 first", "take item one first"),
				row("a range", "Pages 10–20 only", "Pages 10–20 only", "pages ten to twenty only"),
				row("digits as they are", "Room 101 please", "Room 101 please", "room 101, please"),
				row("a number not said", "Room 101 please", "", "room please").unmatched(0),
				// symbols, addresses, abbreviations
				row("and", "Tom & Jerry run", "Tom & Jerry run", "tom and jerry run"),
				row("and left out", "Tom & Jerry run", "Tom & Jerry", "tom jerry"),
				row("plus and equals", "1 + 1 = 2 always", "1 + 1 = 2 always", "one plus one equals two always"),
				row("an address", "Visit https://example.com/docs today", "Visit https://example.com/docs today",
						"visit example dot com slash docs today"),
				row("an address in full", "Visit https://example.com/docs today",
						"Visit https://example.com/docs today",
						"visit h t t p s colon slash slash example dot com slash docs today"),
				row("an address that is talked about", "Visit https://example.com/docs today",
						"Visit https://example.com/docs today", "visit our web site today"),
				row("mail", "Write to me@example.org soon", "Write to me@example.org soon",
						"write to me at example dot org soon"),
				row("an abbreviation", "Ask Dr. Smith e.g. now", "Ask Dr. Smith e.g. now",
						"ask Doctor Smith for example now"),
				row("a saint and a street", "At St. James St. today", "At St. James St. today",
						"at Saint James Street today"),
				row("a German abbreviation", "Obst, z. B. Äpfel", "Obst, z. B. Äpfel", "Obst zum Beispiel Äpfel")
					.in("de"),
				row("thousands and cents", "It costs $1,299.99 plus tax", "It costs $1,299.99 plus tax",
						"it costs one thousand two hundred ninety nine dollars and ninety nine cents plus tax"),
				row("euros and cents in French", "Cela coûte 3,50 € par mois", "Cela coûte 3,50 € par mois",
						"cela coûte trois euros cinquante par mois")
					.in("fr"),
				row("euros in Spanish", "Cuesta 100 € hoy", "Cuesta 100 € hoy", "cuesta cien euros hoy"),
				row("pounds", "I paid £20 each", "I paid £20 each", "I paid twenty pounds each"),
				row("yen", "I paid ¥500 each", "I paid ¥500 each", "I paid five hundred yen each"),
				row("the name of a currency written", "I paid 100 dollars.", "I paid 100", "I paid one hundred"),
				row("a date of slashes", "Born 3/5/1984 in Rome", "Born 3/5/1984 in Rome",
						"born march fifth nineteen eighty four in rome"),
				row("a number of a foreign telephone", "Call +1 (555) 123-4567 now", "Call +1 (555) 123-4567 now",
						"call plus one five five five one two three four five six seven now"),
				row("a version", "Version 3.2.1 is out", "Version 3.2.1 is out",
						"version three dot two dot one is out"),
				row("minus", "Temp -5°C now", "Temp -5°C now", "temp minus five degrees celsius now"),
				row("a fraction", "½ cup and 1/2 cup", "½ cup and 1/2 cup", "half cup and one half cup").in("en"),
				row("letters after a number", "Room 12A in 3D", "Room 12A in 3D", "room twelve a in three d"),
				row("languages of machines", "C++ is fun, C# too", "C++ is fun, C# too",
						"C plus plus is fun C sharp too"),
				row("a telephone company", "Use AT&T now", "Use AT&T now", "use A T and T now"),
				row("mail at the end", "Email: john.doe@mail.com.", "Email: john.doe@mail.com.",
						"email john dot doe at mail dot com"),
				row("ten oh five", "At 10:05 am", "At 10:05 am", "at ten oh five a.m."),
				row("the nineties", "In the 90s we", "In the 90s we", "in the nineties we"),
				row("Russian by the session's language", "Всего 21 рубль", "Всего 21 рубль",
						"всего двадцать один рубль")
					.in("ru"),
				// readings that are not known
				row("an unknown reading", "Flight LH2040 leaves now", "Flight LH2040 leaves now",
						"flight lh two zero fourty leaves now"),
				row("an unknown reading over two", "Costs 7 rupees", "Costs 7 rupees", "costs seventh heaven",
						"rupees"),
				row("an unknown reading not yet closed", "Costs 7 rupees", "Costs", "costs whatever it is that")
					.in("xx"),
				row("an unknown reading of a word is none", "Costs seven rupees", "", "costs eight rupees")
					.unmatched(0),
				// several messages, more than was written
				row("the text ends first", "Hello.", "Hello.", "Hello. World is here").left("World is here"),
				row("the text ends first, otherwise written", "Hello!", "Hello!", "hello world").left("world"),
				row("the text ends first in Chinese", "你好。", "你好。", "你好世界").left("世界"),
				row("a longer word is another word", "a", "", "apple").unmatched(0),
				row("at the end", "Hello.", "Hello.", "Hello.", "World").unmatched(1),
				row("a number at the end", "Call 5", "Call 5", "call five guys").left("guys"),
				// not what was written
				row("something else", "Hello there", "", "good bye").unmatched(0),
				row("something else, then it", "Hello there", "Hello there", "good bye", "hello there").unmatched(0),
				row("right at first, wrong later", "One two three four", "", "one two four").unmatched(0),
				row("wrong inside a word", "The cart is", "", "the car park").unmatched(0),
				row("a word left out", "One two three", "One", "one", "three").unmatched(1),
				row("lost, then on", "One two three four", "One", "one", "three four").unmatched(1),
				// said twice
				row("a sentence twice, said once", "Stop. Stop. Go.", "Stop.", "stop"),
				row("a sentence twice, said twice", "Stop. Stop. Go.", "Stop. Stop.", "stop", "stop"),
				row("a sentence twice, said thrice", "Stop. Stop. Go.", "Stop. Stop.", "stop", "stop", "stop")
					.unmatched(2),
				row("both at once", "Yes. Yes. No.", "Yes. Yes. No.", "yes yes no"),
				// protected parts
				row("protected, jumped", "Hi. Legal notice. Bye.", "Hi. Legal notice. Bye.", "hi", "bye")
					.guard("Legal notice."),
				row("protected, said", "Hi. Legal notice. Bye.", "Hi. Legal", "Hi. ", "legal").guard("Legal notice."),
				row("protected, jumped from inside", "Hi. Legal notice. Bye.", "Hi. Legal notice. Bye.", "hi legal",
						"bye")
					.guard("Legal notice."),
				row("several protected", "A one. B two. C three.", "A one. B two. C three.", "c three").guard("A one.")
					.guard("B two."),
				row("protected in the middle", "A one. B two. C three.", "A one. B two. C three.", "a one c three")
					.guard("B two."),
				row("the same in and after the protected part", "Stop now. Stop here.", "Stop", "stop")
					.guard("Stop now."),
				row("the same in and after the protected part, later", "Stop now. Stop here.", "Stop now. Stop here.",
						"stop", "here")
					.guard("Stop now."),
				row("not protected", "Hi. Legal notice. Bye.", "Hi.", "hi", "bye").unmatched(1),
				// cover
				row("read out otherwise", "Dr Smith lives in St Johns Street. He is well.",
						"Dr Smith lives in St Johns Street. He is", "Doctor Smith lives in Saint Johns Street", "he is")
					.unmatched(0),
				row("not much the same", "Dr Smith lives in St Johns Street. He is well.", "",
						"Professor Jones works at Saint Johns Hospital", "he is")
					.unmatched(0, 1),
				row("too short to tell", "Dr Smith. He is well.", "", "Doctor Smith", "he is").unmatched(0, 1),
				row("not directly after", "Dr Smith lives in St Johns Street. He is well.", "",
						"Doctor Smith lives in Saint Johns Street", "x y z", "he is")
					.unmatched(0, 1, 2),
				row("merely lost, not read out otherwise", "One two three four five six. Then on.", "",
						"two three four five six", "then on")
					.unmatched(0, 1),
				row("lost from inside a word, not read out otherwise", "The quick fox jumps again. Then on.", "",
						"ck fox jumps again", "then on")
					.unmatched(0, 1),
				row("not found right after", "Dr Smith lives in St Johns Street. He is well.", "",
						"Doctor Smith lives in Saint Johns Street", "well")
					.unmatched(0, 1),
				// languages
				row("German", "Grüße aus Köln, Straße!", "Grüße aus Köln, Straße!", "GRÜSSE aus köln strasse"),
				row("German inside a ß", "Die Straße hier", "Die Stra", "die stras"),
				row("decomposed", "Über Ärger", "Über Ärger", "U\u0308ber a\u0308rger"),
				row("French", "L’été, déjà ? Oui !", "L’été, déjà", "l'été déjà"),
				row("French numbers", "Il a 80 ans ici", "Il a 80 ans", "il a quatre-vingts ans").in("fr"),
				row("Spanish", "¿Qué tal? ¡Bien!", "¿Qué tal? ¡Bien!", "qué tal bien"),
				row("Spanish numbers", "Tengo 22 años", "Tengo 22 años", "tengo veintidós años").in("es"),
				row("Turkish", "İstanbul ışık", "İstanbul ışık", "istanbul ışık").in("tr"),
				row("Greek", "Ο ΔΡΟΜΟΣ εδώ", "Ο ΔΡΟΜΟΣ", "ο δρομος"), row("Chinese", "你好，世界。今天很好。", "你好，世界", "你好世界"),
				row("Chinese with spaces", "你好，世界。今天很好。", "你好，世界。今天", "你 好 世界 今 天"),
				row("Chinese numbers", "我有100元和3个", "我有100元和3个", "我有一百元和三个"),
				row("Chinese per cent", "涨了20%了", "涨了20%了", "涨了百分之二十了"),
				row("two in Chinese", "共200人", "共200人", "共两百人"), row("Chinese year", "在2024年", "在2024年", "在二零二四年"),
				row("Chinese, full width digits", "共１００人", "共１００人", "共一百人"),
				row("Japanese", "こんにちは、世界。元気？", "こんにちは、世界", "こんにちは世界"),
				row("Japanese, half width", "コーヒーとパン", "コーヒーとパン", "ｺｰﾋｰとﾊﾟﾝ"),
				row("Japanese numbers", "値段は100円です", "値段は100円です", "値段は百円です"),
				row("Japanese time", "3:30に会う", "3:30に会う", "三時三十分に会う"),
				row("Korean", "안녕하세요, 세계! 네", "안녕하세요, 세계!", "안녕하세요 세계"),
				row("Korean numbers", "모두 100원입니다", "모두 100원입니다", "모두 백원입니다"),
				row("Arabic", "مرحبا، كيف حالك؟ بخير", "مرحبا، كيف حالك؟", "مرحبا كيف حالك"),
				row("harakat and tatweel", "كِتَابٌ جـمـيل هنا", "كِتَابٌ جـمـيل", "كتاب جميل"),
				row("Arabic numbers", "عندي ٣ كتب", "عندي ٣ كتب", "عندي ثلاثة كتب"),
				row("Hindi", "नमस्ते, आप कैसे हैं? ठीक", "नमस्ते, आप कैसे हैं?", "नमस्ते आप कैसे हैं"),
				row("Hindi numbers", "मेरे पास १०० रुपये", "मेरे पास १०० रुपये", "मेरे पास एक सौ रुपये"),
				row("Thai", "สวัสดีครับ วันนี้อากาศดี", "สวัสดีครับ วันนี้", "สวัสดี ครับวันนี้"),
				row("Thai numbers", "มี 5 คน", "มี 5 คน", "มีห้าคน"), row("mixed", "Use Kubernetes 来部署 3 apps",
						"Use Kubernetes 来部署 3 apps", "use kubernetes 来 部署 three apps"),
				row("mixed, cut", "Hallo 你好 world", "Hallo 你", "HALLO 你"));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("rows")
	void hearsWhatWasSaid(Row row) {
		Playhead playhead = new Playhead((row.language != null) ? Locale.forLanguageTag(row.language) : null);
		int[] guarded = row.guarded.stream().mapToInt(Integer::intValue).toArray();
		List<Integer> unmatched = new ArrayList<>();
		String left = "";
		for (int i = 0; i < row.acks.size(); i++) {
			String said = row.acks.get(i);
			int before = playhead.position();
			Match match = playhead.match(row.written, guarded, guarded.length, said);
			assertThat(playhead.position()).as("a look changes nothing").isEqualTo(before);
			playhead.accept(match);
			assertThat(playhead.position()).as("it never shrinks").isGreaterThanOrEqualTo(before);
			if (match.consumed() == 0 && !said.isEmpty()) {
				unmatched.add(i);
			}
			else {
				left += said.substring(match.consumed());
			}
		}
		assertThat(row.written.substring(0, playhead.position())).isEqualTo(row.heard);
		assertThat(unmatched).as("unmatched").isEqualTo(row.unmatched);
		assertThat(left).as("left").isEqualTo(row.left);
	}

	@Test
	void hasEnoughRowsWithNamesOfTheirOwn() {
		assertThat(rows().map(Row::toString)).doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(110);
	}

	@Test
	void goesOnInATextThatGrows() {
		Playhead playhead = new Playhead(null);
		StringBuilder written = new StringBuilder("It costs ");
		say(playhead, written, "it costs");
		written.append("$1");
		say(playhead, written, "one");
		written.append("00 today");
		say(playhead, written, "hundred dollars");
		assertThat(written.substring(0, playhead.position())).isEqualTo("It costs");
		say(playhead, written, "one hundred dollars today");
		assertThat(playhead.position()).isEqualTo(written.length());
	}

	@Test
	void clampsAPosition() {
		Playhead playhead = new Playhead(null);
		playhead.moveTo("A😀e\u0301 b", -5);
		assertThat(playhead.position()).isZero();
		playhead.moveTo("A😀e\u0301 b", 2);
		assertThat(playhead.position()).isEqualTo(1);
		playhead.moveTo("A😀e\u0301 b", 4);
		assertThat(playhead.position()).isEqualTo(3);
		playhead.moveTo("A😀e\u0301 b", 1);
		assertThat(playhead.position()).isEqualTo(3);
		playhead.moveTo("A😀e\u0301 b", 99);
		assertThat(playhead.position()).isEqualTo(7);
	}

	@Test
	void estimatesByWholeWords() {
		String written = "Hello wonderful world. 你好世界";
		Playhead playhead = new Playhead(null);
		playhead.moveToWord(written, 3);
		assertThat(playhead.position()).isZero();
		playhead.moveToWord(written, 5);
		assertThat(playhead.position()).isEqualTo(5);
		playhead.moveToWord(written, 12);
		assertThat(playhead.position()).isEqualTo(5);
		playhead.moveToWord(written, 16);
		assertThat(playhead.position()).isEqualTo(15);
		playhead.moveToWord(written, 9);
		assertThat(playhead.position()).isEqualTo(15);
		playhead.moveToWord(written, 26);
		assertThat(written.substring(0, playhead.position())).isEqualTo("Hello wonderful world. 你好");
		playhead.moveToWord(written, 1_000);
		assertThat(playhead.position()).isEqualTo(written.length());
	}

	@Test
	void goesOnFromAPositionThatWasTold() {
		Playhead playhead = new Playhead(null);
		playhead.moveTo("One two three", 4);
		say(playhead, "One two three", "TWO");
		assertThat(playhead.position()).isEqualTo(7);
	}

	@Test
	void isAtTheEndWhenNothingIsLeftThatCanBeSpoken() {
		String done = "Done! 😀 **\n<br/> ";
		assertThat(new Playhead(null).isAtEnd(done)).isFalse();
		assertThat(after("done", done).isAtEnd(done)).isTrue();
		for (String more : List.of("x", " 5", "€", "&", "你")) {
			Playhead playhead = after("done", done);
			assertThat(playhead.isAtEnd(done)).isTrue();
			assertThat(playhead.isAtEnd(done + more)).as(more).isFalse();
		}
		assertThat(new Playhead(null).isAtEnd("")).isTrue();
	}

	@Test
	void readsLittleOfWhatMatchesNothing() {
		for (String junk : List.of("q".repeat(65_536), "q ".repeat(32_768), "你".repeat(65_536))) {
			for (String written : List.of("Hello there", "1 2 3", "$100 today")) {
				Playhead playhead = new Playhead(null);
				say(playhead, written, junk);
				assertThat(playhead.position()).isZero();
				assertThat(playhead.steps()).isPositive().isLessThan(4_096);
			}
		}
	}

	@Test
	void findsNothingInNoText() {
		Playhead playhead = new Playhead(null);
		Match match = playhead.match("", NO_GUARDS, 0, "hello");
		assertThat(match.consumed()).isZero();
		assertThat(match.position()).isZero();
	}

	private static Playhead after(String said, String written) {
		Playhead playhead = new Playhead(null);
		say(playhead, written, said);
		return playhead;
	}

	private static void say(Playhead playhead, CharSequence written, String said) {
		playhead.accept(playhead.match(written, NO_GUARDS, 0, said));
	}

	private static Row row(String name, String written, String heard, String... acks) {
		return new Row(name, written, heard, Arrays.asList(acks));
	}

	/**
	 * One case.
	 */
	static final class Row {

		private final String name;

		private final String written;

		private final String heard;

		private final List<String> acks;

		private final List<Integer> guarded = new ArrayList<>();

		private List<Integer> unmatched = List.of();

		private String left = "";

		private @Nullable String language;

		Row(String name, String written, String heard, List<String> acks) {
			this.name = name;
			this.written = written;
			this.heard = heard;
			this.acks = acks;
		}

		Row in(String language) {
			this.language = language;
			return this;
		}

		Row unmatched(Integer... indexes) {
			this.unmatched = List.of(indexes);
			return this;
		}

		Row left(String rest) {
			this.left = rest;
			return this;
		}

		Row guard(String part) {
			int from = this.written.indexOf(part);
			this.guarded.add(from);
			this.guarded.add(from + part.length());
			return this;
		}

		@Override
		public String toString() {
			return this.name;
		}

	}

}
