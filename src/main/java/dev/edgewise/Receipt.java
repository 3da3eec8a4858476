package dev.edgewise;

import java.util.List;

/**
 * What became of an event: answered when it has been applied and every fence it caused
 * stands.
 *
 * @param sequence the event's number in the log
 * @param duplicate whether an event of this id had been accepted before; the rest is then
 * that one's receipt
 * @param interrupted the generations that it interrupted, replaced ones too
 * @param ignored the generations that the event could have interrupted and that were
 * spared, by the route's condition or by another rule
 * @param started the generations that it created, waiting and queued ones too
 * @param refused the routes that a full limit kept from starting
 * @param paused the generations that stand still until more is known
 * @param decisions every decision that the event has led to
 */
public record Receipt(long sequence, boolean duplicate, List<String> interrupted, List<String> ignored,
		List<String> started, List<String> refused, List<String> paused, List<Decision> decisions) {

	public Receipt {
		paused = List.copyOf(paused);
		decisions = List.copyOf(decisions);
		interrupted = List.copyOf(interrupted);
		ignored = List.copyOf(ignored);
		started = List.copyOf(started);
		refused = List.copyOf(refused);
	}

	public Receipt(long sequence, boolean duplicate, List<String> interrupted, List<String> ignored,
			List<String> started, List<String> refused) {
		this(sequence, duplicate, interrupted, ignored, started, refused, List.of(), List.of());
	}

	/**
	 * Returns the same receipt, marked as that of a duplicate.
	 */
	public Receipt asDuplicate() {
		return new Receipt(this.sequence, true, this.interrupted, this.ignored, this.started, this.refused, this.paused,
				this.decisions);
	}

}
