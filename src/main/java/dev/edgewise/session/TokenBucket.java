package dev.edgewise.session;

import java.time.Duration;

/**
 * How many events a session may still have at this moment; fewer than none after an array
 * that was longer than the burst. For its writer alone.
 */
final class TokenBucket {

	private final double perNano;

	private final double burst;

	private double tokens;

	private long filledAt;

	TokenBucket(int perSecond, long nowNanos) {
		this.perNano = perSecond / 1e9;
		this.burst = 2.0 * perSecond;
		this.tokens = this.burst;
		this.filledAt = nowNanos;
	}

	boolean take(int count, long nowNanos) {
		this.tokens = Math.min(this.burst, this.tokens + (nowNanos - this.filledAt) * this.perNano);
		this.filledAt = nowNanos;
		if (this.tokens < Math.min(count, this.burst)) {
			return false;
		}
		this.tokens -= count;
		return true;
	}

	/**
	 * How long until so many can be had.
	 */
	Duration wait(int count) {
		return Duration
			.ofNanos((long) Math.ceil(Math.max(0, Math.min(count, this.burst) - this.tokens) / this.perNano));
	}

}
