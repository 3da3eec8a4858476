package dev.edgewise.conversation;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * One attempt to find in a written text what has been spoken. All ways to understand the
 * speech are followed at the same time, sound by sound: there are few of them, and most
 * end at the next sound, so that the work is proportional to what was spoken and to what
 * of the text it covers.
 */
final class Alignment {

	private static final int MAX_WAYS = 48;

	private static final int MAX_JUMPS = 32;

	/** After so many symbols nobody reads them out one by one. */
	private static final int MAX_SYMBOLS = 32;

	/** How far it is looked for what follows a token whose reading is not known. */
	private static final int REACH = 256;

	private final CharSequence written;

	private final int[] guarded;

	private final int guardedUsed;

	private final Spoken spoken;

	private final Readings readings;

	private final boolean lenient;

	private List<Way> ways = new ArrayList<>();

	private List<Way> next = new ArrayList<>();

	private final List<Way> later = new ArrayList<>();

	private final List<Way> pending = new ArrayList<>();

	/** The ends of protected parts that are passed over for the sound of now. */
	private final int[] jumpsTo = new int[MAX_JUMPS];

	private int jumped;

	private boolean tokenSeen;

	private int left = -1;

	private @Nullable Way leftAt;

	private long steps;

	Alignment(CharSequence written, int[] guarded, int guardedUsed, Spoken spoken, Readings readings, boolean lenient) {
		this.written = written;
		this.guarded = guarded;
		this.guardedUsed = guardedUsed;
		this.spoken = spoken;
		this.readings = readings;
		this.lenient = lenient;
	}

	/**
	 * Whether something was met that may be read out in a way that is not known.
	 */
	boolean metToken() {
		return this.tokenSeen;
	}

	long steps() {
		return this.steps;
	}

	/**
	 * Follows the speech from where it may go on.
	 * @param from where
	 * @return null if it says something else
	 */
	@Nullable Found run(List<Way> from) {
		for (Way way : from) {
			if (way.kind() != Way.Kind.UNKNOWN) {
				add(this.ways, way);
			}
			else if (this.lenient) {
				absorb(way.at(), way.anchor(), way.offset(), way.jumps(), 0);
			}
			this.tokenSeen |= way.kind() == Way.Kind.UNKNOWN;
		}
		int sound = 0;
		while (this.spoken.has(sound)) {
			start(sound);
			if (this.ways.isEmpty() && this.later.isEmpty()) {
				break;
			}
			if (this.ways.size() == 1 && this.later.isEmpty()) {
				int plain = plain(this.ways.get(0), sound);
				if (plain > sound) {
					sound = plain;
					continue;
				}
			}
			char c = this.spoken.at(sound);
			this.next.clear();
			this.jumped = 0;
			for (Way way : this.ways) {
				step(way, sound, c);
			}
			List<Way> done = this.ways;
			this.ways = this.next;
			this.next = done;
			sound++;
		}
		if (!this.spoken.has(sound) || !this.pending.isEmpty()) {
			start(sound);
			this.pending.forEach((way) -> add(this.ways, way));
			if (!this.ways.isEmpty()) {
				return new Found(best(this.ways), List.copyOf(this.ways), -1);
			}
		}
		return (this.leftAt != null) ? new Found(this.leftAt, List.of(this.leftAt), this.left) : null;
	}

	private void start(int sound) {
		for (int i = this.later.size() - 1; i >= 0; i--) {
			if (this.later.get(i).offset() == sound) {
				Way way = this.later.remove(i);
				add(this.ways, Way.text(way.at(), 0, way.jumps()));
			}
		}
	}

	private static Way best(List<Way> ways) {
		Way best = ways.get(0);
		for (Way way : ways) {
			if (way.isBetterThan(best)) {
				best = way;
			}
		}
		return best;
	}

	/**
	 * Goes on inside a word of plain letters, where there is one way only.
	 */
	private int plain(Way way, int from) {
		if (way.kind() != Way.Kind.TEXT || way.within() > 0) {
			return from;
		}
		int at = way.at();
		int guard = guardAfter(at);
		int end = Math.min(this.written.length(),
				(guard < this.guardedUsed) ? Math.max(at, this.guarded[guard]) : this.written.length());
		int sound = from;
		while (at > 0 && at < end && isPlain(this.written.charAt(at - 1)) && isPlain(this.written.charAt(at))
				&& this.spoken.has(sound) && (this.written.charAt(at) | 0x20) == this.spoken.at(sound)) {
			at++;
			sound++;
		}
		this.steps += sound - from;
		if (sound > from) {
			this.ways.set(0, Way.text(at, 0, way.jumps()));
		}
		return sound;
	}

	private static boolean isPlain(char c) {
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
	}

	private void step(Way way, int sound, char c) {
		this.steps++;
		if (way.kind() == Way.Kind.READING) {
			read(way, sound, c);
		}
		else if (way.within() > 0) {
			letter(way.at(), way.within(), way.jumps(), c);
		}
		else {
			text(way.at(), way.at(), way.jumps(), sound, c);
		}
	}

