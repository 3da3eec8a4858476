package dev.edgewise.conversation;

import java.util.Collection;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * How much values are: in characters, about as many as they would be written with, and in
 * bytes of memory.
 */
public final class Weight {

	private static final int OF_A_VALUE = 8;

	/** An object and what refers to it. */
	private static final int OF_AN_OBJECT = 48;

	private Weight() {
	}

	static long of(@Nullable Object value) {
		if (value instanceof CharSequence text) {
			return text.length();
		}
		long weight = OF_A_VALUE;
		if (value instanceof Map<?, ?> map) {
			for (Map.Entry<?, ?> entry : map.entrySet()) {
				weight += of(entry.getKey()) + of(entry.getValue());
			}
		}
		else if (value instanceof Collection<?> values) {
			for (Object each : values) {
				weight += of(each);
			}
		}
		return weight;
	}

	/**
	 * About the memory that a value takes, in bytes.
	 * @param value a text, a map, a collection or anything else, which counts as small
	 */
	public static long bytes(@Nullable Object value) {
		if (value instanceof CharSequence text) {
			return OF_AN_OBJECT + 2L * text.length();
		}
		long bytes = OF_AN_OBJECT;
		if (value instanceof Map<?, ?> map) {
			for (Map.Entry<?, ?> entry : map.entrySet()) {
				bytes += OF_AN_OBJECT + bytes(entry.getKey()) + bytes(entry.getValue());
			}
		}
		else if (value instanceof Collection<?> values) {
			for (Object each : values) {
				bytes += bytes(each);
			}
		}
		return bytes;
	}

}
