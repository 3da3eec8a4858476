package dev.edgewise.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Clients with bad manners: connections that are written to as it pleases the test, and
 * mostly not read.
 */
final class Crowd implements AutoCloseable {

	private static final int RECEIVE_BUFFER = 4 << 10;

	private final int port;

	private final List<SocketChannel> members = new ArrayList<>();

	Crowd(int port) {
		this.port = port;
	}

	/**
	 * A connection that stays open, on this side, to the end of the crowd.
	 */
	SocketChannel connect() {
		try {
			SocketChannel member = SocketChannel.open();
			this.members.add(member);
			member.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
			member.connect(new InetSocketAddress("127.0.0.1", this.port));
			return member;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * The head of a request, and its body.
	 */
	static String request(String method, String path, String body, String... headers) {
		StringBuilder text = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
		for (String header : headers) {
			text.append(header).append("\r\n");
		}
		if (!body.isEmpty()) {
			text.append("Content-Type: application/json\r\nContent-Length: ").append(body.length()).append("\r\n");
		}
		return text.append("\r\n").append(body).toString();
	}

	/**
	 * Writes as much as the other side takes at once.
	 * @return how many bytes that were; -1 if the connection is gone
	 */
	static long push(SocketChannel member, ByteBuffer bytes) {
		try {
			member.configureBlocking(false);
			long written = 0;
			while (bytes.hasRemaining()) {
				int step = member.write(bytes);
				if (step == 0) {
					break;
				}
				written += step;
			}
			return written;
		}
		catch (IOException ex) {
			return -1;
		}
	}

	static long push(SocketChannel member, String text) {
		return push(member, ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
	}

	/**
	 * Sends bytes on a connection of their own, whether or not they are taken, and reads
	 * what comes back until the connection ends or falls silent.
	 */
	String provoke(byte[] bytes) {
		try (Socket socket = new Socket("127.0.0.1", this.port)) {
			socket.setSoTimeout(10_000);
			ByteArrayOutputStream answer = new ByteArrayOutputStream();
			Thread reader = new Thread(() -> read(socket, answer));
			reader.start();
			try {
				socket.getOutputStream().write(bytes);
				socket.shutdownOutput();
			}
			catch (IOException ex) {
				// it has heard enough
			}
			reader.join();
			return answer.toString(StandardCharsets.ISO_8859_1);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	private static void read(Socket socket, ByteArrayOutputStream answer) {
		try {
			InputStream in = socket.getInputStream();
			for (int b = in.read(); b >= 0; b = in.read()) {
				answer.write(b);
			}
		}
		catch (SocketTimeoutException ex) {
			answer.writeBytes("<silence>".getBytes(StandardCharsets.ISO_8859_1));
		}
		catch (IOException ex) {
			// reset
		}
	}

	String provoke(String text) {
		return provoke(text.getBytes(StandardCharsets.ISO_8859_1));
	}

	/**
	 * Vanishes: the other side is told by a reset, or not at all if nobody looks.
	 */
	static void reset(SocketChannel member) {
		try {
			member.setOption(StandardSocketOptions.SO_LINGER, 0);
			member.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		for (SocketChannel member : this.members) {
			try {
				member.close();
			}
			catch (IOException ex) {
				// gone already
			}
		}
	}

}
