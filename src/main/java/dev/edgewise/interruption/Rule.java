package dev.edgewise.interruption;

/**
 * The rules that are built in, in the order in which they are asked; the first that has a
 * verdict decides. The constant's name is the rule's name in decisions and meters.
 */
public enum Rule {

	/** The event, or whoever sent it, cuts off everything. */
	FORCED,

	/** Route, section or item is protected: ignored. */
	PROTECTED,

	/** The utterance has a stop phrase: interrupted. */
	STOP_PHRASE,

	/** Too many utterances have interrupted within a window: ignored. */
	FLAPPING,

	/** The last interruption is too recent: ignored. */
	BACK_OFF,

	/** The reply is within its protected first words or first time: ignored. */
	OPENING,

	/** The utterance is nothing but a sign of listening: ignored. */
	BACKCHANNEL,

	/** The recogniser is not sure enough: ignored. */
	LOW_CONFIDENCE,

	/** The utterance has too few words: ignored. */
	TOO_FEW_WORDS,

	/** The user has not spoken for long enough: ignored. */
	TOO_SHORT,

	/** The route's condition said no: ignored. */
	CONDITION,

	/** Nothing spoke against it: interrupted. */
	INTERRUPTED,

	/** The time to decide was over, and the user still spoke: interrupted. */
	DEADLINE

}
