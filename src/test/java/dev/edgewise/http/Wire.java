package dev.edgewise.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

import dev.edgewise.LogWatch;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A connection whose bytes can be looked at: one request, and its response as it comes.
 */
final class Wire implements AutoCloseable {

	private final Socket socket;

	private final InputStream in;

	private String statusLine = "";

	private Map<String, String> headers = Map.of();

	private long left;

	private boolean ended;

	private Wire(Socket socket) throws IOException {
		this.socket = socket;
		this.in = new BufferedInputStream(socket.getInputStream(), 512);
	}

	static Wire send(int port, String method, String path, @Nullable String body, String... headers) {
		return connect(port, 0).request("HTTP/1.1", method, path, body, headers);
	}

	/**
	 * Connects.
	 * @param receiveBuffer bytes of the receive buffer; 0 for the default
	 */
	static Wire connect(int port, int receiveBuffer) {
		try {
			Socket socket = new Socket();
			if (receiveBuffer > 0) {
				socket.setReceiveBufferSize(receiveBuffer);
			}
			socket.setSoTimeout(20_000);
			socket.connect(new InetSocketAddress("127.0.0.1", port), 5_000);
			return new Wire(socket);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	Wire request(String version, String method, String path, @Nullable String body, String... headers) {
		return request(version, method, path, (body != null) ? body.getBytes(StandardCharsets.UTF_8) : null, headers);
	}

	Wire request(String version, String method, String path, byte @Nullable [] body, String... headers) {
		StringBuilder text = new StringBuilder(method + " " + path + " " + version + "\r\nHost: localhost\r\n");
		for (String header : headers) {
			text.append(header).append("\r\n");
		}
		byte[] bytes = (body != null) ? body : new byte[0];
		LogWatch.body(new String(bytes, StandardCharsets.UTF_8));
		if (body != null) {
			text.append("Content-Length: ").append(bytes.length).append("\r\n");
		}
		text.append("\r\n");
		try {
			ByteArrayOutputStream request = new ByteArrayOutputStream();
			request.write(text.toString().getBytes(StandardCharsets.ISO_8859_1));
			request.write(bytes);
			this.socket.getOutputStream().write(request.toByteArray());
			this.socket.getOutputStream().flush();
			head();
			return this;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Sends something that need not be a whole request.
	 */
	void write(String text) {
		try {
			this.socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
			this.socket.getOutputStream().flush();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void head() throws IOException {
		this.statusLine = rawLine();
		Map<String, String> headers = new LinkedHashMap<>();
		for (String line = rawLine(); !line.isEmpty(); line = rawLine()) {
			int colon = line.indexOf(':');
			headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).trim());
		}
		this.headers = headers;
		this.left = 0;
		this.ended = false;
		if (headers.containsKey("content-length")) {
			this.left = Long.parseLong(headers.get("content-length"));
			this.ended = this.left == 0;
		}
		else if (status() == 204) {
			this.ended = true;
		}
	}

	private String rawLine() throws IOException {
		ByteArrayOutputStream line = new ByteArrayOutputStream();
		for (int b = this.in.read(); b != '\n'; b = this.in.read()) {
			if (b < 0) {
				throw new IOException("Closed: " + line);
			}
			line.write(b);
		}
		return line.toString(StandardCharsets.ISO_8859_1).replace("\r", "");
	}

	int status() {
		return Integer.parseInt(this.statusLine.split(" ")[1]);
	}

	Map<String, String> headers() {
		return this.headers;
	}

	/**
	 * Reads a byte of the body, without its framing; -1 at its end.
	 */
	int read() {
		try {
			if (this.ended) {
				return -1;
			}
			boolean chunked = "chunked".equals(this.headers.get("transfer-encoding"));
			if (chunked && this.left == 0) {
				this.left = Long.parseLong(rawLine(), 16);
				if (this.left == 0) {
					rawLine();
					this.ended = true;
					return -1;
				}
			}
			int b = this.in.read();
			if (b < 0) {
				if (chunked || this.headers.containsKey("content-length")) {
					throw new IOException("The connection broke off within a body");
				}
				this.ended = true;
				return -1;
			}
			if (chunked && --this.left == 0) {
				rawLine();
			}
			else if (!chunked && this.headers.containsKey("content-length")) {
				this.ended = --this.left == 0;
			}
			return b;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Reads the bytes of a line of the body, and the feed; null at its end.
	 */
	@Nullable String line() {
		ByteArrayOutputStream line = new ByteArrayOutputStream();
		for (int b = read(); b >= 0; b = read()) {
			line.write(b);
			if (b == '\n') {
				return line.toString(StandardCharsets.UTF_8);
			}
		}
		return (line.size() > 0) ? line.toString(StandardCharsets.UTF_8) : null;
	}

	String rest() {
		ByteArrayOutputStream rest = new ByteArrayOutputStream();
		for (int b = read(); b >= 0; b = read()) {
			rest.write(b);
		}
		return rest.toString(StandardCharsets.UTF_8);
	}

	/**
	 * Reads the next event, as any client does; null at the end.
	 */
	@Nullable Event event() {
		String id = null;
		String name = null;
		String data = null;
		for (String line = line(); line != null; line = line()) {
			if (line.startsWith("id:")) {
				id = line.substring(3).trim();
			}
			else if (line.startsWith("event:")) {
				name = line.substring(6).trim();
			}
			else if (line.startsWith("data:")) {
				data = line.substring(5).trim();
				LogWatch.body(data);
			}
			else if (line.equals("\n")) {
				return new Event(String.valueOf(id), String.valueOf(name), String.valueOf(data));
			}
		}
		return null;
	}

	/**
	 * Reads events up to one that matches, or to the end.
	 */
	List<Event> until(Predicate<Event> last) {
		List<Event> events = new ArrayList<>();
		for (Event event = event(); event != null; event = event()) {
			events.add(event);
			if (last.test(event)) {
				break;
			}
		}
		return events;
	}

	List<Event> until(String type) {
		return until((event) -> event.name().equals(type));
	}

	List<Event> events() {
		return until((event) -> false);
	}

	@Override
	public void close() {
		try {
			this.socket.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * An event of a stream.
	 */
	record Event(String id, String name, String data) {

		JsonNode json() {
			return JsonMapper.shared().readTree(this.data);
		}

		long sequence() {
			return Long.parseLong(this.id);
		}

	}

}