	private void letter(int at, int within, int jumps, char c) {
		int codePoint = Character.codePointAt(this.written, at);
		String folded = Sound.fold(codePoint);
		if (folded.charAt(within) == c) {
			add(this.next, (within + 1 < folded.length()) ? Way.text(at, within + 1, jumps)
					: Way.text(at + Character.charCount(codePoint), 0, jumps));
		}
	}

	/**
	 * Goes on in the written text, over all that makes no sound.
	 */
	private void text(int from, int anchor, int jumps, int sound, char c) {
		int first = this.jumped;
		stay(from, anchor, jumps, sound, c);
		// After what is nearer, which is what is meant if all of them say the same.
		int last = this.jumped;
		for (int i = first; i < last; i++) {
			text(this.jumpsTo[i], this.jumpsTo[i], jumps + 1, sound, c);
		}
	}

	private void jump(int to) {
		for (int i = 0; i < this.jumped; i++) {
			if (this.jumpsTo[i] == to) {
				return;
			}
		}
		if (this.jumped < MAX_JUMPS) {
			this.jumpsTo[this.jumped++] = to;
		}
	}

	private void stay(int from, int anchor, int jumps, int sound, char c) {
		int at = from;
		int guard = guardAfter(at);
		int symbols = 0;
		boolean absorbed = false;
		while (true) {
			this.steps++;
			while (guard < this.guardedUsed && at >= this.guarded[guard]) {
				boolean reached = at > from || at == this.guarded[guard] || sound == 0;
				if (reached && this.guarded[guard + 1] > from) {
					jump(this.guarded[guard + 1]);
				}
				guard += 2;
			}
			if (at >= this.written.length()) {
				leave(anchor, jumps, sound);
				return;
			}
			int end = (symbols < MAX_SYMBOLS) ? Sound.skip(this.written, at) : this.readings.quiet(this.written, at);
			if (end == at) {
				break;
			}
			if (guard < this.guardedUsed && end > this.guarded[guard] && at < this.guarded[guard]) {
				end = this.guarded[guard];
			}
			if (symbols++ < MAX_SYMBOLS && !Sound.isSpace(this.written.charAt(at))) {
				absorbed |= symbol(at, anchor, jumps, sound, c, absorbed);
				if (Readings.isAmount(this.written, at) && !Sound.isDigit(c)) {
					return;
				}
			}
			at = end;
		}
		int codePoint = Character.codePointAt(this.written, at);
		if (this.readings.isToken(this.written, at)) {
			this.tokenSeen = true;
			if (this.lenient && !absorbed) {
				absorb(at, anchor, 0, jumps, sound);
			}
		}
		int item = Readings.listItem(this.written, at);
		if (item > at) {
			stay(item, anchor, jumps, sound, c);
		}
		int scheme = Readings.scheme(this.written, at);
		if (scheme > at) {
			stay(scheme, anchor, jumps, sound, c);
		}
		for (Reading reading : this.readings.at(this.written, at, codePoint, c)) {
			between(reading, 0, anchor, jumps, c);
		}
		letter(at, 0, jumps, c);
	}

	private boolean symbol(int at, int anchor, int jumps, int sound, char c, boolean absorbed) {
		boolean spoken = Readings.isSpoken(this.written.charAt(at));
		if (spoken) {
			this.tokenSeen = true;
			if (this.lenient && !absorbed) {
				absorb(at, anchor, 0, jumps, sound);
			}
		}
		for (Reading reading : this.readings.symbol(this.written, at, c)) {
			between(reading, 0, anchor, jumps, c);
		}
		return spoken;
	}

	/**
	 * The text is at its end, and more has been said.
	 */
	private void leave(int at, int jumps, int sound) {
		if (sound > this.left && sound > 0 && this.spoken.opens(sound)) {
			this.left = sound;
			this.leftAt = Way.text(at, 0, jumps);
		}
	}

	private void read(Way way, int sound, char c) {
		Reading reading = way.reading();
		if (way.option() < 0) {
			between(reading, way.slot(), way.anchor(), way.jumps(), c);
		}
		else if (reading.slots()[way.slot()][way.option()].charAt(way.offset()) == c) {
			went(reading, way.slot(), way.option(), way.offset() + 1, way.anchor(), way.jumps());
		}
	}

	private void between(Reading reading, int slot, int anchor, int jumps, char c) {
		if (slot == reading.slots().length) {
			return;
		}
		String[] options = reading.slots()[slot];
		boolean leftOut = false;
		for (int i = 0; i < options.length; i++) {
			this.steps++;
			if (options[i].isEmpty()) {
				if (!leftOut) {
					between(reading, slot + 1, anchor, jumps, c);
				}
				leftOut = true;
			}
			else if (options[i].charAt(0) == c) {
				went(reading, slot, i, 1, anchor, jumps);
			}
		}
	}

