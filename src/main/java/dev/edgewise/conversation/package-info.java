/**
 * What was generated, delivered and heard: the history of a session as a projection of
 * its frames.
 * <p>
 * A {@link dev.edgewise.conversation.Conversation} has messages in the order of the talk.
 * What an agent says is an {@link dev.edgewise.conversation.Utterance}: text that grows,
 * the ranges of it that streams have taken, and a playhead that says how far it was
 * heard. An acknowledgement goes to the messages that may still be heard, oldest first;
 * what is heard closes those before it, and a cut one takes late words until then. The
 * playhead looks for the words behind its position, sound by sound, in all ways in which
 * the text may be read out; it moves forward only, and only over what was said. What fits
 * nowhere becomes a message of its own. A tool's call and its outcome are one message,
 * from the outcome on.
 * <p>
 * Written by the session's writer alone; its snapshots may go anywhere, and share what
 * cannot change any more. Memory is bounded by the properties
 * {@code edgewise.session.conversation.*}, the work by what was said. Knows the words and
 * events, neither sessions nor routes.
 */
@NullMarked
package dev.edgewise.conversation;

import org.jspecify.annotations.NullMarked;
