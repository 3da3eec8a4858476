package dev.edgewise.event;

/**
 * The user's turn has passed the limit of words or time that the policy of a route sets
 * ({@code floor.max-words}, {@code floor.max-time}): it is the agent's turn although the
 * user still speaks. It starts the routes that name it; the utterance that it cut short
 * does not interrupt them, unless by a stop phrase. Written by the engine only.
 *
 * @param words how many words the turn had
 * @param millis how long it was, in milliseconds
 */
public record AgentTakesFloor(int words, long millis) implements AgentEvent {

}
