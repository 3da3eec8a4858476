package dev.edgewise.lawmodel;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * How many scripts are checked: {@code -Dedgewise.model.scripts}. The key is taken out of
 * the system properties before the first test, since applications refuse keys of that
 * prefix which they do not know.
 */
public final class ModelScripts implements BeforeAllCallback {

	private static final String KEY = "edgewise.model.scripts";

	private static final long DEFAULT = 2_000;

	private static volatile long count = DEFAULT;

	static long count() {
		return count;
	}

	@Override
	public void beforeAll(ExtensionContext context) {
		takeKey();
	}

	void takeKey() {
		String given = System.clearProperty(KEY);
		if (given != null) {
			count = Long.parseLong(given);
		}
	}

}
