package dev.edgewise.conversation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;

import com.ibm.icu.lang.UScript;
import com.ibm.icu.text.DateFormatSymbols;
import com.ibm.icu.text.MeasureFormat;
import com.ibm.icu.text.RuleBasedNumberFormat;
import com.ibm.icu.util.Currency;
import com.ibm.icu.util.Measure;
import com.ibm.icu.util.MeasureUnit;
import com.ibm.icu.util.ULocale;

/**
 * A language, as far as it is needed to know how numbers, units, symbols and
 * abbreviations are said in it. All words are given as they sound. Safe from any thread.
 */
final class Tongue {

	/** What the name of a host ends with, among people who talk about it. */
	static final Set<String> DOMAINS = Set.of("com", "org", "net", "edu", "gov", "io", "dev", "ai", "app", "co", "info",
			"eu", "uk", "de", "fr", "es", "it", "nl", "ch", "at", "jp", "cn", "kr", "in", "us", "ca", "example",
			"test");

	private static final int MAX_TONGUES = 64;

	/**
	 * Formatters of numbers that nobody uses now, at most a few for each language: they
	 * are not thread-safe, and take milliseconds to make.
	 */
	private static final int MAX_IDLE = 4;

	private static final Map<String, Tongue> TONGUES = new ConcurrentHashMap<>();

	private static final String SYMBOLS = "&%@+=\u00b0\u00a7\uff05\u2030./_-\u2013\u2212:#,?<>~\u00d7\u00f7\u00bd\u00bc\u00be\u00b2\u00b3\u2192";

