package dev.edgewise.event;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Copies of what records are given, so that events stay as they were.
 */
final class Values {

	private Values() {
	}

	static Map<String, Object> copy(Map<String, Object> map) {
		return Collections.unmodifiableMap(new LinkedHashMap<>(map));
	}

}
