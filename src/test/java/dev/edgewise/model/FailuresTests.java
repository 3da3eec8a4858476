package dev.edgewise.model;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.http.HttpHeaders;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How long a busy server asks to wait.
 */
class FailuresTests {

	private static final long NOW = Instant.parse("2026-11-01T00:00:00Z").toEpochMilli();

	@ParameterizedTest
	@CsvSource(nullValues = "-", delimiter = '|', textBlock = """
			Retry-After    | 3                             | PT3S
			Retry-After    | 0.25                          | PT0.25S
			Retry-After    | 0                             | PT0S
			Retry-After    | Sun, 01 Nov 2026 00:00:07 GMT | PT7S
			Retry-After    | Sat, 31 Oct 2026 23:00:00 GMT | PT0S
			Retry-After    | 999999999                     | PT24H
			Retry-After    | -1                            | -
			Retry-After    | soon                          | -
			Retry-After    | 99999999999999999999          | -
			retry-after-ms | 40                            | PT0.04S
			retry-after-ms | 40.7                          | PT0.04S
			retry-after-ms | NaN                           | PT0S
			retry-after-ms | x                             | -
			X-Other        | 3                             | -
			""")
	void readsWhatItUnderstands(String header, String value, @Nullable Duration wait) {
		HttpHeaders headers = new HttpHeaders();
		headers.add(header, value);
		assertThat(Failures.answered(429, headers, "", NOW).retryAfter()).isEqualTo(wait);
		assertThat(Failures.answered(500, headers, "", NOW).retryAfter()).isNull();
	}

}