	/** By language: what is written, and what may be said for it. */
	private static final String WORDS = """
			en & and
			en % percent;per cent
			en @ at
			en + plus
			en = equals;is;equal to;is equal to
			en ° degrees;degree
			en § section;paragraph
			en . dot;point
			en / slash;forward slash;or;per;over;of
			en - dash;hyphen;minus;to;through
			en _ underscore
			en : colon;oh
			en # number;hash;hashtag;pound;sharp
			en , comma;point
			en ? question mark
			en < less than
			en > greater than
			en ~ tilde;about
			en × times;by
			en ÷ divided by
			en ½ half;one half;a half;and a half
			en ¼ quarter;one quarter;a quarter;and a quarter
			en ¾ three quarters;and three quarters
			en ² squared
			en ³ cubed
			en → to
			en 0 oh;o
			en cents cents;cent;pence
			en and and
			en thousand thousand;k
			en million million;m;mn
			en billion billion;b;bn
			en trillion trillion;tn
			en $ dollars;dollar;bucks;buck
			en £ pounds;pound;quid
			en dr. doctor;drive
			en mr. mister
			en mrs. missus;misses
			en ms. miss;miz
			en st. saint;street
			en prof. professor
			en e.g. for example;for instance
			en i.e. that is
			en etc. et cetera
			en vs. versus
			en no. number
			en jr. junior
			en sr. senior
			en approx. approximately
			en dept. department
			en ave. avenue
			en rd. road
			en blvd. boulevard
			en mt. mount
			en inc. incorporated
			en ltd. limited
			en corp. corporation
			de & und
			de % prozent
			de @ at;ät
			de + plus
			de = gleich;ist gleich;ist
			de ° grad
			de § paragraf;paragraph
			de . punkt
			de / schrägstrich;slash;pro;oder
			de - minus;bis;bindestrich;strich
			de _ unterstrich
			de : doppelpunkt;uhr;zu
			de # nummer;raute;hashtag
			de , komma
			de × mal
			de ½ halb;ein halb;einhalb;und ein halb
			de ² quadrat
			de ³ kubik
			de 0 null
			de cents cent;cents
			de and und
			de thousand tausend;tsd
			de million million;millionen;mio
			de billion milliarde;milliarden;mrd
			de $ dollar;dollars
			de £ pfund
			de dr. doktor
			de hr. herr
			de fr. frau
			de prof. professor
			de z.b. zum beispiel
			de d.h. das heißt
			de u.a. unter anderem
			de usw. und so weiter
			de etc. et cetera
			de bzw. beziehungsweise
			de ca. circa;zirka
			de nr. nummer
			de str. straße
			de st. sankt
			de ggf. gegebenenfalls
			de evtl. eventuell
			de inkl. inklusive
			de zzgl. zuzüglich
			de tel. telefon
			fr & et
			fr % pour cent
			fr @ arobase;at
			fr + plus
			fr = égale;égal
			fr ° degrés;degré
			fr . point
			fr / slash;barre oblique;sur;par
			fr - tiret;moins;à
			fr _ tiret bas;underscore
			fr : heures;heure;deux points
			fr # numéro;dièse;hashtag
			fr , virgule
			fr × fois
			fr ½ demi;et demi;un demi
			fr ² carrés;carré
			fr cents centimes;centime;cents
			fr and et
			fr thousand mille
			fr million million;millions;million de;millions de
			fr billion milliard;milliards;milliard de;milliards de
			fr $ dollars;dollar
			fr £ livres;livre
			fr m. monsieur
			fr mme. madame
			fr dr. docteur
			fr st. saint
			fr p.ex. par exemple
			fr etc. et cetera
			fr c.-à-d. c'est-à-dire
			es & y
			es % por ciento
			es @ arroba
			es + más
			es = igual a;es igual a;igual
			es ° grados;grado
			es . punto
			es / barra;por;o
			es - guion;menos;a
			es _ guion bajo
			es : y;dos puntos;horas
			es # número;almohadilla
			es , coma;con
			es × por
			es ½ medio;y medio;y media
			es ² cuadrados;cuadrado
			es cents céntimos;centavos;céntimo;centavo
			es and con;y
			es thousand mil
			es million millón;millones;millón de;millones de
			es billion mil millones;mil millones de
			es $ dólares;dólar;pesos;peso
			es £ libras;libra
			es sr. señor
			es sra. señora
			es dr. doctor
			es dra. doctora
			es p.ej. por ejemplo
			es ud. usted
			es uds. ustedes
			es etc. etcétera
			it & e
			it % per cento;percento
			it @ chiocciola
			it . punto
			it , virgola
			it ° gradi;grado
			it cents centesimi
			it and e
			it $ dollari;dollaro
			it £ sterline
			pt & e
			pt % por cento
			pt @ arroba
			pt . ponto
			pt , vírgula
			pt ° graus;grau
			pt cents cêntimos;centavos
			pt and e
			nl & en
			nl % procent
			nl @ apenstaartje
			nl . punt
			nl , komma
			nl ° graden
			nl cents cent
			nl and en
			zh & 和;与
			zh % 百分号
			zh @ 艾特;圈
			zh + 加
			zh = 等于
			zh ° 度
			zh . 点;點
			zh / 斜杠;每;或
			zh - 到;至;减;负;杠
			zh : 点;點;比
			zh # 号;井号
			zh , 点
			zh 0 零;〇;洞
			zh 1 幺
			zh 2 两;兩
			zh cents 分
			zh million 百万
			zh billion 十亿
			zh ¥ 元;块;塊;人民币;圆
			zh $ 美元;美金;元;块
			zh € 欧元;欧
			zh £ 英镑
			ja & アンド;と
			ja % パーセント
			ja @ アット;アットマーク
			ja + プラス
			ja = イコール
			ja ° 度
			ja . 点;てん;ドット
			ja / スラッシュ
			ja - から;マイナス;の;ハイフン
			ja : 時
			ja , 点
			ja 0 零;ゼロ;〇;れい
			ja cents セント
			ja ¥ 円;えん
			ja $ ドル
			ja € ユーロ
			ja £ ポンド
			ko & 앤드;그리고
			ko % 퍼센트;프로
			ko @ 골뱅이;앳
			ko + 더하기;플러스
			ko = 는;은;이퀄
			ko ° 도
			ko . 점;닷
			ko / 슬래시
			ko - 에서;다시;마이너스;빼기
			ko : 시
			ko , 점
			ko 0 영;공
			ko cents 센트
			ko ₩ 원
			ko $ 달러;불
			ko € 유로
			ar & و
			ar % بالمئة;في المئة;بالمائة;في المائة
			ar @ آت
			ar + زائد
			ar = يساوي
			ar ° درجة
			ar . نقطة;فاصل;فاصلة
			ar , فاصلة;فاصل
			ar - إلى;ناقص
			ar cents سنت;سنتا
			ar and و
			ar $ دولار;دولارا;دولارات;دولار أمريكي
			hi & और
			hi % प्रतिशत;फ़ीसदी
			hi @ ऐट;एट
			hi + जमा;प्लस
			hi = बराबर
			hi ° डिग्री
			hi . दशमलव;डॉट
			hi - से
			hi cents पैसे;सेंट
			hi ₹ रुपये;रुपया;रुपए
			hi $ डॉलर
			th & และ
			th % เปอร์เซ็นต์
			th @ แอท
			th + บวก
			th = เท่ากับ
			th ° องศา
			th . จุด
			th - ถึง;ลบ
			th : นาฬิกา
			th cents เซนต์;สตางค์
			th ฿ บาท
			th $ ดอลลาร์
			th € ยูโร
			""";

