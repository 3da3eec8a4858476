/**
 * Streaming clients of language models that stop when told to.
 * <p>
 * {@link dev.edgewise.model.StreamingModel} is what a node is given; it answers a
 * conversation with a Flux that a route returns as it is.
 * {@link dev.edgewise.model.ChatCompletions} is the one that speaks with the
 * {@code /chat/completions} of OpenAI and of the many servers that imitate it: over
 * WebClient, because its cancel closes the connection at once and takes no thread. What a
 * model may have called is a {@link dev.edgewise.model.ModelTool}, what goes wrong a
 * {@link dev.edgewise.model.ModelException}. {@link dev.edgewise.model.SpringAi} is for
 * those who have Spring AI's {@code ChatClient}. Knows the engine and is known by the
 * auto-configuration and the service alone.
 */
@NullMarked
package dev.edgewise.model;

import org.jspecify.annotations.NullMarked;
