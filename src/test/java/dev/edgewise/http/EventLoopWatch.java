package dev.edgewise.http;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import reactor.blockhound.BlockHound;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Watches the threads that must not block, while the HTTP suite runs: a test during which
 * one of them did fails, also if nobody noticed. Active in the build's execution
 * {@code watched-test} alone.
 */
public final class EventLoopWatch implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {

	private static final List<String> BLOCKED = new CopyOnWriteArrayList<>();

	private static final boolean WATCHED = Boolean.getBoolean("event-loops.watched");

	static {
		if (WATCHED) {
			install();
		}
	}

	private static void install() {
		// What ICU reads of its data is read once; the application does so when it
		// starts.
		BlockHound.install((builder) -> builder.allowBlockingCallsInside("com.ibm.icu.impl.ICUBinary", "getData")
			.blockingMethodCallback((method) -> {
				BLOCKED.add(Stream.of(Thread.currentThread().getStackTrace())
					.map(String::valueOf)
					.collect(Collectors.joining("\n\t", "Thread " + Thread.currentThread().getName()
							+ " must not block, and calls " + method + "\n\t", "\n")));
			}));
	}

	/**
	 * What has blocked since it was last asked.
	 */
	static List<String> takeBlocked() {
		List<String> taken = List.copyOf(BLOCKED);
		BLOCKED.removeAll(taken);
		return taken;
	}

	@Override
	public void beforeAll(ExtensionContext context) {
		takeBlocked();
	}

	@Override
	public void afterEach(ExtensionContext context) {
		assertThat(takeBlocked()).as("calls that blocked").isEmpty();
	}

	@Override
	public void afterAll(ExtensionContext context) {
		assertThat(takeBlocked()).as("calls that blocked").isEmpty();
	}

}
