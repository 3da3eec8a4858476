package dev.edgewise.web;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Request bodies that are random, or mutations of good ones; the same for the same seed.
 */
public final class MutatedBodies {

	private static final List<String> SEEDS = List.of("{\"type\":\"UserStartedSpeaking\"}",
			"{\"type\":\"UserTranscriptionReceived\",\"content\":\"héllo 😀\",\"interim\":false,\"confidence\":0.5}",
			"{\"type\":\"CustomReceived\",\"metadata\":{\"a\":[1,2.5,null,true,{\"b\":\"\\u0041\"}]},\"id\":\"e1\"}",
			"[{\"type\":\"UserStartedSpeaking\"},{\"type\":\"UserStoppedSpeaking\",\"generation\":\"g\"}]",
			"{\"type\":\"ToolCall\",\"toolCallId\":\"1\",\"toolName\":\"t\",\"toolArgs\":{}}",
			"{\"type\":\"DTMFInput\",\"button\":\"5\"}", "{\"type\":\"EmergencyStop\",\"reason\":null}",
			"{\"type\":\"UserStartedSpeaking\",\"speaker\":\"a\",\"force\":true}",
			"{\"type\":\"AgentResponse\",\"content\":\"a\",\"interruptible\":false}",
			"{\"generation\":\"g\",\"route\":\"r\",\"force\":false,\"reason\":\"why\",\"id\":\"c1\"}", "{}",
			"{\"policy\":\"immediate\"}", "{\"policy\":null}");

	private static final List<String> TOKENS = List.of("{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud800",
			"null", "true", "1e999", "-", "0", "9".repeat(300), "1.5E+7", "\"type\":", "\"id\":", "\"\"", "\u0000",
			"\uFEFF", "[[[[[[[[[[", "\n", "\"UserStartedSpeaking\"", "\"SessionClosed\"", "\"at\":1,", "\"force\":",
			"\"policy\":", "NaN", "/*", "é", "😀");

	private final Random random;

	public MutatedBodies(long seed) {
		this.random = new Random(seed);
	}

	/**
	 * The next body.
	 */
	public byte[] next() {
		if (this.random.nextInt(10) == 0) {
			byte[] bytes = new byte[this.random.nextInt(200)];
			this.random.nextBytes(bytes);
			return bytes;
		}
		byte[] body = pick(SEEDS).getBytes(StandardCharsets.UTF_8);
		for (int i = this.random.nextInt(4); i >= 0; i--) {
			body = mutate(body);
		}
		return body;
	}

	private byte[] mutate(byte[] body) {
		int at = this.random.nextInt(body.length + 1);
		int to = at + this.random.nextInt(Math.min(8, body.length - at) + 1);
		return switch (this.random.nextInt(6)) {
			case 0 -> splice(body, at, to, new byte[0]);
			case 1 -> splice(body, at, at, pick(TOKENS).getBytes(StandardCharsets.UTF_8));
			case 2 -> splice(body, at, to, pick(TOKENS).getBytes(StandardCharsets.UTF_8));
			case 3 -> splice(body, at, to, new byte[] { (byte) this.random.nextInt(256) });
			case 4 -> splice(body, at, at, Arrays.copyOfRange(body, at, to));
			default -> Arrays.copyOf(body, at);
		};
	}

	private static byte[] splice(byte[] body, int from, int to, byte[] insert) {
		byte[] result = new byte[body.length - (to - from) + insert.length];
		System.arraycopy(body, 0, result, 0, from);
		System.arraycopy(insert, 0, result, from, insert.length);
		System.arraycopy(body, to, result, from + insert.length, body.length - to);
		return result;
	}

	private String pick(List<String> from) {
		return from.get(this.random.nextInt(from.size()));
	}

}
