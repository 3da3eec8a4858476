/**
 * What was generated, delivered and heard: the history of a session as a projection of
 * its frames. Written by the session's writer alone; its snapshots may go anywhere. Knows
 * the words and events, neither sessions nor routes.
 */
@NullMarked
package dev.edgewise.conversation;

import org.jspecify.annotations.NullMarked;
