package dev.edgewise.web;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * What the caller of a request may do, told to the edge by a filter in an
 * {@linkplain #ATTRIBUTE attribute} of the exchange. Without one, everything. Which paths
 * a caller may come to is for the filter alone to decide; this is what only the edge can
 * ask, because it depends on what is in a body.
 */
public interface Admission {

	/**
	 * The name of the exchange's attribute.
	 */
	String ATTRIBUTE = Admission.class.getName();

	/**
	 * Whether an id may be used for a session of the caller's, as far as is known: not if
	 * it is that of somebody else's.
	 * @param session the id
	 */
	boolean mayOpen(String session);

	/**
	 * Whether a session that was there before is the caller's.
	 * @param session its id
	 */
	boolean owns(String session);

	/**
	 * Takes note of a session that the request has opened.
	 * @param session its id
	 */
	void opened(String session);

	/**
	 * Whether the caller may interrupt what is protected.
	 */
	boolean mayForce();

	/**
	 * Counts events that are about to be published.
	 * @param count how many
	 * @return null if the caller may have them now
	 */
	@Nullable Excess events(int count);

	/**
	 * A limit that a caller has reached.
	 *
	 * @param limit its name
	 * @param max what it allows
	 * @param retryAfter when to try again
	 */
	record Excess(String limit, int max, Duration retryAfter) {
	}

}
