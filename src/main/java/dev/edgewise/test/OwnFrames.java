package dev.edgewise.test;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.edgewise.event.AgentGenerationComplete;
import dev.edgewise.event.AgentGenerationFailed;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.AgentGenerationPaused;
import dev.edgewise.event.AgentGenerationProtected;
import dev.edgewise.event.AgentGenerationResumed;
import dev.edgewise.event.AgentGenerationStarted;
import dev.edgewise.route.EventTypes;
import org.jspecify.annotations.Nullable;

/**
 * Names the frames that the engine writes by what they are about, because their numbers
 * are not the same in a recording and its replay.
 */
final class OwnFrames {

	private static final Set<String> OF_GENERATIONS = Stream
		.of(AgentGenerationStarted.class, AgentGenerationComplete.class, AgentGenerationInterrupted.class,
				AgentGenerationFailed.class, AgentGenerationPaused.class, AgentGenerationResumed.class,
				AgentGenerationProtected.class)
		.map(EventTypes::nameOf)
		.collect(Collectors.toUnmodifiableSet());

	private final Map<String, Integer> counts = new HashMap<>();

	/**
	 * Whether a frame of a generation is the engine's.
	 */
	static boolean isOwn(String type) {
		return OF_GENERATIONS.contains(type);
	}

	/**
	 * Names the next frame.
	 * @return its type and its place among those of its type and generation
	 */
	Name name(String type, @Nullable String generation) {
		return new Name(type, generation, this.counts.merge(type + " " + generation, 1, Integer::sum));
	}

	/**
	 * A frame's name.
	 */
	record Name(String type, @Nullable String generation, int number) {

		Name of(@Nullable String other) {
			return new Name(this.type, other, this.number);
		}

	}

}
