package dev.edgewise.benchmark;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A device that takes a frame only every few milliseconds, while its agent writes faster:
 * what does it still get of an answer that has been cut off?
 */
final class SlowReader implements Runnable, StreamParser.Listener {

	/** So long does the agent speak before it is cut off. */
	private static final long SPEAKING = TimeUnit.SECONDS.toNanos(3);

	/** So long does the device wait for the end at its own pace; then it hurries. */
	private static final long PATIENCE = TimeUnit.SECONDS.toNanos(12);

	private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final String base;

	private final String id;

	private final String stream;

	private final long pause;

	private final int every;

	private final int receiveBuffer;

	private volatile long cut = Long.MAX_VALUE;

	private volatile long answered = Long.MAX_VALUE;

	private long late;

	private long ended;

	private SlowReader(String base, String id, String stream, int pause, int every, int receiveBuffer) {
		this.base = base;
		this.id = id;
		this.stream = stream;
		this.pause = TimeUnit.MILLISECONDS.toNanos(pause);
		this.every = every;
		this.receiveBuffer = receiveBuffer;
	}

	/**
	 * Has several such devices listen at once.
	 * @param question {@code slow}, then for each device, with colons between: whether
	 * the stream is the engine's or the plain one, milliseconds for a frame, milliseconds
	 * for an item, bytes of the receive buffer or 0 for the system's
	 * @return for each the items that came after the interruption had been answered, and
	 * the nanoseconds from the interruption to its frame
	 */
	static List<String> read(int port, String[] question) {
		List<SlowReader> readers = new ArrayList<>();
		for (int i = 1; i < question.length; i++) {
			String[] device = question[i].split(":");
			String id = "slow-" + i + "-" + System.nanoTime();
			String path = device[0].equals("engine") ? "/v1/sessions/" + id : "/stoppable/" + id;
			readers.add(new SlowReader("http://127.0.0.1:" + port + path, id,
					device[0].equals("engine") ? "/stream" : "?every=" + device[2], Integer.parseInt(device[1]),
					Integer.parseInt(device[2]), Integer.parseInt(device[3])));
		}
		List<Thread> threads = readers.stream().map((reader) -> new Thread(reader, reader.id)).toList();
		threads.forEach(Thread::start);
		for (Thread thread : threads) {
			join(thread);
		}
		List<String> lines = new ArrayList<>();
		for (SlowReader reader : readers) {
			lines.add("late " + reader.late + " " + (reader.ended - reader.cut));
		}
		return lines;
	}

	private static void join(Thread thread) {
		try {
			thread.join();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException("Interrupted while devices listen", ex);
		}
	}

	@Override
	public void run() {
		boolean engine = this.stream.equals("/stream");
		URI uri = URI.create(this.base + this.stream);
		try (Socket socket = new Socket()) {
			if (this.receiveBuffer != 0) {
				socket.setReceiveBufferSize(this.receiveBuffer);
			}
			if (engine) {
				send("PUT", "", "{\"attributes\":{\"every\":" + this.every + "}}").join();
			}
			socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()));
			socket.getOutputStream()
				.write(("GET " + uri.getPath() + ((uri.getQuery() != null) ? "?" + uri.getQuery() : "")
						+ " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")
					.getBytes(StandardCharsets.US_ASCII));
			read(socket.getInputStream(), engine);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void read(InputStream in, boolean engine) throws IOException {
		StreamParser parser = new StreamParser(this);
		boolean begun = false;
		long begin = System.nanoTime();
		byte last = 0;
		while (this.ended == 0) {
			int b = in.read();
			if (b < 0) {
				throw new IOException("The stream has ended");
			}
			parser.take((byte) b);
			if (parser.open() && !begun) {
				begun = true;
				begin = System.nanoTime();
				if (engine) {
					send("POST", "/events", "{\"type\":\"UserStoppedSpeaking\"}");
				}
			}
			boolean frame = b == '\n' && last == '\n';
			last = (byte) b;
			long now = System.nanoTime();
			if (begun && now - begin > SPEAKING && this.cut == Long.MAX_VALUE) {
				this.cut = now;
				send("POST", "/events", "{\"type\":\"UserStartedSpeaking\"}")
					.thenRun(() -> this.answered = System.nanoTime());
			}
			if (frame && now - this.cut < PATIENCE) {
				LockSupport.parkNanos(this.pause);
			}
		}
	}

	private CompletableFuture<HttpResponse<String>> send(String method, String path, String body) {
		return HTTP.sendAsync(HttpRequest.newBuilder(URI.create(this.base + path))
			.header("Content-Type", "application/json")
			.method(method, HttpRequest.BodyPublishers.ofString(body))
			.build(), HttpResponse.BodyHandlers.ofString());
	}

	@Override
	public void item(int index, long nanos) {
		if (System.nanoTime() > this.answered) {
			this.late++;
		}
	}

	@Override
	public void interrupted(String generation) {
		this.ended = System.nanoTime();
	}

}
