package dev.edgewise.benchmark;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class StreamParserTests {

	private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

	private final List<String> heard = new ArrayList<>();

	private final StreamParser parser = new StreamParser(new StreamParser.Listener() {

		@Override
		public void opened() {
			StreamParserTests.this.heard.add("opened");
		}

		@Override
		public void started() {
			StreamParserTests.this.heard.add("started");
		}

		@Override
		public void item(int index, long nanos) {
			StreamParserTests.this.heard.add(index + " at " + nanos);
		}

		@Override
		public void interrupted(String generation) {
			StreamParserTests.this.heard.add("interrupted " + generation);
		}

		@Override
		public void closed() {
			StreamParserTests.this.heard.add("closed");
		}

	});

	@Test
	void tellsWhatFramesSayHoweverTheyAreCutIntoChunks() {
		String frames = frame("AgentGenerationStarted", "\"generation\":\"g-1\"")
				+ frame("AgentResponse", "\"generation\":\"g-1\",\"content\":\"0 12345 \"") + ":\n\n"
				+ frame("AgentResponse", "\"generation\":\"g-1\",\"content\":\"1 23456 \"")
				+ frame("AgentGenerationInterrupted", "\"generation\":\"g-1\",\"discarded\":7");
		for (int size = 1; size <= frames.length(); size++) {
			StreamParserTests fresh = new StreamParserTests();
			fresh.take(HEAD + chunked(frames, size));
			assertThat(fresh.heard).as("chunks of " + size)
				.containsExactly("opened", "started", "0 at 12345", "1 at 23456", "interrupted g-1", "closed");
		}
	}

	@Test
	void passesOverFramesThatAreNotMeasured() {
		take(HEAD + chunked(frame("UserStartedSpeaking", "\"sequence\":9") + "retry:1000\n\n", 512));
		assertThat(this.heard).containsExactly("opened", "closed");
	}

	@Test
	void readsLinesOfAnyLength() {
		take(HEAD + chunked(frame("AgentResponse", "\"x\":\"" + "y".repeat(5_000) + "\",\"content\":\"3 4 \""), 700));
		assertThat(this.heard).containsExactly("opened", "3 at 4", "closed");
	}

	@Test
	void refusesAnAnswerThatIsNoStream() {
		assertThatIllegalStateException().isThrownBy(() -> take("HTTP/1.1 503 Service Unavailable\r\n\r\n"))
			.withMessageContaining("503");
	}

	private void take(String response) {
		for (byte b : response.getBytes(StandardCharsets.US_ASCII)) {
			this.parser.take(b);
		}
	}

	private static String frame(String type, String members) {
		return "id:1\nevent:" + type + "\ndata:{" + members + "}\n\n";
	}

	private static String chunked(String text, int size) {
		StringBuilder chunks = new StringBuilder();
		for (int from = 0; from < text.length(); from += size) {
			String chunk = text.substring(from, Math.min(text.length(), from + size));
			chunks.append(Integer.toHexString(chunk.length())).append("\r\n").append(chunk).append("\r\n");
		}
		return chunks + "0\r\n\r\n";
	}

}
