package dev.edgewise.session;

import dev.edgewise.Evidence.Shield;
import dev.edgewise.session.Run.Phase;
import org.jspecify.annotations.Nullable;

/**
 * What protects generations: their route, a section that their node has opened, or the
 * item that they are at. What was produced in a section is protected until it has been
 * passed by the fastest stream, if one is open. For the session's writer alone.
 */
final class Shields {

	private final Readers readers;

	Shields(Readers readers) {
		this.readers = readers;
	}

	/**
	 * What protects a generation; null if nothing does.
	 */
	@Nullable Shield of(Run run) {
		if (!run.compiled.interruptible()) {
			return Shield.ROUTE;
		}
		if (run.phase == Phase.SPEAKING) {
			return run.utterance.isGuarded() ? Shield.ITEM : null;
		}
		if (run.hasOpenSection()) {
			return Shield.SECTION;
		}
		if (run.guardedItems > 0 || run.numberedGuarded || run.passedGuarded) {
			this.readers.scan();
			boolean read = this.readers.count() > 0;
			if ((read ? run.passedItems : run.items) < run.guardedItems) {
				return Shield.SECTION;
			}
			if (read ? run.passedGuarded : run.numberedGuarded) {
				return Shield.ITEM;
			}
		}
		return null;
	}

	/**
	 * Whether the next item of a generation is protected, wherever streams are.
	 */
	boolean coverNext(Run run) {
		return !run.compiled.interruptible() || run.hasOpenSection() || run.items < run.guardedItems;
	}

	/**
	 * The oldest generation of a route that is not protected, or the oldest.
	 */
	Run oldestWithout(RouteSlot slot) {
		return slot.all().stream().filter((run) -> of(run) == null).findFirst().orElseGet(slot::oldest);
	}

}
