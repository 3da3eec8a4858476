package dev.edgewise.interruption;

/**
 * What is known when an event could cut off a generation.
 *
 * @param forced whether the event cuts off everything
 * @param condition the answer of the route's condition
 */
public record Evidence(boolean forced, Answer condition) {

	/**
	 * The answer of a route's condition.
	 */
	public enum Answer {

		/** There is no condition, or it need not be asked. */
		NOT_ASKED,

		/** It said yes. */
		YES,

		/** It said no. */
		NO,

		/** It failed. */
		FAILED

	}

}
