package dev.edgewise.helm;

import java.io.IOException;
import java.nio.file.Path;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The service, started with each configuration that the chart renders; apart from other
 * tests, as services share their event loops and end them.
 */
class ConfiguredServiceTests {

	@ParameterizedTest
	@MethodSource("dev.edgewise.helm.Chart#cases")
	void becomesReady(String name, @TempDir Path directory) throws IOException {
		try (RunningService service = new RunningService(Chart.application(Chart.render(name)), directory)) {
			assertThat(service.manage("/actuator/health/readiness").statusCode()).isEqualTo(200);
		}
	}

}