	private static final Map<String, Map<String, String[]>> TABLES = tables();

	private static final Map<String, MeasureUnit> UNITS = Map.ofEntries(Map.entry("km", MeasureUnit.KILOMETER),
			Map.entry("m", MeasureUnit.METER), Map.entry("cm", MeasureUnit.CENTIMETER),
			Map.entry("mm", MeasureUnit.MILLIMETER), Map.entry("kg", MeasureUnit.KILOGRAM),
			Map.entry("g", MeasureUnit.GRAM), Map.entry("mg", MeasureUnit.MILLIGRAM), Map.entry("l", MeasureUnit.LITER),
			Map.entry("ml", MeasureUnit.MILLILITER), Map.entry("°C", MeasureUnit.CELSIUS),
			Map.entry("°F", MeasureUnit.FAHRENHEIT), Map.entry("km/h", MeasureUnit.KILOMETER_PER_HOUR),
			Map.entry("mph", MeasureUnit.MILE_PER_HOUR), Map.entry("mi", MeasureUnit.MILE),
			Map.entry("ft", MeasureUnit.FOOT), Map.entry("in", MeasureUnit.INCH), Map.entry("lb", MeasureUnit.POUND),
			Map.entry("lbs", MeasureUnit.POUND), Map.entry("oz", MeasureUnit.OUNCE), Map.entry("h", MeasureUnit.HOUR),
			Map.entry("hr", MeasureUnit.HOUR), Map.entry("hrs", MeasureUnit.HOUR), Map.entry("min", MeasureUnit.MINUTE),
			Map.entry("s", MeasureUnit.SECOND), Map.entry("sec", MeasureUnit.SECOND),
			Map.entry("ms", MeasureUnit.MILLISECOND), Map.entry("KB", MeasureUnit.KILOBYTE),
			Map.entry("kB", MeasureUnit.KILOBYTE), Map.entry("MB", MeasureUnit.MEGABYTE),
			Map.entry("GB", MeasureUnit.GIGABYTE), Map.entry("TB", MeasureUnit.TERABYTE),
			Map.entry("Hz", MeasureUnit.HERTZ), Map.entry("kHz", MeasureUnit.KILOHERTZ),
			Map.entry("MHz", MeasureUnit.MEGAHERTZ), Map.entry("GHz", MeasureUnit.GIGAHERTZ),
			Map.entry("W", MeasureUnit.WATT), Map.entry("kW", MeasureUnit.KILOWATT),
			Map.entry("kWh", MeasureUnit.KILOWATT_HOUR), Map.entry("V", MeasureUnit.VOLT),
			Map.entry("ha", MeasureUnit.HECTARE), Map.entry("m²", MeasureUnit.SQUARE_METER),
			Map.entry("km²", MeasureUnit.SQUARE_KILOMETER), Map.entry("m³", MeasureUnit.CUBIC_METER));

