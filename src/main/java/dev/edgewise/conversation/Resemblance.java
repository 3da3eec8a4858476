package dev.edgewise.conversation;

import java.util.Arrays;
import java.util.List;

/**
 * How much alike what was announced and what is written are, word by word. What is
 * written and was not announced must stand where something else was announced: words that
 * were merely lost are not read out otherwise.
 */
final class Resemblance {

	private static final int NEVER = -1_000;

	private final List<String> announced;

	/** Words of one character are much alike by chance. */
	private final boolean characters;

	private final String sound;

	private final StringBuilder region = new StringBuilder();

	private int written;

	/** The most words in common, by how many announced words are behind. */
	private final int[] common;

	/** The same, if both end with a word in common. */
	private int[] equal;

	/** The same, if there is more written than announced since the last such word. */
	private int[] more;

	/** The same, if something else was announced since then. */
	private int[] other;

	Resemblance(List<String> announced) {
		this.announced = announced;
		this.characters = announced.stream().anyMatch((word) -> Sound.standsAlone(word.codePointAt(0)));
		this.sound = String.join("", announced);
		this.common = new int[announced.size() + 1];
		this.equal = never();
		this.more = never();
		this.other = new int[announced.size() + 1];
		this.equal[0] = 0;
		this.other[0] = NEVER;
	}

	private int[] never() {
		int[] never = new int[this.announced.size() + 1];
		Arrays.fill(never, NEVER);
		return never;
	}

	/**
	 * Takes the next word that is written.
	 */
	void add(String word) {
		this.written++;
		this.region.append(word);
		int[] equal = never();
		int[] more = never();
		int[] other = never();
		int diagonal = 0;
		for (int i = 0; i < equal.length; i++) {
			more[i] = Math.max(this.equal[i], this.more[i]);
			other[i] = this.other[i];
			if (i > 0) {
				boolean same = word.equals(this.announced.get(i - 1));
				int above = this.common[i];
				this.common[i] = same ? diagonal + 1 : Math.max(above, this.common[i - 1]);
				diagonal = above;
				if (same) {
					equal[i] = Math.max(this.equal[i - 1], this.other[i - 1]) + 1;
				}
				other[i] = Math.max(Math.max(other[i], other[i - 1]), Math.max(equal[i - 1], more[i - 1]));
			}
		}
		this.equal = equal;
		this.more = more;
		this.other = other;
	}

	/**
	 * Whether all that is written until now may be what was announced.
	 */
	boolean isClose() {
		int size = this.announced.size();
		int most = this.common[size];
		return this.written * 3 >= size * 2 && this.written * 2 <= size * 3 && most * 3 >= size * 2
				&& (!this.characters || (size >= 6 && most * 4 >= size * 3))
				&& Math.max(this.equal[size], this.other[size]) == most && this.region.indexOf(this.sound) < 0;
	}

}
