package dev.edgewise.conversation;

import java.util.Arrays;

/**
 * What a speech engine says that it has said, as the sounds that are in it. It is read no
 * further than it is asked for, so that an acknowledgement that matches nothing costs
 * little however long it is.
 */
final class Spoken {

	private final String text;

	private char[] sounds = new char[32];

	private int[] from = new int[32];

	private int[] to = new int[32];

	private int size;

	private int read;

	Spoken(String text) {
		this.text = text;
	}

	/**
	 * Whether there are more sounds than this.
	 */
	boolean has(int index) {
		while (index >= this.size && this.read < this.text.length()) {
			int end = Sound.skip(this.text, this.read);
			if (end == this.read) {
				int codePoint = this.text.codePointAt(this.read);
				end += Character.charCount(codePoint);
				add(Sound.fold(codePoint), this.read, end);
			}
			this.read = end;
		}
		return index < this.size;
	}

	private void add(String folded, int start, int end) {
		if (this.size + folded.length() > this.sounds.length) {
			int larger = this.sounds.length * 2 + folded.length();
			this.sounds = Arrays.copyOf(this.sounds, larger);
			this.from = Arrays.copyOf(this.from, larger);
			this.to = Arrays.copyOf(this.to, larger);
		}
		for (int i = 0; i < folded.length(); i++) {
			this.sounds[this.size] = folded.charAt(i);
			this.from[this.size] = start;
			this.to[this.size++] = end;
		}
	}

	char at(int index) {
		return this.sounds[index];
	}

	/**
	 * Where the character that makes a sound ends in the text.
	 */
	int end(int index) {
		return this.to[index];
	}

	/**
	 * Whether a word begins with a sound.
	 */
	boolean opens(int index) {
		if (index == 0) {
			return true;
		}
		if (this.from[index] == this.from[index - 1]) {
			return false;
		}
		return this.from[index] != this.to[index - 1] || isBorder(this.text, this.from[index]);
	}

	/**
	 * Whether a word ends between two characters that both are heard: next to a character
	 * of a script without spaces, and between letters and digits.
	 */
	static boolean isBorder(CharSequence text, int at) {
		int before = Character.codePointBefore(text, at);
		int after = Character.codePointAt(text, at);
		int type = Character.getType(after);
		if (type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK) {
			return false;
		}
		return Sound.standsAlone(before) || Sound.standsAlone(after) || Sound.isDigit(before) != Sound.isDigit(after);
	}

	/**
	 * The index of the sound after a word that begins with this one.
	 * @param most where to give up
	 */
	int closes(int index, int most) {
		int end = index + 1;
		while (end < most && has(end) && !opens(end)) {
			end++;
		}
		return end;
	}

	/**
	 * A word, as it sounds.
	 */
	String word(int index, int end) {
		return new String(this.sounds, index, end - index);
	}

	int read() {
		return this.read;
	}

}