	private static final Map<Character, String> CURRENCIES = Map.of('$', "USD", '\u20ac', "EUR", '\u00a3', "GBP",
			'\u00a5', "JPY", '\u20b9', "INR", '\u20a9', "KRW", '\u20bd', "RUB", '\u20ba', "TRY", '\u0e3f', "THB",
			'\uffe5', "JPY");

	private final String language;

	private final ULocale locale;

	private final Map<String, String[]> table;

	private final BlockingQueue<RuleBasedNumberFormat> idle = new ArrayBlockingQueue<>(MAX_IDLE);

	private final Map<Character, String[]> money = new ConcurrentHashMap<>();

	private final Map<String, String[][]> units = new ConcurrentHashMap<>();

	private Tongue(String language) {
		this.language = language;
		this.locale = new ULocale(language + "@numbers=latn");
		this.table = TABLES.getOrDefault(language, Map.of());
	}

	static Tongue of(Locale locale) {
		return of(locale.getLanguage());
	}

	private static Tongue of(String language) {
		Tongue tongue = TONGUES.get(language);
		if (tongue == null) {
			tongue = new Tongue(language);
			if (TONGUES.size() < MAX_TONGUES) {
				TONGUES.putIfAbsent(language, tongue);
			}
		}
		return tongue;
	}

	private static Map<String, Map<String, String[]>> tables() {
		Map<String, Map<String, String[]>> tables = new HashMap<>();
		WORDS.lines().forEach((line) -> {
			String[] parts = line.split(" ", 3);
			tables.computeIfAbsent(parts[0], (language) -> new HashMap<>())
				.put(parts[1], sounds(Arrays.asList(parts[2].split(";"))));
		});
		return tables;
	}

	private static String[] sounds(Collection<String> words) {
		Set<String> sounds = new LinkedHashSet<>();
		for (String word : words) {
			String sound = Sound.of(word);
			if (!sound.isEmpty()) {
				sounds.add(sound);
			}
		}
		return sounds.toArray(String[]::new);
	}

	/**
	 * The languages that are tried if it is not known which one is spoken.
	 */
	static List<Tongue> heardAs(char sound) {
		if (Sound.isDigit(sound)) {
			return Scripts.ALL;
		}
		return switch (UScript.getScript(sound)) {
			case UScript.HAN -> Scripts.HAN;
			case UScript.HIRAGANA, UScript.KATAKANA -> Scripts.KANA;
			case UScript.HANGUL -> Scripts.HANGUL;
			case UScript.ARABIC -> Scripts.ARABIC;
			case UScript.DEVANAGARI -> Scripts.DEVANAGARI;
			case UScript.THAI -> Scripts.THAI;
			case UScript.LATIN -> Scripts.LATIN;
			default -> List.of();
		};
	}

	static boolean isSymbol(char symbol) {
		return SYMBOLS.indexOf(symbol) >= 0;
	}

	String language() {
		return this.language;
	}

	private String[] words(String key) {
		return this.table.getOrDefault(key, new String[0]);
	}

	String[] symbol(char symbol) {
		return words(switch (symbol) {
			case '\u2013', '\u2212' -> "-";
			case '\uff05' -> "%";
			default -> String.valueOf(symbol);
		});
	}

	String[] point() {
		String[] points = Readings.join(words("."), words(","));
		return (points.length > 0) ? points : Readings.nothing();
	}

	String[] and() {
		return Readings.join(Readings.nothing(), words("and"));
	}

	String[] cents() {
		return Readings.join(Readings.nothing(), words("cents"));
	}

	/**
	 * The names of a currency: all of it, and its first and last word, which is what
	 * people say.
	 */
	String[] money(char symbol) {
		return this.money.computeIfAbsent(symbol, (key) -> {
			Set<String> names = new LinkedHashSet<>();
			String code = CURRENCIES.get(key);
			if (code != null) {
				for (String plural : List.of("one", "few", "many", "other")) {
					String name = Currency.getInstance(code)
						.getName(this.locale, Currency.PLURAL_LONG_NAME, plural, new boolean[1]);
					names.add(name);
					String[] parts = name.split("[ -]");
					names.add(parts[parts.length - 1]);
					names.add(parts[0]);
				}
			}
			return Readings.join(sounds(names), words(String.valueOf(key)));
		});
	}

