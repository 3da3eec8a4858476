package dev.edgewise;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Listens to the log of every test, more than the console shows: a class of tests fails
 * if a key, a token, a ticket or a spoken text of its own or of one before it was logged.
 * The clients of the tests tell it what they send and are sent.
 */
public final class LogWatch implements AfterAllCallback {

	/** What is shorter may be in a log by chance. */
	private static final int SHORTEST = 10;

	/** What is kept of a class's lines; those that play thousands of scripts log more. */
	private static final int MOST_LINES = 300_000;

	/** Of a long text the beginning is enough. */
	private static final Pattern SPOKEN = Pattern
		.compile("\"(?:content|inputData)\"\\s*:\\s*\"([^\"\\\\]{" + SHORTEST + ",200})");

	private static final Pattern TICKET = Pattern.compile("\"ticket\"\\s*:\\s*\"([^\"]+)\"");

	private static final Set<String> SECRETS = ConcurrentHashMap.newKeySet();

	private static final Queue<String> LINES = new ConcurrentLinkedQueue<>();

	private static final AtomicInteger SIZE = new AtomicInteger();

	/**
	 * Takes note of what must not be logged.
	 */
	public static void secret(String secret) {
		if (secret.length() >= SHORTEST) {
			SECRETS.add(secret);
		}
	}

	/**
	 * Takes note of what must not be logged of a body, a frame or an answer.
	 */
	public static void body(String text) {
		Stream.of(SPOKEN, TICKET)
			.flatMap((pattern) -> pattern.matcher(text).results())
			.forEach((found) -> secret(found.group(1)));
	}

	/**
	 * What of the secrets is in lines, and where.
	 */
	static List<String> leaks(Collection<String> lines, Collection<String> secrets) {
		Map<String, List<String>> byBeginning = new HashMap<>();
		secrets.forEach(
				(secret) -> byBeginning.computeIfAbsent(secret.substring(0, SHORTEST), (beginning) -> new ArrayList<>())
					.add(secret));
		List<String> leaks = new ArrayList<>();
		for (String line : lines) {
			for (int i = 0; i + SHORTEST <= line.length(); i++) {
				String rest = line.substring(i, i + SHORTEST);
				for (String secret : byBeginning.getOrDefault(rest, List.of())) {
					if (line.startsWith(secret, i)) {
						leaks.add("'" + secret + "' in: " + line);
					}
				}
			}
		}
		return leaks;
	}

	/**
	 * The lines that were logged since the last class of tests.
	 */
	public static List<String> lines() {
		return List.copyOf(LINES);
	}

	@Override
	public void afterAll(ExtensionContext context) {
		List<String> lines = new ArrayList<>();
		for (String line = LINES.poll(); line != null; line = LINES.poll()) {
			lines.add(line);
		}
		SIZE.set(0);
		assertThat(leaks(lines, SECRETS)).as("secrets in the log").isEmpty();
	}

	/**
	 * Where the log is heard.
	 */
	public static final class Ear extends UnsynchronizedAppenderBase<ILoggingEvent> {

		private final ThrowableProxyConverter failures = new ThrowableProxyConverter();

		@Override
		public void start() {
			this.failures.start();
			super.start();
		}

		@Override
		protected void append(ILoggingEvent event) {
			if (SIZE.incrementAndGet() <= MOST_LINES) {
				LINES.add(event.getLoggerName() + " " + event.getFormattedMessage() + " " + event.getMDCPropertyMap()
						+ " " + this.failures.convert(event));
			}
		}

	}

	/**
	 * Keeps off the console what is logged for the watch alone.
	 */
	public static final class Quiet extends Filter<ILoggingEvent> {

		@Override
		public FilterReply decide(ILoggingEvent event) {
			String logger = event.getLoggerName();
			Level least = logger.startsWith("dev.edgewise") ? Level.INFO
					: logger.startsWith("org.springframework") ? Level.ERROR : Level.WARN;
			return event.getLevel().isGreaterOrEqual(least) ? FilterReply.NEUTRAL : FilterReply.DENY;
		}

	}

}
