package dev.edgewise.interruption;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * What a user says in one go, as far as it has been heard: from the start of speaking to
 * its end, with the transcripts that belong to it. Not safe from several threads.
 */
public final class UserUtterance {

	/**
	 * Characters of final transcripts that are kept; of what was said before them only
	 * the number of words is. Whoever speaks without an end would fill the memory.
	 */
	static final int MAX_CHARACTERS = 16_384;

	/** Keys that are kept. */
	static final int MAX_KEYS = 32;

	private final long number;

	private final long begunMillis;

	/** Whether speaking was reported, and not only a transcript. */
	private final boolean detected;

	private String finals = "";

	private String keys = "";

	private @Nullable String speaker;

	private String interim = "";

	private @Nullable Double confidence;

	private @Nullable Double finalConfidence;

	private long stoppedMillis = -1;

	/** Whether the last transcript was a final one. */
	private boolean settled;

	private String text = "";

	/** Words that are no longer in the text. */
	private int wordsBefore;

	private int words = -1;

	UserUtterance(long number, @Nullable String speaker, long begunMillis, boolean detected) {
		this.number = number;
		this.speaker = speaker;
		this.begunMillis = begunMillis;
		this.detected = detected;
	}

	/**
	 * Ends it, if it has not been ended before.
	 */
	void end(long millis) {
		if (isSpeaking()) {
			this.stoppedMillis = millis;
		}
	}

	void hear(String content, boolean interim, @Nullable Double confidence, @Nullable String speaker, long millis) {
		by(speaker);
		if (interim) {
			this.interim = content;
			this.confidence = (confidence != null) ? confidence : this.finalConfidence;
		}
		else {
			this.interim = "";
			this.finals = join(this.finals, content);
			shorten();
			this.finalConfidence = (confidence != null) ? confidence : this.finalConfidence;
			this.confidence = this.finalConfidence;
			if (!this.detected) {
				this.stoppedMillis = millis;
			}
		}
		this.settled = !interim;
		this.text = join(this.finals, this.interim);
		this.words = -1;
	}

	private void shorten() {
		if (this.finals.length() > MAX_CHARACTERS) {
			int half = this.finals.length() - MAX_CHARACTERS / 2;
			int space = this.finals.indexOf(" ", half);
			int end = (space >= 0) ? space + 1 : half;
			this.wordsBefore += Words.count(this.finals.substring(0, end));
			this.finals = this.finals.substring(end);
		}
	}

	private static String join(String text, String more) {
		return (text.isEmpty() || more.isEmpty()) ? text + more : text + ' ' + more;
	}

	void press(String button) {
		String all = this.keys + button;
		this.keys = all.substring(Math.max(0, all.length() - MAX_KEYS));
	}

	/**
	 * Takes note who speaks, if that was not known.
	 */
	void by(@Nullable String speaker) {
		if (this.speaker == null) {
			this.speaker = speaker;
		}
	}

	/**
	 * Its number among the utterances of its session, from 1.
	 */
	public long number() {
		return this.number;
	}

	/**
	 * Who speaks; null if it is not known.
	 */
	public @Nullable String speaker() {
		return this.speaker;
	}

	/**
	 * When it began, in milliseconds since the epoch.
	 */
	public long begunMillis() {
		return this.begunMillis;
	}

	/**
	 * When the user stopped, in milliseconds since the epoch; -1 while speaking.
	 */
	public long stoppedMillis() {
		return this.stoppedMillis;
	}

	/**
	 * Whether the user still speaks.
	 */
	public boolean isSpeaking() {
		return this.stoppedMillis < 0;
	}

	/**
	 * Whether the last that was heard of it is a final transcript.
	 */
	public boolean isSettled() {
		return this.settled;
	}

	/**
	 * Whether it began with {@code UserStartedSpeaking}.
	 */
	boolean isDetected() {
		return this.detected;
	}

	/**
	 * How long the user has been speaking.
	 * @param nowMillis the time, in milliseconds since the epoch
	 */
	public Duration spokeFor(long nowMillis) {
		return Duration.ofMillis(Math.max(0, (isSpeaking() ? nowMillis : this.stoppedMillis) - this.begunMillis));
	}

	/**
	 * The words so far; of a very long utterance the last ones.
	 */
	public String transcript() {
		return this.text;
	}

	/**
	 * How many words there are so far.
	 */
	public int words() {
		if (this.words < 0) {
			this.words = this.wordsBefore + Words.count(this.text);
		}
		return this.words;
	}

	/**
	 * The confidence of the last transcript that said; null if none did.
	 */
	public @Nullable Double confidence() {
		return this.confidence;
	}

	/**
	 * The keys pressed since it began, at most the last 32.
	 */
	public String keys() {
		return this.keys;
	}

}
