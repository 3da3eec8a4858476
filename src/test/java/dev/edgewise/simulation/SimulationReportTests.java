package dev.edgewise.simulation;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import javax.xml.parsers.DocumentBuilderFactory;

import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.Words;
import dev.edgewise.simulation.Caller.Kind;
import dev.edgewise.simulation.Tally.Count;
import dev.edgewise.simulation.Tally.Samples;
import dev.edgewise.simulation.Tally.Total;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Plays the day of {@code src/docs/simulation.md} and holds that file to it. With the
 * system property {@code simulation.write=true}, writes it.
 */
@Timeout(300)
class SimulationReportTests {

	private static final Path DOCS = Path.of("src/docs");

	private static final String REWRITE = "to rewrite it: ./mvnw test -Dtest=SimulationReportTests -Dsimulation.write=true";

	private static Outcome outcome;

	private static Map<String, String> files;

	@BeforeAll
	@Timeout(300)
	static void play() {
		outcome = Outcome.play();
		files = new Report(outcome).files();
	}

	@Test
	void theCommittedFilesAreWhatTheCodeMakes() throws IOException {
		for (Map.Entry<String, String> file : files.entrySet()) {
			Path path = DOCS.resolve(file.getKey());
			if (Boolean.getBoolean("simulation.write")) {
				Files.createDirectories(path.getParent());
				Files.writeString(path, file.getValue());
			}
			assertThat(path).as(REWRITE).exists();
			assertThat(Files.readString(path)).as("%s differs from what the code makes; %s", path, REWRITE)
				.isEqualTo(file.getValue());
		}
	}

	@Test
	void everyPolicyMeetsTheSameSounds() {
		for (Tally tally : outcome.day()) {
			for (Kind kind : Kind.values()) {
				assertThat(tally.get(kind, Count.HEARD)).as("%s", kind)
					.isEqualTo(outcome.day().get(0).get(kind, Count.HEARD))
					.isGreaterThan(1_000);
			}
			assertThat(tally.get(Total.UNFINISHED)).as("answers that were never finished").isZero();
		}
	}

	@Test
	void noPlaceOfTheTextIsLeftOpen() {
		assertThat(files.get("simulation.md").replace("{id}", "")).doesNotContainPattern("\\{[a-zA-Z]");
	}

	@Test
	void immediateMissesNothingAndIsStoppedByEverything() {
		Tally immediate = outcome.day(InterruptionPolicy.IMMEDIATE_NAME);
		assertThat(Report.missedStops(immediate)).isZero();
		assertThat(Report.falseStops(immediate)).isGreaterThan(995);
	}

	@Test
	void conversationIsSilentAsSoonAndHalvesTheFalseStops() {
		Tally conversation = outcome.day(Candidates.CONVERSATION);
		assertThat(conversation.silence.quantile(500))
			.isLessThanOrEqualTo(outcome.day(InterruptionPolicy.IMMEDIATE_NAME).silence.quantile(500) + 5);
		assertThat(Report.falseStops(conversation)).isBetween(400, 600);
		assertThat(Report.missedStops(conversation)).isLessThan(10);
	}

	@Test
	void patientIsHardlyStoppedByBackchannelsAndMissesLittleButSingleWords() {
		Tally patient = outcome.day(Candidates.PATIENT);
		assertThat(per1000(patient, Kind.BACKCHANNEL, Count.FALSE_STOP, Count.HEARD)).isLessThan(100);
		assertThat(Report.missedStops(patient)).isLessThan(20);
		assertThat(patient.get(Kind.INTERRUPTION, Count.MISSED) + patient.get(Kind.CONTINUATION, Count.MISSED))
			.isLessThan(patient.get(Kind.STOP, Count.MISSED) / 5);
	}

	@Test
	void minSpeechIsHardlyBetterThanImmediate() {
		assertThat(Report.falseStops(outcome.day(Candidates.MIN_SPEECH))).isGreaterThan(900);
	}

	@Test
	void twoWordsIsDeafToOneWordAndNotToUhHuh() {
		assertThat(Words.count("uh-huh")).isEqualTo(2);
		Tally words = outcome.day(Candidates.TWO_WORDS);
		assertThat(per1000(words, Kind.STOP, Count.MISSED, Count.IN_QUESTION)).isGreaterThan(400);
		assertThat(per1000(words, Kind.BACKCHANNEL, Count.FALSE_STOP, Count.HEARD)).isGreaterThan(300);
	}

	@Test
	void guardedIsDeafToWhoeverGoesOnSpeaking() {
		Tally guarded = outcome.day(Candidates.GUARDED);
		assertThat(per1000(guarded, Kind.CONTINUATION, Count.MISSED, Count.IN_QUESTION)).isGreaterThan(900);
		assertThat(Report.falseStops(guarded)).isGreaterThan(850);
	}

