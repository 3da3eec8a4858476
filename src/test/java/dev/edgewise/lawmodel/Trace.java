package dev.edgewise.lawmodel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import dev.edgewise.Frame;
import dev.edgewise.session.Recording;

/**
 * What was to be seen of one session, in the order in which it happened: the log, what
 * nodes, handlers, readers and callers have done and were told, and what the listener
 * saw.
 */
final class Trace {

	private final HostileTime time;

	private final List<Sight> sights = new ArrayList<>();

	private final Map<String, Recording.Begun> begun = new HashMap<>();

	Trace(HostileTime time) {
		this.time = time;
	}

	/**
	 * Adds what a recording knows of a generation.
	 */
	void begun(Recording.Begun begun) {
		this.begun.put(begun.id(), begun);
	}

	/**
	 * Adds what has been seen.
	 * @param says tells a model of it
	 * @param words says what it is
	 */
	void add(Consumer<LawModel> says, Object... words) {
		this.sights.add(new Sight(this.time.millis(), 0, words, says));
	}

	/**
	 * Adds a frame when it has been encoded. One that has the number of an earlier one
	 * takes its place: that was encoded to see whether it can be, or found no room.
	 */
	void add(Frame frame) {
		this.sights.removeIf((sight) -> sight.sequence == frame.sequence());
		this.sights.add(new Sight(this.time.millis(), frame.sequence(),
				new Object[] { frame.sequence(), frame.type(), frame.generation(), frame.event() },
				(model) -> model.frame(frame)));
	}

	/**
	 * Has a model say whether it is allowed.
	 */
	void tell(LawModel model) {
		int told = 0;
		model.recorded(this.begun);
		try {
			for (Sight sight : this.sights) {
				told++;
				model.at(sight.millis);
				sight.says.accept(model);
			}
			model.end();
		}
		catch (BrokenLawException ex) {
			throw new BrokenLawException(ex.getMessage() + "\nseen:\n" + text(told), ex);
		}
	}

	@Override
	public String toString() {
		return text(0, this.sights.size());
	}

	private String text(int told) {
		return text(Math.max(0, told - 60), told);
	}

	private String text(int from, int told) {
		StringBuilder text = new StringBuilder();
		for (int i = from; i < Math.min(told + 4, this.sights.size()); i++) {
			Sight sight = this.sights.get(i);
			text.append((i == told - 1) ? " -> " : "    ").append(sight.millis);
			for (Object word : sight.words) {
				text.append(' ').append(word);
			}
			text.append('\n');
		}
		return text.toString();
	}

	private record Sight(long millis, long sequence, Object[] words, Consumer<LawModel> says) {
	}

}
