package dev.edgewise;

import org.reactivestreams.Publisher;

/**
 * A node as a class: annotate the bean with {@link Route @Route}.
 */
public interface ReasoningNode {

	/**
	 * Answers the conversation so far. Called and subscribed on a parallel thread; must
	 * not block.
	 * @param context the conversation when the generation started
	 * @return what the agent says: text, or events; an error, or an exception thrown
	 * here, fails the generation
	 */
	Publisher<?> processContext(ConversationContext context);

	/**
	 * Called once when a generation of this node was interrupted, after it has ended or
	 * its grace is over. May block for at most the handler timeout.
	 * @param interruption why, when and at what point
	 */
	default void onInterruptGenerate(Interruption interruption) {
	}

}
