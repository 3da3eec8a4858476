package dev.edgewise.session;

import java.util.UUID;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link SessionIds}.
 */
class SessionIdsTests {

	@Test
	void areRandomUuidsAndNeverTheSame() {
		SessionIds ids = new SessionIds();
		assertThat(Stream.generate(ids::next).limit(1_000).distinct().map(UUID::fromString)).hasSize(1_000)
			.allSatisfy((id) -> {
				assertThat(id.version()).isEqualTo(4);
				assertThat(id.variant()).isEqualTo(2);
			});
		assertThat(new SessionIds().next()).isNotEqualTo(new SessionIds().next());
	}

}
