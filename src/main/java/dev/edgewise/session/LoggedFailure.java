package dev.edgewise.session;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

import dev.edgewise.InterruptedGenerationException;
import org.jspecify.annotations.Nullable;

import org.springframework.expression.ExpressionException;

/**
 * What a log line shows of a failure in the code of users: types and stacks, and no
 * message, which may well quote what somebody said. Messages about code stay: the
 * engine's own, and those about expressions.
 */
final class LoggedFailure extends Exception {

	private LoggedFailure(Throwable failure, @Nullable Throwable cause) {
		super(told(failure), cause);
		setStackTrace(failure.getStackTrace());
	}

	/**
	 * Stands in for a failure.
	 */
	static Throwable of(Throwable failure) {
		return of(failure, Collections.newSetFromMap(new IdentityHashMap<>()));
	}

	private static Throwable of(Throwable failure, Set<Throwable> known) {
		known.add(failure);
		Throwable cause = failure.getCause();
		LoggedFailure shown = new LoggedFailure(failure,
				(cause != null && !known.contains(cause)) ? of(cause, known) : null);
		for (Throwable suppressed : failure.getSuppressed()) {
			if (!known.contains(suppressed)) {
				shown.addSuppressed(of(suppressed, known));
			}
		}
		return shown;
	}

	private static String told(Throwable failure) {
		boolean aboutCode = failure instanceof MisuseException || failure instanceof InterruptedGenerationException
				|| failure instanceof ExpressionException;
		String type = failure.getClass().getName();
		return aboutCode ? type + ": " + failure.getMessage() : type;
	}

	@Override
	public synchronized Throwable fillInStackTrace() {
		return this;
	}

	@Override
	public String toString() {
		return String.valueOf(getMessage());
	}

}
