package dev.edgewise.model;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * What a model is asked, and how long its server may take. Holds no secrets.
 *
 * @param name the model's name on its server
 * @param systemPrompt what it is told before the conversation; may be empty
 * @param temperature how freely it chooses its words; null for the server's default
 * @param maxTokens how long an answer may be; null for the server's default
 * @param maxMessages how many messages of the conversation it is sent, the last ones
 * @param maxToolRounds how often in one answer it may call tools
 * @param includeUsage whether the server is asked to count tokens
 * @param firstChunkTimeout how long it may take to begin its answer
 * @param stallTimeout how long it may say nothing in the middle of one
 * @param retryWithin how long it may ask to wait, when it is overloaded, for the request
 * to be sent once more; zero for never
 */
public record ModelSettings(String name, String systemPrompt, @Nullable Double temperature, @Nullable Integer maxTokens,
		int maxMessages, int maxToolRounds, boolean includeUsage, Duration firstChunkTimeout, Duration stallTimeout,
		Duration retryWithin) {

	/**
	 * The defaults.
	 * @param name the model's name on its server
	 */
	public static ModelSettings of(String name) {
		return new ModelSettings(name, "", null, null, 100, 8, true, Duration.ofSeconds(30), Duration.ofSeconds(15),
				Duration.ofSeconds(2));
	}

	ModelSettings withSystemPrompt(String prompt) {
		return new ModelSettings(this.name, prompt, this.temperature, this.maxTokens, this.maxMessages,
				this.maxToolRounds, this.includeUsage, this.firstChunkTimeout, this.stallTimeout, this.retryWithin);
	}

}
