package dev.edgewise.examples;

import java.time.Duration;
import java.util.List;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import org.springframework.test.context.junit.jupiter.SpringExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Fails a test class that leaves a session, a stream or a running generation behind.
 */
final class NothingIsLeftOpen implements AfterAllCallback {

	@Override
	public void afterAll(ExtensionContext context) {
		MeterRegistry registry = SpringExtension.getApplicationContext(context).getBean(MeterRegistry.class);
		await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
			for (String name : List.of("edgewise.sessions", "edgewise.streams", "edgewise.generation.active",
					"edgewise.stuck")) {
				assertThat(registry.get(name).gauges()).as(name).isNotEmpty().extracting(Gauge::value).containsOnly(0d);
			}
		});
	}

}