	/**
	 * All that a number may sound like: how many, which one in a row, which year.
	 */
	String[] numbers(String digits) {
		Set<String> numbers = new LinkedHashSet<>();
		if (digits.length() <= 15) {
			long number = Long.parseLong(digits);
			RuleBasedNumberFormat format = this.idle.poll();
			if (format == null) {
				format = new RuleBasedNumberFormat(this.locale, RuleBasedNumberFormat.SPELLOUT);
			}
			for (String rules : format.getRuleSetNames()) {
				numbers.add(format.format(number, rules));
			}
			this.idle.offer(format);
		}
		Set<String> sounds = new LinkedHashSet<>(Arrays.asList(sounds(numbers)));
		if (digits.length() == 1 || digits.chars().allMatch((c) -> c == '0')) {
			sounds.addAll(Arrays.asList(words(digits.substring(0, 1))));
		}
		for (String sound : List.copyOf(sounds)) {
			switch (this.language) {
				case "en" -> {
					if (sound.startsWith("onehundred") || sound.startsWith("onethousand")
							|| sound.startsWith("onemillion") || sound.startsWith("onebillion")) {
						sounds.add("a" + sound.substring(3));
					}
				}
				case "de" -> {
					if (sound.startsWith("einhundert") || sound.startsWith("eintausend")) {
						sounds.add(sound.substring(3));
						sounds.add(sound.replace("tausendein", "tausend"));
					}
					if (sound.contains("zwei")) {
						sounds.add(sound.replace("zwei", "zwo"));
					}
				}
				case "zh" -> {
					sounds.add(sound.replaceAll("二(?=[百千万亿])", "两"));
					sounds.add(sound.replace('〇', '零'));
					if (sound.startsWith("一十")) {
						sounds.add(sound.substring(1));
					}
				}
				case "ja", "ko" -> sounds.add(sound.replace('〇', '零'));
				default -> {
				}
			}
		}
		sounds.remove("");
		return sounds.toArray(String[]::new);
	}

