package dev.edgewise.server;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

import dev.edgewise.server.SecurityProperties.CallerLimits;
import dev.edgewise.session.EngineListener;
import dev.edgewise.web.Admission.Excess;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * Whose sessions are whose, and what each caller has open. A session is its caller's from
 * when it is opened until the engine has forgotten it; one that is not here is nobody's,
 * and only operators come to it.
 */
final class Callers implements EngineListener {

	private static final Duration SOON = Duration.ofSeconds(5);

	private final CallerLimits limits;

	private final Scheduler clock;

	private final Map<String, Owned> sessions = new ConcurrentHashMap<>();

	/** Changed only within {@code compute}. */
	private final Map<String, Account> accounts = new ConcurrentHashMap<>();

	Callers(CallerLimits limits, Scheduler clock) {
		this.limits = limits;
		this.clock = clock;
	}

	boolean owns(Caller caller, String session) {
		Owned owned = this.sessions.get(session);
		return owned != null && owned.caller().equals(caller.name());
	}

	boolean isOthers(Caller caller, String session) {
		Owned owned = this.sessions.get(session);
		return owned != null && !owned.caller().equals(caller.name());
	}

	/**
	 * Takes a place for a session, to be given back or {@linkplain #opened used}.
	 */
	@Nullable Excess takeSession(Caller caller) {
		return change(caller, (account) -> account.sessions++ < this.limits.sessions(), (account) -> account.sessions--)
				? null : new Excess("sessions", this.limits.sessions(), SOON);
	}

	void giveSessionBack(Caller caller) {
		giveSessionBack(caller.name());
	}

	private void giveSessionBack(String caller) {
		change(caller, (account) -> account.sessions-- > 0, (account) -> account.sessions = 0);
	}

	/**
	 * Records a session.
	 * @param counted whether a place was taken for it
	 */
	void opened(Caller caller, String session, boolean counted) {
		this.sessions.put(session, new Owned(caller.name(), counted));
	}

	@Override
	public void closed(String session) {
		this.sessions.computeIfPresent(session, (id, owned) -> {
			if (owned.counted()) {
				giveSessionBack(owned.caller());
			}
			return new Owned(owned.caller(), false);
		});
	}

	@Override
	public void forgotten(String session) {
		closed(session);
		this.sessions.remove(session);
	}

	/**
	 * Takes a place for a stream, to be given back.
	 */
	@Nullable Excess takeStream(Caller caller) {
		return change(caller.name(), (account) -> account.streams++ < this.limits.streams(),
				(account) -> account.streams--) ? null : new Excess("streams", this.limits.streams(), SOON);
	}

	void giveStreamBack(Caller caller) {
		change(caller.name(), (account) -> account.streams-- > 0, (account) -> account.streams = 0);
	}

	/**
	 * Counts events.
	 */
	@Nullable Excess takeEvents(Caller caller, int count) {
		Duration[] wait = new Duration[1];
		boolean taken = change(caller.name(), (account) -> account.takeEvents(count),
				(account) -> wait[0] = account.waitFor(count));
		return taken ? null : new Excess("events-per-second", this.limits.eventsPerSecond(), wait[0]);
	}

	/**
	 * Forgets callers that have nothing and have done nothing of late.
	 */
	void sweep() {
		this.accounts.keySet().forEach((caller) -> change(caller, (account) -> true, (account) -> {
		}));
	}

	/**
	 * How many callers are remembered.
	 */
	int size() {
		return this.accounts.size();
	}

	private boolean change(Caller caller, Predicate<Account> change, Consumer<Account> undo) {
		return change(caller.name(), change, undo);
	}

	private boolean change(String caller, Predicate<Account> change, Consumer<Account> undo) {
		boolean[] done = new boolean[1];
		this.accounts.compute(caller, (name, found) -> {
			Account account = (found != null) ? found : new Account();
			done[0] = change.test(account);
			if (!done[0]) {
				undo.accept(account);
			}
			return account.isIdle() ? null : account;
		});
		return done[0];
	}

	/**
	 * Whose a session is.
	 *
	 * @param caller the caller
	 * @param counted whether it counts among what the caller has open
	 */
	private record Owned(String caller, boolean counted) {
	}

	/**
	 * What a caller has open, and how many events it may still have at this moment.
	 */
	private final class Account {

		int sessions;

		int streams;

		private final double perNano = Callers.this.limits.eventsPerSecond() / 1e9;

		private final double burst = 2.0 * Callers.this.limits.eventsPerSecond();

		private double events = this.burst;

		private long filledAt = Callers.this.clock.now(TimeUnit.NANOSECONDS);

		boolean takeEvents(int count) {
			fill();
			if (this.events < Math.min(count, this.burst)) {
				return false;
			}
			this.events -= count;
			return true;
		}

		Duration waitFor(int count) {
			return Duration.ofNanos((long) Math.ceil((Math.min(count, this.burst) - this.events) / this.perNano));
		}

		boolean isIdle() {
			fill();
			return this.sessions == 0 && this.streams == 0 && this.events >= this.burst;
		}

		private void fill() {
			long now = Callers.this.clock.now(TimeUnit.NANOSECONDS);
			this.events = Math.min(this.burst, this.events + (now - this.filledAt) * this.perNano);
			this.filledAt = now;
		}

	}

}
