package dev.edgewise.autoconfigure;

import java.net.URI;
import java.time.Duration;

import dev.edgewise.model.ModelSettings;
import jakarta.validation.constraints.Pattern;
import org.hibernate.validator.constraints.Range;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.StringUtils;
import org.springframework.validation.annotation.Validated;

/**
 * The properties of the language model.
 *
 * @param baseUrl Address of an OpenAI-compatible server, with or without /v1. There is a
 * model if it is set; in the service it takes the place of the built-in agent.
 * @param apiKey Key for the server; none if it asks for none.
 * @param name Name of the model on the server.
 * @param systemPrompt What the model is told before the conversation.
 * @param temperature How freely the model chooses its words. By default the server's.
 * @param maxTokens Tokens that an answer may have. By default the server's.
 * @param maxMessages Messages of the conversation that the model is sent, the last ones.
 * @param maxToolRounds Times that the model may call tools in one answer.
 * @param maxConnections Requests that may be under way; others wait.
 * @param includeUsage Whether the server is asked to count tokens, by stream_options.
 * @param connectTimeout Time that a connection may take.
 * @param firstChunkTimeout Time from the request to the first chunk of the answer.
 * @param stallTimeout Time without a chunk after which an answer fails.
 * @param retryWithin Time that a busy server (429, 503) may ask to wait for the request
 * to be sent once more; 0 for never.
 */
@Validated
@ConfigurationProperties("edgewise.agent.model")
record ModelProperties(
		@DefaultValue("") @Pattern(regexp = "\\s*|\\s*(?i:https?)://[^\\s/?#@]+(/[^\\s?#@]*)?\\s*",
				message = "must be an http or https URL with a host, without user, query and fragment") String baseUrl,
		@DefaultValue("") @Secret.Header Secret apiKey,
		@DefaultValue("gpt-4o-mini") @Pattern(regexp = ".*\\S.*", message = "must not be empty") String name,
		@DefaultValue("") String systemPrompt, @Range(min = 0, max = 2) @Nullable Double temperature,
		@Range(min = 1, max = 10_000_000) @Nullable Integer maxTokens,
		@DefaultValue("100") @Range(min = 1, max = 1_000_000) int maxMessages,
		@DefaultValue("8") @Range(min = 0, max = 1_000) int maxToolRounds,
		@DefaultValue("1000") @Range(min = 1, max = 1_000_000) int maxConnections,
		@DefaultValue("true") boolean includeUsage,
		@DefaultValue("5s") @Between(min = "10ms", max = "5m") Duration connectTimeout,
		@DefaultValue("30s") @Between(min = "10ms", max = "1h") Duration firstChunkTimeout,
		@DefaultValue("15s") @Between(min = "10ms", max = "1h") Duration stallTimeout,
		@DefaultValue("2s") @Between(min = "0ms", max = "5m") Duration retryWithin) {

	private static final String COMPLETIONS = "/chat/completions";

	/**
	 * What is asked of the model.
	 */
	ModelSettings settings() {
		return new ModelSettings(this.name.strip(), this.systemPrompt, this.temperature, this.maxTokens,
				this.maxMessages, this.maxToolRounds, this.includeUsage, this.firstChunkTimeout, this.stallTimeout,
				this.retryWithin);
	}

	/**
	 * The address below which {@code /chat/completions} lies.
	 */
	String endpoint() {
		String url = StringUtils.trimTrailingCharacter(this.baseUrl.strip(), '/');
		if (url.endsWith(COMPLETIONS)) {
			return url.substring(0, url.length() - COMPLETIONS.length());
		}
		String path = URI.create(url).getPath();
		return (path == null || path.isEmpty()) ? url + "/v1" : url;
	}

}
