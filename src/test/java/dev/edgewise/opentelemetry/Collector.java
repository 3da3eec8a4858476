package dev.edgewise.opentelemetry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

import com.sun.net.httpserver.HttpServer;

/**
 * Takes spans in over OTLP, as a collector would. Reads of Protocol Buffers only what it
 * needs, so that the tests know nothing of OpenTelemetry but its wire.
 */
final class Collector implements AutoCloseable {

	final List<Span> spans = new CopyOnWriteArrayList<>();

	private final HttpServer server;

	Collector() {
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.server.createContext("/v1/traces", (exchange) -> {
			byte[] body = exchange.getRequestBody().readAllBytes();
			if (!"application/x-protobuf".equals(exchange.getRequestHeaders().getFirst("Content-Type"))) {
				exchange.sendResponseHeaders(415, -1);
				exchange.close();
				return;
			}
			read(body);
			exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
			exchange.sendResponseHeaders(200, -1);
			exchange.close();
		});
		this.server.start();
	}

	String endpoint() {
		return "http://127.0.0.1:" + this.server.getAddress().getPort() + "/v1/traces";
	}

	/**
	 * The spans of a name.
	 */
	List<Span> named(String name) {
		return this.spans.stream().filter((span) -> span.name.equals(name)).toList();
	}

	/**
	 * An export is a list (1) of resources, each with its attributes (1) of attributes
	 * (1) and its lists (2) of spans (2).
	 */
	private void read(byte[] export) {
		for (Field resourceSpans : fields(export, 1)) {
			Map<String, String> resource = fields(resourceSpans.bytes, 1).stream()
				.flatMap((found) -> fields(found.bytes, 1).stream())
				.collect(Collectors.toMap(Collector::key, Collector::value));
			for (Field scopeSpans : fields(resourceSpans.bytes, 2)) {
				for (Field span : fields(scopeSpans.bytes, 2)) {
					this.spans.add(span(span.bytes, resource));
				}
			}
		}
	}

	/**
	 * A span has the ids of its trace (1), itself (2) and its parent (4), a name (5),
	 * attributes (9), events (11) with names (2), and a status (15) with a message (2)
	 * and a code (3).
	 */
	private static Span span(byte[] span, Map<String, String> resource) {
		List<String> status = fields(span, 15).stream()
			.flatMap((found) -> fields(found.bytes, 2).stream())
			.map(Field::text)
			.toList();
		return new Span(hex(span, 1), hex(span, 2), hex(span, 4), fields(span, 5).get(0).text(),
				fields(span, 9).stream().collect(Collectors.toMap(Collector::key, Collector::value)),
				fields(span, 11).stream().map((event) -> fields(event.bytes, 2).get(0).text()).toList(),
				status.isEmpty() ? "" : status.get(0), resource, new String(span, StandardCharsets.ISO_8859_1));
	}

	private static String hex(byte[] message, int number) {
		List<Field> found = fields(message, number);
		return found.isEmpty() ? "" : HexFormat.of().formatHex(found.get(0).bytes);
	}

	private static String key(Field attribute) {
		return fields(attribute.bytes, 1).get(0).text();
	}

	/**
	 * An attribute's value (2), if it is a string (1).
	 */
	private static String value(Field attribute) {
		return fields(attribute.bytes, 2).stream()
			.flatMap((value) -> fields(value.bytes, 1).stream())
			.map(Field::text)
			.collect(Collectors.joining());
	}

	private static List<Field> fields(byte[] message, int number) {
		List<Field> fields = new ArrayList<>();
		int[] at = { 0 };
		while (at[0] < message.length) {
			long tag = varint(message, at);
			int length = switch ((int) (tag & 7)) {
				case 0 -> {
					varint(message, at);
					yield 0;
				}
				case 1 -> 8;
				case 2 -> (int) varint(message, at);
				case 5 -> 4;
				default -> throw new IllegalStateException("Not Protocol Buffers: " + tag);
			};
			if ((tag & 7) == 2 && tag >>> 3 == number) {
				byte[] bytes = new byte[length];
				System.arraycopy(message, at[0], bytes, 0, length);
				fields.add(new Field(bytes));
			}
			at[0] += length;
		}
		return fields;
	}

	private static long varint(byte[] message, int[] at) {
		long value = 0;
		for (int shift = 0;; shift += 7) {
			byte next = message[at[0]++];
			value |= (long) (next & 0x7f) << shift;
			if (next >= 0) {
				return value;
			}
		}
	}

	@Override
	public void close() {
		this.server.stop(0);
	}

	private record Field(byte[] bytes) {

		String text() {
			return new String(this.bytes, StandardCharsets.UTF_8);
		}

	}

	/**
	 * A span as it was exported.
	 */
	record Span(String trace, String id, String parent, String name, Map<String, String> attributes,
			List<String> events, String status, Map<String, String> resource, String raw) {
	}

}
