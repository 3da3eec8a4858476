package dev.edgewise.conversation;

import java.util.Collection;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * How many characters values have, about as many as they would be written with.
 */
final class Weight {

	private static final int OF_A_VALUE = 8;

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

}