	private void went(Reading reading, int slot, int option, int offset, int anchor, int jumps) {
		if (offset < reading.slots()[slot][option].length()) {
			add(this.next, new Way(Way.Kind.READING, 0, 0, reading, slot, option, offset, anchor, jumps));
			return;
		}
		if (reading.mayEndAt(slot + 1)) {
			add(this.next, Way.text(reading.end(), 0, jumps));
		}
		if (slot + 1 < reading.slots().length) {
			add(this.next, new Way(Way.Kind.READING, 0, 0, reading, slot + 1, -1, 0, anchor, jumps));
		}
	}

	/**
	 * Takes some spoken words for a token, until the word is spoken that is written after
	 * it.
	 */
	private void absorb(int token, int anchor, int before, int jumps, int sound) {
		if (!this.spoken.has(sound) || !this.spoken.opens(sound)) {
			return;
		}
		int after = token;
		int parts = 0;
		int length = this.written.length();
		while (after < length) {
			this.steps++;
			if (after - token > REACH) {
				return;
			}
			int end = Sound.skip(this.written, after);
			if (end > after) {
				parts += Sound.isSpace(this.written.charAt(after)) ? 0 : 1;
				after = end;
				continue;
			}
			end = this.readings.tokenEnd(this.written, after);
			if (end == after) {
				break;
			}
			for (int i = after; i < end; i++) {
				parts += Character.isLetter(this.written.charAt(i)) ? 0 : 1;
			}
			after = end;
		}
		String following = (after < length) ? word(after) : null;
		int most = Math.min(24, 4 + 3 * parts);
		int absorbed = before;
		int at = sound;
		while (this.spoken.has(at)) {
			int end = this.spoken.closes(at, at + REACH);
			if (end == at + REACH) {
				return;
			}
			this.steps += end - at;
			if (following != null && following.length() == end - at && following.equals(this.spoken.word(at, end))) {
				if (absorbed > 0 && this.later.size() < MAX_WAYS) {
					this.later.add(new Way(Way.Kind.TEXT, after, 0, Readings.NONE, 0, 0, at, after, jumps));
				}
				return;
			}
			if (++absorbed > most) {
				return;
			}
			at = end;
		}
		add(this.pending, new Way(Way.Kind.UNKNOWN, token, 0, Readings.NONE, 0, 0, absorbed, anchor, jumps));
	}

	private String word(int from) {
		StringBuilder word = new StringBuilder();
		int at = from;
		while (at < this.written.length() && at - from < REACH) {
			int codePoint = Character.codePointAt(this.written, at);
			if (!Sound.isHeard(codePoint) || (at > from && Spoken.isBorder(this.written, at))) {
				break;
			}
			word.append(Sound.fold(codePoint));
			at += Character.charCount(codePoint);
		}
		return word.toString();
	}

	/** The index of the first protected part that is not wholly before a place. */
	private int guardAfter(int at) {
		int low = 0;
		int high = this.guardedUsed / 2;
		while (low < high) {
			int middle = (low + high) >>> 1;
			if (this.guarded[middle * 2 + 1] > at) {
				high = middle;
			}
			else {
				low = middle + 1;
			}
		}
		return low * 2;
	}

	private static void add(List<Way> ways, Way way) {
		if (ways.size() < MAX_WAYS && !ways.contains(way)) {
			ways.add(way);
		}
	}

	/**
	 * What was found.
	 *
	 * @param best how the speech is to be understood
	 * @param all how it may be understood
	 * @param left the first sound that belongs to what comes after the text; negative if
	 * all belongs to it
	 */
	record Found(Way best, List<Way> all, int left) {
	}

	/**
	 * One way to understand what has been spoken so far.
	 *
	 * @param kind what comes next
	 * @param at the next character of the text, or the token
	 * @param within how much of that character's sound has been spoken
	 * @param reading what is being read out
	 * @param slot the place in the reading
	 * @param option what is said there; negative if that is not known yet
	 * @param offset how much of it has been said, or how many words for a token
	 * @param anchor what is known to be spoken until then
	 * @param jumps how many protected parts were taken for heard
	 */
	record Way(Kind kind, int at, int within, Reading reading, int slot, int option, int offset, int anchor,
			int jumps) {

		static Way text(int at, int within, int jumps) {
			return new Way(Kind.TEXT, at, within, Readings.NONE, 0, 0, 0, at, jumps);
		}

		Way calm() {
			return (this.jumps == 0) ? this : new Way(this.kind, this.at, this.within, this.reading, this.slot,
					this.option, this.offset, this.anchor, 0);
		}

		boolean isBetterThan(Way other) {
			if (this.jumps != other.jumps) {
				return this.jumps < other.jumps;
			}
			if (this.kind != other.kind) {
				return this.kind.ordinal() < other.kind.ordinal();
			}
			return this.anchor < other.anchor;
		}

		/** What comes next. */
		enum Kind {

			/** The text as it is written. */
			TEXT,

			/** More of a reading. */
			READING,

			/** Whatever is said until the next word of the text. */
			UNKNOWN

		}

	}

}