	/**
	 * Digits one after the other.
	 */
	String[] digitByDigit(String digits) {
		Set<String> sounds = new LinkedHashSet<>();
		List<StringBuilder> variants = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			variants.add(new StringBuilder());
		}
		for (char digit : digits.toCharArray()) {
			String[] names = cardinals(digit);
			for (int i = 0; i < 3; i++) {
				variants.get(i).append(names[Math.min(i, names.length - 1)]);
			}
		}
		variants.forEach((variant) -> sounds.add(variant.toString()));
		sounds.add(digits);
		return sounds.toArray(String[]::new);
	}

	private String[] cardinals(char digit) {
		RuleBasedNumberFormat format = this.idle.poll();
		if (format == null) {
			format = new RuleBasedNumberFormat(this.locale, RuleBasedNumberFormat.SPELLOUT);
		}
		String cardinal = format.format(digit - '0');
		this.idle.offer(format);
		return Readings.join(sounds(List.of(cardinal)), words(String.valueOf(digit)));
	}

	/**
	 * Abbreviations that begin at an index.
	 */
	List<Reading> abbreviations(CharSequence written, int at) {
		List<Reading> found = new ArrayList<>();
		StringBuilder key = new StringBuilder();
		int most = Math.min(written.length(), at + 10);
		for (int i = at; i < most; i++) {
			char c = Character.toLowerCase(written.charAt(i));
			if (Sound.isSpace(c) && key.length() > 0 && key.charAt(key.length() - 1) == '.') {
				continue;
			}
			if (!Character.isLetter(c) && c != '.' && c != '-') {
				break;
			}
			key.append(c);
			if (c == '.') {
				String[] words = this.table.get(key.toString());
				if (words != null) {
					found.add(new Reading(new String[][] { words }, i + 1));
				}
			}
		}
		return found;
	}

	/**
	 * The end of a word that multiplies an amount; the index itself if there is none.
	 */
	int scaleEnd(CharSequence written, int at) {
		int from = at;
		while (from < written.length() && from - at < 2 && Sound.isSpace(written.charAt(from))) {
			from++;
		}
		int end = from;
		while (end < written.length() && end - from < 12 && Character.isLetter(written.charAt(end))) {
			end++;
		}
		return (end > from && scale(written, from, end).length > 0) ? end : at;
	}

	String[] scale(CharSequence written, int from, int end) {
		String word = Sound.of(written.subSequence(from, end).toString());
		for (String key : List.of("thousand", "million", "billion", "trillion")) {
			String[] words = words(key);
			if (Arrays.asList(words).contains(word)) {
				return words;
			}
		}
		return new String[0];
	}

	/**
	 * Units that begin at an index, after a number.
	 */
	List<Reading> units(CharSequence written, int at) {
		String unit = unit(written, at);
		return unit.isEmpty() ? List.of() : List.of(new Reading(new String[][] { names(unit)[1] }, at + unit.length()));
	}

	/**
	 * Numbers with units that are said before them.
	 */
	List<Reading> measures(Readings readings, CharSequence written, int at, int end, String digits) {
		int from = (end < written.length() && Sound.isSpace(written.charAt(end))) ? end + 1 : end;
		if (from < written.length() && (written.charAt(from) == '%' || written.charAt(from) == '\uff05')) {
			String before = switch (this.language) {
				case "zh" -> "百分之";
				case "tr" -> "yüzde";
				default -> "";
			};
			return before.isEmpty() ? List.of() : List
				.of(new Reading(new String[][] { { Sound.of(before) }, readings.numbers(this, digits) }, from + 1));
		}
		String unit = unit(written, from);
		if (unit.isEmpty()) {
			return List.of();
		}
		String[][] names = names(unit);
		if (names[0].length == 0) {
			return List.of();
		}
		return List
			.of(new Reading(new String[][] { names[0], readings.numbers(this, digits), Readings.with(names[1], "") },
					from + unit.length()));
	}

	private static String unit(CharSequence written, int at) {
		int end = at;
		while (end < written.length() && end - at < 6 && isUnit(written.charAt(end))) {
			end++;
		}
		if (end < written.length() && Character.isLetter(written.charAt(end))) {
			return "";
		}
		while (end > at) {
			String unit = written.subSequence(at, end).toString();
			if (UNITS.containsKey(unit)) {
				return unit;
			}
			end--;
		}
		return "";
	}

	private static boolean isUnit(char c) {
		return Readings.isLatin(c) || c == '/' || c == '\u00b0' || c == '\u00b2' || c == '\u00b3';
	}

	/** What is said before the number, and after it. */
	private String[][] names(String unit) {
		return this.units.computeIfAbsent(unit, (key) -> {
			Set<String> before = new LinkedHashSet<>();
			Set<String> after = new LinkedHashSet<>();
			List<ULocale> locales = this.language.equals("en") ? List.of(this.locale, ULocale.UK)
					: List.of(this.locale);
			for (ULocale locale : locales) {
				MeasureFormat format = MeasureFormat.getInstance(locale, MeasureFormat.FormatWidth.WIDE);
				for (int number : new int[] { 1, 2, 3, 5, 20 }) {
					String text = format.format(new Measure(number, UNITS.get(key)));
					int start = text.indexOf(String.valueOf(number));
					if (start < 0) {
						continue;
					}
					String end = text.substring(start + String.valueOf(number).length());
					if (Sound.of(text.substring(0, start)).isEmpty()) {
						after.add(end);
					}
					else {
						before.add(text.substring(0, start));
						after.add(end);
					}
				}
			}
			if (key.equals("°C") || key.equals("°F")) {
				after.addAll(Arrays.asList(words("°")));
			}
			return new String[][] { sounds(before), sounds(after) };
		});
	}

	/**
	 * Times of day with a colon.
	 */
	List<Reading> times(Readings readings, CharSequence written, int at, int end, String digits) {
		if (digits.length() > 2 || end + 2 >= written.length() || written.charAt(end) != ':'
				|| Readings.digitsEnd(written, end + 1) != end + 3) {
			return List.of();
		}
		int hour = Integer.parseInt(digits);
		int minute = Integer.parseInt(Readings.digits(written, end + 1, end + 3));
		if (hour > 24 || minute > 59) {
			return List.of();
		}
		List<Reading> found = new ArrayList<>();
		int to = end + 3;
		String[] hours = twelve(readings, hour);
		String[] next = twelve(readings, hour + 1);
		String[] minutes = readings.numbers(this, String.valueOf(minute));
		switch (this.language) {
			case "en" -> {
				if (minute == 0) {
					time(found, to, hours, new String[] { "", "oclock", "hundred" });
				}
				else {
					time(found, to, hours, new String[] { "", "oh", "o" }, minutes);
					time(found, to, minutes, new String[] { "past", "minutespast", "after" }, hours);
					time(found, to, readings.numbers(this, String.valueOf(60 - minute)),
							new String[] { "to", "minutesto" }, next);
				}
				special(found, to, minute, hours, next, "halfpast", "quarterpast;aquarterpast", "quarterto;aquarterto");
			}
			case "de" -> {
				int uhr = to;
				if (Readings.startsWith(written, to, " uhr")) {
					uhr = to + 4;
				}
				if (minute == 0) {
					time(found, uhr, hours, new String[] { "uhr", "" });
				}
				else {
					time(found, uhr, hours, new String[] { "uhr" }, minutes);
				}
				if (minute == 30) {
					time(found, uhr, new String[] { "halb" }, next);
				}
				special(found, uhr, minute, hours, next, "", "viertelnach", "viertelvor;dreiviertel");
			}
			case "fr" -> {
				time(found, to, hours, new String[] { "heures", "heure" },
						(minute == 0) ? new String[] { "" } : minutes);
				if (minute == 30) {
					time(found, to, hours, new String[] { "heuresetdemie", "heureetdemie" });
				}
				if (minute == 15) {
					time(found, to, hours, new String[] { "heuresetquart", "heureetquart" });
				}
			}
			case "es" -> {
				time(found, to, hours, new String[] { "", "y", "horas", "horasy" },
						(minute == 0) ? new String[] { "" } : minutes);
				if (minute == 30) {
					time(found, to, hours, new String[] { "ymedia" });
				}
				if (minute == 15) {
					time(found, to, hours, new String[] { "ycuarto" });
				}
			}
			case "zh" -> clock(found, to, minute, hours, minutes, "点;點;时;時", "分;", "半", "整");
			case "ja" -> clock(found, to, minute, hours, minutes, "時", "分", "半", "");
			case "ko" -> clock(found, to, minute, hours, minutes, "시", "분", "반", "");
			default -> {
			}
		}
		return found;
	}

	private String[] twelve(Readings readings, int hour) {
		String[] hours = readings.numbers(this, String.valueOf(hour));
		return (hour > 12) ? Readings.join(hours, readings.numbers(this, String.valueOf(hour - 12))) : hours;
	}

	private static void time(List<Reading> found, int end, String[]... slots) {
		found.add(new Reading(slots, end));
	}

	private static void special(List<Reading> found, int end, int minute, String[] hours, String[] next, String half,
			String past, String to) {
		if (minute == 30 && !half.isEmpty()) {
			time(found, end, new String[] { half }, hours);
		}
		else if (minute == 15) {
			time(found, end, past.split(";"), hours);
		}
		else if (minute == 45) {
			time(found, end, to.split(";"), next);
		}
	}

	private static void clock(List<Reading> found, int end, int minute, String[] hours, String[] minutes, String hour,
			String after, String half, String sharp) {
		String[] signs = sounds(Arrays.asList(hour.split(";")));
		if (minute == 0) {
			time(found, end, hours, signs, Readings.join(Readings.nothing(), sounds(List.of(sharp))));
			return;
		}
		String[] ends = sounds(Arrays.asList(after.split(";")));
		time(found, end, hours, signs, minutes, after.endsWith(";") ? Readings.with(ends, "") : ends);
		if (minute == 30) {
			time(found, end, hours, signs, sounds(List.of(half)));
		}
	}

	/**
	 * Dates of digits alone, with the year first or last.
	 */
	List<Reading> dates(Readings readings, CharSequence written, int at, int end, String digits) {
		if (end >= written.length() || digits.length() > 4 || digits.length() == 3) {
			return List.of();
		}
		char separator = written.charAt(end);
		if (separator != '-' && separator != '/' && separator != '.') {
			return List.of();
		}
		int second = Readings.digitsEnd(written, end + 1);
		if (second == end + 1 || second > end + 3 || second >= written.length()
				|| written.charAt(second) != separator) {
			return List.of();
		}
		int third = Readings.digitsEnd(written, second + 1);
		String middle = Readings.digits(written, end + 1, second);
		String last = Readings.digits(written, second + 1, third);
		List<Reading> found = new ArrayList<>();
		if (digits.length() == 4 && !last.isEmpty() && last.length() <= 2) {
			date(found, readings, third, digits, middle, last);
		}
		else if (digits.length() <= 2 && last.length() == 4) {
			date(found, readings, third, last, middle, digits);
			if (separator != '.') {
				date(found, readings, third, last, digits, middle);
			}
		}
		return found;
	}

	private void date(List<Reading> found, Readings readings, int end, String year, String month, String day) {
		int index = Integer.parseInt(month) - 1;
		int number = Integer.parseInt(day);
		if (index < 0 || index > 11 || number < 1 || number > 31) {
			return;
		}
		String[] days = readings.numbers(this, String.valueOf(number));
		String[] months = sounds(List.of(DateFormatSymbols.getInstance(this.locale).getMonths()[index]));
		if (!year.startsWith("0")) {
			List<String> pairs = new ArrayList<>(Arrays.asList(readings.numbers(this, year)));
			for (String first : readings.numbers(this, year.substring(0, 2))) {
				for (String second : readings.numbers(this, year.substring(2))) {
					pairs.add(first + second);
				}
			}
			pairs.addAll(Arrays.asList(digitByDigit(year)));
			String[] years = pairs.toArray(String[]::new);
			switch (this.language) {
				case "zh", "ja", "ko" -> {
					String[] signs = sounds(
							this.language.equals("ko") ? List.of("년", "월", "일") : List.of("年", "月", "日", "号"));
					String[] numbers = readings.numbers(this, String.valueOf(index + 1));
					time(found, end, years, new String[] { signs[0] }, numbers, new String[] { signs[1] }, days,
							Arrays.copyOfRange(signs, 2, signs.length));
				}
				default -> {
					String[] of = { "", "of", "de", "of" };
					String[] the = { "", "the", "el", "le", "der", "den", "am" };
					time(found, end, the, days, of, months, of, years);
					time(found, end, months, the, days, years);
				}
			}
		}
	}

	/** Made when the first of them is heard. */
	private static final class Scripts {

		static final List<Tongue> LATIN = List.of(of("en"), of("de"), of("fr"), of("es"));

		static final List<Tongue> HAN = List.of(of("zh"), of("ja"));

		static final List<Tongue> KANA = List.of(of("ja"));

		static final List<Tongue> HANGUL = List.of(of("ko"));

		static final List<Tongue> ARABIC = List.of(of("ar"));

		static final List<Tongue> DEVANAGARI = List.of(of("hi"));

		static final List<Tongue> THAI = List.of(of("th"));

		static final List<Tongue> ALL = List.of(of("en"), of("de"), of("fr"), of("es"), of("zh"), of("ja"), of("ko"),
				of("ar"), of("hi"), of("th"));

	}

}
