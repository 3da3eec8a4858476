package dev.edgewise.simulation;

import java.util.ArrayList;
import java.util.List;

import dev.edgewise.simulation.Caller.Answer;
import dev.edgewise.simulation.Caller.Exchange;
import dev.edgewise.simulation.Caller.Kind;
import dev.edgewise.simulation.Caller.Line;
import dev.edgewise.simulation.Caller.Sound;
import dev.edgewise.simulation.Caller.Utterance;

/**
 * Makes callers up. Every caller depends on the seed and its own number alone.
 */
final class Callers {

	static final int WORD_MILLIS = 333;

	/** Between the end of a sound and the next, so that each can be told apart. */
	private static final int APART = 2_500;

	/** Before the end of an answer, where nobody needs to interrupt any more. */
	private static final int TAIL = 2_000;

	/** Before the end of an answer, so that a sound may outlast it. */
	private static final int LAST_SOUND = 300;

	private static final List<String> QUESTION = words(
			"could you please tell me when the next train to the coast leaves and how long it takes");

	private static final List<String> OTHERS = words("did you feed the cat yet no I thought that you had done it");

	private static final List<List<String>> INTERRUPTIONS = sentences("not tomorrow", "another day",
			"only the first one", "no I meant Friday", "is there an earlier one", "that is not what I asked",
			"sorry can you say the price again", "please book two seats in the front row");

	private static final List<List<String>> STOPS = sentences("stop", "wait", "hold on", "be quiet");

	private static final List<List<String>> OTHER_STOPS = sentences("enough", "not now", "that will do");

	private static final List<List<String>> BACKCHANNELS = sentences("okay", "yeah", "yes", "right", "I see", "mm-hmm",
			"mhm", "uh-huh");

	private static final List<List<String>> OTHER_BACKCHANNELS = sentences("sure", "oh really", "got it", "good");

	private final long seed;

	Callers(long seed) {
		this.seed = seed;
	}

	private static List<String> words(String text) {
		return List.of(text.split(" "));
	}

	private static List<List<String>> sentences(String... texts) {
		List<List<String>> sentences = new ArrayList<>();
		for (String text : texts) {
			sentences.add(words(text));
		}
		return List.copyOf(sentences);
	}

	Caller caller(int number) {
		Dice dice = new Dice(new Dice(this.seed).next() + number);
		Line line = dice.inThousand(150)
				? new Line(dice.between(120, 400), dice.between(120, 400), 150, dice.between(40, 100))
				: new Line(dice.between(10, 40), dice.between(10, 40), 15, 0);
		int count = dice.between(3, 6);
		List<Exchange> exchanges = new ArrayList<>(count);
		for (int i = 0; i < count; i++) {
			exchanges.add(exchange(dice));
		}
		return new Caller(number, line, exchanges);
	}

	private static Exchange exchange(Dice dice) {
		int thinking = dice.around(900);
		boolean hesitates = dice.inThousand(80);
		List<Utterance> question = new ArrayList<>(2);
		question.add(speech(Kind.QUESTION, dice.around(hesitates ? 1_300 : 2_600), QUESTION, dice, Answer.NONE));
		if (hesitates) {
			question.add(speech(Kind.CONTINUATION, dice.around(1_300), QUESTION, dice, Answer.NONE));
		}
		int words = dice.between(10, 60);
		int notice = (words >= 20 && dice.inThousand(80)) ? dice.between(6, 12) : 0;
		Answer answer = new Answer(dice.between(250, 650), words, dice.between(1, 3), notice);
		return new Exchange(thinking, question, dice.between(600, 1_400), answer, sounds(words * WORD_MILLIS, dice));
	}

	private static List<Sound> sounds(int length, Dice dice) {
		List<Sound> sounds = new ArrayList<>();
		boolean interrupts = dice.inThousand(240);
		boolean stops = !interrupts && dice.inThousand(90);
		int last = dice.between(0, length - TAIL);
		int end = (interrupts || stops) ? last - APART : length - LAST_SOUND;
		int at = dice.between(300, 4_000);
		while (at < end) {
			Utterance other = other(dice);
			if ((!interrupts && !stops) || at + other.millis() < end) {
				sounds.add(new Sound(at, other));
			}
			at += other.millis() + APART + dice.around(5_000);
		}
		if (interrupts) {
			sounds.add(new Sound(last, said(Kind.INTERRUPTION, dice.pick(INTERRUPTIONS), dice,
					new Answer(dice.between(250, 650), dice.between(10, 40), dice.between(1, 3), 0))));
		}
		else if (stops) {
			List<String> words = dice.pick(dice.inThousand(800) ? STOPS : OTHER_STOPS);
			sounds.add(new Sound(last, said(Kind.STOP, words, dice,
					new Answer(dice.between(250, 650), dice.between(3, 6), dice.between(1, 3), 0))));
		}
		return sounds;
	}

	/**
	 * What is not meant for the agent.
	 */
	private static Utterance other(Dice dice) {
		int kind = dice.below(100);
		if (kind < 70) {
			List<String> words = dice.pick(dice.inThousand(850) ? BACKCHANNELS : OTHER_BACKCHANNELS);
			return new Utterance(Kind.BACKCHANNEL, dice.between(250, 500), words, dice.between(60, 98), Answer.NONE,
					dice.next());
		}
		if (kind < 87) {
			return new Utterance(Kind.COUGH, dice.between(150, 400), List.of(), 0, Answer.NONE, dice.next());
		}
		int millis = dice.around(1_500);
		return new Utterance(Kind.BACKGROUND, millis, first(OTHERS, millis / 320), dice.between(25, 60), Answer.NONE,
				dice.next());
	}

	private static Utterance speech(Kind kind, int millis, List<String> words, Dice dice, Answer answer) {
		return new Utterance(kind, millis, first(words, Math.max(2, millis / 330)), dice.between(70, 98), answer,
				dice.next());
	}

	private static Utterance said(Kind kind, List<String> words, Dice dice, Answer answer) {
		return new Utterance(kind, 100 + words.size() * dice.between(240, 380), words, dice.between(70, 98), answer,
				dice.next());
	}

	private static List<String> first(List<String> words, int count) {
		return words.subList(0, Math.min(words.size(), count));
	}

}
