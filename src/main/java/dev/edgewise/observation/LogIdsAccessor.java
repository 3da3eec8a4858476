package dev.edgewise.observation;

import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Has log lines carry the ids of the session and of the generation that they concern, as
 * the keys {@value #SESSION} and {@value #GENERATION} of SLF4J's MDC, on whatever thread
 * the code runs. Found by Micrometer's context propagation as a service, and so by
 * Reactor as well where an application has it restore thread locals. Keys of these names
 * that are not Edgewise's are left alone: they come back when its own go.
 */
public final class LogIdsAccessor implements ThreadLocalAccessor<LogIds> {

	/** The key of a session's id. */
	public static final String SESSION = "session";

	/** The key of a generation's id. */
	public static final String GENERATION = "generation";

	static final String KEY = "edgewise.log-ids";

	private static final ThreadLocal<@Nullable Entered> ENTERED = new ThreadLocal<>();

	static @Nullable LogIds current() {
		Entered entered = ENTERED.get();
		return (entered != null) ? entered.ids : null;
	}

	static void restoreTo(@Nullable LogIds ids) {
		LogIdsAccessor accessor = new LogIdsAccessor();
		if (ids != null) {
			accessor.setValue(ids);
		}
		else {
			accessor.setValue();
		}
	}

	@Override
	public Object key() {
		return KEY;
	}

	@Override
	public @Nullable LogIds getValue() {
		return current();
	}

	@Override
	public void setValue(LogIds ids) {
		Entered before = ENTERED.get();
		ENTERED.set((before != null) ? new Entered(ids, before.session, before.generation)
				: new Entered(ids, MDC.get(SESSION), MDC.get(GENERATION)));
		put(SESSION, ids.session());
		put(GENERATION, ids.generation());
	}

	@Override
	public void setValue() {
		Entered before = ENTERED.get();
		if (before != null) {
			ENTERED.remove();
			put(SESSION, before.session);
			put(GENERATION, before.generation);
		}
	}

	private static void put(String key, @Nullable String value) {
		if (value != null) {
			MDC.put(key, value);
		}
		else {
			MDC.remove(key);
		}
	}

	/**
	 * What a thread carries.
	 *
	 * @param ids the ids
	 * @param session what was there before, as the session's
	 * @param generation what was there before, as the generation's
	 */
	private record Entered(LogIds ids, @Nullable String session, @Nullable String generation) {
	}

}
