package dev.edgewise.session;

import java.nio.ByteBuffer;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.UUID;

/**
 * Makes ids of sessions that nobody can guess: random UUIDs. Safe from any thread.
 * <p>
 * Not by {@link UUID#randomUUID()}, whose generator reads a file each time, on an event
 * loop. This one has read its seed when it has been made.
 */
final class SessionIds {

	private final SecureRandom random;

	SessionIds() {
		try {
			this.random = SecureRandom.getInstance("DRBG");
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has it", ex);
		}
		next();
	}

	String next() {
		byte[] bytes = new byte[16];
		this.random.nextBytes(bytes);
		// RFC 9562, 5.4: version 4, variant 10
		bytes[6] = (byte) ((bytes[6] & 0x0f) | 0x40);
		bytes[8] = (byte) ((bytes[8] & 0x3f) | 0x80);
		ByteBuffer buffer = ByteBuffer.wrap(bytes);
		return new UUID(buffer.getLong(), buffer.getLong()).toString();
	}

}
