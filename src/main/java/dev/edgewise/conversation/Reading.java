package dev.edgewise.conversation;

/**
 * One way to read out what is written: for each place what may be said there, nothing for
 * a place that may be left out, and where what is read out ends.
 *
 * @param slots the sounds for each place, first things first
 * @param end where in the written text it ends
 */
record Reading(String[][] slots, int end) {

	/**
	 * Whether nothing needs to be said from a place on.
	 */
	boolean mayEndAt(int slot) {
		for (int i = slot; i < this.slots.length; i++) {
			boolean empty = false;
			for (String option : this.slots[i]) {
				empty |= option.isEmpty();
			}
			if (!empty) {
				return false;
			}
		}
		return true;
	}

}
