package dev.edgewise.event;

/**
 * What the user does.
 */
public sealed interface UserEvent permits UserStartedSpeaking, UserStoppedSpeaking, UserTranscriptionReceived,
		DTMFInput, UserUnknownInputReceived, CustomReceived {

}
