package dev.edgewise.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.simulation.Stand.Conditions;

/**
 * A day of calls, played for one policy after the other. The callers are shared out to
 * engines of their own, since sessions never wait for each other, and what came of them
 * is added in their order.
 */
final class Day {

	private static final int THREADS = 2;

	private static final int CALLERS_AT_ONCE = 250;

	private final Callers callers;

	Day(long seed) {
		this.callers = new Callers(seed);
	}

	/**
	 * Plays the day for each policy.
	 */
	List<Tally> play(List<InterruptionPolicy> policies, int count, Conditions conditions) {
		ExecutorService threads = Executors.newFixedThreadPool(THREADS);
		try {
			List<List<Future<Tally>>> parts = new ArrayList<>();
			for (InterruptionPolicy policy : policies) {
				List<Future<Tally>> ofPolicy = new ArrayList<>();
				for (int first = 0; first < count; first += CALLERS_AT_ONCE) {
					int from = first;
					int to = Math.min(count, first + CALLERS_AT_ONCE);
					ofPolicy.add(threads.submit(() -> play(policy, from, to, conditions)));
				}
				parts.add(ofPolicy);
			}
			List<Tally> tallies = new ArrayList<>();
			for (List<Future<Tally>> ofPolicy : parts) {
				Tally sum = new Tally();
				for (Future<Tally> part : ofPolicy) {
					sum.add(part.get());
				}
				tallies.add(sum);
			}
			return tallies;
		}
		catch (InterruptedException | ExecutionException ex) {
			throw new IllegalStateException("The day could not be played", ex);
		}
		finally {
			threads.shutdownNow();
		}
	}

	/**
	 * Plays the calls of some callers on one engine.
	 */
	Tally play(InterruptionPolicy policy, int from, int to, Conditions conditions) {
		Stand stand = new Stand(policy, conditions);
		Tally tally = new Tally();
		for (int number = from; number < to; number++) {
			stand.play(this.callers.caller(number), tally);
		}
		return tally;
	}

}
