package dev.edgewise.session;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import dev.edgewise.Decision;
import dev.edgewise.session.Recording.Aim;
import dev.edgewise.session.Recording.Chosen;
import dev.edgewise.session.Recording.Decided;
import dev.edgewise.session.Recording.Framed;
import dev.edgewise.session.Recording.Gap;
import dev.edgewise.session.Recording.Line;
import org.jspecify.annotations.Nullable;

/**
 * What a session remembers beside its log for its {@link Recording}: its last decisions,
 * and what else the log does not tell. Both are bounded, and take no memory before there
 * is something to remember. For the session's writer alone.
 */
final class Journal {

	/** Characters of what users said in the decisions that are remembered. */
	private static final int MAX_CHARACTERS = 1 << 18;

	/** About what a decision takes beside what the user said, in bytes. */
	private static final int OF_A_DECISION = 512;

	private static final int OF_ANOTHER = 96;

	/** Nothing yet; nothing is ever put into it. */
	private static final Deque<Note> NONE = new ArrayDeque<>(0);

	private final FrameLog log;

	private final int maxDecisions;

	private Deque<Note> decisions = NONE;

	private Deque<Note> others = NONE;

	private long count;

	private int characters;

	private long lostDecisions;

	private long lostOthers;

	private @Nullable String policyBefore;

	Journal(FrameLog log, int maxDecisions) {
		this.log = log;
		this.maxDecisions = maxDecisions;
	}

	void decided(Decision decision) {
		if (this.maxDecisions == 0) {
			this.lostDecisions++;
			return;
		}
		if (this.decisions == NONE) {
			this.decisions = new ArrayDeque<>(2);
		}
		this.characters += charactersOf(decision);
		while (this.decisions.size() >= this.maxDecisions
				|| (this.characters > MAX_CHARACTERS && !this.decisions.isEmpty())) {
			this.characters -= charactersOf(((Decided) this.decisions.removeFirst().line).decision());
			this.lostDecisions++;
		}
		this.decisions.addLast(new Note(++this.count, this.log.last(), new Decided(decision)));
	}

	private static int charactersOf(Decision decision) {
		return decision.evidence().user().transcript().length();
	}

	/**
	 * Takes note of anything else.
	 */
	void note(Line line) {
		if (this.others == NONE) {
			this.others = new ArrayDeque<>(2);
		}
		Note oldest = this.others.peekFirst();
		while (oldest != null && (oldest.after + 1 < this.log.first() || this.others.size() == this.log.maxFrames())) {
			this.others.removeFirst();
			this.lostOthers++;
			if (oldest.line instanceof Chosen chosen) {
				this.policyBefore = chosen.policy();
			}
			oldest = this.others.peekFirst();
		}
		this.others.addLast(new Note(++this.count, this.log.last(), line));
	}

	/**
	 * The policy that was chosen before the first line; null if none was.
	 */
	@Nullable String policyBefore() {
		return this.policyBefore;
	}

	List<Decision> decisions() {
		return this.decisions.stream().map((note) -> ((Decided) note.line).decision()).toList();
	}

	/**
	 * About the memory that it takes, in bytes.
	 */
	long footprint() {
		return OF_A_DECISION * (long) this.decisions.size() + 2L * this.characters
				+ OF_ANOTHER * (long) this.others.size();
	}

	/**
	 * What is remembered, in the order in which it happened.
	 */
	List<Line> lines() {
		List<Line> lines = new ArrayList<>();
		long first = this.log.first();
		if (first > 1 || this.lostDecisions > 0 || this.lostOthers > 0) {
			lines.add(new Gap(1, first - 1, this.lostDecisions, this.lostOthers));
		}
		Map<Long, Aim> aims = new HashMap<>();
		List<Note> notes = new ArrayList<>();
		Stream.concat(this.decisions.stream(), this.others.stream())
			.sorted(Comparator.comparingLong(Note::number))
			.forEach((note) -> {
				if (note.line instanceof Aim aim) {
					aims.put(aim.sequence(), aim);
				}
				else {
					notes.add(note);
				}
			});
		int next = 0;
		Origin origin = null;
		for (long sequence = first; sequence <= this.log.last(); sequence++) {
			while (next < notes.size() && notes.get(next).after < sequence) {
				lines.add(notes.get(next++).line);
			}
			LogEntry entry = this.log.get(sequence);
			if (entry != null) {
				boolean outside = entry.isOutside();
				lines.add(new Framed(entry.frame, entry.bytes, outside, outside && entry.origin == origin,
						aims.get(sequence)));
				origin = outside ? entry.origin : origin;
			}
		}
		notes.subList(next, notes.size()).forEach((note) -> lines.add(note.line));
		return lines;
	}

	/**
	 * A line and its place.
	 *
	 * @param number its number among all notes
	 * @param after the last sequence when it was taken
	 * @param line what happened
	 */
	private record Note(long number, long after, Line line) {
	}

}
