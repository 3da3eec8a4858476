package dev.edgewise.interruption;

import java.time.Duration;
import java.util.Objects;

import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which of the user's events belong to one utterance, and what is known of it.
 */
class UtterancesTests {

	private final Utterances utterances = new Utterances();

	private long now = 1_000_000;

	@Test
	void lastsFromTheStartToTheStop() {
		UserUtterance utterance = started(null);
		after(700);
		assertThat(utterance.isSpeaking()).isTrue();
		assertThat(utterance.stoppedMillis()).isEqualTo(-1);
		assertThat(utterance.spokeFor(this.now)).isEqualTo(Duration.ofMillis(700));
		assertThat(stopped(null)).isSameAs(utterance);
		after(5_000);
		assertThat(utterance.isSpeaking()).isFalse();
		assertThat(utterance.begunMillis()).isEqualTo(1_000_000);
		assertThat(utterance.stoppedMillis()).isEqualTo(1_000_700);
		assertThat(utterance.spokeFor(this.now)).isEqualTo(Duration.ofMillis(700));
	}

	@Test
	void takesAStutterOfStartsForOne() {
		UserUtterance utterance = started(null);
		after(50);
		assertThat(started(null)).isSameAs(utterance);
		interim("wait");
		assertThat(started(null)).isSameAs(utterance);
		assertThat(utterance.begunMillis()).isEqualTo(1_000_000);
		assertThat(utterance.number()).isEqualTo(1);
	}

	@Test
	void takesAStartBehindAFinalTranscriptForAnother() {
		UserUtterance utterance = started(null);
		last("wait");
		UserUtterance next = started(null);
		assertThat(next).isNotSameAs(utterance);
		assertThat(next.number()).isEqualTo(2);
		assertThat(next.transcript()).isEmpty();
		assertThat(next.isSettled()).isFalse();
	}

	@Test
	void takesAStartBehindAStopForAnother() {
		UserUtterance utterance = started(null);
		stopped(null);
		assertThat(started(null)).isNotSameAs(utterance);
	}

	@Test
	void accumulatesFinalTranscripts() {
		UserUtterance utterance = started(null);
		assertThat(last("wait a moment")).isSameAs(utterance);
		assertThat(last("please")).isSameAs(utterance);
		assertThat(utterance.transcript()).isEqualTo("wait a moment please");
		assertThat(utterance.words()).isEqualTo(4);
		assertThat(utterance.isSettled()).isTrue();
		assertThat(utterance.isSpeaking()).isTrue();
	}

	@Test
	void countsAnInterimTranscriptThatItsFinalReplacesOnce() {
		UserUtterance utterance = started(null);
		interim("wait");
		interim("wait a");
		assertThat(utterance.words()).isEqualTo(2);
		assertThat(utterance.isSettled()).isFalse();
		last("wait a moment");
		assertThat(utterance.words()).isEqualTo(3);
		interim("please");
		assertThat(utterance.transcript()).isEqualTo("wait a moment please");
		assertThat(utterance.words()).isEqualTo(4);
		assertThat(utterance.isSettled()).isFalse();
		last("");
		assertThat(utterance.transcript()).isEqualTo("wait a moment");
	}

	@Test
	void keepsTheConfidenceOfTheLastTranscriptThatSaid() {
		UserUtterance utterance = started(null);
		assertThat(utterance.confidence()).isNull();
		transcript("wait", true, 0.3, null);
		assertThat(utterance.confidence()).isEqualTo(0.3);
		transcript("wait a", true, null, null);
		assertThat(utterance.confidence()).isNull();
		transcript("wait a moment", false, 0.9, null);
		assertThat(utterance.confidence()).isEqualTo(0.9);
		transcript("please", true, 0.2, null);
		assertThat(utterance.confidence()).isEqualTo(0.2);
		transcript("please", false, null, null);
		assertThat(utterance.confidence()).isEqualTo(0.9);
	}

	@Test
	void takesATranscriptThatComesShortlyAfterTheStop() {
		UserUtterance utterance = started(null);
		stopped(null);
		after(1_900);
		assertThat(last("wait")).isSameAs(utterance);
		after(100);
		assertThat(last("a moment")).isSameAs(utterance);
		after(1);
		assertThat(last("what else?")).isNotSameAs(utterance);
		assertThat(utterance.transcript()).isEqualTo("wait a moment");
	}

	@Test
	void takesALateTranscriptOfAnUtteranceThatHasNotHadItsFinalOne() {
		UserUtterance utterance = started(null);
		interim("wait");
		stopped(null);
		after(5_000);
		assertThat(last("wait a moment")).isSameAs(utterance);
		assertThat(utterance.transcript()).isEqualTo("wait a moment");
	}

	@Test
	void beginsOneOfItsOwnWithATranscriptThatNothingBegan() {
		UserUtterance utterance = interim("wait");
		assertThat(utterance.isSpeaking()).isTrue();
		assertThat(utterance.isDetected()).isFalse();
		after(400);
		assertThat(last("wait a moment")).isSameAs(utterance);
		assertThat(utterance.isSpeaking()).isFalse();
		assertThat(utterance.spokeFor(this.now)).isEqualTo(Duration.ofMillis(400));
		assertThat(last("please")).isNotSameAs(utterance);
	}

