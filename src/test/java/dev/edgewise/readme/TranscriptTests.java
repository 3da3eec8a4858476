package dev.edgewise.readme;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.edgewise.Edgewise;
import dev.edgewise.Frame;
import dev.edgewise.autoconfigure.EdgewiseAutoConfiguration;
import dev.edgewise.autoconfigure.EdgewiseEngineAutoConfiguration;
import dev.edgewise.autoconfigure.EdgewiseInterruptionAutoConfiguration;
import dev.edgewise.autoconfigure.EdgewiseRouteAutoConfiguration;
import dev.edgewise.event.AgentGenerationInterrupted;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.UserEvent;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.session.EngineSchedulers;
import dev.edgewise.session.FrameEncoder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The README's fifteen lines, run.
 */
@ResourceLock(Resources.SYSTEM_OUT)
class TranscriptTests {

	private final VirtualTimeScheduler time = VirtualTimeScheduler.getOrSet();

	private final PrintStream console = System.out;

	private final List<String> transcript = new ArrayList<>();

	@AfterEach
	void reset() {
		System.setOut(this.console);
		VirtualTimeScheduler.reset();
	}

	@Test
	void speaksAndIsCutOffAsTheReadmeSays() {
		System.setOut(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8) {
			@Override
			public void println(String line) {
				TranscriptTests.this.transcript.add(line);
			}
		});
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(EdgewiseAutoConfiguration.class, EdgewiseInterruptionAutoConfiguration.class,
							EdgewiseRouteAutoConfiguration.class, EdgewiseEngineAutoConfiguration.class))
			.withBean(EngineSchedulers.class, () -> new EngineSchedulers(this.time, this.time, this.time, this.time))
			.withBean(FrameEncoder.class, Plain::new)
			.withBean(Assistant.class)
			.run((context) -> {
				Edgewise edgewise = context.getBean(Edgewise.class);
				edgewise.open("demo", Map.of()).subscribe();
				edgewise.read("demo", 0).subscribe(this::write);
				publish(edgewise, new UserStoppedSpeaking(), Duration.ofMillis(700));
				publish(edgewise, new UserStartedSpeaking(), Duration.ofSeconds(1));
				publish(edgewise, new UserStoppedSpeaking(), Duration.ofSeconds(5));
				edgewise.close("demo").subscribe();
			});
		assertThat(String.join("\n", this.transcript.subList(0, this.transcript.size() - 1)))
			.isEqualTo(Readme.read().block("Fifteen lines", "text"));
	}

	private void publish(Edgewise edgewise, Object event, Duration then) {
		edgewise.publish("demo", event).subscribe();
		this.time.advanceTimeBy(then);
	}

	private void write(Frame frame) {
		String text = (frame.event() instanceof UserEvent) ? "> " + frame.type() : frame.type();
		if (frame.event() instanceof AgentResponse response) {
			text += " '" + response.content() + "'";
		}
		if (frame.event() instanceof AgentGenerationInterrupted interrupted) {
			text += " (" + interrupted.reason() + " after " + interrupted.elapsedMillis() + " ms)";
		}
		this.transcript.add(text);
	}

	/**
	 * Encodes frames for nobody.
	 */
	private static final class Plain implements FrameEncoder {

		@Override
		public byte[] encode(Frame frame) {
			return digest(frame.event());
		}

		@Override
		public byte[] digest(Object event) {
			return event.toString().getBytes(StandardCharsets.UTF_8);
		}

	}

}
