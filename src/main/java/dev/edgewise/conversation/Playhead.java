package dev.edgewise.conversation;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

final class Playhead {

	private int position;

	Playhead(@Nullable Locale language) {
	}

	int position() {
		return this.position;
	}

	void moveTo(CharSequence written, int characters) {
		this.position = Math.max(this.position, Math.min(characters, written.length()));
	}

	void moveToWord(CharSequence written, int characters) {
		moveTo(written, characters);
	}

	Match match(CharSequence written, int[] guarded, int guardedUsed, String said) {
		int i = 0;
		while (i < said.length() && this.position + i < written.length()
				&& said.charAt(i) == written.charAt(this.position + i)) {
			i++;
		}
		boolean ended = this.position + i == written.length();
		return (i == said.length() || ended) ? new Match(this.position + i, i) : new Match(this.position, 0);
	}

	void accept(Match match) {
		this.position = match.position();
	}

	boolean isAtEnd(CharSequence written) {
		return written.subSequence(this.position, written.length()).toString().isBlank();
	}

	record Match(int position, int consumed) {
	}

}
