package dev.edgewise.benchmark;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads a response of server-sent events as its bytes come: headers, chunks, lines. It
 * looks at what is measured and at nothing else, so that a reader costs little beside the
 * server.
 */
final class StreamParser {

	private static final byte[] ITEM = bytes("AgentResponse");

	private static final byte[] STARTED = bytes("AgentGenerationStarted");

	private static final byte[] INTERRUPTED = bytes("AgentGenerationInterrupted");

	private static final byte[] EVENT = bytes("event:");

	private static final byte[] DATA = bytes("data:");

	private static final byte[] GENERATION = bytes("\"generation\":\"");

	private final Listener listener;

	private byte[] line = new byte[1024];

	private int length;

	/** How much of the end of the headers has been seen, or 4. */
	private int headers;

	/** The bytes that are left of the chunk, or -1 in the line that tells its size. */
	private int chunk = -1;

	private int size;

	private byte[] event = ITEM;

	StreamParser(Listener listener) {
		this.listener = listener;
	}

	/**
	 * Whether the headers have come.
	 */
	boolean open() {
		return this.headers == 4;
	}

	/**
	 * Takes the next byte.
	 */
	void take(byte b) {
		if (this.headers < 4) {
			header(b);
		}
		else if (this.chunk > 0) {
			this.chunk--;
			text(b);
		}
		else {
			size(b);
		}
	}

	private void header(byte b) {
		boolean wanted = b == ((this.headers % 2 == 0) ? '\r' : '\n');
		this.headers = wanted ? this.headers + 1 : (b == '\r') ? 1 : 0;
		append(b);
		if (this.headers == 4) {
			String head = new String(this.line, 0, this.length, StandardCharsets.US_ASCII);
			if (!head.startsWith("HTTP/1.1 200")) {
				throw new IllegalStateException(head);
			}
			this.length = 0;
			this.listener.opened();
		}
	}

	/**
	 * Reads the line that tells the size of a chunk, and the end of the one before it.
	 */
	private void size(byte b) {
		if (this.chunk == 0) {
			if (b == '\n') {
				this.chunk = -1;
				this.size = 0;
			}
		}
		else if (b == '\n') {
			this.chunk = this.size;
			if (this.size == 0) {
				this.listener.closed();
			}
		}
		else if (b != '\r') {
			this.size = this.size * 16 + Character.digit(b, 16);
		}
	}

	private void text(byte b) {
		if (b != '\n') {
			append(b);
			return;
		}
		if (startsWith(EVENT)) {
			this.event = isEvent(ITEM) ? ITEM : isEvent(STARTED) ? STARTED : isEvent(INTERRUPTED) ? INTERRUPTED : DATA;
		}
		else if (startsWith(DATA)) {
			data();
		}
		this.length = 0;
	}

	private void data() {
		if (this.event == ITEM) {
			item();
		}
		else if (this.event == STARTED) {
			this.listener.started();
		}
		else if (this.event == INTERRUPTED) {
			this.listener.interrupted(generation());
		}
		this.event = DATA;
	}

	/**
	 * Reads the item from its end: a number, the time, a quotation mark and a brace.
	 */
	private void item() {
		int at = this.length - 1;
		long[] numbers = new long[2];
		for (int i = 0; i < 2; i++) {
			while (!digit(at)) {
				at--;
			}
			for (long scale = 1; digit(at); scale *= 10) {
				numbers[i] += scale * (this.line[at--] - '0');
			}
		}
		this.listener.item((int) numbers[1], numbers[0]);
	}

	private boolean digit(int at) {
		return this.line[at] >= '0' && this.line[at] <= '9';
	}

	private String generation() {
		int from = DATA.length;
		while (!Arrays.equals(this.line, from, from + GENERATION.length, GENERATION, 0, GENERATION.length)) {
			from++;
		}
		from += GENERATION.length;
		int to = from;
		while (this.line[to] != '"') {
			to++;
		}
		return new String(this.line, from, to - from, StandardCharsets.US_ASCII);
	}

	private void append(byte b) {
		if (this.length == this.line.length) {
			this.line = Arrays.copyOf(this.line, 2 * this.length);
		}
		this.line[this.length++] = b;
	}

	private boolean startsWith(byte[] text) {
		return this.length >= text.length && Arrays.equals(this.line, 0, text.length, text, 0, text.length);
	}

	private boolean isEvent(byte[] name) {
		return Arrays.equals(this.line, EVENT.length, this.length, name, 0, name.length);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

	/**
	 * Is told what comes.
	 */
	interface Listener {

		/**
		 * The headers have come.
		 */
		default void opened() {
		}

		default void started() {
		}

		/**
		 * An item has come.
		 * @param index its number, from 0 in each generation
		 * @param nanos when it was said
		 */
		void item(int index, long nanos);

		void interrupted(String generation);

		/**
		 * The response has ended.
		 */
		default void closed() {
		}

	}

}
