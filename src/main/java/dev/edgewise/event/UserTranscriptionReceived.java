package dev.edgewise.event;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * What the user said, as recognised.
 *
 * @param content the words
 * @param interim whether more or other words may follow for the same utterance; absent
 * means no. What is interim does not enter the conversation.
 * @param confidence the recogniser's confidence, 0 to 1
 * @param speaker who said it, if there are several
 */
public record UserTranscriptionReceived(String content, @Nullable Boolean interim, @Nullable Double confidence,
		@Nullable String speaker) implements UserEvent {

	public UserTranscriptionReceived {
		Objects.requireNonNull(content, "content");
		if (confidence != null && !Double.isFinite(confidence)) {
			throw new IllegalArgumentException("The confidence is no number");
		}
	}

	public UserTranscriptionReceived(String content, @Nullable Boolean interim, @Nullable Double confidence) {
		this(content, interim, confidence, null);
	}

}
