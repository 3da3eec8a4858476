package dev.edgewise.model;

import reactor.core.publisher.Flux;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ReactiveHttpInputMessage;

/**
 * A response whose body is copied to the heap as it comes. A decoder that is cancelled in
 * the middle of a line forgets what it has of it, and what is pooled would be lost.
 *
 * @param message the response
 */
record HeapMessage(ReactiveHttpInputMessage message) implements ReactiveHttpInputMessage {

	@Override
	public HttpHeaders getHeaders() {
		return this.message.getHeaders();
	}

	@Override
	public Flux<DataBuffer> getBody() {
		return this.message.getBody().map(HeapMessage::copy);
	}

	private static DataBuffer copy(DataBuffer buffer) {
		byte[] bytes = new byte[buffer.readableByteCount()];
		buffer.read(bytes);
		DataBufferUtils.release(buffer);
		return DefaultDataBufferFactory.sharedInstance.wrap(bytes);
	}

}
