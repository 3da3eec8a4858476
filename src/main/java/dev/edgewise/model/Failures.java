package dev.edgewise.model;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Objects;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.core.codec.CodecException;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.function.client.WebClientRequestException;

/**
 * What goes wrong between a model and its client, in its terms. Of what a server writes,
 * nothing passes but an error's code that is a single word.
 */
final class Failures {

	private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

	private static final long MAX_SECONDS = Duration.ofDays(1).toSeconds();

	private Failures() {
	}

	/**
	 * The failure that a status tells.
	 * @param status a status other than 2xx
	 * @param headers the response's headers
	 * @param body the beginning of its body
	 * @param nowMillis the time, in milliseconds since the epoch
	 */
	static ModelException answered(int status, HttpHeaders headers, String body, long nowMillis) {
		String word = word(body);
		String what = "The model's server has answered " + status + ((word != null) ? " (" + word + ")" : "");
		Duration wait = isBusy(status) ? wait(headers, nowMillis) : null;
		String hint = (wait != null) ? ", and asks to wait " + wait.toMillis() + " ms" : "";
		return new ModelException(code(status), what + hint, wait, null);
	}

	private static boolean isBusy(int status) {
		return status == 429 || status == 503 || status == 529;
	}

	private static String code(int status) {
		return switch (status) {
			case 429 -> "model-rate-limited";
			case 503, 529 -> "model-overloaded";
			case 401, 403 -> "model-denied";
			default -> (status >= 400 && status < 500) ? "model-rejected" : "model-failed";
		};
	}

	/**
	 * The failure that an error in the middle of an answer tells.
	 * @param error the value of {@code error}
	 */
	static ModelException told(JsonNode error) {
		String word = word(error);
		int status = error.path("code").asInt(0);
		return new ModelException((status >= 400 && status < 600) ? code(status) : "model-failed",
				"The model's server has failed" + ((word != null) ? " (" + word + ")" : ""));
	}

	/**
	 * The failure that an exception of the client is.
	 */
	static ModelException thrown(Throwable failure) {
		if (failure instanceof ModelException known) {
			return known;
		}
		if (failure instanceof WebClientRequestException) {
			Throwable why = Objects.requireNonNullElse(failure.getCause(), failure);
			return new ModelException("model-unreachable",
					"There is no connection to the model's server (" + why.getClass().getSimpleName() + ")", failure);
		}
		if (failure instanceof CodecException || failure instanceof DataBufferLimitException) {
			return new ModelException("model-malformed", "The model's server has sent what is no stream of events",
					failure);
		}
		return (failure instanceof IOException) ? disconnected(failure) : new ModelException("model-failed",
				"Asking the model has failed (" + failure.getClass().getSimpleName() + ")", failure);
	}

	/**
	 * The failure that an answer has no end.
	 */
	static ModelException disconnected(@Nullable Throwable cause) {
		return new ModelException("model-disconnected", "The model's server has ended before its answer did", null,
				cause);
	}

	/**
	 * How long a server asks to wait; null if it does not say, or what nobody
	 * understands.
	 */
	private static @Nullable Duration wait(HttpHeaders headers, long nowMillis) {
		String millis = headers.getFirst("retry-after-ms");
		String after = headers.getFirst(HttpHeaders.RETRY_AFTER);
		try {
			if (millis != null) {
				return bounded(Duration.ofMillis((long) Double.parseDouble(millis)));
			}
			if (after != null && after.matches("\\d{1,9}(\\.\\d+)?")) {
				return bounded(Duration.ofMillis((long) (Double.parseDouble(after) * 1_000)));
			}
			if (after != null) {
				// RFC 9110, 10.2.3: seconds, or a date
				Instant until = ZonedDateTime.parse(after, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
				return bounded(Duration.between(Instant.ofEpochMilli(nowMillis), until));
			}
		}
		catch (NumberFormatException | DateTimeException ex) {
			return null;
		}
		return null;
	}

	private static Duration bounded(Duration wait) {
		return wait.isNegative() ? Duration.ZERO
				: (wait.toSeconds() > MAX_SECONDS) ? Duration.ofSeconds(MAX_SECONDS) : wait;
	}

	private static @Nullable String word(String body) {
		try {
			return word(JsonMapper.shared().readTree(body).path("error"));
		}
		catch (JacksonException ex) {
			return null;
		}
	}

	private static @Nullable String word(JsonNode error) {
		for (String name : new String[] { "code", "type" }) {
			JsonNode value = error.path(name);
			if (value.isString() && WORD.matcher(value.stringValue()).matches()) {
				return value.stringValue();
			}
		}
		return null;
	}

}
