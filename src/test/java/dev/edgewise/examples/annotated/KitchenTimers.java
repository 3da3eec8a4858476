package dev.edgewise.examples.annotated;

import dev.edgewise.Generation;
import dev.edgewise.OnInterrupt;
import dev.edgewise.Overlap;
import dev.edgewise.Route;
import org.jspecify.annotations.Nullable;

import org.springframework.stereotype.Component;

/**
 * Timers that run side by side: imperative code, on events of its own. A timer is
 * cancelled by its name.
 */
@Component
class KitchenTimers {

	private final Journal journal;

	KitchenTimers(Journal journal) {
		this.journal = journal;
	}

	@Route(on = TimerSet.class, interruptOn = TimerCancelled.class,
			condition = "@kitchenTimers.isFor(event, generation)", overlap = Overlap.PARALLEL, maxConcurrency = 2)
	void run(TimerSet timer, Generation generation) throws InterruptedException {
		generation.onCleanup(() -> this.journal.note("put away the timer for the " + timer.name()));
		for (int left = timer.ticks(); left > 0; left--) {
			generation.emit(new TimerTicked(timer.name(), left));
			Thread.sleep(20);
		}
		generation.emit("The " + timer.name() + " is ready.");
	}

	public boolean isFor(TimerCancelled cancelled, Generation generation) {
		return generation.cause().event() instanceof TimerSet timer && timer.name().equals(cancelled.name());
	}

	@OnInterrupt
	void cancelled(@Nullable TimerCancelled cause) {
		this.journal.note((cause != null) ? "cancelled the timer for the " + cause.name() : "lost a timer");
	}

}
