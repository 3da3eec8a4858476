package dev.edgewise;

/**
 * How a session knows what its user has heard.
 */
public enum Playback {

	/**
	 * What was delivered counts as heard, as in a text chat. Acknowledgements are better
	 * evidence: a message that has had one counts as heard as far as they go.
	 */
	ASSUMED,

	/**
	 * Nothing counts as heard without an acknowledgement, as in a voice call: the client
	 * tells by {@code AgentSpeechSent} and {@code PlaybackProgress} what was spoken. A
	 * message that is complete and not yet heard in full is still being spoken, and can
	 * be interrupted.
	 */
	ACKNOWLEDGED

}
