package dev.edgewise.web;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import dev.edgewise.EventConflictException;
import dev.edgewise.EventRefusedException;
import dev.edgewise.SessionClosedException;
import dev.edgewise.UnknownSessionException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Problem}.
 */
class ProblemTests {

	@Test
	void areDocumentedByTypeAndStatus() throws IOException {
		String reference = Files.readString(Path.of("src/docs/reference.md")).replace('\n', ' ');
		all().forEach((problem) -> assertThat(reference)
			.containsPattern("[:;] " + problem.status() + " [^;]*`" + problem.name() + "`"));
	}

	@Test
	void sayWhenToTryAgainBothInAMemberAndAsWholeSeconds() {
		for (EventRefusedException.Bound bound : EventRefusedException.Bound.values()) {
			Problem problem = Objects
				.requireNonNull(Problem.of(new EventRefusedException(bound, Duration.ofMillis(1))));
			assertThat(problem.status()).isIn(429, 503);
			assertThat(problem.members()).containsEntry("retryAfter", 1L);
			assertThat(problem.retryAfterSeconds()).isEqualTo(1);
		}
	}

	private static Stream<Problem> all() {
		Stream<Problem> own = Stream.of(Problem.malformed(""), Problem.parameter("", ""), Problem.notFound(),
				Problem.method(List.of()), Problem.sessionExists(""), Problem.tooLarge(1), Problem.mediaType(),
				Problem.unknownType("", List.of()), Problem.reservedType("", List.of()), Problem.field("", ""),
				Problem.invalidEvent(null), Problem.unknownGeneration(""), Problem.internal(),
				Problem.unauthenticated(), Problem.forbidden(""), Problem.callerLimit("", 0, Duration.ZERO),
				Problem.unverifiable(), Problem.status(400), Problem.status(503));
		Stream<Problem> errors = Stream
			.of(new UnknownSessionException(""), new SessionClosedException(""), new EventConflictException(""))
			.map((error) -> Objects.requireNonNull(Problem.of(error)));
		Stream<Problem> bounds = Arrays.stream(EventRefusedException.Bound.values())
			.map((bound) -> Objects.requireNonNull(Problem.of(new EventRefusedException(bound, Duration.ZERO))));
		return Stream.of(own, errors, bounds).flatMap((problems) -> problems);
	}

}