	@Test
	void endsOneWithoutAStartByAStopThatFollows() {
		UserUtterance utterance = last("wait a moment");
		after(100);
		assertThat(stopped(null)).isSameAs(utterance);
		after(1_900);
		assertThat(stopped(null)).as("it is said again").isSameAs(utterance);
		after(101);
		assertThat(stopped(null)).isNull();
	}

	@Test
	void takesAStopLongAfterOneWithoutAStartForATurnOfItsOwn() {
		last("wait a moment");
		after(2_001);
		assertThat(stopped(null)).isNull();
	}

	@Test
	void takesAStopThatIsRepeatedForTheSame() {
		UserUtterance utterance = started(null);
		after(300);
		assertThat(stopped(null)).isSameAs(utterance);
		after(300);
		assertThat(stopped(null)).isSameAs(utterance);
		assertThat(utterance.stoppedMillis()).isEqualTo(1_000_300);
		after(1_701);
		assertThat(stopped(null)).isNull();
	}

	@Test
	void expectsNoTranscriptVeryLongAfterItsEnd() {
		UserUtterance utterance = started(null);
		stopped(null);
		after(10_000);
		assertThat(interim("well")).isSameAs(utterance);
		after(1);
		assertThat(interim("well then")).isNotSameAs(utterance);
	}

	@Test
	void knowsNothingOfAStopThatNothingCameBefore() {
		assertThat(stopped(null)).isNull();
		assertThat(stopped("ann")).isNull();
	}

	@Test
	void tellsSpeakersApart() {
		UserUtterance ann = started("ann");
		UserUtterance bob = started("bob");
		assertThat(bob).isNotSameAs(ann);
		assertThat(transcript("wait", true, null, "ann")).isSameAs(ann);
		assertThat(transcript("no", true, null, "bob")).isSameAs(bob);
		assertThat(ann.transcript()).isEqualTo("wait");
		assertThat(started("ann")).isSameAs(ann);
		assertThat(stopped("ann")).isSameAs(ann);
		assertThat(bob.isSpeaking()).isTrue();
	}

	@Test
	void givesWhatHasNoSpeakerToTheLastWhoBegan() {
		started("ann");
		UserUtterance bob = started("bob");
		assertThat(last("no")).isSameAs(bob);
		assertThat(stopped(null)).isSameAs(bob);
	}

	@Test
	void learnsWhoSpeaksFromATranscript() {
		UserUtterance utterance = started(null);
		assertThat(transcript("wait", true, null, "ann")).isSameAs(utterance);
		assertThat(utterance.speaker()).isEqualTo("ann");
		assertThat(transcript("no", true, null, "bob")).isNotSameAs(utterance);
	}

	@Test
	void learnsWhoSpeaksFromAStutter() {
		UserUtterance utterance = started(null);
		assertThat(started("ann")).isSameAs(utterance);
		assertThat(started("bob")).isNotSameAs(utterance);
		assertThat(transcript("wait", true, null, "ann")).isSameAs(utterance);
	}

	@Test
	void forgetsTheSpeakersWhoBeganLongestAgo() {
		UserUtterance first = started("speaker 0");
		for (int i = 1; i <= 8; i++) {
			started("speaker " + i);
		}
		assertThat(transcript("wait", true, null, "speaker 0")).isNotSameAs(first);
	}

	@Test
	void keepsTheKeysThatArePressedMeanwhile() {
		assertThat(this.utterances.hear(new DTMFInput("1"), this.now)).isNull();
		UserUtterance utterance = started(null);
		assertThat(this.utterances.hear(new DTMFInput("2"), this.now)).isNull();
		this.utterances.hear(new DTMFInput("#"), this.now);
		assertThat(utterance.keys()).isEqualTo("2#");
		for (int i = 0; i < 100; i++) {
			this.utterances.hear(new DTMFInput(String.valueOf(i % 10)), this.now);
		}
		assertThat(utterance.keys()).hasSize(UserUtterance.MAX_KEYS).endsWith("789");
	}

	@Test
	void countsTheWordsOfAnUtteranceWithoutAnEndButKeepsOnlyTheLast() {
		UserUtterance utterance = started(null);
		for (int i = 0; i < 20_000; i++) {
			last("word" + i);
		}
		interim("and more");
		assertThat(utterance.words()).isEqualTo(20_002);
		assertThat(utterance.transcript()).hasSizeLessThan(UserUtterance.MAX_CHARACTERS + 10)
			.endsWith("word19999 and more");
	}

	@Test
	void takesNoNoticeOfOtherEvents() {
		assertThat(this.utterances.hear("any", this.now)).isNull();
	}

	private void after(long millis) {
		this.now += millis;
	}

	private UserUtterance started(@Nullable String speaker) {
		return Objects.requireNonNull(this.utterances.hear(new UserStartedSpeaking(speaker), this.now));
	}

	private @Nullable UserUtterance stopped(@Nullable String speaker) {
		return this.utterances.hear(new UserStoppedSpeaking(speaker), this.now);
	}

	private UserUtterance interim(String content) {
		return transcript(content, true, null, null);
	}

	private UserUtterance last(String content) {
		return transcript(content, false, null, null);
	}

	private UserUtterance transcript(String content, boolean interim, @Nullable Double confidence,
			@Nullable String speaker) {
		return Objects.requireNonNull(
				this.utterances.hear(new UserTranscriptionReceived(content, interim, confidence, speaker), this.now));
	}

}
