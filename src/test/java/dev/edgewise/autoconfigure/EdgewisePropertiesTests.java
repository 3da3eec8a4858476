package dev.edgewise.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.session.EngineSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.FieldError;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The properties: defaults, ranges, and what becomes of them.
 */
class EdgewisePropertiesTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EdgewiseAutoConfiguration.class));

	@Test
	void hasTheDefaultsOfTheEngine() {
		this.runner.run((context) -> assertThat(context.getBean(EngineSettings.class))
			.isEqualTo(EngineSettings.defaults(Runtime.getRuntime().maxMemory())));
	}

	@Test
	void hasTheDefaultsOfTheEdge() {
		this.runner.run((context) -> {
			EdgewiseProperties properties = context.getBean(EdgewiseProperties.class);
			assertThat(properties.event().maxSize()).isEqualTo(DataSize.ofKilobytes(64));
			assertThat(properties.event().maxArraySize()).isEqualTo(DataSize.ofKilobytes(256));
			assertThat(properties.stream().heartbeat()).isEqualTo(Duration.ofSeconds(15));
			assertThat(properties.stream().sendBuffer()).isEqualTo(DataSize.ofKilobytes(8));
			assertThat(properties.shutdown().grace()).isEqualTo(Duration.ofSeconds(5));
			assertThat(properties.web().enabled()).isTrue();
			assertThat(properties.web().basePath()).isEqualTo("/v1");
		});
	}

	@Test
	void boundsTheEngineByWhatIsSet() {
		this.runner
			.withPropertyValues("edgewise.session.max=7", "edgewise.session.log.bytes=2MB",
					"edgewise.log.total-bytes=64MB", "edgewise.generation.grace=1s", "edgewise.stream.per-session=3",
					"edgewise.blocking.threads=9", "edgewise.generation.expose-error-messages=true",
					"edgewise.session.conversation.characters-per-second=20",
					"edgewise.session.conversation.heard-note=true")
			.run((context) -> {
				EngineSettings settings = context.getBean(EngineSettings.class);
				assertThat(settings.session().max()).isEqualTo(7);
				assertThat(settings.log().bytes()).isEqualTo(2 << 20);
				assertThat(settings.log().totalBytes()).isEqualTo(64 << 20);
				assertThat(settings.generation().grace()).isEqualTo(Duration.ofSeconds(1));
				assertThat(settings.stream().perSession()).isEqualTo(3);
				assertThat(settings.blockingThreads()).isEqualTo(9);
				assertThat(settings.exposeErrorMessages()).isTrue();
				assertThat(settings.conversation().charactersPerSecond()).isEqualTo(20);
				assertThat(settings.conversation().heardNote()).isTrue();
			});
	}

	@Test
	void hasTheDefaultsOfAPolicyAsInTheBuiltInOne() {
		this.runner.withPropertyValues("edgewise.interruption.policies.call.min-words=2").run((context) -> {
			InterruptionPolicy call = context.getBean(EdgewiseProperties.class)
				.interruption()
				.policies()
				.get("call")
				.toPolicy("call", new ArrayList<>())
				.orElseThrow();
			assertThat(call).usingRecursiveComparison()
				.ignoringFields("name", "minWords")
				.isEqualTo(InterruptionPolicy.IMMEDIATE);
			assertThat(call.minWords()).isEqualTo(2);
		});
	}

	@Test
	void givesWayToSettingsOfTheApplication() {
		EngineSettings own = EngineSettings.defaults(1 << 20);
		this.runner.withBean(EngineSettings.class, () -> own)
			.run((context) -> assertThat(context.getBean(EngineSettings.class)).isSameAs(own));
	}

	@ParameterizedTest(name = "{0} = {1}")
	@CsvSource(delimiter = '|', textBlock = """
			edgewise.session.max                     | 0         | between 1 and 10000000
			edgewise.session.max                     | 10000001  | between 1 and 10000000
			edgewise.session.idle-timeout            | 0s        | between 1ms and 30d
			edgewise.session.idle-timeout            | 31d       | between 1ms and 30d
			edgewise.session.tombstone               | -1ms      | between 0ms and 1d
			edgewise.session.tombstone               | 25h       | between 0ms and 1d
			edgewise.session.max-tombstones          | -1        | between 0 and 1000000
			edgewise.session.max-tombstones          | 1000001   | between 0 and 1000000
			edgewise.session.mailbox                 | 0         | between 1 and 1048576
			edgewise.session.mailbox                 | 1048577   | between 1 and 1048576
			edgewise.session.event-ids               | -1        | between 0 and 1048576
			edgewise.session.event-ids               | 1048577   | between 0 and 1048576
			edgewise.session.events-per-second       | 0         | between 1 and 1000000
			edgewise.session.events-per-second       | 1000001   | between 1 and 1000000
			edgewise.session.conversation.characters-per-second | 0    | between 1 and 1000
			edgewise.session.conversation.characters-per-second | 1001 | between 1 and 1000
			edgewise.session.log.frames              | 3         | between 4 and 1048576
			edgewise.session.log.frames              | 1048577   | between 4 and 1048576
			edgewise.session.log.bytes               | 1023B     | between 1KB and 1GB
			edgewise.session.log.bytes               | 2GB       | between 1KB and 1GB
			edgewise.session.conversation.messages   | 0         | between 1 and 1000000
			edgewise.session.conversation.messages   | 1000001   | between 1 and 1000000
			edgewise.session.conversation.characters | 0         | between 1 and 1073741824
			edgewise.session.conversation.characters | 1073741825 | between 1 and 1073741824
			edgewise.log.total-bytes                 | 1B        | between 1KB and 1TB
			edgewise.log.total-bytes                 | 2TB       | between 1KB and 1TB
			edgewise.event.max-size                  | 1B        | between 64B and 16MB
			edgewise.event.max-size                  | 17MB      | between 64B and 16MB
			edgewise.event.max-array-size            | 1B        | between 64B and 64MB
			edgewise.event.max-array-size            | 65MB      | between 64B and 64MB
			edgewise.generation.prefetch             | 0         | between 1 and 4096
			edgewise.generation.prefetch             | 4097      | between 1 and 4096
			edgewise.generation.grace                | 0         | between 1ms and 1m
			edgewise.generation.grace                | 61s       | between 1ms and 1m
			edgewise.generation.max-duration         | 0         | between 1ms and 1d
			edgewise.generation.max-duration         | 2d        | between 1ms and 1d
			edgewise.generation.per-session          | 0         | between 1 and 10000
			edgewise.generation.per-session          | 10001     | between 1 and 10000
			edgewise.generation.queue                | -1        | between 0 and 10000
			edgewise.generation.queue                | 10001     | between 0 and 10000
			edgewise.generation.hops                 | 0         | between 1 and 1000
			edgewise.generation.hops                 | 1001      | between 1 and 1000
			edgewise.generation.handler-timeout      | 0         | between 1ms and 10m
			edgewise.generation.handler-timeout      | 11m       | between 1ms and 10m
			edgewise.blocking.threads                | 0         | between 1 and 100000
			edgewise.blocking.threads                | 100001    | between 1 and 100000
			edgewise.stream.heartbeat                | 1ms       | between 10ms and 1h
			edgewise.stream.heartbeat                | 2h        | between 10ms and 1h
			edgewise.stream.per-session              | 0         | between 1 and 10000
			edgewise.stream.per-session              | 10001     | between 1 and 10000
			edgewise.stream.send-buffer              | 1B        | between 1KB and 16MB
			edgewise.stream.send-buffer              | 17MB      | between 1KB and 16MB
			edgewise.stream.stall-timeout            | 1ms       | between 10ms and 1h
			edgewise.stream.stall-timeout            | 2h        | between 10ms and 1h
			edgewise.shutdown.grace                  | -1s       | between 0ms and 10m
			edgewise.shutdown.grace                  | 11m       | between 0ms and 10m
			edgewise.session.decisions               | -1        | between 0 and 65536
			edgewise.session.decisions               | 65537     | between 0 and 65536
			edgewise.interruption.policies.x.min-words           | -1    | between 0 and 1000
			edgewise.interruption.policies.x.min-words           | 1001  | between 0 and 1000
			edgewise.interruption.policies.x.min-speech          | -1ms  | between 0ms and 1m
			edgewise.interruption.policies.x.min-speech          | 61s   | between 0ms and 1m
			edgewise.interruption.policies.x.min-confidence      | -0.1  | between 0 and 1
			edgewise.interruption.policies.x.min-confidence      | 1.1   | between 0 and 1
			edgewise.interruption.policies.x.min-confidence      | NaN   | between 0 and 1
			edgewise.interruption.policies.x.back-off            | -1ms  | between 0ms and 1h
			edgewise.interruption.policies.x.back-off            | 61m   | between 0ms and 1h
			edgewise.interruption.policies.x.protect-first       | -1ms  | between 0ms and 1h
			edgewise.interruption.policies.x.protect-first       | 61m   | between 0ms and 1h
			edgewise.interruption.policies.x.protect-first-words | -1    | between 0 and 10000
			edgewise.interruption.policies.x.protect-first-words | 10001 | between 0 and 10000
			edgewise.interruption.policies.x.flapping.max        | -1    | between 0 and 1000
			edgewise.interruption.policies.x.flapping.max        | 1001  | between 0 and 1000
			edgewise.interruption.policies.x.flapping.window     | -1ms  | between 0ms and 1h
			edgewise.interruption.policies.x.flapping.window     | 61m   | between 0ms and 1h
			edgewise.interruption.policies.x.decide-within       | -1ms  | between 0ms and 1m
			edgewise.interruption.policies.x.decide-within       | 61s   | between 0ms and 1m
			edgewise.interruption.policies.x.transcript-wait     | -1ms  | between 0ms and 1m
			edgewise.interruption.policies.x.transcript-wait     | 61s   | between 0ms and 1m
			edgewise.interruption.policies.x.floor.max-words     | -1    | between 0 and 100000
			edgewise.interruption.policies.x.floor.max-words     | 100001 | between 0 and 100000
			edgewise.interruption.policies.x.floor.max-time      | -1ms  | between 0ms and 1h
			edgewise.interruption.policies.x.floor.max-time      | 61m   | between 0ms and 1h
			edgewise.web.base-path                   | v1        | must be empty or begin with '/'
			edgewise.web.base-path                   | /v1/      | must be empty or begin with '/'
			""")
	void refusesWhatIsOutOfRangeAndNamesKeyAndRange(String key, String value, String range) {
		this.runner.withPropertyValues(key + "=" + value).run((context) -> {
			assertThat(context).hasFailed();
			BindValidationException failure = find(BindValidationException.class, context.getStartupFailure());
			assertThat(failure.getValidationErrors().getName()).isNotNull();
			assertThat(failure.getValidationErrors().getAllErrors()).singleElement().satisfies((error) -> {
				String field = failure.getValidationErrors().getName() + "."
						+ ((FieldError) error).getField()
							.replaceAll("\\[(\\w+)]", ".$1")
							.replaceAll("([A-Z])", "-$1")
							.toLowerCase(Locale.ROOT);
				assertThat(field).isEqualTo(key);
				assertThat(error.getDefaultMessage()).contains(range);
			});
		});
	}

	@Test
	void acceptsTheEndsOfARange() {
		for (List<String> ends : List.of(List.of("edgewise.session.idle-timeout=1ms", "edgewise.session.log.bytes=1GB"),
				List.of("edgewise.session.idle-timeout=30d", "edgewise.event.max-size=64B",
						"edgewise.session.log.bytes=1KB"))) {
			this.runner.withPropertyValues(ends.toArray(String[]::new))
				.run((context) -> assertThat(context).hasNotFailed());
		}
	}

	private static <T extends Throwable> T find(Class<T> type, Throwable failure) {
		Throwable current = failure;
		while (current != null && !type.isInstance(current)) {
			current = current.getCause();
		}
		assertThat(current).isInstanceOf(type);
		return type.cast(current);
	}

}
