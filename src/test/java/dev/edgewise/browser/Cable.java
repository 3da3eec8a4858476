package dev.edgewise.browser;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The way from a browser to the service, which can be cut and mended.
 */
final class Cable implements AutoCloseable {

	private final ServerSocket door;

	private final int target;

	private final Set<Socket> open = ConcurrentHashMap.newKeySet();

	private volatile boolean cut;

	Cable(int target) throws IOException {
		this.target = target;
		this.door = new ServerSocket();
		this.door.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
		run("cable", this::accept);
	}

	String origin() {
		return "http://127.0.0.1:" + this.door.getLocalPort();
	}

	/**
	 * Breaks what is open, and whatever is opened until it is mended.
	 */
	void cut() {
		this.cut = true;
		this.open.forEach(Cable::close);
	}

	void mend() {
		this.cut = false;
	}

	private void accept() {
		while (!this.door.isClosed()) {
			try {
				Socket near = this.door.accept();
				if (this.cut) {
					close(near);
					continue;
				}
				Socket far = new Socket(InetAddress.getLoopbackAddress(), this.target);
				this.open.add(near);
				this.open.add(far);
				run("cable-up", () -> carry(near, far));
				run("cable-down", () -> carry(far, near));
			}
			catch (IOException ex) {
				// closed, or nobody is there
			}
		}
	}

	private void carry(Socket from, Socket to) {
		try (InputStream in = from.getInputStream()) {
			byte[] buffer = new byte[8_192];
			for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
				to.getOutputStream().write(buffer, 0, read);
				to.getOutputStream().flush();
			}
		}
		catch (IOException ex) {
			// cut
		}
		finally {
			close(from);
			close(to);
			this.open.remove(from);
			this.open.remove(to);
		}
	}

	private static void run(String name, Runnable task) {
		Thread thread = new Thread(task, name);
		thread.setDaemon(true);
		thread.start();
	}

	private static void close(Socket socket) {
		try {
			socket.close();
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

	@Override
	public void close() throws IOException {
		this.door.close();
		cut();
	}

}
