package dev.edgewise.interruption;

/**
 * The rules that are built in, in the order in which they are asked; the first that has a
 * verdict decides. The constant's name is the rule's name in decisions, and in lower case
 * in meters.
 * <p>
 * {@link #BACKCHANNEL}, {@link #LOW_CONFIDENCE}, {@link #TOO_FEW_WORDS} and
 * {@link #TOO_SHORT} are gates: they are asked about speech alone, and while more of the
 * utterance is to be heard they do not ignore but pause. At the deadline a user who still
 * speaks passes them all.
 */
public enum Rule {

	/**
	 * The event cuts off everything, or whoever sent it said so: interrupted. Nothing is
	 * asked before it.
	 */
	FORCED,

	/** The generation's route, section or item must not be cut: ignored. */
	PROTECTED,

	/**
	 * A stop phrase is in the utterance, as whole words: interrupted. An interim
	 * transcript is enough.
	 */
	STOP_PHRASE,

	/**
	 * As many utterances as {@code flapping.max} have interrupted within
	 * {@code flapping.window}, this one not counted: ignored, without a pause.
	 */
	FLAPPING,

	/** The last interruption is less than {@code back-off} ago: ignored. */
	BACK_OFF,

	/**
	 * The reply has not been spoken for {@code protect-first} or with
	 * {@code protect-first-words} words, or it took the floor from this very utterance:
	 * ignored, without a pause.
	 */
	OPENING,

	/**
	 * The utterance is nothing but a sign of listening, or, in a policy that knows such
	 * signs, there are no words yet: not passed.
	 */
	BACKCHANNEL,

	/**
	 * The recogniser was less sure than {@code min-confidence}, or there are no words
	 * yet: not passed. Words without a confidence pass.
	 */
	LOW_CONFIDENCE,

	/** The utterance has fewer than {@code min-words} words: not passed. */
	TOO_FEW_WORDS,

	/** The user has spoken for less than {@code min-speech}: not passed. */
	TOO_SHORT,

	/** The route's condition said no: ignored. One that fails says yes. */
	CONDITION,

	/** Nothing spoke against it: interrupted. */
	INTERRUPTED,

	/**
	 * A gate has not been passed, but the time to decide is over and the user still
	 * speaks: interrupted.
	 */
	DEADLINE

}
