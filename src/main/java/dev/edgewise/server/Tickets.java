package dev.edgewise.server;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.edgewise.web.Admission.Excess;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * Tickets that have been given out and not been used: each opens one stream of one
 * session, once and soon. Kept by their hashes, so that how long it takes to look one up
 * tells nothing about the others.
 */
final class Tickets {

	private static final int BYTES = 32;

	/** So that one caller cannot take all. */
	private static final int PER_CALLER = 100;

	private final SecureRandom random = new SecureRandom();

	private final Scheduler clock;

	private final Duration ttl;

	private final int max;

	/** In the order in which they expire. Guarded by this. */
	private final Map<String, Waiting> waiting = new LinkedHashMap<>();

	private final Map<String, Integer> perCaller = new LinkedHashMap<>();

	Tickets(SecurityProperties.Ticket settings, Scheduler clock) {
		this.clock = clock;
		this.ttl = settings.ttl();
		this.max = settings.max();
	}

	/**
	 * Gives out a ticket.
	 * @throws TooManyException if too many are waiting to be used
	 */
	synchronized Issued issue(Caller caller, String session) throws TooManyException {
		dropExpired();
		int own = this.perCaller.getOrDefault(caller.name(), 0);
		if (own >= Math.min(PER_CALLER, this.max)) {
			throw new TooManyException(new Excess("tickets", Math.min(PER_CALLER, this.max), this.ttl));
		}
		if (this.waiting.size() >= this.max) {
			throw new TooManyException(new Excess("tickets", this.max, this.ttl));
		}
		byte[] bytes = new byte[BYTES];
		this.random.nextBytes(bytes);
		String ticket = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
		long expires = now() + this.ttl.toNanos();
		this.waiting.put(hash(ticket), new Waiting(caller, session, expires));
		this.perCaller.put(caller.name(), own + 1);
		return new Issued(ticket,
				Instant.ofEpochSecond(TimeUnit.NANOSECONDS.toSeconds(expires), expires % 1_000_000_000L));
	}

	/**
	 * Uses a ticket up, whether it fits or not.
	 * @return who may open the session's stream, or null if the ticket does not
	 */
	synchronized @Nullable Caller use(String ticket, String session) {
		dropExpired();
		Waiting found = this.waiting.remove(hash(ticket));
		if (found == null) {
			return null;
		}
		gone(found);
		return found.session().equals(session) ? new Caller(found.caller().name(), found.caller().roles(), session)
				: null;
	}

	private void dropExpired() {
		long now = now();
		Iterator<Waiting> oldest = this.waiting.values().iterator();
		while (oldest.hasNext()) {
			Waiting ticket = oldest.next();
			if (ticket.expires() > now) {
				return;
			}
			oldest.remove();
			gone(ticket);
		}
	}

	private void gone(Waiting ticket) {
		this.perCaller.computeIfPresent(ticket.caller().name(), (name, count) -> (count > 1) ? count - 1 : null);
	}

	private long now() {
		return this.clock.now(TimeUnit.NANOSECONDS);
	}

	private static String hash(String ticket) {
		try {
			return HexFormat.of()
				.formatHex(MessageDigest.getInstance("SHA-256").digest(ticket.getBytes(StandardCharsets.UTF_8)));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * A ticket that has been given out.
	 *
	 * @param ticket what opens the stream
	 * @param expiresAt until when
	 */
	record Issued(String ticket, Instant expiresAt) {
	}

	/**
	 * What a ticket is for.
	 *
	 * @param caller whose it is
	 * @param session the session
	 * @param expires when it expires, in nanoseconds
	 */
	private record Waiting(Caller caller, String session, long expires) {
	}

	/**
	 * Too many tickets are waiting to be used.
	 */
	static final class TooManyException extends Exception {

		private final transient Excess excess;

		TooManyException(Excess excess) {
			super(excess.limit(), null, false, false);
			this.excess = excess;
		}

		Excess excess() {
			return this.excess;
		}

	}

}