	@Test
	void noPolicyTellsTheBackgroundFromTheCaller() {
		assertThat(outcome.day())
			.allSatisfy((tally) -> assertThat(per1000(tally, Kind.BACKGROUND, Count.FALSE_STOP, Count.HEARD))
				.isGreaterThan(850));
	}

	@Test
	void aPauseIsOfUseToWhoHearsACompleteAnswerToo() {
		assertThat(outcome.ahead(Candidates.CONVERSATION).silence.quantile(500))
			.isLessThan(outcome.day(Candidates.CONVERSATION).silence.quantile(500) + 50);
	}

	@Test
	void aSlowerDetectorMakesFalseStopsOfBackchannelsUnlessThereIsTimeToDecide() {
		List<Tally> fast = outcome.byHangover().get(100);
		List<Tally> slow = outcome.byHangover().get(400);
		int conversation = Outcome.TIMED.indexOf(Candidates.CONVERSATION);
		int patient = Outcome.TIMED.indexOf(Candidates.PATIENT);
		assertThat(per1000(slow.get(conversation), Kind.BACKCHANNEL, Count.FALSE_STOP, Count.HEARD))
			.isGreaterThan(3 * per1000(fast.get(conversation), Kind.BACKCHANNEL, Count.FALSE_STOP, Count.HEARD));
		assertThat(per1000(slow.get(patient), Kind.BACKCHANNEL, Count.FALSE_STOP, Count.HEARD)).isLessThan(100);
	}

	@Test
	void itDoesNotMatterWhoPlaysACallerBesideWhichOthers() {
		Day day = new Day(7);
		for (InterruptionPolicy policy : outcome.policies()) {
			Tally parts = new Tally();
			for (int from = 0; from < 12; from += 4) {
				parts.add(day.play(policy, from, from + 4, Outcome.conditions()));
			}
			assertThat(parts).hasToString(day.play(policy, 0, 12, Outcome.conditions()).toString());
		}
	}

	@Test
	void theDiceFallAsTheAlgorithmSays() {
		Dice dice = new Dice(1_234_567);
		assertThat(dice.next()).isEqualTo(6457827717110365317L);
		assertThat(dice.next()).isEqualTo(3203168211198807973L);
		int[] around = new int[10_001];
		for (int i = 0; i < around.length; i++) {
			around[i] = dice.around(1_000);
		}
		Arrays.sort(around);
		assertThat(around[0]).isBetween(301, 320);
		assertThat(around[5_000]).isBetween(980, 1_020);
		assertThat(around[10_000]).isBetween(3_200, 3_320);
	}

	@Test
	void aQuantileIsTheLeastValueThatSoManyDoNotExceed() {
		Samples samples = new Samples();
		for (int millis : List.of(40, 10, 30, 20)) {
			samples.add(millis);
		}
		assertThat(samples.quantile(500)).isEqualTo(20);
		assertThat(samples.quantile(501)).isEqualTo(30);
		assertThat(samples.quantile(1_000)).isEqualTo(40);
		samples.add(Tally.NEVER);
		assertThat(Table.quantile(samples, 1_000)).isEqualTo("never");
		assertThat(Table.quantile(new Samples(), 500)).isEqualTo("–");
		assertThat(Table.number(1_002_030)).isEqualTo("1,002,030");
		assertThat(Table.thousandths(1, 3)).isEqualTo(333);
		assertThat(Table.thousandths(2, 3)).isEqualTo(667);
	}

	@Test
	void aPlotShowsWhatItIsGiven() throws Exception {
		Samples samples = new Samples();
		for (int millis : List.of(100, 200, 300, Tally.NEVER)) {
			samples.add(millis);
		}
		String lines = Plot.cumulative("title", List.of("one"), List.of(samples), 1_000);
		assertThat(lines).contains("points=\"60.0,320.0 ", " 112.0,245.0 ", " 164.0,170.0 ", " 580.0,95.0\"");
		String bars = Plot.bars("title", List.of("one"), List.of("first", "second"), List.of(500), List.of(1_000));
		assertThat(bars).contains("width=\"280.0\"", "width=\"560.0\"", ">500<", ">1000<");
		for (String svg : List.of(lines, bars)) {
			DocumentBuilderFactory.newInstance()
				.newDocumentBuilder()
				.parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
		}
	}

	private static int per1000(Tally tally, Kind kind, Count count, Count of) {
		return Table.thousandths(tally.get(kind, count), tally.get(kind, of));
	}

}
